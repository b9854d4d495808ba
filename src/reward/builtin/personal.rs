//! How well a reply suits one person: wishes in any words, met by qualities of the reply.
//!
//! A person's sentences are read by what they name (`data/lexicons/poles.txt`) and by a softmax
//! regression that tells welcome from unwelcome from neither. A reply's side of each aspect is a
//! logistic regression over its features, n-grams and embedding. Support that matches what is
//! sought is felt to help, and support that does not may hurt (optimal matching: Cutrona & Russell
//! 1990).

use super::Judged;
use super::input::InputLayout;
use super::measure::ReplyReading;
use crate::formats::Result;
use crate::model::{TextEmbedder, Weights};
use crate::reward::ScoreRow;
use crate::reward::features::{NgramVocabulary, words};
use crate::reward::wishes::{ASPECTS, KnownWishes, Statement, attitude_cues, statements};

/// The format of the weights.
pub const PERSONAL_FORMAT: &str = "attune-personal-1";

/// Unwelcome, neither, welcome.
pub const ATTITUDES: usize = 3;

/// Features that need a query, which the labelled replies have not.
pub const TWO_SIDED: &[&str] = &[
    "coverage",
    "specificity",
    "copied",
    "similarity_concerns",
    "concerns_beyond_words",
    "asks_about_it",
    "own_story_alike",
    "query_negative",
    "query_positive",
    "cheer_at_sorrow",
    "joy_shared",
    "emotion_mirrored",
    "emotion_inferred",
    "memory_mentioned",
    "similarity_query",
    "similarity_best_sentence",
    "similarity_memory",
    "meaning_beyond_words",
    "asked_advice",
    "asked_listening",
    "advice_asked",
    "advice_unwanted",
    "query_log_words",
];

static WEIGHTS: &[u8] = include_bytes!("../../../data/builtin/personal.safetensors");

/// The model of personal fit, plain numbers on the CPU: it is too small for a device to pay.
pub struct Personal {
    attitude_grams: NgramVocabulary,
    attitude: Vec<f32>,
    layout: InputLayout,
    vocabulary: NgramVocabulary,
    quality: Vec<f32>,
    gains: Vec<f32>,
}

impl Personal {
    /// Loads the model that is compiled in.
    ///
    /// # Errors
    ///
    /// `Weights` where it does not fit this version's features.
    pub fn load() -> Result<Self> {
        Self::read(WEIGHTS)
    }

    /// Reads a model from the bytes of `personal.safetensors`.
    ///
    /// # Errors
    ///
    /// As for [`Self::load`].
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut weights = Weights::read("personal.safetensors", bytes, PERSONAL_FORMAT)?;
        let grams: Vec<String> = weights.json("attitude_ngrams")?;
        let layout: InputLayout = weights.json("layout")?;
        let (attitude, _) = weights.take::<2>("attitude")?;
        let (quality, _) = weights.take::<2>("quality")?;
        let (gains, _) = weights.take::<1>("gains")?;
        weights.finish()?;
        Ok(Self {
            attitude_grams: NgramVocabulary::new(&grams),
            attitude,
            vocabulary: NgramVocabulary::new(&layout.ngrams),
            layout,
            quality,
            gains,
        })
    }

    /// What is known of the seekers of `rows`.
    ///
    /// # Errors
    ///
    /// Those of the embedder.
    pub async fn known(
        &self,
        rows: &[ScoreRow],
        embedder: &TextEmbedder,
    ) -> Result<Vec<KnownWishes>> {
        let all: Vec<Vec<Statement>> = rows.iter().map(statements).collect();
        let texts: Vec<&str> = all.iter().flatten().map(|one| one.text.as_str()).collect();
        let mut vectors = embedder.embed(&texts).await?.into_iter();
        let known = all.iter().map(|statements| {
            let attitudes: Vec<f64> = statements
                .iter()
                .zip(vectors.by_ref())
                .map(|(one, vector)| self.attitude(&one.text, &vector))
                .collect();
            KnownWishes::of(statements, &attitudes)
        });
        Ok(known.collect())
    }

    fn attitude(&self, text: &str, embedding: &[f32]) -> f64 {
        let inputs = attitude_inputs(text, embedding, &self.attitude_grams);
        let logit = |class: usize| {
            inputs
                .iter()
                .zip(self.attitude.chunks_exact(ATTITUDES))
                .map(|(x, w)| x * w[class])
                .sum()
        };
        let logits: [f32; ATTITUDES] = std::array::from_fn(logit);
        let most = logits.iter().copied().fold(f32::MIN, f32::max);
        let shares = logits.map(|logit| f64::from((logit - most).exp()));
        (shares[2] - shares[0]) / shares.iter().sum::<f64>()
    }

    /// How well a reply suits a person, −1 to 1; 0 where nothing is known.
    pub fn fit(&self, known: &KnownWishes, judged: &Judged, text: &str, query: &str) -> f64 {
        let inputs = quality_inputs(&self.layout, &self.vocabulary, judged, text);
        let mut fit = 0.0;
        for (aspect, lean) in known.leanings.iter().enumerate() {
            if *lean == 0.0 {
                continue;
            }
            let column = self.quality.iter().skip(aspect).step_by(ASPECTS);
            let z: f32 = inputs.iter().zip(column).map(|(x, w)| x * w).sum();
            fit += f64::from(self.gains[aspect]) * lean * f64::from((0.5 * z).tanh());
        }
        fit += f64::from(self.gains[ASPECTS]) * known.touched(&judged.words, query);
        fit.tanh()
    }
}

/// The inputs of the attitude of one sentence: cue counts, a constant, n-grams, embedding.
pub fn attitude_inputs(text: &str, embedding: &[f32], grams: &NgramVocabulary) -> Vec<f32> {
    let words = words(text);
    let mut inputs = attitude_cues(&words).to_vec();
    inputs.push(1.0);
    inputs.extend(grams.vector(&words).into_iter().map(|value| 4.0 * value));
    inputs.extend(embedding.iter().map(|value| 3.0 * value));
    inputs
}

/// The inputs of a reply's qualities: those of `layout`, a constant, and the hand-made measures.
pub fn quality_inputs(
    layout: &InputLayout,
    vocabulary: &NgramVocabulary,
    judged: &Judged,
    text: &str,
) -> Vec<f32> {
    let mut inputs = layout.inputs(judged, vocabulary);
    inputs.push(1.0);
    inputs.extend(ReplyReading::of(text, &judged.embedding).measures());
    inputs
}
