mod csv;
mod lines;

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::{Error, ErrorKind, Result};
use csv::Csv;
use lines::Lines;

/// Reads rows in long form (one observation a row) from pieces of a file: CSV with a header, or
/// JSONL with one object a line. Nothing is kept but the row begun, so a file may be larger than
/// memory. The content decides, not the name of the file: JSONL begins with `{`.
///
/// ```
/// use attune::formats::LongReader;
/// let mut reader = LongReader::new("e.csv", &["user", "item"], &["label"]);
/// let mut users = Vec::new();
/// let mut read = |row: attune::formats::LongRow<'_>| {
///     users.push(row.filled(0)?.to_owned());
///     Ok(())
/// };
/// reader.push(b"user,item\nann,te", &mut read)?;
/// reader.push(b"a\nbob,tea", &mut read)?;
/// reader.finish(&mut read)?;
/// assert_eq!(users, ["ann", "bob"]);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub struct LongReader {
    file: String,
    /// Required columns, then the others.
    columns: Vec<String>,
    required: usize,
    form: Form,
    rows: u64,
    hash: Sha256,
}

enum Form {
    /// Nothing but white space so far, which is kept.
    Unknown(Vec<u8>),
    Csv(Box<Csv>),
    Jsonl(Lines),
}

/// One row: its fields in the order in which the columns were named, required ones first.
pub struct LongRow<'a> {
    file: &'a str,
    line: u64,
    columns: &'a [String],
    fields: Vec<Option<Cow<'a, str>>>,
}

impl LongReader {
    /// A reader at the start of `file`, a name for errors. Columns named in neither list are passed
    /// over.
    pub fn new(file: impl Into<String>, required: &[&str], optional: &[&str]) -> Self {
        let columns = required.iter().chain(optional).map(|&name| name.to_owned()).collect();
        Self {
            file: file.into(),
            columns,
            required: required.len(),
            form: Form::Unknown(Vec::new()),
            rows: 0,
            hash: Sha256::new(),
        }
    }

    /// Hands to `row` what `piece` completes.
    ///
    /// # Errors
    ///
    /// What `row` returns; `Encoding` or `Syntax` for a bad row; `Missing` for a required column
    /// that is not there, `Duplicate` for one named twice; `Type` for a JSON value that is neither
    /// text, number nor truth value.
    pub fn push(
        &mut self,
        piece: &[u8],
        row: &mut dyn FnMut(LongRow<'_>) -> Result<()>,
    ) -> Result<()> {
        self.hash.update(piece);
        if let Form::Unknown(begun) = &mut self.form {
            begun.extend_from_slice(piece);
            let Some(form) = recognised(begun) else { return Ok(()) };
            let begun = std::mem::take(begun);
            self.form = form;
            return self.feed(&begun, row);
        }
        self.feed(piece, row)
    }

    /// Hands over a last row without an end of line.
    ///
    /// # Errors
    ///
    /// As [`Self::push`]; `Empty` where the file held no row.
    pub fn finish(&mut self, row: &mut dyn FnMut(LongRow<'_>) -> Result<()>) -> Result<()> {
        let header = self.columns[..self.required].join(",");
        let form = std::mem::replace(&mut self.form, Form::Unknown(Vec::new()));
        match form {
            Form::Unknown(_) => {
                let mend = format!("Begin it with the header \"{header}\".");
                return Err(
                    Error::new(ErrorKind::Empty, "the file is empty", mend).in_file(&self.file)
                );
            }
            form => self.form = form,
        }
        // A line's end finishes whatever was begun; after a complete row it adds nothing.
        self.feed(b"\n", row)?;
        if let Form::Csv(csv) = &self.form
            && let Some(line) = csv.begun()
        {
            let mend = "Close the quotation mark that begins there.";
            return Err(Error::new(ErrorKind::Syntax, "the row does not end", mend)
                .in_file(&self.file)
                .at_line(line));
        }
        if self.rows == 0 {
            let problem = "the file holds a header and no row";
            return Err(
                Error::new(ErrorKind::Empty, problem, "Add at least one row.").in_file(&self.file)
            );
        }
        Ok(())
    }

    /// SHA-256 of all bytes so far, as lower-case hexadecimal digits.
    pub fn hash(&self) -> String {
        self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn feed(&mut self, bytes: &[u8], row: &mut dyn FnMut(LongRow<'_>) -> Result<()>) -> Result<()> {
        let Self { file, columns, required, form, rows, .. } = self;
        let mut sink = Sink { file, columns, required: *required, rows, each: row };
        match form {
            Form::Csv(csv) => csv.feed(bytes, &mut sink),
            Form::Jsonl(lines) => lines.feed(bytes, &mut sink),
            Form::Unknown(_) => Ok(()),
        }
    }
}

/// What both forms need to make rows, and where these go.
struct Sink<'a> {
    file: &'a str,
    columns: &'a [String],
    required: usize,
    rows: &'a mut u64,
    each: &'a mut dyn FnMut(LongRow<'_>) -> Result<()>,
}

impl Sink<'_> {
    fn hand_over(&mut self, line: u64, fields: Vec<Option<Cow<'_, str>>>) -> Result<()> {
        *self.rows += 1;
        (self.each)(LongRow { file: self.file, line, columns: self.columns, fields })
    }
}

/// What a file is, by its first character beside white space and a byte order mark.
fn recognised(begun: &mut Vec<u8>) -> Option<Form> {
    if begun.len() < 3 && b"\xef\xbb\xbf".starts_with(begun) {
        return None;
    }
    if begun.starts_with(b"\xef\xbb\xbf") {
        begun.drain(..3);
    }
    let first = begun.iter().find(|byte| !byte.is_ascii_whitespace())?;
    Some(if *first == b'{' {
        Form::Jsonl(Lines::default())
    } else {
        Form::Csv(Box::new(Csv::new()))
    })
}

impl LongRow<'_> {
    /// The row's line in the file, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The field of a column, by its place among those named; empty where the row has none.
    pub fn text(&self, column: usize) -> &str {
        self.fields.get(column).and_then(Option::as_deref).unwrap_or_default()
    }

    /// Whether the row has the column at all.
    pub fn has(&self, column: usize) -> bool {
        self.fields.get(column).is_some_and(Option::is_some)
    }

    /// The field of a column, which must not be empty.
    ///
    /// # Errors
    ///
    /// `Missing` where it is.
    pub fn filled(&self, column: usize) -> Result<&str> {
        let text = self.text(column);
        if text.is_empty() {
            let problem = "the field is empty";
            return Err(self.error(column, ErrorKind::Missing, problem, "Fill it in."));
        }
        Ok(text)
    }

    /// The field of a column as a finite number.
    ///
    /// # Errors
    ///
    /// `Type` for what is no number, `NotFinite` for NaN and infinities.
    pub fn number(&self, column: usize) -> Result<f64> {
        let text = self.text(column);
        let Ok(value) = text.parse::<f64>() else {
            let problem = format!("\"{text}\" is not a number");
            let mend = "Write a decimal number such as 0.25.";
            return Err(self.error(column, ErrorKind::Type, problem, mend));
        };
        if value.is_finite() {
            return Ok(value);
        }
        let problem = format!("the number is {text}");
        let mend = "Every number must be finite: remove the row or mend what produced it.";
        Err(self.error(column, ErrorKind::NotFinite, problem, mend))
    }

    /// An error at this row and column.
    pub fn error(
        &self,
        column: usize,
        kind: ErrorKind,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Error {
        let name = self.columns.get(column).map_or("", String::as_str);
        Error::new(kind, message, mend).in_file(self.file).at_line(self.line).at_field(name)
    }
}
