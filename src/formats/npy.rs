use npyz::{DType, NpyFile, Order, TypeChar};

use super::{Error, ErrorKind, Result};

/// A dense matrix, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// `rows × columns` values, row after row.
    pub values: Vec<f64>,
}

/// Reads a two-dimensional NumPy `.npy` array of float16, float32 or float64.
///
/// # Errors
///
/// `Syntax` for what is no `.npy` file or is cut short, `Type` for another element type,
/// `Mismatch` for another number of dimensions, `NotFinite` for NaN or infinity (with its place),
/// `Empty` where a dimension is 0.
pub fn read_npy(file: &str, bytes: &[u8]) -> Result<Matrix> {
    read(bytes).map_err(|error| error.in_file(file))
}

fn read(bytes: &[u8]) -> Result<Matrix> {
    check_claim(bytes)?;
    let npy = NpyFile::new(bytes).map_err(|error| {
        Error::new(
            ErrorKind::Syntax,
            // The parser underneath explains itself over several lines.
            format!("not a .npy file ({})", error.to_string().lines().next().unwrap_or_default()),
            "Write it with numpy.save.",
        )
    })?;
    let shape = npy.shape().to_vec();
    let order = npy.order();
    let &[rows, columns] = shape.as_slice() else {
        return Err(Error::new(
            ErrorKind::Mismatch,
            format!("the array has {} dimensions", shape.len()),
            "Save a matrix of users × items.",
        ));
    };
    if rows == 0 || columns == 0 {
        return Err(Error::new(
            ErrorKind::Empty,
            format!("the array is {rows} × {columns}"),
            "Save at least one user and one item.",
        ));
    }
    let dtype = npy.dtype();
    let size = match &dtype {
        DType::Plain(plain) if plain.type_char() == TypeChar::Float => plain.size_field(),
        _ => 0,
    };
    let claimed = u128::from(rows) * u128::from(columns) * u128::from(size);
    if claimed > bytes.len() as u128 {
        return Err(cut_short(&format!("{rows} × {columns} values need {claimed} bytes")));
    }
    let (rows, columns) = (rows as usize, columns as usize);
    let values: Vec<f64> = match size {
        2 => collect::<half::f16>(npy, rows * columns, half::f16::to_f64)?,
        4 => collect::<f32>(npy, rows * columns, f64::from)?,
        8 => collect::<f64>(npy, rows * columns, |value| value)?,
        _ => {
            return Err(Error::new(
                ErrorKind::Type,
                format!("the elements are {}", dtype.descr()),
                "Save float16, float32 or float64, e.g. scores.astype('float32').",
            ));
        }
    };
    let values = match order {
        Order::C => values,
        Order::Fortran => {
            let mut turned = reserved(rows * columns)?;
            turned
                .extend((0..rows * columns).map(|at| values[(at % columns) * rows + at / columns]));
            turned
        }
    };
    if let Some(at) = values.iter().position(|value| !value.is_finite()) {
        return Err(Error::new(
            ErrorKind::NotFinite,
            format!("row {}, column {} is {}", at / columns, at % columns, values[at]),
            "Every score must be finite: mend what produced it.",
        ));
    }
    Ok(Matrix { rows, columns, values })
}

/// Refuses a header that claims more elements than the file has bytes, before anything is
/// multiplied or allocated for them (npyz 0.9 multiplies the dimensions unchecked).
fn check_claim(bytes: &[u8]) -> Result<()> {
    let header = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let header = String::from_utf8_lossy(header);
    let shape = header.split("shape").nth(1).unwrap_or_default();
    let shape = shape.split('(').nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
    let elements = shape
        .split(',')
        .filter(|dimension| !dimension.trim().is_empty())
        .try_fold(1u64, |product, dimension| product.checked_mul(dimension.trim().parse().ok()?));
    match elements {
        Some(elements) if elements <= bytes.len() as u64 => Ok(()),
        _ => Err(cut_short(&format!("the header claims an array of ({shape})"))),
    }
}

fn collect<T: npyz::Deserialize>(
    npy: NpyFile<&[u8]>,
    count: usize,
    convert: impl Fn(T) -> f64,
) -> Result<Vec<f64>> {
    let data = npy.data::<T>().map_err(|error| cut_short(&error.to_string()))?;
    let mut values = reserved(count)?;
    for value in data {
        values.push(convert(value.map_err(|error| cut_short(&error.to_string()))?));
    }
    Ok(values)
}

/// Room for `count` numbers, or an error where there is none: a large matrix must not end the
/// program.
fn reserved(count: usize) -> Result<Vec<f64>> {
    let mut values = Vec::new();
    values.try_reserve_exact(count).map_err(|_| {
        Error::new(
            ErrorKind::Range,
            format!("{count} scores do not fit into memory"),
            "Evaluate the users in parts.",
        )
    })?;
    Ok(values)
}

fn cut_short(why: &str) -> Error {
    Error::new(
        ErrorKind::Syntax,
        format!("the data do not match the header ({why})"),
        "Save the file again; it looks cut short.",
    )
}
