//! Votes and ratings of replies, and the heads of the built-in judge retrained on them.
//!
//! People disagree with a scorer in one of two forms: a *vote* says which of two replies to one
//! query is better, a *rating* puts one reply on the scale of a perspective. Reading them, parting
//! them and the figures need no neural network; the fit does.

mod ballots;
mod settings;

pub use ballots::{Ballots, Rating, Vote, Winner};
pub use settings::{BallotCount, BallotKind, Holdout, VoteSettings, VoteTarget};
