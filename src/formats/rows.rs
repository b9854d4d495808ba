use std::collections::HashSet;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Error, ErrorKind, Result, RowReader, jsonl};

/// A row with an id of its own: what JSONL files of attune are made of.
pub trait Row {
    /// The row's name, unique in its file.
    fn id(&self) -> &str;

    /// Checks everything but the id.
    ///
    /// # Errors
    ///
    /// The first fault, with its field.
    fn check(&self) -> Result<()>;
}

/// Reads a JSONL file of rows; `file` is the name used in errors.
///
/// # Errors
///
/// What [`jsonl::read`] and [`Row::check`] report; `Missing` for an empty id, `Duplicate` for one
/// that stands twice.
pub fn read_rows<T: Row + DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<Vec<T>> {
    let mut reader = RowReader::new(file);
    let mut rows = reader.push(bytes)?;
    reader.fault()?;
    rows.extend(reader.finish()?);
    reader.fault()?;
    Ok(rows)
}

/// Reads and checks the row of one line; `None` for a blank one.
pub(super) fn read_line<T: Row + DeserializeOwned>(
    raw: &[u8],
    taken: impl Fn(&str) -> bool,
) -> Result<Option<T>> {
    let Some(Object(row)) = jsonl::line::<Object<T>>(raw)? else { return Ok(None) };
    check_row(&row, taken)?;
    Ok(Some(row))
}

/// Checks rows that did not come from a file, or come to join others: `taken` tells whether an id
/// is in use already.
///
/// # Errors
///
/// As for [`read_rows`], with the place of the row before the field: `[3].id`.
pub fn check_rows<T: Row>(rows: &[T], taken: impl Fn(&str) -> bool) -> Result<()> {
    let mut seen = HashSet::new();
    for (at, row) in rows.iter().enumerate() {
        check_row(row, |id| seen.contains(id) || taken(id)).map_err(|error| error.in_row(at))?;
        seen.insert(row.id());
    }
    Ok(())
}

/// A row that is written as a JSON object: serde would take a list of its fields as well.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(
                self,
                map: M,
            ) -> std::result::Result<Self::Value, M::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Fields(PhantomData))
    }
}

fn check_row<T: Row>(row: &T, taken: impl Fn(&str) -> bool) -> Result<()> {
    filled("id", row.id())?;
    if taken(row.id()) {
        let problem = format!("the id \"{}\" stands twice", row.id());
        let mend = "Give every row an id of its own.";
        return Err(Error::new(ErrorKind::Duplicate, problem, mend).at_field("id"));
    }
    row.check()
}

/// Checks that a text field holds more than blanks.
///
/// # Errors
///
/// `Missing` where it does not.
pub fn filled(field: &str, text: &str) -> Result<()> {
    if text.trim().is_empty() {
        let mend = "Fill it in, or leave the row out.";
        return Err(Error::new(ErrorKind::Missing, "the field is empty", mend).at_field(field));
    }
    Ok(())
}
