//! Sums over users from which every figure of a report follows, and which add up over shards.

mod diagnostics;
mod partial;

use super::settings::{Cell, RecallSettings, Scheme};
use super::spread::Spread;
use super::user::{BELOWS, Below, UserTask};
use crate::formats::{Error, ErrorKind, Result};
use crate::stats::{KeyedFlips, PoissonBootstrap, RatioMoments};
pub(super) use diagnostics::Diagnostics;

/// What shards must share to be added up: the settings, the recommenders and the candidates.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub settings: RecallSettings,
    pub systems: Vec<String>,
    /// N.
    pub items: usize,
    pub cells: Vec<Cell>,
}

/// A ratio of sums over users: the components above and below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ratio {
    pub above: usize,
    pub below: usize,
}

impl Shape {
    pub fn new(settings: RecallSettings, systems: Vec<String>, items: usize) -> Self {
        let cells = settings.cells(items);
        Self { settings, systems, items, cells }
    }

    /// The components of a user's row: what is below, then macro and micro of each system's cells.
    pub fn width(&self) -> usize {
        BELOWS + 2 * self.systems.len() * self.cells.len()
    }

    /// The macro (`average` 0) or micro (1) ratio of a system's cell.
    pub fn ratio(&self, system: usize, cell: usize, average: usize) -> Ratio {
        Ratio {
            above: BELOWS + 2 * (system * self.cells.len() + cell) + average,
            below: self.cells[cell].below(self.settings.no_positives)[average] as usize,
        }
    }

    /// Which average two systems are compared by: macro, but pooled where propensities are given,
    /// since whether they vary within a user is known only at the end.
    pub fn compared(&self, cell: usize) -> usize {
        usize::from(self.pooled_only(cell))
    }

    /// Whether propensities were given that forbid a macro figure of this cell, should they vary.
    pub fn pooled_only(&self, cell: usize) -> bool {
        use super::settings::Metric::{Gain, Recall};
        let cell = &self.cells[cell];
        self.settings.propensity.is_some()
            && cell.scheme == Scheme::Ure
            && matches!(cell.metric, Recall | Gain)
    }
}

/// Everything known of the users so far.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    pub shape: Shape,
    /// The sum of each component.
    pub sums: Vec<f64>,
    /// One a system, cell and average.
    pub moments: Vec<RatioMoments>,
    /// One a system and cell; used by URE.
    pub spreads: Vec<Spread>,
    pub resampled: PoissonBootstrap,
    /// The first system against each other, cell by cell.
    pub flips: Vec<KeyedFlips>,
    pub diagnostics: Diagnostics,
    /// The keys of the users, by which a user in two shards is found.
    pub keys: Vec<u64>,
    /// SHA-256 of the inputs.
    pub hashes: Vec<String>,
}

impl Tally {
    pub fn new(shape: Shape) -> Self {
        let (systems, cells) = (shape.systems.len(), shape.cells.len());
        let RecallSettings { resamples, permutations, seed, .. } = shape.settings;
        let flips = if resamples == 0 { 0 } else { (systems.max(1) - 1) * cells };
        Self {
            sums: vec![0.0; shape.width()],
            moments: vec![RatioMoments::default(); 2 * systems * cells],
            spreads: vec![Spread::default(); systems * cells],
            resampled: PoissonBootstrap::new(resamples as usize, shape.width(), seed),
            flips: vec![KeyedFlips::new(permutations as usize, seed); flips],
            diagnostics: Diagnostics::new(shape.items),
            keys: Vec::new(),
            hashes: Vec::new(),
            shape,
        }
    }

    /// Adds users with their rows, which hold a component each.
    pub fn add(&mut self, users: &[UserTask], rows: &[Vec<f64>]) {
        let resampled: Vec<(u64, &[f64])> =
            users.iter().map(UserTask::key).zip(rows.iter().map(Vec::as_slice)).collect();
        self.resampled.add(&resampled);
        for (user, row) in users.iter().zip(rows) {
            self.keys.push(user.key());
            self.diagnostics.add(user);
            self.sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            let (systems, cells) = (self.shape.systems.len(), self.shape.cells.len());
            for system in 0..systems {
                for cell in 0..cells {
                    for average in 0..2 {
                        let Ratio { above, below } = self.shape.ratio(system, cell, average);
                        self.moments[2 * (system * cells + cell) + average]
                            .add(row[above], row[below]);
                    }
                }
            }
            for (at, flips) in self.flips.iter_mut().enumerate() {
                let (other, cell) = (at / cells + 1, at % cells);
                let average = self.shape.compared(cell);
                let first = self.shape.ratio(0, cell, average).above;
                flips.add(
                    user.key(),
                    row[first] - row[self.shape.ratio(other, cell, average).above],
                );
            }
        }
    }

    /// Adds the users of another shard.
    ///
    /// # Errors
    ///
    /// `Mismatch` for other settings, recommenders or candidates.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let differs = |what: &str| {
            let problem = format!("the shard was made with {what}");
            let mend = "Make every shard with the same command but for its users.";
            Err(Error::new(ErrorKind::Mismatch, problem, mend))
        };
        if self.shape.settings != other.shape.settings {
            return differs("other settings");
        }
        if self.shape.items != other.shape.items {
            return differs("other candidates");
        }
        let names = (&self.shape.systems, &other.shape.systems);
        // One recommender needs no name to be recognised: each shard has its own scores file.
        if names.0.len() != names.1.len() || (names.0.len() > 1 && names.0 != names.1) {
            return differs("other recommenders, or in another order (--names calls them alike)");
        }
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, more)| *sum += more);
        self.moments.iter_mut().zip(&other.moments).for_each(|(sum, more)| sum.merge(more));
        self.spreads.iter_mut().zip(&other.spreads).for_each(|(sum, more)| sum.merge(more));
        self.resampled.merge(&other.resampled);
        self.flips.iter_mut().zip(&other.flips).for_each(|(sum, more)| sum.merge(more));
        self.diagnostics.merge(&other.diagnostics);
        self.keys.extend(&other.keys);
        self.hashes.extend(other.hashes.iter().cloned());
        Ok(())
    }

    /// Refuses a user who stands twice: a shard must hold all of a user's rows.
    ///
    /// # Errors
    ///
    /// `Duplicate`.
    pub fn check_users(&self) -> Result<()> {
        let mut keys = self.keys.clone();
        keys.sort_unstable();
        let twice = keys.windows(2).filter(|two| two[0] == two[1]).count();
        if twice == 0 {
            return Ok(());
        }
        let problem = format!("{twice} users stand in more than one shard");
        let mend = "Split by users: all rows of a user belong into one shard.";
        Err(Error::new(ErrorKind::Duplicate, problem, mend))
    }

    /// Users in a sum below.
    pub fn below(&self, below: Below) -> f64 {
        self.sums[below as usize]
    }

    /// The figure, `None` where it is undefined.
    pub fn estimate(&self, ratio: Ratio) -> Option<f64> {
        let below = self.sums[ratio.below];
        // Users are counted even where none of them has a positive.
        (below > 0.0).then(|| self.sums[ratio.above] / below)
    }

    /// Hits behind a cell's figures: of URE without the weights of the exposure.
    pub fn hits(&self, system: usize, cell: usize) -> f64 {
        let above = self.sums[self.shape.ratio(system, cell, 1).above];
        match self.shape.cells[cell].scheme {
            Scheme::Ure if above > 0.0 => {
                above * self.below(Below::Positives) / self.below(Below::WeightedPositives)
            }
            _ => above,
        }
    }

    /// The figure in each resample in which it is defined.
    pub fn resampled(&self, ratio: Ratio) -> Vec<f64> {
        let pairs = self.resampled.of(ratio.above).iter().zip(self.resampled.of(ratio.below));
        pairs.map(|(above, below)| above / below).filter(|figure| figure.is_finite()).collect()
    }
}
