//! Properties of group-relative advantages.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::reward::advantages;
use proptest::prelude::*;

proptest! {
    #[test]
    fn advantages_are_centred_and_keep_the_order(
        rewards in proptest::collection::vec(-2.0..2.0f64, 2..20),
    ) {
        let found = advantages(&rewards).unwrap();
        prop_assert!(found.iter().sum::<f64>().abs() < 1e-9 * rewards.len() as f64 / 1e-4);
        for (a, b) in rewards.iter().zip(&found) {
            for (c, d) in rewards.iter().zip(&found) {
                prop_assert!(a > c || b <= d);
            }
        }
    }

    #[test]
    fn adding_a_constant_changes_nothing(
        rewards in proptest::collection::vec(-1.0..1.0f64, 2..20),
        shift in -5.0..5.0f64,
    ) {
        let moved: Vec<f64> = rewards.iter().map(|reward| reward + shift).collect();
        for (a, b) in advantages(&rewards).unwrap().iter().zip(advantages(&moved).unwrap()) {
            prop_assert!((a - b).abs() < 1e-8);
        }
    }
}

#[test]
fn groups_that_make_no_sense_are_errors() {
    assert_eq!(advantages(&[]).unwrap_err().kind().code(), "empty");
    let error = advantages(&[1.0, f64::NAN]).unwrap_err();
    assert_eq!((error.kind().code(), error.field()), ("not-finite", Some("rewards[1]")));
    assert_eq!(advantages(&[3.0]).unwrap(), [0.0]);
}
