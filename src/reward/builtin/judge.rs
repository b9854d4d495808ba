use burn::tensor::{Device, Tensor, TensorData};

use super::input::Version;
use super::measure::ReplyReading;
use super::peregrm::RowCriteria;
use super::perspectives::{View, perspective, subscores};
use super::versions::versions;
use super::{InputLayout, Judged, Personal};
use crate::formats::{Error, ErrorKind, Result, sha256};
use crate::model::{
    BYSTANDER_SUBSCORES, Heads, LEVELS, PERSPECTIVES, TextEmbedder, TextEmbedderFiles, Weights,
    read_back,
};
use crate::reward::criteria::Criteria;
use crate::reward::features::NgramVocabulary;
use crate::reward::{
    Bystander, JudgeIdentity, Judgement, Method, Penalties, ScoreRow, ScoreSettings, Scored,
    peregrm_reward, perm_reward,
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
    personal: Personal,
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
            personal: Personal::load()?,
            identity: JudgeIdentity {
                name: "builtin".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                weights: Some(sha256(&[files.heads])),
                ..JudgeIdentity::default()
            },
            device: device.clone(),
        })
    }

    /// The criteria that PereGRM goes by for the seeker of a row; no reply is looked at.
    ///
    /// # Errors
    ///
    /// Those of the embedder.
    pub async fn criteria(&self, row: &ScoreRow) -> Result<Criteria> {
        let known = self.personal.known(std::slice::from_ref(row), &self.embedder).await?;
        Ok(Criteria::personal(row, &known[0]))
    }

    /// The text embedder, which memory search shares.
    pub fn embedder(&self) -> &TextEmbedder {
        &self.embedder
    }

    /// The heads.
    #[cfg(feature = "train")]
    pub(in crate::reward) fn heads(&self) -> &Heads {
        &self.heads
    }

    /// What the heads see of each row: of its analysis (of the reply itself where there is none),
    /// then of its reply.
    #[cfg(feature = "train")]
    pub(in crate::reward) async fn inputs(&self, rows: &[ScoreRow]) -> Result<Vec<[Vec<f32>; 2]>> {
        let judged = Judged::read(rows, &self.embedder).await?;
        let inputs = |text: &Judged| self.layout.inputs(text, &self.vocabulary);
        Ok(judged.iter().map(|texts| texts.each_ref().map(inputs)).collect())
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
        let settings = ScoreSettings::default();
        let figures = |scored: &[Scored]| -> Vec<f64> {
            let perspectives =
                |s: &Scored| [&s.resonation, &s.expression, &s.reception].map(|p| p.distribution);
            scored
                .iter()
                .flat_map(|s| {
                    let levels = perspectives(s).into_iter().flatten();
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

    /// Scores rows by the method chosen, in order. The caller has checked them
    /// ([`ScoreRow::read`] or [`check_rows`](crate::formats::check_rows)) and chooses how many go at once.
    ///
    /// A reply that tries to steer its judge is scored as it is and with such text taken out or
    /// replaced by ordinary text ([`steering`](crate::reward::steering)); the lowest score of each
    /// perspective counts.
    ///
    /// # Errors
    ///
    /// `Device` where the device fails; `Setting` for a constant out of range or of no use.
    pub async fn score(&self, rows: &[ScoreRow], settings: &ScoreSettings) -> Result<Vec<Scored>> {
        settings.check()?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let personal = settings.method == Method::Peregrm;
        let known =
            if personal { self.personal.known(rows, &self.embedder).await? } else { Vec::new() };
        let mut known = known.into_iter();
        let (mut texts, mut plan) = (Vec::new(), Vec::new());
        for row in rows {
            let (versions, kinds) = versions(row);
            let start = texts.len();
            texts.extend(versions);
            let criteria = known.next().map(|known| RowCriteria::of(row, known));
            plan.push((start..texts.len(), kinds, criteria));
        }
        let criteria = plan.iter().filter_map(|(.., criteria)| criteria.as_ref());
        let targets: Vec<&str> = criteria.flat_map(RowCriteria::targets).collect();
        let (judged, embedded) = Judged::read_versions(&texts, &targets, &self.embedder).await?;
        let mut views = self.views(&judged, settings.method).await?.into_iter();

        let mut embedded = embedded.as_slice();
        let mut scored = Vec::with_capacity(rows.len());
        for (row, (span, kinds, criteria)) in rows.iter().zip(plan) {
            let own = views.by_ref().take(span.len());
            let seen: Vec<View> = match &criteria {
                None => own.collect(),
                Some(criteria) => {
                    let (close, rest) = embedded.split_at(criteria.targets().count());
                    embedded = rest;
                    let texts = texts[span.clone()].iter().zip(&judged[span]);
                    let judge =
                        |(view, (text, [_, reply])): (View, (&Version<'_>, &[Judged; 2]))| {
                            let reading = ReplyReading::of(&text.response, &reply.embedding);
                            let known = &criteria.known;
                            let fit = self.personal.fit(known, reply, &text.response, &row.query);
                            criteria.judge(view, &reading, close, fit)
                        };
                    own.zip(texts).map(judge).collect()
                }
            };
            let view = View::lowest(seen).expect("every row has the version that it brings");
            scored.push(Scored { steering: kinds, ..self.scored(row, settings, view)? });
        }
        Ok(scored)
    }

    /// What the heads make of texts: PERM judges resonation on the analysis, PereGRM all on the
    /// reply.
    async fn views(&self, judged: &[[Judged; 2]], method: Method) -> Result<Vec<View>> {
        let inputs: Vec<f32> = judged
            .iter()
            .flatten()
            .flat_map(|text| self.layout.inputs(text, &self.vocabulary))
            .collect();
        let shape = [2 * judged.len(), self.layout.width()];
        let output =
            self.heads.forward(Tensor::from_data(TensorData::new(inputs, shape), &self.device));
        let levels = read_back(output.levels).await?;
        let bystander = read_back(output.bystander).await?;

        // Two lines of output a text: the analysis, then the reply.
        let levels: Vec<[f32; LEVELS]> = levels.as_chunks().0.to_vec();
        let bystander: Vec<[f32; BYSTANDER_SUBSCORES]> = bystander.as_chunks().0.to_vec();
        let level = |line: usize, head: usize| perspective(levels[line * PERSPECTIVES + head]);
        let view = |at: usize| {
            let (analysis, reply) = (2 * at, 2 * at + 1);
            let inner = if method == Method::Perm { analysis } else { reply };
            View {
                perspectives: [level(inner, 0), level(reply, 1), level(reply, 2)],
                subscores: subscores(bystander[reply]),
            }
        };
        Ok((0..judged.len()).map(view).collect())
    }

    fn scored(&self, row: &ScoreRow, settings: &ScoreSettings, view: View) -> Result<Scored> {
        let tokens = match row.tokens {
            Some(tokens) => tokens,
            None => self.embedder.tokens(row.sections().response)?.len() as u32,
        };
        let total = view.total();
        let View { perspectives: [resonation, expression, reception], subscores } = view;
        let scores = [resonation.score, expression.score, reception.score];
        let reward = match settings.method {
            Method::Perm => {
                let [resonation, expression, reception] = scores;
                let judgement =
                    Judgement { resonation, expression, reception, bystander: total, tokens };
                perm_reward(&judgement, &settings.constants())?
            }
            Method::Peregrm => {
                let trials = [&scores[..1], &scores[1..2], &scores[2..]];
                peregrm_reward(trials, total, settings.bystander_weight)
            }
        };
        Ok(Scored {
            id: row.id.clone(),
            reward: reward.reward,
            empathy: reward.empathy,
            resonation,
            expression,
            reception,
            bystander: Bystander {
                total,
                subscores: Some(subscores),
                rationale: None,
                trials: Vec::new(),
                disagreement: None,
            },
            penalties: Penalties { bystander: reward.bystander, length: reward.length },
            tokens: Some(tokens),
            imputed: Vec::new(),
            clamped: Vec::new(),
            judge: self.identity.clone(),
            steering: Vec::new(),
        })
    }
}
