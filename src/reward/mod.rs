//! Empathy rewards of chat replies: PERM (arXiv 2601.10532) and the built-in judge behind it.

mod advantage;
#[cfg(feature = "models")]
pub mod builtin;
pub mod criteria;
pub mod datasets;
pub mod evaluation;
pub mod features;
pub mod judge_reply;
pub mod judgements;
mod length_effect;
mod lines;
mod peregrm;
mod perm;
mod perspective;
mod phrases;
pub mod protocol;
mod row;
mod sections;
mod settings;
pub mod steering;
mod trust;
pub mod votes;
pub mod wishes;

pub use advantage::advantages;
pub use length_effect::{LengthEffect, LengthRow, length_effect};
pub use peregrm::peregrm_reward;
pub use perm::{Aggregate, Judgement, PermReward, PermSettings, perm_reward};
pub use perspective::Perspective;
pub use row::{
    Bystander, BystanderScores, JudgeIdentity, Penalties, Persona, PerspectiveScore, ScoreRow,
    Scored, Turn,
};
pub use sections::{Sections, split_sections};
pub(crate) use settings::check_constants;
pub use settings::{Method, ScoreSettings};
pub use trust::{DomainReason, OutOfDomain, ScoreInterval};
