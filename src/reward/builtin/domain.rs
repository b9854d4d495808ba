//! Whether a text is like those that the judge was trained on.

use super::Judged;
use super::input::position;
use crate::reward::features::{function_share, sentences, words};
use crate::reward::{DomainReason, ScoreRow};

/// The least share of function words in English prose of [`ENOUGH`] words: of the graded replies that
/// are such prose, two in 3,000 lie below.
const FUNCTION_WORDS: f32 = 0.19;
/// Words from which the share tells prose from other text.
const ENOUGH: usize = 8;
/// The least share of letters among characters other than spaces in a text of [`LONG`] characters.
const LETTERS: f32 = 0.7;
const LONG: usize = 24;
/// Words below which the absence of a feeling says nothing.
const SHORT: usize = 6;
/// The similarity with the query below which a reply does not speak of it.
const UNRELATED: f32 = 0.12;

/// Why the reply of a row, read as `judged`, is unlike the training set; `nearest` is the kernel
/// with the closest text of it, `least` where that begins.
pub(super) fn reasons(
    row: &ScoreRow,
    reply: &str,
    judged: &Judged,
    nearest: f32,
    least: f32,
) -> Vec<DomainReason> {
    let mut reasons = Vec::new();
    let own = words(reply);
    if own.is_empty() {
        return vec![DomainReason::NoWords];
    }
    if is_code(reply) {
        reasons.push(DomainReason::Code);
    } else if is_foreign(reply, &own) {
        reasons.push(DomainReason::Language);
    }
    if is_foreign(&row.query, &words(&row.query)) {
        reasons.push(DomainReason::QueryLanguage);
    }
    if reasons.is_empty() && is_cold(reply, &own, judged) {
        reasons.push(DomainReason::NoFeeling);
    }
    if nearest < least {
        reasons.push(DomainReason::UnlikeTraining);
    }
    reasons
}

/// Whether letters are too few, or marks of code too many.
fn is_code(text: &str) -> bool {
    let characters = text.chars().filter(|c| !c.is_whitespace()).count();
    if characters < LONG {
        return false;
    }
    let share = |holds: &dyn Fn(char) -> bool| {
        text.chars().filter(|&c| holds(c)).count() as f32 / characters as f32
    };
    // Emoji are no code; many letters of other scripts are told by `is_foreign`.
    let letters = share(&|c| c.is_alphabetic() || !c.is_ascii());
    letters < LETTERS || share(&|c| "{}[]()<>=;_|\\/#$".contains(c)) > 0.1
}

/// Whether a text is no English prose: too few function words, or another script.
fn is_foreign(text: &str, words: &[String]) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let latin = text.chars().filter(|c| c.is_alphabetic() && (*c as u32) < 0x250).count();
    if letters >= 4 && latin * 2 < letters {
        return true;
    }
    words.len() >= ENOUGH && function_share(words) < FUNCTION_WORDS
}

/// Whether nothing in a reply speaks to a person, of a feeling, or of what was said.
fn is_cold(reply: &str, own: &[String], judged: &Judged) -> bool {
    let value = |name: &str| judged.features[position(name).expect("a feature of that name")];
    let none = |names: &[&str]| names.iter().all(|name| value(name) == 0.0);
    own.len() >= SHORT
        && !sentences(reply).iter().any(|sentence| sentence.ends_with('?'))
        && none(&[
            "second_person",
            "first_person",
            "we",
            "emotion_negative",
            "emotion_positive",
            "validation",
            "understanding",
            "warmth",
            "coverage",
            "hostile",
            "dismissal",
            "cliches",
            "sympathies",
            "claims",
            "copied",
        ])
        && value("similarity_query") < UNRELATED
}
