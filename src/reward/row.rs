use serde::{Deserialize, Serialize};

use super::{Sections, split_sections};
use crate::formats::{Result, Row, filled, read_rows};

/// Who the seeker is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Persona {
    /// The seeker in a sentence or two.
    pub identity: String,
}

/// One turn of the conversation so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Turn {
    /// `user` or `assistant`.
    pub role: String,
    /// What was said.
    pub content: String,
}

/// A reply to score, with its context: one row of the input of `attune score`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ScoreRow {
    /// The row's name, unique in its file.
    pub id: String,
    /// Who the seeker is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub persona: Option<Persona>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub scenario: Option<String>,
    /// What is remembered of the seeker.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<String>>"))]
    pub memory: Vec<String>,
    /// The conversation before the query.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<Turn>>"))]
    pub history: Vec<Turn>,
    /// What the seeker just said.
    pub query: String,
    /// The supporter's inner analysis, where the policy writes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub analysis: Option<String>,
    /// The reply; `# Analysis` and `# Response` sections in it are split.
    pub response: String,
    /// The reply's length in tokens; counted by the judge's tokenizer where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub tokens: Option<u32>,
}

impl Row for ScoreRow {
    fn id(&self) -> &str {
        &self.id
    }

    fn check(&self) -> Result<()> {
        filled("query", &self.query)?;
        filled("response", self.sections().response)
    }
}

impl ScoreRow {
    /// Reads a JSONL file of rows; `file` is the name used in errors.
    ///
    /// # Errors
    ///
    /// What [`read_rows`] reports; `Missing` for an empty query or response.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<Self>> {
        read_rows(file, bytes)
    }

    /// The texts a judge reads: the analysis (of its own, else the section of the response) and
    /// the reply.
    pub fn sections(&self) -> Sections<'_> {
        let split = split_sections(&self.response);
        match self.analysis.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(analysis) => Sections { analysis: Some(analysis), ..split },
            None => split,
        }
    }
}

/// A perspective's score and the judge's distribution over the scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PerspectiveScore {
    /// The expected value of the distribution, 1 to 5.
    pub score: f64,
    /// The probabilities of the levels 1 to 5, summing to 1.
    pub distribution: [f64; 5],
}

/// The bystander's five sub-scores, each 0 to 20.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct BystanderScores {
    /// Content effectiveness.
    pub content: f64,
    /// Logical structure and clarity.
    pub structure: f64,
    /// Communication efficiency.
    pub efficiency: f64,
    /// Objectivity and neutrality.
    pub objectivity: f64,
    /// Information accuracy and verifiability.
    pub accuracy: f64,
}

/// The bystander's view.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Bystander {
    /// The sum S of the sub-scores, 0 to 100.
    pub total: f64,
    /// The sub-scores.
    pub subscores: BystanderScores,
}

/// What is taken off the empathy score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Penalties {
    /// R_by, at most 0.
    pub bystander: f64,
    /// R_len, at most 0.
    pub length: f64,
}

/// Which judge scored, so that a figure can be traced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct JudgeIdentity {
    /// The engine, e.g. `builtin`.
    pub name: String,
    /// The version of attune.
    pub version: String,
    /// SHA-256 of the judge's weights, where it has any.
    pub weights: String,
}

/// A scored reply: one row of the output of `attune score`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Scored {
    /// The input row's id.
    pub id: String,
    /// R, the PERM reward.
    pub reward: f64,
    /// R_emp, 0.2 to 1.
    pub empathy: f64,
    /// The supporter's inner grasp.
    pub resonation: PerspectiveScore,
    /// How it is said.
    pub expression: PerspectiveScore,
    /// How the seeker takes it.
    pub reception: PerspectiveScore,
    /// The neutral third party's view.
    pub bystander: Bystander,
    /// What was taken off.
    pub penalties: Penalties,
    /// The reply's length L in tokens.
    pub tokens: u32,
    /// Names of values that were not judged but filled in; the built-in judge fills in none.
    pub imputed: Vec<String>,
    /// Which judge scored.
    pub judge: JudgeIdentity,
}
