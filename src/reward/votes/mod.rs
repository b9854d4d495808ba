//! Votes and ratings of replies, and the heads of the built-in judge retrained on them.
//!
//! People disagree with a scorer in one of two forms: a *vote* says which of two replies to one
//! query is better, a *rating* puts one reply on the scale of a perspective. Reading them, parting
//! them and the figures need no neural network; the fit does.

mod ballots;
#[cfg(feature = "train")]
mod batch;
mod card;
#[cfg(feature = "train")]
mod figures;
#[cfg(feature = "train")]
mod fit;
#[cfg(feature = "train")]
mod heads_file;
#[cfg(feature = "train")]
mod measure;
mod parting;
#[cfg(feature = "train")]
mod problem;
mod report;
mod settings;
#[cfg(feature = "train")]
mod train;

pub use ballots::{Ballots, Rating, Vote, Winner};
#[cfg(feature = "train")]
pub use batch::{Batch, Model, Reply};
#[cfg(feature = "train")]
pub use figures::vote_loss;
#[cfg(feature = "train")]
pub use fit::RATE;
pub use parting::Parts;
pub use report::{BeforeAfter, PartSizes, StrengthTried, VoteReport};
pub use settings::{BallotCount, BallotKind, Holdout, VoteSettings, VoteTarget};
#[cfg(feature = "train")]
pub use train::{Retrained, STRENGTHS, VoteFiles, train};
