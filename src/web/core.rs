use js_sys::Float32Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{Thrown, from_js, to_js};
use crate::formats::{check_rows, sha256};
use crate::memory::{Memory, MemoryStore};
use crate::reward::judgements::{JudgementSettings, RawJudgement, aggregate};
use crate::reward::{Judgement, PermSettings, ScoreRow, advantages, perm_reward};

/// The PERM reward of one judgement.
#[wasm_bindgen(js_name = permReward, unchecked_return_type = "t.PermReward")]
pub fn perm_reward_js(
    #[wasm_bindgen(unchecked_param_type = "t.Judgement")] judgement: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Partial<t.PermSettings>")] settings: JsValue,
) -> Result<JsValue, Thrown> {
    let judgement: Judgement = from_js("judgement", &judgement)?;
    let settings: PermSettings = from_js("settings", &settings)?;
    Ok(to_js(&perm_reward(&judgement, &settings)?))
}

/// Group-relative advantages of the rewards of the replies to one query.
#[wasm_bindgen(js_name = advantages)]
pub fn advantages_js(rewards: &[f64]) -> Result<Vec<f64>, Thrown> {
    Ok(advantages(rewards)?)
}

/// Rewards of a batch from a JSONL file of what judges wrote.
#[wasm_bindgen(js_name = aggregateJudgements, unchecked_return_type = "t.AggregateReport")]
pub fn aggregate_judgements(
    file: &str,
    bytes: &[u8],
    #[wasm_bindgen(unchecked_param_type = "t.JudgementOptions")] settings: JsValue,
) -> Result<JsValue, Thrown> {
    let settings: JudgementSettings = from_js("settings", &settings)?;
    let rows = RawJudgement::read(file, bytes)?;
    Ok(to_js(&aggregate(&rows, &settings).map_err(|error| error.in_file(file))?))
}

/// Reads a JSONL file of replies to score.
#[wasm_bindgen(js_name = readScoreRows, unchecked_return_type = "t.ScoreRow[]")]
pub fn read_score_rows(file: &str, bytes: &[u8]) -> Result<JsValue, Thrown> {
    Ok(to_js(&ScoreRow::read(file, bytes)?))
}

/// Checks rows that did not come from a file: empty fields, ids that occur twice.
#[wasm_bindgen(js_name = checkRows)]
pub fn check_rows_js(
    #[wasm_bindgen(unchecked_param_type = "t.ScoreRow[]")] rows: JsValue,
) -> Result<(), Thrown> {
    let rows: Vec<ScoreRow> = from_js("rows", &rows)?;
    Ok(check_rows(&rows, |_| false).map_err(|error| error.in_field("rows"))?)
}

/// SHA-256 of a text, as lower-case hexadecimal digits.
#[wasm_bindgen(js_name = sha256)]
pub fn sha256_js(text: &str) -> String {
    sha256(&[text.as_bytes()])
}

/// The reply of a row as it is judged: without thinking and analysis.
#[wasm_bindgen(js_name = judgedReply)]
pub fn judged_reply(
    #[wasm_bindgen(unchecked_param_type = "t.ScoreRow")] row: JsValue,
) -> Result<String, Thrown> {
    let row: ScoreRow = from_js("row", &row)?;
    Ok(row.sections().response.to_owned())
}

/// Reads a JSONL file of memories.
#[wasm_bindgen(js_name = readMemories, unchecked_return_type = "t.Memory[]")]
pub fn read_memories(file: &str, bytes: &[u8]) -> Result<JsValue, Thrown> {
    Ok(to_js(&Memory::read(file, bytes)?))
}

/// A store of memories with their embeddings.
#[wasm_bindgen(js_name = MemoryStore)]
pub struct MemoryStoreJs(MemoryStore);

#[wasm_bindgen(js_class = MemoryStore)]
impl MemoryStoreJs {
    /// An empty store for embeddings with `width` components.
    #[wasm_bindgen(constructor)]
    pub fn new(width: u32) -> Self {
        Self(MemoryStore::new(width as usize))
    }

    /// Number of memories.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> u32 {
        self.0.len() as u32
    }

    /// Adds memories with their embeddings: all of them, or none where one does not fit.
    pub fn add(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "t.Memory[]")] memories: JsValue,
        vectors: Vec<Float32Array>,
    ) -> Result<(), Thrown> {
        let memories: Vec<Memory> = from_js("memories", &memories)?;
        let vectors: Vec<Vec<f32>> = vectors.iter().map(Float32Array::to_vec).collect();
        Ok(self.0.add(memories, &vectors)?)
    }

    /// The `k` memories most similar to `query`, best first.
    #[wasm_bindgen(unchecked_return_type = "t.MemoryHit[]")]
    pub fn search(&self, query: &Float32Array, k: u32) -> Result<JsValue, Thrown> {
        Ok(to_js(&self.0.search(&query.to_vec(), k as usize)?))
    }
}
