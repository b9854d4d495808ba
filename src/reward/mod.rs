//! Empathy rewards of chat replies: PERM (arXiv 2601.10532) and the built-in judge behind it.

#[cfg(feature = "models")]
pub mod builtin;
pub mod features;
mod perm;
mod row;
mod sections;

pub use perm::{Aggregate, Judgement, PermReward, PermSettings, perm_reward};
pub use row::{
    Bystander, BystanderScores, JudgeIdentity, Penalties, Persona, PerspectiveScore, ScoreRow,
    Scored, Turn,
};
pub use sections::{Sections, split_sections};
