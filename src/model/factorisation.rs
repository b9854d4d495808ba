use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};

/// Matrix factorisation with biases: user u scores item i by p_u·q_i + b_u + b_i (Koren, Bell &
/// Volinsky 2009, without the mean, which the biases learn).
#[derive(Module, Debug)]
pub struct Factorisation {
    /// p, [U, D].
    pub users: Param<Tensor<2>>,
    /// q, [N, D].
    pub items: Param<Tensor<2>>,
    /// b_u, [U, 1].
    pub user_biases: Param<Tensor<2>>,
    /// b_i, [N, 1].
    pub item_biases: Param<Tensor<2>>,
}

/// What [`Factorisation::forward`] returns.
pub struct Products {
    /// Scores, [B].
    pub scores: Tensor<1>,
    /// The mean of ‖p_u‖² + ‖q_i‖² over the pairs, [1].
    pub norms: Tensor<1>,
}

impl Factorisation {
    /// Begins with the given factors [U, D] and [N, D], row after row, and zero biases.
    ///
    /// # Panics
    ///
    /// Where the values are not whole rows of `dimensions`.
    pub fn new(users: Vec<f32>, items: Vec<f32>, dimensions: usize, device: &Device) -> Self {
        let rows = |values: &Vec<f32>| values.len() / dimensions;
        let zeros = |rows| Param::from_tensor(Tensor::zeros([rows, 1], device));
        let (user_biases, item_biases) = (zeros(rows(&users)), zeros(rows(&items)));
        let factors = |values: Vec<f32>| {
            let shape = [rows(&values), dimensions];
            Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), device))
        };
        Self { users: factors(users), items: factors(items), user_biases, item_biases }
    }

    /// Scores pairs of users [B] and items [B].
    pub fn forward(&self, users: Tensor<1, Int>, items: Tensor<1, Int>) -> Products {
        let [pairs] = users.dims();
        let p = self.users.val().select(0, users.clone());
        let q = self.items.val().select(0, items.clone());
        let biases =
            self.user_biases.val().select(0, users) + self.item_biases.val().select(0, items);
        let scores = ((p.clone() * q.clone()).sum_dim(1) + biases).reshape([pairs]);
        let norms = ((p.clone() * p).sum() + (q.clone() * q).sum()).div_scalar(pairs as f32);
        Products { scores, norms }
    }

    /// Scores several items [B, M] for each user [B]: [B, M].
    pub fn forward_candidates(&self, users: Tensor<1, Int>, items: Tensor<2, Int>) -> Tensor<2> {
        let [pairs, candidates] = items.dims();
        let [_, dimensions] = self.items.val().dims();
        let items = items.reshape([pairs * candidates]);
        let p = self.users.val().select(0, users).unsqueeze_dim::<3>(1);
        let q = self.items.val().select(0, items.clone());
        let q = q.reshape([pairs, candidates, dimensions]);
        // A user's own bias moves all of its candidates alike.
        let biases = self.item_biases.val().select(0, items).reshape([pairs, candidates]);
        (p * q).sum_dim(2).reshape([pairs, candidates]) + biases
    }
}
