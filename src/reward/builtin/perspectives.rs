use crate::formats::Result;
use crate::model::{BYSTANDER_SUBSCORES, LEVELS, PERSPECTIVES};
use crate::reward::{
    BystanderScores, Judgement, Method, PermReward, PerspectiveScore, ScoreSettings,
    peregrm_reward, perm_reward,
};

/// What the judge makes of one version of a reply.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Resonation, expression, reception.
    pub perspectives: [PerspectiveScore; PERSPECTIVES],
    /// The bystander's sub-scores.
    pub subscores: BystanderScores,
}

impl View {
    /// S, the sum of the sub-scores.
    pub fn total(&self) -> f64 {
        let BystanderScores { content, structure, efficiency, objectivity, accuracy } =
            self.subscores;
        content + structure + efficiency + objectivity + accuracy
    }

    /// Resonation, expression, reception, and S.
    pub fn figures(&self) -> [f64; 4] {
        let [resonation, expression, reception] =
            self.perspectives.each_ref().map(|perspective| perspective.score);
        [resonation, expression, reception, self.total()]
    }

    /// The lowest view of each perspective: the first of `views`, which must be one at least,
    /// with whatever another sees lower.
    pub fn lowest(views: Vec<Self>) -> Option<Self> {
        views.into_iter().reduce(|mut lowest, other| {
            if other.total() < lowest.total() {
                lowest.subscores = other.subscores;
            }
            for (low, other) in lowest.perspectives.iter_mut().zip(other.perspectives) {
                if other.score < low.score {
                    *low = other;
                }
            }
            lowest
        })
    }
}

/// The reward of resonation, expression, reception and the bystander's total, by the method chosen.
///
/// # Errors
///
/// Those of [`perm_reward`].
pub(super) fn reward_of(
    figures: &[f64; 4],
    tokens: u32,
    settings: &ScoreSettings,
) -> Result<PermReward> {
    let [resonation, expression, reception, bystander] = *figures;
    match settings.method {
        Method::Perm => {
            let judgement = Judgement { resonation, expression, reception, bystander, tokens };
            perm_reward(&judgement, &settings.constants())
        }
        Method::Peregrm => {
            let trials = [&figures[..1], &figures[1..2], &figures[2..3]];
            Ok(peregrm_reward(trials, bystander, settings.bystander_weight))
        }
    }
}

/// The bystander's sub-scores, each 0 to 20, from the heads' shares.
pub(super) fn subscores(shares: [f32; BYSTANDER_SUBSCORES]) -> BystanderScores {
    let [content, structure, efficiency, objectivity, accuracy] =
        shares.map(|share| 20.0 * f64::from(share).clamp(0.0, 1.0));
    BystanderScores { content, structure, efficiency, objectivity, accuracy }
}

/// The distribution in double precision, summing to 1, with its expected value.
pub(super) fn perspective(levels: [f32; LEVELS]) -> PerspectiveScore {
    let levels = levels.map(|p| f64::from(p).max(0.0));
    let sum: f64 = levels.iter().sum();
    let distribution = levels.map(|p| p / sum);
    PerspectiveScore::new(expected(&distribution).clamp(1.0, 5.0), distribution)
}

fn expected(distribution: &[f64; LEVELS]) -> f64 {
    distribution.iter().zip(1..).map(|(p, level)| p * f64::from(level)).sum::<f64>()
}
