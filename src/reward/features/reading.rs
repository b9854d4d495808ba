use std::collections::{BTreeMap, HashSet};

use unicode_segmentation::UnicodeSegmentation;

use super::lexicon::{Counts, FUNCTION_WORDS, Lexicon};
use super::own::SetAside;

/// Lower-case words with straight apostrophes, punctuation left out (UAX #29).
pub fn words(text: &str) -> Vec<String> {
    straight(text).unicode_words().map(str::to_lowercase).collect()
}

/// The text with straight apostrophes.
pub(super) fn straight(text: &str) -> String {
    text.replace(['\u{2019}', '\u{2018}', '\u{02bc}'], "'")
}

/// Trimmed sentences (UAX #29), empty ones left out.
pub fn sentences(text: &str) -> Vec<&str> {
    text.unicode_sentences().map(str::trim).filter(|sentence| !sentence.is_empty()).collect()
}

/// The content words of a text by stem, with the number of times each occurs.
///
/// The stem is the first five letters: crude, but it joins *grieve* and *grieving*, which is all
/// that is asked of it here.
pub(in crate::reward) fn content_stems(words: &[String]) -> BTreeMap<String, u32> {
    let mut stems = BTreeMap::new();
    for word in words {
        let word = word.strip_suffix("'s").unwrap_or(word);
        if word.chars().count() > 2 && !FUNCTION_WORDS.contains(word) {
            *stems.entry(word.chars().take(5).collect()).or_insert(0) += 1;
        }
    }
    stems
}

/// The similarities between texts that the embedder supplies, each −1 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Similarities {
    /// The text judged against the query.
    pub query: f32,
    /// The sentence of the text that comes closest to the query.
    pub best_sentence: f32,
    /// The text against the memory that comes closest; 0 without memories.
    pub memory: f32,
    /// The mean, over the sentences of the query, of the sentence of the text that comes closest.
    pub concerns: f32,
}

/// A text under judgement and what it answers.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The text judged, a reply or the analysis behind it: what of it is its [own](super::OwnWords).
    pub text: &'a str,
    /// How much was set aside.
    pub set_aside: SetAside,
    /// What the seeker just said.
    pub query: &'a str,
    /// Persona, scenario and earlier turns, in one string.
    pub background: &'a str,
    /// What is remembered of the seeker.
    pub memory: &'a [String],
    /// What the embedder says of them.
    pub similarities: Similarities,
}

/// An [`Exchange`], counted once for all features.
pub(super) struct Reading {
    pub words: Vec<String>,
    pub sentences: usize,
    pub questions: usize,
    pub ends_with_question: bool,
    pub exclamations: usize,
    pub list_lines: usize,
    pub counts: Counts,
    pub query_words: usize,
    pub query_counts: Counts,
    pub coverage: f32,
    pub specificity: f32,
    pub set_aside: SetAside,
    pub function_words: f32,
    pub repetition: f32,
    pub shouting: f32,
    pub letters: f32,
    pub by_sentence: BySentence,
    pub emotion_mirrored: f32,
    pub emotion_inferred: f32,
    pub memory_mentioned: f32,
    pub similarities: Similarities,
}

impl Reading {
    pub fn of(exchange: &Exchange<'_>) -> Self {
        let text_words = words(exchange.text);
        let query = words(exchange.query);
        let stems = content_stems(&text_words);
        let query_stems = content_stems(&query);
        let memory_stems = content_stems(&words(&exchange.memory.join(" ")));
        let known: HashSet<String> = content_stems(&words(exchange.background))
            .into_keys()
            .chain(query_stems.keys().cloned())
            .chain(memory_stems.keys().cloned())
            .collect();
        let emotions = emotion_stems(&text_words);
        let query_emotions = emotion_stems(&query);
        let sentences = sentences(exchange.text);
        Self {
            sentences: sentences.len(),
            questions: sentences.iter().filter(|sentence| sentence.contains('?')).count(),
            ends_with_question: exchange.text.trim_end().ends_with('?'),
            exclamations: exchange.text.matches('!').count(),
            list_lines: exchange.text.lines().filter(|line| is_list_item(line)).count(),
            counts: Counts::of(&text_words),
            query_words: query.len(),
            query_counts: Counts::of(&query),
            coverage: share(query_stems.keys(), |stem| stems.contains_key(*stem)),
            specificity: share(stems.keys(), |stem| known.contains(*stem)),
            set_aside: exchange.set_aside,
            function_words: function_share(&text_words),
            repetition: repetition(&text_words),
            shouting: shouting(exchange.text),
            letters: letters(exchange.text),
            by_sentence: BySentence::of(&sentences, &query_stems),
            emotion_mirrored: share(query_emotions.iter(), |stem| emotions.contains(*stem)),
            emotion_inferred: share(emotions.iter(), |stem| !query_emotions.contains(*stem)),
            memory_mentioned: share(memory_stems.keys(), |stem| {
                stems.contains_key(*stem) && !query_stems.contains_key(*stem)
            }),
            words: text_words,
            similarities: exchange.similarities,
        }
    }

    /// Occurrences of `lexicon` in twenty words, so that long and short texts compare; the ten
    /// added words keep a single hit in a tiny text from weighing like a habit.
    pub fn density(&self, lexicon: Lexicon) -> f32 {
        20.0 * self.counts.get(lexicon) as f32 / (self.words.len() as f32 + 10.0)
    }

    /// The share of words among `list`, 0 to 1.
    pub fn word_share(&self, list: &[&str]) -> f32 {
        share(self.words.iter(), |word| list.contains(&word.as_str()))
    }

    /// Occurrences of `lexicon` in twenty words of the query, as in [`Self::density`].
    pub fn query(&self, lexicon: Lexicon) -> f32 {
        20.0 * self.query_counts.get(lexicon) as f32 / (self.query_words as f32 + 10.0)
    }

    pub fn asks(&self, lexicon: Lexicon) -> f32 {
        f32::from(u8::from(self.query_counts.get(lexicon) > 0))
    }
}

fn emotion_stems(words: &[String]) -> HashSet<String> {
    words
        .iter()
        .filter(|word| {
            let counts = Counts::of(std::slice::from_ref(word));
            counts.get(Lexicon::EmotionNegative) + counts.get(Lexicon::EmotionPositive) > 0
        })
        .map(|word| word.chars().take(5).collect())
        .collect()
}

/// The share of function words among `words`, 0 to 1: about a half in English prose.
pub(in crate::reward) fn function_share(words: &[String]) -> f32 {
    share(words.iter(), |word| is_function_word(word))
}

/// Whether a lower-case word is a function word.
pub(super) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.contains(word)
}

/// The share of words that repeat an earlier one, function words left out.
fn repetition(words: &[String]) -> f32 {
    let stems = content_stems(words);
    let all: u32 = stems.values().sum();
    if all == 0 { 0.0 } else { 1.0 - stems.len() as f32 / all as f32 }
}

/// The share of words of two letters or more that are written in capitals.
fn shouting(text: &str) -> f32 {
    let long = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() > 1;
    share(text.unicode_words().filter(long), |word| !word.chars().any(char::is_lowercase))
}

/// The share of letters among the characters that are not spaces.
fn letters(text: &str) -> f32 {
    share(text.chars().filter(|c| !c.is_whitespace()), |c| c.is_alphabetic())
}

/// Whom the sentences of a text speak of, each as a share of its sentences.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct BySentence {
    /// The supporter and not the seeker.
    pub of_self: f32,
    /// The seeker, with a feeling: an emotion named or read.
    pub of_your_feeling: f32,
    /// A guess at the seeker's side: hedged or offered back, with "you" or a feeling.
    pub tentative: f32,
    /// Questions about something that the seeker raised.
    pub asks_about_it: f32,
    /// A turn away from what was said: opened by "but", "just", "at least".
    pub turned_away: f32,
}

impl BySentence {
    fn of(sentences: &[&str], raised: &BTreeMap<String, u32>) -> Self {
        let mut sums = Self::default();
        for sentence in sentences {
            let words = words(sentence);
            let counts = Counts::of(&words);
            let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
            let (you, own) = (has(super::SECOND_PERSON), has(super::FIRST_PERSON));
            let feeling = counts.get(Lexicon::EmotionNegative)
                + counts.get(Lexicon::EmotionPositive)
                + counts.get(Lexicon::Validation)
                > 0;
            let guess = counts.get(Lexicon::Hedge) + counts.get(Lexicon::Understanding) > 0;
            let question = sentence.contains('?');
            let about_it = || content_stems(&words).keys().any(|stem| raised.contains_key(stem));
            let opens = |list: &[&str]| words.first().is_some_and(|w| list.contains(&w.as_str()));
            let add = |sum: &mut f32, holds: bool| *sum += f32::from(u8::from(holds));
            add(&mut sums.of_self, own && !you);
            add(&mut sums.of_your_feeling, you && feeling && !question);
            add(&mut sums.tentative, guess && (you || feeling) && !own);
            add(&mut sums.asks_about_it, question && about_it());
            add(&mut sums.turned_away, opens(&["but", "just", "still", "anyway", "well", "at"]));
        }
        let all = sentences.len().max(1) as f32;
        Self {
            of_self: sums.of_self / all,
            of_your_feeling: sums.of_your_feeling / all,
            tentative: sums.tentative / all,
            asks_about_it: sums.asks_about_it / all,
            turned_away: sums.turned_away / all,
        }
    }
}

fn is_list_item(line: &str) -> bool {
    let line = line.trim_start();
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ")
        || line.starts_with("* ")
        || line.starts_with("• ")
        || (digits.len() < line.len() && digits.starts_with(['.', ')']))
}

/// The share of `items` that `holds`; 0 where there are none.
fn share<T>(items: impl Iterator<Item = T>, holds: impl Fn(&T) -> bool) -> f32 {
    let (mut all, mut held) = (0u32, 0u32);
    for item in items {
        all += 1;
        held += u32::from(holds(&item));
    }
    if all == 0 { 0.0 } else { held as f32 / all as f32 }
}
