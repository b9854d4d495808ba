use serde::{Deserialize, Serialize};

use super::World;
use crate::formats::{Error, ErrorKind, Result};
use crate::stats::random::Random;

/// Keeps the numbers of logs apart from each other and from those of worlds with the same seed.
const BIASED: u32 = 100;
const RANDOM: u32 = 101;

/// A user met an item, and said whether they like it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Index of the user.
    pub user: u32,
    /// Index of the item.
    pub item: u32,
    /// Whether the user likes it.
    pub liked: bool,
    /// The probability, above 0 and up to 1, that this user meets this item in such a log.
    pub propensity: f64,
}

/// How users came to meet items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct BiasSettings {
    /// The expected number of items met by a user, on average over users: above 0 and below the
    /// number of items.
    pub mean_observed: f64,
    /// Selection: a liked item is met e^selection times as often as one that is not liked, at the
    /// same popularity. 0, where only popularity biases, to 10.
    pub selection: f64,
    /// Where the random numbers begin.
    pub seed: u32,
}

impl Default for BiasSettings {
    fn default() -> Self {
        Self { mean_observed: 50.0, selection: 1.5, seed: 7 }
    }
}

impl World {
    /// A log as recommenders are trained on: user u meets item i, independently of all else, with
    /// probability min(1, c · popularity_i · e^(selection · liked)), c set so that users meet
    /// `mean_observed` items on average. By user, then item.
    ///
    /// # Errors
    ///
    /// `Setting` for a number out of its range, with the name of the field.
    ///
    /// ```
    /// use attune::recall::simulation::{BiasSettings, World, WorldSettings};
    /// let world = World::draw(&WorldSettings { users: 50, items: 100, ..Default::default() })?;
    /// let log = world.biased_log(&BiasSettings { mean_observed: 10.0, ..Default::default() })?;
    /// let liked = log.iter().filter(|met| met.liked).count() as f64 / log.len() as f64;
    /// // People choose: of what they met they like far more than of everything.
    /// assert!(liked > 0.1);
    /// # Ok::<(), attune::formats::Error>(())
    /// ```
    pub fn biased_log(&self, settings: &BiasSettings) -> Result<Vec<Observation>> {
        let factor = self.factor(settings)?;
        let mut random = Random::for_purpose(settings.seed, BIASED);
        let mut log = Vec::new();
        for user in 0..self.user_count() {
            let mut liked = self.liked[user].iter().copied().peekable();
            for (item, popularity) in (0u32..).zip(&self.popularity) {
                let likes = liked.next_if_eq(&item).is_some();
                let chosen = if likes { settings.selection.exp() } else { 1.0 };
                let propensity = (factor * popularity * chosen).min(1.0);
                if random.unit() < propensity {
                    log.push(Observation { user: user as u32, item, liked: likes, propensity });
                }
            }
        }
        Ok(log)
    }

    /// A random exposure log: every user is shown `per_user` different items, each set of them as
    /// likely as any other. By user, then item.
    ///
    /// # Errors
    ///
    /// `Setting` where `per_user` is 0 or above the number of items.
    pub fn random_log(&self, per_user: usize, seed: u32) -> Result<Vec<Observation>> {
        let items = self.item_count();
        if !(1..=items).contains(&per_user) {
            let problem = format!("{per_user} of {items} items are to be shown to each user");
            return Err(wrong("perUser", problem, format!("Ask for 1 to {items}.")));
        }
        let mut random = Random::for_purpose(seed, RANDOM);
        let mut deck: Vec<u32> = (0..items as u32).collect();
        let mut log = Vec::with_capacity(self.user_count() * per_user);
        let propensity = per_user as f64 / items as f64;
        for user in 0..self.user_count() {
            let mut shown = random.draw(&mut deck, per_user).to_vec();
            shown.sort_unstable();
            log.extend(shown.into_iter().map(|item| {
                let liked = self.likes(user, item as usize);
                Observation { user: user as u32, item, liked, propensity }
            }));
        }
        Ok(log)
    }

    /// c of [`Self::biased_log`], by bisection.
    fn factor(&self, settings: &BiasSettings) -> Result<f64> {
        let (users, items) = (self.user_count() as f64, self.item_count() as f64);
        if !(settings.mean_observed > 0.0 && settings.mean_observed < items) {
            let problem = format!("users are to meet {} items", settings.mean_observed);
            let mend = format!("Ask for more than 0 and fewer than all {items} items.");
            return Err(wrong("meanObserved", problem, mend));
        }
        if !(0.0..=10.0).contains(&settings.selection) {
            let problem = format!("the selection is {}", settings.selection);
            return Err(wrong("selection", problem, "Give 0 to 10.".to_owned()));
        }
        let mut likers = vec![0.0; self.item_count()];
        self.liked.iter().flatten().for_each(|&item| likers[item as usize] += 1.0);
        let chosen = settings.selection.exp();
        let mean = |factor: f64| {
            let of_item = |(popularity, likers): (&f64, &f64)| {
                let weight = factor * popularity;
                likers * (weight * chosen).min(1.0) + (users - likers) * weight.min(1.0)
            };
            self.popularity.iter().zip(&likers).map(of_item).sum::<f64>() / users
        };
        let (mut low, mut high) = (0.0, 1.0);
        while mean(high) < settings.mean_observed && high < 1e300 {
            high *= 2.0;
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if mean(middle) < settings.mean_observed { low = middle } else { high = middle }
        }
        Ok(high)
    }
}

fn wrong(field: &str, problem: String, mend: String) -> Error {
    Error::new(ErrorKind::Setting, problem, mend).at_field(field)
}
