use anyhow::Result;
use attune::stats::spearman;

use super::EmbedderBytes;
use super::data::Dataset;
use super::train::{SHIPPED, Variant, correlations, train};

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

/// Prints Spearman's correlation with the mean grade on the test split, whose scenarios no training
/// saw, for the shipped model and its ablation, beside the agreement of the gradings there.
pub fn evaluate() -> Result<()> {
    super::personal::evaluate_contrasts()?;
    let embedder = EmbedderBytes::read()?.load()?;
    let data = Dataset::read(&embedder)?;
    let test = data.of("test");
    println!(
        "{} replies of the test split; the penalty is chosen on the validation split.\n",
        test.len()
    );
    println!("Spearman correlation with the mean of the gradings\n");
    println!("| model | {} |", FIGURES.join(" | "));
    println!("|---|{}", "---|".repeat(FIGURES.len()));
    for variant in &VARIANTS {
        let model = train(variant, &data)?;
        let mut predicted = vec![[0.0; 4]; data.rows.len()];
        for (&at, row) in test.iter().zip(model.predict(&data, &test)?) {
            predicted[at] = row;
        }
        line(variant.name, correlations(&data, &test, &predicted));
    }
    let second = std::array::from_fn(|figure| {
        let of = |grading: usize| -> Vec<f64> {
            test.iter().map(|&at| data.rows[at].grades[grading].figures()[figure]).collect()
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
