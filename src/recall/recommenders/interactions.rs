use std::collections::{HashMap, HashSet};

use crate::formats::{CsvRow, CsvTable, Error, ErrorKind, Result};
use crate::recall::Names;

/// A user met an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interaction {
    /// Index of the user.
    pub user: u32,
    /// Index of the item.
    pub item: u32,
    /// Whether the user likes it.
    pub positive: bool,
    /// The probability that the pair was observed, above 0 up to 1, where it is known.
    pub propensity: Option<f64>,
}

/// What a recommender learns from: no pair twice, at least one like.
#[derive(Debug, Clone)]
pub struct Interactions {
    users: Vec<String>,
    items: Vec<String>,
    all: Vec<Interaction>,
    /// Items liked by each user, ascending.
    liked: Vec<Vec<u32>>,
}

impl Interactions {
    /// Reads CSV `user,item[,label][,propensity]`; without labels every row is a like.
    ///
    /// Users and items are numbered in the order of `users` and `items` where these are given, and
    /// then all of them get factors, met or not; else in the order in which they occur.
    ///
    /// # Errors
    ///
    /// What [`CsvTable`] reports; `Unknown` for a user or item that a given list lacks, `Range` for
    /// a label other than 0 and 1 or a propensity that is no probability, `Duplicate` for a pair that
    /// occurs twice, `Empty` without a like.
    ///
    /// ```
    /// use attune::recall::recommenders::Interactions;
    /// let csv = b"user,item,label\nann,tea,1\nann,rum,0\nbob,tea,1\n";
    /// let interactions = Interactions::read("log.csv", csv, None, None)?;
    /// assert_eq!(interactions.items(), ["tea", "rum"]);
    /// # Ok::<(), attune::formats::Error>(())
    /// ```
    pub fn read(
        file: &str,
        bytes: &[u8],
        users: Option<&Names>,
        items: Option<&Names>,
    ) -> Result<Self> {
        let table = CsvTable::read(file, bytes, &["user", "item"])?;
        let (labelled, known) = (table.has("label"), table.has("propensity"));
        let (mut users, mut items) = (Numbered::new("user", users), Numbered::new("item", items));
        let mut all = Vec::new();
        let mut seen = HashMap::new();
        for row in table.rows() {
            let (user, item) = (users.index(row)?, items.index(row)?);
            if let Some(line) = seen.insert((user, item), row.line()) {
                let problem = format!("the same user and item stand in line {line}");
                return Err(row.error("item", ErrorKind::Duplicate, problem, "Keep one row."));
            }
            all.push(Interaction {
                user,
                item,
                positive: !labelled || label(row)?,
                propensity: if known { Some(propensity(row)?) } else { None },
            });
        }
        Self::new(users.names, items.names, all).map_err(|error| error.in_file(file))
    }

    /// Interactions from memory.
    ///
    /// # Errors
    ///
    /// `Unknown` for an index beyond the names, `Range` for a propensity that is no probability,
    /// `Duplicate` for a pair that occurs twice, `Empty` without a like.
    pub fn new(users: Vec<String>, items: Vec<String>, all: Vec<Interaction>) -> Result<Self> {
        let mut liked = vec![Vec::new(); users.len()];
        let mut seen = HashSet::with_capacity(all.len());
        for (at, one) in all.iter().enumerate() {
            let wrong = |kind, problem: String, mend: &str| {
                Err(Error::new(kind, problem, mend).in_row(at).in_field("interactions"))
            };
            if one.user as usize >= users.len() || one.item as usize >= items.len() {
                let problem = format!("user {} or item {} has no name", one.user, one.item);
                return wrong(ErrorKind::Unknown, problem, "Name every user and item.");
            }
            if one.propensity.is_some_and(|p| !(p > 0.0 && p <= 1.0)) {
                let problem = format!("the propensity is {:?}", one.propensity);
                return wrong(ErrorKind::Range, problem, "Give a probability above 0, up to 1.");
            }
            if !seen.insert((one.user, one.item)) {
                let problem = format!("user {} meets item {} again", one.user, one.item);
                return wrong(ErrorKind::Duplicate, problem, "Keep one of the two.");
            }
            if one.positive {
                liked[one.user as usize].push(one.item);
            }
        }
        if liked.iter().all(Vec::is_empty) {
            let mend = "Give interactions of which at least one has the label 1.";
            return Err(Error::new(ErrorKind::Empty, "nobody likes anything", mend));
        }
        liked.iter_mut().for_each(|items| items.sort_unstable());
        Ok(Self { users, items, all, liked })
    }

    /// The users' names, in the order of their factors.
    pub fn users(&self) -> &[String] {
        &self.users
    }

    /// The items' names, in the order of their factors.
    pub fn items(&self) -> &[String] {
        &self.items
    }

    /// All interactions.
    pub fn all(&self) -> &[Interaction] {
        &self.all
    }

    /// The items that a user likes, ascending.
    ///
    /// # Panics
    ///
    /// Where there is no such user.
    pub fn liked(&self, user: usize) -> &[u32] {
        &self.liked[user]
    }

    /// Whether any observed item is not liked.
    pub fn labelled(&self) -> bool {
        self.all.iter().any(|one| !one.positive)
    }
}

/// Reads the column `label` of a random exposure log: what [`naive_bayes`](super::naive_bayes)
/// learns the share of likes from.
///
/// # Errors
///
/// What [`CsvTable`] reports, and `Range` for a label other than 0 and 1.
pub fn read_labels(file: &str, bytes: &[u8]) -> Result<Vec<bool>> {
    CsvTable::read(file, bytes, &["label"])?.rows().map(label).collect()
}

fn label(row: CsvRow<'_>) -> Result<bool> {
    match row.text("label").parse::<f64>() {
        Ok(1.0) => Ok(true),
        Ok(0.0) => Ok(false),
        _ => Err(row.error(
            "label",
            ErrorKind::Range,
            format!("the label is \"{}\"", row.text("label")),
            "Write 1 where the user liked the item and 0 where not.",
        )),
    }
}

fn propensity(row: CsvRow<'_>) -> Result<f64> {
    let value = row.number("propensity")?;
    if value > 0.0 && value <= 1.0 {
        return Ok(value);
    }
    let problem = format!("the propensity is {value}");
    Err(row.error("propensity", ErrorKind::Range, problem, "Give a probability above 0, up to 1."))
}

/// Names and their numbers: a list that was given, or one that grows.
struct Numbered {
    column: &'static str,
    names: Vec<String>,
    index: HashMap<String, u32>,
    given: bool,
}

impl Numbered {
    fn new(column: &'static str, given: Option<&Names>) -> Self {
        let names: Vec<String> = given
            .map_or_else(Vec::new, |names| (0..names.len()).map(|at| names.name(at)).collect());
        let index = names.iter().cloned().zip(0u32..).collect();
        Self { column, names, index, given: given.is_some() }
    }

    fn index(&mut self, row: CsvRow<'_>) -> Result<u32> {
        let name = row.name(self.column)?;
        if let Some(&at) = self.index.get(name) {
            return Ok(at);
        }
        if self.given {
            let problem = format!("{} \"{name}\" is not in the list given", self.column);
            let mend = "Add it to the list, or remove the row.";
            return Err(row.error(self.column, ErrorKind::Unknown, problem, mend));
        }
        let at = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), at);
        Ok(at)
    }
}
