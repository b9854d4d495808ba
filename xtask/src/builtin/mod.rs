//! Training and measuring the built-in judge.

mod contrasts;
mod corpus;
mod data;
mod distilled;
mod evaluate;
mod heads_file;
mod pairs;
mod parallel;
mod personal;
mod train;
mod trust;
mod weights_file;

pub use corpus::write as write_corpus;
pub use evaluate::evaluate;
pub use heads_file::train_heads;
pub use personal::train_personal;

use attune::model::{Device, TextEmbedder, TextEmbedderFiles};
use attune::reward::builtin::{BuiltinFiles, BuiltinJudge};

/// Where the shipped weights lie, from the repository's root.
pub const WEIGHTS: &str = "data/builtin";

/// The files of the text embedder: table and tokenizer.
pub struct EmbedderBytes {
    pub table: Vec<u8>,
    pub tokenizer: Vec<u8>,
}

impl EmbedderBytes {
    pub fn read() -> anyhow::Result<Self> {
        Ok(Self {
            table: std::fs::read(format!("{WEIGHTS}/embedder.safetensors"))?,
            tokenizer: std::fs::read(format!("{WEIGHTS}/tokenizer.json"))?,
        })
    }

    pub fn files(&self) -> TextEmbedderFiles<'_> {
        TextEmbedderFiles { table: &self.table, tokenizer: &self.tokenizer }
    }

    pub fn load(&self) -> anyhow::Result<TextEmbedder> {
        Ok(TextEmbedder::load(self.files(), &Device::flex())?)
    }
}

/// The judge that is shipped, on the CPU.
pub fn shipped_judge() -> anyhow::Result<BuiltinJudge> {
    let bytes = EmbedderBytes::read()?;
    let heads = std::fs::read(format!("{WEIGHTS}/heads.safetensors"))?;
    let personal = std::fs::read(format!("{WEIGHTS}/personal.safetensors"))?;
    let files = BuiltinFiles { embedder: bytes.files(), heads: &heads, personal: &personal };
    Ok(BuiltinJudge::load(files, &Device::flex())?)
}
