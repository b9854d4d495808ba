//! # attune
//!
//! A private lab for empathy and memory, in Rust compiled to WebAssembly. It scores chat replies
//! for empathy ([`reward`]), remembers and retrieves ([`memory`]) and evaluates recommenders on
//! randomly exposed data ([`recall`]). `ARCHITECTURE.md` is the map.
//!
//! Without features this is the core, free of neural networks; the feature `models` adds
//! the built-in models on the CPU, `webgpu` the same on WebGPU.

pub mod formats;
pub mod memory;
#[cfg(feature = "models")]
pub mod model;
pub mod recall;
pub mod reward;
pub mod stats;
#[cfg(target_arch = "wasm32")]
mod web;
