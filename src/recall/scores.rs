use std::collections::HashMap;

use crate::formats::{CsvTable, Error, ErrorKind, Matrix, Result, read_npy};

/// A recommender's scores of every candidate item for every user.
#[derive(Debug, Clone)]
pub struct Scores {
    users: Vec<String>,
    items: Vec<String>,
    user_index: HashMap<String, usize>,
    item_index: HashMap<String, usize>,
    values: Vec<f64>,
}

impl Scores {
    /// Reads scores from CSV (`user,item,score`, a row for every user and candidate) or from a
    /// NumPy `.npy` matrix [users × items] of float16, float32 or float64, whose users and items
    /// are then called by their index from 0.
    ///
    /// The content decides, not the name of the file.
    ///
    /// # Errors
    ///
    /// What [`CsvTable`] and [`read_npy`] report; `Duplicate` for a pair scored twice; `Missing`
    /// for a candidate without a score, since a rank among part of the catalogue means nothing.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self> {
        if bytes.starts_with(b"\x93NUMPY") {
            Self::from_matrix(read_npy(file, bytes)?)
        } else {
            Self::from_csv(file, bytes)
        }
    }

    /// Scores of `matrix.rows` users and `matrix.columns` items, called by their index from 0.
    ///
    /// # Errors
    ///
    /// `Empty` without a user or an item, `Mismatch` where the values are not rows × columns,
    /// `NotFinite` for NaN or infinity.
    pub fn from_matrix(matrix: Matrix) -> Result<Self> {
        if matrix.rows.checked_mul(matrix.columns) != Some(matrix.values.len()) {
            return Err(Error::new(
                ErrorKind::Mismatch,
                format!(
                    "{} × {} scores were announced, {} came",
                    matrix.rows,
                    matrix.columns,
                    matrix.values.len()
                ),
                "Give one score a user and item.",
            ));
        }
        if let Some(value) = matrix.values.iter().find(|value| !value.is_finite()) {
            return Err(Error::new(
                ErrorKind::NotFinite,
                format!("a score is {value}"),
                "Every score must be finite: mend what produced it.",
            ));
        }
        let users: Vec<String> = (0..matrix.rows).map(|user| user.to_string()).collect();
        let items: Vec<String> = (0..matrix.columns).map(|item| item.to_string()).collect();
        if matrix.values.is_empty() {
            return Err(Error::new(
                ErrorKind::Empty,
                "the matrix is empty",
                "Score at least one user and one item.",
            ));
        }
        Ok(Self {
            user_index: index(&users),
            item_index: index(&items),
            users,
            items,
            values: matrix.values,
        })
    }

    fn from_csv(file: &str, bytes: &[u8]) -> Result<Self> {
        let table = CsvTable::read(file, bytes, &["user", "item", "score"])?;
        let mut users = Interner::default();
        let mut items = Interner::default();
        let mut cells = Vec::new();
        for row in table.rows() {
            let user = users.id(row.name("user")?);
            let item = items.id(row.name("item")?);
            cells.push((user, item, row.number("score")?, row.line()));
        }
        let width = items.names.len();
        // Rows can be missing, so the dense matrix may be far larger than the file that asks for
        // it. More holes than cells is no score matrix: say so before allocating it.
        let size = users.names.len().saturating_mul(width);
        let filled = cells.len();
        if size > filled.saturating_mul(2) {
            return Err(Error::new(
                ErrorKind::Missing,
                format!(
                    "{} users × {width} items need {size} scores, the file has {filled}",
                    users.names.len()
                ),
                "Score every candidate for every user: ranks are taken among all of them.",
            )
            .in_file(file)
            .at_field("score"));
        }
        let mut values = vec![f64::NAN; size];
        for (user, item, score, line) in cells {
            let cell = &mut values[user * width + item];
            if !cell.is_nan() {
                return Err(Error::new(
                    ErrorKind::Duplicate,
                    format!(
                        "user \"{}\" and item \"{}\" were scored before",
                        users.names[user], items.names[item]
                    ),
                    "Keep one of the two rows.",
                )
                .in_file(file)
                .at_line(line));
            }
            *cell = score;
        }
        if let Some(at) = values.iter().position(|value| value.is_nan()) {
            return Err(Error::new(
                ErrorKind::Missing,
                format!(
                    "user \"{}\" has no score for item \"{}\"",
                    users.names[at / width],
                    items.names[at % width]
                ),
                "Score every candidate for every user: ranks are taken among all of them.",
            )
            .in_file(file)
            .at_field("score"));
        }
        Ok(Self {
            users: users.names,
            items: items.names,
            user_index: users.index,
            item_index: items.index,
            values,
        })
    }

    /// Number of users.
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// Number of candidate items, N.
    pub fn item_count(&self) -> usize {
        self.items.len()
    }

    /// The name of a user.
    pub fn user_name(&self, user: usize) -> &str {
        &self.users[user]
    }

    /// The name of a candidate.
    pub fn item_name(&self, item: usize) -> &str {
        &self.items[item]
    }

    /// The scores of one user, in item order.
    ///
    /// # Panics
    ///
    /// Where `user` is not below [`Self::user_count`].
    pub fn of_user(&self, user: usize) -> &[f64] {
        &self.values[user * self.items.len()..][..self.items.len()]
    }

    /// The index of a user by name.
    pub fn user(&self, name: &str) -> Option<usize> {
        self.user_index.get(name).copied()
    }

    /// The index of an item by name.
    pub fn item(&self, name: &str) -> Option<usize> {
        self.item_index.get(name).copied()
    }
}

fn index(names: &[String]) -> HashMap<String, usize> {
    names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect()
}

#[derive(Default)]
struct Interner {
    names: Vec<String>,
    index: HashMap<String, usize>,
}

impl Interner {
    fn id(&mut self, name: &str) -> usize {
        if let Some(&id) = self.index.get(name) {
            return id;
        }
        let id = self.names.len();
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), id);
        id
    }
}
