use std::collections::BTreeMap;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{Thrown, from_js, to_js};
use crate::formats::sha256;
use crate::reward::criteria::Criteria;
use crate::reward::datasets::{
    Dataset, DatasetSettings, align, read_criteria, read_predictions, write_criteria,
};
use crate::reward::evaluation::{EvaluationSettings, SystemScores, evaluation_report};
use crate::reward::{LengthRow, length_effect};
use crate::stats::Bootstrap;

/// The queries of a dataset, without replies.
#[wasm_bindgen(js_name = readDataset, unchecked_return_type = "t.EvaluationItem[]")]
pub fn read_dataset_js(
    file: &str,
    bytes: &[u8],
    #[wasm_bindgen(unchecked_param_type = "Partial<t.DatasetSettings>")] settings: JsValue,
) -> Result<JsValue, Thrown> {
    let settings: DatasetSettings = from_js("settings", &settings)?;
    Ok(to_js(&Dataset::read(file, bytes, &settings)?.items()))
}

/// The queries of a dataset with the replies of a policy, and criteria where a sidecar has them.
#[wasm_bindgen(js_name = readEvaluation, unchecked_return_type = "t.Alignment")]
pub fn read_evaluation_js(
    dataset_name: &str,
    dataset_bytes: &[u8],
    predictions_name: &str,
    predictions_bytes: &[u8],
    criteria_name: Option<String>,
    criteria_bytes: Option<Vec<u8>>,
    #[wasm_bindgen(unchecked_param_type = "Partial<t.DatasetSettings>")] settings: JsValue,
) -> Result<JsValue, Thrown> {
    let settings: DatasetSettings = from_js("settings", &settings)?;
    let dataset = Dataset::read(dataset_name, dataset_bytes, &settings)?;
    let predictions = read_predictions(predictions_name, predictions_bytes)?;
    let criteria = match &criteria_bytes {
        Some(bytes) => Some(read_criteria(criteria_name.as_deref().unwrap_or("criteria"), bytes)?),
        None => None,
    };
    let mut alignment = align(&dataset, &predictions, criteria.as_ref())?;
    let mut inputs = vec![dataset_bytes, predictions_bytes];
    inputs.extend(criteria_bytes.as_deref());
    alignment.input_hash = Some(sha256(&inputs));
    Ok(to_js(&alignment))
}

/// A sidecar with criteria by the ids of a dataset's items.
#[wasm_bindgen(js_name = writeCriteria)]
pub fn write_criteria_js(
    dataset_name: &str,
    dataset_bytes: &[u8],
    #[wasm_bindgen(unchecked_param_type = "Record<string, t.Criteria>")] criteria: JsValue,
) -> Result<String, Thrown> {
    let criteria: BTreeMap<String, Criteria> = from_js("criteria", &criteria)?;
    let dataset = Dataset::read(dataset_name, dataset_bytes, &DatasetSettings::default())?;
    Ok(write_criteria(&dataset, &criteria)?)
}

/// The table of systems and their comparisons.
#[wasm_bindgen(js_name = evaluationReport, unchecked_return_type = "t.EvaluationReport")]
pub fn evaluation_report_js(
    #[wasm_bindgen(unchecked_param_type = "t.SystemScores[]")] systems: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Partial<t.EvaluationSettings>")] settings: JsValue,
) -> Result<JsValue, Thrown> {
    let systems: Vec<SystemScores> = from_js("systems", &systems)?;
    let settings: EvaluationSettings = from_js("settings", &settings)?;
    Ok(to_js(&evaluation_report(&systems, &settings)?))
}

/// How rewards go with the length of replies, within queries.
#[wasm_bindgen(js_name = lengthEffect, unchecked_return_type = "t.LengthEffect")]
pub fn length_effect_js(
    #[wasm_bindgen(unchecked_param_type = "t.LengthRow[]")] rows: JsValue,
    #[wasm_bindgen(unchecked_param_type = "Partial<t.Bootstrap>")] settings: JsValue,
) -> Result<JsValue, Thrown> {
    let rows: Vec<LengthRow> = from_js("rows", &rows)?;
    let settings: Bootstrap = from_js("settings", &settings)?;
    Ok(to_js(&length_effect(&rows, &settings)?))
}
