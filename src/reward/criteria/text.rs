use super::Criterion;
use crate::formats::{Error, ErrorKind, Result};
use crate::reward::lines::{after_thinking, digits};

/// Criteria as judges are asked to write them, one a line: `1. Name (25%): description`.
///
/// ```
/// use attune::reward::criteria::{format_criteria, parse_criteria};
/// let text = "1. Names the loss (60%): It says what is gone.\n2. Leaves room (40%): It asks.";
/// assert_eq!(format_criteria(&parse_criteria(text)?), text);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn format_criteria(criteria: &[Criterion]) -> String {
    let line = |(at, criterion): (usize, &Criterion)| {
        let Criterion { name, weight, description } = criterion;
        format!("{}. {} ({weight}%): {}", at + 1, flat(name), flat(description))
    };
    criteria.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads the lines of [`format_criteria`] from a judge's text: what precedes the first numbered
/// line is left out, and a line without a number continues the description before it.
///
/// # Errors
///
/// `Syntax` where no line has the form, or a numbered line lacks its weight, with the line.
pub fn parse_criteria(text: &str) -> Result<Vec<Criterion>> {
    let mut criteria: Vec<Criterion> = Vec::new();
    for (at, line) in after_thinking(text).lines().enumerate() {
        let line = line.trim().replace("**", "");
        if line.is_empty() {
            continue;
        }
        match (numbered(&line), criteria.last_mut()) {
            (Some(rest), _) => {
                criteria.push(criterion(rest).map_err(|e| e.at_line(at as u64 + 1))?)
            }
            (None, Some(last)) => {
                last.description.push(' ');
                last.description.push_str(&line);
            }
            (None, None) => {}
        }
    }
    if criteria.is_empty() {
        return Err(unreadable("no line of the text is a criterion"));
    }
    Ok(criteria)
}

/// What follows `3.` or `3)`.
fn numbered(line: &str) -> Option<&str> {
    let (_, rest) = digits(line)?;
    rest.strip_prefix(['.', ')']).map(str::trim_start)
}

/// `Name (25%): description`; the weight is the last one before the colon.
fn criterion(line: &str) -> Result<Criterion> {
    let read = || {
        let end = line.find("%)")?;
        let start = line[..end].rfind('(')?;
        let weight: f64 = line[start + 1..end].trim().parse().ok()?;
        let description = line[end + 2..].trim().strip_prefix(':')?.trim();
        let name = line[..start].trim();
        let whole = !name.is_empty() && !description.is_empty();
        whole.then(|| Criterion {
            name: name.to_owned(),
            weight,
            description: description.to_owned(),
        })
    };
    read().ok_or_else(|| unreadable("the line is no criterion with a name, a weight and a text"))
}

fn unreadable(problem: &str) -> Error {
    Error::new(ErrorKind::Syntax, problem, "Write each as \"1. Name (25%): what a reply shows\".")
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
