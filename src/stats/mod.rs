//! Statistics shared by the four jobs.

mod rank;

pub use rank::{average_ranks, spearman};
