//! The shared corpus, run natively; Node and the browser run the same files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::formats::Error;
use attune::memory::Memory;
use attune::recall::{
    ExposureLog, RecallReport, RecallSettings, Recommender, Scores, Task, evaluate,
};
use attune::reward::judgements::{JudgementSettings, RawJudgement, aggregate};
use attune::reward::{Judgement, PermSettings, ScoreRow, perm_reward};
use serde_json::Value;

fn corpus(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/corpus/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["rows"].as_array().unwrap().clone()
}

fn settings<T: serde::de::DeserializeOwned>(row: &Value) -> T {
    serde_json::from_value(row["settings"].clone()).unwrap()
}

/// Compares what the corpus expects of an error with what came.
fn assert_error(name: &Value, expected: &Value, error: &Error) {
    assert_eq!(expected["code"], error.kind().code(), "{name}: {error}");
    if let Some(field) = expected["field"].as_str() {
        assert_eq!(error.field(), Some(field), "{name}: {error}");
    }
    if let Some(file) = expected["file"].as_str() {
        assert_eq!(error.file(), Some(file), "{name}: {error}");
    }
    if let Some(line) = expected["line"].as_u64() {
        assert_eq!(error.line(), Some(line), "{name}: {error}");
    }
    assert!(error.mend().ends_with('.'), "{name}: the mend is a sentence: {error}");
}

#[test]
fn perm_rewards() {
    for row in corpus("reward/perm") {
        let judgement: Judgement = serde_json::from_value(row["judgement"].clone()).unwrap();
        let result = perm_reward(&judgement, &settings::<PermSettings>(&row));
        match (&row["error"], result) {
            (Value::Null, Ok(reward)) => {
                let found = serde_json::to_value(reward).unwrap();
                for (part, value) in row["expected"].as_object().unwrap() {
                    let gap = (found[part].as_f64().unwrap() - value.as_f64().unwrap()).abs();
                    let tolerance = row["tolerance"].as_f64().unwrap();
                    assert!(gap <= tolerance, "{}: {part} is {}", row["name"], found[part]);
                }
            }
            (expected, Err(error)) => assert_error(&row["name"], expected, &error),
            (_, Ok(reward)) => panic!("{}: {reward:?} instead of an error", row["name"]),
        }
    }
}

fn recall(row: &Value) -> Result<RecallReport, Error> {
    let scores = Scores::read("scores.csv", row["scores"].as_str().unwrap().as_bytes())?;
    let exposed = row["exposed"].as_str().unwrap().as_bytes();
    let log = ExposureLog::read("exposed.csv", exposed, &scores)?;
    let recommender = Recommender { name: "scores.csv", scores: &scores };
    evaluate(&[recommender], &Task::new(&scores).exposed(log), &settings::<RecallSettings>(row))
}

#[test]
fn recall_from_small_logs() {
    for row in corpus("recall") {
        match (&row["error"], recall(&row)) {
            (Value::Null, Ok(report)) => {
                let found = serde_json::to_value(&report).unwrap();
                let results = found["systems"][0]["results"].as_array().unwrap();
                for expected in row["results"].as_array().unwrap() {
                    let is_it = |result: &&Value| {
                        ["scheme", "average", "k"].iter().all(|key| result[key] == expected[key])
                    };
                    let result = results
                        .iter()
                        .find(is_it)
                        .unwrap_or_else(|| panic!("{}: no {expected}", row["name"]));
                    for (key, value) in expected.as_object().unwrap() {
                        let agree = match (value.as_f64(), result[key].as_f64()) {
                            (Some(a), Some(b)) => (a - b).abs() <= 1e-12,
                            _ => value == &result[key],
                        };
                        assert!(agree, "{}: {key} is {}", row["name"], result[key]);
                    }
                }
                let codes: Vec<&str> =
                    report.warnings.iter().map(|warning| warning.code.as_str()).collect();
                assert_eq!(row["warnings"], serde_json::json!(codes), "{}", row["name"]);
            }
            (expected, Err(error)) => assert_error(&row["name"], expected, &error),
            (_, Ok(report)) => panic!("{}: {report:?} instead of an error", row["name"]),
        }
    }
}

#[test]
fn bad_score_files() {
    for row in corpus("reward/score-bad") {
        let text = row["text"].as_str().unwrap();
        let error = ScoreRow::read("replies.jsonl", text.as_bytes()).unwrap_err();
        assert_error(&row["name"], &row["error"], &error);
        assert_eq!(error.file(), Some("replies.jsonl"));
    }
}

#[test]
fn invalid_utf8_is_named_with_its_line() {
    let error = ScoreRow::read("r.jsonl", b"\n\n{\"id\":\"\xff\"}").unwrap_err();
    assert_eq!((error.kind().code(), error.line()), ("encoding", Some(3)));
    let error = Memory::read("m.jsonl", b"\xc3").unwrap_err();
    assert_eq!((error.kind().code(), error.line()), ("encoding", Some(1)));
}

/// Whether `found` holds all that `expected` does: numbers to 1e-12, an error's problem as a part.
fn holds(found: &Value, expected: &Value, key: &str) -> bool {
    match (found, expected) {
        (Value::Number(a), Value::Number(b)) => {
            (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() <= 1e-12
        }
        (Value::String(a), Value::String(b)) if key == "problem" => a.contains(b.as_str()),
        (Value::Object(a), Value::Object(b)) => {
            b.iter().all(|(key, value)| a.get(key).is_some_and(|found| holds(found, value, key)))
        }
        _ => found == expected,
    }
}

#[test]
fn judges_texts() {
    for row in corpus("reward/judgements") {
        let settings: JudgementSettings = settings(&row);
        let prose = "It fits her well. ".repeat(60_000);
        let text = row["text"].as_str().unwrap().replace("{a megabyte of prose}", &prose);
        let result = RawJudgement::read("judgements.jsonl", text.as_bytes()).and_then(|rows| {
            aggregate(&rows, &settings).map_err(|error| error.in_file("judgements.jsonl"))
        });
        match (&row["error"], result) {
            (Value::Null, Ok(report)) => {
                let found = serde_json::to_value(&report).unwrap();
                let count = found["rows"].as_array().unwrap().len();
                assert!(count >= row["rows"].as_array().unwrap().len(), "{}", row["name"]);
                for (found, expected) in
                    found["rows"].as_array().unwrap().iter().zip(row["rows"].as_array().unwrap())
                {
                    assert!(holds(found, expected, ""), "{}: {found}", row["name"]);
                }
                assert_eq!(found["failed"], row["failed"], "{}", row["name"]);
                if !row["dropped"].is_null() {
                    assert_eq!(found["dropped"], row["dropped"], "{}", row["name"]);
                }
            }
            (expected, Err(error)) => assert_error(&row["name"], expected, &error),
            (_, Ok(report)) => panic!("{}: {report:?} instead of an error", row["name"]),
        }
    }
}
