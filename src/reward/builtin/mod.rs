//! The built-in judge: linguistic features, n-grams and a small text embedding under ordinal
//! heads. No download, no network.

mod fixed;
mod input;
mod judge;
mod measure;
mod peregrm;
mod personal;
mod perspectives;
#[cfg(feature = "train")]
pub mod train;
#[cfg(feature = "train")]
pub mod train_personal;
mod versions;

pub use input::{InputLayout, Judged};
pub use judge::{BuiltinFiles, BuiltinJudge, HEADS_FORMAT, SELF_TEST_TOLERANCE};
pub use personal::{
    ATTITUDES, PERSONAL_FORMAT, Personal, TWO_SIDED, attitude_inputs, quality_inputs,
};
