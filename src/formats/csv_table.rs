use super::{Error, ErrorKind, Result};

/// A CSV file with a header row, read whole; columns are found by name.
pub struct CsvTable {
    file: String,
    columns: Vec<String>,
    rows: Vec<csv::StringRecord>,
    lines: Vec<u64>,
}

/// One row of a [`CsvTable`].
#[derive(Clone, Copy)]
pub struct CsvRow<'a> {
    table: &'a CsvTable,
    index: usize,
}

impl CsvTable {
    /// Reads `bytes`; `file` is the name used in errors, `required` the columns that must exist.
    ///
    /// Fields are trimmed; columns beyond the required ones are kept.
    ///
    /// # Errors
    ///
    /// `Encoding` or `Syntax` at the first bad row, `Missing` for a column that is not there,
    /// `Empty` where there is no row.
    pub fn read(file: &str, bytes: &[u8], required: &[&str]) -> Result<Self> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let columns: Vec<String> = reader
            .headers()
            .map_err(|error| from_csv(&error).in_file(file))?
            .iter()
            .map(str::to_owned)
            .collect();
        if columns.is_empty() {
            return Err(Error::new(
                ErrorKind::Empty,
                "the file is empty",
                format!("Begin it with the header \"{}\".", required.join(",")),
            )
            .in_file(file));
        }
        for name in required {
            if !columns.iter().any(|column| column == name) {
                return Err(Error::new(
                    ErrorKind::Missing,
                    format!("no such column; the header reads \"{}\"", columns.join(",")),
                    format!("Begin the file with the header \"{}\".", required.join(",")),
                )
                .in_file(file)
                .at_line(1)
                .at_field(*name));
            }
        }
        for (at, name) in columns.iter().enumerate() {
            if columns[..at].contains(name) {
                return Err(Error::new(
                    ErrorKind::Duplicate,
                    "the header names the column twice",
                    "Keep one of the two columns.",
                )
                .in_file(file)
                .at_line(1)
                .at_field(name));
            }
        }
        let mut rows = Vec::new();
        let mut lines = Vec::new();
        let mut counter = LineCounter { bytes, byte: 0, line: 1 };
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map(|position| counter.line_at(position));
                let named = from_csv(&error).in_file(file);
                match line {
                    Some(line) => named.at_line(line),
                    None => named,
                }
            })?;
            lines.push(record.position().map_or(0, |position| counter.line_at(position)));
            rows.push(record);
        }
        if rows.is_empty() {
            return Err(Error::new(
                ErrorKind::Empty,
                "the file holds a header and no row",
                "Add at least one row.",
            )
            .in_file(file));
        }
        Ok(Self { file: file.to_owned(), columns, rows, lines })
    }

    /// The name used in errors.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The rows, in file order.
    pub fn rows(&self) -> impl Iterator<Item = CsvRow<'_>> {
        (0..self.rows.len()).map(|index| CsvRow { table: self, index })
    }
}

impl<'a> CsvRow<'a> {
    /// The row's line in the file, counted from 1.
    pub fn line(self) -> u64 {
        self.table.lines[self.index]
    }

    /// The field of column `name`; empty where the column does not exist.
    pub fn text(self, name: &str) -> &'a str {
        let column = self.table.columns.iter().position(|column| column == name);
        column.and_then(|column| self.table.rows[self.index].get(column)).unwrap_or("")
    }

    /// The field of column `name`, which must not be empty.
    ///
    /// # Errors
    ///
    /// `Missing` where it is.
    pub fn name(self, name: &str) -> Result<&'a str> {
        let text = self.text(name);
        if text.is_empty() {
            return Err(self.error(name, ErrorKind::Missing, "the field is empty", "Fill it in."));
        }
        Ok(text)
    }

    /// The field of column `name` as a finite number.
    ///
    /// # Errors
    ///
    /// `Type` for what is no number, `NotFinite` for NaN and infinities.
    pub fn number(self, name: &str) -> Result<f64> {
        let text = self.text(name);
        let value: f64 = text.parse().map_err(|_| {
            self.error(
                name,
                ErrorKind::Type,
                format!("\"{text}\" is not a number"),
                "Write a decimal number such as 0.25.",
            )
        })?;
        if !value.is_finite() {
            return Err(self.error(
                name,
                ErrorKind::NotFinite,
                format!("the number is {text}"),
                "Every number must be finite: remove the row or mend what produced it.",
            ));
        }
        Ok(value)
    }

    /// An error at this row and column.
    pub fn error(
        self,
        column: &str,
        kind: ErrorKind,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Error {
        Error::new(kind, message, mend)
            .in_file(&self.table.file)
            .at_line(self.line())
            .at_field(column)
    }
}

/// Lines of records. The csv crate's own count lags behind: a record's position lies before the
/// line ends (of a CR LF, of blank lines) that the reader skips to reach it.
struct LineCounter<'a> {
    bytes: &'a [u8],
    byte: usize,
    line: u64,
}

impl LineCounter<'_> {
    /// The line of the record at `position`; positions must not fall.
    fn line_at(&mut self, position: &csv::Position) -> u64 {
        let start = (position.byte() as usize).min(self.bytes.len());
        let skipped =
            self.bytes[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let end = start + skipped;
        let passed = self.bytes.get(self.byte..end).unwrap_or_default();
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.byte = self.byte.max(end);
        self.line
    }
}

fn from_csv(error: &csv::Error) -> Error {
    match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => Error::new(
            ErrorKind::Encoding,
            format!("field {} is not UTF-8", err.field() + 1),
            "Save the file as UTF-8.",
        ),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => Error::new(
            ErrorKind::Syntax,
            format!("the row has {len} fields where the header has {expected_len}"),
            "Give every row as many fields as the header.",
        ),
        _ => Error::new(ErrorKind::Syntax, error.to_string(), "Write valid CSV (RFC 4180)."),
    }
}
