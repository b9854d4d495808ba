//! Recall of a recommender, measured on items that users were shown at random.
//!
//! Every user saw a *random* sample of the catalogue and said which items they like. [`evaluate`]
//! estimates Recall@K from that log by up to three schemes, out of one ranking:
//!
//! - **URE**, Unbiased Recall Evaluation (arXiv 2409.04810): rank *all* N candidates, count the
//!   exposed positives above the (K+1)-th score. Its expectation is Recall@K for every K
//!   (Theorem 2).
//! - **traditional**: rank only the N̄ exposed items. Its expectation is close to the true Recall
//!   at K·N/N̄, not at K (Theorem 1); that number is reported as `implied_k`.
//! - **full**: where everything that users like is known, Recall itself.
//!
//! Two intervals stand beside an estimate, because two readers ask: `ci` for *users like these*
//! (users resampled whole), `ciTheseUsers` for *these users* (only the exposure was random).
//!
//! With every item exposed to every user, URE *is* the full Recall.

mod evaluate;
mod figures;
mod log;
mod names;
mod plan;
mod ranking;
pub mod recommenders;
mod report;
mod scores;
mod settings;
pub mod simulation;
mod spread;
mod tally;
mod user;
mod warnings;

pub use crate::formats::Warning;
pub use evaluate::{Evaluation, Recommender, evaluate, merge};
pub use log::{Exposed, ExposureLog, ItemLog, LogKind, LogReader, Task};
pub use names::Names;
pub use plan::{ExposurePlan, PlanSettings, exposures_needed};
pub use ranking::Ties;
pub use report::{
    IntervalTargets, PropensityCheck, RecallAgreement, RecallComparison, RecallReport,
    RecallResult, RecallSystem,
};
pub use scores::{Factors, Scores, ScoresReader};
pub use settings::{Average, Gain, IntervalMethod, Metric, NoPositives, RecallSettings, Scheme};
