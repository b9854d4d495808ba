//! Exact search against a brute-force twin.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::memory::VectorIndex;
use proptest::prelude::*;

proptest! {
    #[test]
    fn search_equals_sorting_every_similarity(
        vectors in proptest::collection::vec(proptest::collection::vec(-1.0..1.0f32, 11), 1..60),
        query in proptest::collection::vec(-1.0..1.0f32, 11),
        k in 1usize..70,
    ) {
        let mut index = VectorIndex::new(11);
        for vector in &vectors {
            index.push(vector).unwrap();
        }
        let norm = |v: &[f32]| v.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        let cosine = |v: &[f32]| {
            let dot: f64 = v.iter().zip(&query).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            dot / (norm(v) * norm(&query)).max(1e-30)
        };
        let mut expected: Vec<f64> = vectors.iter().map(|vector| cosine(vector)).collect();
        expected.sort_by(|a, b| b.total_cmp(a));
        expected.truncate(k);
        let hits = index.search(&query, k).unwrap();
        prop_assert_eq!(hits.len(), expected.len());
        for (hit, expected) in hits.iter().zip(&expected) {
            prop_assert!((f64::from(hit.score) - expected).abs() < 1e-5);
            prop_assert!((cosine(&vectors[hit.row]) - expected).abs() < 1e-5);
        }
    }
}

#[test]
fn large_vectors_do_not_overflow() {
    let mut index = VectorIndex::new(2);
    index.push(&[3e38, 0.0]).unwrap();
    assert_eq!(index.search(&[1e-30, 0.0], 1).unwrap()[0].score, 1.0);
}

#[test]
fn vectors_that_do_not_fit_are_errors() {
    let mut index = VectorIndex::new(2);
    assert_eq!(index.push(&[1.0]).unwrap_err().kind().code(), "mismatch");
    assert_eq!(index.push(&[1.0, f32::NAN]).unwrap_err().kind().code(), "not-finite");
    assert!(index.is_empty());
    assert!(index.search(&[1.0, 0.0], 3).unwrap().is_empty());
}
