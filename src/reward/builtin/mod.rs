//! The built-in judge: linguistic features, n-grams and a small text embedding under ordinal
//! heads. No download, no network.

mod input;
mod judge;
#[cfg(feature = "train")]
pub mod train;

pub use input::{InputLayout, Judged};
pub use judge::{BuiltinFiles, BuiltinJudge, HEADS_FORMAT, SELF_TEST_TOLERANCE};
