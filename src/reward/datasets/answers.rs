use serde::Deserialize;

use super::dataset::neither;
use super::fields::{Name, first_character, text_or_null, user_id};
use crate::formats::{Error, ErrorKind, Object, Result, jsonl, read_json};

/// What a file gives for queries of a dataset: replies ([`read_predictions`]) or criteria
/// ([`read_criteria`](super::read_criteria)), each with the names that its query goes by.
#[derive(Debug, Clone)]
pub struct Answers<T> {
    pub(super) file: String,
    pub(super) entries: Vec<Entry<T>>,
}

/// One answer and where it stands in its file.
#[derive(Debug, Clone)]
pub(super) struct Entry<T> {
    pub line: Option<u64>,
    /// The path of the session, `[3]`; empty in JSON Lines.
    pub session: String,
    /// The path of the entry, `[3].responses[0]`; empty in JSON Lines.
    pub path: String,
    pub target: Target,
    pub value: T,
}

impl<T> Entry<T> {
    /// The answer on a line of JSON Lines.
    pub fn of_line(line: u64, id: Name, value: T) -> Self {
        let target = Target::Id(id.text);
        Self { line: Some(line), session: String::new(), path: String::new(), target, value }
    }
}

/// The query that an answer is for.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// By its id in the dataset.
    Id(String),
    /// By its place in a session; at least one of the two is there.
    InSession { session: SessionName, query_id: Option<String>, index: Option<u32> },
}

/// The session that an answer belongs to.
#[derive(Debug, Clone)]
pub(super) enum SessionName {
    /// By what is unique.
    Key { source_file: String, original_sid: String },
    /// By the number displayed, which need not be.
    Shown(String),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (session, query_id, index) = match self {
            Self::Id(id) => return f.write_str(id),
            Self::InSession { session, query_id, index } => (session, query_id, index),
        };
        match session {
            SessionName::Key { source_file, original_sid } => {
                f.write_str(&user_id(source_file, original_sid))?;
            }
            SessionName::Shown(session_id) => write!(f, "session_id {session_id}")?,
        }
        match (index, query_id) {
            (Some(index), _) => write!(f, ", index {index}"),
            (None, Some(query_id)) => write!(f, ", query_id {query_id}"),
            (None, None) => Ok(()),
        }
    }
}

/// The names of a session, as a file of answers has them.
pub(super) struct SessionNames {
    pub session_id: Option<Name>,
    pub source_file: Option<Name>,
    pub original_sid: Option<Name>,
}

impl SessionNames {
    /// The name to look the session up by: the unique one where it is given.
    pub fn name(self) -> Result<SessionName> {
        let absent = |field: &str, mend: &str| {
            Error::new(ErrorKind::Missing, "the field is absent", mend).at_field(field)
        };
        match (self.source_file, self.original_sid, self.session_id) {
            (Some(source_file), Some(original_sid), _) => Ok(SessionName::Key {
                source_file: source_file.text,
                original_sid: original_sid.text,
            }),
            (Some(_), None, _) => Err(absent("original_sid", "Give it along with source_file.")),
            (None, Some(_), _) => Err(absent("source_file", "Give it along with original_sid.")),
            (None, None, Some(session_id)) => Ok(SessionName::Shown(session_id.text)),
            (None, None, None) => {
                Err(absent("session_id", "Give it, or source_file and original_sid."))
            }
        }
    }
}

impl SessionName {
    /// A query of this session.
    pub fn target(&self, query_id: Option<Name>, index: Option<u32>) -> Result<Target> {
        if query_id.is_none() && index.is_none() {
            let mend = "Give it, or the query's index in its session, from 0.";
            let error = Error::new(ErrorKind::Missing, "the field is absent", mend);
            return Err(error.at_field("query_id"));
        }
        let query_id = query_id.map(|name| name.text);
        Ok(Target::InSession { session: self.clone(), query_id, index })
    }
}

impl<T> Answers<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Reads a JSON list of sessions with `sessions`, JSON Lines with `row`.
    pub(super) fn read(
        file: &str,
        bytes: &[u8],
        sessions: impl FnOnce() -> Result<Vec<Entry<T>>>,
        row: impl FnOnce() -> Result<Vec<Entry<T>>>,
    ) -> Result<Self> {
        let entries = match first_character(bytes) {
            Some(b'[') => sessions(),
            Some(b'{') => row(),
            _ => Err(neither(file)),
        };
        let entries = entries.map_err(|error| error.in_file(file))?;
        Ok(Self { file: file.to_owned(), entries })
    }
}

#[derive(Deserialize)]
struct RepliedSession {
    session_id: Option<Name>,
    source_file: Option<Name>,
    original_sid: Option<Name>,
    responses: Vec<Object<Reply>>,
}

#[derive(Deserialize)]
struct Reply {
    query_id: Option<Name>,
    index: Option<u32>,
    #[serde(deserialize_with = "text_or_null")]
    response: Option<String>,
}

#[derive(Deserialize)]
struct RepliedRow {
    id: Name,
    #[serde(deserialize_with = "text_or_null")]
    response: Option<String>,
}

/// Reads the replies of a policy: PersonaEmp's
/// `[{session_id, responses: [{query_id, response}]}]`, where a session may carry `source_file` and
/// `original_sid` and a reply its query's `index`; or JSON Lines `{id, response}` with the ids of
/// the dataset. A `response` of null counts as empty.
///
/// # Errors
///
/// `Encoding`, `Syntax`, `Missing` or `Type`, with line and path of the field.
pub fn read_predictions(file: &str, bytes: &[u8]) -> Result<Answers<String>> {
    let sessions = || {
        let mut entries = Vec::new();
        let sessions: Vec<Object<RepliedSession>> = read_json(file, bytes)?;
        for (at, Object(session)) in sessions.into_iter().enumerate() {
            let RepliedSession { session_id, source_file, original_sid, responses } = session;
            let names = SessionNames { session_id, source_file, original_sid };
            let name = names.name().map_err(|error| error.in_row(at))?;
            for (reply_at, Object(reply)) in responses.into_iter().enumerate() {
                let path = format!("[{at}].responses[{reply_at}]");
                let target = name
                    .target(reply.query_id, reply.index)
                    .map_err(|error| error.in_field(&path))?;
                let value = reply.response.unwrap_or_default();
                let session = format!("[{at}]");
                entries.push(Entry { line: None, session, path, target, value });
            }
        }
        Ok(entries)
    };
    let rows = || {
        let rows = jsonl::read::<Object<RepliedRow>>(file, bytes)?;
        Ok(rows
            .into_iter()
            .map(|jsonl::Line { number, value: Object(row) }| {
                Entry::of_line(number, row.id, row.response.unwrap_or_default())
            })
            .collect())
    };
    Answers::read(file, bytes, sessions, rows)
}
