//! Worlds in which everything is known, to see what an estimator or a recommender makes of a part.
//!
//! A [`World`] says of every user and item whether the user likes it. From it come logs as they
//! exist in practice: what users met because it was popular or because they chose it
//! ([`World::biased_log`]), and what they were shown at random ([`World::random_log`]).
//! A [`Simulation`] repeats an evaluation and tells bias and coverage; [`RecallCurves`] follow Recall, URE and the traditional scheme over all K of one ranking.

mod curves;
mod log;
mod model;
mod study;
mod study_types;
mod world;

pub use curves::{RecallCurves, UserTruth};
pub use log::{BiasSettings, Observation};
pub use study::Simulation;
pub use study_types::{Redraw, SimulatedFigure, SimulationReport, SimulationSettings};
pub use world::{World, WorldSettings};
