use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::stats::random::Random;

/// The interactions of one step, and what is drawn beside them.
pub(super) struct Step {
    /// Users of the interactions, [B].
    pub users: Vec<u32>,
    /// Their items, [B].
    pub items: Vec<u32>,
    /// Their labels, 0 or 1, [B].
    pub labels: Vec<f32>,
    /// Their weights, of mean 1 over all interactions, [B].
    pub weights: Vec<f32>,
    /// Pairs drawn from all users × items, each as likely as any other, [M], users then items.
    pub anywhere: [Vec<u32>; 2],
    /// Items that each interaction's user does not like, [B, C].
    pub candidates: Vec<u32>,
}

/// The order of an epoch: all places below `count`, shuffled (Fisher & Yates), in steps.
pub(super) fn shuffled(count: usize, batch: u32, random: &mut Random) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        order.swap(at, random.below(at + 1));
    }
    order.chunks(batch as usize).map(<[usize]>::to_vec).collect()
}

/// `count` pairs of users × items.
pub(super) fn anywhere(
    count: usize,
    [users, items]: [usize; 2],
    random: &mut Random,
) -> [Vec<u32>; 2] {
    let mut draw = |below| (0..count).map(|_| random.below(below) as u32).collect();
    [draw(users), draw(items)]
}

/// The `at`-th of the numbers that are not in `sorted`, which rises: found without a list of them.
pub(super) fn absent(sorted: &[u32], at: u32) -> u32 {
    // Before the place where more than `at` numbers are missing, each listed one pushes it on.
    let (mut low, mut high) = (0, sorted.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if sorted[middle] - middle as u32 > at { high = middle } else { low = middle + 1 }
    }
    at + low as u32
}

/// Indices on a device.
pub(super) fn indices(values: &[u32], device: &Device) -> Tensor<1, Int> {
    let values: Vec<i32> = values.iter().map(|value| value.cast_signed()).collect();
    let shape = [values.len()];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Numbers on a device.
pub(super) fn numbers(values: Vec<f32>, device: &Device) -> Tensor<1> {
    let shape = [values.len()];
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_numbers_come_in_order() {
        let sorted = [0, 1, 4, 7];
        let found: Vec<u32> = (0..5).map(|at| absent(&sorted, at)).collect();
        assert_eq!(found, [2, 3, 5, 6, 8]);
        assert_eq!(absent(&[], 3), 3);
    }

    #[test]
    fn an_epoch_meets_everything_once() {
        let steps = shuffled(10, 4, &mut Random::new(1));
        assert_eq!(steps.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
        let mut all = steps.concat();
        all.sort_unstable();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }
}
