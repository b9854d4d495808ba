//! What one user adds to every figure.
//!
//! Every figure is a ratio of two sums over users, so that one bootstrap, one merging of shards and
//! one comparison serve them all: a mean over users has 1 below, Recall pooled over positives
//! their number, the Hájek ratio their weights.

use super::log::Task;
use super::ranking::{Standing, among_all, among_some, draw_ties};
use super::scores::Row;
use super::settings::{Cell, Metric, NoPositives, RecallSettings, Scheme};
use super::spread::Spread;
use crate::stats::{Keyed, Purpose, cluster_key};

/// What a ratio's sum below is made of; the place is its component in a user's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Below {
    /// 1 for a user of the log.
    Users,
    /// 1 for a user with an exposed positive.
    UsersWithPositives,
    /// The exposed positives.
    Positives,
    /// The exposed positives, each weighted by 1/p, or by the user's N/N̄.
    WeightedPositives,
    /// 1 for a user with complete labels.
    FullUsers,
    /// 1 for a user who likes anything.
    FullUsersWithPositives,
    /// Everything liked.
    FullPositives,
}

/// How many sums below there are.
pub(super) const BELOWS: usize = 7;

impl Cell {
    /// What is below the cell's macro and micro figures.
    pub fn below(&self, no_positives: NoPositives) -> [Below; 2] {
        use Below::*;
        let full = self.scheme == Scheme::Full;
        let users = if full { FullUsers } else { Users };
        if self.metric == Metric::Precision {
            return [users, users];
        }
        let with = match no_positives {
            NoPositives::Zero => users,
            NoPositives::Skip if full => FullUsersWithPositives,
            NoPositives::Skip => UsersWithPositives,
        };
        // nDCG is a figure of one user; it has no pooled form.
        if self.metric == Metric::Ndcg {
            return [with, with];
        }
        [
            with,
            match self.scheme {
                Scheme::Full => FullPositives,
                Scheme::Traditional => Positives,
                Scheme::Ure => WeightedPositives,
            },
        ]
    }
}

/// One user's part of the task.
pub(super) struct UserTask {
    key: u64,
    /// Candidates that are masked, in order.
    left_out: Vec<usize>,
    /// Exposed items that are not masked, positives first.
    exposed: Vec<usize>,
    positives: usize,
    /// 1/p of each exposed item, where propensities are given.
    pub weights: Option<Vec<f64>>,
    /// Everything liked that is not masked; `None` for a user without complete labels.
    full: Option<Vec<usize>>,
    /// N, the candidates that are not masked.
    pub candidates: f64,
    /// Exposures that the mask takes away.
    pub masked_exposures: u32,
    pub masked_likes: u32,
    in_log: bool,
}

impl UserTask {
    pub fn of(task: &Task, user: usize) -> Self {
        let mut left_out: Vec<usize> =
            task.mask.iter().flat_map(|mask| mask.of_user(user)).map(|one| one.item).collect();
        left_out.sort_unstable();
        let kept = |item: &usize| left_out.binary_search(item).is_err();
        let log = task.exposed.as_ref();
        let propensities = log.and_then(|log| log.propensities_of(user));
        let shown = log.map(|log| log.of_user(user));
        let mut exposed: Vec<(usize, bool, f64)> = shown
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(at, one)| (one.item, one.positive, propensities.map_or(1.0, |p| 1.0 / p[at])))
            .collect();
        let before = exposed.len();
        exposed.retain(|(item, ..)| kept(item));
        exposed.sort_by_key(|&(item, positive, _)| (!positive, item));
        let labels = task.full.as_ref().filter(|full| full.of_user(user).len() > 0);
        let mut masked_likes = 0;
        let full = labels.map(|full| {
            let likes = full.of_user(user).filter(|one| one.positive).map(|one| one.item);
            let all = likes.clone().count();
            let likes: Vec<usize> = likes.filter(kept).collect();
            masked_likes = (all - likes.len()) as u32;
            likes
        });
        Self {
            key: cluster_key(&task.users.name(user)),
            positives: exposed.iter().filter(|(_, positive, _)| *positive).count(),
            weights: propensities.map(|_| exposed.iter().map(|one| one.2).collect()),
            masked_exposures: (before - exposed.len()) as u32,
            in_log: !exposed.is_empty(),
            exposed: exposed.into_iter().map(|one| one.0).collect(),
            candidates: (task.items.len() - left_out.len()) as f64,
            masked_likes,
            full,
            left_out,
        }
    }

    /// The key of the user's random numbers.
    pub fn key(&self) -> u64 {
        self.key
    }

    /// Whether the user was shown anything that is not masked.
    pub fn in_log(&self) -> bool {
        self.in_log
    }

    /// Whether all that the user likes is known.
    pub fn in_full(&self) -> bool {
        self.full.is_some()
    }

    /// Everything liked, where it is known.
    pub fn likes(&self) -> usize {
        self.full.as_ref().map_or(0, Vec::len)
    }

    /// n, the exposed positives.
    pub fn positives(&self) -> usize {
        self.positives
    }

    /// The exposed items that are not masked.
    pub fn exposed(&self) -> &[usize] {
        &self.exposed
    }

    /// The weights of the exposed positives: 1/p, or the user's N/N̄.
    fn positive_weight(&self, at: usize) -> f64 {
        match &self.weights {
            Some(weights) => weights[at],
            None => self.candidates / self.exposed.len() as f64,
        }
    }

    /// The sums below, one for each [`Below`].
    pub fn belows(&self) -> [f64; BELOWS] {
        let weights = (0..self.positives).map(|at| self.positive_weight(at)).sum();
        let flag = f64::from;
        [
            flag(self.in_log),
            flag(self.positives > 0),
            self.positives as f64,
            weights,
            flag(self.in_full()),
            flag(self.likes() > 0),
            self.likes() as f64,
        ]
    }

    /// Where the items that each scheme asks for stand in a recommender's scores; none for a scheme
    /// that no cell wants. `places` leads from the task's items to the recommender's.
    pub fn standings(
        &self,
        row: Row<'_>,
        cells: &[Cell],
        places: Option<&[usize]>,
        ties: &TieOrder,
    ) -> [Vec<Standing>; 3] {
        let there = |items: &[usize]| -> Vec<usize> {
            items.iter().map(|&item| places.map_or(item, |places| places[item])).collect()
        };
        let left_out = there(&self.left_out);
        let wanted = |scheme| cells.iter().any(|cell| cell.scheme == scheme);
        [Scheme::Ure, Scheme::Traditional, Scheme::Full].map(|scheme| {
            let asked = match scheme {
                Scheme::Full => self.full.as_deref().unwrap_or_default(),
                _ => &self.exposed[..self.positives],
            };
            if !wanted(scheme) || asked.is_empty() {
                return Vec::new();
            }
            let items = there(asked);
            let exposed = (scheme == Scheme::Traditional).then(|| there(&self.exposed));
            let mut standings = match &exposed {
                Some(exposed) => among_some(row, &items, exposed),
                None => among_all(row, &items, &left_out),
            };
            if ties.is_drawn() {
                let draw = |item: usize| ties.draw(self.key, item);
                let mut of: Box<dyn Iterator<Item = usize>> = match exposed {
                    Some(exposed) => Box::new(exposed.into_iter()),
                    None => Box::new(ties.items().filter(|item| !left_out.contains(item))),
                };
                draw_ties(row, &items, &mut of, &mut standings, &draw);
            }
            standings
        })
    }

    /// The macro and micro sums above of one cell, and how far chance alone may move the former.
    pub fn figures(
        &self,
        cell: &Cell,
        standings: &[Vec<Standing>; 3],
        settings: &RecallSettings,
        spread: Option<&mut Spread>,
    ) -> [f64; 2] {
        let standings = &standings[cell.scheme as usize];
        if standings.is_empty() {
            if let Some(spread) = spread
                && self.in_log
            {
                spread.add_empty(cell, self);
            }
            return [0.0, 0.0];
        }
        let gains: Vec<f64> =
            standings.iter().map(|one| one.gain(&cell.gains, settings.ties)).collect();
        let n = gains.len() as f64;
        let sum: f64 = gains.iter().sum();
        let weighted =
            || gains.iter().enumerate().map(|(at, gain)| gain * self.positive_weight(at)).sum();
        if let Some(spread) = spread {
            spread.add(cell, self, &gains);
        }
        match (cell.metric, cell.scheme) {
            (Metric::Precision, Scheme::Ure) => [weighted() / f64::from(cell.k); 2],
            (Metric::Precision, _) => [sum / f64::from(cell.k); 2],
            (Metric::Ndcg, _) => [sum / cell.gains.upto(gains.len()); 2],
            (_, Scheme::Ure) => [sum / n, weighted()],
            (_, _) => [sum / n, sum],
        }
    }
}

/// An order of items that tie, drawn by the names of user and item; empty where ties are settled by
/// another rule.
pub(super) struct TieOrder {
    items: Vec<u64>,
    seed: u32,
}

impl TieOrder {
    /// The order among a recommender's items, or none.
    pub fn new(items: Option<&super::Names>, seed: u32) -> Self {
        let keys = items.map(|items| (0..items.len()).map(|at| cluster_key(&items.name(at))));
        Self { items: keys.map(Iterator::collect).unwrap_or_default(), seed }
    }

    fn is_drawn(&self) -> bool {
        !self.items.is_empty()
    }

    fn items(&self) -> std::ops::Range<usize> {
        0..self.items.len()
    }

    fn draw(&self, user: u64, item: usize) -> u64 {
        Keyed::new(user ^ self.items[item].rotate_left(17), self.seed, Purpose::Order).bits(0)
    }
}
