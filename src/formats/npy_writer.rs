/// A two-dimensional NumPy `.npy` array of float32, row-major (format version 1.0).
///
/// # Panics
///
/// Where `values` are not whole rows of `columns`.
///
/// ```
/// use attune::formats::{read_npy, write_npy};
/// let bytes = write_npy(2, &[1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(read_npy("factors.npy", &bytes)?.values, [1.0, 2.0, 3.0, 4.0]);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn write_npy(columns: usize, values: &[f32]) -> Vec<u8> {
    assert!(columns > 0 && values.len().is_multiple_of(columns), "whole rows");
    let rows = values.len() / columns;
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    // Magic, version and length take 10 bytes; the data begin at a multiple of 64 after a line end.
    let filled = (10 + header.len() + 1).next_multiple_of(64) - 11;
    header.push_str(&" ".repeat(filled - header.len()));
    header.push('\n');
    let mut bytes = Vec::with_capacity(10 + header.len() + 4 * values.len());
    bytes.extend(b"\x93NUMPY\x01\x00");
    // Two dimensions never fill the 65,535 bytes that the length allows.
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
    bytes
}
