//! Queries to reply to, replies to them and criteria for them, as the authors' files have them,
//! in one normal form.
//!
//! - **PersonaEmp** (PereGRM, arXiv 2606.00728): JSON lists of sessions; [`Dataset::read`],
//!   [`read_predictions`], [`read_criteria`], [`write_criteria`].
//! - **PERM** (arXiv 2601.10532): JSONL, one query a line.
//!
//! A reply finds its query by id, never by its position: a reply that is missing or empty is
//! reported and shifts nothing. The ids that PersonaEmp displays, `session_id` and `query_id`, are
//! not unique, so a query's own id here is `source_file/original_sid/index`, where `index` counts
//! the queries of the session from 0; a `/` or `%` inside a part is written `%2F` or `%25`.

mod align;
mod answers;
mod criteria_file;
mod criteria_writer;
mod dataset;
mod fields;
mod index;
mod perm_rows;
mod personaemp;

pub use align::{Alignment, align};
pub use answers::{Answers, read_predictions};
pub use criteria_file::read_criteria;
pub use criteria_writer::write_criteria;
pub use dataset::{Dataset, DatasetSettings, EvaluationItem, MemoryChoice};
