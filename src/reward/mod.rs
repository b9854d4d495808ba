//! Empathy rewards of chat replies: PERM (arXiv 2601.10532) and the built-in judge behind it.

mod advantage;
#[cfg(feature = "models")]
pub mod builtin;
pub mod features;
pub mod judge_reply;
pub mod judgements;
mod lines;
mod peregrm;
mod perm;
mod row;
mod sections;

pub use advantage::advantages;
pub use peregrm::peregrm_reward;
pub use perm::{Aggregate, Judgement, PermReward, PermSettings, perm_reward};
pub use row::{
    Bystander, BystanderScores, JudgeIdentity, Penalties, Persona, PerspectiveScore, ScoreRow,
    Scored, Turn,
};
pub use sections::{Sections, split_sections};
