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

/// The numbers of a `.npy` matrix, as precise as they were saved.
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    /// Saved as float16 or float32.
    Single(Vec<f32>),
    /// Saved as float64.
    Double(Vec<f64>),
}

impl Numbers {
    /// The numbers in single precision.
    ///
    /// # Errors
    ///
    /// `Range` for one that is too large for float32.
    pub fn into_single(self) -> Result<Vec<f32>> {
        let values: Vec<f32> = match self {
            Self::Single(values) => return Ok(values),
            Self::Double(values) => values.into_iter().map(|value| value as f32).collect(),
        };
        if values.iter().all(|value| value.is_finite()) {
            return Ok(values);
        }
        let problem = "a number is too large for float32";
        Err(Error::new(ErrorKind::Range, problem, "Scale the numbers down."))
    }
}

/// A `.npy` matrix, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct NpyMatrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// `rows × columns` numbers, row after row.
    pub numbers: Numbers,
}

/// Reads a two-dimensional NumPy `.npy` array of float16, float32 or float64.
///
/// # Errors
///
/// `Syntax` for what is no `.npy` file or is cut short, `Type` for another element type,
/// `Mismatch` for another number of dimensions, `NotFinite` for NaN or infinity (with its place),
/// `Empty` where a dimension is 0.
pub fn read_npy(file: &str, bytes: &[u8]) -> Result<Matrix> {
    let NpyMatrix { rows, columns, numbers } = read_npy_numbers(file, bytes)?;
    let values = match numbers {
        Numbers::Single(values) => values.into_iter().map(f64::from).collect(),
        Numbers::Double(values) => values,
    };
    Ok(Matrix { rows, columns, values })
}

/// [`read_npy`] without widening: half the memory for what was saved as float32.
///
/// # Errors
///
/// As [`read_npy`].
pub fn read_npy_numbers(file: &str, bytes: &[u8]) -> Result<NpyMatrix> {
    read(bytes).map_err(|error| error.in_file(file))
}

/// Reads a vector: a `.npy` array of one dimension, or a matrix of one column.
///
/// # Errors
///
/// As [`read_npy`].
pub fn read_npy_vector(file: &str, bytes: &[u8]) -> Result<Vec<f32>> {
    let found = read_as(bytes, true).map_err(|error| error.in_file(file))?;
    if found.columns != 1 {
        let problem = format!("the array is {} × {}", found.rows, found.columns);
        let error = Error::new(ErrorKind::Mismatch, problem, "Save a vector: one number a row.");
        return Err(error.in_file(file));
    }
    found.numbers.into_single().map_err(|error| error.in_file(file))
}

fn read(bytes: &[u8]) -> Result<NpyMatrix> {
    read_as(bytes, false)
}

fn read_as(bytes: &[u8], vector: bool) -> Result<NpyMatrix> {
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
    let (rows, columns) = match *shape.as_slice() {
        [rows, columns] => (rows, columns),
        [rows] if vector => (rows, 1),
        _ => {
            return Err(Error::new(
                ErrorKind::Mismatch,
                format!("the array has {} dimensions", shape.len()),
                if vector { "Save a vector." } else { "Save a matrix of users × items." },
            ));
        }
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
    let shape = (rows, columns);
    let numbers = match size {
        2 => Numbers::Single(collect(npy, shape, half::f16::to_f32)?),
        4 => Numbers::Single(collect(npy, shape, |value: f32| value)?),
        8 => Numbers::Double(collect(npy, shape, |value: f64| value)?),
        _ => {
            return Err(Error::new(
                ErrorKind::Type,
                format!("the elements are {}", dtype.descr()),
                "Save float16, float32 or float64, e.g. scores.astype('float32').",
            ));
        }
    };
    let wrong = match &numbers {
        Numbers::Single(values) => values.iter().position(|value| !value.is_finite()),
        Numbers::Double(values) => values.iter().position(|value| !value.is_finite()),
    };
    if let Some(at) = wrong {
        let value = match &numbers {
            Numbers::Single(values) => f64::from(values[at]),
            Numbers::Double(values) => values[at],
        };
        return Err(Error::new(
            ErrorKind::NotFinite,
            format!("row {}, column {} is {value}", at / columns, at % columns),
            "Every score must be finite: mend what produced it.",
        ));
    }
    Ok(NpyMatrix { rows, columns, numbers })
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

/// The values row after row, whichever way they were saved.
fn collect<T: npyz::Deserialize, V: Copy>(
    npy: NpyFile<&[u8]>,
    (rows, columns): (usize, usize),
    convert: impl Fn(T) -> V,
) -> Result<Vec<V>> {
    let order = npy.order();
    let data = npy.data::<T>().map_err(|error| cut_short(&error.to_string()))?;
    let mut values = reserved(rows * columns)?;
    for value in data {
        values.push(convert(value.map_err(|error| cut_short(&error.to_string()))?));
    }
    match order {
        Order::C => Ok(values),
        Order::Fortran => {
            let mut turned = reserved(rows * columns)?;
            turned
                .extend((0..rows * columns).map(|at| values[(at % columns) * rows + at / columns]));
            Ok(turned)
        }
    }
}

/// Room for `count` numbers, or an error where there is none: a large matrix must not end the
/// program.
fn reserved<V>(count: usize) -> Result<Vec<V>> {
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
