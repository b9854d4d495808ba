use serde::{Deserialize, Serialize};

use super::fields::{Name, first_character};
use super::{perm_rows, personaemp};
use crate::formats::{Error, ErrorKind, Result};
use crate::reward::criteria::Criteria;
use crate::reward::{Persona, ScoreRow, Turn};

/// Which of a user's memories the reply's judge sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum MemoryChoice {
    /// All extracted memories, as in the authors' evaluation code (default).
    #[default]
    All,
    /// Those that the dataset marks as relevant to the query (`relevant_mem`).
    Relevant,
}

/// Settings of reading a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct DatasetSettings {
    /// The split of sessions that do not name theirs; `test` by default.
    pub split: String,
    /// Which memories become part of a row.
    pub memory: MemoryChoice,
}

impl Default for DatasetSettings {
    fn default() -> Self {
        Self { split: "test".to_owned(), memory: MemoryChoice::default() }
    }
}

/// A query of a dataset in normal form, with a reply where it has one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct EvaluationItem {
    /// Unique in the dataset: `source_file/original_sid/index` (PersonaEmp), or the row's id, else
    /// its line number (PERM).
    pub id: String,
    /// Whose query it is, `source_file/original_sid`; a PERM row is a user of its own. Queries of
    /// one user are not independent, so intervals resample users.
    pub user: String,
    /// The split, e.g. `test`.
    pub split: String,
    /// The kind of query; `all` where the dataset names none.
    pub category: String,
    /// The query with its context, to be judged; `response` is empty where there is no reply yet.
    pub row: ScoreRow,
}

/// Where a query of PersonaEmp stands, by each of its names.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub source_file: Name,
    pub original_sid: Name,
    pub session_id: Name,
    pub query_id: Name,
    /// Counted from 0 in the session.
    pub index: u32,
}

/// A query as read.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub id: String,
    pub user: String,
    pub split: String,
    pub category: String,
    pub persona: Option<String>,
    pub scenario: Option<String>,
    pub memory: Vec<String>,
    pub relevant: Vec<usize>,
    pub history: Vec<Turn>,
    pub query: String,
    pub criteria: Option<Criteria>,
    /// `None` in a PERM file.
    pub place: Option<Place>,
}

/// The queries of a file.
#[derive(Debug, Clone)]
pub struct Dataset {
    pub(super) file: String,
    pub(super) queries: Vec<Query>,
    settings: DatasetSettings,
}

impl Dataset {
    /// Reads PersonaEmp's JSON list of sessions (a file that begins with `[`) or PERM's JSONL (one
    /// that begins with `{`); `file` is the name used in errors.
    ///
    /// Of PersonaEmp are read, per session, `source_file`, `original_sid`, `session_id`, `split`,
    /// `persona` (a text or an object with `persona_profile`), `extracted_memory` (texts or objects
    /// with `value`) and `queries`: `query_id`, `category`, `query`, `relevant_mem` (places in
    /// `extracted_memory` from 0), `situation` (a text or an object with it) and `criteria`. The
    /// conversation that the memories were extracted from lies in the past and is not part of a row.
    /// Of PERM are read `id`, `persona.identity`, `scenario` and `dialogue`, the last entry of which
    /// is the query.
    ///
    /// # Errors
    ///
    /// `Encoding`, `Syntax`, `Missing` or `Type` with line and path of the field; `Range` for a
    /// relevant memory that is not there; `Duplicate` for the same (source_file, original_sid) or id
    /// twice; `Empty` for no query.
    ///
    /// ```
    /// use attune::reward::datasets::{Dataset, DatasetSettings};
    /// let text = br#"[{"source_file": "a.json", "original_sid": 4, "session_id": 1,
    ///   "persona": "A nurse.", "extracted_memory": ["Lost her cat."],
    ///   "queries": [{"query_id": 1, "query": "I miss her."}]}]"#;
    /// let items = Dataset::read("d.json", text, &DatasetSettings::default())?.items();
    /// assert_eq!((items[0].id.as_str(), items[0].user.as_str()), ("a.json/4/0", "a.json/4"));
    /// assert_eq!(items[0].row.memory, ["Lost her cat."]);
    /// # Ok::<(), attune::formats::Error>(())
    /// ```
    pub fn read(file: &str, bytes: &[u8], settings: &DatasetSettings) -> Result<Self> {
        let empty = || {
            let mend = "Give PersonaEmp's list of sessions or PERM's JSON Lines.";
            Error::new(ErrorKind::Empty, "the file holds no query", mend).in_file(file)
        };
        let queries = match first_character(bytes) {
            Some(b'[') => personaemp::read(file, bytes, &settings.split)?,
            Some(b'{') => perm_rows::read(file, bytes, &settings.split)?,
            Some(_) => return Err(neither(file)),
            None => return Err(empty()),
        };
        if queries.is_empty() {
            return Err(empty());
        }
        Ok(Self { file: file.to_owned(), queries, settings: settings.clone() })
    }

    /// The queries in file order, without replies: what a policy or a writer of criteria begins
    /// with.
    pub fn items(&self) -> Vec<EvaluationItem> {
        self.queries.iter().map(|query| self.item(query, String::new(), None)).collect()
    }

    /// The settings it was read with.
    pub fn settings(&self) -> &DatasetSettings {
        &self.settings
    }

    /// A query with its reply; `criteria` stand before those of the dataset.
    pub(super) fn item(
        &self,
        query: &Query,
        response: String,
        criteria: Option<Criteria>,
    ) -> EvaluationItem {
        let memory = match self.settings.memory {
            MemoryChoice::All => query.memory.clone(),
            MemoryChoice::Relevant => {
                query.relevant.iter().filter_map(|&at| query.memory.get(at).cloned()).collect()
            }
        };
        EvaluationItem {
            id: query.id.clone(),
            user: query.user.clone(),
            split: query.split.clone(),
            category: query.category.clone(),
            row: ScoreRow {
                id: query.id.clone(),
                persona: query.persona.clone().map(|identity| Persona { identity }),
                scenario: query.scenario.clone(),
                memory,
                history: query.history.clone(),
                query: query.query.clone(),
                analysis: None,
                response,
                tokens: None,
                criteria: criteria.or_else(|| query.criteria.clone()),
            },
        }
    }
}

/// The error of a file that is neither a list nor JSON Lines.
pub(super) fn neither(file: &str) -> Error {
    Error::new(
        ErrorKind::Syntax,
        "the file begins with neither [ nor {",
        "Give a JSON list of sessions or JSON Lines.",
    )
    .in_file(file)
}
