use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use attune::formats::jsonl;
use attune::model::TextEmbedder;
use attune::reward::ScoreRow;
use attune::reward::builtin::train_personal::{SideInputs, SideSettings, SideWeights};
use attune::reward::builtin::{
    InputLayout, Judged, PERSONAL_FORMAT, ReplyReading, SIDES, Stock, TWO_SIDED, quality_inputs,
    wish_inputs,
};
use attune::reward::features::{NgramVocabulary, words};
use attune::reward::wishes::{aspect, statements};
use pollster::block_on;
use serde::Deserialize;

use super::data::Dataset;
use super::distilled::distilled;
use super::train::layout_of;
use super::weights_file::{floats, json, stepped, weights_file};
use super::{EmbedderBytes, WEIGHTS};

const SENTENCES: SideSettings = SideSettings { hidden: 64, epochs: 8, penalty: 1e-6, seed: 7 };
const REPLIES: SideSettings = SideSettings { hidden: 64, epochs: 12, penalty: 1e-5, seed: 7 };
/// An n-gram that fewer sentences, or replies, hold is not learnt from.
const LEAST_SENTENCES: usize = 10;
const LEAST_REPLIES: usize = 6;
const PEOPLE: &str = "data/wishes/people.jsonl";
const PHRASES: &str = "data/wishes/phrases.json";
/// Frames that each phrase is set into, of each kind: all of them in turn.
const FRAMES: usize = 16;

/// A sentence about a person, or a short reply, and what its author says it shows.
#[derive(Deserialize)]
struct Labelled {
    text: String,
    aspect: Option<String>,
    #[serde(alias = "wish")]
    pole: Option<String>,
}

/// A reply that shows one side of an aspect, and sentences about people.
#[derive(Deserialize)]
struct People {
    aspect: String,
    pole: String,
    query: String,
    reply: String,
    suits: Vec<String>,
    jars: Vec<String>,
    plain: String,
}

/// How wishes are told outright: frames, and what can stand in them for the first and the second
/// side of each aspect.
#[derive(Deserialize)]
struct Outright {
    welcome: Vec<String>,
    unwelcome: Vec<String>,
    /// Those for what begins with "to".
    to_welcome: Vec<String>,
    to_unwelcome: Vec<String>,
    contrast: Vec<String>,
    phrases: BTreeMap<String, [Vec<String>; 2]>,
}

impl Outright {
    fn sentences(&self) -> Result<Vec<(String, Side)>> {
        let mut sentences = Vec::new();
        let mut turn = 0;
        for (name, [first, second]) in &self.phrases {
            let place = aspect(name).with_context(|| format!("{PHRASES}: no aspect \"{name}\""))?;
            let sides = [(true, first, second), (false, second, first)];
            for (side, phrases, others) in sides {
                for phrase in phrases.iter().flat_map(|phrase| std::iter::repeat_n(phrase, FRAMES))
                {
                    let other = &others[turn % others.len()];
                    let framed = self.framed(phrase, other, turn).into_iter();
                    sentences.extend(framed.map(|(text, for_it)| {
                        (text, Some((place, if for_it { side } else { !side })))
                    }));
                    turn += 1;
                }
            }
        }
        Ok(sentences)
    }

    /// A phrase in one frame of each kind, and whether the sentence is for it; `other` is of the
    /// other side.
    fn framed(&self, phrase: &str, other: &str, turn: usize) -> Vec<(String, bool)> {
        let frame = |frames: &[String]| frames[turn % frames.len()].replacen("{}", phrase, 1);
        let (welcome, unwelcome) = match phrase.starts_with("to ") {
            true => (&self.to_welcome, &self.to_unwelcome),
            false => (&self.welcome, &self.unwelcome),
        };
        let mut sentences =
            vec![(frame(&self.contrast).replace("{}", other), true), (frame(welcome), true)];
        // Nobody dislikes "no jokes".
        if !phrase.starts_with("no") {
            sentences.push((frame(unwelcome), false));
        }
        sentences
    }
}

/// The side of an aspect, or none.
type Side = Option<(usize, bool)>;

impl Labelled {
    fn side(&self) -> Result<Side> {
        self.aspect.as_deref().map(|name| side(name, self.pole.as_deref())).transpose()
    }
}

fn side(name: &str, pole: Option<&str>) -> Result<(usize, bool)> {
    let place = aspect(name).with_context(|| format!("\"{name}\" is no aspect"))?;
    match pole {
        Some("+") => Ok((place, true)),
        Some("-") => Ok((place, false)),
        _ => bail!("the pole of an aspect is \"+\" or \"-\""),
    }
}

fn read<T: serde::de::DeserializeOwned>(file: &str) -> Result<Vec<T>> {
    let lines = jsonl::read(file, &std::fs::read(file)?)?;
    Ok(lines.into_iter().map(|line| line.value).collect())
}

/// Everything that `personal.safetensors` holds.
struct Model {
    wish_grams: Vec<String>,
    wishes: SideWeights,
    layout: InputLayout,
    quality: SideWeights,
}

impl Model {
    fn bytes(&self) -> Result<Vec<u8>> {
        let [wishes, wishes_steps] =
            stepped(["wishes_hidden", "wishes_steps"], SENTENCES.hidden, &self.wishes.hidden);
        let [quality, quality_steps] =
            stepped(["quality_hidden", "quality_steps"], REPLIES.hidden, &self.quality.hidden);
        let tensors = [
            json("wish_ngrams", &self.wish_grams)?,
            json("layout", &self.layout)?,
            wishes,
            wishes_steps,
            floats("wishes_output", &[SENTENCES.hidden + 1, SIDES], &self.wishes.output),
            quality,
            quality_steps,
            floats("quality_output", &[REPLIES.hidden + 1, SIDES], &self.quality.output),
        ];
        weights_file(PERSONAL_FORMAT, &tensors)
    }
}

/// Trains the model of personal fit and writes `personal.safetensors`.
pub fn train_personal() -> Result<()> {
    let embedder = EmbedderBytes::read()?.load()?;
    let data = Dataset::read(&embedder)?;
    let stock = block_on(Stock::of(&embedder))?;
    let people: Vec<People> = read(PEOPLE)?;

    let sentences = sentences(&people)?;
    let (wish_grams, wishes) = fit_sentences(&sentences, &data, &embedder)?;

    let mut texts: Vec<(String, Side)> = Vec::new();
    for one in read::<Labelled>("data/wishes/replies.jsonl")? {
        texts.push((one.text.clone(), one.side()?));
    }
    for one in &people {
        texts.push((one.reply.clone(), Some(side(&one.aspect, Some(&one.pole))?)));
    }
    let judged = judge_texts(texts.iter().map(|(text, _)| text.as_str()), &embedder, &stock)?;
    let split: Vec<Vec<String>> = texts.iter().map(|(text, _)| words(text)).collect();
    let grams_of = split.iter().map(Vec::as_slice);
    let mut layout = layout_of(&data, &data.of("train"), &|name| !TWO_SIDED.contains(&name));
    layout.ngrams = NgramVocabulary::collect(grams_of, LEAST_REPLIES);
    let vocabulary = NgramVocabulary::new(&layout.ngrams);
    let inputs = |text: &str, judged: &Judged| {
        let reading = ReplyReading::of(text, &judged.embedding);
        quality_inputs(&layout, &vocabulary, judged, &reading)
    };
    let known: SideInputs =
        texts.iter().zip(&judged).map(|((text, _), judged)| inputs(text, judged)).collect();
    let classes: Vec<usize> = texts.iter().map(|(_, side)| class(*side)).collect();
    // Of the graded replies nobody said what they show.
    let graded = data.of("train").into_iter();
    let others = graded.map(|at| inputs(&data.rows[at].row.response, &data.judged[at])).collect();
    let quality = distilled(known, &classes, others, REPLIES)?;
    let bytes = Model { wish_grams, wishes, layout, quality }.bytes()?;
    std::fs::write(format!("{WEIGHTS}/personal.safetensors"), &bytes)?;
    println!("{} sentences, {} replies", sentences.len(), texts.len());
    Ok(())
}

/// The class of a side among [`SIDES`].
fn class(side: Side) -> usize {
    match side {
        Some((at, first)) => 2 * at + usize::from(first),
        None => SIDES - 1,
    }
}

/// Sentences and the wish that each shows.
fn sentences(people: &[People]) -> Result<Vec<(String, Side)>> {
    let mut sentences = Vec::new();
    for one in read::<Labelled>("data/wishes/sentences.jsonl")? {
        sentences.push((one.text.clone(), one.side()?));
    }
    let outright: Outright = serde_json::from_slice(&std::fs::read(PHRASES)?)?;
    sentences.extend(outright.sentences()?);
    for one in people {
        let (at, first) = side(&one.aspect, Some(&one.pole))?;
        sentences.extend(one.suits.iter().map(|text| (text.clone(), Some((at, first)))));
        sentences.extend(one.jars.iter().map(|text| (text.clone(), Some((at, !first)))));
        // What somebody writes of their day says no wish as a rule.
        sentences.extend([&one.plain, &one.query].map(|text| (text.clone(), None)));
    }
    Ok(sentences)
}

/// The n-grams and the weights that tell a sentence's wish.
fn fit_sentences(
    sentences: &[(String, Side)],
    data: &Dataset,
    embedder: &TextEmbedder,
) -> Result<(Vec<String>, SideWeights)> {
    let split: Vec<Vec<String>> = sentences.iter().map(|(text, _)| words(text)).collect();
    let grams = NgramVocabulary::collect(split.iter().map(Vec::as_slice), LEAST_SENTENCES);
    let vocabulary = NgramVocabulary::new(&grams);
    let inputs = |texts: &[&str]| -> Result<SideInputs> {
        let vectors = block_on(embedder.embed(texts))?;
        let own = texts.iter().zip(&vectors);
        Ok(own.map(|(text, vector)| wish_inputs(text, vector, &vocabulary)).collect())
    };
    let texts: Vec<&str> = sentences.iter().map(|(text, _)| text.as_str()).collect();
    let classes: Vec<usize> = sentences.iter().map(|(_, side)| class(*side)).collect();
    // What is known of the seekers of the graded replies: what it says of a wish, nobody told.
    let others: BTreeSet<String> = data
        .of("train")
        .into_iter()
        .flat_map(|at| statements(&data.rows[at].row))
        .map(|statement| statement.text)
        .collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let weights = distilled(inputs(&texts)?, &classes, inputs(&others)?, SENTENCES)?;
    Ok((grams, weights))
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
