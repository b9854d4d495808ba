//! The built-in judge and the text embedder, on the CPU.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]
#![cfg(feature = "train")]

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use attune::model::{Backend, Device, TextEmbedder, TextEmbedderFiles, Weights};
use attune::reward::builtin::train::{
    Bound, Fitted, Preference, Target, TrainSettings, TrainingSet, beside_hidden, fit, predict,
};
use attune::reward::builtin::train_hidden::{HiddenSettings, fit_hidden};
use attune::reward::builtin::{BuiltinFiles, BuiltinJudge};
use attune::reward::{DomainReason, Method, ScoreRow, ScoreSettings, Scored};
use proptest::prelude::*;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::Value;

/// On the CPU nothing ever waits, so one poll ends a future.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the CPU made a future wait"),
    }
}

fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

struct Files {
    table: Vec<u8>,
    tokenizer: Vec<u8>,
    heads: Vec<u8>,
    personal: Vec<u8>,
}

impl Files {
    fn read() -> Self {
        Self {
            table: data("data/builtin/embedder.safetensors"),
            tokenizer: data("data/builtin/tokenizer.json"),
            heads: data("data/builtin/heads.safetensors"),
            personal: data("data/builtin/personal.safetensors"),
        }
    }

    fn embedder(&self) -> TextEmbedderFiles<'_> {
        TextEmbedderFiles { table: &self.table, tokenizer: &self.tokenizer }
    }

    /// With other heads.
    fn files<'a>(&'a self, heads: &'a [u8]) -> BuiltinFiles<'a> {
        BuiltinFiles { embedder: self.embedder(), heads, personal: &self.personal }
    }

    fn judge(&self) -> BuiltinJudge {
        BuiltinJudge::load(self.files(&self.heads), &Device::flex()).unwrap()
    }
}

fn score(judge: &BuiltinJudge, rows: &[ScoreRow]) -> Vec<Scored> {
    ready(judge.score(rows, &ScoreSettings::default())).unwrap()
}

fn reply(response: &str) -> ScoreRow {
    ScoreRow {
        id: "1".to_owned(),
        query: "My dog died on Sunday and the house is so quiet.".to_owned(),
        response: response.to_owned(),
        ..ScoreRow::default()
    }
}

#[test]
fn embeddings_equal_those_computed_apart() {
    let files = Files::read();
    let embedder = TextEmbedder::load(files.embedder(), &Device::flex()).unwrap();
    let sample: Value = serde_json::from_slice(&data("data/builtin/embedder.sample.json")).unwrap();
    for sentence in sample["sentences"].as_array().unwrap() {
        let text = sentence["text"].as_str().unwrap();
        let ids: Vec<u32> = serde_json::from_value(sentence["ids"].clone()).unwrap();
        assert_eq!(embedder.tokens(text).unwrap(), ids, "{text}");
        let expected: Vec<f64> = serde_json::from_value(sentence["vector"].clone()).unwrap();
        let found = ready(embedder.embed(&[text])).unwrap().remove(0);
        assert_eq!(found.len(), expected.len());
        for (a, b) in expected.iter().zip(found) {
            assert!((a - f64::from(b)).abs() < 2e-6, "{text}");
        }
    }
}

#[test]
fn padding_and_batches_change_no_embedding() {
    let files = Files::read();
    let embedder = TextEmbedder::load(files.embedder(), &Device::flex()).unwrap();
    let long = "he was loved and he was late ".repeat(3_000);
    let texts = ["one", "", "two words", &long, "another short text", &long, "🙂"];
    let together = ready(embedder.embed(&texts)).unwrap();
    for (text, vector) in texts.iter().zip(&together) {
        let alone = ready(embedder.embed(&[text])).unwrap().remove(0);
        assert_eq!(vector.len(), alone.len());
        let gap = alone.iter().zip(vector).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(gap < 1e-5);
    }
    assert!(together[1].iter().all(|value| *value == 0.0), "an empty text is the zero vector");
}

#[test]
fn the_corpus_holds_natively() {
    let corpus: Value = serde_json::from_slice(&data("tests/corpus/builtin.json")).unwrap();
    let rows: Vec<ScoreRow> = serde_json::from_value(corpus["rows"].clone()).unwrap();
    let scored = serde_json::to_value(score(&Files::read().judge(), &rows)).unwrap();
    let (found, expected) = (scored.as_array().unwrap(), corpus["expected"].as_array().unwrap());
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_close(found, expected, 1e-5, "");
    }
}

fn assert_close(found: &Value, expected: &Value, tolerance: f64, path: &str) {
    match (found, expected) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{path}: {a} against {b}");
        }
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.len(), b.len(), "{path}");
            for (key, value) in b {
                assert_close(&a[key], value, tolerance, &format!("{path}.{key}"));
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}");
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                assert_close(a, b, tolerance, &format!("{path}[{at}]"));
            }
        }
        _ => assert_eq!(found, expected, "{path}"),
    }
}

#[test]
fn the_analysis_decides_resonation_and_nothing_else() {
    let judge = Files::read().judge();
    let plain = reply("Oh no. What was he like?");
    let analysed = ScoreRow {
        analysis: Some("He is grieving: the silence is where the dog used to be.".to_owned()),
        ..plain.clone()
    };
    let scored = score(&judge, &[plain, analysed]);
    assert_ne!(scored[0].resonation, scored[1].resonation);
    assert_eq!(scored[0].expression, scored[1].expression);
    assert_eq!(scored[0].reception, scored[1].reception);
    assert_eq!(scored[0].bystander, scored[1].bystander);
}

#[test]
fn length_is_the_given_one_or_the_reply_s_own() {
    let judge = Files::read().judge();
    let mut row = reply("# Analysis\na long thought about it all\n# Response\nOh no.");
    assert_eq!(score(&judge, std::slice::from_ref(&row))[0].tokens, Some(3));
    row.tokens = Some(1_768);
    let scored = score(&judge, &[row]).remove(0);
    assert_eq!(scored.tokens, Some(1_768));
    assert!((scored.penalties.length + 1.0).abs() < 1e-12);
}

#[test]
fn a_build_without_webgpu_says_so() {
    let error = ready(Backend::WebGpu.open()).unwrap_err();
    assert_eq!(error.kind().code(), "device");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_text_gets_a_distribution_and_a_finite_reward(text in "\\PC{1,200}", query in "\\PC{1,80}") {
        thread_local! { static JUDGE: BuiltinJudge = Files::read().judge(); }
        let row = ScoreRow { query, ..reply(&text) };
        let scored = JUDGE.with(|judge| score(judge, &[row])).remove(0);
        for perspective in [scored.resonation, scored.expression, scored.reception] {
            let sum: f64 = perspective.distribution.iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-9);
            prop_assert!(perspective.distribution.iter().all(|p| *p >= 0.0));
            prop_assert!((1.0..=5.0).contains(&perspective.score));
        }
        prop_assert!((0.0..=100.0).contains(&scored.bystander.total));
        prop_assert!(scored.reward.is_finite());
    }
}

const MORE: [u8; 4] = [0; 4];

type Tensors<'a> = Vec<(String, TensorView<'a>)>;

/// Broken and hostile weights, each with what the error must say.
#[test]
fn weights_that_do_not_fit_are_refused() {
    let files = Files::read();
    let refuse = |bytes: &[u8], says: &str| {
        let error =
            BuiltinJudge::load(files.files(bytes), &Device::flex()).err().expect("an error");
        assert_eq!(error.kind().code(), "weights", "{error}");
        assert!(error.to_string().contains(says), "{error} does not say {says}");
    };
    refuse(b"", "not a safetensors file");
    refuse(&files.heads[..files.heads.len() - 1], "not a safetensors file");
    refuse(&[255; 16], "not a safetensors file");
    refuse(&files.table, "the format is \"attune-static-embedder-1\"");

    let (_, header) = safetensors::SafeTensors::read_metadata(&files.heads).unwrap();
    let whole = safetensors::SafeTensors::deserialize(&files.heads).unwrap();
    let rewrite = |change: &dyn Fn(&mut Tensors<'_>)| {
        let mut tensors = whole.tensors();
        change(&mut tensors);
        safetensors::serialize(tensors, header.metadata().clone()).unwrap()
    };
    refuse(&rewrite(&|tensors| tensors.retain(|(name, _)| name != "cutpoints")), "missing");
    refuse(
        &rewrite(&|tensors| {
            let view = TensorView::new(Dtype::F32, vec![1], &MORE).unwrap();
            tensors.push(("stowaway".to_owned(), view));
        }),
        "nothing uses this tensor",
    );
    refuse(
        &rewrite(&|tensors| {
            let at = tensors.iter().position(|(name, _)| name == "bystander_bias").unwrap();
            tensors[at].1 = TensorView::new(Dtype::F32, vec![1, 1], &MORE).unwrap();
        }),
        "the shape is [1, 1]",
    );
    refuse(
        &rewrite(&|tensors| {
            let at = tensors.iter().position(|(name, _)| name == "hidden").unwrap();
            tensors[at].1 = TensorView::new(Dtype::I8, vec![1, 4], &MORE).unwrap();
        }),
        "the shape is [1, 4]",
    );
    const NOTHING: &[u8] = br#"{"features": [], "ngrams": [], "ngram_weight": 1.0,
        "embedding_weight": 1.0, "embedding_width": 0}"#;
    refuse(
        &rewrite(&|tensors| {
            let at = tensors.iter().position(|(name, _)| name == "layout").unwrap();
            tensors[at].1 = TensorView::new(Dtype::U8, vec![NOTHING.len()], NOTHING).unwrap();
        }),
        "neither features nor an embedding",
    );
}

/// The same of the model of personal fit.
#[test]
fn a_personal_fit_that_does_not_fit_is_refused() {
    let files = Files::read();
    let refuse = |bytes: &[u8], says: &str| {
        let broken = BuiltinFiles { personal: bytes, ..files.files(&files.heads) };
        let error = BuiltinJudge::load(broken, &Device::flex()).err().expect("an error");
        assert_eq!(error.file(), Some("personal.safetensors"), "{error}");
        assert!(error.to_string().contains(says), "{error} does not say {says}");
    };
    refuse(b"", "not a safetensors file");
    refuse(&files.heads, "the format is \"attune-heads-3\"");
    let (_, header) = safetensors::SafeTensors::read_metadata(&files.personal).unwrap();
    let whole = safetensors::SafeTensors::deserialize(&files.personal).unwrap();
    for (name, shape) in [("wishes_hidden", vec![1, 4]), ("quality_output", vec![1, 1])] {
        let mut tensors = whole.tensors();
        let at = tensors.iter().position(|(own, _)| own == name).unwrap();
        let kind = if name == "wishes_hidden" { Dtype::I8 } else { Dtype::F32 };
        tensors[at].1 = TensorView::new(kind, shape, &MORE).unwrap();
        let bytes = safetensors::serialize(tensors, header.metadata().clone()).unwrap();
        refuse(&bytes, &format!("\"{name}\""));
    }
}

#[test]
fn no_bytes_make_the_weights_reader_panic() {
    let mut bytes = data("data/builtin/heads.safetensors");
    for at in 0..400 {
        let old = bytes[at];
        for byte in [0, 0xff, old ^ 1, b'{'] {
            bytes[at] = byte;
            if let Ok(mut weights) = Weights::read("w", &bytes, "attune-heads-3") {
                let _ = weights.take::<2>("perspectives");
                let _ = weights.json::<HashMap<String, Value>>("layout");
            }
        }
        bytes[at] = old;
    }
}

/// What the hidden layer is there for: no single input tells which side of an exclusive or is better.
#[test]
fn a_hidden_layer_learns_what_heads_alone_cannot_and_repeats_exactly() {
    let corner = |at: usize| [at & 1, at >> 1 & 1];
    let better = |[a, b]: [usize; 2]| a != b;
    let inputs: Vec<Vec<f32>> = (0..200)
        .map(|at| [vec![0.0], corner(at).map(|bit| 2.0 * bit as f32 - 1.0).to_vec()].concat())
        .collect();
    let targets: Vec<Target> = (0..200)
        .map(|at| {
            let mut levels = [[0.0; 5]; 3];
            levels.iter_mut().for_each(|one| one[4 * usize::from(better(corner(at)))] = 1.0);
            Target { levels, bystander: [f32::from(u8::from(better(corner(at)))); 5] }
        })
        .collect();
    let set = TrainingSet { inputs: &inputs, targets: &targets, preferences: &[] };
    let settings = HiddenSettings {
        units: 16,
        epochs: 60,
        batch: 20,
        rate: 0.02,
        penalty: 1e-4,
        preferences: 1.0,
        left_out: [0.0, 0.1],
        seed: 3,
    };
    let bound = Bound { input: 0, perspectives: [-0.5; 3], bystander: -0.5 };
    let fitted = |settings: &HiddenSettings| {
        let (hidden, heads) = fit_hidden(set, 1, &[bound], settings);
        let seen = ready(beside_hidden(&inputs, 1, &hidden)).unwrap();
        (ready(predict(&heads, &seen)).unwrap(), heads)
    };
    let (scores, heads) = fitted(&settings);
    for (at, scores) in scores.iter().enumerate().take(4) {
        let [resonation, .., bystander] = *scores;
        assert_eq!(resonation > 3.0, better(corner(at)), "{at}: {scores:?}");
        assert_eq!(bystander > 50.0, better(corner(at)), "{at}: {scores:?}");
    }
    // The count keeps its bound, and the inputs after it are free for those who train on.
    let weights = ready(attune::model::read_back(heads.perspectives.val())).unwrap();
    assert!(weights[..3].iter().all(|weight| *weight <= -0.5));
    assert!(weights[3..9].iter().all(|weight| *weight == 0.0));
    assert_eq!(scores, fitted(&settings).0);
    assert_ne!(scores, fitted(&HiddenSettings { seed: 4, ..settings }).0);
    let linear = fit(set, None, &[], &TrainSettings::default()).heads;
    let linear = ready(predict(&linear, &inputs)).unwrap();
    assert!(linear.iter().all(|scores| (scores[0] - linear[0][0]).abs() < 0.1));
}

#[test]
fn training_learns_an_order_and_repeats_exactly() {
    let inputs: Vec<Vec<f32>> = (0..50).map(|at| vec![(at % 5) as f32 - 2.0, 1.0]).collect();
    let targets: Vec<Target> = (0..50)
        .map(|at| {
            let mut levels = [[0.0; 5]; 3];
            levels.iter_mut().for_each(|perspective| perspective[at % 5] = 1.0);
            Target { levels, bystander: [(at % 5) as f32 / 4.0; 5] }
        })
        .collect();
    let preferences =
        [Preference { better: vec![2.0, 1.0], worse: vec![-2.0, 1.0], perspective: 3 }];
    let set = TrainingSet { inputs: &inputs, targets: &targets, preferences: &preferences };
    let fitted = || fit(set, None, &[], &TrainSettings::default()).heads;
    let first = ready(predict(&fitted(), &inputs)).unwrap();
    for level in 1..5 {
        for (higher, lower) in first[level].iter().zip(first[level - 1]) {
            assert!(*higher > lower + 0.2);
        }
    }
    assert_eq!(first, ready(predict(&fitted(), &inputs)).unwrap());
    // The best step on a validation set is one of those looked at, and no worse than the last.
    let Fitted { steps, loss, .. } = fit(set, Some(set), &[], &TrainSettings::default());
    assert!(steps >= 10 && steps % 10 == 0 && loss.is_finite());
    // A bound holds whatever the data say.
    let bound = Bound { input: 0, perspectives: [0.0, 1e9, -0.5], bystander: -0.1 };
    let bounded =
        ready(predict(&fit(set, None, &[bound], &TrainSettings::default()).heads, &inputs));
    let bounded = bounded.unwrap();
    for level in 1..5 {
        let [lower, higher] = [bounded[level - 1], bounded[level]];
        assert!(higher[0] <= lower[0] && higher[1] > lower[1] && higher[2] < lower[2]);
        assert!(higher[3] < lower[3]);
    }
}

/// The intervals are told from the heads' own residuals: others have none.
#[test]
fn heads_that_were_not_calibrated_claim_no_interval() {
    let mut files = Files::read();
    let scored = score(&files.judge(), &[reply("Oh no. What was he like?")]).remove(0);
    let interval = scored.interval.unwrap();
    for (figure, [low, high]) in [
        (scored.reward, interval.reward),
        (scored.resonation.score, interval.resonation),
        (scored.expression.score, interval.expression),
        (scored.reception.score, interval.reception),
        (scored.bystander.total, interval.bystander),
    ] {
        assert!(low < figure && figure < high, "{low} {figure} {high}");
    }
    let (length, _) = safetensors::SafeTensors::read_metadata(&files.heads).unwrap();
    let whole = safetensors::SafeTensors::deserialize(&files.heads).unwrap();
    let start = whole.tensor("cutpoints").unwrap().data().as_ptr() as usize;
    let at = start - files.heads.as_ptr() as usize;
    assert!(at > length);
    files.heads[at] ^= 1;
    let scored = score(&files.judge(), &[reply("Oh no. What was he like?")]).remove(0);
    assert_eq!(scored.interval, None);
}

/// PereGRM's intervals are those of one personal fit.
#[test]
fn with_another_personal_fit_no_interval_is_claimed() {
    let mut files = Files::read();
    let rows = [reply("Oh no. What was he like?")];
    let interval = |files: &Files, method: Method| {
        let settings = ScoreSettings::of(method);
        ready(files.judge().score(&rows, &settings)).unwrap().remove(0).interval
    };
    for method in [Method::Perm, Method::Peregrm] {
        assert!(interval(&files, method).is_some());
    }
    let whole = safetensors::SafeTensors::deserialize(&files.personal).unwrap();
    let start = whole.tensor("wishes_output").unwrap().data().as_ptr() as usize;
    let at = start - files.personal.as_ptr() as usize;
    files.personal[at] ^= 1;
    for method in [Method::Perm, Method::Peregrm] {
        assert_eq!(interval(&files, method), None);
    }
}

#[test]
fn a_wider_level_gives_a_wider_interval_and_one_out_of_range_is_refused() {
    let judge = Files::read().judge();
    let rows = [reply("Oh no. What was he like?")];
    let width = |level: f64, method: Method| {
        let settings = ScoreSettings { level, ..ScoreSettings::of(method) };
        let [low, high] = ready(judge.score(&rows, &settings)).unwrap()[0].interval.unwrap().reward;
        high - low
    };
    for method in [Method::Perm, Method::Peregrm] {
        assert!(width(0.5, method) < width(0.8, method));
        assert!(width(0.8, method) < width(0.95, method));
    }
    for level in [0.0, 0.49, 1.0, f64::NAN] {
        let settings = ScoreSettings { level, ..ScoreSettings::default() };
        let error = ready(judge.score(&rows, &settings)).unwrap_err();
        assert!(error.to_string().contains("level"), "{error}");
    }
}

#[test]
fn texts_unlike_the_graded_replies_are_named_and_get_the_whole_scale() {
    let judge = Files::read().judge();
    let odd = [
        ("🙂🙂🙂", DomainReason::NoWords),
        (
            "Es tut mir so leid, dass dein Hund gestorben ist und das Haus jetzt so still ist.",
            DomainReason::Language,
        ),
        ("你的狗去世了，我很难过。", DomainReason::Language),
        (
            "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.",
            DomainReason::Language,
        ),
        ("fn main() { let x = vec![1, 2, 3]; println!(\"{:?}\", x); }", DomainReason::Code),
        (
            "Preheat the oven to 180 degrees, butter the tin and sift the flour with the cocoa.",
            DomainReason::NoFeeling,
        ),
    ];
    for (text, reason) in odd {
        let scored = score(&judge, &[reply(text)]).remove(0);
        let found: Vec<DomainReason> = scored.out_of_domain.iter().map(|one| one.code).collect();
        assert!(found.contains(&reason), "{text}: {found:?}");
        let interval = scored.interval.unwrap();
        assert_eq!((interval.resonation, interval.bystander), ([1.0, 5.0], [0.0, 100.0]), "{text}");
    }
    for text in [
        "Oh no. What was he like?",
        "I'm so sorry. The quiet must ache: he was part of every morning.",
        "You should get a new one soon.",
        "Get over it, it was only a dog.",
        "ugh 😭 i hate that for u",
    ] {
        let scored = score(&judge, &[reply(text)]).remove(0);
        assert_eq!(scored.out_of_domain, [], "{text}");
    }
    let foreign = ScoreRow {
        query: "Seit Sonntag ist unser alter Hund tot, und das ganze Haus kommt mir furchtbar leer vor.".into(),
        ..reply("I'm so sorry. The quiet must ache.")
    };
    let scored = score(&judge, &[foreign]).remove(0);
    assert_eq!(scored.out_of_domain[0].code, DomainReason::QueryLanguage);
}
