//! The built-in judge: linguistic features, n-grams, a small text embedding, a kernel regression
//! and a hidden layer under ordinal heads. No download, no network.

mod calibration;
#[cfg(feature = "train")]
mod deck;
mod domain;
mod fixed;
mod input;
mod judge;
mod measure;
mod network;
mod peregrm;
mod personal;
mod perspectives;
mod sides;
mod stock;
#[cfg(feature = "train")]
pub mod train;
#[cfg(feature = "train")]
pub mod train_hidden;
#[cfg(feature = "train")]
pub mod train_personal;
mod versions;

pub use calibration::CALIBRATION_COLUMNS;
pub use input::{InputLayout, Judged};
pub use judge::{BuiltinFiles, BuiltinJudge, HEADS_FORMAT, SELF_TEST_TOLERANCE};
pub use measure::ReplyReading;
pub use network::{KERNEL_OUTPUTS, KernelSettings};
pub use personal::{PERSONAL_FORMAT, Personal, TWO_SIDED, quality_inputs, wish_inputs};
pub use sides::SIDES;
pub use stock::Stock;
