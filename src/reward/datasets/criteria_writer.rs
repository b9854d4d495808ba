use std::collections::BTreeMap;

use serde::Serialize;

use super::dataset::{Dataset, Query};
use super::fields::Name;
use crate::formats::{Error, ErrorKind, Result};
use crate::reward::Perspective;
use crate::reward::criteria::{Criteria, format_criteria, parse_criteria};

#[derive(Serialize)]
struct WrittenSession<'a> {
    session_id: &'a Name,
    source_file: &'a Name,
    original_sid: &'a Name,
    criterias: Vec<WrittenEntry<'a>>,
}

#[derive(Serialize)]
struct WrittenEntry<'a> {
    query_id: &'a Name,
    index: u32,
    resonation: String,
    expression: String,
    reception: String,
}

#[derive(Serialize)]
struct WrittenRow<'a> {
    id: &'a str,
    resonation: String,
    expression: String,
    reception: String,
}

/// The sidecar with `criteria` (by the ids of the dataset's items), in the order of the dataset:
/// PersonaEmp's JSON, with `source_file`, `original_sid` and `index` beside the displayed ids so
/// that it aligns exactly; JSON Lines where the dataset is PERM's. Queries without criteria are
/// left out.
///
/// # Errors
///
/// `Unknown` for an id that the dataset lacks; `Syntax` for criteria whose text would not be read
/// back as they are, such as one without a description.
pub fn write_criteria(dataset: &Dataset, criteria: &BTreeMap<String, Criteria>) -> Result<String> {
    for id in criteria.keys() {
        if !dataset.queries.iter().any(|query| query.id == *id) {
            let mend = "Use the ids of the dataset's items.";
            let problem = format!("{} has no query \"{id}\"", dataset.file);
            return Err(Error::new(ErrorKind::Unknown, problem, mend).at_field("criteria"));
        }
    }
    let mut sessions: Vec<WrittenSession<'_>> = Vec::new();
    let mut lines = String::new();
    let mut user = None;
    for query in &dataset.queries {
        let Some(criteria) = criteria.get(&query.id) else { continue };
        let [resonation, expression, reception] = texts(query, criteria)?;
        let Some(place) = &query.place else {
            let row = WrittenRow { id: &query.id, resonation, expression, reception };
            lines.push_str(&json(serde_json::to_string(&row)));
            lines.push('\n');
            continue;
        };
        if user.replace(&query.user) != Some(&query.user) {
            sessions.push(WrittenSession {
                session_id: &place.session_id,
                source_file: &place.source_file,
                original_sid: &place.original_sid,
                criterias: Vec::new(),
            });
        }
        if let Some(session) = sessions.last_mut() {
            let (query_id, index) = (&place.query_id, place.index);
            let entry = WrittenEntry { query_id, index, resonation, expression, reception };
            session.criterias.push(entry);
        }
    }
    let of_sessions = dataset.queries.iter().any(|query| query.place.is_some());
    Ok(if of_sessions { json(serde_json::to_string_pretty(&sessions)) + "\n" } else { lines })
}

fn json(written: serde_json::Result<String>) -> String {
    written.expect("texts and whole numbers always convert")
}

/// The text of each perspective, which must give the same criteria when it is read.
fn texts(query: &Query, criteria: &Criteria) -> Result<[String; 3]> {
    let text = |perspective| {
        let list = criteria.of(perspective);
        let text = format_criteria(list);
        let back =
            if list.is_empty() { Some(0) } else { parse_criteria(&text).ok().map(|l| l.len()) };
        if back == Some(list.len()) {
            return Ok(text);
        }
        let mend = "Give each a name, a finite weight and a description of a line.";
        let problem = format!("the criteria of \"{}\" cannot be written", query.id);
        let field = format!("criteria.{}", perspective.name());
        Err(Error::new(ErrorKind::Syntax, problem, mend).at_field(field))
    };
    Ok([
        text(Perspective::Resonation)?,
        text(Perspective::Expression)?,
        text(Perspective::Reception)?,
    ])
}
