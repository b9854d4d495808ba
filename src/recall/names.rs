use std::collections::HashMap;

use crate::formats::{Error, ErrorKind, Result};

/// The names of users or of items, and their places.
#[derive(Debug, Clone)]
pub struct Names(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// Called by their place from 0, as in a matrix without names; nothing is stored.
    Places(usize),
    Named {
        names: Vec<Box<str>>,
        index: HashMap<Box<str>, u32>,
    },
}

impl Names {
    /// `count` things called `0`, `1`, ….
    pub fn places(count: usize) -> Self {
        Self(Kind::Places(count))
    }

    /// Things by their names, in order.
    ///
    /// # Errors
    ///
    /// `Duplicate` for a name that stands twice, `Empty` for none, `Range` for more than 2³¹.
    pub fn new(names: Vec<String>) -> Result<Self> {
        if names.is_empty() {
            return Err(Error::new(ErrorKind::Empty, "there is no name", "Give at least one."));
        }
        if names.len() > i32::MAX as usize {
            let problem = format!("{} names are too many", names.len());
            return Err(Error::new(ErrorKind::Range, problem, "Evaluate them in parts."));
        }
        let mut index = HashMap::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            if index.insert(name.as_str().into(), at as u32).is_some() {
                let problem = format!("the name \"{name}\" stands twice");
                return Err(Error::new(ErrorKind::Duplicate, problem, "Give each its own name."));
            }
        }
        Ok(Self(Kind::Named { names: names.into_iter().map(Into::into).collect(), index }))
    }

    /// Reads a list of names: one a line, in the order of a matrix's rows or columns. A header
    /// `user`, `item`, `name` or `id` is passed over.
    ///
    /// # Errors
    ///
    /// `Encoding`; `Missing` for a blank line among names; what [`Self::new`] reports.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self> {
        let text = crate::formats::utf8(file, bytes)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines: Vec<&str> = text.lines().map(str::trim).collect();
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        let header =
            lines.first().is_some_and(|line| matches!(*line, "user" | "item" | "name" | "id"));
        let skipped = usize::from(header);
        if let Some(at) = lines.iter().position(|line| line.is_empty()) {
            let mend = "Write one name a line.";
            let error = Error::new(ErrorKind::Missing, "the line is empty", mend);
            return Err(error.in_file(file).at_line(at as u64 + 1));
        }
        let names = lines[skipped..].iter().map(|&line| unquoted(line)).collect();
        Self::new(names).map_err(|error| error.in_file(file))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kind::Places(count) => *count,
            Kind::Named { names, .. } => names.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name at a place; that of a place beyond the last is its number.
    pub fn name(&self, at: usize) -> String {
        match &self.0 {
            Kind::Named { names, .. } if at < names.len() => names[at].to_string(),
            _ => at.to_string(),
        }
    }

    /// The place of a name.
    pub fn find(&self, name: &str) -> Option<usize> {
        match &self.0 {
            Kind::Places(count) => {
                // "007" and "+7" are other names than "7".
                let canonical = name == "0" || !name.starts_with(['0', '+', '-']);
                name.parse().ok().filter(|at| canonical && at < count)
            }
            Kind::Named { index, .. } => index.get(name).map(|&at| at as usize),
        }
    }

    /// Where each of these stands in `other`; `None` where all stand at the same place.
    pub(super) fn within(&self, other: &Self) -> Option<Vec<Option<usize>>> {
        if let (Kind::Places(a), Kind::Places(b)) = (&self.0, &other.0)
            && a == b
        {
            return None;
        }
        let places: Vec<_> = (0..self.len()).map(|at| other.find(&self.name(at))).collect();
        let same = self.len() == other.len()
            && places.iter().enumerate().all(|(at, place)| *place == Some(at));
        (!same).then_some(places)
    }
}

/// A CSV field without the quotation marks around it.
fn unquoted(line: &str) -> String {
    match line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => line.to_owned(),
    }
}

/// Names given one by one, each the first time it occurs.
#[derive(Default)]
pub(super) struct Interner {
    names: Vec<String>,
    index: HashMap<String, usize>,
}

impl From<&Names> for Interner {
    fn from(names: &Names) -> Self {
        let mut interner = Self::default();
        (0..names.len()).for_each(|at| {
            interner.place(&names.name(at));
        });
        interner
    }
}

impl Interner {
    /// The place of a name that was given before.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    pub(super) fn place(&mut self, name: &str) -> usize {
        if let Some(at) = self.find(name) {
            return at;
        }
        let at = self.names.len();
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), at);
        at
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, at: usize) -> &str {
        &self.names[at]
    }

    /// All names, in order.
    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }

    pub(super) fn finish(self) -> Result<Names> {
        Names::new(self.names)
    }
}
