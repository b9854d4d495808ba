use crate::stats::random::Random;

/// Keeps these numbers apart from those of worlds and logs with the same seed.
const EXPOSED: u32 = 200;

/// What is known of one user: the candidates, and which of them were exposed at random.
#[derive(Debug, Clone, Default)]
pub struct UserTruth {
    /// The candidates that a recommender ranks: items.
    pub candidates: Vec<u32>,
    /// Whether the user likes each.
    pub liked: Vec<bool>,
    /// Whether each was exposed at random.
    pub exposed: Vec<bool>,
}

impl UserTruth {
    /// Exposes `count` of each user's candidates (all, where there are fewer), each set of them as
    /// likely as any other, in place of what was exposed before.
    pub fn expose(users: &mut [Self], count: usize, seed: u32) {
        let mut random = Random::for_purpose(seed, EXPOSED);
        for user in users {
            let candidates = user.candidates.len();
            let mut deck: Vec<usize> = (0..candidates).collect();
            user.exposed = vec![false; candidates];
            for &at in random.draw(&mut deck, count.min(candidates)) {
                user.exposed[at] = true;
            }
        }
    }
}

/// Macro Recall@K of one recommender for K = 1, 2, …: what it is, and what two schemes make of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecallCurves {
    /// Recall itself, over users who like a candidate.
    pub full: Vec<f64>,
    /// URE, over users with an exposed liked candidate.
    pub ure: Vec<f64>,
    /// The traditional scheme, over the same users.
    pub traditional: Vec<f64>,
}

impl RecallCurves {
    /// Ranks every user's candidates by `scores` (one list of all items a user) and follows Recall
    /// up to K = `most`. Equal scores stand in the order of `ties`, one number an item, so that a
    /// curve is that of one ranking.
    ///
    /// # Panics
    ///
    /// Where a candidate has no score.
    pub fn follow(
        users: &[UserTruth],
        mut scores: impl FnMut(usize) -> Vec<f32>,
        ties: &[u32],
        most: usize,
    ) -> Self {
        let zero = || vec![0.0; most];
        let (mut full, mut ure, mut traditional) = (zero(), zero(), zero());
        let (mut with_liked, mut with_exposed) = (0.0, 0.0);
        for (user, truth) in users.iter().enumerate() {
            let scores = scores(user);
            let mut order: Vec<usize> = (0..truth.candidates.len()).collect();
            let key = |at: usize| {
                let item = truth.candidates[at] as usize;
                (scores[item], ties[item])
            };
            order.sort_unstable_by(|&a, &b| {
                let ((a, first), (b, second)) = (key(a), key(b));
                b.total_cmp(&a).then(first.cmp(&second))
            });
            let (mut likes, mut hits, mut shown) = (Vec::new(), Vec::new(), Vec::new());
            let mut exposed = 0;
            for (rank, at) in order.into_iter().enumerate() {
                if truth.liked[at] {
                    likes.push(rank);
                }
                if truth.exposed[at] {
                    if truth.liked[at] {
                        hits.push(rank);
                        shown.push(exposed);
                    }
                    exposed += 1;
                }
            }
            with_liked += f64::from(u8::from(!likes.is_empty()));
            with_exposed += f64::from(u8::from(!hits.is_empty()));
            for (sum, ranks) in [(&mut full, &likes), (&mut ure, &hits), (&mut traditional, &shown)]
            {
                for &rank in ranks.iter().filter(|&&rank| rank < most) {
                    sum[rank] += 1.0 / ranks.len() as f64;
                }
            }
        }
        let curve = |gains: Vec<f64>, users: f64| {
            let mut sum = 0.0;
            gains.into_iter().map(|gain| (sum += gain, sum / users).1).collect()
        };
        Self {
            full: curve(full, with_liked),
            ure: curve(ure, with_exposed),
            traditional: curve(traditional, with_exposed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_candidates_are_exposed_as_asked_for() {
        let user = UserTruth {
            candidates: (0..40).collect(),
            liked: vec![false; 40],
            exposed: Vec::new(),
        };
        let mut users = vec![user; 500];
        UserTruth::expose(&mut users, 10, 3);
        let shown = |user: &UserTruth| user.exposed.iter().filter(|&&shown| shown).count();
        assert!(users.iter().all(|user| shown(user) == 10));
        // 125 times each, with a standard deviation below 10.
        let times = |at: usize| users.iter().filter(|user| user.exposed[at]).count();
        assert!((0..40).all(|at| (80..170).contains(&times(at))));
        UserTruth::expose(&mut users, 50, 3);
        assert!(users.iter().all(|user| shown(user) == 40));
    }

    #[test]
    fn a_small_case_by_hand() {
        // Ranked 3, 1, 0, 2 (0 and 2 equal, 0 first by its number); likes 1 and 2; 1, 2, 3 exposed.
        let user = UserTruth {
            candidates: vec![0, 1, 2, 3],
            liked: vec![false, true, true, false],
            exposed: vec![false, true, true, true],
        };
        let scores = |_| vec![0.1, 0.5, 0.1, 0.9];
        let curves = RecallCurves::follow(&[user, UserTruth::default()], scores, &[0, 1, 2, 3], 4);
        assert_eq!(curves.full, [0.0, 0.5, 0.5, 1.0]);
        assert_eq!(curves.ure, [0.0, 0.5, 0.5, 1.0]);
        assert_eq!(curves.traditional, [0.0, 0.5, 1.0, 1.0]);
    }
}
