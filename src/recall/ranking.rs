use serde::{Deserialize, Serialize};

/// What happens to items whose score ties with the K-th.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Ties {
    /// A hit must score strictly above the (K+1)-th: the paper's threshold (default).
    #[default]
    Pessimistic,
    /// A hit is any item that some order of the ties puts into the top K.
    Optimistic,
    /// A hit counts with the probability that a random order of the ties puts it into the top K.
    Expected,
}

/// Where one item stands among the candidates, ties kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    /// Candidates with a strictly higher score.
    above: usize,
    /// Candidates with the same score, the item itself among them.
    equal: usize,
}

impl Standing {
    /// Counts where `score` stands among `candidates`, which must contain it.
    pub(super) fn among(score: f64, candidates: impl IntoIterator<Item = f64>) -> Self {
        let (mut above, mut equal) = (0, 0);
        for other in candidates {
            above += usize::from(other > score);
            equal += usize::from(other == score);
        }
        Self { above, equal }
    }

    /// How much of a hit the item is among the top `k`: 0 to 1.
    pub(super) fn hit(self, k: usize, ties: Ties) -> f64 {
        match ties {
            Ties::Pessimistic => f64::from(self.above + self.equal <= k),
            Ties::Optimistic => f64::from(self.above < k),
            Ties::Expected => {
                let places = k.saturating_sub(self.above).min(self.equal);
                places as f64 / self.equal as f64
            }
        }
    }
}
