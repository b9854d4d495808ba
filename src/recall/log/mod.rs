//! What users saw and liked: the exposure log, complete labels, and what a model was trained on.

mod reader;

use super::{Names, Scores};
use crate::formats::{Error, ErrorKind, Result};
pub use reader::{LogKind, LogReader};
pub(super) use reader::{label, propensity};

/// An item that was shown to a user at random, and what the user said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposed {
    /// Place of the item in [`Scores`].
    pub item: usize,
    /// Whether the user liked it.
    pub positive: bool,
}

/// Items by user, in the order of the scores' users: which each saw at random and which they liked;
/// or, for complete labels, which they like of all; or, for a mask, which a model was trained on.
#[derive(Debug, Clone, Default)]
pub struct ItemLog {
    /// Twice the item's place, plus 1 where it is liked.
    users: Vec<Vec<u32>>,
    /// The exposures' propensities in the same order, where they were asked for.
    propensities: Option<Vec<Vec<f64>>>,
    /// Whether a column of propensities that differ was not asked for.
    unread_propensities: bool,
    /// Rows of a mask that name no scored user or item.
    outside: u64,
    /// SHA-256 of the file it came from.
    hash: Option<String>,
}

/// Which items each user saw at random, and which they liked.
pub type ExposureLog = ItemLog;

impl ItemLog {
    /// Reads an exposure log whole: CSV or JSONL `user,item,label` (label 1 liked, 0 not), against
    /// the catalogue of `scores`.
    ///
    /// # Errors
    ///
    /// What [`LogReader`] reports.
    pub fn read(file: &str, bytes: &[u8], scores: &Scores) -> Result<Self> {
        Self::read_as(LogKind::Exposed { propensity: None }, file, bytes, scores)
    }

    /// Reads a log of any kind whole.
    ///
    /// # Errors
    ///
    /// What [`LogReader`] reports.
    pub fn read_as(kind: LogKind, file: &str, bytes: &[u8], scores: &Scores) -> Result<Self> {
        let mut reader = LogReader::new(kind, file);
        reader.push(bytes, scores.users(), scores.items())?;
        reader.finish(scores.users(), scores.items())
    }

    /// A log from memory: for each user, in the order of [`Scores`], the items shown.
    ///
    /// # Errors
    ///
    /// `Mismatch` for more users than `scores` has, `Unknown` for an item beyond its catalogue,
    /// `Duplicate` for an item shown twice to one user.
    pub fn new(users: Vec<Vec<Exposed>>, scores: &Scores) -> Result<Self> {
        if users.len() > scores.user_count() {
            let problem =
                format!("the log has {} users, the scores {}", users.len(), scores.user_count());
            return Err(Error::new(ErrorKind::Mismatch, problem, "Score every user of the log."));
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
        let pack = |shown: Vec<Exposed>| {
            shown.iter().map(|one| (one.item as u32) << 1 | u32::from(one.positive)).collect()
        };
        Ok(Self { users: users.into_iter().map(pack).collect(), ..Self::default() })
    }

    /// A log from items packed as it keeps them, which must differ within a user.
    pub(super) fn packed(users: Vec<Vec<u32>>) -> Self {
        Self { users, ..Self::default() }
    }

    /// The items of one user; none for a user beyond the log.
    pub fn of_user(&self, user: usize) -> impl ExactSizeIterator<Item = Exposed> + Clone {
        let items = self.users.get(user).map_or(&[][..], Vec::as_slice);
        items
            .iter()
            .map(|packed| Exposed { item: (packed >> 1) as usize, positive: packed & 1 == 1 })
    }

    /// The propensities of one user's items, in the same order; `None` where none were read.
    pub(super) fn propensities_of(&self, user: usize) -> Option<&[f64]> {
        self.propensities.as_ref().map(|users| users.get(user).map_or(&[][..], Vec::as_slice))
    }

    /// Whether the file has a column `propensity` of values that differ, which was not asked for.
    pub(super) fn unread_propensities(&self) -> bool {
        self.unread_propensities
    }

    /// Rows of a mask that were passed over, since they name no scored user or item.
    pub(super) fn outside(&self) -> u64 {
        self.outside
    }

    /// SHA-256 of the file it was read from.
    pub fn hash(&self) -> Option<&str> {
        self.hash.as_deref()
    }
}

/// What a recommender is asked to do: the users and candidates, who saw what, and what is left out.
#[derive(Debug, Clone)]
pub struct Task {
    pub(super) users: Names,
    pub(super) items: Names,
    pub(super) exposed: Option<ItemLog>,
    pub(super) full: Option<ItemLog>,
    pub(super) mask: Option<ItemLog>,
}

impl Task {
    /// The users and candidates of `scores`, and no log yet.
    pub fn new(scores: &Scores) -> Self {
        let (users, items) = (scores.users().clone(), scores.items().clone());
        Self { users, items, exposed: None, full: None, mask: None }
    }

    /// Which items users saw at random: what URE and the traditional scheme rest on.
    pub fn exposed(mut self, log: ItemLog) -> Self {
        self.exposed = Some(log);
        self
    }

    /// Which items users like of all there are: what full Recall rests on.
    pub fn full(mut self, labels: ItemLog) -> Self {
        self.full = Some(labels);
        self
    }

    /// Items by user that are neither ranked nor counted, such as those a model was trained on.
    pub fn mask(mut self, mask: ItemLog) -> Self {
        self.mask = Some(mask);
        self
    }
}
