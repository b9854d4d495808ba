//! JSON Lines: one JSON value a line, blank lines allowed.

use serde::de::DeserializeOwned;

use super::{Error, ErrorKind, Result};

/// A value and the line it came from, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<T> {
    /// The line in the file.
    pub number: u64,
    /// What stood there.
    pub value: T,
}

/// Reads every line of `bytes`; `file` is the name used in errors.
///
/// A byte-order mark and blank lines are skipped.
///
/// # Errors
///
/// `Encoding`, `Syntax`, `Missing` or `Type` at the first bad line, with the path of the field;
/// `Empty` where no line holds a value.
///
/// ```
/// let rows = attune::formats::jsonl::read::<Vec<u8>>("a.jsonl", b"[1,2]\n\n[3]\n").unwrap();
/// assert_eq!(rows[1].number, 3);
/// let error = attune::formats::jsonl::read::<Vec<u8>>("a.jsonl", b"[1,\"x\"]").unwrap_err();
/// assert_eq!((error.line(), error.field()), (Some(1), Some("[1]")));
/// ```
pub fn read<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<Vec<Line<T>>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut rows = Vec::new();
    for (index, raw) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let number = index as u64 + 1;
        let value = line(raw).map_err(|error| error.in_file(file).at_line(number))?;
        let Some(value) = value else { continue };
        rows.push(Line { number, value });
    }
    if rows.is_empty() {
        return Err(Error::new(
            ErrorKind::Empty,
            "the file holds no row",
            "Write one JSON object a line.",
        )
        .in_file(file));
    }
    Ok(rows)
}

/// Reads the value of one line, without its end; `None` for a blank one.
///
/// # Errors
///
/// `Encoding`, and what [`parse`] reports.
pub fn line<T: DeserializeOwned>(raw: &[u8]) -> Result<Option<T>> {
    let text = std::str::from_utf8(raw).map_err(|error| {
        Error::new(
            ErrorKind::Encoding,
            format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1),
            "Save the file as UTF-8.",
        )
    })?;
    if text.trim().is_empty() { Ok(None) } else { parse(text).map(Some) }
}

/// Reads one JSON value, naming the field that does not fit.
///
/// # Errors
///
/// `Syntax`, `Missing` or `Type`.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        from_json(error.into_inner(), &path, MEND)
    })?;
    deserializer.end().map_err(|error| from_json(error, ".", MEND))?;
    Ok(value)
}

const MEND: &str = "Write one complete JSON value a line.";

/// Says what serde_json found at `path`; `mend` is for what is no JSON at all.
pub(super) fn from_json(error: serde_json::Error, path: &str, mend: &str) -> Error {
    use serde_json::error::Category;
    // serde_json ends its messages with the place; the column helps, the line is the caller's to
    // tell: here it is always 1 and would mislead.
    let full = error.to_string();
    let text = full.split(" at line ").next().unwrap_or(&full).to_owned();
    let in_field = path != "." && !path.is_empty();
    match error.classify() {
        Category::Data => {
            let missing =
                text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
            if let Some(name) = missing {
                let field = if in_field { format!("{path}.{name}") } else { name.to_owned() };
                return Error::new(
                    ErrorKind::Missing,
                    "the field is absent",
                    format!("Add \"{name}\"."),
                )
                .at_field(field);
            }
            let error = Error::new(
                ErrorKind::Type,
                plain(&text),
                "Give the field the type that the format asks for.",
            );
            if in_field { error.at_field(path) } else { error }
        }
        _ => Error::new(
            ErrorKind::Syntax,
            format!("not valid JSON ({text} at column {})", error.column()),
            mend,
        ),
    }
}

/// serde's words for a type, in the words of JSON.
fn plain(message: &str) -> String {
    let mut plain = message.to_owned();
    for (rust, json) in [
        ("invalid type: map", "an object stands there"),
        ("invalid type: sequence", "a list stands there"),
        ("invalid type: null", "null stands there"),
        ("invalid type: string", "a text stands there:"),
        ("invalid type: integer", "a number stands there:"),
        ("invalid type: floating point", "a number stands there:"),
        ("invalid type: boolean", "a truth value stands there:"),
        ("expected a sequence", "expected a list"),
        ("expected a string", "expected a text"),
        ("expected f64", "expected a number"),
        ("expected u32", "expected a whole number from 0"),
        (
            "data did not match any variant of untagged enum Trials",
            "expected a text or a list of texts",
        ),
    ] {
        plain = plain.replace(rust, json);
    }
    match plain.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected an object"),
        None => plain,
    }
}
