use std::collections::{HashMap, HashSet};

use crate::formats::{Error, ErrorKind, LongReader, LongRow, Result};
use crate::recall::Names;
use crate::recall::log::{label, propensity};
use crate::recall::names::Interner;

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
    /// Reads CSV or JSONL `user,item[,label][,propensity]`; without labels every row is a like.
    ///
    /// Users and items are numbered in the order of `users` and `items` where these are given, and
    /// then all of them get factors, met or not; else in the order in which they occur.
    ///
    /// # Errors
    ///
    /// What [`LongReader`] reports; `Unknown` for a user or item that a given list lacks, `Range` for
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
        let mut reader = LongReader::new(file, &["user", "item"], &["label", "propensity"]);
        let (mut users, mut items) =
            (Numbered::new("user", 0, users), Numbered::new("item", 1, items));
        let mut all = Vec::new();
        let mut seen = HashMap::new();
        let mut read = |row: LongRow<'_>| {
            let (user, item) = (users.place(&row)?, items.place(&row)?);
            if let Some(line) = seen.insert((user, item), row.line()) {
                let problem = format!("the same user and item stand in line {line}");
                return Err(row.error(1, ErrorKind::Duplicate, problem, "Keep one row."));
            }
            all.push(Interaction {
                user,
                item,
                positive: !row.has(2) || label(&row, 2)?,
                propensity: if row.has(3) { Some(propensity(&row, 3)?) } else { None },
            });
            Ok(())
        };
        reader.push(bytes, &mut read)?;
        reader.finish(&mut read)?;
        let (users, items) = (users.names.into_names(), items.names.into_names());
        Self::new(users, items, all).map_err(|error| error.in_file(file))
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
/// What [`LongReader`] reports, and `Range` for a label other than 0 and 1.
pub fn read_labels(file: &str, bytes: &[u8]) -> Result<Vec<bool>> {
    let mut reader = LongReader::new(file, &["label"], &[]);
    let mut labels = Vec::new();
    let mut read = |row: LongRow<'_>| {
        labels.push(label(&row, 0)?);
        Ok(())
    };
    reader.push(bytes, &mut read)?;
    reader.finish(&mut read)?;
    Ok(labels)
}

/// Names and their places: a list that was given, or one that grows.
struct Numbered {
    what: &'static str,
    column: usize,
    names: Interner,
    given: bool,
}

impl Numbered {
    fn new(what: &'static str, column: usize, given: Option<&Names>) -> Self {
        Self {
            what,
            column,
            names: given.map(Interner::from).unwrap_or_default(),
            given: given.is_some(),
        }
    }

    fn place(&mut self, row: &LongRow<'_>) -> Result<u32> {
        let name = row.filled(self.column)?;
        if self.given && self.names.find(name).is_none() {
            let problem = format!("{} \"{name}\" is not in the list given", self.what);
            let mend = "Add it to the list, or remove the row.";
            return Err(row.error(self.column, ErrorKind::Unknown, problem, mend));
        }
        Ok(self.names.place(name) as u32)
    }
}
