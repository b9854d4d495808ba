use std::collections::HashMap;

use anyhow::Result;
use safetensors::tensor::{Dtype, TensorView};

/// A tensor to write: name, element type, shape, bytes.
pub type Tensor<'a> = (&'a str, Dtype, Vec<usize>, Vec<u8>);

/// JSON as a tensor of bytes.
pub fn json<'a>(name: &'a str, value: &impl serde::Serialize) -> Result<Tensor<'a>> {
    let bytes = serde_json::to_vec(value)?;
    Ok((name, Dtype::U8, vec![bytes.len()], bytes))
}

/// A tensor of float32.
pub fn floats<'a>(name: &'a str, shape: &[usize], values: &[f32]) -> Tensor<'a> {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    (name, Dtype::F32, shape.to_vec(), bytes)
}

/// A tensor of int8.
pub fn bytes<'a>(name: &'a str, shape: &[usize], values: Vec<i8>) -> Tensor<'a> {
    let bytes = values.into_iter().map(i8::cast_unsigned).collect();
    (name, Dtype::I8, shape.to_vec(), bytes)
}

/// A matrix [F, N] as int8, and the step of each of its columns as float32: `count` of them, at most
/// 127, from zero to the column's largest value.
pub fn stepped<'a>(
    names: [&'a str; 2],
    width: usize,
    count: u8,
    values: &[f32],
) -> [Tensor<'a>; 2] {
    let mut steps = vec![0.0f32; width];
    for (at, value) in values.iter().enumerate() {
        steps[at % width] = steps[at % width].max(value.abs() / f32::from(count));
    }
    // A column of zeros has no step.
    let step = |at: usize| if steps[at] > 0.0 { steps[at] } else { 1.0 };
    let whole = |(at, value): (usize, &f32)| (value / step(at % width)).round() as i8;
    let rounded = values.iter().enumerate().map(whole).collect();
    let shape = [values.len() / width, width];
    [bytes(names[0], &shape, rounded), floats(names[1], &[width], &steps)]
}

/// A weights file of `tensors` in the format named.
pub fn weights_file(format: &str, tensors: &[Tensor<'_>]) -> Result<Vec<u8>> {
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            Ok((*name, TensorView::new(*dtype, shape.clone(), bytes)?))
        })
        .collect::<Result<Vec<_>>>()?;
    let metadata = HashMap::from([("format".to_owned(), format.to_owned())]);
    Ok(safetensors::serialize(views, Some(metadata))?)
}
