//! Evaluating Recall out of the texts of files, for tests.
#![allow(dead_code, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::formats::{Result, read_npy_numbers};
use attune::recall::{
    ExposureLog, Factors, ItemLog, LogKind, RecallReport, RecallSettings, Recommender, Scores,
    Task, evaluate,
};
use base64::Engine;
use serde_json::Value;

/// The report on one recommender called `model` and one exposure log.
pub fn evaluate_recall(
    scores: &Scores,
    log: &ExposureLog,
    settings: &RecallSettings,
) -> Result<RecallReport> {
    let task = Task::new(scores).exposed(log.clone());
    evaluate(&[Recommender { name: "model", scores }], &task, settings)
}

/// The rows of a fixture.
pub fn fixture(name: &str) -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/recall/fixtures");
    let bytes = std::fs::read(format!("{folder}/{name}.json")).unwrap();
    let file: Value = serde_json::from_slice(&bytes).unwrap();
    file["rows"].as_array().unwrap().clone()
}

/// A file of a row, as text or in Base64.
fn file(files: &Value, name: &str) -> Option<Vec<u8>> {
    let coded = files[format!("{name}Base64")].as_str();
    let decode = |text| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    coded.map(decode).or_else(|| files[name].as_str().map(|text| text.as_bytes().to_vec()))
}

/// The report on the files of a row.
pub fn evaluate_files(files: &Value, settings: &RecallSettings) -> Result<RecallReport> {
    settings.check()?;
    let scores = match (file(files, "userFactors"), file(files, "itemFactors")) {
        (Some(users), Some(items)) => Scores::from_factors(Factors::new(
            read_npy_numbers("users.npy", &users)?,
            read_npy_numbers("items.npy", &items)?,
        )?),
        _ => {
            let name = if files["scores"].is_string() { "scores.csv" } else { "scores.npy" };
            Scores::read(name, &file(files, "scores").unwrap())?
        }
    };
    let mut task = Task::new(&scores);
    let read = |kind, name: &str| -> Result<Option<ItemLog>> {
        let Some(bytes) = file(files, name) else { return Ok(None) };
        ItemLog::read_as(kind, &format!("{name}.csv"), &bytes, &scores).map(Some)
    };
    let propensity = settings.propensity.clone();
    if let Some(log) = read(LogKind::Exposed { propensity }, "exposed")? {
        task = task.exposed(log);
    }
    if let Some(labels) = read(LogKind::Full, "full")? {
        task = task.full(labels);
    }
    if let Some(mask) = read(LogKind::Mask, "mask")? {
        task = task.mask(mask);
    }
    evaluate(&[Recommender { name: "model", scores: &scores }], &task, settings)
}

/// Whether two numbers agree to 1e-12, or both are absent.
pub fn agree(expected: &Value, found: Option<f64>) -> bool {
    match (expected.as_f64(), found) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(1.0),
        (None, None) => true,
        _ => false,
    }
}
