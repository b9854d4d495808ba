//! A recommender's scores of every candidate for every user, as a table or as factors.

mod factors;
mod long;

use super::Names;
use crate::formats::{Error, ErrorKind, Matrix, Numbers, Result, read_npy_numbers};
pub use factors::Factors;
pub use long::ScoresReader;

/// A recommender's scores of every candidate item for every user.
#[derive(Debug, Clone)]
pub struct Scores {
    users: Names,
    items: Names,
    values: Values,
}

#[derive(Debug, Clone)]
enum Values {
    Table(Numbers),
    Factors(Factors),
}

/// Whether a file is meant to be `.npy`: by its content, or, where that is spoilt, by its name.
pub(crate) fn is_npy(file: &str, bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x93NUMPY") || file.to_ascii_lowercase().ends_with(".npy")
}

/// The scores of one user, in item order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row<'a> {
    Single(&'a [f32]),
    Double(&'a [f64]),
}

impl Scores {
    /// Reads scores in long form, CSV or JSONL with a row `user,item,score` for every user and
    /// candidate, or a NumPy `.npy` matrix [users × items] of float16, float32 or float64, whose
    /// users and items are then called by their place from 0.
    ///
    /// The content decides; the name only where the content is neither.
    ///
    /// # Errors
    ///
    /// What [`ScoresReader`] and [`read_npy`](crate::formats::read_npy) report.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self> {
        if !is_npy(file, bytes) {
            let mut reader = ScoresReader::new(file);
            reader.push(bytes)?;
            return reader.finish();
        }
        let matrix = read_npy_numbers(file, bytes)?;
        Ok(Self {
            users: Names::places(matrix.rows),
            items: Names::places(matrix.columns),
            values: Values::Table(matrix.numbers),
        })
    }

    /// Scores of `matrix.rows` users and `matrix.columns` items, called by their place from 0.
    ///
    /// # Errors
    ///
    /// `Empty` without a user or an item, `Mismatch` where the values are not rows × columns,
    /// `NotFinite` for NaN or infinity.
    pub fn from_matrix(matrix: Matrix) -> Result<Self> {
        let Matrix { rows, columns, values } = matrix;
        if rows.checked_mul(columns) != Some(values.len()) {
            let problem =
                format!("{rows} × {columns} scores were announced, {} came", values.len());
            let mend = "Give one score a user and item.";
            return Err(Error::new(ErrorKind::Mismatch, problem, mend));
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            let problem = format!("a score is {value}");
            let mend = "Every score must be finite: mend what produced it.";
            return Err(Error::new(ErrorKind::NotFinite, problem, mend));
        }
        if values.is_empty() {
            let mend = "Score at least one user and one item.";
            return Err(Error::new(ErrorKind::Empty, "the matrix is empty", mend));
        }
        Ok(Self {
            users: Names::places(rows),
            items: Names::places(columns),
            values: Values::Table(Numbers::Double(values)),
        })
    }

    /// Scores that are products of factors: user · item plus their biases.
    pub fn from_factors(factors: Factors) -> Self {
        Self {
            users: Names::places(factors.user_count()),
            items: Names::places(factors.item_count()),
            values: Values::Factors(factors),
        }
    }

    /// The same scores, rows and columns called by names.
    ///
    /// # Errors
    ///
    /// `Mismatch` where there are not as many names as rows or columns.
    pub fn named(mut self, users: Option<Names>, items: Option<Names>) -> Result<Self> {
        let fit = |what: &str, place: &mut Names, names: Option<Names>| {
            let Some(names) = names else { return Ok(()) };
            if names.len() != place.len() {
                let problem = format!("{} names are given for {} {what}", names.len(), place.len());
                let mend = "Give one name for each, in their order.";
                return Err(Error::new(ErrorKind::Mismatch, problem, mend).at_field(what));
            }
            *place = names;
            Ok(())
        };
        fit("users", &mut self.users, users)?;
        fit("items", &mut self.items, items)?;
        Ok(self)
    }

    /// The users.
    pub fn users(&self) -> &Names {
        &self.users
    }

    /// The candidate items; N is their number.
    pub fn items(&self) -> &Names {
        &self.items
    }

    /// Number of users.
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// Number of candidate items, N.
    pub fn item_count(&self) -> usize {
        self.items.len()
    }

    /// Calls `each` with the scores of each of `users` in turn. Factors are multiplied in tiles of
    /// users; `tile` is room for one, kept between calls.
    ///
    /// # Errors
    ///
    /// `NotFinite` where a product of factors is too large for a float32; what `each` returns.
    pub(super) fn for_each(
        &self,
        users: &[usize],
        tile: &mut Vec<f32>,
        mut each: impl FnMut(usize, Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let items = self.items.len();
        match &self.values {
            Values::Table(Numbers::Single(values)) => {
                users.iter().enumerate().try_for_each(|(at, &user)| {
                    each(at, Row::Single(&values[user * items..][..items]))
                })
            }
            Values::Table(Numbers::Double(values)) => {
                users.iter().enumerate().try_for_each(|(at, &user)| {
                    each(at, Row::Double(&values[user * items..][..items]))
                })
            }
            Values::Factors(factors) => {
                for (at, users) in users.chunks(factors::TILE).enumerate() {
                    factors.multiply(users, tile);
                    for (within, row) in tile.chunks(items).take(users.len()).enumerate() {
                        // A sum is finite only if all its parts are; it is quicker than asking each.
                        if !row.iter().fold(0.0f32, |sum, score| sum + score * 0.0).is_finite() {
                            let name = self.users.name(users[within]);
                            let problem = format!("a score of user \"{name}\" overflows float32");
                            let mend = "Scale the factors down.";
                            return Err(Error::new(ErrorKind::NotFinite, problem, mend));
                        }
                        each(at * factors::TILE + within, Row::Single(row))?;
                    }
                }
                Ok(())
            }
        }
    }
}
