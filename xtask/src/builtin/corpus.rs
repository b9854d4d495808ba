use anyhow::Result;
use attune::model::Device;
use attune::reward::builtin::{BuiltinFiles, BuiltinJudge};
use attune::reward::{ScoreRow, ScoreSettings};
use serde_json::{Value, json};

use super::{EmbedderBytes, WEIGHTS};

const FILE: &str = "tests/corpus/builtin.json";

/// Scores the rows of the corpus natively and writes what came out beside them: the figures that
/// Node and the browser must then reproduce.
pub fn write() -> Result<()> {
    let bytes = EmbedderBytes::read()?;
    let heads = std::fs::read(format!("{WEIGHTS}/heads.safetensors"))?;
    let files = BuiltinFiles { embedder: bytes.files(), heads: &heads };
    let judge = BuiltinJudge::load(files, &Device::flex())?;

    let mut corpus: Value = serde_json::from_slice(&std::fs::read(FILE)?)?;
    let rows: Vec<ScoreRow> = serde_json::from_value(corpus["rows"].clone())?;
    let scored = pollster::block_on(judge.score(&rows, &ScoreSettings::default()))?;
    corpus["expected"] = json!(scored);
    std::fs::write(FILE, format!("{}\n", serde_json::to_string_pretty(&corpus)?))?;
    println!("{FILE}: {} rows", rows.len());
    Ok(())
}
