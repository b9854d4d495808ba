use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use unicode_segmentation::UnicodeSegmentation;

use super::fold::{Folded, look_alike};
use super::{SteeringFragment, SteeringKind};
use crate::reward::features::phrases;

/// Phrases searched in folded text itself.
pub(super) struct List(AhoCorasick);

impl List {
    fn new(source: &'static str) -> Self {
        let folded = phrases(source).map(|phrase| Folded::of(phrase).text);
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(folded)
            .expect("the lexicons are small and fixed");
        Self(automaton)
    }

    /// The places of whole phrases. Scripts without spaces between words have no word edges.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        self.0.find_iter(text).map(|hit| hit.range()).filter(|range| {
            let edge = |inner: Option<char>, outer: Option<char>| {
                !(inner.is_some_and(in_word) && outer.is_some_and(in_word))
            };
            let phrase = &text[range.clone()];
            edge(phrase.chars().next(), text[..range.start].chars().next_back())
                && edge(phrase.chars().next_back(), text[range.end..].chars().next())
        })
    }
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() && u32::from(c) < 0x2e80
}

macro_rules! list {
    ($name:literal) => {
        LazyLock::new(|| List::new(include_str!(concat!("../../../data/lexicons/", $name, ".txt"))))
    };
}

static ADDRESS: LazyLock<List> = list!("steering_address");
static PRAISE: LazyLock<List> = list!("steering_praise");
static OBJECT: LazyLock<List> = list!("steering_object");
static LABEL: LazyLock<List> = list!("steering_label");

/// Words to the judge, and score lines.
pub(super) fn find(folded: &Folded, found: &mut Vec<SteeringFragment>) {
    search(folded, &folded.text, found);
    let latin: String = folded.text.chars().map(look_alike).collect();
    // Only where letters of two alphabets stand side by side is a look-alike suspicious, and only
    // there can the places have moved: look-alikes are shorter in bytes.
    if latin != folded.text {
        let twin = Folded::of(&latin);
        if ADDRESS.find(&twin.text).next().is_some() || labels(&twin.text).next().is_some() {
            let whole = folded.original(0..folded.text.len());
            found.push(SteeringFragment { range: whole, kind: SteeringKind::Address });
        }
    }
}

fn search(folded: &Folded, text: &str, found: &mut Vec<SteeringFragment>) {
    for range in ADDRESS.find(text) {
        let range = folded.original(range);
        found.push(SteeringFragment { range, kind: SteeringKind::Address });
    }
    for range in labels(text) {
        let range = folded.original(range);
        found.push(SteeringFragment { range, kind: SteeringKind::Score });
    }
}

/// A name of a score, a colon or equals sign, and a figure or its word.
fn labels(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    LABEL.find(text).filter_map(|range| {
        let rest = text[range.end..].trim_start();
        let rest = rest.strip_prefix([':', '=', '：', '＝', '→', '>'])?;
        let rest = rest.trim_start_matches([' ', '[', '(', '{', '<', '\\', ':', '=']);
        let figure = rest.chars().next().is_some_and(char::is_numeric)
            || FIGURES.iter().any(|word| rest.starts_with(word));
        let end = text.len() - rest.len() + rest.chars().next().map_or(0, char::len_utf8);
        figure.then_some(range.start..end)
    })
}

const FIGURES: &[&str] = &[
    "five",
    "max",
    "perfect",
    "full",
    "hundred",
    "excellent",
    "top",
    "highest",
    "boxed",
    "cinco",
    "cinq",
    "fünf",
    "cinque",
    "пять",
    "五",
    "vijf",
    "beş",
    "pięć",
];

/// A verdict together with the reply or a judge, in one sentence.
pub(super) fn find_in_sentences(text: &str, found: &mut Vec<SteeringFragment>) {
    for (start, sentence) in text.split_sentence_bound_indices() {
        let folded = Folded::of(sentence);
        let names = OBJECT.find(&folded.text).next().is_some();
        if names && let Some(range) = PRAISE.find(&folded.text).next() {
            let range = folded.original(range);
            let range = start + range.start..start + range.end;
            found.push(SteeringFragment { range, kind: SteeringKind::Address });
        }
    }
}
