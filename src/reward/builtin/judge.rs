use burn::tensor::{Device, Tensor, TensorData};

use super::{InputLayout, Judged};
use crate::formats::{Error, ErrorKind, Result, sha256};
use crate::model::{
    BYSTANDER_SUBSCORES, Heads, LEVELS, PERSPECTIVES, TextEmbedder, TextEmbedderFiles, Weights,
    read_back,
};
use crate::reward::features::NgramVocabulary;
use crate::reward::{
    Bystander, BystanderScores, JudgeIdentity, Judgement, Penalties, PermSettings,
    PerspectiveScore, ScoreRow, Scored, perm_reward,
};

/// The format of the heads' weights file.
pub const HEADS_FORMAT: &str = "attune-heads-1";

/// How far a probability may lie from the CPU's in [`BuiltinJudge::self_test`].
pub const SELF_TEST_TOLERANCE: f64 = 1e-4;

/// The files of the built-in judge, as they lie in `data/builtin`.
#[derive(Debug, Clone, Copy)]
pub struct BuiltinFiles<'a> {
    /// The text embedder.
    pub embedder: TextEmbedderFiles<'a>,
    /// `heads.safetensors`.
    pub heads: &'a [u8],
}

/// The built-in judge, loaded onto a device.
pub struct BuiltinJudge {
    embedder: TextEmbedder,
    heads: Heads,
    layout: InputLayout,
    vocabulary: NgramVocabulary,
    identity: JudgeIdentity,
    device: Device,
}

impl BuiltinJudge {
    /// Loads the judge.
    ///
    /// # Errors
    ///
    /// `Weights` where a file is broken or made for another version.
    pub fn load(files: BuiltinFiles<'_>, device: &Device) -> Result<Self> {
        let embedder = TextEmbedder::load(files.embedder, device)?;
        let file = "heads.safetensors";
        let mut weights = Weights::read(file, files.heads, HEADS_FORMAT)?;
        let layout: InputLayout = weights.json("layout")?;
        let unfit = if let Some(name) = layout.unknown_feature() {
            Some(format!("the feature \"{name}\" is not known"))
        } else if layout.embedding_width > embedder.width() {
            Some(format!("the embedding has {} components", embedder.width()))
        } else {
            None
        };
        if let Some(message) = unfit {
            let mend = "Fetch the weights of this version of attune.";
            return Err(Error::new(ErrorKind::Weights, message, mend)
                .in_file(file)
                .at_field("layout"));
        }
        let heads = Heads::load(&mut weights, layout.width(), device)?;
        weights.finish()?;
        Ok(Self {
            embedder,
            heads,
            vocabulary: NgramVocabulary::new(&layout.ngrams),
            layout,
            identity: JudgeIdentity {
                name: "builtin".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                weights: sha256(&[files.heads]),
            },
            device: device.clone(),
        })
    }

    /// The text embedder, which memory search shares.
    pub fn embedder(&self) -> &TextEmbedder {
        &self.embedder
    }

    /// Scores a known reply here and on the CPU, and compares: an invalid shader can return wrong
    /// numbers without an error.
    ///
    /// # Errors
    ///
    /// `Device` where the two differ by more than [`SELF_TEST_TOLERANCE`].
    pub async fn self_test(&self, files: BuiltinFiles<'_>) -> Result<()> {
        let cpu = Self::load(files, &Device::flex())?;
        let row = ScoreRow {
            id: "self-test".to_owned(),
            query: "My dog died on Sunday and the house is so quiet. What should I do?".to_owned(),
            response: "I'm so sorry. The quiet must ache: he was part of every morning. Would it \
                       help to tell me about him?"
                .to_owned(),
            ..ScoreRow::default()
        };
        let settings = PermSettings::default();
        let figures = |scored: &[Scored]| -> Vec<f64> {
            let perspectives = |s: &Scored| [s.resonation, s.expression, s.reception];
            scored
                .iter()
                .flat_map(|s| {
                    let levels = perspectives(s).into_iter().flat_map(|p| p.distribution);
                    levels.chain([s.bystander.total / 100.0]).collect::<Vec<_>>()
                })
                .collect()
        };
        let expected = figures(&cpu.score(std::slice::from_ref(&row), &settings).await?);
        let found = figures(&self.score(std::slice::from_ref(&row), &settings).await?);
        let gap = expected.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        if gap > SELF_TEST_TOLERANCE {
            return Err(Error::new(
                ErrorKind::Device,
                format!("the device disagrees with the CPU by {gap:.1e} on a known reply"),
                "Choose the CPU: this device computes wrong results.",
            ));
        }
        Ok(())
    }

    /// Scores rows with the PERM reward, in order. The caller has checked them
    /// ([`ScoreRow::read`] or [`check_rows`](crate::formats::check_rows)) and chooses how many go at once.
    ///
    /// # Errors
    ///
    /// `Device` where the device fails; `Setting` for a constant out of range.
    pub async fn score(&self, rows: &[ScoreRow], settings: &PermSettings) -> Result<Vec<Scored>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let judged = Judged::read(rows, &self.embedder).await?;
        let inputs: Vec<f32> = judged
            .iter()
            .flatten()
            .flat_map(|text| self.layout.inputs(text, &self.vocabulary))
            .collect();
        let shape = [2 * rows.len(), self.layout.width()];
        let output =
            self.heads.forward(Tensor::from_data(TensorData::new(inputs, shape), &self.device));
        let levels = read_back(output.levels).await?;
        let bystander = read_back(output.bystander).await?;

        // Two lines of output a row: the analysis, which decides resonation, and the reply, which
        // decides the rest.
        let levels: Vec<[f32; LEVELS]> = levels.as_chunks().0.to_vec();
        let bystander: Vec<[f32; BYSTANDER_SUBSCORES]> = bystander.as_chunks().0.to_vec();
        let level = |line: usize, head: usize| perspective(levels[line * PERSPECTIVES + head]);
        rows.iter()
            .enumerate()
            .map(|(at, row)| {
                let (analysis, reply) = (2 * at, 2 * at + 1);
                let [content, structure, efficiency, objectivity, accuracy] =
                    bystander[reply].map(|share| 20.0 * f64::from(share).clamp(0.0, 1.0));
                let subscores =
                    BystanderScores { content, structure, efficiency, objectivity, accuracy };
                self.scored(
                    row,
                    settings,
                    [level(analysis, 0), level(reply, 1), level(reply, 2)],
                    subscores,
                )
            })
            .collect()
    }

    fn scored(
        &self,
        row: &ScoreRow,
        settings: &PermSettings,
        [resonation, expression, reception]: [PerspectiveScore; PERSPECTIVES],
        subscores: BystanderScores,
    ) -> Result<Scored> {
        let tokens = match row.tokens {
            Some(tokens) => tokens,
            None => self.embedder.tokens(row.sections().response)?.len() as u32,
        };
        let BystanderScores { content, structure, efficiency, objectivity, accuracy } = subscores;
        let total = content + structure + efficiency + objectivity + accuracy;
        let judgement = Judgement {
            resonation: resonation.score,
            expression: expression.score,
            reception: reception.score,
            bystander: total,
            tokens,
        };
        let reward = perm_reward(&judgement, settings)?;
        Ok(Scored {
            id: row.id.clone(),
            reward: reward.reward,
            empathy: reward.empathy,
            resonation,
            expression,
            reception,
            bystander: Bystander { total, subscores },
            penalties: Penalties { bystander: reward.bystander, length: reward.length },
            tokens,
            imputed: Vec::new(),
            judge: self.identity.clone(),
        })
    }
}

/// The distribution in double precision, summing to 1, with its expected value.
fn perspective(levels: [f32; LEVELS]) -> PerspectiveScore {
    let levels = levels.map(|p| f64::from(p).max(0.0));
    let sum: f64 = levels.iter().sum();
    let distribution = levels.map(|p| p / sum);
    let score = distribution.iter().zip(1..).map(|(p, level)| p * f64::from(level)).sum::<f64>();
    PerspectiveScore { score: score.clamp(1.0, 5.0), distribution }
}
