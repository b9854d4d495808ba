use anyhow::{Context, Result};
use attune::model::read_back;
use attune::reward::builtin::train::{CalibrationRow, calibrate};
use attune::reward::builtin::{BuiltinFiles, CALIBRATION_COLUMNS, HEADS_FORMAT, KernelSettings};
use pollster::block_on;

use super::data::Dataset;
use super::pairs::minimal_pairs;
use super::train::{GAMMA, SHIPPED, Trained, train};
use super::weights_file::{bytes, floats, json, stepped, weights_file};
use super::{EmbedderBytes, WEIGHTS};

/// Of the weights under each hidden unit, from zero to the largest: they are off by 4 % on average,
/// and the file is a third smaller to fetch than with 127.
const STEPS: u8 = 31;

/// Trains the shipped heads on the graded replies and writes `heads.safetensors`, calibrated on the
/// second half of the validation split.
pub fn train_heads() -> Result<()> {
    let embedder_bytes = EmbedderBytes::read()?;
    let embedder = embedder_bytes.load()?;
    let data = Dataset::read(&embedder)?;
    let pairs = minimal_pairs(&embedder)?;
    let model = train(&SHIPPED, &data, &pairs)?;

    // Predictions of the heads are needed before they can be written beside them.
    let without = file(&model, &[], "")?;
    let [_, held] = data.validation_halves();
    let scenarios = data.scenarios();
    let rows: Vec<CalibrationRow<'_>> = held
        .iter()
        .map(|&at| (scenarios[at], &data.rows[at].row, data.rows[at].figures()))
        .collect();
    let personal = std::fs::read(format!("{WEIGHTS}/personal.safetensors"))?;
    let files =
        BuiltinFiles { embedder: embedder_bytes.files(), heads: &without, personal: &personal };
    let (calibration, hash) = block_on(calibrate(files, &rows))?;
    let written = file(&model, &calibration, &hash)?;
    std::fs::write(format!("{WEIGHTS}/heads.safetensors"), &written)?;
    println!(
        "heads.safetensors: {} inputs, {} n-grams, calibrated on {} replies, {} bytes, sha256 {}",
        model.layout.width(),
        model.layout.ngrams.len(),
        rows.len(),
        written.len(),
        attune::formats::sha256(&[&written]),
    );
    Ok(())
}

/// The weights file of a model.
fn file(model: &Trained, calibration: &[f32], calibrated: &str) -> Result<Vec<u8>> {
    let kernel = model.kernel.as_ref().context("the shipped heads stand on a kernel regression")?;
    let ((centres, centres_shape), (weights, weights_shape)) = block_on(kernel.parts())?;
    let hidden = model.hidden.as_ref().context("the shipped heads stand on a hidden layer")?;
    let settings = KernelSettings { gamma: GAMMA, least_near: model.least_near };
    let columns = CALIBRATION_COLUMNS;
    let mut tensors = vec![
        json("layout", &model.layout)?,
        json("kernel", &settings)?,
        json("calibrated", &calibrated)?,
        bytes("centres", &centres_shape, centres),
        floats("kernel_weights", &weights_shape, &weights),
        floats("hidden_bias", &[1, hidden.units()], &block_on(read_back(hidden.bias.val()))?),
        floats("calibration", &[calibration.len() / columns, columns], calibration),
    ];
    let weights = block_on(read_back(hidden.weights.val()))?;
    tensors.extend(stepped(["hidden", "hidden_steps"], hidden.units(), STEPS, &weights));
    for (name, tensor) in model.heads.parameters() {
        let shape = tensor.dims();
        tensors.push(floats(name, &shape, &block_on(read_back(tensor))?));
    }
    weights_file(HEADS_FORMAT, &tensors)
}
