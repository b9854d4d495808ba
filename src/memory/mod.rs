//! A user's memories, and exact search among them.

mod scan;
mod store;

pub use scan::{Hit, VectorIndex};
pub use store::{Memory, MemoryHit, MemoryStore};
