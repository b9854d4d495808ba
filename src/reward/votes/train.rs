use std::collections::BTreeSet;

use burn::tensor::Device;

use super::figures::is_separable;
use super::fit::{Fitted, HeadValues};
use super::heads_file::rewritten;
use super::measure::{Measured, measure, warnings};
use super::problem::Problem;
use super::{Ballots, Batch, Parts, Reply, StrengthTried, VoteReport, VoteSettings};
use crate::formats::{Error, Result, sha256};
use crate::reward::builtin::{BuiltinFiles, BuiltinJudge};
use crate::reward::{PermSettings, ScoreRow};

/// The strengths tried where none is given, from the strongest. The validation loss falls as the
/// pull weakens and rises again once the fit follows chance, so the first that does worse than the
/// one before it ends the search.
pub const STRENGTHS: [f64; 5] = [0.1, 0.03, 0.01, 0.003, 0.001];
/// Replies read between two pauses.
const CHUNK: usize = 16;

/// What heads are retrained from; files by name and content.
#[derive(Debug, Clone, Copy)]
pub struct VoteFiles<'a> {
    /// CSV of votes or ratings, as [`Ballots::read`] takes it.
    pub votes: (&'a str, &'a [u8]),
    /// JSONL of the replies that they speak of, as [`ScoreRow::read`] takes it.
    pub responses: (&'a str, &'a [u8]),
    /// The judge whose heads training starts from and is pulled towards.
    pub judge: BuiltinFiles<'a>,
}

/// Heads retrained from votes or ratings.
#[derive(Debug, Clone)]
pub struct Retrained {
    /// A weights file in the format of the heads that training started from.
    pub heads: Vec<u8>,
    /// What was done, and how far to trust it; [`VoteReport::card`] writes the card.
    pub report: VoteReport,
}

/// Fine-tunes the judge's heads to votes (Bradley–Terry loss, a tie as half a win for each side) or
/// ratings (log-loss of the ordinal heads), pulled towards the heads that it starts from.
///
/// Queries are parted by the seed: on the validation part the strength of the pull, where none is
/// given, and the number of steps are chosen; the heads are then fitted to the training and the
/// validation part together, and measured on the held-out part, which no choice saw. Texts are read
/// on the CPU, the heads fitted on `device`. The same input gives the same heads on the CPU, byte
/// for byte.
///
/// `pause` is told how many steps are done of how many, and may wait; its error ends the training.
/// Steps that turn out not to be needed count as done, so it is last told the total.
///
/// # Errors
///
/// What [`ScoreRow::read`], [`Ballots::read`], [`Parts::of`] and [`BuiltinJudge::load`] report;
/// `Setting` for a setting out of its range; `Device` where the device fails, or disagrees with the
/// CPU.
pub async fn train<E: From<Error>>(
    files: VoteFiles<'_>,
    settings: &VoteSettings,
    device: &Device,
    mut pause: impl AsyncFnMut(u32, u32) -> std::result::Result<(), E>,
) -> std::result::Result<Retrained, E> {
    settings.check().map_err(|error| error.in_field("settings"))?;
    let responses = ScoreRow::read(files.responses.0, files.responses.1)?;
    let ballots = Ballots::read(files.votes.0, files.votes.1, &responses)?;
    let parts =
        Parts::of(&ballots, &responses, settings).map_err(|error| error.in_file(files.votes.0))?;
    let judge = BuiltinJudge::load(files.judge, &Device::flex())?;
    let start = HeadValues::of(judge.heads()).await?;

    let wanted = voted_on(&ballots, &responses);
    let strengths = match settings.strength {
        Some(strength) => vec![strength],
        None => STRENGTHS.to_vec(),
    };
    let fits = strengths.len() as u32 + 1;
    let total = wanted.len() as u32 + fits * settings.epochs;
    let mut replies: Vec<Option<Reply>> = vec![None; responses.len()];
    for (at, chunk) in wanted.chunks(CHUNK).enumerate() {
        pause((at * CHUNK) as u32, total).await?;
        for (place, reply) in chunk.iter().zip(read(&judge, &responses, chunk).await?) {
            replies[*place] = Some(reply);
        }
    }

    let both: Vec<usize> = [parts.train.as_slice(), &parts.validation].concat();
    let batch = |which: &[usize], device: &Device| Batch::new(&replies, &ballots, which, device);
    let unit = spread(&batch(&both, &Device::flex()), &judge, settings).await?;
    let fit = Problem { start: &start, settings, unit, device };
    fit.check(&batch, &parts.train).await?;
    let mut tried: Vec<StrengthTried> = Vec::new();
    let mut best: Option<Fitted> = None;
    let training = batch(&parts.train, &device.clone().autodiff());
    let validation = batch(&parts.validation, device);
    for (at, &strength) in strengths.iter().enumerate() {
        let done = wanted.len() as u32 + at as u32 * settings.epochs;
        let step = async |epoch| pause(done + epoch, total).await;
        let task = fit.task(&training, strength, settings.epochs);
        let fitted = task.fit(Some(&validation), step).await?;
        let worse = tried.last().is_some_and(|last| fitted.loss > last.log_loss);
        tried.push(StrengthTried { strength, epochs: fitted.epochs, log_loss: fitted.loss });
        // Of equals the first and strongest stays.
        if best.as_ref().is_none_or(|best| fitted.loss < best.loss) {
            best = Some(fitted);
        }
        if worse {
            break;
        }
    }
    let best = best.expect("one strength was tried at least");
    drop((training, validation));

    let whole = batch(&both, &device.clone().autodiff());
    let done = total - settings.epochs;
    let step = async |epoch| pause(done + epoch, total).await;
    let fitted = fit.task(&whole, best.strength, best.epochs).fit(None, step).await?;
    pause(total, total).await?;

    let cpu = Device::flex();
    let after = fitted.heads.on(&cpu);
    let heads = rewritten(files.judge.heads, judge.heads(), &fitted.heads)?;
    // Heads are surer of votes they were fitted to than of others, so theirs are not asked.
    let (known, fresh) = (batch(&both, &cpu), batch(&parts.validation, &cpu));
    let judged = [
        (judge.heads(), known.best_scale(judge.heads(), settings.on, unit).await?),
        (&after, fresh.best_scale(&best.heads.on(&cpu), settings.on, unit).await?),
    ];
    let held = batch(&parts.held_out, &cpu);
    let measured = measure(&held, judged, unit, &ballots, &parts, &responses, settings).await?;
    let separable = matches!(ballots, Ballots::Votes(_)) && is_separable(judged[0].1);
    let Measured { accuracy, log_loss, clusters, kept } = measured;
    let mut report = VoteReport {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        settings: VoteSettings { strength: Some(best.strength), ..*settings },
        tried: if settings.strength.is_some() { Vec::new() } else { tried },
        epochs: best.epochs,
        start: sha256(&[files.judge.heads]),
        heads: sha256(&[&heads]),
        votes_file: files.votes.0.to_owned(),
        responses_file: files.responses.0.to_owned(),
        input_hash: sha256(&[files.votes.1, files.responses.1]),
        count: ballots.count(&responses),
        parts: parts.sizes(<[usize]>::len),
        queries: parts.sizes(|part| {
            let query = |&at: &usize| responses[ballots.replies(at).0].query.as_str();
            part.iter().map(query).collect::<BTreeSet<_>>().len()
        }),
        clusters,
        accuracy,
        log_loss,
        kept,
        warnings: Vec::new(),
    };
    report.warnings = warnings(&report, separable);
    Ok(Retrained { heads, report })
}

/// The places of the responses that some ballot speaks of, in order.
fn voted_on(ballots: &Ballots, responses: &[ScoreRow]) -> Vec<usize> {
    let mut voted = vec![false; responses.len()];
    for at in 0..ballots.len() {
        let (left, right) = ballots.replies(at);
        voted[left] = true;
        voted[right] = true;
    }
    (0..responses.len()).filter(|&place| voted[place]).collect()
}

async fn read(judge: &BuiltinJudge, all: &[ScoreRow], places: &[usize]) -> Result<Vec<Reply>> {
    let rows: Vec<ScoreRow> = places.iter().map(|&place| all[place].clone()).collect();
    let inputs = judge.inputs(&rows).await?;
    let PermSettings { length_limit, length_rate, .. } = PermSettings::default();
    rows.iter()
        .zip(inputs)
        .map(|(row, inputs)| {
            let tokens = match row.tokens {
                Some(tokens) => tokens,
                None => judge.embedder().tokens(row.sections().response)?.len() as u32,
            };
            let over = f64::from(tokens.saturating_sub(length_limit));
            Ok(Reply { inputs, length: (-length_rate * over) as f32 })
        })
        .collect()
}

/// The standard deviation of the starting scores, in which differences are told.
async fn spread(batch: &Batch, judge: &BuiltinJudge, settings: &VoteSettings) -> Result<f32> {
    let scores = crate::model::read_back(batch.scores(judge.heads(), settings.on)).await?;
    let n = scores.len() as f32;
    let mean = scores.iter().sum::<f32>() / n;
    let variance = scores.iter().map(|score| (score - mean).powi(2)).sum::<f32>() / n;
    Ok(variance.sqrt().max(1e-6))
}
