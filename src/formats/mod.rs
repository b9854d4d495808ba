//! Reading and writing the files attune works with, and the one error type that says what was
//! wrong with them.

mod csv_table;
mod error;
mod hash;
pub mod jsonl;
mod npy;
mod rows;

pub use csv_table::{CsvRow, CsvTable};
pub use error::{Error, ErrorKind, Result};
pub use hash::sha256;
pub use npy::{Matrix, read_npy};
pub use rows::{Row, check_rows, filled, read_rows};
