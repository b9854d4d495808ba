//! Rewards of a batch from what judges wrote: `attune aggregate`.

mod aggregate;
mod numbers;
mod types;

pub use aggregate::aggregate;
pub(in crate::reward) use numbers::{FIELDS, Reading, constant_fills, fill, reward_of};
pub use types::{
    AggregateReport, Aggregated, AggregatedRow, FailedRow, JudgementSettings, ParseFailure,
    RawJudgement, RowError, Trials,
};
