use serde::{Deserialize, Serialize};

use super::scores::Row;

/// What happens to items whose scores tie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Ties {
    /// An item comes after all that tie with it: a hit must score strictly above the (K+1)-th, the
    /// paper's threshold (default).
    #[default]
    Pessimistic,
    /// An item comes before all that tie with it.
    Optimistic,
    /// The mean over all orders of the ties: a hit counts with its probability.
    Expected,
    /// One order of the ties, drawn from the seed by the names of user and item.
    Random,
}

/// Where one item stands among the candidates, ties kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// Candidates with a strictly higher score.
    pub above: u32,
    /// Candidates with the same score, the item itself among them.
    pub equal: u32,
    /// Those of the equals that a random order puts before it.
    pub before: u32,
}

/// What each place is worth, 0 beyond the K-th.
#[derive(Debug, Clone)]
pub(super) struct Gains {
    /// Σ of the gains of the first places: `sums[r]` of places 1 to r.
    sums: Vec<f64>,
}

impl Gains {
    /// `gain(place)` for places from 1 to `k`.
    pub fn new(k: usize, gain: impl Fn(usize) -> f64) -> Self {
        let mut sums = vec![0.0];
        for place in 1..=k {
            sums.push(sums[place - 1] + gain(place));
        }
        Self { sums }
    }

    /// Σ of the gains of places 1 to `last`.
    pub fn upto(&self, last: usize) -> f64 {
        self.sums[last.min(self.sums.len() - 1)]
    }
}

impl Standing {
    /// What the item is worth.
    pub fn gain(self, gains: &Gains, ties: Ties) -> f64 {
        let (above, equal) = (self.above as usize, self.equal as usize);
        let place = match ties {
            Ties::Pessimistic => above + equal,
            Ties::Optimistic => above + 1,
            Ties::Random => above + self.before as usize + 1,
            Ties::Expected => {
                return (gains.upto(above + equal) - gains.upto(above)) / equal as f64;
            }
        };
        gains.upto(place) - gains.upto(place - 1)
    }
}

/// Where each of `items` stands among all candidates of `row` but those in `left_out`, whose own
/// items must not be asked for.
///
/// Counting what scores higher needs no sorting: one pass over the candidates for every four items.
pub(super) fn among_all(row: Row<'_>, items: &[usize], left_out: &[usize]) -> Vec<Standing> {
    match row {
        Row::Single(scores) => count(scores, items, left_out),
        Row::Double(scores) => count(scores, items, left_out),
    }
}

/// Items counted in one pass.
const ABREAST: usize = 4;

/// Beyond so many items sorting the candidates once is quicker than passing over them again and
/// again.
const MANY: usize = 96;

fn count<T: PartialOrd + Copy>(scores: &[T], items: &[usize], left_out: &[usize]) -> Vec<Standing> {
    if items.len() > MANY {
        let mut kept = vec![true; scores.len()];
        left_out.iter().for_each(|&item| kept[item] = false);
        let kept = scores.iter().zip(kept).filter_map(|(&score, kept)| kept.then_some(score));
        return search(kept.collect(), items.iter().map(|&item| scores[item]));
    }
    let mut standings = Vec::with_capacity(items.len());
    for items in items.chunks(ABREAST) {
        let bound: [T; ABREAST] =
            std::array::from_fn(|at| scores[items.get(at).copied().unwrap_or(items[0])]);
        let (mut above, mut from) = ([0u32; ABREAST], [0u32; ABREAST]);
        // Short runs let the compiler count in the scores' own width.
        for run in scores.chunks(1024) {
            for at in 0..ABREAST {
                let bound = bound[at];
                above[at] += run.iter().map(|&score| u32::from(score > bound)).sum::<u32>();
                from[at] += run.iter().map(|&score| u32::from(score >= bound)).sum::<u32>();
            }
        }
        for &item in left_out {
            for at in 0..ABREAST {
                above[at] -= u32::from(scores[item] > bound[at]);
                from[at] -= u32::from(scores[item] >= bound[at]);
            }
        }
        standings.extend((0..items.len()).map(|at| Standing {
            above: above[at],
            equal: from[at] - above[at],
            before: 0,
        }));
    }
    standings
}

/// Counts by binary search among `scores`, in any order, all finite.
fn search<T: PartialOrd + Copy>(
    mut scores: Vec<T>,
    bounds: impl Iterator<Item = T>,
) -> Vec<Standing> {
    scores.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let standing = |bound: T| {
        let below = scores.partition_point(|&score| score < bound);
        let upto = scores.partition_point(|&score| score <= bound);
        let (above, equal) = ((scores.len() - upto) as u32, (upto - below) as u32);
        Standing { above, equal, before: 0 }
    };
    bounds.map(standing).collect()
}

/// Where each of `items` stands among `candidates`, which contain them.
pub(super) fn among_some(row: Row<'_>, items: &[usize], candidates: &[usize]) -> Vec<Standing> {
    fn pick<T: PartialOrd + Copy>(scores: &[T], items: &[usize], of: &[usize]) -> Vec<Standing> {
        let of = of.iter().map(|&item| scores[item]).collect();
        search(of, items.iter().map(|&item| scores[item]))
    }
    match row {
        Row::Single(scores) => pick(scores, items, candidates),
        Row::Double(scores) => pick(scores, items, candidates),
    }
}

/// Counts for each item how many that tie with it a random order puts before it: those of a smaller
/// `draw`.
pub(super) fn draw_ties(
    row: Row<'_>,
    items: &[usize],
    candidates: &mut dyn Iterator<Item = usize>,
    standings: &mut [Standing],
    draw: &dyn Fn(usize) -> u64,
) {
    if standings.iter().all(|standing| standing.equal == 1) {
        return;
    }
    let same = |a: usize, b: usize| match row {
        Row::Single(scores) => scores[a] == scores[b],
        Row::Double(scores) => scores[a] == scores[b],
    };
    for other in candidates {
        for (&item, standing) in items.iter().zip(&mut *standings) {
            if standing.equal > 1 && other != item && same(item, other) {
                standing.before += u32::from((draw(other), other) < (draw(item), item));
            }
        }
    }
}
