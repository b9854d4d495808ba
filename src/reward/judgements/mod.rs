//! Rewards of a batch from what judges wrote: `attune aggregate`.

mod aggregate;
mod types;

pub use aggregate::aggregate;
pub use types::{
    AggregateReport, Aggregated, AggregatedRow, FailedRow, JudgeFormat, JudgementSettings,
    ParseFailure, RawJudgement, RowError, Trials,
};
