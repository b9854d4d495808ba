use std::collections::HashMap;

use super::answers::{Entry, SessionName, Target};
use super::dataset::{Dataset, Query};
use super::fields::user_id;
use crate::formats::{Error, ErrorKind, Result};

/// The queries of a dataset by each of their names.
pub(super) struct Index<'a> {
    queries: &'a [Query],
    ids: HashMap<&'a str, usize>,
    /// By user: the places of the session's queries, in its order.
    sessions: HashMap<&'a str, Vec<usize>>,
    /// The users whose sessions are displayed under a number.
    shown: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Index<'a> {
    pub fn new(dataset: &'a Dataset) -> Self {
        let queries = dataset.queries.as_slice();
        let mut index =
            Self { queries, ids: HashMap::new(), sessions: HashMap::new(), shown: HashMap::new() };
        for (at, query) in queries.iter().enumerate() {
            index.ids.insert(&query.id, at);
            let Some(place) = &query.place else { continue };
            let session = index.sessions.entry(&query.user).or_default();
            session.push(at);
            if session.len() == 1 {
                index.shown.entry(&place.session_id.text).or_default().push(&query.user);
            }
        }
        index
    }

    /// The place of the query that `entry` is for; `None` where the dataset has no such query.
    ///
    /// # Errors
    ///
    /// `Mismatch` for a name that several sessions or queries share, for an index and a query_id
    /// that are not of the same query, and for sessions where the dataset has none.
    pub fn find<T>(&self, entry: &Entry<T>) -> Result<Option<usize>> {
        let (session, query_id, index) = match &entry.target {
            Target::Id(id) => return Ok(self.ids.get(id.as_str()).copied()),
            Target::InSession { session, query_id, index } => (session, query_id, index),
        };
        let queries = match self.session(session) {
            Ok(Some(queries)) => queries,
            Ok(None) => return Ok(None),
            Err(error) => return Err(error.in_field(&entry.session)),
        };
        let at = |place: &usize| self.queries[*place].place.as_ref().map(|p| &p.query_id.text);
        if let Some(index) = index {
            let Some(place) = queries.get(*index as usize) else { return Ok(None) };
            return match query_id {
                Some(query_id) if at(place) != Some(query_id) => Err(mismatch(
                    format!("the query at index {index} of the session is not {query_id}"),
                    "Check that the file was made for this dataset, or leave out one of the two.",
                )
                .at_field("query_id")
                .in_field(&entry.path)),
                _ => Ok(Some(*place)),
            };
        }
        let mut named = queries.iter().filter(|place| at(place) == query_id.as_ref());
        match (named.next(), named.count()) {
            (Some(_), 1..) => Err(mismatch(
                "the session has several queries of that query_id".to_owned(),
                "Add the query's index in its session, from 0.",
            )
            .at_field("query_id")
            .in_field(&entry.path)),
            (place, _) => Ok(place.copied()),
        }
    }

    fn session(&self, name: &SessionName) -> Result<Option<&[usize]>> {
        if self.sessions.is_empty() {
            return Err(mismatch(
                "the file lists sessions, and the dataset has none".to_owned(),
                "Give JSON Lines with the ids of the dataset.",
            ));
        }
        let user = match name {
            SessionName::Key { source_file, original_sid } => &user_id(source_file, original_sid),
            SessionName::Shown(session_id) => match self.shown.get(session_id.as_str()) {
                None => return Ok(None),
                Some(users) if users.len() == 1 => users[0],
                Some(users) => {
                    return Err(mismatch(
                        format!("{} sessions of the dataset have this session_id", users.len()),
                        "Add source_file and original_sid to every session of the file.",
                    )
                    .at_field("session_id"));
                }
            },
        };
        Ok(self.sessions.get(user).map(Vec::as_slice))
    }
}

fn mismatch(problem: String, mend: &str) -> Error {
    Error::new(ErrorKind::Mismatch, problem, mend)
}
