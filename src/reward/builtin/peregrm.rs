use super::fixed::fixed_measure;
use super::measure::{ReplyReading, spread};
use super::perspectives::View;
use crate::reward::criteria::{
    Criterion, Measure, MeasuredCriterion, ScoredCriterion, personal_criteria,
};
use crate::reward::wishes::KnownWishes;
use crate::reward::{Perspective, PerspectiveScore, ScoreRow};

const PERSPECTIVES: [Perspective; 3] =
    [Perspective::Resonation, Perspective::Expression, Perspective::Reception];

/// The criteria of one row for each perspective: those it brings, else those derived for it.
pub(super) struct RowCriteria {
    criteria: [Vec<MeasuredCriterion>; 3],
    /// What is known of the seeker, which the fit of a reply is told from.
    pub known: KnownWishes,
}

impl RowCriteria {
    pub fn of(row: &ScoreRow, known: KnownWishes) -> Self {
        let criteria = PERSPECTIVES.map(|perspective| {
            let fixed = row.criteria.as_ref().map_or(&[][..], |all| all.of(perspective));
            if fixed.is_empty() {
                return personal_criteria(row, &known, perspective);
            }
            // Criteria that were derived for this row, saved and read back are measured as they
            // were before.
            let own = personal_criteria(row, &known, perspective);
            let measured = |criterion: &Criterion| {
                let same = |one: &&MeasuredCriterion| {
                    one.criterion.name == criterion.name
                        && one.criterion.description == criterion.description
                };
                MeasuredCriterion {
                    criterion: criterion.clone(),
                    measure: own
                        .iter()
                        .find(same)
                        .map_or_else(|| fixed_measure(criterion), |one| one.measure.clone()),
                }
            };
            fixed.iter().map(measured).collect()
        });
        Self { criteria, known }
    }

    /// The sentences whose closeness to the reply is measured, in the order that [`Self::judge`]
    /// takes their embeddings.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        self.criteria.iter().flatten().filter_map(|criterion| match &criterion.measure {
            Measure::Close(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Scores each criterion: x = Σ weight · score / Σ weight for each perspective, and the
    /// mixture of the criteria's distributions. `fit` is that of [`Personal::fit`](super::Personal).
    pub fn judge(
        &self,
        mut view: View,
        reply: &ReplyReading<'_>,
        targets: &[Vec<f32>],
        fit: f64,
    ) -> View {
        let mut targets = targets.iter();
        for (criteria, scale) in self.criteria.iter().zip(&mut view.perspectives) {
            let all: f64 = criteria.iter().map(|criterion| criterion.criterion.weight).sum();
            let (mut x, mut mixture, mut scored) = (0.0, [0.0; 5], Vec::new());
            for MeasuredCriterion { criterion, measure } in criteria {
                let target = match measure {
                    Measure::Close(_) => targets.next().map(Vec::as_slice),
                    _ => None,
                };
                let score = reply.score(measure, scale.score, target, fit);
                let distribution = match measure {
                    Measure::General => scale.distribution,
                    _ => spread(score),
                };
                let share = criterion.weight / all;
                x += share * score;
                mixture.iter_mut().zip(distribution).for_each(|(sum, p)| *sum += share * p);
                scored.push(ScoredCriterion {
                    name: criterion.name.clone(),
                    weight: criterion.weight,
                    description: criterion.description.clone(),
                    score,
                });
            }
            *scale = PerspectiveScore { criteria: scored, ..PerspectiveScore::new(x, mixture) };
        }
        view
    }
}
