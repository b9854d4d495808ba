use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::answers::{Answers, Entry, SessionNames};
use super::fields::Name;
use crate::formats::{Error, ErrorKind, Object, Result, jsonl, read_json};
use crate::reward::Perspective;
use crate::reward::criteria::{Criteria, Criterion, parse_criteria};

/// Criteria as a judge wrote them, or taken apart already.
enum Written {
    Text(String),
    List(Vec<Criterion>),
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of criteria")
            }

            fn visit_str<E>(self, text: &str) -> std::result::Result<Written, E> {
                Ok(Written::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                list: A,
            ) -> std::result::Result<Written, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Written::List)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// The criteria of one query in a file.
#[derive(Deserialize)]
pub(super) struct CriteriaFields {
    resonation: Option<Written>,
    expression: Option<Written>,
    reception: Option<Written>,
}

impl CriteriaFields {
    pub fn read(self) -> Result<Criteria> {
        let Self { resonation, expression, reception } = self;
        if resonation.is_none() && expression.is_none() && reception.is_none() {
            let problem = "none of resonation, expression and reception is there";
            return Err(Error::new(ErrorKind::Missing, problem, "Give at least one of them."));
        }
        Ok(Criteria {
            resonation: list(resonation, Perspective::Resonation)?,
            expression: list(expression, Perspective::Expression)?,
            reception: list(reception, Perspective::Reception)?,
        })
    }
}

fn list(written: Option<Written>, perspective: Perspective) -> Result<Vec<Criterion>> {
    match written {
        None => Ok(Vec::new()),
        Some(Written::List(criteria)) => Ok(criteria),
        Some(Written::Text(text)) if text.trim().is_empty() => Ok(Vec::new()),
        Some(Written::Text(text)) => parse_criteria(&text).map_err(|error| {
            // Its line is one of the text, which must not pass for a line of the file.
            let problem = match error.line() {
                Some(line) => format!("line {line} of the text: {}", error.message()),
                None => error.message().to_owned(),
            };
            Error::new(error.kind(), problem, error.mend()).at_field(perspective.name())
        }),
    }
}

#[derive(Deserialize)]
struct CriteriaSession {
    session_id: Option<Name>,
    source_file: Option<Name>,
    original_sid: Option<Name>,
    criterias: Vec<Object<CriteriaEntry>>,
}

// The three texts stand beside the names. They are repeated rather than flattened: serde then
// could not say where in the file an error lies.
#[derive(Deserialize)]
struct CriteriaEntry {
    query_id: Option<Name>,
    index: Option<u32>,
    resonation: Option<Written>,
    expression: Option<Written>,
    reception: Option<Written>,
}

#[derive(Deserialize)]
struct CriteriaRow {
    id: Name,
    resonation: Option<Written>,
    expression: Option<Written>,
    reception: Option<Written>,
}

/// Reads a sidecar of criteria: PersonaEmp's
/// `[{session_id, criterias: [{query_id, resonation, expression, reception}]}]`, with the further
/// names that [`read_predictions`](super::read_predictions) takes; or JSON Lines
/// `{id, resonation, expression, reception}`. A perspective's criteria are the text of
/// [`format_criteria`](crate::reward::criteria::format_criteria) or a list of [`Criterion`]; an absent or blank one has none.
///
/// # Errors
///
/// `Encoding`, `Syntax`, `Missing` or `Type`, with line and path of the field.
pub fn read_criteria(file: &str, bytes: &[u8]) -> Result<Answers<Criteria>> {
    let sessions = || {
        let mut entries = Vec::new();
        let sessions: Vec<Object<CriteriaSession>> = read_json(file, bytes)?;
        for (at, Object(session)) in sessions.into_iter().enumerate() {
            let CriteriaSession { session_id, source_file, original_sid, criterias } = session;
            let names = SessionNames { session_id, source_file, original_sid };
            let name = names.name().map_err(|error| error.in_row(at))?;
            for (entry_at, Object(entry)) in criterias.into_iter().enumerate() {
                let path = format!("[{at}].criterias[{entry_at}]");
                let CriteriaEntry { query_id, index, resonation, expression, reception } = entry;
                let read = || {
                    let target = name.target(query_id, index)?;
                    let fields = CriteriaFields { resonation, expression, reception };
                    Ok((target, fields.read()?))
                };
                let (target, value) = read().map_err(|error: Error| error.in_field(&path))?;
                entries.push(Entry { line: None, session: format!("[{at}]"), path, target, value });
            }
        }
        Ok(entries)
    };
    let rows = || {
        let mut entries = Vec::new();
        for line in jsonl::read::<Object<CriteriaRow>>(file, bytes)? {
            let Object(CriteriaRow { id, resonation, expression, reception }) = line.value;
            let fields = CriteriaFields { resonation, expression, reception };
            let criteria = fields.read().map_err(|error| error.at_line(line.number))?;
            entries.push(Entry::of_line(line.number, id, criteria));
        }
        Ok(entries)
    };
    Answers::read(file, bytes, sessions, rows)
}
