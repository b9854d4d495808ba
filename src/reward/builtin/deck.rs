use crate::stats::Random;

/// Places that are dealt in random order, shuffled anew whenever too few are left.
pub(super) struct Deck {
    places: Vec<usize>,
    dealt: usize,
}

impl Deck {
    pub fn new(count: usize) -> Self {
        Self { places: (0..count).collect(), dealt: count }
    }

    /// The next `count` places, or as many as are left.
    pub fn next(&mut self, count: usize, random: &mut Random) -> &[usize] {
        self.deal(1, count, random)
    }

    /// The next `count` places, or all where there are fewer; what is left of a round that holds less
    /// is passed over.
    pub fn draw(&mut self, count: usize, random: &mut Random) -> &[usize] {
        self.deal(count, count, random)
    }

    /// Up to `count` places; shuffled anew where less than `least` are left.
    fn deal(&mut self, least: usize, count: usize, random: &mut Random) -> &[usize] {
        let all = self.places.len();
        if all - self.dealt < least.min(all) {
            random.draw(&mut self.places, all);
            self.dealt = 0;
        }
        let start = self.dealt;
        self.dealt = all.min(start + count);
        &self.places[start..self.dealt]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_deck_gives_every_place_before_any_again() {
        let (mut deck, mut random) = (Deck::new(6), Random::new(1));
        for _ in 0..3 {
            let drawn = [deck.draw(3, &mut random).to_vec(), deck.draw(3, &mut random).to_vec()];
            assert_eq!(BTreeSet::from_iter(drawn.concat()).len(), 6);
        }
        assert_eq!(Deck::new(2).draw(3, &mut random).len(), 2);
        assert!(Deck::new(0).draw(3, &mut random).is_empty());
    }

    #[test]
    fn what_is_left_is_given_or_passed_over() {
        let mut random = Random::new(1);
        let mut deck = Deck::new(5);
        let given = [3, 3, 3].map(|count| deck.next(count, &mut random).len());
        assert_eq!(given, [3, 2, 3]);
        let mut deck = Deck::new(5);
        let drawn = [3, 3, 3].map(|count| deck.draw(count, &mut random).len());
        assert_eq!(drawn, [3, 3, 3]);
        assert!(Deck::new(0).next(3, &mut random).is_empty());
    }
}
