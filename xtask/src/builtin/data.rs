use anyhow::Result;
use attune::formats::jsonl;
use attune::model::TextEmbedder;
use attune::reward::builtin::Judged;
use attune::reward::builtin::train::Target;
use attune::reward::{BystanderScores, ScoreRow};
use serde::Deserialize;

pub const FILES: [&str; 2] =
    ["data/graded-replies/replies.jsonl", "data/graded-replies/more/replies.jsonl"];
/// A further file, which the model of personal fit reads beside them.
pub const BROAD: &str = "data/graded-replies/broad/part2/replies.jsonl";

#[derive(Deserialize)]
pub struct Graded {
    /// Where the scenario belongs; rows without one are for training.
    #[serde(default)]
    pub split: Option<String>,
    /// The sort of reply it was written as.
    #[serde(default)]
    pub kind: String,
    #[serde(flatten)]
    pub row: ScoreRow,
    /// One entry a grading, in the same order for every row.
    pub grades: Vec<Grades>,
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
        Self::read_files(&FILES, embedder)
    }

    /// Reads the files named.
    pub fn read_files(files: &[&str], embedder: &TextEmbedder) -> Result<Self> {
        let mut rows: Vec<Graded> = Vec::new();
        for file in files {
            let lines = jsonl::read(file, &std::fs::read(file)?)?;
            rows.extend(lines.into_iter().map(|line| line.value));
        }
        let plain: Vec<ScoreRow> = rows.iter().map(|graded| graded.row.clone()).collect();
        let judged = pollster::block_on(Judged::read(&plain, embedder))?;
        let judged = judged.into_iter().map(|[_, reply]| reply).collect();
        Ok(Self { rows, judged })
    }

    /// The rows of a split.
    pub fn of(&self, split: &str) -> Vec<usize> {
        let within = |at: &usize| self.rows[*at].split.as_deref().unwrap_or("train") == split;
        (0..self.rows.len()).filter(within).collect()
    }
}
