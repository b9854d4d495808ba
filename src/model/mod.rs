//! Neural networks on Burn: devices, weights, the text embedder and the heads of the built-in
//! judge.
//!
//! Every read-back is asynchronous, because on WebGPU there is no other.

mod device;
mod embedder;
mod heads;
mod weights;

pub use device::{Backend, read_back};
pub use embedder::{TextEmbedder, TextEmbedderFiles};
pub use heads::{BYSTANDER_SUBSCORES, Heads, HeadsOutput, LEVELS, PERSPECTIVES};
pub use weights::Weights;

pub use burn::tensor::Device;
