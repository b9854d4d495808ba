//! What a good reply to this very user must do: the criteria of PereGRM (arXiv 2606.00728).
//!
//! *Dynamic* criteria are derived by the judge within its call; *fixed* ones are written
//! beforehand, 4 to 6 a perspective with weights that sum to 100 %, and kept in a sidecar file.

mod check;
mod personal;
mod personal_text;
mod text;

pub use check::check_criteria;
pub use personal::{Measure, MeasuredCriterion, Style, personal_criteria};
pub use text::{format_criteria, parse_criteria};

use serde::{Deserialize, Serialize};

use super::wishes::KnownWishes;
use super::{Perspective, ScoreRow};
use crate::formats::{Result, Row};

/// One thing that a good reply does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Criterion {
    /// A name of a few words.
    pub name: String,
    /// Its share of the perspective's score, in per cent.
    pub weight: f64,
    /// What a strong reply shows, in this conversation.
    pub description: String,
}

/// The criteria of one query, for each perspective that has any. A perspective without criteria
/// (an empty list) is judged by criteria that the judge derives itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Criteria {
    /// Those of resonation.
    pub resonation: Vec<Criterion>,
    /// Those of expression.
    pub expression: Vec<Criterion>,
    /// Those of reception.
    pub reception: Vec<Criterion>,
}

impl Criteria {
    /// The criteria of a perspective; the bystander has none.
    pub fn of(&self, perspective: Perspective) -> &[Criterion] {
        match perspective {
            Perspective::Resonation => &self.resonation,
            Perspective::Expression => &self.expression,
            Perspective::Reception => &self.reception,
            Perspective::Bystander => &[],
        }
    }

    /// Whether no perspective has any.
    pub fn is_empty(&self) -> bool {
        Perspective::ALL.into_iter().all(|perspective| self.of(perspective).is_empty())
    }

    /// The criteria that the built-in judge goes by, from what is known of a row's seeker; no reply
    /// is looked at.
    pub fn personal(row: &ScoreRow, known: &KnownWishes) -> Self {
        let of = |perspective| {
            let own = personal_criteria(row, known, perspective).into_iter();
            own.map(|own| own.criterion).collect()
        };
        Self {
            resonation: of(Perspective::Resonation),
            expression: of(Perspective::Expression),
            reception: of(Perspective::Reception),
        }
    }

    /// Checks the criteria of each perspective that has any.
    ///
    /// # Errors
    ///
    /// Those of [`check_criteria`], with the perspective before the place: `resonation[2]`.
    pub fn check(&self) -> Result<()> {
        for perspective in Perspective::ALL {
            let criteria = self.of(perspective);
            if !criteria.is_empty() {
                check_criteria(criteria).map_err(|error| error.in_field(perspective.name()))?;
            }
        }
        Ok(())
    }
}

/// The criteria of a row's query: a row of the sidecar that `attune criteria` writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct CriteriaRow {
    /// The id of the row that they belong to.
    pub id: String,
    /// The criteria.
    pub criteria: Criteria,
}

impl Row for CriteriaRow {
    fn id(&self) -> &str {
        &self.id
    }

    fn check(&self) -> Result<()> {
        self.criteria.check().map_err(|error| error.in_field("criteria"))
    }
}

/// A criterion and how far a reply meets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ScoredCriterion {
    /// The criterion's name.
    pub name: String,
    /// Its share, in per cent.
    pub weight: f64,
    /// What a strong reply shows.
    pub description: String,
    /// How far the reply shows it, 1 to 5.
    pub score: f64,
}
