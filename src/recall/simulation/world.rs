use serde::{Deserialize, Serialize};

use crate::formats::{Error, ErrorKind, Result};
use crate::stats::random::Random;

/// Users × items of a world at most: their likings are held in memory while it is drawn.
const MOST_CELLS: u64 = 50_000_000;
/// What the explained part of liking consists of, as shares of its variance: taste (user and item
/// together), the item's appeal to all, the user's readiness to like anything.
const TASTE: f64 = 0.70;
const APPEAL: f64 = 0.15;
const READINESS: f64 = 0.15;

/// Settings of [`World::draw`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct WorldSettings {
    /// Users, at least 1.
    pub users: u32,
    /// Items, N, at least 1; users × items at most 50 million.
    pub items: u32,
    /// Dimensions of taste, 1 to 64.
    pub dimensions: u32,
    /// The share of all user-item pairs that are liked, above 0 and below 1.
    pub positive_share: f64,
    /// The share of liking's variance that nothing about user and item explains, 0 up to 1.
    pub noise: f64,
    /// α: the r-th most popular item has popularity r^−α; 0 makes all alike. 0 to 5.
    pub popularity_exponent: f64,
    /// The correlation of what orders popularity with the items' appeal, −1 to 1; at 0 popularity
    /// says nothing of liking.
    pub popularity_merit: f64,
    /// Where the random numbers begin.
    pub seed: u32,
}

impl Default for WorldSettings {
    fn default() -> Self {
        Self {
            users: 1000,
            items: 1000,
            dimensions: 8,
            positive_share: 0.05,
            noise: 0.3,
            popularity_exponent: 0.8,
            popularity_merit: 0.3,
            seed: 7,
        }
    }
}

impl WorldSettings {
    /// Checks every setting.
    ///
    /// # Errors
    ///
    /// `Setting` for a number out of its range, with the name of the field.
    pub fn check(&self) -> Result<()> {
        let wrong = |field: &str, problem: String, mend: &str| {
            Err(Error::new(ErrorKind::Setting, problem, mend).at_field(field))
        };
        let cells = u64::from(self.users) * u64::from(self.items);
        if !(1..=MOST_CELLS).contains(&cells) {
            let problem = format!("{} users × {} items are {cells} pairs", self.users, self.items);
            return wrong("users", problem, "Ask for 1 to 50000000 pairs.");
        }
        if !(1..=64).contains(&self.dimensions) {
            let problem = format!("{} dimensions are asked for", self.dimensions);
            return wrong("dimensions", problem, "Ask for 1 to 64; 8 is the default.");
        }
        let share = self.positive_share;
        if !(share > 0.0 && share < 1.0) {
            let mend = "Give a share between 0 and 1, such as 0.05.";
            return wrong("positiveShare", format!("the share is {share}"), mend);
        }
        let ranges = [
            ("noise", self.noise, 0.0..=1.0),
            ("popularityExponent", self.popularity_exponent, 0.0..=5.0),
            ("popularityMerit", self.popularity_merit, -1.0..=1.0),
        ];
        for (field, value, range) in ranges {
            if !range.contains(&value) {
                let mend = format!("Give {} to {}.", range.start(), range.end());
                return wrong(field, format!("the number is {value}"), &mend);
            }
        }
        Ok(())
    }
}

/// Users, items, and for every pair whether the user likes the item.
///
/// The liking of user u for item i is √(1−noise) · affinity + √noise · ε with
/// affinity = √.70 · p_u·q_i/√d + √.15 · a_i + √.15 · r_u, everything standard normal: taste in d
/// dimensions, the item's appeal a_i, the user's readiness r_u. The highest `positive_share` of all
/// pairs are liked, so users differ in how much they like; some may like nothing.
#[derive(Debug, Clone)]
pub struct World {
    pub(super) settings: WorldSettings,
    users: Vec<Standing>,
    items: Vec<Standing>,
    pub(super) popularity: Vec<f64>,
    pub(super) liked: Vec<Vec<u32>>,
}

/// A user or an item: its factors, and what it adds to every affinity.
#[derive(Debug, Clone)]
struct Standing {
    factors: Vec<f64>,
    level: f64,
}

impl World {
    /// Draws a world from its settings; the same settings give the same world.
    ///
    /// # Errors
    ///
    /// As for [`WorldSettings::check`].
    ///
    /// ```
    /// use attune::recall::simulation::{World, WorldSettings};
    /// let settings = WorldSettings { users: 20, items: 30, positive_share: 0.1, ..Default::default() };
    /// let world = World::draw(&settings)?;
    /// let liked: usize = (0..20).map(|user| world.liked(user).len()).sum();
    /// assert_eq!(liked, 60);
    /// # Ok::<(), attune::formats::Error>(())
    /// ```
    pub fn draw(settings: &WorldSettings) -> Result<Self> {
        settings.check()?;
        let random = |purpose| Random::for_purpose(settings.seed, purpose);
        let mut world = Self {
            settings: settings.clone(),
            users: standings(settings.users, settings.dimensions, &mut random(0)),
            items: standings(settings.items, settings.dimensions, &mut random(1)),
            popularity: Vec::new(),
            liked: Vec::new(),
        };
        world.popularity = world.draw_popularity(&mut random(2));
        world.liked = world.draw_liked(&mut random(3));
        Ok(world)
    }

    /// The settings it was drawn from.
    pub fn settings(&self) -> &WorldSettings {
        &self.settings
    }

    /// Number of users.
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// Number of items, N.
    pub fn item_count(&self) -> usize {
        self.items.len()
    }

    /// The items that a user likes, ascending.
    ///
    /// # Panics
    ///
    /// Where `user` is not below [`Self::user_count`].
    pub fn liked(&self, user: usize) -> &[u32] {
        &self.liked[user]
    }

    /// Whether a user likes an item.
    ///
    /// # Panics
    ///
    /// Where `user` is not below [`Self::user_count`].
    pub fn likes(&self, user: usize, item: usize) -> bool {
        self.liked[user].binary_search(&(item as u32)).is_ok()
    }

    /// The popularity of every item: 1 for the most popular, (rank)^−α for the others.
    pub fn popularity(&self) -> &[f64] {
        &self.popularity
    }

    /// What the best of models could know of a pair: liking without its noise. Ranking a user's
    /// items by it gives the highest Recall to be expected.
    ///
    /// # Panics
    ///
    /// Where user or item is not in this world.
    pub fn affinity(&self, user: usize, item: usize) -> f64 {
        let (user, item) = (&self.users[user], &self.items[item]);
        let product: f64 = user.factors.iter().zip(&item.factors).map(|(p, q)| p * q).sum();
        (TASTE / user.factors.len() as f64).sqrt() * product
            + APPEAL.sqrt() * item.level
            + READINESS.sqrt() * user.level
    }

    fn draw_popularity(&self, random: &mut Random) -> Vec<f64> {
        let merit = self.settings.popularity_merit;
        let chance = (1.0 - merit * merit).sqrt();
        let keys: Vec<f64> =
            self.items.iter().map(|item| merit * item.level + chance * random.normal()).collect();
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by(|&a, &b| keys[b].total_cmp(&keys[a]));
        let mut popularity = vec![0.0; keys.len()];
        for (rank, item) in (1u32..).zip(order) {
            popularity[item] = f64::from(rank).powf(-self.settings.popularity_exponent);
        }
        popularity
    }

    fn draw_liked(&self, random: &mut Random) -> Vec<Vec<u32>> {
        let (users, items) = (self.user_count(), self.item_count());
        let (known, unknown) = ((1.0 - self.settings.noise).sqrt(), self.settings.noise.sqrt());
        let mut likings = Vec::with_capacity(users * items);
        for user in 0..users {
            for item in 0..items {
                let affinity = self.affinity(user, item);
                likings.push((known * affinity + unknown * random.normal()) as f32);
            }
        }
        let count = (self.settings.positive_share * likings.len() as f64).round() as usize;
        let mut order: Vec<u32> = (0..likings.len() as u32).collect();
        if count < order.len() {
            // Equal likings in the order of the pairs, so that the count holds to the last.
            order.select_nth_unstable_by(count, |&a, &b| {
                likings[b as usize].total_cmp(&likings[a as usize]).then(a.cmp(&b))
            });
        }
        let mut liked = vec![Vec::new(); users];
        for &pair in &order[..count] {
            liked[pair as usize / items].push((pair as usize % items) as u32);
        }
        liked.iter_mut().for_each(|items| items.sort_unstable());
        liked
    }
}

fn standings(count: u32, dimensions: u32, random: &mut Random) -> Vec<Standing> {
    let mut one = || Standing {
        factors: (0..dimensions).map(|_| random.normal()).collect(),
        level: random.normal(),
    };
    (0..count).map(|_| one()).collect()
}
