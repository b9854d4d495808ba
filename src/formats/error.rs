use std::fmt;

/// What went wrong, in one word a program can branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not valid UTF-8.
    Encoding,
    /// The text is not valid JSON, CSV or `.npy`.
    Syntax,
    /// A field is absent.
    Missing,
    /// A field holds the wrong type.
    Type,
    /// A number lies outside its range.
    Range,
    /// A number is NaN or infinite.
    NotFinite,
    /// A user, an item or a name that nothing declares.
    Unknown,
    /// The same key twice.
    Duplicate,
    /// A file without a row.
    Empty,
    /// Fewer rows than the question needs.
    TooFew,
    /// Two inputs that do not fit together.
    Mismatch,
    /// A setting that does not exist or cannot be combined with another.
    Setting,
    /// Model weights that are missing, unused or of the wrong shape.
    Weights,
    /// The compute device failed or refused.
    Device,
    /// A judge's answer cannot be read.
    JudgeReply,
}

impl ErrorKind {
    /// The stable code that reaches JavaScript as `error.code`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::Syntax => "syntax",
            Self::Missing => "missing",
            Self::Type => "type",
            Self::Range => "range",
            Self::NotFinite => "not-finite",
            Self::Unknown => "unknown",
            Self::Duplicate => "duplicate",
            Self::Empty => "empty",
            Self::TooFew => "too-few",
            Self::Mismatch => "mismatch",
            Self::Setting => "setting",
            Self::Weights => "weights",
            Self::Device => "device",
            Self::JudgeReply => "judge-reply",
        }
    }
}

/// The error of every fallible function here: what is wrong, where, and how to mend it.
///
/// ```
/// use attune::formats::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::Missing, "the reply is absent", "Add a string.")
///     .in_file("replies.jsonl")
///     .at_line(3)
///     .at_field("response");
/// assert_eq!(
///     error.to_string(),
///     "replies.jsonl:3: field \"response\": the reply is absent. Add a string."
/// );
/// ```
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    file: Option<String>,
    line: Option<u64>,
    field: Option<String>,
    message: String,
    mend: String,
}

/// The result of every fallible function here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// `message` says what is wrong, without a full stop; `mend` is a sentence that says what to do.
    pub fn new(kind: ErrorKind, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            file: None,
            line: None,
            field: None,
            message: message.into(),
            mend: mend.into(),
        }))
    }

    /// Names the file, unless an inner caller, who knew better, already did.
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.0.file.get_or_insert_with(|| file.into());
        self
    }

    /// Names the line, counted from 1, unless already named.
    pub fn at_line(mut self, line: u64) -> Self {
        self.0.line.get_or_insert(line);
        self
    }

    /// Names the field or column, unless already named.
    pub fn at_field(mut self, field: impl Into<String>) -> Self {
        self.0.field.get_or_insert_with(|| field.into());
        self
    }

    /// Puts the place of an item in a list before the field: `[3].id`.
    pub fn in_row(mut self, row: usize) -> Self {
        let field = self.0.field.take();
        self.0.field = Some(match field {
            Some(field) => format!("[{row}].{field}"),
            None => format!("[{row}]"),
        });
        self
    }

    /// Puts the name of an argument before the field: `settings.k`.
    pub fn in_field(mut self, name: &str) -> Self {
        let field = self.0.field.take();
        self.0.field = Some(match field {
            Some(field) if field.starts_with('[') => format!("{name}{field}"),
            Some(field) => format!("{name}.{field}"),
            None => name.to_owned(),
        });
        self
    }

    /// The kind, to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file, where one is concerned.
    pub fn file(&self) -> Option<&str> {
        self.0.file.as_deref()
    }

    /// The line in the file, counted from 1.
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }

    /// The field or column.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// What is wrong, without place and mend.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, as a sentence.
    pub fn mend(&self) -> &str {
        &self.0.mend
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        match (&inner.file, inner.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line}: ")?,
            (Some(file), None) => write!(f, "{file}: ")?,
            (None, Some(line)) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        if let Some(field) = &inner.field {
            write!(f, "field \"{field}\": ")?;
        }
        write!(f, "{}. {}", inner.message, inner.mend)
    }
}

impl std::error::Error for Error {}
