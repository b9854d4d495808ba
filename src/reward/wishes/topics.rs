use std::sync::LazyLock;

use super::list;
use crate::reward::features::content_stems;
use crate::reward::phrases::Phrases;

/// Something that a seeker does not want to meet in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Avoided {
    /// Being pitied.
    Pity,
    /// Stock phrases and forced optimism.
    Platitudes,
    /// Being told to be calm.
    Calming,
    /// Being lectured.
    Lectures,
    /// Talk of religion.
    Religion,
    /// Being set beside others.
    Comparison,
    /// Pet names and the like.
    Familiarity,
    /// A subject, by the stems of its words.
    Topic(Vec<String>),
}

static AVERSION: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[list!("aversion")]));
static OFF_LIMITS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[list!("off_limits")]));
static TOPICS: LazyLock<[Phrases; 7]> = LazyLock::new(|| {
    [
        list!("topic_pity"),
        list!("topic_platitudes"),
        list!("topic_calming"),
        list!("topic_lectures"),
        list!("topic_religion"),
        list!("topic_comparison"),
        list!("topic_familiarity"),
    ]
    .map(|source| Phrases::new(&[source]))
});

impl Avoided {
    /// The kinds of talk that have lists of words.
    pub const TALK: [Self; 7] = [
        Self::Pity,
        Self::Platitudes,
        Self::Calming,
        Self::Lectures,
        Self::Religion,
        Self::Comparison,
        Self::Familiarity,
    ];
}

/// Words that never make a subject of their own.
const EMPTY: &[&str] = &["today", "pleas", "again", "right", "anymo", "yet", "want", "talk"];

/// The kinds of unwelcome talk that the words name.
pub(super) fn named(words: &[String]) -> impl Iterator<Item = Avoided> {
    let named = TOPICS.iter().zip(Avoided::TALK).filter(|(topic, _)| topic.count(words) > 0);
    named.map(|(_, kind)| kind)
}

/// What a sentence rules out.
pub(super) fn avoided(words: &[String]) -> Vec<Avoided> {
    let mut found = Vec::new();
    if AVERSION.count(words) > 0 {
        found.extend(named(words));
    }
    for cue in OFF_LIMITS.find(words) {
        let subject = &words[cue.end..words.len().min(cue.end + 4)];
        let end =
            subject.iter().position(|word| ["and", "but", "because", "so"].contains(&&**word));
        let stems = content_stems(&subject[..end.unwrap_or(subject.len())]);
        let stems: Vec<String> =
            stems.into_keys().filter(|stem| !EMPTY.contains(&stem.as_str())).collect();
        if !stems.is_empty() {
            found.push(Avoided::Topic(stems));
        }
    }
    found
}
