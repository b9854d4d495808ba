//! Build steps: `cargo xtask --help`.

mod bindgen;
#[cfg(feature = "train")]
mod builtin;
#[cfg(feature = "train")]
mod paper_ure;
mod types;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "Build steps of attune")]
struct Arguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    /// Makes a JavaScript module of a compiled WebAssembly file.
    Bindgen {
        /// The file that cargo built.
        #[arg(long)]
        wasm: std::path::PathBuf,
        /// The folder to write.
        #[arg(long)]
        out: std::path::PathBuf,
        /// The name of the module's files.
        #[arg(long)]
        name: String,
    },
    /// Writes the TypeScript declarations of the Rust types that cross the edge.
    Types {
        /// The file to write.
        #[arg(long)]
        out: std::path::PathBuf,
    },
    /// Trains the heads of the built-in judge on data/graded-replies and writes their weights.
    #[cfg(feature = "train")]
    TrainHeads,
    /// Trains the model of personal fit of the built-in judge and writes its weights.
    #[cfg(feature = "train")]
    TrainPersonal,
    /// Measures the built-in judge on scenarios left out of training.
    #[cfg(feature = "train")]
    EvalBuiltin {
        /// `test`, or `validation`: what to look at while something is being changed.
        #[arg(long, default_value = "test", value_parser = ["test", "validation"])]
        split: String,
    },
    /// Rewrites the expected scores in tests/corpus/builtin.json from a native run.
    #[cfg(feature = "train")]
    Corpus,
    /// Trains the recommenders of the experiment on URE and measures how the schemes agree.
    #[cfg(feature = "train")]
    PaperUre {
        /// The folder for tables and figures.
        #[arg(long, default_value = "docs/paper-ure")]
        out: std::path::PathBuf,
        /// Tries it out on a small world of other seeds, writing nothing.
        #[arg(long)]
        dry: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().step {
        Step::Bindgen { wasm, out, name } => bindgen::run(&wasm, &out, &name),
        Step::Types { out } => types::run(&out),
        #[cfg(feature = "train")]
        Step::TrainHeads => builtin::train_heads(),
        #[cfg(feature = "train")]
        Step::TrainPersonal => builtin::train_personal(),
        #[cfg(feature = "train")]
        Step::EvalBuiltin { split } => builtin::evaluate(&split),
        #[cfg(feature = "train")]
        Step::Corpus => builtin::write_corpus(),
        #[cfg(feature = "train")]
        Step::PaperUre { out, dry } => paper_ure::run(&out, dry),
    }
}
