use serde::{Deserialize, Serialize};

use crate::formats::{Error, ErrorKind, Result};
use crate::reward::judgements::ParseFailure;
use crate::reward::settings::{LEVEL, check_level};
use crate::reward::{Method, PermSettings, check_constants};

/// What becomes of the thinking that a policy writes before its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Thinking {
    /// Text up to and including `</think>` is not judged (default).
    #[default]
    Drop,
    /// The text is judged as it stands.
    Keep,
}

/// How replies are scored by a judge that writes: every constant of both papers by name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ScoringSettings {
    /// The reward.
    pub method: Method,
    /// How often each of the three perspectives is judged (PereGRM; T in the paper); 1 in PERM.
    pub trials: u32,
    /// What becomes of answers that cannot be read.
    pub on_parse_failure: ParseFailure,
    /// What becomes of the policy's thinking.
    pub thinking: Thinking,
    /// The constants of the reward; PereGRM takes the bystander's weight alone.
    pub constants: PermSettings,
    /// The level of intervals, 0.5 to 0.99; the built-in judge's alone, others give none.
    pub level: f64,
}

impl Default for ScoringSettings {
    fn default() -> Self {
        Self {
            method: Method::default(),
            trials: 1,
            on_parse_failure: ParseFailure::default(),
            thinking: Thinking::default(),
            constants: PermSettings::default(),
            level: LEVEL,
        }
    }
}

/// The most trials that can be asked for: a typing error must not cost a thousand calls a row.
const MOST_TRIALS: u32 = 64;

impl ScoringSettings {
    /// Checks that the settings go together.
    ///
    /// # Errors
    ///
    /// `Setting`, with the field: a level out of range, constants or trials that the method does not
    /// take.
    pub fn check(&self) -> Result<()> {
        check_level(self.level)?;
        check_constants(self.method, &self.constants)
            .map_err(|error| error.in_field("constants"))?;
        let problem = match (self.method, self.trials) {
            (_, 0) => "there is no trial".to_owned(),
            (Method::Perm, 2..) => "PERM judges each perspective once".to_owned(),
            (_, trials) if trials > MOST_TRIALS => format!("{trials} trials are too many"),
            _ => return Ok(()),
        };
        let mend = format!("Give 1, or with peregrm a whole number up to {MOST_TRIALS}.");
        Err(Error::new(ErrorKind::Setting, problem, mend).at_field("trials"))
    }
}
