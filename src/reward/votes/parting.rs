use std::collections::{BTreeMap, BTreeSet};

use super::{Ballots, Holdout, PartSizes, VoteSettings};
use crate::formats::{Error, ErrorKind, Result};
use crate::reward::ScoreRow;
use crate::stats::Random;

/// The share of the training part's queries that strength and length of the fit are chosen on.
const VALIDATION: f64 = 0.2;
/// What each part needs at least for its figures to say anything.
const LEAST: [(&str, usize); 3] = [("train on", 20), ("validate on", 5), ("measure on", 5)];

/// Votes or ratings, by their place in the file, parted so that no query is on two sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    /// To fit to.
    pub train: Vec<usize>,
    /// To choose strength and length of the fit on; afterwards fitted to as well.
    pub validation: Vec<usize>,
    /// To measure on, never fitted to.
    pub held_out: Vec<usize>,
    /// On neither side: those that would connect the two.
    pub left_out: Vec<usize>,
}

impl Parts {
    /// Parts ballots by the seed. Only which queries (and raters) there are counts, not the order
    /// of the rows.
    ///
    /// # Errors
    ///
    /// `Setting` where raters are to be held out and not all are named, or there is but one;
    /// `TooFew` where a part comes out too small to say anything.
    pub fn of(ballots: &Ballots, responses: &[ScoreRow], settings: &VoteSettings) -> Result<Self> {
        let query = |at: usize| responses[ballots.replies(at).0].query.as_str();
        let all = 0..ballots.len();
        let mut random = Random::new(settings.seed);
        let (held_raters, held_queries) = match settings.by {
            Holdout::Query => {
                let queries: BTreeSet<&str> = all.clone().map(query).collect();
                (None, draw(queries, settings.holdout, &mut random))
            }
            Holdout::Rater => {
                let held = held_raters(ballots, settings.holdout, &mut random)?;
                // Which sides ask for a query: training, held out.
                let mut sides: BTreeMap<&str, [bool; 2]> = BTreeMap::new();
                for at in all.clone() {
                    let rater = ballots.rater(at).unwrap_or_default();
                    let side = usize::from(held.contains(rater));
                    sides.entry(query(at)).or_default()[side] = true;
                }
                let only = |side: usize| {
                    let wanted = [side == 0, side == 1];
                    sides.iter().filter(move |(_, of)| **of == wanted).map(|(query, _)| *query)
                };
                let both = sides.iter().filter(|(_, of)| **of == [true, true]);
                let both: BTreeSet<&str> = both.map(|(query, _)| *query).collect();
                let mut queries = draw(both, 0.5, &mut random);
                queries.extend(only(1));
                (Some(held), queries)
            }
        };
        let rest: BTreeSet<&str> =
            all.clone().map(query).filter(|query| !held_queries.contains(query)).collect();
        let validation = draw(rest, VALIDATION, &mut random);

        let mut parts = Self::default();
        for at in all {
            let held_query = held_queries.contains(query(at));
            let held_rater = held_raters.as_ref().map_or(held_query, |held| {
                ballots.rater(at).is_some_and(|rater| held.contains(rater))
            });
            let part = match (held_rater, held_query) {
                (true, true) => &mut parts.held_out,
                (false, false) if validation.contains(query(at)) => &mut parts.validation,
                (false, false) => &mut parts.train,
                _ => &mut parts.left_out,
            };
            part.push(at);
        }
        parts.check(ballots.len())?;
        Ok(parts)
    }

    /// What `size` says of each part.
    pub fn sizes(&self, size: impl Fn(&[usize]) -> usize) -> PartSizes {
        let of = |part: &[usize]| size(part) as u32;
        PartSizes {
            train: of(&self.train),
            validation: of(&self.validation),
            held_out: of(&self.held_out),
            left_out: of(&self.left_out),
        }
    }

    fn check(&self, all: usize) -> Result<()> {
        let sizes = [self.train.len(), self.validation.len(), self.held_out.len()];
        for ((to, least), size) in LEAST.into_iter().zip(sizes) {
            if size < least {
                let problem =
                    format!("of {all} votes {size} are left to {to}, and {least} are needed");
                let mend = "Give more votes, or votes on more queries; a few dozen queries with \
                            some votes each are a good beginning.";
                return Err(Error::new(ErrorKind::TooFew, problem, mend));
            }
        }
        Ok(())
    }
}

fn held_raters<'a>(
    ballots: &'a Ballots,
    share: f64,
    random: &mut Random,
) -> Result<BTreeSet<&'a str>> {
    let refuse = |problem: &str, mend: &str| {
        Err(Error::new(ErrorKind::Setting, problem, mend).at_field("by"))
    };
    let mend = "Name the rater of every row in a column \"rater\", or hold out queries.";
    let named: Option<BTreeSet<&str>> = (0..ballots.len()).map(|at| ballots.rater(at)).collect();
    match named {
        None => refuse("raters are to be held out, and a row names none", mend),
        Some(raters) if raters.len() < 2 => {
            refuse("raters are to be held out, and there is one alone", "Hold out queries instead.")
        }
        Some(raters) => Ok(draw(raters, share, random)),
    }
}

/// A share of `among`, drawn at random: one at least, and not all where there are several.
fn draw<'a>(among: BTreeSet<&'a str>, share: f64, random: &mut Random) -> BTreeSet<&'a str> {
    let mut left: Vec<&str> = among.into_iter().collect();
    let wanted = (share * left.len() as f64).round() as usize;
    let wanted = wanted.clamp(usize::from(!left.is_empty()), left.len().saturating_sub(1).max(1));
    let mut drawn = BTreeSet::new();
    while drawn.len() < wanted && !left.is_empty() {
        drawn.insert(left.swap_remove(random.below(left.len())));
    }
    drawn
}
