use anyhow::Result;
use attune::stats::spearman;

use super::EmbedderBytes;
use super::data::Dataset;
use super::train::{SHIPPED, Variant, correlations, train};

const FOLDS: usize = 7;
const FIGURES: [&str; 4] = ["resonation", "expression", "reception", "bystander"];

const VARIANTS: [Variant; 5] = [
    Variant {
        name: "length only",
        features: |name| name == "log_words",
        ngrams: false,
        embedding: false,
    },
    Variant { name: "embedding only", features: |_| false, ngrams: false, embedding: true },
    Variant { name: "features only", features: |_| true, ngrams: false, embedding: false },
    Variant { name: "features, n-grams", features: |_| true, ngrams: true, embedding: false },
    SHIPPED,
];

/// Prints Spearman's correlation with the mean grade on scenarios left out of training, for the
/// shipped model and its ablation, beside the agreement of the gradings with each other.
pub fn evaluate() -> Result<()> {
    let embedder = EmbedderBytes::read()?.load()?;
    let data = Dataset::read(&embedder)?;
    let rows: Vec<usize> = (0..data.rows.len()).collect();
    println!(
        "{} replies; {FOLDS}-fold cross-validation that leaves whole scenarios out; the penalty is \
         chosen inside each training set.\n",
        rows.len()
    );
    println!("Spearman correlation with the mean of the gradings\n");
    println!("| model | {} |", FIGURES.join(" | "));
    println!("|---|{}", "---|".repeat(FIGURES.len()));
    for variant in &VARIANTS {
        let mut predicted = vec![[0.0; 4]; rows.len()];
        for left_out in data.folds(&rows, FOLDS) {
            let kept: Vec<usize> =
                rows.iter().copied().filter(|at| !left_out.contains(at)).collect();
            let model = train(variant, &data, &kept)?;
            for (&at, row) in left_out.iter().zip(model.predict(&data, &left_out)?) {
                predicted[at] = row;
            }
        }
        line(variant.name, correlations(&data, &rows, &predicted));
    }
    let second = std::array::from_fn(|figure| {
        let of = |grading: usize| -> Vec<f64> {
            data.rows.iter().map(|row| row.grades[grading].figures()[figure]).collect()
        };
        spearman(&of(0), &of(1)).unwrap_or(0.0)
    });
    line("(second grading against the first)", second);
    Ok(())
}

fn line(name: &str, figures: [f64; 4]) {
    let cells: Vec<String> = figures.iter().map(|rho| format!("{rho:.2}")).collect();
    println!("| {name} | {} |", cells.join(" | "));
}
