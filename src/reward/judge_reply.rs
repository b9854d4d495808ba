//! What a judge wrote, turned into numbers.
//!
//! Two readings of each format. The *strict* one accepts only what cannot be misread and says why
//! it refuses. The *authors'* one does what the public code of PERM and PereGRM does, so that
//! their figures can be reproduced: it takes the first match and checks no range.

use serde_json::Value;

use super::lines::{after_thinking, digits, lines};

/// Why a judge's reply was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It holds no score that can be read; a policy may fill one in.
    Unread(String),
    /// The authors' code stops at it, so there is no figure of theirs to reproduce.
    Broken(String),
}

impl Refusal {
    /// What is wrong, without a full stop.
    pub fn problem(&self) -> &str {
        match self {
            Self::Unread(problem) | Self::Broken(problem) => problem,
        }
    }
}

impl From<String> for Refusal {
    fn from(problem: String) -> Self {
        Self::Unread(problem)
    }
}

/// PERM: the integer 1–5 of a line `Score: n` (or `Score: n/5`), of any case. Several such lines
/// must agree.
///
/// # Errors
///
/// The reason why there is no such number.
///
/// ```
/// use attune::reward::judge_reply::perm_score;
/// assert_eq!(perm_score("Reason: warm.\nScore: 4"), Ok(4.0));
/// assert!(perm_score("Score: 11").is_err());
/// ```
pub fn perm_score(text: &str) -> Result<f64, Refusal> {
    agree(lines(after_thinking(text)).filter_map(|line| {
        let line = unmarked(line);
        let rest = strip_word(&line, "score:")?.trim().to_owned();
        Some(integer_of(&rest, 5).ok_or_else(|| format!("\"{}\" is no score", short(&rest)).into()))
    }))
    .and_then(|score| in_range(score, 1.0, 5.0))
}

/// PERM, the authors' reading: the integer after the colon of the first line that begins with
/// `Score:`, whatever its size; `None` where that fails.
pub fn perm_score_authors(text: &str) -> Option<f64> {
    let line = lines(text).find(|line| line.starts_with("Score:"))?;
    python_integer(line.split(':').nth(1)?)
}

/// PERM's bystander: n of `Total Score: n / 100`, of any case, 0–100. Several must agree.
///
/// # Errors
///
/// The reason why there is no such number.
pub fn perm_bystander(text: &str) -> Result<f64, Refusal> {
    agree(totals(after_thinking(text)).map(|(total, of)| match (total, of) {
        (total, 100.0) => Ok(total),
        (total, of) => Err(format!("the total is {total} of {of}, not of 100").into()),
    }))
    .and_then(|total| in_range(total, 0.0, 100.0))
}

/// PERM's bystander, the authors' reading: the first total, whatever it is out of.
pub fn perm_bystander_authors(text: &str) -> Option<f64> {
    totals(text).next().map(|(total, _)| total)
}

/// PereGRM: x of `\boxed{x}`, decimals allowed, 1–5. Several must agree.
///
/// # Errors
///
/// The reason why there is no such number.
pub fn peregrm_score(text: &str) -> Result<f64, Refusal> {
    agree(boxed(after_thinking(text)).map(|inside| {
        let inside = inside.trim();
        let number = inside.strip_suffix("/5").unwrap_or(inside).trim();
        decimal(number).ok_or_else(|| format!("\"{}\" is no score", short(inside)).into())
    }))
    .and_then(|score| in_range(score, 1.0, 5.0))
}

/// PereGRM, the authors' reading: the first `\boxed{…}` that holds only digits and points. `Some`
/// of an error where that is no number (their code stops there); `None` where there is none.
pub fn peregrm_score_authors(text: &str) -> Option<Result<f64, Refusal>> {
    let is_number = |inside: &&str| {
        !inside.is_empty() && inside.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let inside = boxed(text).find(is_number)?;
    let broken = |_| Refusal::Broken(format!("\"{}\" is no number", short(inside)));
    Some(inside.parse().map_err(broken))
}

/// The names of the bystander's sub-scores, as judges are asked to write them.
pub const BYSTANDER_NAMES: [&str; 5] = [
    "Content Effectiveness",
    "Logical Structure & Clarity",
    "Communication Efficiency",
    "Objectivity & Neutrality",
    "Information Accuracy & Verifiability",
];

/// PereGRM's bystander: the sum of the sub-scores, 0–100; see [`peregrm_subscores`].
///
/// # Errors
///
/// The reason why there is no such sum.
pub fn peregrm_bystander(text: &str) -> Result<f64, Refusal> {
    Ok(peregrm_subscores(text)?.iter().sum())
}

/// PereGRM's bystander: the numbers 0–20 of a JSON object with the five names of
/// [`BYSTANDER_NAMES`] (of any case), in their order; a code fence round it is taken off.
///
/// # Errors
///
/// The reason why they cannot be read.
pub fn peregrm_subscores(text: &str) -> Result<[f64; 5], Refusal> {
    let text = unfenced(after_thinking(text)).trim();
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(text) else {
        return Err(if text.is_empty() {
            "the reply is empty".to_owned().into()
        } else {
            "the reply is no JSON object".to_owned().into()
        });
    };
    let mut scores = [0.0; 5];
    for (name, place) in BYSTANDER_NAMES.into_iter().zip(&mut scores) {
        let mut found = object.iter().filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
        let (_, value) = found.next().ok_or_else(|| format!("\"{name}\" is missing"))?;
        let score = value.as_f64().ok_or_else(|| format!("\"{name}\" is {value}, no number"))?;
        if !(0.0..=20.0).contains(&score) {
            return Err(format!("\"{name}\" is {score}, outside 0 to 20").into());
        }
        *place = score;
    }
    if object.len() > BYSTANDER_NAMES.len() {
        return Err(format!("the object has {} entries instead of 5", object.len()).into());
    }
    Ok(scores)
}

/// PereGRM's bystander, the authors' reading: the sum of every value of the object, numbers or
/// strings of numbers, whatever their names and size; `None` where that fails.
pub fn peregrm_bystander_authors(text: &str) -> Option<f64> {
    let text = if text.contains("```") {
        let last = text.rsplit("```json").next()?;
        last.split("```").next()?.trim()
    } else {
        text
    };
    let object: serde_json::Map<String, Value> =
        serde_json::from_str(&controls_as_spaces(text)).ok()?;
    object
        .values()
        .map(|value| match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
            _ => None,
        })
        .sum()
}

/// The one value that all readings share.
fn agree(readings: impl Iterator<Item = Result<f64, Refusal>>) -> Result<f64, Refusal> {
    let mut found: Option<f64> = None;
    for reading in readings {
        let value = reading?;
        match found {
            Some(before) if before != value => {
                return Err(format!("it gives two scores, {before} and {value}").into());
            }
            _ => found = Some(value),
        }
    }
    found.ok_or_else(|| "it gives no score in the form asked for".to_owned().into())
}

fn in_range(value: f64, low: f64, high: f64) -> Result<f64, Refusal> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(format!("{value} is outside {low} to {high}").into())
    }
}

/// A line without the Markdown that judges put round a label: `**Score:** 4` reads `Score: 4`.
fn unmarked(line: &str) -> String {
    line.trim().replace("**", "").trim_start_matches(['#', ' ']).to_owned()
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// `n` or `n/of`, perhaps with the full stop of a sentence, and nothing else.
fn integer_of(text: &str, of: u32) -> Option<f64> {
    let (number, rest) = digits(text)?;
    let rest = rest.trim().trim_end_matches('.');
    let base = rest.strip_prefix('/').map(str::trim);
    let whole = rest.is_empty() || base == Some(&of.to_string());
    if whole { number.parse().ok() } else { None }
}

/// An unsigned decimal number: digits, perhaps a point and digits.
fn decimal(text: &str) -> Option<f64> {
    let (_, rest) = digits(text)?;
    let whole = rest.is_empty()
        || rest.strip_prefix('.').and_then(digits).is_some_and(|(_, rest)| rest.is_empty());
    if whole { text.parse().ok() } else { None }
}

/// What Python's `int` makes of a string (ASCII digits).
fn python_integer(text: &str) -> Option<f64> {
    let text = text.trim();
    let (negative, text) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let groups = text.split('_');
    let sound = groups.clone().all(|group| matches!(digits(group), Some((_, ""))));
    // A judge caught in a loop can write more digits than a number holds: that is no score.
    let value: f64 = sound.then(|| groups.collect::<String>())?.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    Some(if negative { -value } else { value })
}

/// Every `total score: n / m` in a line, of any case.
fn totals(text: &str) -> impl Iterator<Item = (f64, f64)> {
    lines(text).flat_map(|line| {
        let line = line.to_lowercase();
        let found: Vec<(f64, f64)> = line
            .match_indices("total score:")
            .filter_map(|(at, label)| total(&line[at + label.len()..]))
            .collect();
        found
    })
}

fn total(text: &str) -> Option<(f64, f64)> {
    let (total, rest) = digits(text.trim_start())?;
    let (of, _) = digits(rest.trim_start().strip_prefix('/')?.trim_start())?;
    let finite = |text: &str| text.parse().ok().filter(|value: &f64| value.is_finite());
    Some((finite(total)?, finite(of)?))
}

/// What stands in each `\boxed{…}`.
fn boxed(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("\\boxed{").filter_map(|(at, label)| {
        let rest = &text[at + label.len()..];
        rest.find('}').map(|end| &rest[..end])
    })
}

/// The content of the last code fence, or the whole text where there is none.
fn unfenced(text: &str) -> &str {
    let Some((_, rest)) = text.split_once("```") else { return text };
    let inside = rest.rsplit_once("```").map_or(rest, |(inside, _)| inside);
    // The info string after the opening fence: `json`.
    inside.strip_prefix("json").unwrap_or(inside)
}

/// Control characters inside JSON strings as spaces: Python's decoder, not strict, lets them be.
fn controls_as_spaces(text: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    text.chars()
        .map(|c| {
            let control = inside && c.is_ascii_control();
            match c {
                '"' if !escaped => inside = !inside,
                _ => {}
            }
            escaped = inside && c == '\\' && !escaped;
            if control { ' ' } else { c }
        })
        .collect()
}

/// At most 40 characters of a judge's words, for a message.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
