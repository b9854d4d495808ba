use serde::{Deserialize, Serialize};

use super::opinions::{Opinion, OpinionFailure, OpinionGiven, ReadFrom, point_mass};
use super::requests::AnswerForm;
use crate::reward::judge_reply::{
    Refusal, peregrm_bystander_authors, peregrm_score, peregrm_score_authors, peregrm_subscores,
    perm_bystander, perm_bystander_authors, perm_score, perm_score_authors,
};
use crate::reward::judgements::{ParseFailure, RowError};
use crate::reward::lines::{after_thinking, lines};
use crate::reward::{BystanderScores, Perspective};

/// A token of an answer, with the tokens that could have stood in its place, as OpenAI-compatible
/// endpoints report them (`logprobs.content`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct TokenProbabilities {
    /// The token.
    pub token: String,
    /// The likeliest tokens at its place.
    #[serde(default)]
    pub top_logprobs: Vec<TokenProbability>,
}

/// A token and the natural logarithm of its probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct TokenProbability {
    /// The token.
    pub token: String,
    /// ln p.
    pub logprob: f64,
}

/// How much of the probability must lie on the scale's tokens for them to be used.
const LEAST_MASS: f64 = 0.5;

/// What an answer says.
///
/// * `tokens`: the answer's tokens with their alternatives, where the endpoint gives them. Where
///   the score is one whole number of the scale, it is then the expectation over the scale's
///   tokens; a score with decimals is taken as written, and so is one of the bystander's.
/// * Under the policy `authors` the text is read as their public code reads it.
///
/// ```
/// use attune::reward::judgements::ParseFailure;
/// use attune::reward::protocol::{AnswerForm, Opinion, read_answer};
/// use attune::reward::Perspective;
/// let text = "Reason: It names the loss.\nScore: 4";
/// let read = read_answer(Perspective::Resonation, AnswerForm::PermScore, ParseFailure::Error, text, None);
/// let Opinion::Given(opinion) = read else { unreachable!() };
/// assert_eq!((opinion.score, opinion.rationale.as_deref()), (4.0, Some("It names the loss.")));
/// ```
pub fn read_answer(
    perspective: Perspective,
    form: AnswerForm,
    policy: ParseFailure,
    text: &str,
    tokens: Option<&[TokenProbabilities]>,
) -> Opinion {
    let read = if policy == ParseFailure::Authors {
        as_authors(form, text).map(|score| (score, None))
    } else {
        strictly(form, text)
    };
    let (score, subscores) = match read {
        Ok(read) => read,
        Err(refusal) => return failed(perspective, &refusal),
    };
    let bystander = matches!(form, AnswerForm::PermBystander | AnswerForm::PeregrmBystander);
    let expected = tokens
        .filter(|_| !bystander && policy != ParseFailure::Authors)
        .and_then(|tokens| scale_probabilities(form, score, tokens));
    let (score, distribution, read) = match expected {
        Some(levels) => {
            let mean = levels.iter().zip(1..).map(|(p, level)| p * f64::from(level)).sum::<f64>();
            (mean.clamp(1.0, 5.0), Some(levels), ReadFrom::Logprobs)
        }
        None => (score, (!bystander).then(|| point_mass(score)), ReadFrom::Text),
    };
    Opinion::Given(OpinionGiven {
        score,
        distribution,
        subscores,
        rationale: rationale(form, text),
        read: Some(read),
        ..OpinionGiven::default()
    })
}

fn strictly(form: AnswerForm, text: &str) -> Result<(f64, Option<BystanderScores>), Refusal> {
    match form {
        AnswerForm::PermScore => Ok((perm_score(text)?, None)),
        AnswerForm::PermBystander => Ok((perm_bystander(text)?, None)),
        AnswerForm::DynamicScore | AnswerForm::FixedScore => Ok((peregrm_score(text)?, None)),
        AnswerForm::PeregrmBystander => {
            let [content, structure, efficiency, objectivity, accuracy] = peregrm_subscores(text)?;
            let subscores =
                BystanderScores { content, structure, efficiency, objectivity, accuracy };
            Ok((content + structure + efficiency + objectivity + accuracy, Some(subscores)))
        }
        AnswerForm::Choice | AnswerForm::Criteria => {
            Err("an answer of this form holds no score".to_owned().into())
        }
    }
}

fn as_authors(form: AnswerForm, text: &str) -> Result<f64, Refusal> {
    let nothing = || Refusal::Unread("it gives no score that the authors' code finds".to_owned());
    match form {
        AnswerForm::PermScore => perm_score_authors(text).ok_or_else(nothing),
        AnswerForm::PermBystander => perm_bystander_authors(text).ok_or_else(nothing),
        AnswerForm::PeregrmBystander => peregrm_bystander_authors(text).ok_or_else(nothing),
        _ => peregrm_score_authors(text).unwrap_or_else(|| Err(nothing())),
    }
}

fn failed(perspective: Perspective, refusal: &Refusal) -> Opinion {
    let code = match refusal {
        Refusal::Unread(_) => "judge-reply",
        Refusal::Broken(_) => "judge-broken",
    };
    let failure = RowError {
        code: code.to_owned(),
        field: perspective.name().to_owned(),
        problem: refusal.problem().to_owned(),
    };
    Opinion::Failed(OpinionFailure { failure })
}

/// The probabilities of the levels at the place of the score; none where that place cannot be
/// found or the scale's tokens hold too little there.
fn scale_probabilities(
    form: AnswerForm,
    score: f64,
    tokens: &[TokenProbabilities],
) -> Option<[f64; 5]> {
    if score.fract() != 0.0 {
        return None;
    }
    let label = if form == AnswerForm::PermScore { "score:" } else { "\\boxed{" };
    let whole: String = tokens.iter().map(|token| token.token.as_str()).collect();
    let lower = whole.to_ascii_lowercase();
    let after = lower.rfind(label)? + label.len();
    let at = after + whole[after..].find(|c: char| c.is_ascii_digit())?;
    // Between the label and the number may stand blanks and Markdown, nothing that was said.
    if !whole[after..at].chars().all(|c| c.is_whitespace() || c == '*') {
        return None;
    }
    let mut start = 0;
    let token = tokens.iter().find(|token| {
        let found = (start..start + token.token.len()).contains(&at);
        start += if found { 0 } else { token.token.len() };
        found
    })?;
    let before = &token.token[..at - start];
    if token.token[before.len()..].trim_end() != format!("{score}") {
        return None;
    }
    let mut levels = [0.0; 5];
    for TokenProbability { token, logprob } in &token.top_logprobs {
        // The same number after other blanks is the same score.
        let rest = token.strip_prefix(before).unwrap_or(token).trim();
        if let (Ok(level @ 1..=5), 1) = (rest.parse::<usize>(), rest.len()) {
            levels[level - 1] += logprob.exp();
        }
    }
    let mass: f64 = levels.iter().sum();
    (mass.is_finite() && mass >= LEAST_MASS).then(|| levels.map(|p| p / mass))
}

/// What precedes the score, without its label.
fn rationale(form: AnswerForm, text: &str) -> Option<String> {
    let label = match form {
        AnswerForm::PermScore => "score:",
        AnswerForm::PermBystander => "total score:",
        AnswerForm::DynamicScore | AnswerForm::FixedScore => "scores:",
        _ => return None,
    };
    let starts = |line: &str, with: &str| {
        let line = line.trim_start_matches(['*', '#', ' ']);
        line.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with))
    };
    let before: Vec<&str> =
        lines(after_thinking(text)).take_while(|line| !starts(line, label)).collect();
    let reason = before.join("\n");
    let reason = reason.trim();
    let named = ["reason:", "analysis:"].into_iter().find(|name| starts(reason, name));
    let reason = match named {
        Some(_) => reason.split_once(':').map_or(reason, |(_, rest)| rest.trim_start_matches('*')),
        None => reason,
    };
    let reason = reason.trim();
    (!reason.is_empty()).then(|| reason.to_owned())
}

/// Which of two replies an answer prefers: `Some(true)` for A, `Some(false)` for B, `None` for a
/// tie.
///
/// # Errors
///
/// The reason why no line `Choice: A`, `B` or `tie` can be read, or several differ.
///
/// ```
/// use attune::reward::protocol::read_choice;
/// assert_eq!(read_choice("Reason: warmer.\nChoice: B"), Ok(Some(false)));
/// assert!(read_choice("Both are fine.").is_err());
/// ```
pub fn read_choice(text: &str) -> Result<Option<bool>, String> {
    let mut found: Option<Option<bool>> = None;
    for line in lines(after_thinking(text)) {
        let line = line.replace("**", "");
        let line = line.trim();
        let Some(head) = line.get(..7) else { continue };
        if !head.eq_ignore_ascii_case("choice:") {
            continue;
        }
        let choice = match line[7..].trim().trim_end_matches('.').to_ascii_lowercase().as_str() {
            "a" => Some(true),
            "b" => Some(false),
            "tie" => None,
            other => {
                let other: String = other.chars().take(40).collect();
                return Err(format!("\"{other}\" is no choice"));
            }
        };
        if found.is_some_and(|before| before != choice) {
            return Err("it gives two choices".to_owned());
        }
        found = Some(choice);
    }
    found.ok_or_else(|| "it gives no choice in the form asked for".to_owned())
}
