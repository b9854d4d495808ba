use std::collections::{BTreeSet, HashMap};

use super::{BallotCount, BallotKind};
use crate::formats::{CsvRow, CsvTable, ErrorKind, Result};
use crate::reward::{Perspective, ScoreRow};

/// Who won a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Winner {
    /// The reply named first.
    Left,
    /// The reply named second.
    Right,
    /// Neither.
    Tie,
}

/// A vote between two replies to one query; replies are places among the responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// The reply shown on the left.
    pub left: usize,
    /// The reply shown on the right.
    pub right: usize,
    /// The better one.
    pub winner: Winner,
    /// Who voted, where the file says it.
    pub rater: Option<String>,
}

/// A reply put on the scale of a perspective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// The reply's place among the responses.
    pub reply: usize,
    /// 0 resonation, 1 expression, 2 reception.
    pub perspective: usize,
    /// 1 to 5.
    pub level: u8,
    /// Who rated, where the file says it.
    pub rater: Option<String>,
}

/// The content of a file of votes or ratings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ballots {
    /// Pairs with a winner.
    Votes(Vec<Vote>),
    /// Replies with a level.
    Ratings(Vec<Rating>),
}

impl Ballots {
    /// Reads a CSV of votes `left,right,winner[,rater]` or of ratings
    /// `id,perspective,rating[,rater]`; its header tells which. Ids are those of `responses`.
    ///
    /// ```
    /// use attune::reward::ScoreRow;
    /// use attune::reward::votes::{Ballots, Winner};
    /// let reply = |id: &str| ScoreRow {
    ///     id: id.to_owned(),
    ///     query: "My dog died.".to_owned(),
    ///     response: "Oh no.".to_owned(),
    ///     ..ScoreRow::default()
    /// };
    /// let csv = b"left,right,winner\na,b,tie\n";
    /// let Ballots::Votes(votes) = Ballots::read("v.csv", csv, &[reply("a"), reply("b")])? else {
    ///     unreachable!("the header is that of votes")
    /// };
    /// assert_eq!((votes[0].right, votes[0].winner), (1, Winner::Tie));
    /// # Ok::<(), attune::formats::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What [`CsvTable::read`] reports; `Unknown` for an id that no response has, and for a winner
    /// or perspective that does not exist; `Mismatch` for replies to different queries, and for a
    /// reply against itself; `Range` for a rating that is no whole number from 1 to 5; `Duplicate`
    /// where a rater who is named judges the same thing twice.
    pub fn read(file: &str, bytes: &[u8], responses: &[ScoreRow]) -> Result<Self> {
        let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let header = String::from_utf8_lossy(header);
        let is_ratings = header.split(',').any(|name| name.trim().ends_with("rating"));
        let reader = Reader::new(responses);
        if is_ratings {
            let table = CsvTable::read(file, bytes, &["id", "perspective", "rating"])?;
            return Ok(Self::Ratings(reader.ratings(&table)?));
        }
        let table = CsvTable::read(file, bytes, &["left", "right", "winner"])?;
        Ok(Self::Votes(reader.votes(&table)?))
    }

    /// The replies that ballot `at` speaks of.
    pub fn replies(&self, at: usize) -> (usize, usize) {
        match self {
            Self::Votes(votes) => (votes[at].left, votes[at].right),
            Self::Ratings(ratings) => (ratings[at].reply, ratings[at].reply),
        }
    }

    /// Who cast ballot `at`, where the file says it.
    pub fn rater(&self, at: usize) -> Option<&str> {
        match self {
            Self::Votes(votes) => votes[at].rater.as_deref(),
            Self::Ratings(ratings) => ratings[at].rater.as_deref(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Votes(votes) => votes.len(),
            Self::Ratings(ratings) => ratings.len(),
        }
    }

    /// Whether there is none; a file that was read has one at least.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counts them, and what they speak of.
    pub fn count(&self, responses: &[ScoreRow]) -> BallotCount {
        let (mut replies, mut queries, mut raters) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for at in 0..self.len() {
            let (left, right) = self.replies(at);
            replies.extend([left, right]);
            queries.insert(responses[left].query.as_str());
            raters.extend(self.rater(at));
        }
        let (kind, ties) = match self {
            Self::Votes(votes) => {
                let ties = votes.iter().filter(|vote| vote.winner == Winner::Tie).count();
                (BallotKind::Votes, ties)
            }
            Self::Ratings(_) => (BallotKind::Ratings, 0),
        };
        BallotCount {
            kind,
            ballots: self.len() as u32,
            ties: ties as u32,
            replies: replies.len() as u32,
            queries: queries.len() as u32,
            raters: (!raters.is_empty()).then_some(raters.len() as u32),
        }
    }
}

/// Finds replies by id.
struct Reader<'a> {
    responses: &'a [ScoreRow],
    by_id: HashMap<&'a str, usize>,
}

impl<'a> Reader<'a> {
    fn new(responses: &'a [ScoreRow]) -> Self {
        let by_id = responses.iter().enumerate().map(|(at, row)| (row.id.as_str(), at)).collect();
        Self { responses, by_id }
    }

    fn votes(&self, table: &CsvTable) -> Result<Vec<Vote>> {
        let mut seen = HashMap::new();
        let read = |row: CsvRow<'_>| {
            let (left, right) = (self.reply(row, "left")?, self.reply(row, "right")?);
            if left == right {
                let mend = "Name two replies, or leave the vote out.";
                let problem = "the reply is compared with itself";
                return Err(row.error("right", ErrorKind::Mismatch, problem, mend));
            }
            if self.responses[left].query != self.responses[right].query {
                let problem = format!(
                    "\"{}\" and \"{}\" answer different queries",
                    row.text("left"),
                    row.text("right")
                );
                let mend =
                    "A vote compares two replies to one query: mend the ids, or leave it out.";
                return Err(row.error("right", ErrorKind::Mismatch, problem, mend));
            }
            let winner = match row.name("winner")? {
                "left" => Winner::Left,
                "right" => Winner::Right,
                "tie" => Winner::Tie,
                other => {
                    let problem = format!("\"{other}\" is no winner");
                    let mend = "Write left, right or tie.";
                    return Err(row.error("winner", ErrorKind::Unknown, problem, mend));
                }
            };
            let rater = rater(row);
            let pair = (left.min(right), left.max(right));
            once(&mut seen, rater.as_ref().map(|rater| (rater.clone(), pair)), row)?;
            Ok(Vote { left, right, winner, rater })
        };
        table.rows().map(read).collect()
    }

    fn ratings(&self, table: &CsvTable) -> Result<Vec<Rating>> {
        let mut seen = HashMap::new();
        let read = |row: CsvRow<'_>| {
            let reply = self.reply(row, "id")?;
            let named = row.name("perspective")?;
            let perspective = Perspective::ALL[..3].iter().position(|one| one.name() == named);
            let Some(perspective) = perspective else {
                let problem = format!("\"{named}\" is no perspective with levels");
                let mend = "Write resonation, expression or reception.";
                return Err(row.error("perspective", ErrorKind::Unknown, problem, mend));
            };
            let rating = row.number("rating")?;
            if !(1.0..=5.0).contains(&rating) || rating.fract() != 0.0 {
                let problem = format!("the rating is {rating}");
                let mend = "Give a whole number from 1 to 5.";
                return Err(row.error("rating", ErrorKind::Range, problem, mend));
            }
            let rater = rater(row);
            let thing = (reply, perspective);
            once(&mut seen, rater.as_ref().map(|rater| (rater.clone(), thing)), row)?;
            Ok(Rating { reply, perspective, level: rating as u8, rater })
        };
        table.rows().map(read).collect()
    }

    fn reply(&self, row: CsvRow<'_>, column: &str) -> Result<usize> {
        let id = row.name(column)?;
        self.by_id.get(id).copied().ok_or_else(|| {
            let problem = format!("no response has the id \"{id}\"");
            let mend = "Give the responses that the votes speak of, or mend the id.";
            row.error(column, ErrorKind::Unknown, problem, mend)
        })
    }
}

fn rater(row: CsvRow<'_>) -> Option<String> {
    Some(row.text("rater")).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Refuses a second ballot of one rater on the same thing; of raters without a name nobody can tell.
fn once(
    seen: &mut HashMap<(String, (usize, usize)), u64>,
    key: Option<(String, (usize, usize))>,
    row: CsvRow<'_>,
) -> Result<()> {
    let Some(key) = key else { return Ok(()) };
    let problem = format!("\"{}\" judged the same already", key.0);
    match seen.insert(key, row.line()) {
        None => Ok(()),
        Some(line) => {
            let problem = format!("{problem}, on line {line}");
            let mend = "Keep one of the two: a second look by one person is not another vote.";
            Err(row.error("rater", ErrorKind::Duplicate, problem, mend))
        }
    }
}
