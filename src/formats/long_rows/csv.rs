use std::borrow::Cow;

use csv_core::ReadRecordResult;

use super::{Error, ErrorKind, Result, Sink};

/// The record begun, and where each column stands.
pub(super) struct Csv {
    reader: csv_core::Reader,
    /// Where each column stands in the file, once the header was read.
    places: Option<Places>,
    fields: Vec<u8>,
    ends: Vec<usize>,
    field_bytes: usize,
    field_count: usize,
    begun: bool,
    line: u64,
    /// The line on which the record begun begins.
    start: u64,
}

struct Places {
    width: usize,
    of: Vec<Option<usize>>,
}

impl Csv {
    pub fn new() -> Self {
        Self {
            reader: csv_core::Reader::new(),
            places: None,
            fields: vec![0; 256],
            ends: vec![0; 16],
            field_bytes: 0,
            field_count: 0,
            begun: false,
            line: 1,
            start: 1,
        }
    }

    /// The line on which a record begins that has not ended.
    pub fn begun(&self) -> Option<u64> {
        self.begun.then_some(self.start)
    }

    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut Sink<'_>) -> Result<()> {
        loop {
            if !self.begun {
                // What ended the last row, and blank lines, belong to no row.
                let ends = |byte: &&u8| matches!(byte, b'\n' | b'\r');
                let skipped = bytes.iter().take_while(ends).count();
                self.line += newlines(&bytes[..skipped]);
                bytes = &bytes[skipped..];
            }
            // To csv_core an empty piece is the end of the file.
            if bytes.is_empty() {
                return Ok(());
            }
            if !self.begun {
                (self.begun, self.start) = (true, self.line);
            }
            let (result, read, written, ended) = self.reader.read_record(
                bytes,
                &mut self.fields[self.field_bytes..],
                &mut self.ends[self.field_count..],
            );
            self.line += newlines(&bytes[..read]);
            bytes = &bytes[read..];
            self.field_bytes += written;
            self.field_count += ended;
            match result {
                ReadRecordResult::InputEmpty => return Ok(()),
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::End => return Ok(()),
                ReadRecordResult::Record => {
                    self.hand_over(sink)
                        .map_err(|error| error.in_file(sink.file).at_line(self.start))?;
                    (self.begun, self.field_bytes, self.field_count) = (false, 0, 0);
                }
            }
        }
    }

    fn hand_over(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        let text = std::str::from_utf8(&self.fields[..self.field_bytes]).map_err(|error| {
            let place =
                self.ends[..self.field_count].partition_point(|&end| end <= error.valid_up_to());
            let problem = format!("field {} is not UTF-8", place + 1);
            Error::new(ErrorKind::Encoding, problem, "Save the file as UTF-8.")
        })?;
        let ends = &self.ends[..self.field_count];
        let field = |at: usize| {
            let from = if at == 0 { 0 } else { ends[at - 1] };
            text.get(from..ends[at]).unwrap_or_default().trim()
        };
        let Some(places) = &self.places else {
            let names = (0..ends.len()).map(|at| field(at).to_owned()).collect();
            self.places = Some(Places::of(names, sink)?);
            return Ok(());
        };
        if ends.len() != places.width {
            let problem =
                format!("the row has {} fields where the header has {}", ends.len(), places.width);
            let mend = "Give every row as many fields as the header.";
            return Err(Error::new(ErrorKind::Syntax, problem, mend));
        }
        let fields = places.of.iter().map(|&at| at.map(|at| Cow::Borrowed(field(at))));
        sink.hand_over(self.start, fields.collect())
    }
}

impl Places {
    fn of(names: Vec<String>, sink: &Sink<'_>) -> Result<Self> {
        let header = sink.columns[..sink.required].join(",");
        let mut of = Vec::new();
        for (at, column) in sink.columns.iter().enumerate() {
            let mut places = names.iter().enumerate().filter(|(_, name)| *name == column);
            let place = places.next().map(|(place, _)| place);
            if place.is_none() && at < sink.required {
                let problem = format!("no such column; the header reads \"{}\"", names.join(","));
                let mend = format!("Begin the file with the header \"{header}\".");
                return Err(Error::new(ErrorKind::Missing, problem, mend).at_field(column));
            }
            if places.next().is_some() {
                let problem = "the header names the column twice";
                return Err(Error::new(
                    ErrorKind::Duplicate,
                    problem,
                    "Keep one of the two columns.",
                )
                .at_field(column));
            }
            of.push(place);
        }
        Ok(Self { width: names.len(), of })
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}
