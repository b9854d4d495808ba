use serde::{Deserialize, Serialize};

use super::super::user::UserTask;

/// What a report's warnings rest on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Diagnostics {
    /// Users of the log, and of complete labels.
    pub users: f64,
    pub full_users: f64,
    /// Users with scores who are in neither, of a run over one set of scores; unknown once shards
    /// were added up.
    pub idle_users: Option<u64>,
    /// Users all of whose exposures the mask takes away.
    pub emptied_users: u64,
    /// Σ N̄ and Σ N of the users of the log, and N̄'s range.
    pub exposed: f64,
    pub candidates: f64,
    pub least_exposed: u32,
    pub most_exposed: u32,
    /// The range of N̄/N, by which micro figures weight.
    pub least_share: f64,
    pub most_share: f64,
    /// What the mask took away, and its rows that name nothing scored.
    pub masked_exposures: u64,
    pub masked_likes: u64,
    pub outside_mask: u64,
    /// How often each item was exposed.
    pub item_exposures: Vec<u32>,
    /// Σ and Σ² over users of (1/N) Σ 1/p, which is 1 on average where the propensities are right.
    pub mean_weights: f64,
    pub mean_weights_squared: f64,
    /// Σ and Σ² of the exposed positives' 1/p, their number, and the largest.
    pub weights: f64,
    pub weights_squared: f64,
    pub weighted_positives: f64,
    pub largest_weight: f64,
    /// The smallest propensity of all exposures.
    pub least_propensity: f64,
    /// Whether propensities differ within a user.
    pub propensities_vary: bool,
    /// Whether the log holds propensities that were not asked for.
    #[serde(default)]
    pub unread_propensities: bool,
}

impl Diagnostics {
    pub fn new(items: usize) -> Self {
        Self {
            users: 0.0,
            full_users: 0.0,
            idle_users: None,
            emptied_users: 0,
            exposed: 0.0,
            candidates: 0.0,
            least_exposed: u32::MAX,
            most_exposed: 0,
            least_share: 1.0,
            most_share: 0.0,
            masked_exposures: 0,
            masked_likes: 0,
            outside_mask: 0,
            item_exposures: vec![0; items],
            mean_weights: 0.0,
            mean_weights_squared: 0.0,
            weights: 0.0,
            weights_squared: 0.0,
            weighted_positives: 0.0,
            largest_weight: 0.0,
            least_propensity: 1.0,
            propensities_vary: false,
            unread_propensities: false,
        }
    }

    pub fn add(&mut self, user: &UserTask) {
        self.masked_exposures += u64::from(user.masked_exposures);
        self.masked_likes += u64::from(user.masked_likes);
        self.emptied_users += u64::from(!user.in_log() && user.masked_exposures > 0);
        self.full_users += f64::from(user.in_full());
        if !user.in_log() {
            return;
        }
        let exposed = user.exposed().len();
        self.users += 1.0;
        self.exposed += exposed as f64;
        self.candidates += user.candidates;
        self.least_exposed = self.least_exposed.min(exposed as u32);
        self.most_exposed = self.most_exposed.max(exposed as u32);
        let share = exposed as f64 / user.candidates;
        self.least_share = self.least_share.min(share);
        self.most_share = self.most_share.max(share);
        for &item in user.exposed() {
            self.item_exposures[item] += 1;
        }
        let Some(weights) = &user.weights else { return };
        let mean = weights.iter().sum::<f64>() / user.candidates;
        self.mean_weights += mean;
        self.mean_weights_squared += mean * mean;
        for &weight in weights {
            self.least_propensity = self.least_propensity.min(1.0 / weight);
            self.propensities_vary |= (weight - weights[0]).abs() > 1e-9 * weights[0];
        }
        for &weight in &weights[..user.positives()] {
            self.weights += weight;
            self.weights_squared += weight * weight;
            self.weighted_positives += 1.0;
            self.largest_weight = self.largest_weight.max(weight);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.users += other.users;
        self.full_users += other.full_users;
        self.idle_users = None;
        self.emptied_users += other.emptied_users;
        self.exposed += other.exposed;
        self.candidates += other.candidates;
        self.least_exposed = self.least_exposed.min(other.least_exposed);
        self.most_exposed = self.most_exposed.max(other.most_exposed);
        self.least_share = self.least_share.min(other.least_share);
        self.most_share = self.most_share.max(other.most_share);
        self.masked_exposures += other.masked_exposures;
        self.masked_likes += other.masked_likes;
        // Each shard reads the same mask: what names nothing scored there is the same, or less.
        self.outside_mask = self.outside_mask.min(other.outside_mask);
        let items = self.item_exposures.iter_mut().zip(&other.item_exposures);
        items.for_each(|(sum, more)| *sum += more);
        self.mean_weights += other.mean_weights;
        self.mean_weights_squared += other.mean_weights_squared;
        self.weights += other.weights;
        self.weights_squared += other.weights_squared;
        self.weighted_positives += other.weighted_positives;
        self.largest_weight = self.largest_weight.max(other.largest_weight);
        self.least_propensity = self.least_propensity.min(other.least_propensity);
        self.propensities_vary |= other.propensities_vary;
        self.unread_propensities |= other.unread_propensities;
    }
}
