use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::VectorIndex;
use crate::formats::{Error, ErrorKind, Result, Row, check_rows, filled, read_rows};

/// Something to remember about a user: one row of `memories.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Memory {
    /// A stable name, unique in its store.
    pub id: String,
    /// What is remembered.
    pub text: String,
    /// When it was said (ISO 8601).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub at: Option<String>,
}

/// A memory that a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct MemoryHit {
    /// Its place, from 1.
    pub rank: u32,
    /// Cosine similarity to the query, −1 to 1.
    pub score: f32,
    /// The memory.
    #[serde(flatten)]
    #[cfg_attr(feature = "types", ts(flatten))]
    pub memory: Memory,
}

/// Memories with their embeddings.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    memories: Vec<Memory>,
    ids: HashSet<String>,
    index: VectorIndex,
}

impl Row for Memory {
    fn id(&self) -> &str {
        &self.id
    }

    fn check(&self) -> Result<()> {
        filled("text", &self.text)
    }
}

impl Memory {
    /// Reads `memories.jsonl`: rows `{id, text, at?}`.
    ///
    /// # Errors
    ///
    /// What [`read_rows`] reports; `Missing` for an empty text.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<Self>> {
        read_rows(file, bytes)
    }
}

impl MemoryStore {
    /// An empty store for embeddings with `width` components.
    pub fn new(width: usize) -> Self {
        Self { memories: Vec::new(), ids: HashSet::new(), index: VectorIndex::new(width) }
    }

    /// Number of memories.
    pub fn len(&self) -> usize {
        self.memories.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.memories.is_empty()
    }

    /// Adds memories with their embeddings: all of them, or none where one does not fit.
    ///
    /// # Errors
    ///
    /// `Missing` for an empty id or text; `Duplicate` for an id that is known or stands twice;
    /// `Mismatch` or `NotFinite` for vectors that do not fit. The place of the memory at fault is
    /// part of the field. The store is then as it was.
    pub fn add(&mut self, memories: Vec<Memory>, vectors: &[Vec<f32>]) -> Result<()> {
        if memories.len() != vectors.len() {
            return Err(Error::new(
                ErrorKind::Mismatch,
                format!("{} memories came with {} vectors", memories.len(), vectors.len()),
                "Give every memory one vector.",
            ));
        }
        // First look at everything, then change anything.
        check_rows(&memories, |id| self.ids.contains(id))?;
        for (at, vector) in vectors.iter().enumerate() {
            self.index.check(vector).map_err(|error| error.in_row(at))?;
        }
        for vector in vectors {
            self.index.push(vector)?;
        }
        self.ids.extend(memories.iter().map(|memory| memory.id.clone()));
        self.memories.extend(memories);
        Ok(())
    }

    /// The `k` memories most similar to the embedding `query`, best first.
    ///
    /// # Errors
    ///
    /// `Mismatch` or `NotFinite` for a vector that does not fit.
    ///
    /// ```
    /// use attune::memory::{Memory, MemoryStore};
    /// let mut store = MemoryStore::new(2);
    /// let memory = |id: &str| Memory { id: id.into(), text: id.into(), at: None };
    /// store.add(vec![memory("tea"), memory("sea")], &[vec![1.0, 0.0], vec![0.6, 0.8]])?;
    /// let hits = store.search(&[0.0, 2.0], 1)?;
    /// assert_eq!((hits[0].memory.id.as_str(), hits[0].score), ("sea", 0.8));
    /// # Ok::<(), attune::formats::Error>(())
    /// ```
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<MemoryHit>> {
        let hits = self.index.search(query, k)?;
        Ok(hits
            .into_iter()
            .enumerate()
            .map(|(place, hit)| MemoryHit {
                rank: place as u32 + 1,
                score: hit.score,
                memory: self.memories[hit.row].clone(),
            })
            .collect())
    }
}
