use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::formats::Result;
use crate::model::TextEmbedder;
use crate::reward::features::{
    Exchange, FEATURES, NgramVocabulary, Similarities, features, sentences, words,
};
use crate::reward::{ScoreRow, Sections};

/// Standardised features are cut here: an odd text must not drive a head to an extreme.
const FEATURE_LIMIT: f32 = 4.0;

/// A text under judgement, turned into numbers but not yet standardised.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The linguistic features, in the order of [`FEATURES`].
    pub features: Vec<f32>,
    /// Its words, for the n-grams.
    pub words: Vec<String>,
    /// Its embedding.
    pub embedding: Vec<f32>,
}

impl Judged {
    /// Reads, for each row, the two texts a judge looks at: the analysis (the reply itself where
    /// there is none), then the reply.
    ///
    /// # Errors
    ///
    /// Those of the embedder.
    pub async fn read(rows: &[ScoreRow], embedder: &TextEmbedder) -> Result<Vec<[Self; 2]>> {
        let versions: Vec<Version<'_>> = rows.iter().map(Version::of).collect();
        Ok(Self::read_versions(&versions, &[], embedder).await?.0)
    }

    /// [`Self::read`] of versions of replies, and the embeddings of `others` beside them.
    pub(super) async fn read_versions(
        versions: &[Version<'_>],
        others: &[&str],
        embedder: &TextEmbedder,
    ) -> Result<(Vec<[Self; 2]>, Vec<Vec<f32>>)> {
        let mut texts: Vec<&str> = Vec::new();
        let mut spans = Vec::new();
        for Version { row, analysis, response } in versions {
            let start = texts.len();
            texts.push(&row.query);
            texts.extend(row.memory.iter().map(String::as_str));
            let mut judged = Vec::new();
            for text in [analysis.as_deref(), Some(response.as_ref())].into_iter().flatten() {
                let at = texts.len();
                texts.push(text);
                texts.extend(sentences(text));
                judged.push((text, at..texts.len()));
            }
            spans.push((start, judged));
        }
        let end = texts.len();
        texts.extend(others);
        let mut vectors = embedder.embed(&texts).await?;
        let others = vectors.split_off(end);

        let read = |row: &ScoreRow, start: usize, text: &str, own: std::ops::Range<usize>| {
            let query = &vectors[start];
            let vector = &vectors[own.start];
            let closest = |to: &[f32], among: &[Vec<f32>]| {
                among.iter().map(|other| dot(to, other)).max_by(f32::total_cmp).unwrap_or(0.0)
            };
            let similarities = Similarities {
                query: dot(vector, query),
                best_sentence: closest(query, &vectors[own.start + 1..own.end]),
                memory: closest(vector, &vectors[start + 1..=start + row.memory.len()]),
            };
            let exchange = Exchange {
                text,
                query: &row.query,
                background: &background(row),
                memory: &row.memory,
                similarities,
            };
            Self { features: features(&exchange), words: words(text), embedding: vector.clone() }
        };
        let judged = versions
            .iter()
            .zip(spans)
            .map(|(Version { row, .. }, (start, judged))| {
                let mut read = judged.into_iter().map(|(text, own)| read(row, start, text, own));
                let first = read.next().expect("the reply is always read");
                let second = read.next().unwrap_or_else(|| first.clone());
                [first, second]
            })
            .collect();
        Ok((judged, others))
    }
}

/// A reply to judge: that of a row, or one with parts taken out.
#[derive(Debug, Clone)]
pub(super) struct Version<'a> {
    /// The row, for its context.
    pub row: &'a ScoreRow,
    /// The analysis, where there is one.
    pub analysis: Option<Cow<'a, str>>,
    /// The reply.
    pub response: Cow<'a, str>,
}

impl<'a> Version<'a> {
    /// The reply as the row gives it.
    pub fn of(row: &'a ScoreRow) -> Self {
        let Sections { analysis, response } = row.sections();
        Self { row, analysis: analysis.map(Cow::Borrowed), response: Cow::Borrowed(response) }
    }
}

fn background(row: &ScoreRow) -> String {
    let persona = row.persona.as_ref().map(|persona| persona.identity.as_str());
    let turns = row.history.iter().map(|turn| turn.content.as_str());
    persona.into_iter().chain(row.scenario.as_deref()).chain(turns).collect::<Vec<_>>().join("\n")
}

pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// How the heads' input is laid out: standardised features, then n-grams, then the embedding.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InputLayout {
    /// The features used, by name, with mean and standard deviation in the training set.
    pub features: Vec<(String, f32, f32)>,
    /// The n-grams used.
    pub ngrams: Vec<String>,
    /// What the n-gram vector is multiplied by.
    pub ngram_weight: f32,
    /// Whether the embedding is used, and what it is multiplied by.
    pub embedding_weight: f32,
    /// Components of the embedding, 0 where it is not used.
    pub embedding_width: usize,
}

impl InputLayout {
    /// Number of inputs, F.
    pub fn width(&self) -> usize {
        self.features.len() + self.ngrams.len() + self.embedding_width
    }

    /// The inputs of one text. `vocabulary` is that of [`Self::ngrams`], built once by the caller.
    ///
    /// # Panics
    ///
    /// Where a feature is named that [`FEATURES`] does not know: check with
    /// [`Self::unknown_feature`] first.
    pub fn inputs(&self, judged: &Judged, vocabulary: &NgramVocabulary) -> Vec<f32> {
        let mut inputs = Vec::with_capacity(self.width());
        for (name, mean, deviation) in &self.features {
            let at = position(name).expect("checked when the layout was loaded");
            let z = (judged.features[at] - mean) / deviation.max(1e-6);
            inputs.push(z.clamp(-FEATURE_LIMIT, FEATURE_LIMIT));
        }
        let ngrams = vocabulary.vector(&judged.words);
        inputs.extend(ngrams.into_iter().map(|value| value * self.ngram_weight));
        let embedding = &judged.embedding[..self.embedding_width];
        inputs.extend(embedding.iter().map(|value| value * self.embedding_weight));
        inputs
    }

    /// The first feature named that this version cannot compute.
    pub fn unknown_feature(&self) -> Option<&str> {
        self.features.iter().map(|(name, ..)| name.as_str()).find(|name| position(name).is_none())
    }
}

fn position(name: &str) -> Option<usize> {
    FEATURES.iter().position(|feature| feature.name == name)
}
