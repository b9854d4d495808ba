use std::collections::HashSet;

use super::super::Names;
use super::ItemLog;
use crate::formats::{ErrorKind, LongReader, LongRow, Result};

/// What a log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogKind {
    /// `user,item,label`: shown at random, label 1 liked, 0 not. With a column of `propensity`: the
    /// chance, above 0 and at most 1, with which the item was to be shown to the user at all.
    Exposed {
        /// The name of the column.
        propensity: Option<String>,
    },
    /// `user,item[,label]`: what users like of all candidates; a pair that is not there is not
    /// liked. Without a label a row is one that is.
    Full,
    /// `user,item`: neither ranked nor counted.
    Mask,
}

/// Reads a log from pieces of a file, CSV or JSONL.
///
/// ```
/// use attune::recall::{LogKind, LogReader, Names};
/// let (users, items) = (Names::places(1), Names::new(vec!["tea".into(), "milk".into()])?);
/// let mut reader = LogReader::new(LogKind::Exposed { propensity: None }, "exposed.csv");
/// reader.push(b"user,item,label\n0,mi", &users, &items)?;
/// reader.push(b"lk,1\n", &users, &items)?;
/// let log = reader.finish(&users, &items)?;
/// assert_eq!(log.of_user(0).next().map(|shown| shown.item), Some(1));
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub struct LogReader {
    reader: LongReader,
    rows: Rows,
}

struct Rows {
    kind: LogKind,
    log: ItemLog,
    /// The items so far of users with many: going through a list would take its length squared.
    many: Vec<Option<HashSet<u32>>>,
    /// The first value in a column of propensities that nobody asked for.
    first_unread: Option<String>,
}

/// Up to so many items a list is gone through; beyond, they are hashed.
const FEW: usize = 128;

impl LogReader {
    /// A reader at the start of `file`, a name for errors.
    pub fn new(kind: LogKind, file: impl Into<String>) -> Self {
        let propensity = match &kind {
            LogKind::Exposed { propensity } => propensity.clone(),
            _ => None,
        };
        let reader = match (&kind, &propensity) {
            (LogKind::Exposed { .. }, Some(column)) => {
                LongReader::new(file, &["user", "item", "label", column], &[])
            }
            (LogKind::Exposed { .. }, None) => {
                LongReader::new(file, &["user", "item", "label"], &["propensity"])
            }
            _ => LongReader::new(file, &["user", "item"], &["label"]),
        };
        let propensities = propensity.is_some().then(Vec::new);
        let log = ItemLog { propensities, ..ItemLog::default() };
        Self { reader, rows: Rows { kind, log, many: Vec::new(), first_unread: None } }
    }

    /// Reads a piece, against the users and candidates of the scores.
    ///
    /// # Errors
    ///
    /// What [`LongReader`] reports; `Unknown` for a user or an item without scores (not of a mask);
    /// `Range` for a label other than 0 and 1, and for a propensity outside 0 to 1 or 0 itself;
    /// `Duplicate` for a pair that stands twice (not of a mask).
    pub fn push(&mut self, piece: &[u8], users: &Names, items: &Names) -> Result<()> {
        let Self { reader, rows } = self;
        reader.push(piece, &mut |row| rows.add(&row, users, items))
    }

    /// The log.
    ///
    /// # Errors
    ///
    /// As [`Self::push`].
    pub fn finish(mut self, users: &Names, items: &Names) -> Result<ItemLog> {
        let Self { reader, rows } = &mut self;
        reader.finish(&mut |row| rows.add(&row, users, items))?;
        self.rows.log.hash = Some(self.reader.hash());
        Ok(self.rows.log)
    }
}

impl Rows {
    fn add(&mut self, row: &LongRow<'_>, users: &Names, items: &Names) -> Result<()> {
        let (user_name, item_name) = (row.filled(0)?, row.filled(1)?);
        let (user, item) = (users.find(user_name), items.find(item_name));
        let (user, item) = match (user, item, &self.kind) {
            (Some(user), Some(item), _) => (user, item as u32),
            (_, _, LogKind::Mask) => {
                self.log.outside += 1;
                return Ok(());
            }
            (None, ..) => {
                let problem = format!("user \"{user_name}\" has no scores");
                let mend = "Score this user's candidates, or remove the row.";
                return Err(row.error(0, ErrorKind::Unknown, problem, mend));
            }
            (_, None, _) => {
                let problem = format!("item \"{item_name}\" is not among the scored candidates");
                let mend = "Items ranked and items that could be exposed must be the same set.";
                return Err(row.error(1, ErrorKind::Unknown, problem, mend));
            }
        };
        let positive = self.positive(row)?;
        if self.log.users.len() <= user {
            self.log.users.resize_with(user + 1, Vec::new);
            self.many.resize(user + 1, None);
        }
        if !self.is_new(user, item) {
            if self.kind == LogKind::Mask {
                return Ok(());
            }
            let problem = format!("user \"{user_name}\" and item \"{item_name}\" stood before");
            return Err(row.error(1, ErrorKind::Duplicate, problem, "Keep one of the two rows."));
        }
        self.log.users[user].push(item << 1 | u32::from(positive));
        if let Some(propensities) = &mut self.log.propensities {
            let propensity = propensity(row, 3)?;
            propensities.resize_with(self.log.users.len(), Vec::new);
            propensities[user].push(propensity);
        } else if matches!(self.kind, LogKind::Exposed { .. }) && row.has(3) {
            let first = self.first_unread.get_or_insert_with(|| row.text(3).to_owned());
            self.log.unread_propensities |= first != row.text(3);
        }
        Ok(())
    }

    fn positive(&self, row: &LongRow<'_>) -> Result<bool> {
        if self.kind == LogKind::Mask || (self.kind == LogKind::Full && !row.has(2)) {
            return Ok(true);
        }
        label(row, 2)
    }

    /// Whether the user does not have the item yet.
    fn is_new(&mut self, user: usize, item: u32) -> bool {
        let known = &self.log.users[user];
        if known.len() < FEW {
            return known.iter().all(|packed| packed >> 1 != item);
        }
        let many =
            self.many[user].get_or_insert_with(|| known.iter().map(|packed| packed >> 1).collect());
        many.insert(item)
    }
}

/// Whether a row's user liked the item: 1, or 0.
///
/// # Errors
///
/// `Range` for another label.
pub(in crate::recall) fn label(row: &LongRow<'_>, column: usize) -> Result<bool> {
    match row.text(column).parse::<f64>() {
        Ok(1.0) => Ok(true),
        Ok(0.0) => Ok(false),
        _ => {
            let problem = format!("the label is \"{}\"", row.text(column));
            let mend = "Write 1 where the user liked the item and 0 where not.";
            Err(row.error(column, ErrorKind::Range, problem, mend))
        }
    }
}

/// A row's chance of having been observed.
///
/// # Errors
///
/// `Type` or `NotFinite` for no number, `Range` for one that is not above 0 and at most 1.
pub(in crate::recall) fn propensity(row: &LongRow<'_>, column: usize) -> Result<f64> {
    let propensity = row.number(column)?;
    if propensity > 0.0 && propensity <= 1.0 {
        return Ok(propensity);
    }
    let problem = format!("the propensity is {}", row.text(column));
    let mend = "Give the chance with which the pair was to be seen: above 0, at most 1.";
    Err(row.error(column, ErrorKind::Range, problem, mend))
}
