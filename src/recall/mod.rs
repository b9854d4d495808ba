//! Recall of a recommender, measured on items that users were shown at random.
//!
//! Every user saw a *random* sample of the catalogue and said which items they like. [`evaluate`]
//! estimates Recall@K from that log in two ways:
//!
//! - **URE**, Unbiased Recall Evaluation (arXiv 2409.04810): rank *all* N candidates, count the
//!   exposed positives above the (K+1)-th score. Its expectation is Recall@K for every K
//!   (Theorem 2).
//! - **traditional**: rank only the N̄ exposed items. Its expectation is close to the true Recall
//!   at K·N/N̄, not at K (Theorem 1); that number is reported as `implied_k`.
//!
//! Two intervals stand beside an estimate, because two readers ask: `ci` for *users like these*
//! (users resampled whole), `ciTheseUsers` for *these users* (only the exposure was random).
//!
//! With every item exposed to every user, URE *is* the full Recall.

mod compare;
mod evaluate;
mod exposure;
mod intervals;
mod ranking;
pub mod recommenders;
mod scores;
pub mod simulation;
mod types;
mod warnings;

pub use crate::formats::Warning;
pub use evaluate::{Recommender, evaluate, evaluate_all};
pub use exposure::{Exposed, ExposureLog};
pub use ranking::Ties;
pub use scores::Scores;
pub use types::{
    Average, NoPositives, RecallComparison, RecallReport, RecallResult, RecallSettings,
    RecallSystem, Scheme,
};
