use std::sync::OnceLock;

use burn::tensor::Device;

use super::calibration::{Calibration, Reach};
use super::domain;
use super::input::Version;
use super::measure::ReplyReading;
use super::network::{Network, NetworkOutput};
use super::peregrm::RowCriteria;
use super::perspectives::{View, perspective, reward_of, subscores};
use super::versions::versions;
use super::{Judged, Personal, Stock};
use crate::formats::{Error, ErrorKind, Result, sha256};
use crate::model::{
    BYSTANDER_SUBSCORES, LEVELS, PERSPECTIVES, TextEmbedder, TextEmbedderFiles, Weights, read_back,
};
use crate::reward::criteria::Criteria;
use crate::reward::{
    Bystander, DomainReason, JudgeIdentity, Method, OutOfDomain, Penalties, ScoreRow,
    ScoreSettings, Scored,
};

/// The format of the heads' weights file.
pub const HEADS_FORMAT: &str = "attune-heads-3";

/// How far a probability may lie from the CPU's in [`BuiltinJudge::self_test`].
pub const SELF_TEST_TOLERANCE: f64 = 1e-4;

/// The files of the built-in judge, as they lie in `data/builtin`.
#[derive(Debug, Clone, Copy)]
pub struct BuiltinFiles<'a> {
    /// The text embedder.
    pub embedder: TextEmbedderFiles<'a>,
    /// `heads.safetensors`.
    pub heads: &'a [u8],
    /// `personal.safetensors`.
    pub personal: &'a [u8],
}

/// The built-in judge, loaded onto a device.
pub struct BuiltinJudge {
    embedder: TextEmbedder,
    /// Embedded when the first reply is read.
    stock: OnceLock<Stock>,
    network: Network,
    personal: Personal,
    /// Absent where heads, what lies under them or the personal fit were not the ones calibrated.
    calibration: Option<Calibration>,
    identity: JudgeIdentity,
}

/// What the judge makes of one row.
pub(super) struct Viewed {
    /// Its scores.
    pub view: View,
    /// Kinds of text that steer.
    steering: Vec<String>,
    /// Why the row is unlike the training set.
    unlike: Vec<DomainReason>,
}

impl BuiltinJudge {
    /// Loads the judge.
    ///
    /// # Errors
    ///
    /// `Weights` where a file is broken or made for another version.
    pub fn load(files: BuiltinFiles<'_>, device: &Device) -> Result<Self> {
        let embedder = TextEmbedder::load(files.embedder, device)?;
        let mut weights = Weights::read("heads.safetensors", files.heads, HEADS_FORMAT)?;
        let network = Network::load(&mut weights, embedder.width(), device)?;
        let calibration = Calibration::load(&mut weights, files.personal)?;
        weights.finish()?;
        let personal = Personal::load(files.personal, embedder.width())?;
        Ok(Self {
            embedder,
            stock: OnceLock::new(),
            network,
            calibration,
            personal,
            identity: JudgeIdentity {
                name: "builtin".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                weights: Some(sha256(&[files.heads])),
                ..JudgeIdentity::default()
            },
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

    async fn stock(&self) -> Result<&Stock> {
        if let Some(stock) = self.stock.get() {
            return Ok(stock);
        }
        let stock = Stock::of(&self.embedder).await?;
        Ok(self.stock.get_or_init(|| stock))
    }

    /// The heads.
    #[cfg(feature = "train")]
    pub(in crate::reward) fn heads(&self) -> &crate::model::Heads {
        self.network.heads()
    }

    /// What the heads see of each row: of its analysis (of the reply itself where there is none),
    /// then of its reply.
    #[cfg(feature = "train")]
    pub(in crate::reward) async fn inputs(&self, rows: &[ScoreRow]) -> Result<Vec<[Vec<f32>; 2]>> {
        let judged = Judged::read(rows, &self.embedder, self.stock().await?).await?;
        let (inputs, _) = self.network.inputs(judged.iter().flatten());
        let [_, width] = inputs.dims();
        let inputs = read_back(inputs).await?;
        let texts: Vec<Vec<f32>> = inputs.chunks_exact(width).map(<[f32]>::to_vec).collect();
        Ok(texts.as_chunks().0.to_vec())
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
        let reach = self.calibration.as_ref().map(|one| one.reach(settings)).transpose()?;
        let viewed = self.viewed(rows, settings.method).await?;
        let scored = |(row, viewed)| self.scored(row, settings, reach.as_ref(), viewed);
        rows.iter().zip(viewed).map(scored).collect()
    }

    /// What the judge makes of rows, one at least, by a method.
    pub(super) async fn viewed(&self, rows: &[ScoreRow], method: Method) -> Result<Vec<Viewed>> {
        let personal = method == Method::Peregrm;
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
        let (judged, embedded) =
            Judged::read_versions(&texts, &targets, &self.embedder, self.stock().await?).await?;
        let (views, nearest) = self.views(&judged, method).await?;
        let mut views = views.into_iter();

        let mut embedded = embedded.as_slice();
        let mut viewed = Vec::with_capacity(rows.len());
        for (row, (span, steering, criteria)) in rows.iter().zip(plan) {
            let own = views.by_ref().take(span.len());
            let (first, as_it_is) = (span.start, &texts[span.start]);
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
                            let fit = self.personal.fit(known, reply, &reading, &row.query);
                            criteria.judge(view, &reading, close, fit)
                        };
                    own.zip(texts).map(judge).collect()
                }
            };
            let view = View::lowest(seen).expect("every row has the version that it brings");
            let least = self.network.least_near();
            let [_, reply] = &judged[first];
            let unlike = domain::reasons(row, &as_it_is.response, reply, nearest[first], least);
            viewed.push(Viewed { view, steering, unlike });
        }
        Ok(viewed)
    }

    /// What the network makes of texts, and how near each reply lies to the training set: PERM
    /// judges resonation on the analysis, PereGRM all on the reply.
    async fn views(&self, judged: &[[Judged; 2]], method: Method) -> Result<(Vec<View>, Vec<f32>)> {
        let NetworkOutput { heads, nearest } = self.network.forward(judged.iter().flatten());
        let levels = read_back(heads.levels).await?;
        let bystander = read_back(heads.bystander).await?;
        let nearest = read_back(nearest).await?;

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
        let nearest = nearest.into_iter().skip(1).step_by(2).collect();
        Ok(((0..judged.len()).map(view).collect(), nearest))
    }

    fn scored(
        &self,
        row: &ScoreRow,
        settings: &ScoreSettings,
        reach: Option<&Reach>,
        Viewed { view, steering, unlike }: Viewed,
    ) -> Result<Scored> {
        let tokens = match row.tokens {
            Some(tokens) => tokens,
            None => self.embedder.tokens(row.sections().response)?.len() as u32,
        };
        let reward = reward_of(&view.figures(), tokens, settings)?;
        let known = unlike.is_empty();
        let interval =
            reach.map(|reach| reach.interval(&view, reward.reward, reward.length, settings, known));
        let total = view.total();
        let View { perspectives: [resonation, expression, reception], subscores } = view;
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
            interval,
            out_of_domain: unlike.into_iter().map(OutOfDomain::from).collect(),
            judge: self.identity.clone(),
            steering,
        })
    }
}
