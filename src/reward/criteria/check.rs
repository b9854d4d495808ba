use std::collections::HashSet;

use super::Criterion;
use crate::formats::{Error, ErrorKind, Result};
use crate::reward::features::{Counts, Lexicon, words};

/// How far the sum of the weights may lie from 100.
const SUM_TOLERANCE: f64 = 0.5;

/// Checks fixed criteria of one perspective: 4 to 6 of them, each with a name of its own, a
/// description and a weight above 0, weights that sum to 100 (± 0.5), and none that rewards the
/// mere mention of something remembered.
///
/// The last is told by English cue words: a verb of mentioning with a fact or possession as its
/// object, and no purpose, condition or avoidance beside it. Other languages, and a call-back put
/// in words of its own, pass; a person should still read criteria that matter.
///
/// # Errors
///
/// `Range` for their number or a weight, `NotFinite` for a weight, `Missing` for an empty name or
/// description, `Duplicate` for a name, `Mismatch` for the sum and for a criterion that rewards
/// memory as such; the field is the criterion's place from 0, `[2]` or `[2].weight`.
pub fn check_criteria(criteria: &[Criterion]) -> Result<()> {
    if !(4..=6).contains(&criteria.len()) {
        let problem = format!("the count of criteria is {}", criteria.len());
        return Err(Error::new(ErrorKind::Range, problem, "Give 4 to 6 for each perspective."));
    }
    let mut names = HashSet::new();
    for (at, criterion) in criteria.iter().enumerate() {
        check_one(criterion, &mut names).map_err(|error| error.in_row(at))?;
    }
    let sum: f64 = criteria.iter().map(|criterion| criterion.weight).sum();
    if (sum - 100.0).abs() > SUM_TOLERANCE {
        let problem = format!("the weights sum to {sum}");
        return Err(Error::new(ErrorKind::Mismatch, problem, "Make them sum to 100."));
    }
    Ok(())
}

fn check_one(criterion: &Criterion, names: &mut HashSet<String>) -> Result<()> {
    let Criterion { name, weight, description } = criterion;
    let key = name.trim().to_lowercase();
    let (kind, field, problem, mend) = if key.is_empty() {
        (ErrorKind::Missing, "name", "the name is empty".to_owned(), "Name the criterion.")
    } else if !names.insert(key) {
        let problem = format!("the name \"{name}\" occurs twice");
        (ErrorKind::Duplicate, "name", problem, "Give each criterion a name of its own.")
    } else if !weight.is_finite() {
        let problem = format!("the weight is {weight}");
        (ErrorKind::NotFinite, "weight", problem, "Give a share above 0, in per cent.")
    } else if *weight <= 0.0 {
        let problem = format!("the weight is {weight}");
        (ErrorKind::Range, "weight", problem, "Give a share above 0, in per cent.")
    } else if description.trim().is_empty() {
        let problem = "the description is empty".to_owned();
        (ErrorKind::Missing, "description", problem, "Say what a strong reply shows.")
    } else if rewards_recall(criterion) {
        return Err(Error::new(
            ErrorKind::Mismatch,
            format!(
                "the criterion \"{}\" rewards the mere mention of something known",
                name.trim()
            ),
            "Say what the knowledge is to be used for, or leave the criterion out.",
        ));
    } else {
        return Ok(());
    };
    Err(Error::new(kind, problem, mend).at_field(field))
}

/// Verbs of mentioning, by their beginning.
const MENTION: &[&str] = &[
    "mention",
    "recall",
    "remember",
    "referenc",
    "refer",
    "refers",
    "cite",
    "cites",
    "citing",
    "quote",
    "quotes",
    "quoting",
    "repeats",
    "repeat",
    "restate",
    "alludes",
    "allude",
    "lists",
    "invokes",
    "name-drop",
    "namedrop",
    "reminds",
    "retriev",
];

/// Phrases of mentioning, whole.
const MENTION_PHRASES: &[&str] = &[
    "brings up",
    "bring up",
    "bringing up",
    "calls back",
    "call back",
    "callback",
    "brings in",
    "works in",
    "uses the",
    "uses her",
    "uses his",
    "uses their",
    "makes use of",
    "draws on",
    "drops in",
    "includes",
    "contains",
    "talks about",
    "picks up",
    "names the",
    "names her",
    "names his",
    "names their",
    "points back",
    "harks back",
    "goes back to",
    "addresses",
];

/// What is remembered, as such.
const REMEMBERED: &[&str] = &[
    "memory",
    "memories",
    "remembered",
    "remembers",
    "history",
    "earlier",
    "previous",
    "previously",
    "past",
    "background",
    "profile",
    "biograph",
    "fact",
    "facts",
    "detail",
    "details",
    "name",
    "conversation",
    "conversations",
    "session",
    "sessions",
    "told",
];

/// Words that show what the knowledge is for, or that it may go unsaid.
const PURPOSE: &[&str] = &[
    "to see",
    "to understand",
    "to explain",
    "to show why",
    "to show how",
    "to grasp",
    "to suit",
    "to fit",
    "to shape",
    "to adapt",
    "to tailor",
    "to judge",
    "to guess",
    "to read",
    "to make",
    "to ease",
    "to choose",
    "to find",
    "to offer",
    "to name what",
    "to help",
    "to keep",
    "so that",
    "in order to",
    "only where",
    "only when",
    "only if",
    "only as",
    "where it",
    "when it",
    "if it",
    "insofar",
    "because",
    "why",
    "what it means",
    "what this means",
    "means to",
    "meant",
    "rather than",
    "instead of",
    "in a way that",
    "in light of",
    "avoid",
    "avoids",
    "does not",
    "doesn't",
    "do not",
    "never",
    "refrains",
    "without",
    "no need",
    "leaves",
    "unmentioned",
    "unless",
    "not because",
    "as a reason",
    "connects",
    "links",
    "relates",
    "weighs",
];

fn rewards_recall(criterion: &Criterion) -> bool {
    let whole = format!("{}. {}", criterion.name, criterion.description);
    let text = words(&criterion.description);
    if has_purpose(&words(&whole)) {
        return false;
    }
    mentions_fact(&text, &criterion.description)
        || mentions_fact(&words(&criterion.name), &criterion.name)
}

/// A purpose that is more than to show a good memory.
fn has_purpose(words: &[String]) -> bool {
    let show = ["remember", "memory", "recall", "listen", "attention", "attentive", "knows"];
    let line = format!(" {} ", words.join(" "));
    PURPOSE.iter().any(|cue| {
        line.match_indices(&format!(" {cue} ")).any(|(at, cue)| {
            let next: Vec<&str> = line[at + cue.len()..].split(' ').take(4).collect();
            !next.iter().any(|word| show.iter().any(|start| word.starts_with(start)))
        })
    })
}

fn mentions_fact(words: &[String], text: &str) -> bool {
    let line = format!(" {} ", words.join(" "));
    let phrase =
        MENTION_PHRASES.iter().filter_map(|phrase| line.find(&format!(" {phrase} "))).min();
    let by_phrase = phrase.map(|at| line[..at].split_whitespace().count());
    let by_verb = words.iter().position(|word| MENTION.iter().any(|verb| word.starts_with(verb)));
    let strong = by_verb.is_some_and(|at| {
        ["recall", "remember", "retriev"].iter().any(|verb| words[at].starts_with(verb))
    });
    let Some(at) = by_verb.into_iter().chain(by_phrase).min() else { return false };
    let object = &words[at..];
    if object[1..].iter().any(|word| REMEMBERED.contains(&word.as_str())) {
        return true;
    }
    // "Mentions her grief" is about a feeling, not about something stored.
    let counts = Counts::of(object);
    let feelings = ["feeling", "feelings", "emotion", "emotions", "mood"];
    let felt = counts.get(Lexicon::EmotionNegative) + counts.get(Lexicon::EmotionPositive) > 0
        || object.iter().any(|word| feelings.contains(&word.as_str()));
    if felt {
        return false;
    }
    let owned = object.iter().any(|word| {
        let owner = ["her", "his", "their", "user's", "seeker's", "person's", "someone's"];
        owner.contains(&word.as_str()) || word.ends_with("'s")
    });
    // "Names her need" is no call-back either: `names` and `uses` count only with what is stored.
    (owned && by_verb.is_some()) || strong || (by_verb.is_some() && has_proper_name(text))
}

/// A capital inside a sentence, which in English marks a name.
fn has_proper_name(text: &str) -> bool {
    let inner = text.split_whitespace().zip(text.split_whitespace().skip(1));
    inner.into_iter().any(|(before, word)| {
        !before.ends_with(['.', '!', '?', ':'])
            && word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().nth(1).is_some_and(char::is_lowercase)
    })
}
