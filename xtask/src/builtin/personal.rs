use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use attune::formats::jsonl;
use attune::model::TextEmbedder;
use attune::reward::ScoreRow;
use attune::reward::builtin::train_personal::{HIDDEN, PairInputs, SideInputs, SideWeights};
use attune::reward::builtin::{
    InputLayout, Judged, PERSONAL_FORMAT, ReplyReading, SIDES, Stock, TWO_SIDED, quality_inputs,
    wish_inputs,
};
use attune::reward::features::{NgramVocabulary, words};
use attune::reward::wishes::{Statement, aspect, statements};
use pollster::block_on;
use serde::Deserialize;

use super::data::Dataset;
use super::distilled::{Texts, distilled};
use super::pairs::{ContrastPair, contrast_pairs};
use super::train::layout_of;
use super::weights_file::{floats, json, stepped, weights_file};
use super::{EmbedderBytes, WEIGHTS};

/// An n-gram that fewer sentences, or replies, hold is not learnt from.
const LEAST_SENTENCES: usize = 10;
const LEAST_REPLIES: usize = 6;
/// Of the weights under each hidden unit, from zero to the largest: half as many as the heads have,
/// for a fifth less to fetch; as many pairs were in order.
const STEPS: u8 = 15;
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
            stepped(["wishes_hidden", "wishes_steps"], HIDDEN, STEPS, &self.wishes.hidden);
        let [quality, quality_steps] =
            stepped(["quality_hidden", "quality_steps"], HIDDEN, STEPS, &self.quality.hidden);
        let tensors = [
            json("wish_ngrams", &self.wish_grams)?,
            json("layout", &self.layout)?,
            wishes,
            wishes_steps,
            floats("wishes_output", &[HIDDEN + 1, SIDES], &self.wishes.output),
            quality,
            quality_steps,
            floats("quality_output", &[HIDDEN + 1, SIDES], &self.quality.output),
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
    let pairs = contrast_pairs("train")?;

    let sentences = sentences(&people)?;
    let reader = SentenceReader::of(&sentences, &embedder);
    let said = reader.texts(&sentences, &data)?;
    let replies = replies(&people)?;
    let answers = ReplyReader::of(&replies, &data);
    let answered = answers.texts(&replies, &data, &embedder, &stock)?;
    let paired = pair_inputs(&pairs, &reader, &answers, &stock)?;

    let [wishes, quality] = distilled(&said, &answered, &paired)?;
    let model = Model { wish_grams: reader.grams, wishes, layout: answers.layout, quality };
    std::fs::write(format!("{WEIGHTS}/personal.safetensors"), model.bytes()?)?;
    println!("{} sentences, {} replies, {} pairs", sentences.len(), replies.len(), pairs.len());
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

/// Replies and the side that each shows.
fn replies(people: &[People]) -> Result<Vec<(String, Side)>> {
    let mut replies = Vec::new();
    for one in read::<Labelled>("data/wishes/replies.jsonl")? {
        replies.push((one.text.clone(), one.side()?));
    }
    for one in people {
        replies.push((one.reply.clone(), Some(side(&one.aspect, Some(&one.pole))?)));
    }
    Ok(replies)
}

fn classes(texts: &[(String, Side)]) -> Vec<usize> {
    texts.iter().map(|(_, side)| class(*side)).collect()
}

/// The n-grams that enough texts hold.
fn grams(texts: &[(String, Side)], least: usize) -> Vec<String> {
    let split: Vec<Vec<String>> = texts.iter().map(|(text, _)| words(text)).collect();
    NgramVocabulary::collect(split.iter().map(Vec::as_slice), least)
}

/// What the inputs of sentences are made with.
struct SentenceReader<'a> {
    grams: Vec<String>,
    vocabulary: NgramVocabulary,
    embedder: &'a TextEmbedder,
}

impl<'a> SentenceReader<'a> {
    fn of(sentences: &[(String, Side)], embedder: &'a TextEmbedder) -> Self {
        let grams = grams(sentences, LEAST_SENTENCES);
        Self { vocabulary: NgramVocabulary::new(&grams), grams, embedder }
    }

    fn inputs(&self, texts: &[&str]) -> Result<SideInputs> {
        let vectors = block_on(self.embedder.embed(texts))?;
        let own = texts.iter().zip(&vectors);
        Ok(own.map(|(text, vector)| wish_inputs(text, vector, &self.vocabulary)).collect())
    }

    fn texts(&self, sentences: &[(String, Side)], data: &Dataset) -> Result<Texts> {
        // What is known of the seekers of the graded replies: what it says of a wish, nobody told.
        let others: BTreeSet<String> = data
            .of("train")
            .into_iter()
            .flat_map(|at| statements(&data.rows[at].row))
            .map(|statement| statement.text)
            .collect();
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        let told: Vec<&str> = sentences.iter().map(|(text, _)| text.as_str()).collect();
        Ok(Texts::new(self.inputs(&told)?, &classes(sentences), self.inputs(&others)?))
    }
}

/// What the inputs of replies are made with.
struct ReplyReader {
    layout: InputLayout,
    vocabulary: NgramVocabulary,
}

impl ReplyReader {
    fn of(replies: &[(String, Side)], data: &Dataset) -> Self {
        let mut layout = layout_of(data, &data.of("train"), &|name| !TWO_SIDED.contains(&name));
        layout.ngrams = grams(replies, LEAST_REPLIES);
        Self { vocabulary: NgramVocabulary::new(&layout.ngrams), layout }
    }

    fn inputs(&self, text: &str, judged: &Judged) -> Vec<f32> {
        let reading = ReplyReading::of(text, &judged.embedding);
        quality_inputs(&self.layout, &self.vocabulary, judged, &reading)
    }

    fn texts(
        &self,
        replies: &[(String, Side)],
        data: &Dataset,
        embedder: &TextEmbedder,
        stock: &Stock,
    ) -> Result<Texts> {
        let row = |(text, _): &(String, Side)| ScoreRow {
            id: "1".to_owned(),
            query: "-".to_owned(),
            response: text.clone(),
            ..ScoreRow::default()
        };
        let rows: Vec<ScoreRow> = replies.iter().map(row).collect();
        let told = self.of_rows(&rows, embedder, stock)?;
        // Of the graded replies nobody said what they show.
        let graded = data.of("train").into_iter();
        let graded = graded.map(|at| self.inputs(&data.rows[at].row.response, &data.judged[at]));
        Ok(Texts::new(told, &classes(replies), graded.collect()))
    }

    fn of_rows(
        &self,
        rows: &[ScoreRow],
        embedder: &TextEmbedder,
        stock: &Stock,
    ) -> Result<SideInputs> {
        let judged = block_on(Judged::read(rows, embedder, stock))?;
        let replies = rows.iter().zip(&judged);
        Ok(replies.map(|(row, [_, reply])| self.inputs(&row.response, reply)).collect())
    }
}

/// Pairs of people as the networks see them. What both write is left out: it seldom asks for
/// anything, and it asks the same for both.
fn pair_inputs(
    pairs: &[ContrastPair],
    reader: &SentenceReader<'_>,
    answers: &ReplyReader,
    stock: &Stock,
) -> Result<PairInputs> {
    let mut said = Vec::new();
    let mut people = Vec::new();
    for ContrastPair { rows, better, .. } in pairs {
        people.push([*better, 1 - *better].map(|person| {
            let own = statements(&rows[person]).into_iter().filter(|one| one.weight <= 1.0);
            let from = said.len();
            said.extend(own);
            (from..said.len()).collect()
        }));
    }
    let texts: Vec<&str> = said.iter().map(|one| one.text.as_str()).collect();
    let replies: Vec<ScoreRow> = pairs.iter().map(|pair| pair.rows[0].clone()).collect();
    Ok(PairInputs {
        statements: reader.inputs(&texts)?,
        pointing: said.iter().map(Statement::points).collect(),
        people,
        replies: answers.of_rows(&replies, reader.embedder, stock)?,
    })
}
