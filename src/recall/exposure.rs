use super::Scores;
use crate::formats::{CsvTable, Error, ErrorKind, Result};

/// An item that was shown to a user at random, and what the user said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposed {
    /// Index of the item in [`Scores`].
    pub item: usize,
    /// Whether the user liked it.
    pub positive: bool,
}

/// Which items each user saw at random, and which they liked.
#[derive(Debug, Clone)]
pub struct ExposureLog {
    users: Vec<Vec<Exposed>>,
}

impl ExposureLog {
    /// Reads CSV `user,item,label` (label 1 liked, 0 not), against the catalogue of `scores`.
    ///
    /// # Errors
    ///
    /// What [`CsvTable`] reports; `Unknown` for a user or an item without scores; `Range` for a
    /// label other than 0 and 1; `Duplicate` for a pair that occurs twice.
    pub fn read(file: &str, bytes: &[u8], scores: &Scores) -> Result<Self> {
        let table = CsvTable::read(file, bytes, &["user", "item", "label"])?;
        let mut users = vec![Vec::new(); scores.user_count()];
        for row in table.rows() {
            let user_name = row.name("user")?;
            let user = scores.user(user_name).ok_or_else(|| {
                row.error(
                    "user",
                    ErrorKind::Unknown,
                    format!("user \"{user_name}\" has no scores"),
                    "Score this user's candidates, or remove the row.",
                )
            })?;
            let item_name = row.name("item")?;
            let item = scores.item(item_name).ok_or_else(|| {
                row.error(
                    "item",
                    ErrorKind::Unknown,
                    format!("item \"{item_name}\" is not among the scored candidates"),
                    "Items ranked and items that could be exposed must be the same set.",
                )
            })?;
            let positive = match row.text("label").parse::<f64>() {
                Ok(1.0) => true,
                Ok(0.0) => false,
                _ => {
                    return Err(row.error(
                        "label",
                        ErrorKind::Range,
                        format!("the label is \"{}\"", row.text("label")),
                        "Write 1 where the user liked the item and 0 where not.",
                    ));
                }
            };
            users[user].push((item, positive, row.line()));
        }
        let users = users
            .into_iter()
            .map(|mut seen| {
                seen.sort_by_key(|&(item, _, line)| (item, line));
                if let Some(pair) = seen.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                    return Err(Error::new(
                        ErrorKind::Duplicate,
                        format!("the same user and item stand in line {}", pair[0].2),
                        "Keep one of the two rows.",
                    )
                    .in_file(file)
                    .at_line(pair[1].2));
                }
                Ok(seen.into_iter().map(|(item, positive, _)| Exposed { item, positive }).collect())
            })
            .collect::<Result<_>>()?;
        Ok(Self { users })
    }

    /// A log from memory: for each user, in the order of [`Scores`], the items shown.
    ///
    /// # Errors
    ///
    /// `Mismatch` for more users than `scores` has, `Unknown` for an item beyond its catalogue,
    /// `Duplicate` for an item shown twice to one user.
    pub fn new(users: Vec<Vec<Exposed>>, scores: &Scores) -> Result<Self> {
        if users.len() > scores.user_count() {
            return Err(Error::new(
                ErrorKind::Mismatch,
                format!("the log has {} users, the scores {}", users.len(), scores.user_count()),
                "Score every user of the log.",
            ));
        }
        for (user, shown) in users.iter().enumerate() {
            let mut seen = std::collections::HashSet::new();
            for exposed in shown {
                let (kind, problem) = if exposed.item >= scores.item_count() {
                    (ErrorKind::Unknown, "is not among the scored candidates")
                } else if !seen.insert(exposed.item) {
                    (ErrorKind::Duplicate, "was shown twice")
                } else {
                    continue;
                };
                let problem = format!("item {} of user {user} {problem}", exposed.item);
                return Err(Error::new(kind, problem, "Mend the log."));
            }
        }
        Ok(Self { users })
    }

    /// The items one user saw, by item index; empty for a user beyond the log.
    pub fn of_user(&self, user: usize) -> &[Exposed] {
        self.users.get(user).map_or(&[], Vec::as_slice)
    }
}
