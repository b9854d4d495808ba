use super::World;
use crate::stats::Random;

/// A model's ranking of every item for one user: what the world knows of the user's affinity, as far
/// as the model's skill goes, and noise.
#[derive(Debug, Clone)]
pub(super) struct Ranking(Vec<u32>);

impl Ranking {
    pub fn draw(world: &World, user: usize, skill: f64, random: &mut Random) -> Self {
        let scores: Vec<f64> = (0..world.item_count())
            .map(|item| skill * world.affinity(user, item) + (1.0 - skill) * random.normal())
            .collect();
        let mut order: Vec<u32> = (0..scores.len() as u32).collect();
        order.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
        let mut places = vec![0; scores.len()];
        for (place, &item) in order.iter().enumerate() {
            places[item as usize] = place as u32;
        }
        Self(places)
    }

    /// The place of an item, from 0.
    pub fn place(&self, item: usize) -> usize {
        self.0[item] as usize
    }
}
