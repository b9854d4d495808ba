use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Stock;
use crate::formats::Result;
use crate::model::TextEmbedder;
use crate::reward::features::{
    COUNTED, Exchange, FEATURES, NgramVocabulary, OwnWords, Similarities, content_stems, features,
    sentences, words,
};
use crate::reward::{ScoreRow, Sections};

/// Standardised features are cut here: an odd text must not drive a head to an extreme.
const FEATURE_LIMIT: f32 = 4.0;

/// A text under judgement, turned into numbers but not yet standardised.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The linguistic features, in the order of [`FEATURES`].
    pub features: Vec<f32>,
    /// Its own words, for the n-grams.
    pub words: Vec<String>,
    /// The embedding of what is its own.
    pub embedding: Vec<f32>,
}

impl Judged {
    /// Reads, for each row, the two texts a judge looks at: the analysis (the reply itself where
    /// there is none), then the reply.
    ///
    /// # Errors
    ///
    /// Those of the embedder.
    pub async fn read(
        rows: &[ScoreRow],
        embedder: &TextEmbedder,
        stock: &Stock,
    ) -> Result<Vec<[Self; 2]>> {
        let versions: Vec<Version<'_>> = rows.iter().map(Version::of).collect();
        Ok(Self::read_versions(&versions, &[], embedder, stock).await?.0)
    }

    /// [`Self::read`] of versions of replies, and the embeddings of `others` beside them.
    pub(super) async fn read_versions(
        versions: &[Version<'_>],
        others: &[&str],
        embedder: &TextEmbedder,
        stock: &Stock,
    ) -> Result<(Vec<[Self; 2]>, Vec<Vec<f32>>)> {
        let own: Vec<Vec<OwnWords>> = versions.iter().map(Version::own_words).collect();
        let own = stock_left_out(versions, own, embedder, stock).await?;
        let mut texts = Texts::default();
        let mut spans = Vec::new();
        for (Version { row, .. }, own) in versions.iter().zip(&own) {
            let query = texts.add_with_sentences(&row.query);
            let memory: Vec<usize> = row.memory.iter().map(|text| texts.add(text)).collect();
            let judged: Vec<_> =
                own.iter().map(|own| texts.add_with_sentences(&own.text)).collect();
            spans.push(((query, memory), judged));
        }
        let Texts(mut texts) = texts;
        let end = texts.len();
        texts.extend(others);
        let mut vectors = embedder.embed(&texts).await?;
        let others = vectors.split_off(end);

        let read = |row: &ScoreRow,
                    own: &OwnWords,
                    spans: &(Range<usize>, Vec<usize>),
                    at: &Range<usize>| {
            let (query, memory) = spans;
            let parts = |of: &Range<usize>| &vectors[of.start + 1..of.end];
            let vector = &vectors[at.start];
            let closest = |to: &[f32], among: &mut dyn Iterator<Item = &Vec<f32>>| {
                among.map(|other| dot(to, other)).max_by(f32::total_cmp).unwrap_or(0.0)
            };
            let concerns =
                parts(query).iter().map(|concern| closest(concern, &mut parts(at).iter()));
            let similarities = Similarities {
                query: dot(vector, &vectors[query.start]),
                best_sentence: closest(&vectors[query.start], &mut parts(at).iter()),
                memory: closest(vector, &mut memory.iter().map(|&place| &vectors[place])),
                concerns: concerns.sum::<f32>() / parts(query).len().max(1) as f32,
            };
            let exchange = Exchange {
                text: &own.text,
                set_aside: own.set_aside,
                query: &row.query,
                background: &background(row),
                memory: &row.memory,
                similarities,
            };
            Self {
                features: features(&exchange),
                words: words(&own.text),
                embedding: vector.clone(),
            }
        };
        let judged = versions
            .iter()
            .zip(own.iter().zip(spans))
            .map(|(Version { row, .. }, (own, (context, judged)))| {
                let mut read =
                    own.iter().zip(&judged).map(|(own, at)| read(row, own, &context, at));
                let first = read.next().expect("the reply is always read");
                let second = read.next().unwrap_or_else(|| first.clone());
                [first, second]
            })
            .collect();
        Ok((judged, others))
    }
}

/// What is own of each text, without stock phrases in other words either.
async fn stock_left_out(
    versions: &[Version<'_>],
    own: Vec<Vec<OwnWords>>,
    embedder: &TextEmbedder,
    stock: &Stock,
) -> Result<Vec<Vec<OwnWords>>> {
    let parts: Vec<&str> = own.iter().flatten().flat_map(|own| sentences(&own.text)).collect();
    let vectors = embedder.embed(&parts).await?;
    let mut rest = vectors.as_slice();
    let left = versions.iter().zip(&own).map(|(Version { row, .. }, own)| {
        let known = [background(row), row.query.clone(), row.memory.join(" ")].join(" ");
        let raised = content_stems(&words(&known)).into_keys().collect();
        let mut without = |own: &OwnWords| {
            let (parts, others) = rest.split_at(sentences(&own.text).len());
            rest = others;
            stock.without(own, parts, &raised)
        };
        own.iter().map(&mut without).collect()
    });
    Ok(left.collect())
}

/// Texts to embed at once.
#[derive(Default)]
struct Texts<'a>(Vec<&'a str>);

impl<'a> Texts<'a> {
    /// The place of `text`.
    fn add(&mut self, text: &'a str) -> usize {
        self.0.push(text);
        self.0.len() - 1
    }

    /// The places of `text` and, behind it, of its sentences.
    fn add_with_sentences(&mut self, text: &'a str) -> Range<usize> {
        let start = self.add(text);
        self.0.extend(sentences(text));
        start..self.0.len()
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

    /// What is the supporter's own of the analysis, where there is one, and of the reply.
    fn own_words(&self) -> Vec<OwnWords> {
        let query = std::iter::once(self.row.query.as_str());
        let said: Vec<&str> = query.chain(self.row.seeker_turns()).collect();
        let texts = [self.analysis.as_deref(), Some(self.response.as_ref())];
        texts.into_iter().flatten().map(|text| OwnWords::of(text, &said)).collect()
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

/// How the input is laid out: standardised features, then the embedding, then n-grams.
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

    /// How many counts of what was set aside come first among the inputs. Their weights have bounds.
    pub fn counts(&self) -> usize {
        let counted = |(name, ..): &&(String, f32, f32)| COUNTED.contains(&name.as_str());
        self.features.iter().take_while(counted).count()
    }

    /// The features and the embedding among the inputs, without the counts: a kernel knows no bounds.
    pub fn dense(&self) -> Range<usize> {
        self.counts()..self.features.len() + self.embedding_width
    }

    /// The inputs of one text. `vocabulary` is that of [`Self::ngrams`], built once by the caller.
    ///
    /// # Panics
    ///
    /// Where a feature is named that [`FEATURES`] does not know: check with
    /// [`Self::unknown_feature`] first.
    pub fn inputs(&self, judged: &Judged, vocabulary: &NgramVocabulary) -> Vec<f32> {
        self.inputs_with(judged, &judged.words, vocabulary)
    }

    /// [`Self::inputs`] with the n-grams of other words than the judged ones.
    pub(super) fn inputs_with(
        &self,
        judged: &Judged,
        words: &[String],
        vocabulary: &NgramVocabulary,
    ) -> Vec<f32> {
        let mut inputs = Vec::with_capacity(self.width());
        for (name, mean, deviation) in &self.features {
            let at = position(name).expect("checked when the layout was loaded");
            let z = (judged.features[at] - mean) / deviation.max(1e-6);
            inputs.push(z.clamp(-FEATURE_LIMIT, FEATURE_LIMIT));
        }
        let embedding = &judged.embedding[..self.embedding_width];
        inputs.extend(embedding.iter().map(|value| value * self.embedding_weight));
        let ngrams = vocabulary.vector(words);
        inputs.extend(ngrams.into_iter().map(|value| value * self.ngram_weight));
        inputs
    }

    /// The first feature named that this version cannot compute.
    pub fn unknown_feature(&self) -> Option<&str> {
        self.features.iter().map(|(name, ..)| name.as_str()).find(|name| position(name).is_none())
    }
}

/// The place of a feature among [`FEATURES`].
pub(super) fn position(name: &str) -> Option<usize> {
    FEATURES.iter().position(|feature| feature.name == name)
}
