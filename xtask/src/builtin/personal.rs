use anyhow::Result;
use attune::formats::jsonl;
use attune::model::TextEmbedder;
use attune::reward::builtin::train_personal::{Contrast, LabelledReply, fit_attitude, fit_quality};
use attune::reward::builtin::{
    ATTITUDES, Judged, PERSONAL_FORMAT, Personal, Stock, TWO_SIDED, attitude_inputs, quality_inputs,
};
use attune::reward::features::{NgramVocabulary, words};
use attune::reward::wishes::{ASPECTS, aspect};
use attune::reward::{Method, ScoreRow, ScoreSettings};
use attune::stats::Interval;
use pollster::block_on;
use serde::Deserialize;

use super::data::Dataset;
use super::evaluate::share;
use super::pairs::{ContrastPair, contrast_pairs};
use super::train::layout_of;
use super::weights_file::{floats, json, weights_file};
use super::{EmbedderBytes, WEIGHTS, shipped_judge};

const ATTITUDE_PENALTY: f32 = 0.002;
const QUALITY_PENALTY: f32 = 0.005;

#[derive(Deserialize)]
struct Sentence {
    text: String,
    attitude: String,
}

#[derive(Deserialize)]
struct Labelled {
    text: String,
    aspect: Option<String>,
    pole: Option<String>,
}

fn read<T: serde::de::DeserializeOwned>(file: &str) -> Result<Vec<T>> {
    let lines = jsonl::read(file, &std::fs::read(file)?)?;
    Ok(lines.into_iter().map(|line| line.value).collect())
}

/// Trains the model of personal fit and writes `personal.safetensors`.
pub fn train_personal() -> Result<()> {
    let embedder = EmbedderBytes::read()?.load()?;
    let data = Dataset::read(&embedder)?;
    let stock = block_on(Stock::of(&embedder))?;

    let sentences: Vec<Sentence> = read("data/wishes/sentences.jsonl")?;
    let split: Vec<Vec<String>> = sentences.iter().map(|one| words(&one.text)).collect();
    let grams = NgramVocabulary::collect(split.iter().map(Vec::as_slice), 2);
    let vocabulary = NgramVocabulary::new(&grams);
    let texts: Vec<&str> = sentences.iter().map(|one| one.text.as_str()).collect();
    let vectors = block_on(embedder.embed(&texts))?;
    let inputs: Vec<Vec<f32>> = texts
        .iter()
        .zip(&vectors)
        .map(|(text, vector)| attitude_inputs(text, vector, &vocabulary))
        .collect();
    let class = |one: &Sentence| match one.attitude.as_str() {
        "unwelcome" => 0,
        "welcome" => 2,
        _ => 1,
    };
    let classes: Vec<usize> = sentences.iter().map(class).collect();
    let attitude = block_on(fit_attitude(&inputs, &classes, ATTITUDE_PENALTY))?;
    let attitude_shape = vec![inputs[0].len(), ATTITUDES];

    let labelled: Vec<Labelled> = read("data/wishes/replies.jsonl")?;
    let judged = judge_texts(labelled.iter().map(|one| one.text.as_str()), &embedder, &stock)?;
    let grams_of = judged.iter().map(|one| one.words.as_slice());
    let mut layout = layout_of(&data, &data.of("train"), &|name| !TWO_SIDED.contains(&name));
    layout.ngrams = NgramVocabulary::collect(grams_of, 2);
    let vocabulary = NgramVocabulary::new(&layout.ngrams);
    let inputs = |judged: &Judged, text: &str| quality_inputs(&layout, &vocabulary, judged, text);
    let mut replies: Vec<LabelledReply> = labelled
        .iter()
        .zip(&judged)
        .map(|(one, judged)| {
            let mut sides = [(0.0, 0.1); ASPECTS];
            if let Some(at) = one.aspect.as_deref().and_then(aspect) {
                sides[at] = (if one.pole.as_deref() == Some("+") { 1.0 } else { -1.0 }, 1.0);
            }
            LabelledReply { inputs: inputs(judged, &one.text), sides }
        })
        .collect();
    // The kind that a graded reply was written as says something of one aspect.
    for at in data.of("train") {
        let (name, side) = match data.rows[at].kind.as_str() {
            "advice" => ("advice", 1.0),
            "understanding" => ("advice", -1.0),
            "lecture" => ("lecture", 1.0),
            "platitude" => ("platitude", 1.0),
            "toxic-positivity" => ("hope", 1.0),
            "self-focus" => ("story", 1.0),
            "interrogation" => ("questions", 1.0),
            _ => continue,
        };
        let Some(place) = aspect(name) else { continue };
        let mut sides = [(0.0, 0.0); ASPECTS];
        sides[place] = (side, 0.2);
        let text = &data.rows[at].row.response;
        replies.push(LabelledReply { inputs: inputs(&data.judged[at], text), sides });
    }
    let (quality, mut gains) = block_on(fit_quality(&replies, &[], QUALITY_PENALTY))?;
    let quality_shape = vec![replies[0].inputs.len(), ASPECTS];
    write(&grams, &layout, &attitude, &attitude_shape, &quality, &quality_shape, &gains)?;

    // With the attitudes known, the pairs of the training split tune what the replies weigh.
    let personal = Personal::read(&std::fs::read(format!("{WEIGHTS}/personal.safetensors"))?)?;
    let mut pairs = Vec::new();
    for ContrastPair { rows, better } in contrast_pairs("train")? {
        let known = block_on(personal.known(&rows, &embedder))?;
        let (response, query) = (rows[0].response.as_str(), rows[0].query.as_str());
        let judged = judge_texts([response].into_iter(), &embedder, &stock)?.remove(0);
        let (better, worse) = (&known[better], &known[1 - better]);
        let difference = |at: usize| (better.leanings[at] - worse.leanings[at]) as f32;
        let touched = |one: &attune::reward::wishes::KnownWishes| one.touched(&judged.words, query);
        pairs.push(Contrast {
            inputs: inputs(&judged, response),
            leanings: std::array::from_fn(difference),
            touched: (touched(better) - touched(worse)) as f32,
        });
    }
    let (quality, tuned) = block_on(fit_quality(&replies, &pairs, QUALITY_PENALTY))?;
    gains = tuned;
    write(&grams, &layout, &attitude, &attitude_shape, &quality, &quality_shape, &gains)?;
    println!("{} sentences, {} replies, {} pairs", sentences.len(), replies.len(), pairs.len());
    Ok(())
}

fn judge_texts<'a>(
    texts: impl Iterator<Item = &'a str>,
    embedder: &TextEmbedder,
    stock: &Stock,
) -> Result<Vec<Judged>> {
    let row = |text: &str| ScoreRow {
        id: "1".to_owned(),
        query: "-".to_owned(),
        response: text.to_owned(),
        ..ScoreRow::default()
    };
    let rows: Vec<ScoreRow> = texts.map(row).collect();
    Ok(block_on(Judged::read(&rows, embedder, stock))?
        .into_iter()
        .map(|[_, reply]| reply)
        .collect())
}

fn write(
    grams: &[String],
    layout: &attune::reward::builtin::InputLayout,
    attitude: &[f32],
    attitude_shape: &[usize],
    quality: &[f32],
    quality_shape: &[usize],
    gains: &[f32],
) -> Result<()> {
    let bytes = weights_file(
        PERSONAL_FORMAT,
        &[
            json("attitude_ngrams", &grams)?,
            json("layout", layout)?,
            floats("attitude", attitude_shape, attitude),
            floats("quality", quality_shape, quality),
            floats("gains", &[gains.len()], gains),
        ],
    )?;
    std::fs::write(format!("{WEIGHTS}/personal.safetensors"), &bytes)?;
    Ok(())
}

/// Prints how many contrast pairs the shipped judge puts in the right order.
pub fn evaluate_contrasts(split: &str) -> Result<()> {
    let judge = shipped_judge()?;
    let settings = ScoreSettings::of(Method::Peregrm);
    println!("\nContrast pairs in the right order (PereGRM, by the reward; a tie is wrong)\n");
    let mut splits = vec!["train", "validation"];
    if split == "test" {
        splits.push(split);
    }
    for split in splits {
        let right: Vec<bool> = contrast_pairs(split)?
            .iter()
            .map(|ContrastPair { rows, better }| {
                let scored = block_on(judge.score(rows, &settings))?;
                Ok(scored[*better].reward > scored[1 - better].reward)
            })
            .collect::<Result<_>>()?;
        let Interval { estimate, low, high, .. } = share(&right)?;
        let percent = |value: Option<f64>| 100.0 * value.unwrap_or(f64::NAN);
        println!(
            "- {split}: {} of {}, {:.0} % ({:.0}–{:.0})",
            right.iter().filter(|right| **right).count(),
            right.len(),
            percent(estimate),
            percent(low),
            percent(high),
        );
    }
    Ok(())
}
