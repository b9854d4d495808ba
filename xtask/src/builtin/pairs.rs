//! Pairs of replies, or of people, of which one is better.

use anyhow::{Context, Result};
use attune::formats::jsonl;
use attune::model::TextEmbedder;
use attune::reward::builtin::{Judged, Stock};
use attune::reward::{Persona, ScoreRow, Turn};
use pollster::block_on;
use serde::Deserialize;

use super::evaluate::FIGURES;

/// The first is for testing only.
const FILES: [&str; 8] = [
    "data/graded-replies/more/pairs.jsonl",
    "data/graded-replies/contrasts/pairs.jsonl",
    "data/graded-replies/contrasts/train.jsonl",
    "data/graded-replies/broad/part1/pairs.jsonl",
    "data/graded-replies/broad/part2/pairs.jsonl",
    "data/graded-replies/broad/part3/pairs.jsonl",
    "data/graded-replies/broad/part4/pairs.jsonl",
    "data/graded-replies/broad/part5/pairs.jsonl",
];

/// A line of a file of pairs.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default = "test")]
    split: String,
    better: usize,
    query: String,
    scenario: Option<String>,
    persona: Option<Persona>,
    #[serde(default)]
    memory: Vec<String>,
    #[serde(default)]
    history: Vec<Turn>,
    /// Of a minimal pair: on what the two responses differ.
    #[serde(default)]
    perspective: String,
    #[serde(default)]
    responses: Vec<String>,
    /// Of a contrast pair: what the two users are told.
    #[serde(default)]
    response: String,
    #[serde(default)]
    users: Vec<User>,
}

#[derive(Deserialize)]
struct User {
    persona: Option<Persona>,
    #[serde(default)]
    memory: Vec<String>,
}

/// Pairs that name no split are for testing.
fn test() -> String {
    "test".to_owned()
}

impl Line {
    fn row(&self, response: &str) -> ScoreRow {
        ScoreRow {
            id: "1".to_owned(),
            query: self.query.clone(),
            scenario: self.scenario.clone(),
            persona: self.persona.clone(),
            memory: self.memory.clone(),
            history: self.history.clone(),
            response: response.to_owned(),
            ..ScoreRow::default()
        }
    }
}

/// The lines of one type, with the files that they stand in.
fn lines(kind: &str) -> Result<Vec<(&'static str, Line)>> {
    let mut lines = Vec::new();
    for file in FILES {
        let read = jsonl::read::<Line>(file, &std::fs::read(file)?)?;
        let own = read.into_iter().map(|line| line.value).filter(|line| line.kind == kind);
        lines.extend(own.map(|line| (file, line)));
    }
    Ok(lines)
}

/// Two replies to one query that differ in one quality.
pub struct MinimalPair {
    pub split: String,
    /// On which perspective they differ, or the bystander (3).
    pub perspective: usize,
    /// The place of the better one.
    pub better: usize,
    pub sides: [Judged; 2],
}

/// The minimal pairs of all files.
pub fn minimal_pairs(embedder: &TextEmbedder) -> Result<Vec<MinimalPair>> {
    let stock = block_on(Stock::of(embedder))?;
    let pair = |(file, line): (&str, Line)| {
        let rows: Vec<ScoreRow> = line.responses.iter().map(|text| line.row(text)).collect();
        let judged = block_on(Judged::read(&rows, embedder, &stock))?;
        let mut sides = judged.into_iter().map(|[_, reply]| reply);
        let mut next = || sides.next().with_context(|| format!("{file}: a pair has one side"));
        let perspective = FIGURES.iter().position(|name| *name == line.perspective);
        Ok(MinimalPair {
            perspective: perspective
                .with_context(|| format!("{file}: \"{}\" is no perspective", line.perspective))?,
            better: line.better,
            sides: [next()?, next()?],
            split: line.split,
        })
    };
    lines("minimal")?.into_iter().map(pair).collect()
}

/// One reply to two people, of whom it suits one better.
pub struct ContrastPair {
    /// The file that it stands in.
    pub file: &'static str,
    /// The reply for each of the two.
    pub rows: Vec<ScoreRow>,
    /// The place of the one whom it suits.
    pub better: usize,
}

/// The contrast pairs of a split.
pub fn contrast_pairs(split: &str) -> Result<Vec<ContrastPair>> {
    let pair = |(file, line): (&'static str, Line)| {
        let row = |(at, user): (usize, &User)| ScoreRow {
            id: at.to_string(),
            persona: user.persona.clone(),
            memory: user.memory.clone(),
            ..line.row(&line.response)
        };
        let rows = line.users.iter().enumerate().map(row).collect();
        ContrastPair { file, rows, better: line.better }
    };
    let own = lines("contrast")?.into_iter().filter(|(_, line)| line.split == split);
    Ok(own.map(pair).collect())
}
