//! What a language model is asked as a judge, and what its answer is taken to say.
//!
//! A row of input becomes one [`Request`] a perspective ([`requests`]); an answer becomes an
//! [`Opinion`] ([`read_answer`]); the opinions of a row become its reward ([`Batch`]). No call is
//! made here: whoever makes it hands the text back.

mod answers;
mod fence;
mod opinions;
mod outcome;
mod requests;
mod rubrics;
mod settings;

pub use answers::{TokenProbabilities, TokenProbability, read_answer, read_choice};
pub use fence::{Fence, visible};
pub use opinions::{Opinion, OpinionFailure, OpinionGiven, Opinions, ReadFrom, panel_opinion};
pub use outcome::{Batch, Outcome};
pub use requests::{AnswerForm, Message, Request, comparison_request, criteria_requests, requests};
pub use rubrics::{
    BystanderRubric, Comparison, Facet, PerspectiveRubric, Rubrics, SubScore, Wording,
};
pub use settings::{ScoringSettings, Thinking};
