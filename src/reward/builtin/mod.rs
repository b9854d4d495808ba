//! The built-in judge: linguistic features, n-grams and a small text embedding under ordinal
//! heads. No download, no network.

mod fixed;
mod input;
mod judge;
mod measure;
mod peregrm;
mod perspectives;
#[cfg(feature = "train")]
pub mod train;
mod versions;

pub use input::{InputLayout, Judged};
pub use judge::{BuiltinFiles, BuiltinJudge, HEADS_FORMAT, SELF_TEST_TOLERANCE};
