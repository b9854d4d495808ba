//! Lists of phrases found in texts, beside the lexicons that the linguistic features count.

use aho_corasick::{AhoCorasick, MatchKind};

use super::features::{pattern, phrases};

/// Phrases of several lists, searched together: at one place the longest phrase of all lists
/// counts, so that "don't want advice" is not also read as "want advice".
pub(super) struct Phrases {
    automaton: AhoCorasick,
    list: Vec<usize>,
}

/// A phrase found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Which list it is of, in the order given to [`Phrases::new`].
    pub list: usize,
    /// The place of its first word.
    pub start: usize,
    /// The place after its last word.
    pub end: usize,
}

impl Phrases {
    /// Reads lists in the format of `data/lexicons`.
    pub fn new(sources: &[&'static str]) -> Self {
        let (mut patterns, mut list) = (Vec::new(), Vec::new());
        for (at, source) in sources.iter().enumerate() {
            for phrase in phrases(source) {
                patterns.push(pattern(phrase));
                list.push(at);
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns)
            .expect("the lexicons are small and fixed");
        Self { automaton, list }
    }

    /// Every phrase in `words`, which are lower-case.
    pub fn find(&self, words: &[String]) -> Vec<Found> {
        let (mut text, mut place) = (String::new(), Vec::new());
        for (at, word) in words.iter().enumerate() {
            text.push(' ');
            text.push_str(word);
            text.push(' ');
            place.resize(text.len(), at);
        }
        let found = |hit: aho_corasick::Match| Found {
            list: self.list[hit.pattern().as_usize()],
            start: place[hit.start()],
            end: place[hit.end() - 1] + 1,
        };
        self.automaton.find_iter(&text).map(found).collect()
    }

    /// How many phrases the lists hold.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// How many phrases of the lists occur.
    pub fn count(&self, words: &[String]) -> usize {
        self.find(words).len()
    }
}
