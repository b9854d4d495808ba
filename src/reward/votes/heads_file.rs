use safetensors::SafeTensors;

use super::fit::HeadValues;
use crate::formats::{Error, ErrorKind, Result};
use crate::model::Heads;

/// The weights file `original` with other values in the heads' own tensors: header, layout and
/// whatever else it holds stay as they are, byte for byte.
///
/// # Errors
///
/// `Weights` where `original` is no file of such heads, which one that was loaded rules out.
pub(super) fn rewritten(original: &[u8], names: &Heads, values: &HeadValues) -> Result<Vec<u8>> {
    let broken = |problem: String| {
        let mend = "Fetch the weights of this version of attune.";
        Error::new(ErrorKind::Weights, problem, mend).in_file("heads.safetensors")
    };
    let (header, metadata) =
        SafeTensors::read_metadata(original).map_err(|error| broken(error.to_string()))?;
    // A length of eight bytes comes before the header, the data after it.
    let data = header + 8;
    let mut bytes = original.to_vec();
    for ((name, _), values) in names.parameters().into_iter().zip(values.values()) {
        let found = metadata.info(name).map(|info| info.data_offsets);
        let place = found
            .and_then(|(start, end)| bytes.get_mut(data + start..data + end))
            .filter(|place| place.len() == 4 * values.len())
            .ok_or_else(|| broken(format!("the tensor \"{name}\" does not fit")))?;
        for (place, value) in place.chunks_exact_mut(4).zip(values) {
            place.copy_from_slice(&value.to_le_bytes());
        }
    }
    Ok(bytes)
}
