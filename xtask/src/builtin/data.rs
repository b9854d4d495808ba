use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use attune::formats::jsonl;
use attune::model::TextEmbedder;
use attune::reward::builtin::train::Target;
use attune::reward::builtin::{Judged, Stock};
use attune::reward::{BystanderScores, ScoreRow};
use serde::Deserialize;

const FILES: [&str; 7] = [
    "data/graded-replies/replies.jsonl",
    "data/graded-replies/more/replies.jsonl",
    "data/graded-replies/broad/part1/replies.jsonl",
    "data/graded-replies/broad/part2/replies.jsonl",
    "data/graded-replies/broad/part3/replies.jsonl",
    "data/graded-replies/broad/part4/replies.jsonl",
    "data/graded-replies/broad/part5/replies.jsonl",
];

#[derive(Deserialize)]
pub struct Graded {
    /// Where the scenario belongs; rows without one are for training.
    #[serde(default)]
    pub split: Option<String>,
    /// The scenario.
    #[serde(default)]
    pub group: String,
    /// The sort of reply it was written as.
    #[serde(default)]
    pub kind: String,
    #[serde(flatten)]
    pub row: ScoreRow,
    /// One entry a grading, in the same order for every row.
    pub grades: Vec<Grades>,
    /// Whether it stands in the broad set.
    #[serde(skip)]
    pub broad: bool,
}

#[derive(Deserialize)]
pub struct Grades {
    pub resonation: u8,
    pub expression: u8,
    pub reception: u8,
    pub bystander: BystanderScores,
}

impl Grades {
    /// Resonation, expression, reception, and the bystander's sum.
    pub fn figures(&self) -> [f64; 4] {
        let BystanderScores { content, structure, efficiency, objectivity, accuracy } =
            self.bystander;
        [
            f64::from(self.resonation),
            f64::from(self.expression),
            f64::from(self.reception),
            content + structure + efficiency + objectivity + accuracy,
        ]
    }
}

impl Graded {
    /// The mean of the gradings.
    pub fn figures(&self) -> [f64; 4] {
        let mut mean = [0.0; 4];
        for grades in &self.grades {
            for (sum, figure) in mean.iter_mut().zip(grades.figures()) {
                *sum += figure / self.grades.len() as f64;
            }
        }
        mean
    }

    pub fn target(&self) -> Target {
        let share = 1.0 / self.grades.len() as f32;
        let mut target = Target { levels: [[0.0; 5]; 3], bystander: [0.0; 5] };
        for grades in &self.grades {
            let levels = [grades.resonation, grades.expression, grades.reception];
            for (levels, level) in target.levels.iter_mut().zip(levels) {
                levels[usize::from(level) - 1] += share;
            }
            let b = grades.bystander;
            let scores = [b.content, b.structure, b.efficiency, b.objectivity, b.accuracy];
            for (mean, score) in target.bystander.iter_mut().zip(scores) {
                *mean += share * (score / 20.0) as f32;
            }
        }
        target
    }
}

/// The graded replies with what the judge reads in each.
pub struct Dataset {
    pub rows: Vec<Graded>,
    /// The reply of each row; no graded reply has an analysis.
    pub judged: Vec<Judged>,
}

impl Dataset {
    pub fn read(embedder: &TextEmbedder) -> Result<Self> {
        let mut rows: Vec<Graded> = Vec::new();
        for file in FILES {
            let lines = jsonl::read(file, &std::fs::read(file)?)?;
            let broad = file.contains("/broad/");
            rows.extend(lines.into_iter().map(|line| Graded { broad, ..line.value }));
        }
        let plain: Vec<ScoreRow> = rows.iter().map(|graded| graded.row.clone()).collect();
        let stock = pollster::block_on(Stock::of(embedder))?;
        let judged = pollster::block_on(Judged::read(&plain, embedder, &stock))?;
        let judged = judged.into_iter().map(|[_, reply]| reply).collect();
        Ok(Self { rows, judged })
    }

    /// The rows of a split.
    pub fn of(&self, split: &str) -> Vec<usize> {
        let within = |at: &usize| self.rows[*at].split.as_deref().unwrap_or("train") == split;
        (0..self.rows.len()).filter(within).collect()
    }
}

impl Dataset {
    /// The scenario of each row, by number.
    pub fn scenarios(&self) -> Vec<usize> {
        let names: BTreeSet<&str> = self.rows.iter().map(|row| row.group.as_str()).collect();
        let place: BTreeMap<&str, usize> = names.into_iter().zip(0..).collect();
        self.rows.iter().map(|row| place[row.group.as_str()]).collect()
    }

    /// The validation split in two halves of whole scenarios: on the first the steps of linear
    /// heads are chosen and all heads are fitted in the end, on the second intervals are calibrated.
    pub fn validation_halves(&self) -> [Vec<usize>; 2] {
        let rows = self.of("validation");
        let folds = self.folds(&rows, 2);
        [0, 1].map(|half| {
            let own = rows.iter().zip(&folds).filter(|(_, fold)| **fold == half);
            own.map(|(&at, _)| at).collect()
        })
    }

    /// The part of each of `rows`, below `count`: scenarios in order of name, one after the other.
    pub fn folds(&self, rows: &[usize], count: usize) -> Vec<usize> {
        let name = |at: &usize| self.rows[*at].group.as_str();
        let names: BTreeSet<&str> = rows.iter().map(name).collect();
        let place: BTreeMap<&str, usize> = names.into_iter().zip(0..).collect();
        rows.iter().map(|at| place[name(at)] % count).collect()
    }
}
