//! Votes and ratings: reading, parting, losses, and heads retrained on them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]
#![cfg(feature = "train")]

mod common;

use attune::formats::Error;
use attune::model::{Device, Heads, TextEmbedderFiles, read_back};
use attune::reward::builtin::BuiltinFiles;
use attune::reward::votes::{
    Ballots, Batch, Holdout, Model, Parts, Reply, Retrained, STRENGTHS, VoteFiles, VoteSettings,
    VoteTarget, Winner, train, vote_loss,
};
use attune::reward::{Judgement, PermSettings, ScoreRow, perm_reward};
use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use common::{data, ready};

fn replies(queries: usize, each: usize) -> Vec<ScoreRow> {
    let texts = [
        "Oh no. After all those mornings, the quiet must ache. What was he like?",
        "You should get a new dog. Call the shelter today and ask what they have.",
        "Everything happens for a reason. Time heals all wounds, stay positive!",
    ];
    let row = |at: usize| ScoreRow {
        id: format!("{}-{}", at / each, at % each),
        query: format!("My dog died on day {} and the house is so quiet.", at / each),
        response: texts[at % each].to_owned(),
        ..ScoreRow::default()
    };
    (0..queries * each).map(row).collect()
}

fn jsonl(rows: &[ScoreRow]) -> Vec<u8> {
    rows.iter()
        .map(|row| serde_json::to_string(row).unwrap() + "\n")
        .collect::<String>()
        .into_bytes()
}

fn read(csv: &str, rows: &[ScoreRow]) -> Result<Ballots, Error> {
    Ballots::read("v.csv", csv.as_bytes(), rows)
}

/// Code, line and column of what is wrong with a file.
#[test]
fn every_fault_of_a_file_is_told_with_its_place() {
    let rows = replies(2, 3);
    let cases = [
        ("left,right,winner\n0-0,9-9,left\n", "unknown", 2, "right"),
        ("left,right,winner\n0-0,0-1,left\n0-0,1-0,tie\n", "mismatch", 3, "right"),
        ("left,right,winner\n0-0,0-0,left\n", "mismatch", 2, "right"),
        ("left,right,winner\n0-0,0-1,0-0\n", "unknown", 2, "winner"),
        ("left,right,winner\n0-0,0-1,\n", "missing", 2, "winner"),
        ("left,right\n0-0,0-1\n", "missing", 1, "winner"),
        ("left,right,winner,rater\n0-0,0-1,left,a\n\n0-1,0-0,left,a\n", "duplicate", 4, "rater"),
        ("id,perspective,rating\n0-0,warmth,3\n", "unknown", 2, "perspective"),
        ("id,perspective,rating\n0-0,bystander,3\n", "unknown", 2, "perspective"),
        ("id,perspective,rating\n0-0,reception,3.5\n", "range", 2, "rating"),
        ("id,perspective,rating\n0-0,reception,6\n", "range", 2, "rating"),
        ("id,perspective,rating\n0-0,reception,high\n", "type", 2, "rating"),
        (
            "id,perspective,rating,rater\n0-0,reception,3,a\n0-0,reception,4,a\n",
            "duplicate",
            3,
            "rater",
        ),
    ];
    for (csv, code, line, field) in cases {
        let error = read(csv, &rows).unwrap_err();
        let found = (error.kind().code(), error.line(), error.field(), error.file());
        assert_eq!(found, (code, Some(line), Some(field), Some("v.csv")), "{csv}: {error}");
        assert!(!error.mend().is_empty());
    }
    let empty = read("left,right,winner\n", &rows).unwrap_err();
    assert_eq!(empty.kind().code(), "empty");
    // Two people without a name may agree.
    assert!(read("left,right,winner\n0-0,0-1,left\n0-0,0-1,left\n", &rows).is_ok());
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let plain = VoteSettings::default();
    let cases = [
        (VoteSettings { strength: Some(0.0), ..plain }, "strength"),
        (VoteSettings { strength: Some(f64::NAN), ..plain }, "strength"),
        (VoteSettings { epochs: 0, ..plain }, "epochs"),
        (VoteSettings { holdout: 0.9, ..plain }, "holdout"),
        (VoteSettings { resamples: 5, ..plain }, "resamples"),
        (VoteSettings { level: 1.0, ..plain }, "level"),
    ];
    for (settings, field) in cases {
        let error = settings.check().unwrap_err();
        assert_eq!((error.kind().code(), error.field()), ("setting", Some(field)));
    }
    plain.check().unwrap();
}

/// All pairs of three replies to each query; `raters` people take turns.
fn votes(queries: usize, raters: usize, winner: impl Fn(usize) -> &'static str) -> String {
    let mut csv = "left,right,winner,rater\n".to_owned();
    for at in 0..3 * queries {
        let (query, (left, right)) = (at / 3, [(0, 1), (1, 2), (2, 0)][at % 3]);
        for rater in 0..raters {
            csv += &format!("{query}-{left},{query}-{right},{},r{rater}\n", winner(at));
        }
    }
    csv
}

#[test]
fn no_query_is_on_two_sides_and_with_raters_no_rater_either() {
    let rows = replies(40, 3);
    let ballots = read(&votes(40, 4, |_| "left"), &rows).unwrap();
    for (by, seed) in [(Holdout::Query, 1), (Holdout::Rater, 1), (Holdout::Rater, 2)] {
        let settings = VoteSettings { by, seed, ..VoteSettings::default() };
        let parts = Parts::of(&ballots, &rows, &settings).unwrap();
        let mut all: Vec<usize> =
            [&parts.train, &parts.validation, &parts.held_out, &parts.left_out]
                .into_iter()
                .flatten()
                .copied()
                .collect();
        all.sort_unstable();
        assert_eq!(all, (0..ballots.len()).collect::<Vec<_>>());
        let query = |at: &usize| &rows[ballots.replies(*at).0].query;
        let sides = [&parts.train, &parts.validation, &parts.held_out];
        for (one, side) in sides.iter().enumerate() {
            for other in &sides[one + 1..] {
                assert!(side.iter().all(|at| other.iter().all(|to| query(at) != query(to))));
            }
        }
        if by == Holdout::Rater {
            let held: Vec<_> = parts.held_out.iter().map(|&at| ballots.rater(at)).collect();
            assert!(parts.train.iter().all(|&at| !held.contains(&ballots.rater(at))));
            assert!(!parts.left_out.is_empty());
        }
        assert_eq!(parts, Parts::of(&ballots, &rows, &settings).unwrap());
    }
}

#[test]
fn too_few_votes_and_raters_without_names_are_refused() {
    let rows = replies(40, 3);
    let few = read(&votes(5, 1, |_| "left"), &rows).unwrap();
    let error = Parts::of(&few, &rows, &VoteSettings::default()).unwrap_err();
    assert_eq!(error.kind().code(), "too-few");
    let by_rater = VoteSettings { by: Holdout::Rater, ..VoteSettings::default() };
    let one = read(&votes(40, 1, |_| "left"), &rows).unwrap();
    assert_eq!(Parts::of(&one, &rows, &by_rater).unwrap_err().field(), Some("by"));
    let unnamed = read("left,right,winner\n0-0,0-1,left\n", &rows).unwrap();
    assert_eq!(Parts::of(&unnamed, &rows, &by_rater).unwrap_err().field(), Some("by"));
}

const WIDTH: usize = 4;

fn small_heads(device: &Device) -> Heads {
    let values = |count: usize, shift: f32| -> Vec<f32> {
        (0..count).map(|at| 0.3 * ((at as f32) * 1.7 + shift).sin()).collect()
    };
    let tensor = |rows: usize, columns: usize, shift: f32| {
        Tensor::from_data(TensorData::new(values(rows * columns, shift), [rows, columns]), device)
    };
    Heads::from_parameters([
        tensor(WIDTH, 3, 0.1),
        tensor(3, 4, 0.9),
        tensor(WIDTH, 5, 2.0),
        tensor(1, 5, 3.0),
    ])
}

/// Replies whose analyses differ from them, one of them over the length limit.
fn small_replies() -> Vec<Option<Reply>> {
    let text = |at: usize| (0..WIDTH).map(|f| ((at * 5 + f * 3) as f32 * 0.8).cos()).collect();
    let reply = |at: usize| Reply {
        inputs: [text(at + 40), text(at)],
        length: if at == 2 { -0.1 } else { 0.0 },
    };
    (0..6).map(|at| Some(reply(at))).collect()
}

fn small_ballots(ratings: bool) -> Ballots {
    let rows = replies(2, 3);
    let csv = if ratings {
        "id,perspective,rating\n0-0,resonation,1\n0-1,expression,5\n1-2,reception,3\n"
    } else {
        "left,right,winner\n0-0,0-1,left\n0-1,0-2,right\n1-0,1-2,tie\n"
    };
    read(csv, &rows).unwrap()
}

#[test]
fn the_loss_is_bradley_and_terry_s_worked_by_hand() {
    // σ(1) = .731059, so −ln is .313262; the loser's share is 1.313262; a tie the mean of both.
    assert!((vote_loss(1.0, Winner::Left) - 0.313_262).abs() < 1e-6);
    assert!((vote_loss(1.0, Winner::Right) - 1.313_262).abs() < 1e-6);
    assert!((vote_loss(1.0, Winner::Tie) - 0.813_262).abs() < 1e-6);

    let device = Device::flex();
    let model = Model {
        heads: small_heads(&device),
        log_scale: Param::from_tensor(Tensor::from_data([2.0_f32.ln()], &device)),
    };
    let ballots = small_ballots(false);
    let batch = Batch::new(&small_replies(), &ballots, &[0, 1, 2], &device);
    let differences = ready(batch.differences(&model.heads, VoteTarget::Reward)).unwrap();
    let winners = [Winner::Left, Winner::Right, Winner::Tie];
    let by_hand = differences
        .iter()
        .zip(winners)
        .map(|(difference, winner)| vote_loss(2.0 * difference / 0.5, winner))
        .sum::<f64>()
        / 3.0;
    let loss = ready(read_back(batch.loss(&model, VoteTarget::Reward, 0.5))).unwrap()[0];
    assert!((f64::from(loss) - by_hand).abs() < 1e-6, "{loss} against {by_hand}");
}

#[test]
fn what_is_trained_is_the_perm_reward() {
    let device = Device::flex();
    let heads = small_heads(&device);
    let batch = Batch::new(&small_replies(), &small_ballots(false), &[0, 1, 2], &device);
    let of = |on| ready(read_back(batch.scores(&heads, on))).unwrap();
    let parts = [VoteTarget::Resonation, VoteTarget::Expression, VoteTarget::Reception].map(of);
    let bystander = of(VoteTarget::Bystander);
    for (at, reward) in of(VoteTarget::Reward).into_iter().enumerate() {
        let judgement = Judgement {
            resonation: f64::from(parts[0][at]),
            expression: f64::from(parts[1][at]),
            reception: f64::from(parts[2][at]),
            bystander: 100.0 * f64::from(bystander[at]),
            tokens: if at == 2 { 868 } else { 10 },
        };
        let expected = perm_reward(&judgement, &PermSettings::default()).unwrap().reward;
        assert!((f64::from(reward) - expected).abs() < 1e-5, "{at}: {reward} against {expected}");
    }
}

#[test]
fn gradients_equal_finite_differences() {
    for (ratings, on) in [
        (false, VoteTarget::Reward),
        (false, VoteTarget::Resonation),
        (false, VoteTarget::Bystander),
        (true, VoteTarget::Reward),
    ] {
        let ballots = small_ballots(ratings);
        let loss_at = |parameter: usize, element: usize, by: f32| -> f64 {
            let device = Device::flex();
            let mut at = 0;
            let parameters = small_heads(&device).parameters().map(|(_, tensor)| {
                let shape = tensor.dims();
                let mut values = ready(read_back(tensor)).unwrap();
                if at == parameter {
                    values[element] += by;
                }
                at += 1;
                Tensor::from_data(TensorData::new(values, shape), &device)
            });
            let model = Model {
                heads: Heads::from_parameters(parameters),
                log_scale: Param::from_tensor(Tensor::zeros([1], &device)),
            };
            let batch = Batch::new(&small_replies(), &ballots, &[0, 1, 2], &device);
            f64::from(ready(read_back(batch.loss(&model, on, 0.2))).unwrap()[0])
        };
        let device = Device::flex().autodiff();
        let model = Model {
            heads: small_heads(&device),
            log_scale: Param::from_tensor(Tensor::zeros([1], &device)),
        };
        let batch = Batch::new(&small_replies(), &ballots, &[0, 1, 2], &device);
        let gradients = GradientsParams::from_grads(batch.loss(&model, on, 0.2).backward(), &model);
        let heads = &model.heads;
        let all = [&heads.perspectives, &heads.cutpoints, &heads.bystander, &heads.bystander_bias];
        let mut moved = 0;
        for (parameter, tensor) in all.into_iter().enumerate() {
            let count = tensor.val().dims().iter().product::<usize>();
            let found = gradients
                .get::<2>(tensor.id)
                .map_or_else(|| vec![0.0; count], |gradient| ready(read_back(gradient)).unwrap());
            for (element, gradient) in found.into_iter().enumerate() {
                let step = 1e-2;
                let rise = loss_at(parameter, element, step) - loss_at(parameter, element, -step);
                let expected = rise / (2.0 * f64::from(step));
                let gap = (f64::from(gradient) - expected).abs();
                assert!(gap < 2e-3, "{on:?} {parameter}[{element}]: {gradient} against {expected}");
                moved += usize::from(expected.abs() > 1e-2);
            }
        }
        assert!(moved > 3, "{on:?}: something must depend on the heads");
    }
}

fn retrain(csv: &str, rows: &[ScoreRow], settings: &VoteSettings) -> Result<Retrained, Error> {
    retrain_telling(csv, rows, settings, |_, _| {})
}

fn retrain_telling(
    csv: &str,
    rows: &[ScoreRow],
    settings: &VoteSettings,
    mut tell: impl FnMut(u32, u32),
) -> Result<Retrained, Error> {
    let table = data("data/builtin/embedder.safetensors");
    let tokenizer = data("data/builtin/tokenizer.json");
    let heads = data("data/builtin/heads.safetensors");
    let personal = data("data/builtin/personal.safetensors");
    let responses = jsonl(rows);
    let files = VoteFiles {
        votes: ("v.csv", csv.as_bytes()),
        responses: ("r.jsonl", &responses),
        judge: BuiltinFiles {
            embedder: TextEmbedderFiles { table: &table, tokenizer: &tokenizer },
            heads: &heads,
            personal: &personal,
        },
    };
    let pause = async |done, total| {
        tell(done, total);
        Ok::<(), Error>(())
    };
    ready(train(files, settings, &Device::flex(), pause))
}

#[test]
fn the_search_ends_at_the_first_strength_that_does_worse_and_progress_at_the_total() {
    let rows = replies(30, 3);
    // Advice beats comfort in most queries; the rest is chance, which a weak pull would follow.
    let csv = votes(30, 1, |at| if at % 7 < 4 { "right" } else { "left" });
    let settings = VoteSettings { epochs: 20, ..VoteSettings::default() };
    let mut told = Vec::new();
    let report =
        retrain_telling(&csv, &rows, &settings, |done, all| told.push((done, all))).unwrap().report;

    let (_, total) = told[0];
    assert!(told.iter().all(|(_, all)| *all == total));
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&(total, total)));

    let tried = &report.tried;
    let strengths: Vec<f64> = tried.iter().map(|one| one.strength).collect();
    assert_eq!(strengths, STRENGTHS[..tried.len()]);
    let worse = |at: usize| tried[at + 1].log_loss > tried[at].log_loss;
    let last = tried.len() - 1;
    assert!((0..last.saturating_sub(1)).all(|at| !worse(at)));
    assert!(tried.len() == STRENGTHS.len() || worse(last - 1));
    let best = tried.iter().map(|one| one.log_loss).fold(f64::INFINITY, f64::min);
    let chosen = tried.iter().find(|one| Some(one.strength) == report.settings.strength).unwrap();
    assert_eq!((chosen.log_loss, chosen.epochs), (best, report.epochs));

    let queries = &report.queries;
    assert_eq!(queries.train + queries.validation + queries.held_out, report.count.queries);
    assert_eq!((queries.held_out, queries.left_out), (report.clusters, 0));
}

#[test]
fn heads_follow_the_votes_repeat_byte_for_byte_and_load_again() {
    let rows = replies(30, 3);
    // Advice beats comfort and platitudes, which the starting heads see the other way round.
    let csv = votes(30, 1, |at| ["right", "left", "tie"][at % 3]);
    let settings = VoteSettings { strength: Some(0.01), epochs: 30, ..VoteSettings::default() };
    let trained = retrain(&csv, &rows, &settings).unwrap();
    let report = &trained.report;
    let [before, after] = [report.accuracy.before, report.accuracy.after].map(|i| i.estimate);
    assert!(after.unwrap() > before.unwrap() + 0.3, "{before:?} {after:?}");
    assert_eq!(report.count.ties, 30);
    assert_ne!(report.heads, report.start);
    let again = retrain(&csv, &rows, &settings).unwrap();
    assert_eq!((&trained.heads, &trained.report), (&again.heads, &again.report));
    for part in ["SHA-256", &report.heads, &report.start, "seed 7", "CC BY 4.0", "| accuracy |"] {
        assert!(trained.report.card().contains(part), "{part}");
    }

    // They go on from where they are.
    let next = VoteSettings { seed: 8, ..settings };
    assert_ne!(retrain(&csv, &rows, &next).unwrap().heads, trained.heads);
}

#[test]
fn ratings_move_the_perspective_they_name_and_no_other() {
    let rows = replies(30, 3);
    let mut csv = "id,perspective,rating\n".to_owned();
    for row in &rows {
        let level = if row.id.ends_with("-1") { 5 } else { 1 };
        csv += &format!("{},expression,{level}\n", row.id);
    }
    let settings = VoteSettings { strength: Some(0.01), epochs: 40, ..VoteSettings::default() };
    let trained = retrain(&csv, &rows, &settings).unwrap();
    let loss = trained.report.log_loss.difference.estimate.unwrap();
    assert!(loss < -0.3, "{loss}");
    let judge = |heads: &[u8]| {
        let table = data("data/builtin/embedder.safetensors");
        let tokenizer = data("data/builtin/tokenizer.json");
        let embedder = TextEmbedderFiles { table: &table, tokenizer: &tokenizer };
        let personal = data("data/builtin/personal.safetensors");
        let files = BuiltinFiles { embedder, heads, personal: &personal };
        let judge = attune::reward::builtin::BuiltinJudge::load(files, &Device::flex()).unwrap();
        common::score_with(&judge, &rows[..2], &Default::default())
    };
    let (then, now) = (judge(&data("data/builtin/heads.safetensors")), judge(&trained.heads));
    for (then, now) in then.iter().zip(&now) {
        assert_eq!(then.reception, now.reception);
        assert_eq!(then.bystander, now.bystander);
    }
    assert!(now[1].expression.score > then[1].expression.score + 0.5);
    assert!(now[0].expression.score < then[0].expression.score - 0.5);
}

#[test]
fn votes_that_the_heads_order_without_an_error_are_told() {
    let rows = replies(30, 3);
    let settings = VoteSettings { strength: Some(0.1), epochs: 2, ..VoteSettings::default() };
    let judge = common::judge();
    let scored = common::score_with(&judge, &rows[..3], &Default::default());
    let mut order = [0, 1, 2];
    order.sort_by(|a, b| scored[*b].reward.total_cmp(&scored[*a].reward));
    let place = |one: usize| order.iter().position(|at| *at == one).unwrap();
    let sure = votes(30, 1, |at| {
        let (left, right) = [(0, 1), (1, 2), (2, 0)][at % 3];
        if place(left) < place(right) { "left" } else { "right" }
    });
    let report = retrain(&sure, &rows, &settings).unwrap().report;
    assert!(report.warnings.iter().any(|warning| warning.code == "separable"));
    assert!(report.log_loss.before.estimate.unwrap().is_finite());
}
