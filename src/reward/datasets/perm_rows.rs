use std::collections::HashMap;

use serde::Deserialize;

use super::dataset::Query;
use super::fields::{Name, SeekerObject, Text};
use crate::formats::{Error, ErrorKind, Object, Result, filled, jsonl};
use crate::reward::Turn;

/// One row of a PERM file.
#[derive(Deserialize)]
struct PermRow {
    #[serde(default)]
    id: Option<Name>,
    #[serde(default)]
    persona: Option<Text<SeekerObject>>,
    #[serde(default)]
    scenario: Option<String>,
    dialogue: Vec<String>,
}

/// Reads a PERM file: the last entry of `dialogue` is the query, those before it are turns of the
/// assistant and the user by turns, ending with the assistant.
pub(super) fn read(file: &str, bytes: &[u8], split: &str) -> Result<Vec<Query>> {
    let mut lines: HashMap<String, u64> = HashMap::new();
    let mut queries = Vec::new();
    for line in jsonl::read::<Object<PermRow>>(file, bytes)? {
        let Object(row) = line.value;
        let query = of_row(row, line.number, split)
            .map_err(|error| error.in_file(file).at_line(line.number))?;
        if let Some(before) = lines.insert(query.id.clone(), line.number) {
            let problem = format!("the id \"{}\" is that of line {before} too", query.id);
            let mend = "Give every row an id of its own; a row without one takes its line number.";
            let error = Error::new(ErrorKind::Duplicate, problem, mend).at_field("id");
            return Err(error.in_file(file).at_line(line.number));
        }
        queries.push(query);
    }
    Ok(queries)
}

fn of_row(row: PermRow, line: u64, split: &str) -> Result<Query> {
    let id = row.id.map_or_else(|| line.to_string(), |id| id.text);
    filled("id", &id)?;
    let mut dialogue = row.dialogue;
    let Some(query) = dialogue.pop() else {
        let mend = "End it with what the seeker says.";
        let error = Error::new(ErrorKind::Missing, "the list is empty", mend);
        return Err(error.at_field("dialogue"));
    };
    let turns = dialogue.len();
    filled("dialogue", &query).map_err(|error| error.at_field("dialogue"))?;
    let turn = |(at, content): (usize, String)| {
        // Counted back from the query, which is the user's.
        let role = if (turns - at) % 2 == 1 { "assistant" } else { "user" };
        Turn { role: role.to_owned(), content }
    };
    Ok(Query {
        user: id.clone(),
        id,
        split: split.to_owned(),
        category: "all".to_owned(),
        persona: row.persona.map(|persona| persona.0),
        scenario: row.scenario,
        memory: Vec::new(),
        relevant: Vec::new(),
        history: dialogue.into_iter().enumerate().map(turn).collect(),
        query,
        criteria: None,
        place: None,
    })
}
