//! Neural networks on Burn: devices, weights, the text embedder, the heads of the built-in judge with
//! what lies under them, and the factors of recommenders.
//!
//! Every read-back is asynchronous, because on WebGPU there is no other.

mod device;
mod embedder;
mod factorisation;
mod heads;
mod hidden;
mod kernel;
mod weights;

pub use device::{Backend, read_back};
pub use embedder::{TextEmbedder, TextEmbedderFiles};
pub use factorisation::{Factorisation, Products};
pub use heads::{BYSTANDER_SUBSCORES, Heads, HeadsOutput, LEVELS, PERSPECTIVES};
pub use hidden::HiddenLayer;
#[cfg(feature = "train")]
pub(crate) use hidden::glorot;
pub use kernel::{KernelOutput, KernelRegression};
pub use weights::Weights;

pub use burn::tensor::Device;
