use anyhow::Result;
use attune::stats::{Bootstrap, Interval, bootstrap, spearman};

use super::contrasts::evaluate_contrasts;
use super::data::Dataset;
use super::pairs::{MinimalPair, minimal_pairs};
use super::parallel::on_all_processors;
use super::train::{SHIPPED, Trained, Variant, train};
use super::{EmbedderBytes, trust};

pub const FIGURES: [&str; 4] = ["resonation", "expression", "reception", "bystander"];
const RESAMPLING: Bootstrap = Bootstrap { resamples: 1000, level: 0.95, seed: 7 };

const LINEAR: Variant =
    Variant { name: "features, n-grams, embedding", kernel: false, hidden: false, ..SHIPPED };

/// Models to compare: parts of the input left out.
const VARIANTS: [Variant; 8] = [
    Variant {
        name: "length only",
        features: |name| name == "log_words",
        ngrams: false,
        embedding: false,
        kernel: false,
        hidden: false,
    },
    Variant { name: "embedding only", features: |_| false, ngrams: false, ..LINEAR },
    Variant { name: "features only", ngrams: false, embedding: false, ..LINEAR },
    Variant {
        name: "features of the reply alone, n-grams, embedding",
        features: |name| !attune::reward::builtin::TWO_SIDED.contains(&name),
        ..LINEAR
    },
    Variant { name: "features, n-grams", embedding: false, ..LINEAR },
    LINEAR,
    Variant { name: "features, n-grams, embedding, kernel", kernel: true, ..LINEAR },
    SHIPPED,
];

/// Measures the built-in judge on scenarios that no training saw: the shipped model with its
/// ablation, minimal and contrast pairs, and its intervals.
///
/// `split` is `test`, or `validation` for the half of that split on which no heads are
/// fitted: what to look at while something is being changed.
pub fn evaluate(split: &str) -> Result<()> {
    let embedder = EmbedderBytes::read()?.load()?;
    let data = Dataset::read(&embedder)?;
    let all = minimal_pairs(&embedder)?;
    let rows = match split {
        "validation" => data.validation_halves()[1].clone(),
        _ => data.of("test"),
    };
    let pairs: Vec<&MinimalPair> = all.iter().filter(|pair| pair.split == split).collect();
    println!(
        "{} replies to {} seekers, {} minimal pairs of the {split} split. Intervals: 95 %, over \
         whole scenarios.\n",
        rows.len(),
        clusters(&data, &rows).len(),
        pairs.len(),
    );

    println!(
        "Spearman's correlation with the mean of the gradings; minimal pairs in the right order\n"
    );
    println!("| model | {} | pairs |", FIGURES.join(" | "));
    println!("|---|{}", "---|".repeat(FIGURES.len() + 1));
    let models = on_all_processors(VARIANTS.len(), |at| train(&VARIANTS[at], &data, &all));
    for (variant, model) in VARIANTS.iter().zip(models) {
        let model = model?;
        let predicted = model.predict(&data, &rows)?;
        line(variant.name, &correlations(&data, &rows, &predicted)?, Some(order(&model, &pairs)?));
        if variant.name == SHIPPED.name {
            for part in Part::ALL {
                let places = part.of(&data, &rows);
                let own: Vec<usize> = places.iter().map(|&at| rows[at]).collect();
                let predicted: Vec<[f64; 4]> = places.iter().map(|&at| predicted[at]).collect();
                line(part.name(), &correlations(&data, &own, &predicted)?, None);
            }
        }
    }
    let second: Vec<[f64; 4]> = rows.iter().map(|&at| data.rows[at].grades[1].figures()).collect();
    let first: Vec<[f64; 4]> = rows.iter().map(|&at| data.rows[at].grades[0].figures()).collect();
    line("(second grading against the first)", &agreement(&data, &rows, &second, &first)?, None);

    evaluate_contrasts(split)?;
    trust::evaluate(&data, &rows)
}

/// The larger set, and the broad one, which is harder.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Larger,
    Broad,
}

impl Part {
    const ALL: [Self; 2] = [Self::Larger, Self::Broad];

    const fn name(self) -> &'static str {
        match self {
            Self::Larger => "— on the larger set alone",
            Self::Broad => "— on the broad set alone",
        }
    }

    fn of(self, data: &Dataset, rows: &[usize]) -> Vec<usize> {
        let own = |&at: &usize| data.rows[rows[at]].broad == (self == Self::Broad);
        (0..rows.len()).filter(own).collect()
    }
}

fn line(name: &str, figures: &[Interval; 4], pairs: Option<Interval>) {
    let cell = |interval: &Interval| {
        let number =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
        let Interval { estimate, low, high, .. } = interval;
        format!("{} ({}–{})", number(*estimate), number(*low), number(*high))
    };
    let cells: Vec<String> = figures.iter().map(cell).collect();
    let pairs = pairs.map_or(String::new(), |pairs| cell(&pairs));
    println!("| {name} | {} | {pairs} |", cells.join(" | "));
}

/// The places of rows by scenario.
pub fn clusters(data: &Dataset, rows: &[usize]) -> Vec<Vec<usize>> {
    let mut found = std::collections::BTreeMap::<&str, Vec<usize>>::new();
    for (place, &at) in rows.iter().enumerate() {
        found.entry(&data.rows[at].group).or_default().push(place);
    }
    found.into_values().collect()
}

/// Spearman's correlation of what is predicted of `rows` with their mean grades.
fn correlations(data: &Dataset, rows: &[usize], predicted: &[[f64; 4]]) -> Result<[Interval; 4]> {
    let grades: Vec<[f64; 4]> = rows.iter().map(|&at| data.rows[at].figures()).collect();
    agreement(data, rows, predicted, &grades)
}

fn agreement(
    data: &Dataset,
    rows: &[usize],
    one: &[[f64; 4]],
    other: &[[f64; 4]],
) -> Result<[Interval; 4]> {
    let statistic = |drawn: &[&Vec<usize>]| {
        std::array::from_fn(|figure| {
            let of = |from: &[[f64; 4]]| -> Vec<f64> {
                drawn.iter().flat_map(|rows| rows.iter().map(|&at| from[at][figure])).collect()
            };
            spearman(&of(one), &of(other)).unwrap_or(f64::NAN)
        })
    };
    Ok(bootstrap(&clusters(data, rows), &RESAMPLING, statistic)?)
}

/// The share of pairs in the right order; every pair has a scenario of its own.
fn order(model: &Trained, pairs: &[&MinimalPair]) -> Result<Interval> {
    Ok(share(&model.order(pairs)?)?)
}

/// The share that holds, with its interval.
pub fn share(holds: &[bool]) -> attune::formats::Result<Interval> {
    let [share] = bootstrap(holds, &RESAMPLING, |drawn| {
        [drawn.iter().filter(|holds| ***holds).count() as f64 / drawn.len() as f64]
    })?;
    Ok(share)
}

/// A share in per cent, with its interval.
pub fn percent(share: &Interval) -> String {
    let Interval { estimate, low, high, .. } = share;
    let percent = |value: &Option<f64>| 100.0 * value.unwrap_or(f64::NAN);
    format!("{:.0} % ({:.0}–{:.0})", percent(estimate), percent(low), percent(high))
}
