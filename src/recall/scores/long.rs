use super::super::names::Interner;
use super::{Scores, Values};
use crate::formats::{Error, ErrorKind, LongReader, Numbers, Result};

/// Reads scores in long form from pieces of a file: CSV or JSONL, `user,item,score`.
///
/// ```
/// use attune::recall::ScoresReader;
/// let mut reader = ScoresReader::new("scores.csv");
/// reader.push(b"user,item,score\nann,tea,0.5\nann,cof")?;
/// reader.push(b"fee,0.25\n")?;
/// assert_eq!(reader.finish()?.item_count(), 2);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub struct ScoresReader {
    reader: LongReader,
    file: String,
    rows: Rows,
}

#[derive(Default)]
struct Rows {
    users: Interner,
    items: Interner,
    /// User, item, score and line of each row: ranks need the whole table, and its width is known
    /// only at the end.
    cells: Vec<(u32, u32, f64, u64)>,
}

const EVERY: &str = "Score every candidate for every user: ranks are taken among all of them.";

impl ScoresReader {
    /// A reader at the start of `file`, a name for errors.
    pub fn new(file: impl Into<String>) -> Self {
        let file = file.into();
        let reader = LongReader::new(&file, &["user", "item", "score"], &[]);
        Self { reader, file, rows: Rows::default() }
    }

    /// Reads a piece.
    ///
    /// # Errors
    ///
    /// What [`LongReader`] reports; `Type` or `NotFinite` for a score that is no finite number.
    pub fn push(&mut self, piece: &[u8]) -> Result<()> {
        let Self { reader, rows, .. } = self;
        reader.push(piece, &mut |row| rows.add(&row))
    }

    /// The scores.
    ///
    /// # Errors
    ///
    /// As [`Self::push`]; `Duplicate` for a pair scored twice; `Missing` for a candidate without a
    /// score, since a rank among part of the catalogue means nothing.
    pub fn finish(mut self) -> Result<Scores> {
        let Self { reader, rows, .. } = &mut self;
        reader.finish(&mut |row| rows.add(&row))?;
        self.rows.finish().map_err(|error| error.in_file(self.file))
    }

    /// SHA-256 of what was read so far.
    pub fn hash(&self) -> String {
        self.reader.hash()
    }
}

impl Rows {
    fn add(&mut self, row: &crate::formats::LongRow<'_>) -> Result<()> {
        let user = self.users.place(row.filled(0)?);
        let item = self.items.place(row.filled(1)?);
        self.cells.push((user as u32, item as u32, row.number(2)?, row.line()));
        Ok(())
    }

    fn finish(self) -> Result<Scores> {
        let (height, width) = (self.users.len(), self.items.len());
        // Rows can be missing, so the dense matrix may be far larger than the file that asks for
        // it. More holes than cells is no score matrix: say so before allocating it.
        let size = height.saturating_mul(width);
        let filled = self.cells.len();
        if size > filled.saturating_mul(2) {
            let problem =
                format!("{height} users × {width} items need {size} scores, the file has {filled}");
            return Err(Error::new(ErrorKind::Missing, problem, EVERY).at_field("score"));
        }
        let mut values = vec![f64::NAN; size];
        for (user, item, score, line) in self.cells {
            let cell = &mut values[user as usize * width + item as usize];
            if !cell.is_nan() {
                let (user, item) = (self.users.name(user as usize), self.items.name(item as usize));
                let problem = format!("user \"{user}\" and item \"{item}\" were scored before");
                return Err(Error::new(ErrorKind::Duplicate, problem, "Keep one of the two rows.")
                    .at_line(line));
            }
            *cell = score;
        }
        if let Some(at) = values.iter().position(|value| value.is_nan()) {
            let (user, item) = (self.users.name(at / width), self.items.name(at % width));
            let problem = format!("user \"{user}\" has no score for item \"{item}\"");
            return Err(Error::new(ErrorKind::Missing, problem, EVERY).at_field("score"));
        }
        Ok(Scores {
            users: self.users.finish()?,
            items: self.items.finish()?,
            values: Values::Table(Numbers::Double(values)),
        })
    }
}
