use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation;

use super::input::dot;
use crate::formats::Result;
use crate::model::TextEmbedder;
use crate::reward::features::{OwnWords, STOCK, content_stems, phrases, words};

/// The similarity with a stock phrase from which a sentence says the same in other words.
const SAME: f32 = 0.74;
/// Words of such a sentence: fewer are told by the lists, more say more.
const WORDS: std::ops::RangeInclusive<usize> = 3..=16;

/// The stock phrases of the lists by their embeddings, to know them in other words.
pub struct Stock(Vec<(usize, Vec<f32>)>);

impl Stock {
    /// Embeds the lists.
    ///
    /// # Errors
    ///
    /// Those of the embedder.
    pub async fn of(embedder: &TextEmbedder) -> Result<Self> {
        let all = STOCK.iter().enumerate();
        let all: Vec<(usize, &str)> =
            all.flat_map(|(list, source)| phrases(source).map(move |one| (list, one))).collect();
        let texts: Vec<&str> = all.iter().map(|(_, text)| *text).collect();
        let vectors = embedder.embed(&texts).await?;
        Ok(Self(all.iter().map(|(list, _)| *list).zip(vectors).collect()))
    }

    /// `own` without the sentences that say nothing but a stock phrase in other words; `vectors` are
    /// those of its sentences, `raised` the stems of all that is known of the exchange.
    pub(super) fn without(
        &self,
        own: &OwnWords,
        vectors: &[Vec<f32>],
        raised: &HashSet<String>,
    ) -> OwnWords {
        let (mut text, mut set_aside) = (String::new(), own.set_aside);
        let mut vectors = vectors.iter();
        for sentence in own.text.split_sentence_bounds() {
            if sentence.trim().is_empty() {
                text.push_str(sentence);
                continue;
            }
            let vector = vectors.next();
            match vector.and_then(|vector| self.list_of(sentence, vector, raised)) {
                Some(list) => set_aside.add(list),
                None => text.push_str(sentence),
            }
        }
        if !text.chars().any(char::is_alphanumeric) {
            text.clear();
        }
        OwnWords { text, set_aside }
    }

    fn list_of(&self, sentence: &str, vector: &[f32], raised: &HashSet<String>) -> Option<usize> {
        let words = words(sentence);
        if !WORDS.contains(&words.len()) || sentence.contains('?') {
            return None;
        }
        if content_stems(&words).keys().any(|stem| raised.contains(stem)) {
            return None;
        }
        let close = |(list, phrase): &(usize, Vec<f32>)| (dot(phrase, vector), *list);
        let (close, list) = self.0.iter().map(close).max_by(|a, b| a.0.total_cmp(&b.0))?;
        (close >= SAME).then_some(list)
    }
}
