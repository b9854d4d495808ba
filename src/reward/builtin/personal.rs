//! How well a reply suits one person: wishes in any words, met by qualities of the reply.
//!
//! A small network reads in each sentence about a person which side of which aspect is wished for, if
//! any, from what the lists name (`data/lexicons/poles.txt`), n-grams and embedding; another which
//! side a reply shows, from its features, n-grams and embedding. Support that matches what is
//! sought is felt to help, and support that does not may hurt (optimal matching: Cutrona & Russell
//! 1990).

use super::Judged;
use super::input::InputLayout;
use super::measure::ReplyReading;
use super::sides::SideReader;
use crate::formats::Result;
use crate::model::{TextEmbedder, Weights};
use crate::reward::ScoreRow;
use crate::reward::features::{NgramVocabulary, words};
use crate::reward::wishes::{KnownWishes, Leanings, Statement, WISH_CUES, statements, wish_cues};

/// How fast a fit grows with what meets: probabilities seldom come near 1.
pub(super) const STEEPNESS: f64 = 5.0;

/// The format of the weights.
pub const PERSONAL_FORMAT: &str = "attune-personal-2";

/// Features that need a query, which training does not show beside the labelled replies.
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

/// The model of personal fit.
pub struct Personal {
    wish_grams: NgramVocabulary,
    wishes: SideReader,
    layout: InputLayout,
    vocabulary: NgramVocabulary,
    quality: SideReader,
}

impl Personal {
    /// Loads the model from the bytes of `personal.safetensors`, for embeddings of `width` components.
    ///
    /// # Errors
    ///
    /// `Weights` where it does not fit this version's features.
    pub fn load(bytes: &[u8], width: usize) -> Result<Self> {
        let mut weights = Weights::read("personal.safetensors", bytes, PERSONAL_FORMAT)?;
        let grams: Vec<String> = weights.json("wish_ngrams")?;
        let layout: InputLayout = weights.json("layout")?;
        if let Some(name) = layout.unknown_feature() {
            return Err(weights.error("layout", format!("the feature \"{name}\" is unknown")));
        }
        if layout.embedding_width > width {
            let problem = format!("embeddings have {width} components");
            return Err(weights.error("layout", problem));
        }
        let wishes = SideReader::load(&mut weights, "wishes", WISH_CUES + 1 + grams.len() + width)?;
        let beside = 1 + ReplyReading::MEASURES + WISH_CUES;
        let quality = SideReader::load(&mut weights, "quality", layout.width() + beside)?;
        weights.finish()?;
        Ok(Self {
            wish_grams: NgramVocabulary::new(&grams),
            wishes,
            vocabulary: NgramVocabulary::new(&layout.ngrams),
            layout,
            quality,
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
            let leanings: Vec<Leanings> = statements
                .iter()
                .zip(vectors.by_ref())
                .map(|(one, vector)| {
                    self.wishes.leanings(&wish_inputs(&one.text, &vector, &self.wish_grams))
                })
                .collect();
            KnownWishes::of(statements, &leanings)
        });
        Ok(known.collect())
    }

    /// How well a reply suits a person, −1 to 1; 0 where nothing is known: over the aspects the
    /// person's leaning times the reply's, and the subjects that are touched.
    pub(super) fn fit(
        &self,
        known: &KnownWishes,
        judged: &Judged,
        reply: &ReplyReading<'_>,
        query: &str,
    ) -> f64 {
        let inputs = quality_inputs(&self.layout, &self.vocabulary, judged, reply);
        let own = self.quality.leanings(&inputs);
        let met: f64 = own.iter().zip(known.leanings).map(|(side, lean)| side * lean).sum();
        (STEEPNESS * (met + known.touched(&judged.words, query))).tanh()
    }
}

/// The inputs that one sentence's wish is told from: cue counts, a constant, n-grams, embedding.
pub fn wish_inputs(text: &str, embedding: &[f32], grams: &NgramVocabulary) -> Vec<f32> {
    let words = words(text);
    let mut inputs = wish_cues(&words).to_vec();
    inputs.push(1.0);
    inputs.extend(grams.vector(&words).into_iter().map(|value| 4.0 * value));
    inputs.extend(embedding.iter().map(|value| 3.0 * value));
    inputs
}

/// The inputs of a reply's qualities: those of `layout` with the n-grams of its whole text, a
/// constant, the hand-made measures, and what the lists find.
pub fn quality_inputs(
    layout: &InputLayout,
    vocabulary: &NgramVocabulary,
    judged: &Judged,
    reply: &ReplyReading<'_>,
) -> Vec<f32> {
    let mut inputs = layout.inputs_with(judged, &reply.words, vocabulary);
    inputs.push(1.0);
    inputs.extend(reply.measures());
    inputs.extend(wish_cues(&reply.words));
    inputs
}
