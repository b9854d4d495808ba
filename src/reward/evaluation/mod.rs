//! How well systems reply: the table of PereGRM's evaluation (arXiv 2606.00728) with intervals, and
//! systems compared query by query.
//!
//! A query counts once, with the score of each perspective on 1–5; the average of a system is the
//! arithmetic mean of its three perspective means. Queries of one user are not independent, so
//! intervals resample users and tests flip the signs of users. Scores of different judges are not
//! comparable: one report speaks of one judge.

mod compare;
mod input;
mod report;
mod table;
mod types;

pub use report::evaluation_report;
pub use types::{
    Cell, Comparison, Difference, EvaluationReport, EvaluationRow, EvaluationSettings,
    SystemScores, SystemTable,
};
