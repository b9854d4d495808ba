use serde::{Deserialize, Serialize};

use super::criteria::{Criteria, ScoredCriterion};
use super::lines::reply_part;
use super::{OutOfDomain, ScoreInterval, Sections, split_sections};
use crate::formats::{Error, ErrorKind, Result, Row, filled, read_rows};

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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    /// Criteria written beforehand (PereGRM); the judge derives its own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub criteria: Option<Criteria>,
}

impl Row for ScoreRow {
    fn id(&self) -> &str {
        &self.id
    }

    fn check(&self) -> Result<()> {
        filled("query", &self.query)?;
        if reply_part(&self.response).is_none() {
            let mend = "The reply was cut inside its thinking: allow it more tokens, and keep \
                        what follows </think>.";
            let error = Error::new(ErrorKind::Missing, "the thinking never ends", mend);
            return Err(error.at_field("response"));
        }
        filled("response", self.sections().response)?;
        match &self.criteria {
            Some(criteria) => criteria.check().map_err(|error| error.in_field("criteria")),
            None => Ok(()),
        }
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

    /// What the seeker said in earlier turns, in order.
    pub fn seeker_turns(&self) -> impl Iterator<Item = &str> {
        let own = self.history.iter().filter(|turn| turn.role == "user");
        own.map(|turn| turn.content.as_str())
    }

    /// The texts a judge reads: the analysis (of its own, else the section of the response) and
    /// the reply. A response's own thinking, up to and including the last `</think>`, is left out;
    /// one that never ends leaves an empty reply.
    pub fn sections(&self) -> Sections<'_> {
        let split = split_sections(reply_part(&self.response).unwrap_or_default());
        match self.analysis.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(analysis) => Sections { analysis: Some(analysis), ..split },
            None => split,
        }
    }
}

/// A perspective's score and the judge's distribution over the scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PerspectiveScore {
    /// The expected value of the distribution, 1 to 5; the mean over trials where there are several.
    pub score: f64,
    /// The probabilities of the levels 1 to 5, summing to 1.
    pub distribution: [f64; 5],
    /// The judge's reason, where it gives one: of the first trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub rationale: Option<String>,
    /// The score of each trial, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<f64>>"))]
    pub trials: Vec<f64>,
    /// The standard deviation between the judges of a panel (n − 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub disagreement: Option<f64>,
    /// The criteria and how far each is met, where the judge scores them one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<ScoredCriterion>>"))]
    pub criteria: Vec<ScoredCriterion>,
}

impl PerspectiveScore {
    /// A score with its distribution and nothing else.
    pub fn new(score: f64, distribution: [f64; 5]) -> Self {
        Self {
            score,
            distribution,
            rationale: None,
            trials: Vec::new(),
            disagreement: None,
            criteria: Vec::new(),
        }
    }
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Bystander {
    /// The sum S of the sub-scores, 0 to 100; the mean over trials where there are several.
    pub total: f64,
    /// The sub-scores, where the judge gives them one by one (PERM's format asks for the sum).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub subscores: Option<BystanderScores>,
    /// The judge's reason, where it gives one: of the first trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub rationale: Option<String>,
    /// The total of each trial, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<f64>>"))]
    pub trials: Vec<f64>,
    /// The standard deviation of the total between the judges of a panel (n − 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub disagreement: Option<f64>,
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct JudgeIdentity {
    /// The engine: `builtin`, `openai`, `panel` ….
    pub name: String,
    /// The version of attune.
    pub version: String,
    /// SHA-256 of the judge's weights, where they are attune's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub weights: Option<String>,
    /// The model, by the engine's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub model: Option<String>,
    /// The endpoint, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub url: Option<String>,
    /// The sampling temperature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub temperature: Option<f64>,
    /// Name and version of the rubrics that the judge was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub rubrics: Option<String>,
    /// By which tokenizer the reply's length was counted, where the row did not give it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub tokenizer: Option<String>,
    /// How the opinions of a panel are joined: `mean` or `median`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub join: Option<String>,
    /// The judges of a panel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<JudgeIdentity>>"))]
    pub members: Vec<JudgeIdentity>,
}

/// A scored reply: one row of the output of `attune score`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Scored {
    /// The input row's id.
    pub id: String,
    /// R, the reward of the method chosen.
    pub reward: f64,
    /// R_emp (PERM) or H (PereGRM), 0.2 to 1.
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
    /// The reply's length L in tokens; absent where nothing depends on it and nobody gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub tokens: Option<u32>,
    /// Names of values that were not judged but filled in; the built-in judge fills in none.
    pub imputed: Vec<String>,
    /// Names of what lay above its scale and was cut to it, as the authors' code does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<String>>"))]
    pub clamped: Vec<String>,
    /// Where the mean grade of such a reply lies; the built-in judge's alone, and absent where its
    /// heads were retrained, since they are not calibrated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub interval: Option<ScoreInterval>,
    /// Why the reply is unlike what the built-in judge was trained on; its intervals are then the
    /// whole scales.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<OutOfDomain>>"))]
    #[serde(rename = "outOfDomain")]
    pub out_of_domain: Vec<OutOfDomain>,
    /// Which judge scored.
    pub judge: JudgeIdentity,
    /// Kinds of text in the reply that try to steer the judge, whose score they did not raise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "types", ts(optional, as = "Option<Vec<String>>"))]
    pub steering: Vec<String>,
}
