use serde::Serialize;

/// Something the reader of the figures must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Warning {
    /// A stable code.
    pub code: String,
    /// The same in a sentence.
    pub message: String,
}
