use std::collections::HashSet;

use serde::Deserialize;

use super::criteria_file::CriteriaFields;
use super::dataset::{Place, Query};
use super::fields::{MemoryObject, Name, PersonaObject, SituationObject, Text, user_id};
use crate::formats::{Error, ErrorKind, Object, Result, filled, read_json};

/// One session of the file; fields that are not read (the conversation that the memories were
/// extracted from, topics, evidence) are left out.
#[derive(Deserialize)]
struct Session {
    source_file: Name,
    original_sid: Name,
    session_id: Name,
    #[serde(default)]
    split: Option<String>,
    #[serde(default)]
    persona: Option<Text<PersonaObject>>,
    #[serde(default)]
    extracted_memory: Vec<Text<MemoryObject>>,
    queries: Vec<Object<SessionQuery>>,
}

#[derive(Deserialize)]
struct SessionQuery {
    query_id: Name,
    #[serde(default)]
    category: Option<String>,
    query: String,
    #[serde(default)]
    relevant_mem: Vec<u32>,
    #[serde(default)]
    situation: Option<Text<SituationObject>>,
    #[serde(default)]
    criteria: Option<Object<CriteriaFields>>,
}

/// Reads the sessions of a PersonaEmp file; `split` names those that do not say theirs.
pub(super) fn read(file: &str, bytes: &[u8], split: &str) -> Result<Vec<Query>> {
    let sessions: Vec<Object<Session>> = read_json(file, bytes)?;
    let mut seen = HashSet::new();
    let mut queries = Vec::new();
    for (at, Object(session)) in sessions.into_iter().enumerate() {
        let user = user_id(&session.source_file.text, &session.original_sid.text);
        if !seen.insert(user.clone()) {
            let problem = format!(
                "source_file \"{}\" with original_sid \"{}\" stands twice",
                session.source_file.text, session.original_sid.text
            );
            let mend = "Keep one of the two sessions, or join their queries.";
            let error = Error::new(ErrorKind::Duplicate, problem, mend).at_field("original_sid");
            return Err(error.in_row(at).in_file(file));
        }
        of_session(session, &user, split, &mut queries)
            .map_err(|error| error.in_row(at).in_file(file))?;
    }
    Ok(queries)
}

fn of_session(session: Session, user: &str, split: &str, queries: &mut Vec<Query>) -> Result<()> {
    let Session { source_file, original_sid, session_id, persona, extracted_memory, .. } = session;
    let memory: Vec<String> = extracted_memory.into_iter().map(|memory| memory.0).collect();
    let split = named(session.split).unwrap_or_else(|| split.to_owned());
    for (at, Object(query)) in session.queries.into_iter().enumerate() {
        let read = || -> Result<Query> {
            filled("query", &query.query)?;
            Ok(Query {
                id: format!("{user}/{at}"),
                user: user.to_owned(),
                split: split.clone(),
                category: named(query.category).unwrap_or_else(|| "all".to_owned()),
                persona: persona.as_ref().map(|persona| persona.0.clone()),
                scenario: query.situation.map(|situation| situation.0),
                relevant: relevant(&query.relevant_mem, memory.len())?,
                memory: memory.clone(),
                history: Vec::new(),
                query: query.query,
                criteria: query
                    .criteria
                    .map(|Object(texts)| texts.read())
                    .transpose()
                    .map_err(|error| error.in_field("criteria"))?
                    .filter(|criteria| !criteria.is_empty()),
                place: Some(Place {
                    source_file: source_file.clone(),
                    original_sid: original_sid.clone(),
                    session_id: session_id.clone(),
                    query_id: query.query_id,
                    index: at as u32,
                }),
            })
        };
        queries.push(read().map_err(|error| error.in_row(at).in_field("queries"))?);
    }
    Ok(())
}

/// The places of relevant memories, counted from 0, each of which must be one.
fn relevant(places: &[u32], memories: usize) -> Result<Vec<usize>> {
    if let Some(at) = places.iter().position(|&place| place as usize >= memories) {
        let problem = format!("memory {} is named, of {memories} counted from 0", places[at]);
        let mend = "Name places in extracted_memory.";
        let error = Error::new(ErrorKind::Range, problem, mend);
        return Err(error.in_row(at).in_field("relevant_mem"));
    }
    Ok(places.iter().map(|&place| place as usize).collect())
}

/// A label that is more than blanks.
fn named(label: Option<String>) -> Option<String> {
    label.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty())
}
