use crate::formats::write_npy;

/// What a recommender has learnt: user u scores item i by the product of row u and row i.
///
/// The last two columns carry the biases: with d dimensions, a user's row is p_u, b_u, 1 and an
/// item's q_i, 1, b_i, so that the product of rows of d + 2 is p_u·q_i + b_u + b_i.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    width: usize,
    users: Vec<f32>,
    items: Vec<f32>,
}

impl Factors {
    /// Joins factors [rows × d] and biases [rows]; `d` may be 0.
    ///
    /// # Panics
    ///
    /// Where the lengths do not fit together.
    pub fn new(d: usize, users: [&[f32]; 2], items: [&[f32]; 2]) -> Self {
        let joined = |[factors, biases]: [&[f32]; 2], last: fn(f32) -> [f32; 2]| {
            assert_eq!(factors.len(), biases.len() * d, "one row of factors a bias");
            let mut rows = Vec::with_capacity(biases.len() * (d + 2));
            for (at, &bias) in biases.iter().enumerate() {
                rows.extend(&factors[at * d..(at + 1) * d]);
                rows.extend(last(bias));
            }
            rows
        };
        Self {
            width: d + 2,
            users: joined(users, |bias| [bias, 1.0]),
            items: joined(items, |bias| [1.0, bias]),
        }
    }

    /// Columns of both matrices, d + 2.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The users' rows, one after the other.
    pub fn users(&self) -> &[f32] {
        &self.users
    }

    /// The items' rows, one after the other.
    pub fn items(&self) -> &[f32] {
        &self.items
    }

    /// A user's scores of all items.
    ///
    /// # Panics
    ///
    /// Where there is no such user.
    pub fn scores(&self, user: usize) -> Vec<f32> {
        let row = &self.users[user * self.width..][..self.width];
        let product = |item: &[f32]| row.iter().zip(item).map(|(p, q)| p * q).sum();
        self.items.chunks_exact(self.width).map(product).collect()
    }

    /// The users' rows as `.npy` [users × (d + 2)], float32.
    pub fn users_npy(&self) -> Vec<u8> {
        write_npy(self.width, &self.users)
    }

    /// The items' rows as `.npy` [items × (d + 2)], float32.
    pub fn items_npy(&self) -> Vec<u8> {
        write_npy(self.width, &self.items)
    }
}
