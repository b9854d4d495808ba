use serde::Serialize;

use super::answers::{Answers, Target};
use super::index::Index;
use super::{Dataset, DatasetSettings, EvaluationItem};
use crate::formats::{Error, ErrorKind, Result};
use crate::reward::criteria::Criteria;
use crate::reward::lines::after_thinking;
use crate::reward::split_sections;

/// What [`align`] returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Alignment {
    /// The version of attune that made it.
    pub version: String,
    /// The settings in force.
    pub settings: DatasetSettings,
    /// SHA-256 of the dataset, the predictions and the criteria, in that order, where they came as
    /// files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub input_hash: Option<String>,
    /// The queries that have a reply, in the order of the dataset.
    pub items: Vec<EvaluationItem>,
    /// Ids of the queries for which the predictions hold nothing.
    pub missing: Vec<String>,
    /// Ids of the queries whose reply is blank once what precedes the last `</think>` is dropped.
    pub empty: Vec<String>,
    /// Predictions for queries that the dataset lacks, by the names they carry.
    pub unknown: Vec<String>,
    /// Entries of the criteria file for queries that the dataset lacks.
    pub unknown_criteria: Vec<String>,
}

/// Brings replies, and criteria where a sidecar has them, to the queries they belong to.
///
/// Sessions are found by (source_file, original_sid) where the file carries them, else by
/// session_id where that is unique in the dataset; queries within them by `index` where given,
/// else by query_id where that is unique in the session. Nothing is ever matched by its position,
/// so a reply that is absent or empty shifts no other. Criteria of the sidecar stand before those
/// of the dataset. From each reply everything up to and including the last `</think>` is dropped.
///
/// # Errors
///
/// `Mismatch` for a name that several sessions or queries share, with what to add; `Duplicate` for
/// two answers to one query.
///
/// ```
/// use attune::reward::datasets::{Dataset, align, read_predictions};
/// let queries = b"{\"dialogue\": [\"I failed.\"]}\n{\"dialogue\": [\"I won.\"]}";
/// let dataset = Dataset::read("q.jsonl", queries, &Default::default())?;
/// let replies = b"{\"id\": 2, \"response\": \"<think>Glad.</think>How lovely!\"}";
/// let alignment = align(&dataset, &read_predictions("r.jsonl", replies)?, None)?;
/// assert_eq!(alignment.missing, ["1"]);
/// assert_eq!(alignment.items[0].row.response, "How lovely!");
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn align(
    dataset: &Dataset,
    predictions: &Answers<String>,
    criteria: Option<&Answers<Criteria>>,
) -> Result<Alignment> {
    let index = Index::new(dataset);
    let (replies, unknown) = by_query(&index, dataset, predictions)?;
    let (mut criteria, unknown_criteria) = match criteria {
        Some(criteria) => by_query(&index, dataset, criteria)?,
        None => (vec![None; dataset.queries.len()], Vec::new()),
    };
    let mut alignment = Alignment {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: dataset.settings().clone(),
        input_hash: None,
        items: Vec::new(),
        missing: Vec::new(),
        empty: Vec::new(),
        unknown,
        unknown_criteria,
    };
    for (at, query) in dataset.queries.iter().enumerate() {
        let Some(reply) = replies[at] else {
            alignment.missing.push(query.id.clone());
            continue;
        };
        let reply = after_thinking(reply).trim();
        if split_sections(reply).response.is_empty() {
            alignment.empty.push(query.id.clone());
            continue;
        }
        let criteria = criteria[at].take().filter(|criteria| !criteria.is_empty()).cloned();
        alignment.items.push(dataset.item(query, reply.to_owned(), criteria));
    }
    Ok(alignment)
}

/// The answer to each query, and the names of those to none.
fn by_query<'a, T>(
    index: &Index<'_>,
    dataset: &Dataset,
    answers: &'a Answers<T>,
) -> Result<(Vec<Option<&'a T>>, Vec<String>)> {
    let mut found = vec![None; dataset.queries.len()];
    let mut unknown = Vec::new();
    for entry in &answers.entries {
        let place = |error: Error| {
            let error = error.in_file(&answers.file);
            entry.line.map_or(error.clone(), |line| error.at_line(line))
        };
        match index.find(entry).map_err(place)? {
            None => unknown.push(entry.target.to_string()),
            Some(at) if found[at].is_none() => found[at] = Some(&entry.value),
            Some(at) => {
                let problem = format!("the query \"{}\" is answered twice", dataset.queries[at].id);
                let mend = "Keep one answer; or the file was made for another dataset.";
                let error = Error::new(ErrorKind::Duplicate, problem, mend);
                return Err(place(match entry.target {
                    Target::Id(_) => error.at_field("id"),
                    Target::InSession { .. } => error.at_field(&entry.path),
                }));
            }
        }
    }
    Ok((found, unknown))
}
