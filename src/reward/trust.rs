//! How far a score can be trusted: types of the result.

use serde::Serialize;

/// Where the mean grade of a reply like this one lies, at the level chosen.
///
/// Split-conformal (Vovk et al. 2005; Lei et al. 2018): in `level` of new scenarios like those of
/// the graded replies the interval holds what the two graders' mean gives. It says nothing of
/// people who grade otherwise, or of texts unlike those.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ScoreInterval {
    /// The share of replies for which it holds, 0 to 1.
    pub level: f64,
    /// Of the reward R.
    pub reward: [f64; 2],
    /// Of resonation, 1 to 5.
    pub resonation: [f64; 2],
    /// Of expression, 1 to 5.
    pub expression: [f64; 2],
    /// Of reception, 1 to 5.
    pub reception: [f64; 2],
    /// Of the bystander's total, 0 to 100.
    pub bystander: [f64; 2],
}

/// Why a text is unlike what the judge was trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum DomainReason {
    /// The reply holds no word.
    NoWords,
    /// The reply does not read as English prose: another language, or words at random.
    Language,
    /// What the seeker said does not.
    QueryLanguage,
    /// Code, markup or a table of numbers.
    Code,
    /// The reply speaks neither to the seeker nor of any feeling, nor of what was said.
    NoFeeling,
    /// Its measures lie far from every graded reply.
    UnlikeTraining,
}

/// That a reply is unlike the graded replies, so that its scores say little.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct OutOfDomain {
    /// Why.
    pub code: DomainReason,
    /// The same in words.
    pub message: String,
}

impl DomainReason {
    /// The reason in words.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoWords => "The reply holds no word.",
            Self::Language => {
                "The reply does not read as English prose; the scorer knows no other."
            }
            Self::QueryLanguage => {
                "What the seeker said does not read as English prose; the scorer knows no other."
            }
            Self::Code => "The reply looks like code, markup or figures.",
            Self::NoFeeling => {
                "The reply speaks neither to the person, nor of a feeling, nor of what was said."
            }
            Self::UnlikeTraining => {
                "The reply is far from every reply that the scorer was trained on."
            }
        }
    }
}

impl From<DomainReason> for OutOfDomain {
    fn from(code: DomainReason) -> Self {
        Self { code, message: code.message().to_owned() }
    }
}
