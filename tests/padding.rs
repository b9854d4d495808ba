//! What padding may not buy, over the graded replies.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]
#![cfg(feature = "train")]

mod common;

use attune::reward::{Method, ScoreRow, ScoreSettings, Scored};
use common::{judge, score_with};
use serde_json::Value;

const SETS: [&str; 7] = [
    "data/graded-replies/replies.jsonl",
    "data/graded-replies/more/replies.jsonl",
    "data/graded-replies/broad/part1/replies.jsonl",
    "data/graded-replies/broad/part2/replies.jsonl",
    "data/graded-replies/broad/part3/replies.jsonl",
    "data/graded-replies/broad/part4/replies.jsonl",
    "data/graded-replies/broad/part5/replies.jsonl",
];

/// One graded reply in this many is padded: the suite has other tests to run.
const EVERY: usize = 5;
/// What the device's rounding may move a score.
const ROUNDING: f64 = 1e-3;
/// What chance may move one: where the first word of a reply goes on with what was copied before it,
/// it is taken for a copy too.
const LITTLE: f64 = 0.1;

/// Replies with the mean level of expression that graders gave.
fn graded() -> Vec<(ScoreRow, f64)> {
    let mut rows = Vec::new();
    for file in SETS {
        let text = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR")));
        for line in text.unwrap().lines().step_by(EVERY) {
            let mut row: Value = serde_json::from_str(line).unwrap();
            let grades = row["grades"].take();
            let levels = grades.as_array().unwrap().iter();
            let levels: Vec<f64> = levels.map(|g| g["expression"].as_f64().unwrap()).collect();
            for field in ["grades", "kind", "topic", "group", "split"] {
                row.as_object_mut().unwrap().remove(field);
            }
            let mean = levels.iter().sum::<f64>() / levels.len() as f64;
            row["response"] = ended(row["response"].as_str().unwrap()).into();
            rows.push((serde_json::from_value(row).unwrap(), mean));
        }
    }
    rows
}

/// A text with a mark at its end: without one, what is added would be part of its last sentence.
fn ended(text: &str) -> String {
    let text = text.trim_end();
    match text.ends_with(char::is_alphanumeric) {
        true => format!("{text}."),
        false => text.to_owned(),
    }
}

/// Scores replies as they are and as `change` makes them, and hands both to `check`.
fn compare(change: impl Fn(&ScoreRow) -> String, check: impl Fn(&str, f64, &Scored, &Scored)) {
    let rows = graded();
    let judge = judge();
    for chunk in rows.chunks(64) {
        let plain: Vec<ScoreRow> = chunk.iter().map(|(row, _)| row.clone()).collect();
        let changed: Vec<ScoreRow> =
            plain.iter().map(|row| ScoreRow { response: change(row), ..row.clone() }).collect();
        let settings = ScoreSettings::of(Method::Perm);
        let (before, after) =
            (score_with(&judge, &plain, &settings), score_with(&judge, &changed, &settings));
        for ((row, level), (before, after)) in chunk.iter().zip(before.iter().zip(&after)) {
            // A reply that steers is scored by the worst of its versions, which others cut it into.
            if before.steering.is_empty() {
                check(&row.id, *level, before, after);
            }
        }
    }
}

fn pads_lower_reception_and_never_raise_the_bystander(pad: &str) {
    for at_the_end in [true, false] {
        let padded = |row: &ScoreRow| match at_the_end {
            true => format!("{} {pad}", row.response),
            false => format!("{pad} {}", row.response),
        };
        compare(padded, |id, _, before, after| {
            let (b, a) = (before.bystander.total, after.bystander.total);
            assert!(a <= b + ROUNDING, "{id}: the bystander rose from {b} to {a}");
            let (b, a) = (before.reception.score, after.reception.score);
            assert!(a < b, "{id}: reception did not fall: {b}, {a}");
        });
    }
}

#[test]
fn platitudes_lower_reception_and_never_raise_the_bystander() {
    pads_lower_reception_and_never_raise_the_bystander(
        "Everything happens for a reason. Time heals all wounds. Stay strong!",
    );
    pads_lower_reception_and_never_raise_the_bystander(
        "You've got this, and remember: tomorrow is another day. I'm always here for you.",
    );
}

#[test]
fn repeating_the_seeker_buys_no_resonation() {
    let repeats: [fn(&ScoreRow) -> String; 3] = [
        |row| format!("{} {}", row.response, row.query),
        |row| format!("You said: \u{201c}{}\u{201d} {}", row.query, row.response),
        |row| {
            format!(
                "{} {}",
                row.query.replace("I ", "you ").replace(" my ", " your "),
                row.response
            )
        },
    ];
    for repeated in repeats {
        compare(repeated, |id, _, before, after| {
            let (b, a) = (before.resonation.score, after.resonation.score);
            assert!(a <= b + LITTLE, "{id}: resonation rose from {b} to {a}");
        });
    }
}

#[test]
fn a_claim_to_understand_moves_a_cold_reply_by_less_than_half_a_level() {
    let claims: [fn(&ScoreRow) -> String; 3] = [
        |row| format!("I understand how you feel. {}", row.response),
        |row| format!("{} I understand how you feel.", row.response),
        |row| format!("I completely understand how you feel, and I hear you. {}", row.response),
    ];
    for claimed in claims {
        compare(claimed, |id, level, before, after| {
            if level <= 2.0 {
                let moved = after.expression.score - before.expression.score;
                assert!(moved.abs() < 0.5, "{id}: expression moved by {moved}");
            }
        });
    }
}
