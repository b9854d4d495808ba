use serde::{Deserialize, Serialize};

use super::super::{Method, Penalties, PermSettings};
use super::numbers::FIELDS;
use crate::formats::{Error, ErrorKind, Result, Row, read_rows};

/// What judges wrote of one reply: a row of the input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RawJudgement {
    /// The row's name, unique in its file.
    pub id: String,
    /// The judge's text on resonation, or one text a trial (PereGRM).
    pub resonation: Trials,
    /// The same on expression.
    pub expression: Trials,
    /// The same on reception.
    pub reception: Trials,
    /// The same of the bystander.
    pub bystander: Trials,
    /// The reply's length in tokens; no length penalty where absent (PERM).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub tokens: Option<u32>,
}

/// One text, or one a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Trials {
    /// The only trial.
    One(String),
    /// One text a trial, at least one.
    Many(Vec<String>),
}

impl Trials {
    fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// What becomes of a row with a text that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum ParseFailure {
    /// The row is reported as failed; the batch goes on (default).
    #[default]
    Error,
    /// The row is left out, and its id told.
    Drop,
    /// The value takes the mean of what was read of that perspective in the whole input.
    BatchMean,
    /// Texts are read as by the authors' public code and unreadable ones filled in as there: the
    /// batch mean in PERM; 3 of 5 and 80 of 100 in PereGRM.
    Authors,
}

/// Settings of [`aggregate`](super::aggregate).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct JudgementSettings {
    /// How the judge was asked to answer.
    pub format: Method,
    /// What becomes of texts that cannot be read.
    pub on_parse_failure: ParseFailure,
    /// The constants of the reward; PereGRM takes the bystander's weight alone.
    pub constants: PermSettings,
}

/// The reward of one row.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Aggregated {
    /// The input row's id.
    pub id: String,
    /// R.
    pub reward: f64,
    /// R_emp or H.
    pub empathy: f64,
    /// The mean of the trials, 1–5.
    pub resonation: f64,
    /// The same of expression.
    pub expression: f64,
    /// The same of reception.
    pub reception: f64,
    /// The bystander's total, 0–100.
    pub bystander: f64,
    /// What was taken off.
    pub penalties: Penalties,
    /// Names of what was filled in.
    pub imputed: Vec<String>,
    /// Names of what lay above its scale and was cut to it, as the authors' code does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<String>>"))]
    pub clamped: Vec<String>,
}

/// A row that could not be scored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct FailedRow {
    /// The input row's id.
    pub id: String,
    /// Why.
    pub error: RowError,
}

/// Why a row failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct RowError {
    /// `judge-reply`: an answer cannot be read. `judge-call`: no answer came.
    pub code: String,
    /// Which text: a name, with the number of the trial (from 0) where there are several.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

/// A row of the output.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum AggregatedRow {
    /// It was scored.
    Scored(Aggregated),
    /// It was not.
    Failed(FailedRow),
}

/// What [`aggregate`](super::aggregate) returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct AggregateReport {
    /// The rows, in the order of the input, dropped ones left out.
    pub rows: Vec<AggregatedRow>,
    /// How many of them failed.
    pub failed: u32,
    /// Ids of the rows left out.
    pub dropped: Vec<String>,
}

impl Row for RawJudgement {
    fn id(&self) -> &str {
        &self.id
    }

    fn check(&self) -> Result<()> {
        for (field, trials) in FIELDS.into_iter().zip(self.trials()) {
            if trials.is_empty() {
                let mend = "Give at least one judge's text.";
                let error = Error::new(ErrorKind::Missing, "the list is empty", mend);
                return Err(error.at_field(field));
            }
        }
        Ok(())
    }
}

impl RawJudgement {
    /// Reads a JSONL file of judgements.
    ///
    /// # Errors
    ///
    /// What [`read_rows`] reports; `Missing` for an empty list of trials.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<Self>> {
        read_rows(file, bytes)
    }

    pub(super) fn trials(&self) -> [&[String]; 4] {
        [&self.resonation, &self.expression, &self.reception, &self.bystander].map(Trials::texts)
    }
}
