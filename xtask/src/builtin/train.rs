use anyhow::Result;
use attune::model::{Heads, HiddenLayer, KernelRegression};
use attune::reward::builtin::train::{
    Bound, Fitted, Preference, Target, TrainSettings, TrainingSet, beside_hidden, beside_kernel,
    fit, predict,
};
use attune::reward::builtin::train_hidden::{HiddenSettings, fit_hidden};
use attune::reward::builtin::{InputLayout, KERNEL_OUTPUTS};
use attune::reward::features::{
    CLAIMS, CLICHES, COPIED, COUNTED, FEATURES, NgramVocabulary, SYMPATHIES,
};
use attune::stats::quantile;
use pollster::block_on;

use super::data::Dataset;
use super::pairs::MinimalPair;

/// Which parts of the input a model sees.
#[derive(Clone, Copy)]
pub struct Variant {
    pub name: &'static str,
    pub features: fn(&str) -> bool,
    pub ngrams: bool,
    pub embedding: bool,
    pub kernel: bool,
    pub hidden: bool,
}

/// What is shipped; the others are the ablation.
pub const SHIPPED: Variant = Variant {
    name: "features, n-grams, embedding, kernel, hidden layer",
    features: |_| true,
    ngrams: true,
    embedding: true,
    kernel: true,
    hidden: true,
};

/// How the hidden layer is trained. Chosen on the whole validation split, with a part of the data.
const HIDDEN: HiddenSettings = HiddenSettings {
    units: 64,
    epochs: 20,
    batch: 64,
    rate: 0.001,
    penalty: 0.001,
    preferences: 1.0,
    left_out: [0.3, 0.5],
    seed: 7,
};

/// An n-gram must occur in this many replies of the training set.
const LEAST_REPLIES: usize = 10;
/// The n-grams and the embedding are unit vectors with many small components: these weights bring a
/// typical component to the scale of a standardised feature, within a factor of two.
const NGRAM_WEIGHT: f32 = 8.0;
const EMBEDDING_WEIGHT: f32 = 6.0;
/// γ and λ of the kernel regression: the best of five-fold cross-validation over the scenarios of
/// the training and validation splits, γ among .003, .01, .02 and .03, λ among .1, .15, .3 and .5.
pub const GAMMA: f32 = 0.01;
const RIDGE: f32 = 0.3;
/// What its targets, standardised, are multiplied by: about the scale of a latent score.
const KERNEL_SCALE: f32 = 2.0;
/// Parts of the training set; the kernel regression of a reply comes from the others, so that the
/// heads see it as it will be for a reply that is new.
const FOLDS: usize = 5;
/// The share of training replies that lie farther from the rest than a text counts as near.
const FAR: f64 = 0.01;

/// A model trained on part of the data.
pub struct Trained {
    pub layout: InputLayout,
    pub kernel: Option<KernelRegression>,
    pub hidden: Option<HiddenLayer>,
    pub heads: Heads,
    /// The kernel with the closest text of another scenario, of which one training reply in a
    /// hundred has less.
    pub least_near: f32,
}

impl Trained {
    pub fn predict(&self, data: &Dataset, rows: &[usize]) -> Result<Vec<[f64; 4]>> {
        let inputs = self.see(&base(&self.layout, rows.iter().map(|&row| &data.judged[row])))?;
        Ok(block_on(predict(&self.heads, &inputs))?)
    }

    /// Whether each pair comes out in the order expected.
    pub fn order(&self, pairs: &[&MinimalPair]) -> Result<Vec<bool>> {
        let right = |pair: &&MinimalPair| {
            let inputs = self.see(&base(&self.layout, pair.sides.iter()))?;
            let scores = block_on(predict(&self.heads, &inputs))?;
            let at = pair.perspective;
            Ok(scores[pair.better][at] > scores[1 - pair.better][at])
        };
        pairs.iter().map(right).collect()
    }

    fn see(&self, base: &[Vec<f32>]) -> Result<Vec<Vec<f32>>> {
        let seen = see(base, &self.layout, self.kernel.as_ref())?;
        match &self.hidden {
            None => Ok(seen),
            Some(hidden) => Ok(block_on(beside_hidden(&seen, self.layout.counts(), hidden))?),
        }
    }
}

/// What the heads see: `base`, with the kernel regression beside it where there is one.
fn see(
    base: &[Vec<f32>],
    layout: &InputLayout,
    kernel: Option<&KernelRegression>,
) -> Result<Vec<Vec<f32>>> {
    match kernel {
        None => Ok(base.to_vec()),
        Some(kernel) => Ok(block_on(beside_kernel(base, layout, kernel))?.0),
    }
}

/// Trains on the training split and the first half of the validation split; the second half and the
/// test split are not looked at.
pub fn train(variant: &Variant, data: &Dataset, pairs: &[MinimalPair]) -> Result<Trained> {
    let (rows, [choosing, _]) = (data.of("train"), data.validation_halves());
    let preferences = pairs.iter().filter(|pair| pair.split == "train").collect::<Vec<_>>();
    let both: Vec<usize> = rows.iter().copied().chain(choosing.iter().copied()).collect();
    if variant.hidden {
        let prepared = Prepared::new(variant, data, &both, &preferences)?;
        let (hidden, heads) = prepared.fit_hidden(data, &both);
        return Ok(prepared.trained(Some(hidden), heads));
    }
    let settings = choose(variant, data, &rows, &choosing, &preferences)?;
    let prepared = Prepared::new(variant, data, &both, &preferences)?;
    let Fitted { heads, .. } = prepared.fit(data, &both, None, &settings);
    Ok(prepared.trained(None, heads))
}

/// Heads without a hidden layer: the number of steps that does best on rows left out.
fn choose(
    variant: &Variant,
    data: &Dataset,
    rows: &[usize],
    choosing: &[usize],
    preferences: &[&MinimalPair],
) -> Result<TrainSettings> {
    let prepared = Prepared::new(variant, data, rows, preferences)?;
    let seen = prepared.see(data, choosing)?;
    let targets = targets(data, choosing);
    let validation = TrainingSet { inputs: &seen, targets: &targets, preferences: &[] };
    let settings = TrainSettings::default();
    let Fitted { steps, .. } = prepared.fit(data, rows, Some(validation), &settings);
    Ok(TrainSettings { steps, ..settings })
}

/// What the heads are fitted to.
struct Prepared {
    layout: InputLayout,
    kernel: Option<KernelRegression>,
    inputs: Vec<Vec<f32>>,
    preferences: Vec<Preference>,
    bounds: Vec<Bound>,
    least_near: f32,
}

impl Prepared {
    fn new(
        variant: &Variant,
        data: &Dataset,
        rows: &[usize],
        pairs: &[&MinimalPair],
    ) -> Result<Self> {
        let layout = layout(variant, data, rows);
        let own = base(&layout, rows.iter().map(|&row| &data.judged[row]));
        let mut prepared = Self {
            bounds: bounds(&layout),
            layout,
            kernel: None,
            inputs: own,
            preferences: Vec::new(),
            least_near: 0.0,
        };
        if variant.kernel {
            prepared.add_kernel(data, rows)?;
        }
        let mut sides = pairs.iter().flat_map(|pair| &pair.sides);
        let base = base(&prepared.layout, &mut sides);
        let seen = see(&base, &prepared.layout, prepared.kernel.as_ref())?;
        for (pair, sides) in pairs.iter().zip(seen.as_chunks::<2>().0) {
            let (better, worse) = (sides[pair.better].clone(), sides[1 - pair.better].clone());
            prepared.preferences.push(Preference { better, worse, perspective: pair.perspective });
        }
        Ok(prepared)
    }

    /// Fits the kernel regression, and for each training row one that saw no reply of its fold.
    fn add_kernel(&mut self, data: &Dataset, rows: &[usize]) -> Result<()> {
        let dense = self.layout.dense();
        let x: Vec<Vec<f32>> = self.inputs.iter().map(|row| row[dense.clone()].to_vec()).collect();
        let y = standardised(data, rows);
        let folds = data.folds(rows, FOLDS);
        let mut inputs = vec![Vec::new(); rows.len()];
        let mut nearness = Vec::new();
        for fold in 0..FOLDS {
            let places = |within: bool| -> Vec<usize> {
                (0..rows.len()).filter(|&at| (folds[at] == fold) == within).collect()
            };
            let (own, others) = (places(true), places(false));
            let pick = |from: &[Vec<f32>], places: &[usize]| -> Vec<Vec<f32>> {
                places.iter().map(|&at| from[at].clone()).collect()
            };
            let kernel =
                KernelRegression::fit(&pick(&x, &others), &pick(&y, &others), GAMMA, RIDGE);
            let base = pick(&self.inputs, &own);
            let (seen, nearest) = block_on(beside_kernel(&base, &self.layout, &kernel))?;
            for (&at, row) in own.iter().zip(seen) {
                inputs[at] = row;
            }
            nearness.extend(nearest.into_iter().map(f64::from));
        }
        nearness.sort_by(f64::total_cmp);
        self.least_near = quantile(&nearness, FAR).unwrap_or(0.0) as f32;
        self.kernel = Some(KernelRegression::fit(&x, &y, GAMMA, RIDGE));
        self.inputs = inputs;
        Ok(())
    }

    fn see(&self, data: &Dataset, rows: &[usize]) -> Result<Vec<Vec<f32>>> {
        let base = base(&self.layout, rows.iter().map(|&row| &data.judged[row]));
        see(&base, &self.layout, self.kernel.as_ref())
    }

    fn trained(self, hidden: Option<HiddenLayer>, heads: Heads) -> Trained {
        let Self { layout, kernel, least_near, .. } = self;
        Trained { layout, kernel, hidden, heads, least_near }
    }

    fn fit_hidden(&self, data: &Dataset, rows: &[usize]) -> (HiddenLayer, Heads) {
        let targets = targets(data, rows);
        let Self { layout, inputs, preferences, bounds, .. } = self;
        let set = TrainingSet { inputs, targets: &targets, preferences };
        fit_hidden(set, layout.counts(), bounds, &HIDDEN)
    }

    fn fit(
        &self,
        data: &Dataset,
        rows: &[usize],
        validation: Option<TrainingSet<'_>>,
        settings: &TrainSettings,
    ) -> Fitted {
        let targets = targets(data, rows);
        let Self { inputs, preferences, bounds, .. } = self;
        fit(TrainingSet { inputs, targets: &targets, preferences }, validation, bounds, settings)
    }
}

/// Where padding must not pay: stock phrases and copies can raise neither resonation nor the
/// bystander, and stock phrases lower reception.
fn bounds(layout: &InputLayout) -> Vec<Bound> {
    let bound = |name: &str| match name {
        CLICHES | SYMPATHIES => Some(([0.0, f32::INFINITY, -0.2], -0.1)),
        CLAIMS | COPIED => Some(([0.0, f32::INFINITY, 0.0], 0.0)),
        _ => None,
    };
    let named = layout.features.iter().enumerate();
    let bounded = named.filter_map(|(input, (name, ..))| {
        let (perspectives, bystander) = bound(name)?;
        Some(Bound { input, perspectives, bystander })
    });
    bounded.collect()
}

fn targets(data: &Dataset, rows: &[usize]) -> Vec<Target> {
    rows.iter().map(|&at| data.rows[at].target()).collect()
}

/// The mean grades of three perspectives and five sub-scores, each with mean 0 and one deviation.
fn standardised(data: &Dataset, rows: &[usize]) -> Vec<Vec<f32>> {
    let mut grades: Vec<Vec<f32>> = rows
        .iter()
        .map(|&at| {
            let Target { levels, bystander } = data.rows[at].target();
            let mean =
                |levels: [f32; 5]| levels.iter().zip(1u8..).map(|(p, k)| p * f32::from(k)).sum();
            levels.map(mean).into_iter().chain(bystander).collect()
        })
        .collect();
    for at in 0..KERNEL_OUTPUTS {
        let n = grades.len() as f32;
        let mean = grades.iter().map(|row| row[at]).sum::<f32>() / n;
        let variance = grades.iter().map(|row| (row[at] - mean).powi(2)).sum::<f32>() / n;
        let scale = KERNEL_SCALE / variance.sqrt().max(1e-6);
        grades.iter_mut().for_each(|row| row[at] = (row[at] - mean) * scale);
    }
    grades
}

/// The layout of the features chosen and the embedding, without n-grams.
pub fn layout_of(data: &Dataset, rows: &[usize], chosen: &dyn Fn(&str) -> bool) -> InputLayout {
    let all = Variant { name: "", ngrams: false, kernel: false, ..SHIPPED };
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
            // Counts keep their own scale: cut at a few deviations, they would stop counting.
            match COUNTED.contains(&feature.name) {
                true => (feature.name.to_owned(), 0.0, 1.0),
                false => (feature.name.to_owned(), mean, deviation),
            }
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

fn base<'a>(
    layout: &InputLayout,
    judged: impl IntoIterator<Item = &'a attune::reward::builtin::Judged>,
) -> Vec<Vec<f32>> {
    let vocabulary = NgramVocabulary::new(&layout.ngrams);
    judged.into_iter().map(|judged| layout.inputs(judged, &vocabulary)).collect()
}
