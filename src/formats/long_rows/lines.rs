use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Error, ErrorKind, Result, Sink};

/// The line begun.
#[derive(Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
    line: u64,
}

impl Lines {
    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut Sink<'_>) -> Result<()> {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            self.begun.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            self.line += 1;
            let line = std::mem::take(&mut self.begun);
            self.read(&line, sink).map_err(|error| error.in_file(sink.file).at_line(self.line))?;
        }
        self.begun.extend_from_slice(bytes);
        Ok(())
    }

    fn read(&self, line: &[u8], sink: &mut Sink<'_>) -> Result<()> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let text = super::super::utf8(sink.file, line)?;
        let object: Map<String, Value> = super::super::jsonl::parse(text)?;
        let mut fields = Vec::new();
        for (at, column) in sink.columns.iter().enumerate() {
            fields.push(match object.get(column) {
                None | Some(Value::Null) if at < sink.required => {
                    let mend = format!("Add \"{column}\".");
                    let error = Error::new(ErrorKind::Missing, "the field is absent", mend);
                    return Err(error.at_field(column));
                }
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(Cow::Borrowed(text.trim())),
                Some(Value::Number(number)) => Some(Cow::Owned(number.to_string())),
                Some(Value::Bool(truth)) => Some(Cow::Borrowed(if *truth { "1" } else { "0" })),
                Some(Value::Array(_) | Value::Object(_)) => {
                    let problem = "the value is neither text nor a number";
                    let error = Error::new(ErrorKind::Type, problem, "Write text or a number.");
                    return Err(error.at_field(column));
                }
            });
        }
        sink.hand_over(self.line, fields)
    }
}
