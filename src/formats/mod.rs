//! Reading and writing the files attune works with, and the one error type that says what was
//! wrong with them.

mod csv_table;
mod error;
mod hash;
mod json;
pub mod jsonl;
mod long_rows;
mod npy;
mod npy_writer;
mod rows;
mod stream;
mod warning;

pub use csv_table::{CsvRow, CsvTable};
pub use error::{Error, ErrorKind, Result};
pub use hash::sha256;
pub use json::{read_json, utf8};
pub use long_rows::{LongReader, LongRow};
pub use npy::{Matrix, NpyMatrix, Numbers, read_npy, read_npy_numbers, read_npy_vector};
pub use npy_writer::write_npy;
pub(crate) use rows::Object;
pub use rows::{Row, check_rows, filled, read_rows};
pub use stream::RowReader;
pub use warning::Warning;
