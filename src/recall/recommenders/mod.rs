//! Reference recommenders, to be evaluated: how often an item is liked, matrix factorisation, and
//! three ways to mend what a biased log does to it.
//!
//! | model | what it learns from | after |
//! |---|---|---|
//! | `itempop` | how often each item was liked | |
//! | `mf` | the observed labels as they are | Koren, Bell & Volinsky 2009 |
//! | `mf-ips` | observed labels weighted by 1/propensity | Schnabel et al. 2016; Saito et al. 2020 |
//! | `mf-dr` | the same around imputed labels of all pairs | Wang et al. 2019 |
//! | `dns` | liked items against the hardest of a few others | Zhang et al. 2013 |
//!
//! All end as [`Factors`], whose products are the scores that [`evaluate`](crate::recall::evaluate)
//! ranks by. Training needs the feature `train`.

mod factors;
#[cfg(feature = "train")]
mod fit;
mod interactions;
mod item_pop;
mod propensity;
mod settings;

pub use factors::Factors;
#[cfg(feature = "train")]
pub use fit::{Trained, TrainingInput, train};
pub use interactions::{Interaction, Interactions, read_labels};
pub use item_pop::item_pop;
pub use propensity::{naive_bayes, popularity, weights};
pub use settings::{
    Feedback, PointLoss, PropensityModel, RecommenderModel, RecommenderReport, RecommenderSettings,
};
