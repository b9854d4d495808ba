use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

macro_rules! lexicons {
    ($($name:ident => $file:literal),+ $(,)?) => {
        /// A list of phrases in `data/lexicons`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each file begins with what it stands for")]
        pub enum Lexicon { $($name),+ }

        const SOURCES: &[&str] =
            &[$(include_str!(concat!("../../../data/lexicons/", $file, ".txt"))),+];
    };
}

lexicons! {
    Advice => "advice",
    AsksAdvice => "asks_advice",
    AsksListening => "asks_listening",
    Certainty => "certainty",
    Dismissal => "dismissal",
    EmotionNegative => "emotion_negative",
    EmotionPositive => "emotion_positive",
    Hedge => "hedge",
    Hostile => "hostile",
    Lecture => "lecture",
    OpenQuestion => "open_question",
    Platitude => "platitude",
    Referral => "referral",
    Robotic => "robotic",
    SelfFocus => "self_focus",
    ToxicPositivity => "toxic_positivity",
    Understanding => "understanding",
    Validation => "validation",
    Warmth => "warmth",
}

/// How often the phrases of each lexicon occur in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts([u32; SOURCES.len()]);

impl Counts {
    /// Counts over `words`, which are lower-case. Within one lexicon the longest phrase at a place
    /// counts, once.
    pub fn of(words: &[String]) -> Self {
        // Every word is fenced by spaces of its own, so that neighbouring phrases do not compete
        // for the space between them.
        let mut text = String::new();
        for word in words {
            text.push(' ');
            text.push_str(word);
            text.push(' ');
        }
        Self(std::array::from_fn(|at| AUTOMATA[at].find_iter(&text).count() as u32))
    }

    /// Occurrences of `lexicon`.
    pub fn get(&self, lexicon: Lexicon) -> u32 {
        self.0[lexicon as usize]
    }
}

static AUTOMATA: LazyLock<Vec<AhoCorasick>> = LazyLock::new(|| {
    let build = |source: &&str| {
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(phrases(source).map(pattern))
            .expect("the lexicons are small and fixed")
    };
    SOURCES.iter().map(build).collect()
});

pub(super) static FUNCTION_WORDS: LazyLock<std::collections::HashSet<&'static str>> =
    LazyLock::new(|| phrases(include_str!("../../../data/lexicons/function_words.txt")).collect());

/// The phrases of a list in the format of `data/lexicons`.
pub(in crate::reward) fn phrases(source: &str) -> impl Iterator<Item = &str> {
    source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// A phrase as it stands in the fenced text of [`Counts::of`].
pub(in crate::reward) fn pattern(phrase: &str) -> String {
    let fenced = format!(" {} ", phrase.replace(' ', "  "));
    match fenced.strip_suffix("* ") {
        Some(prefix) => prefix.to_owned(),
        None => fenced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reward::features::words;

    fn count(lexicon: Lexicon, text: &str) -> u32 {
        Counts::of(&words(text)).get(lexicon)
    }

    #[test]
    fn whole_phrases_only() {
        assert_eq!(count(Lexicon::Advice, "You should rest. You should!"), 2);
        assert_eq!(count(Lexicon::Advice, "Your shoulder hurts."), 0);
    }

    #[test]
    fn neighbouring_phrases_both_count() {
        assert_eq!(count(Lexicon::EmotionNegative, "sad lonely tired"), 3);
    }

    #[test]
    fn a_star_matches_any_ending() {
        assert_eq!(count(Lexicon::EmotionNegative, "grieving and mourning"), 2);
        assert_eq!(count(Lexicon::EmotionNegative, "failures"), 0);
    }

    #[test]
    fn the_longest_phrase_at_a_place_counts_once() {
        assert_eq!(count(Lexicon::Warmth, "my heart"), 1);
    }
}
