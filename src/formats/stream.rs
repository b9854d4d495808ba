use std::collections::HashSet;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::rows::read_line;
use super::{Error, ErrorKind, Result, Row};

/// Reads JSONL rows from pieces of a file, so that no file need fit into memory: what is kept is
/// the line begun and 16 bytes a row, by which an id that stands twice is found.
///
/// ```
/// use attune::formats::RowReader;
/// use attune::memory::Memory;
/// let mut reader = RowReader::<Memory>::new("m.jsonl");
/// assert!(reader.push(b"{\"id\":\"1\",")?.is_empty());
/// assert_eq!(reader.push(b"\"text\":\"tea\"}\n{\"id\"")?.len(), 1);
/// assert_eq!(reader.finish().unwrap_err().line(), Some(2));
/// # Ok::<(), attune::formats::Error>(())
/// ```
#[derive(Debug)]
pub struct RowReader<T> {
    file: String,
    begun: Vec<u8>,
    line: u64,
    seen: HashSet<[u8; 16]>,
    hash: Sha256,
    /// A fault found after good rows of the same piece, which are handed out first.
    fault: Option<Error>,
    rows: PhantomData<T>,
}

impl<T: Row + DeserializeOwned> RowReader<T> {
    /// A reader at the start of a file; `file` is the name used in errors.
    pub fn new(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            begun: Vec::new(),
            line: 0,
            seen: HashSet::new(),
            hash: Sha256::new(),
            fault: None,
            rows: PhantomData,
        }
    }

    /// The rows that `piece` completes.
    ///
    /// # Errors
    ///
    /// What [`read_rows`](super::read_rows) reports, at the call after the one that returned the
    /// rows before the fault.
    pub fn push(&mut self, piece: &[u8]) -> Result<Vec<T>> {
        self.hash.update(piece);
        self.begun.extend_from_slice(piece);
        let Some(end) = self.begun.iter().rposition(|byte| *byte == b'\n') else {
            return self.hand_out(Vec::new());
        };
        let rest = self.begun.split_off(end + 1);
        let whole = std::mem::replace(&mut self.begun, rest);
        let rows = self.read(&whole[..end]);
        self.hand_out(rows)
    }

    /// The row of a last line without an end.
    ///
    /// # Errors
    ///
    /// As [`Self::push`]; `Empty` where the file held no row.
    pub fn finish(&mut self) -> Result<Vec<T>> {
        let whole = std::mem::take(&mut self.begun);
        let rows = if whole.is_empty() { Vec::new() } else { self.read(&whole) };
        if self.fault.is_none() && self.seen.is_empty() {
            let mend = "Write one JSON object a line.";
            return Err(
                Error::new(ErrorKind::Empty, "the file holds no row", mend).in_file(&self.file)
            );
        }
        self.hand_out(rows)
    }

    /// A fault that waits behind rows already handed out.
    ///
    /// # Errors
    ///
    /// That fault.
    pub fn fault(&mut self) -> Result<()> {
        self.fault.take().map_or(Ok(()), Err)
    }

    /// SHA-256 of all bytes so far, as lower-case hexadecimal digits.
    pub fn hash(&self) -> String {
        self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn hand_out(&mut self, rows: Vec<T>) -> Result<Vec<T>> {
        if rows.is_empty() { self.fault().map(|()| rows) } else { Ok(rows) }
    }

    fn read(&mut self, lines: &[u8]) -> Vec<T> {
        let mut rows = Vec::new();
        for raw in lines.split(|byte| *byte == b'\n') {
            if self.fault.is_some() {
                break;
            }
            self.line += 1;
            let raw =
                if self.line == 1 { raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw) } else { raw };
            match self.row(raw) {
                Ok(Some(row)) => rows.push(row),
                Ok(None) => {}
                Err(error) => {
                    self.fault = Some(error.in_file(&self.file).at_line(self.line));
                }
            }
        }
        rows
    }

    fn row(&mut self, raw: &[u8]) -> Result<Option<T>> {
        let seen = &self.seen;
        let row: Option<T> = read_line(raw, |id| seen.contains(&key(id)))?;
        if let Some(row) = &row {
            self.seen.insert(key(row.id()));
        }
        Ok(row)
    }
}

/// Half of an id's SHA-256: two ids never share it by chance.
fn key(id: &str) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&Sha256::digest(id.as_bytes())[..16]);
    key
}
