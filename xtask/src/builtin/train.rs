use std::collections::HashMap;

use anyhow::Result;
use attune::model::{Heads, read_back};
use attune::reward::builtin::train::{Target, TrainSettings, fit, predict};
use attune::reward::builtin::{HEADS_FORMAT, InputLayout};
use attune::reward::features::{FEATURES, NgramVocabulary};
use attune::stats::spearman;
use safetensors::tensor::{Dtype, TensorView};

use super::data::Dataset;
use super::{EmbedderBytes, WEIGHTS};

/// Which parts of the input a model sees.
#[derive(Clone, Copy)]
pub struct Variant {
    pub name: &'static str,
    pub features: fn(&str) -> bool,
    pub ngrams: bool,
    pub embedding: bool,
}

/// What is shipped; the others are the ablation.
pub const SHIPPED: Variant = Variant {
    name: "features, n-grams, embedding",
    features: |_| true,
    ngrams: true,
    embedding: true,
};

/// Candidates for λ, chosen on the validation split.
const PENALTIES: [f32; 5] = [0.01, 0.03, 0.1, 0.3, 1.0];
/// An n-gram must occur in this many replies of the training set.
const LEAST_REPLIES: usize = 4;
/// The blocks beside the features are unit vectors with many small components: these weights
/// bring a typical component to the scale of a standardised feature, within a factor of two.
const NGRAM_WEIGHT: f32 = 4.0;
const EMBEDDING_WEIGHT: f32 = 6.0;

/// A model trained on part of the data.
pub struct Trained {
    pub layout: InputLayout,
    pub heads: Heads,
    pub penalty: f32,
}

impl Trained {
    pub fn predict(&self, data: &Dataset, rows: &[usize]) -> Result<Vec<[f64; 4]>> {
        let inputs = inputs(&self.layout, data, rows);
        Ok(pollster::block_on(predict(&self.heads, &inputs))?)
    }
}

/// Trains on the training split, choosing λ on the validation split, and then on both with that λ.
/// The test split is not looked at.
pub fn train(variant: &Variant, data: &Dataset) -> Result<Trained> {
    let (rows, validation) = (data.of("train"), data.of("validation"));
    let mut best = (f64::NEG_INFINITY, PENALTIES[0]);
    for penalty in PENALTIES {
        let model = train_with(variant, data, &rows, penalty);
        let mut predicted = vec![[0.0; 4]; data.rows.len()];
        for (&at, row) in validation.iter().zip(model.predict(data, &validation)?) {
            predicted[at] = row;
        }
        let mean = correlations(data, &validation, &predicted).iter().sum::<f64>();
        if mean > best.0 {
            best = (mean, penalty);
        }
    }
    let both: Vec<usize> = rows.into_iter().chain(validation).collect();
    Ok(train_with(variant, data, &both, best.1))
}

fn train_with(variant: &Variant, data: &Dataset, rows: &[usize], penalty: f32) -> Trained {
    let layout = layout(variant, data, rows);
    let targets: Vec<Target> = rows.iter().map(|&at| data.rows[at].target()).collect();
    let settings = TrainSettings { penalty, ..TrainSettings::default() };
    let heads = fit(&inputs(&layout, data, rows), &targets, &settings);
    Trained { layout, heads, penalty }
}

/// Spearman's correlation with the mean grade, for the three perspectives and the bystander.
pub fn correlations(data: &Dataset, rows: &[usize], predicted: &[[f64; 4]]) -> [f64; 4] {
    std::array::from_fn(|figure| {
        let grades: Vec<f64> = rows.iter().map(|&at| data.rows[at].figures()[figure]).collect();
        let scores: Vec<f64> = rows.iter().map(|&at| predicted[at][figure]).collect();
        spearman(&scores, &grades).unwrap_or(0.0)
    })
}

/// The layout of the features chosen and the embedding, without n-grams.
pub fn layout_of(data: &Dataset, rows: &[usize], chosen: &dyn Fn(&str) -> bool) -> InputLayout {
    let all = Variant { name: "", features: |_| true, ngrams: false, embedding: true };
    let mut layout = layout(&all, data, rows);
    layout.features.retain(|(name, ..)| chosen(name));
    layout
}

fn layout(variant: &Variant, data: &Dataset, rows: &[usize]) -> InputLayout {
    let n = rows.len() as f32;
    let features = FEATURES
        .iter()
        .enumerate()
        .filter(|(_, feature)| (variant.features)(feature.name))
        .map(|(at, feature)| {
            let values = || rows.iter().map(|&row| data.judged[row].features[at]);
            let mean = values().sum::<f32>() / n;
            let deviation = (values().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt();
            (feature.name.to_owned(), mean, deviation)
        })
        // A feature that never varies in the training set can teach nothing.
        .filter(|&(_, _, deviation)| deviation > 0.0)
        .collect();
    let texts = rows.iter().map(|&row| data.judged[row].words.as_slice());
    InputLayout {
        features,
        ngrams: if variant.ngrams {
            NgramVocabulary::collect(texts, LEAST_REPLIES)
        } else {
            Vec::new()
        },
        ngram_weight: NGRAM_WEIGHT,
        embedding_weight: EMBEDDING_WEIGHT,
        embedding_width: if variant.embedding { data.judged[0].embedding.len() } else { 0 },
    }
}

fn inputs(layout: &InputLayout, data: &Dataset, rows: &[usize]) -> Vec<Vec<f32>> {
    let vocabulary = NgramVocabulary::new(&layout.ngrams);
    rows.iter().map(|&row| layout.inputs(&data.judged[row], &vocabulary)).collect()
}

/// Trains the shipped heads on the graded replies outside the test split and writes `heads.safetensors`.
pub fn train_heads() -> Result<()> {
    let embedder = EmbedderBytes::read()?.load()?;
    let data = Dataset::read(&embedder)?;
    let model = train(&SHIPPED, &data)?;

    let layout = serde_json::to_vec(&model.layout)?;
    let mut tensors = vec![("layout", Dtype::U8, vec![layout.len()], layout)];
    for (name, tensor) in [
        ("perspectives", model.heads.perspectives.val()),
        ("cutpoints", model.heads.cutpoints.val()),
        ("bystander", model.heads.bystander.val()),
        ("bystander_bias", model.heads.bystander_bias.val()),
    ] {
        let shape = tensor.dims().to_vec();
        let values = pollster::block_on(read_back(tensor))?;
        let bytes = values.into_iter().flat_map(f32::to_le_bytes).collect();
        tensors.push((name, Dtype::F32, shape, bytes));
    }
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            Ok((*name, TensorView::new(*dtype, shape.clone(), bytes)?))
        })
        .collect::<Result<Vec<_>>>()?;
    let metadata = HashMap::from([("format".to_owned(), HEADS_FORMAT.to_owned())]);
    let bytes = safetensors::serialize(views, Some(metadata))?;
    std::fs::write(format!("{WEIGHTS}/heads.safetensors"), &bytes)?;
    println!(
        "heads.safetensors: {} inputs, {} n-grams, penalty {}, {} bytes, sha256 {}",
        model.layout.width(),
        model.layout.ngrams.len(),
        model.penalty,
        bytes.len(),
        attune::formats::sha256(&[&bytes]),
    );
    Ok(())
}
