use std::borrow::Cow;

use csv_core::ReadRecordResult;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Error, ErrorKind, Result};

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

struct Csv {
    reader: csv_core::Reader,
    /// Where each column stands in the file, once the header was read.
    places: Option<Places>,
    fields: Vec<u8>,
    ends: Vec<usize>,
    field_bytes: usize,
    field_count: usize,
    begun: bool,
    line: u64,
    /// The line on which the record begun begins.
    start: u64,
}

struct Places {
    width: usize,
    of: Vec<Option<usize>>,
    names: Vec<String>,
}

#[derive(Default)]
struct Lines {
    begun: Vec<u8>,
    line: u64,
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
            && csv.begun
        {
            let mend = "Close the quotation mark that begins there.";
            return Err(Error::new(ErrorKind::Syntax, "the row does not end", mend)
                .in_file(&self.file)
                .at_line(csv.start));
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

    /// Whether the file has the column; known once a row was read (of JSONL: always true).
    pub fn has(&self, column: &str) -> bool {
        match &self.form {
            Form::Csv(csv) => {
                let names = csv.places.as_ref().map_or(&[][..], |places| &places.names);
                names.iter().any(|name| name == column)
            }
            Form::Jsonl(_) | Form::Unknown(_) => true,
        }
    }

    fn feed(&mut self, bytes: &[u8], row: &mut dyn FnMut(LongRow<'_>) -> Result<()>) -> Result<()> {
        let Self { file, columns, required, form, rows, .. } = self;
        let source = Source { file, columns, required: *required };
        match form {
            Form::Csv(csv) => csv.feed(bytes, &source, rows, row),
            Form::Jsonl(lines) => lines.feed(bytes, &source, rows, row),
            Form::Unknown(_) => Ok(()),
        }
    }
}

/// What both forms need to know to make rows.
struct Source<'a> {
    file: &'a str,
    columns: &'a [String],
    required: usize,
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
        Form::Csv(Box::new(Csv {
            reader: csv_core::Reader::new(),
            places: None,
            fields: vec![0; 256],
            ends: vec![0; 16],
            field_bytes: 0,
            field_count: 0,
            begun: false,
            line: 1,
            start: 1,
        }))
    })
}

impl Csv {
    fn feed(
        &mut self,
        mut bytes: &[u8],
        source: &Source<'_>,
        rows: &mut u64,
        row: &mut dyn FnMut(LongRow<'_>) -> Result<()>,
    ) -> Result<()> {
        loop {
            if !self.begun {
                // What ended the last row, and blank lines, belong to no row.
                let ends = |byte: &&u8| matches!(byte, b'\n' | b'\r');
                let skipped = bytes.iter().take_while(ends).count();
                self.line += newlines(&bytes[..skipped]);
                bytes = &bytes[skipped..];
                if bytes.is_empty() {
                    return Ok(());
                }
                (self.begun, self.start) = (true, self.line);
            }
            let (result, read, written, ended) = self.reader.read_record(
                bytes,
                &mut self.fields[self.field_bytes..],
                &mut self.ends[self.field_count..],
            );
            self.line += newlines(&bytes[..read]);
            bytes = &bytes[read..];
            self.field_bytes += written;
            self.field_count += ended;
            match result {
                ReadRecordResult::InputEmpty => return Ok(()),
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::End => return Ok(()),
                ReadRecordResult::Record => {
                    self.hand_over(source, rows, row)
                        .map_err(|error| error.in_file(source.file).at_line(self.start))?;
                    (self.begun, self.field_bytes, self.field_count) = (false, 0, 0);
                }
            }
        }
    }

    fn hand_over(
        &mut self,
        source: &Source<'_>,
        rows: &mut u64,
        row: &mut dyn FnMut(LongRow<'_>) -> Result<()>,
    ) -> Result<()> {
        let text = std::str::from_utf8(&self.fields[..self.field_bytes]).map_err(|error| {
            let place =
                self.ends[..self.field_count].partition_point(|&end| end <= error.valid_up_to());
            let problem = format!("field {} is not UTF-8", place + 1);
            Error::new(ErrorKind::Encoding, problem, "Save the file as UTF-8.")
        })?;
        let ends = &self.ends[..self.field_count];
        let field = |at: usize| {
            let from = if at == 0 { 0 } else { ends[at - 1] };
            text.get(from..ends[at]).unwrap_or_default().trim()
        };
        let Some(places) = &self.places else {
            let names = (0..ends.len()).map(|at| field(at).to_owned()).collect();
            self.places = Some(Places::of(names, source)?);
            return Ok(());
        };
        if ends.len() != places.width {
            let problem =
                format!("the row has {} fields where the header has {}", ends.len(), places.width);
            let mend = "Give every row as many fields as the header.";
            return Err(Error::new(ErrorKind::Syntax, problem, mend));
        }
        *rows += 1;
        row(LongRow {
            file: source.file,
            line: self.start,
            columns: source.columns,
            fields: places.of.iter().map(|&at| at.map(|at| Cow::Borrowed(field(at)))).collect(),
        })
    }
}

impl Places {
    fn of(names: Vec<String>, source: &Source<'_>) -> Result<Self> {
        let header = source.columns[..source.required].join(",");
        let mut of = Vec::new();
        for (at, column) in source.columns.iter().enumerate() {
            let mut places = names.iter().enumerate().filter(|(_, name)| *name == column);
            let place = places.next().map(|(place, _)| place);
            if place.is_none() && at < source.required {
                let problem = format!("no such column; the header reads \"{}\"", names.join(","));
                let mend = format!("Begin the file with the header \"{header}\".");
                return Err(Error::new(ErrorKind::Missing, problem, mend).at_field(column));
            }
            if places.next().is_some() {
                let problem = "the header names the column twice";
                return Err(Error::new(
                    ErrorKind::Duplicate,
                    problem,
                    "Keep one of the two columns.",
                )
                .at_field(column));
            }
            of.push(place);
        }
        Ok(Self { width: names.len(), of, names })
    }
}

impl Lines {
    fn feed(
        &mut self,
        mut bytes: &[u8],
        source: &Source<'_>,
        rows: &mut u64,
        row: &mut dyn FnMut(LongRow<'_>) -> Result<()>,
    ) -> Result<()> {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            self.begun.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            self.line += 1;
            let line = std::mem::take(&mut self.begun);
            self.read(&line, source, rows, row)
                .map_err(|error| error.in_file(source.file).at_line(self.line))?;
        }
        self.begun.extend_from_slice(bytes);
        Ok(())
    }

    fn read(
        &self,
        line: &[u8],
        source: &Source<'_>,
        rows: &mut u64,
        row: &mut dyn FnMut(LongRow<'_>) -> Result<()>,
    ) -> Result<()> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let text = super::utf8(source.file, line)?;
        let object: Map<String, Value> = super::jsonl::parse(text)?;
        let mut fields = Vec::new();
        for (at, column) in source.columns.iter().enumerate() {
            fields.push(match object.get(column) {
                None | Some(Value::Null) if at < source.required => {
                    let mend = format!("Add \"{column}\".");
                    let error = Error::new(ErrorKind::Missing, "the field is absent", mend);
                    return Err(error.at_field(column));
                }
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(Cow::Borrowed(text.trim())),
                Some(Value::Number(number)) => Some(Cow::Owned(number.to_string())),
                Some(Value::Bool(truth)) => Some(Cow::Borrowed(if *truth { "1" } else { "0" })),
                Some(Value::Array(_) | Value::Object(_)) => {
                    let problem = "the value is neither text nor a number";
                    let error = Error::new(ErrorKind::Type, problem, "Write text or a number.");
                    return Err(error.at_field(column));
                }
            });
        }
        *rows += 1;
        row(LongRow { file: source.file, line: self.line, columns: source.columns, fields })
    }
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

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}
