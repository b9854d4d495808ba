use burn::module::{Module, Param};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::figures::fit_scale;
use super::{Ballots, VoteTarget};
use crate::formats::Result;
use crate::model::{Heads, LEVELS, PERSPECTIVES, read_back};
use crate::reward::PermSettings;

/// What is known of a reply before the heads see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The heads' inputs out of the analysis, on which resonation is judged, and out of the reply.
    pub inputs: [Vec<f32>; 2],
    /// R_len of the PERM reward, at most 0.
    pub length: f32,
}

/// The heads with what turns a difference of scores into the logit of a vote.
#[derive(Module, Debug)]
pub struct Model {
    /// What is trained.
    pub heads: Heads,
    /// ln β, [1].
    pub log_scale: Param<Tensor<1>>,
}

/// Replies with votes or ratings of them, on a device.
#[derive(Debug)]
pub struct Batch {
    /// [N, F] of the replies.
    replies: Tensor<2>,
    /// [N, F] of the analyses, where any reply has one of its own.
    analyses: Option<Tensor<2>>,
    /// R_len, [N].
    lengths: Tensor<1>,
    ballots: BallotTensors,
}

/// Votes or ratings; replies are lines of the batch.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one of them exists in a training")]
enum BallotTensors {
    Votes {
        left: Tensor<1, Int>,
        right: Tensor<1, Int>,
        /// What the left side won, [V].
        won: Tensor<1>,
    },
    Ratings {
        reply: Tensor<1, Int>,
        /// 1 at the perspective and level of each rating, [R, 3, 5].
        levels: Tensor<3>,
    },
}

impl Batch {
    /// The ballots named by `which` with their replies, once each.
    ///
    /// * `replies`: by place, as the ballots name them; `None` where no ballot does.
    ///
    /// # Panics
    ///
    /// Where a ballot names a reply that is not there.
    pub fn new(
        replies: &[Option<Reply>],
        ballots: &Ballots,
        which: &[usize],
        device: &Device,
    ) -> Self {
        let mut lines: Vec<usize> =
            which.iter().flat_map(|&at| <[usize; 2]>::from(ballots.replies(at))).collect();
        lines.sort_unstable();
        lines.dedup();
        let line = |place: usize| lines.binary_search(&place).expect("its place was just listed");
        let reply = |place: usize| replies[place].as_ref().expect("every reply voted on was read");
        let rows: Vec<&Reply> = lines.iter().map(|&place| reply(place)).collect();
        let width = rows.first().map_or(0, |row| row.inputs[1].len());
        let shape = [rows.len(), width];
        let text = |which: usize| {
            let values = rows.iter().flat_map(|row| &row.inputs[which]).copied().collect();
            tensor(values, shape, device)
        };
        let analysed = rows.iter().any(|row| row.inputs[0] != row.inputs[1]);
        let lengths = rows.iter().map(|row| row.length).collect();
        Self {
            replies: text(1),
            analyses: analysed.then(|| text(0)),
            lengths: tensor(lengths, [rows.len()], device),
            ballots: BallotTensors::new(ballots, which, line, device),
        }
    }

    /// Probabilities of the levels, [N, 3, 5], and S/100, [N].
    fn judged(&self, heads: &Heads) -> (Tensor<3>, Tensor<1>) {
        let output = heads.forward(self.replies.clone());
        let bystander = output.bystander.mean_dim(1).squeeze_dim(1);
        let levels = match &self.analyses {
            None => output.levels,
            Some(analyses) => {
                let inner = heads.forward(analyses.clone()).levels;
                let outer = output.levels;
                Tensor::cat(vec![inner.narrow(1, 0, 1), outer.narrow(1, 1, 2)], 1)
            }
        };
        (levels, bystander)
    }

    /// The score of each reply that votes speak of, [N]: a perspective's expected level, S/100, or
    /// the PERM reward with its default constants.
    pub fn scores(&self, heads: &Heads, on: VoteTarget) -> Tensor<1> {
        let (levels, bystander) = self.judged(heads);
        let device = levels.device();
        let scale = Tensor::<1>::from_data([1.0f32, 2.0, 3.0, 4.0, 5.0], &device);
        let expected: Tensor<2> =
            (levels * scale.reshape([1, 1, LEVELS])).sum_dim(2).squeeze_dim(2);
        let one = |at: usize| expected.clone().narrow(1, at, 1).squeeze_dim(1);
        match on {
            VoteTarget::Resonation => one(0),
            VoteTarget::Expression => one(1),
            VoteTarget::Reception => one(2),
            VoteTarget::Bystander => bystander,
            VoteTarget::Reward => {
                let constants = PermSettings::default();
                let inverse: Tensor<1> = expected.recip().sum_dim(1).squeeze_dim(1);
                let empathy = inverse.mul_scalar(5.0).recip().mul_scalar(PERSPECTIVES as f32);
                let bystander = bystander.sub_scalar(1.0).mul_scalar(constants.bystander_weight);
                empathy + bystander + self.lengths.clone()
            }
        }
    }

    /// The mean log-loss, [1]: of Bradley and Terry on votes (see
    /// [`vote_loss`](super::vote_loss)), of the ordinal heads on ratings.
    ///
    /// * `unit`: what a difference of scores is divided by.
    pub fn loss(&self, model: &Model, on: VoteTarget, unit: f32) -> Tensor<1> {
        match &self.ballots {
            BallotTensors::Votes { left, right, won } => {
                let scores = self.scores(&model.heads, on).div_scalar(unit);
                let difference =
                    scores.clone().select(0, left.clone()) - scores.select(0, right.clone());
                let margin = difference * model.log_scale.val().exp();
                let lost = won.clone().neg().add_scalar(1.0);
                let gain =
                    won.clone() * log_sigmoid(margin.clone()) + lost * log_sigmoid(margin.neg());
                gain.mean().neg()
            }
            BallotTensors::Ratings { reply, levels } => {
                let (judged, _) = self.judged(&model.heads);
                let [ratings, ..] = levels.dims();
                let of_each = judged.select(0, reply.clone()).clamp_min(1e-6).log();
                (of_each * levels.clone()).sum().neg().div_scalar(ratings as f32)
            }
        }
    }

    /// For each vote the difference of its scores, left minus right.
    ///
    /// # Errors
    ///
    /// `Device` where the device fails.
    pub async fn differences(&self, heads: &Heads, on: VoteTarget) -> Result<Vec<f64>> {
        let BallotTensors::Votes { left, right, .. } = &self.ballots else { return Ok(Vec::new()) };
        let scores = self.scores(heads, on);
        let differences = scores.clone().select(0, left.clone()) - scores.select(0, right.clone());
        Ok(read_back(differences).await?.into_iter().map(f64::from).collect())
    }

    /// The β that makes the votes most probable under these heads; 1 for ratings, which need none.
    ///
    /// # Errors
    ///
    /// `Device` where the device fails.
    pub async fn best_scale(&self, heads: &Heads, on: VoteTarget, unit: f32) -> Result<f64> {
        let BallotTensors::Votes { won, .. } = &self.ballots else { return Ok(1.0) };
        let won = read_back(won.clone()).await?;
        let differences = self.differences(heads, on).await?;
        let unit = f64::from(unit);
        let votes: Vec<(f64, f64)> =
            differences.iter().zip(won).map(|(d, won)| (d / unit, f64::from(won))).collect();
        Ok(fit_scale(&votes))
    }

    /// For each rating the probabilities of the levels 1 to 5 of its perspective.
    ///
    /// # Errors
    ///
    /// `Device` where the device fails.
    pub async fn probabilities(&self, heads: &Heads) -> Result<Vec<Vec<f64>>> {
        let BallotTensors::Ratings { reply, levels } = &self.ballots else { return Ok(Vec::new()) };
        let judged = self.judged(heads).0.select(0, reply.clone());
        // Of the three perspectives only that of the rating is marked.
        let marked = levels.clone().sum_dim(2);
        let own: Tensor<2> = (judged * marked).sum_dim(1).squeeze_dim(1);
        let values = read_back(own).await?;
        Ok(values
            .chunks_exact(LEVELS)
            .map(|p| p.iter().copied().map(f64::from).collect())
            .collect())
    }
}

impl BallotTensors {
    fn new(
        ballots: &Ballots,
        which: &[usize],
        line: impl Fn(usize) -> usize,
        device: &Device,
    ) -> Self {
        let count = which.len();
        let lines = |places: Vec<usize>| {
            let lines = places.into_iter().map(|place| line(place) as i32).collect();
            Tensor::<1, Int>::from_data(TensorData::new::<i32, _>(lines, [count]), device)
        };
        match ballots {
            Ballots::Votes(votes) => Self::Votes {
                left: lines(which.iter().map(|&at| votes[at].left).collect()),
                right: lines(which.iter().map(|&at| votes[at].right).collect()),
                won: {
                    let won = which.iter().map(|&at| votes[at].winner.share() as f32).collect();
                    tensor(won, [count], device)
                },
            },
            Ballots::Ratings(ratings) => {
                let mut levels = vec![0.0; count * PERSPECTIVES * LEVELS];
                for (row, &at) in which.iter().enumerate() {
                    let rating = &ratings[at];
                    let level = usize::from(rating.level) - 1;
                    levels[(row * PERSPECTIVES + rating.perspective) * LEVELS + level] = 1.0;
                }
                Self::Ratings {
                    reply: lines(which.iter().map(|&at| ratings[at].reply).collect()),
                    levels: tensor(levels, [count, PERSPECTIVES, LEVELS], device),
                }
            }
        }
    }
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}
