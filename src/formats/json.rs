use serde::de::DeserializeOwned;

use super::jsonl::from_json;
use super::{Error, ErrorKind, Result};

/// Reads a file that is one JSON document; `file` is the name used in errors. A byte-order mark is
/// skipped.
///
/// # Errors
///
/// `Encoding`, `Syntax`, `Missing` or `Type`, with the path of the field (`[3].queries[0].query`)
/// and the line up to which the file had been read.
///
/// ```
/// let rows: Vec<u8> = attune::formats::read_json("a.json", b"[1,\n 2]")?;
/// assert_eq!(rows, [1, 2]);
/// let error = attune::formats::read_json::<Vec<u8>>("a.json", b"[1,\n \"x\"]").unwrap_err();
/// assert_eq!((error.line(), error.field()), (Some(2), Some("[1]")));
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn read_json<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T> {
    let text = utf8(file, bytes)?;
    let mend = "Write one complete JSON document.";
    let place = |error: serde_json::Error, path: &str| {
        let line = error.line() as u64;
        let named = from_json(error, path, mend).in_file(file);
        if line > 0 { named.at_line(line) } else { named }
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        place(error.into_inner(), &path)
    })?;
    deserializer.end().map_err(|error| place(error, "."))?;
    Ok(value)
}

/// The text of a file without its byte-order mark.
///
/// # Errors
///
/// `Encoding` with the line of the first byte that is not UTF-8.
pub fn utf8<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        Error::new(ErrorKind::Encoding, "a byte is not UTF-8", "Save the file as UTF-8.")
            .in_file(file)
            .at_line(line as u64 + 1)
    })
}
