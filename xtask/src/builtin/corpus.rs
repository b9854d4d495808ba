use anyhow::Result;
use attune::reward::{ScoreRow, ScoreSettings};
use serde_json::{Value, json};

use super::shipped_judge;

const FILE: &str = "tests/corpus/builtin.json";

/// Scores the rows of the corpus natively and writes what came out beside them: the figures that
/// Node and the browser must then reproduce.
pub fn write() -> Result<()> {
    let judge = shipped_judge()?;
    let mut corpus: Value = serde_json::from_slice(&std::fs::read(FILE)?)?;
    let rows: Vec<ScoreRow> = serde_json::from_value(corpus["rows"].clone())?;
    let scored = pollster::block_on(judge.score(&rows, &ScoreSettings::default()))?;
    corpus["expected"] = json!(scored);
    std::fs::write(FILE, format!("{}\n", serde_json::to_string_pretty(&corpus)?))?;
    println!("{FILE}: {} rows", rows.len());
    Ok(())
}
