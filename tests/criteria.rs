//! Fixed criteria: reading and checking them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::reward::criteria::{Criteria, Criterion, check_criteria, parse_criteria};
use serde_json::Value;

#[test]
fn the_corpus_holds() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/reward/criteria.json");
    let corpus: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut faults = Vec::new();
    for row in corpus["rows"].as_array().unwrap() {
        let given = || serde_json::from_value::<Vec<Criterion>>(row["criteria"].clone()).unwrap();
        let (found, expected) = match row["text"].as_str() {
            Some(text) => (
                parse_criteria(text).map(|found| {
                    if !row["criteria"].is_null() && found != given() {
                        faults.push(format!("{}: {found:?}", row["name"]));
                    }
                }),
                if row["error"].is_null() { &Value::Null } else { &row["error"] },
            ),
            None => (check_criteria(&given()), &row["expected"]),
        };
        let holds = match &found {
            Ok(()) => expected.is_null() || expected == "ok",
            Err(error) => {
                expected["code"] == error.kind().code()
                    && (expected["field"].is_null() || expected["field"].as_str() == error.field())
                    && error.mend().ends_with('.')
            }
        };
        if !holds {
            faults.push(format!("{}: {found:?}", row["name"]));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_perspective_is_named() {
    let one = |name: &str, description: &str| Criterion {
        name: name.to_owned(),
        weight: 25.0,
        description: description.to_owned(),
    };
    let mut list = vec![one("A", "x"), one("B", "x"), one("C", "Mentions her dog."), one("D", "x")];
    let error = Criteria { resonation: list.clone(), ..Criteria::default() }.check().unwrap_err();
    assert_eq!(error.field(), Some("resonation[2]"));
    assert!(error.message().contains("\"C\""));
    list[2].weight = f64::NAN;
    let error = Criteria { reception: list, ..Criteria::default() }.check().unwrap_err();
    assert_eq!((error.kind().code(), error.field()), ("not-finite", Some("reception[2].weight")));
}
