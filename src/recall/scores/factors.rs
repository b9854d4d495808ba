use crate::formats::{Error, ErrorKind, NpyMatrix, Result};

/// Users multiplied at a time: their scores of ten thousand items fit into the second-level cache.
pub(super) const TILE: usize = 32;

/// A recommender's scores as products: score = user factors · item factors + user bias + item bias,
/// computed in float32. No users × items matrix exists; scores are made for a few users at a time.
#[derive(Debug, Clone)]
pub struct Factors {
    dimensions: usize,
    users: Vec<f32>,
    /// Items in panels of [`PANEL`], each panel dimension by dimension, the last filled with zeros:
    /// the order in which they are multiplied.
    items: Vec<f32>,
    item_count: usize,
    user_bias: Option<Vec<f32>>,
    item_bias: Option<Vec<f32>>,
}

/// Items multiplied side by side: four SIMD registers of four.
const PANEL: usize = 16;
/// Users multiplied side by side.
const GROUP: usize = 2;

impl Factors {
    /// Factors of users [users × d] and items [items × d].
    ///
    /// # Errors
    ///
    /// `Mismatch` where the two have other numbers of columns.
    pub fn new(users: NpyMatrix, items: NpyMatrix) -> Result<Self> {
        if users.columns != items.columns {
            let problem =
                format!("users have {} factors and items {}", users.columns, items.columns);
            let mend = "Give both as many columns.";
            return Err(Error::new(ErrorKind::Mismatch, problem, mend));
        }
        let dimensions = users.columns;
        let item_count = items.rows;
        let values = items.numbers.into_single()?;
        let mut panels = vec![0.0; item_count.div_ceil(PANEL) * PANEL * dimensions];
        for (item, factors) in values.chunks(dimensions).enumerate() {
            let panel = &mut panels[item / PANEL * PANEL * dimensions..][..PANEL * dimensions];
            for (place, &factor) in factors.iter().enumerate() {
                panel[place * PANEL + item % PANEL] = factor;
            }
        }
        Ok(Self {
            dimensions,
            users: users.numbers.into_single()?,
            items: panels,
            item_count,
            user_bias: None,
            item_bias: None,
        })
    }

    /// Adds what each user, and each item, scores higher or lower throughout.
    ///
    /// # Errors
    ///
    /// `Mismatch` where there are not as many biases as users or items.
    pub fn with_biases(mut self, users: Option<Vec<f32>>, items: Option<Vec<f32>>) -> Result<Self> {
        let fits = |what: &str, bias: &Option<Vec<f32>>, count: usize| match bias {
            Some(bias) if bias.len() != count => {
                let problem = format!("{} biases are given for {count} {what}", bias.len());
                Err(Error::new(ErrorKind::Mismatch, problem, "Give one bias for each."))
            }
            _ => Ok(()),
        };
        fits("users", &users, self.user_count())?;
        fits("items", &items, self.item_count)?;
        (self.user_bias, self.item_bias) = (users, items);
        Ok(self)
    }

    /// Number of users.
    pub fn user_count(&self) -> usize {
        self.users.len() / self.dimensions
    }

    /// Number of items.
    pub fn item_count(&self) -> usize {
        self.item_count
    }

    /// Writes the scores of at most [`TILE`] users into `tile`, row after row.
    pub(super) fn multiply(&self, users: &[usize], tile: &mut Vec<f32>) {
        tile.resize(TILE * self.item_count, 0.0);
        let d = self.dimensions;
        let row = |user: usize| &self.users[user * d..][..d];
        for (number, panel) in self.items.chunks(PANEL * d).enumerate() {
            let first = number * PANEL;
            let width = PANEL.min(self.item_count - first);
            let biases = self.item_bias.as_ref().map(|bias| &bias[first..][..width]);
            for (group, users) in users.chunks(GROUP).enumerate() {
                // An odd user at the end is multiplied twice and kept once.
                let rows = [row(users[0]), row(*users.last().unwrap_or(&users[0]))];
                let sums = products(rows, panel);
                for (place, (&user, sums)) in users.iter().zip(&sums).enumerate() {
                    let at = (group * GROUP + place) * self.item_count + first;
                    let scores = &mut tile[at..][..width];
                    scores.copy_from_slice(&sums[..width]);
                    if let Some(bias) = &self.user_bias {
                        scores.iter_mut().for_each(|score| *score += bias[user]);
                    }
                    if let Some(biases) = biases {
                        scores.iter_mut().zip(biases).for_each(|(score, bias)| *score += bias);
                    }
                }
            }
        }
    }
}

/// The products of two users with a panel of items. Sixteen accumulators of each stay in registers,
/// and every loaded factor of an item serves both users.
#[inline]
fn products(users: [&[f32]; GROUP], panel: &[f32]) -> [[f32; PANEL]; GROUP] {
    let mut sums = [[0.0f32; PANEL]; GROUP];
    let factors = panel.chunks_exact(PANEL).zip(users[0].iter().zip(users[1]));
    for (items, (&a, &b)) in factors {
        for place in 0..PANEL {
            sums[0][place] += a * items[place];
            sums[1][place] += b * items[place];
        }
    }
    sums
}
