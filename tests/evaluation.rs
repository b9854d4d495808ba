//! The table, comparisons and the effect of length, against values worked by hand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use attune::formats::Error;
use attune::reward::datasets::{Dataset, DatasetSettings, align, read_predictions};
use attune::reward::evaluation::{
    EvaluationReport, EvaluationRow, EvaluationSettings, SystemScores, evaluation_report,
};
use attune::reward::{LengthRow, length_effect};
use attune::stats::Bootstrap;
use proptest::prelude::*;

fn row(id: &str, split: &str, category: &str, scores: [f64; 3]) -> EvaluationRow {
    EvaluationRow {
        id: id.to_owned(),
        user: id.split('/').next().unwrap().to_owned(),
        split: split.to_owned(),
        category: category.to_owned(),
        resonation: scores[0],
        expression: scores[1],
        reception: scores[2],
    }
}

fn system(name: &str, rows: Vec<EvaluationRow>) -> SystemScores {
    SystemScores { name: name.to_owned(), rows, ..Default::default() }
}

fn base() -> Vec<EvaluationRow> {
    vec![
        row("ann/0", "random", "support", [3.0, 4.0, 5.0]),
        row("ann/1", "random", "strategy", [1.0, 2.0, 3.0]),
        row("bob/0", "ood", "support", [5.0, 3.0, 1.0]),
        row("cy/0", "ood", "support", [2.0, 2.0, 2.0]),
    ]
}

fn report(systems: &[SystemScores]) -> EvaluationReport {
    evaluation_report(systems, &EvaluationSettings::default()).unwrap()
}

#[test]
fn the_table_by_hand() {
    let counts = SystemScores { failed: 1, missing: 2, empty: 3, ..system("base", base()) };
    let report = report(&[counts]);
    let table = &report.systems[0];
    assert_eq!((table.failed, table.missing, table.empty), (1, 2, 3));
    let cells: Vec<_> = table
        .cells
        .iter()
        .map(|cell| (cell.split.as_deref(), cell.category.as_deref(), cell.queries, cell.users))
        .collect();
    assert_eq!(
        cells,
        [
            (None, None, 4, 3),
            (Some("ood"), None, 2, 2),
            (Some("random"), None, 2, 1),
            (None, Some("strategy"), 1, 1),
            (None, Some("support"), 3, 3),
            (Some("ood"), Some("support"), 2, 2),
            (Some("random"), Some("strategy"), 1, 1),
            (Some("random"), Some("support"), 1, 1),
        ]
    );
    let all = &table.cells[0];
    let means = [&all.resonation, &all.expression, &all.reception, &all.average, &all.overall];
    for (mean, expected) in means.iter().zip([2.75, 2.75, 2.75, 2.75, 0.55]) {
        assert!((mean.estimate.unwrap() - expected).abs() < 1e-12);
        assert!(mean.low.unwrap() <= expected && expected <= mean.high.unwrap());
    }
    assert!(table.cells[2].average.low.is_none(), "one user shows no spread");
    let codes: Vec<&str> = report.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["queries-without-scores", "few-users"]);
    assert!(report.comparisons.is_empty() && report.family.is_none());
}

#[test]
fn systems_are_compared_on_what_both_have() {
    let mut better = base();
    for row in &mut better {
        row.resonation = (row.resonation + 1.0).min(5.0);
    }
    better.remove(3);
    better.push(row("dan/0", "ood", "support", [1.0, 1.0, 1.0]));
    let report = report(&[system("better", better), system("base", base())]);
    let found = &report.comparisons[0];
    assert_eq!((found.queries, found.users), (3, 2));
    assert_eq!((&found.only_a, &found.only_b), (&vec!["dan/0".into()], &vec!["cy/0".into()]));
    assert_eq!((found.better, found.equal, found.worse), (2, 1, 0));
    // Differences 1, 1 of ann and 0 of bob (5 stays 5): the mean is 2/3, of the average 2/9. Signs
    // of two users: every pattern reaches |2|.
    assert!((found.resonation.mean.estimate.unwrap() - 2.0 / 3.0).abs() < 1e-12);
    assert!((found.average.mean.estimate.unwrap() - 2.0 / 9.0).abs() < 1e-12);
    assert_eq!((found.resonation.p, found.exact, found.permutations), (1.0, true, 3));
    assert_eq!(found.expression.mean.estimate, Some(0.0));
}

#[test]
fn holm_speaks_of_all_comparisons() {
    let of = |name: &str, lift: f64| {
        let rows = (0..12)
            .map(|user| {
                let noise = f64::from(user % 3) * 0.1;
                row(&format!("u{user}/0"), "test", "all", [2.0 + lift + noise * lift, 3.0, 3.0])
            })
            .collect();
        system(name, rows)
    };
    let systems = [of("base", 0.0), of("one", 1.0), of("two", 2.0)];
    let settings = EvaluationSettings { baseline: Some("base".to_owned()), ..Default::default() };
    let report = evaluation_report(&systems, &settings).unwrap();
    let names: Vec<_> = report.comparisons.iter().map(|c| (c.a.as_str(), c.b.as_str())).collect();
    assert_eq!(names, [("one", "base"), ("two", "base")]);
    assert_eq!(
        report.family.unwrap(),
        "The 2 comparisons with the baseline base, on each measure by itself."
    );
    for comparison in &report.comparisons {
        assert_eq!(comparison.resonation.p, 2.0 / 4096.0, "all twelve users agree");
        assert_eq!(comparison.resonation.p_holm, 4.0 / 4096.0);
        assert_eq!((comparison.expression.p, comparison.expression.p_holm), (1.0, 1.0));
    }
    let all = evaluation_report(&systems, &EvaluationSettings::default()).unwrap();
    assert_eq!(all.comparisons.len(), 3);
    assert_eq!(all.comparisons[0].resonation.p_holm, 6.0 / 4096.0);
    let apart = [system("a", vec![base().remove(0)]), system("b", vec![base().remove(2)])];
    let apart = evaluation_report(&apart, &EvaluationSettings::default()).unwrap();
    assert!(apart.comparisons.is_empty());
    assert!(apart.warnings.iter().any(|warning| warning.code == "nothing-shared"));
}

#[test]
fn bad_scores_name_their_place() {
    let fails = |systems: &[SystemScores]| -> Error {
        evaluation_report(systems, &EvaluationSettings::default()).unwrap_err()
    };
    let changed = |change: &dyn Fn(&mut EvaluationRow)| {
        let mut rows = base();
        change(&mut rows[1]);
        fails(&[system("a", base()), system("b", rows)])
    };
    for (error, code, field) in [
        (changed(&|row| row.reception = 5.1), "range", "systems[1].rows[1].reception"),
        (changed(&|row| row.resonation = f64::NAN), "range", "systems[1].rows[1].resonation"),
        (changed(&|row| row.id = "ann/0".into()), "duplicate", "systems[1].rows[1].id"),
        (changed(&|row| row.user = "bob".into()), "mismatch", "systems[1].rows[1].user"),
        (changed(&|row| row.split = " ".into()), "missing", "systems[1].rows[1].split"),
        (fails(&[system("a", base()), system("a", base())]), "duplicate", "systems[1].name"),
        (fails(&[system("a", vec![])]), "empty", "systems[0].rows"),
        (fails(&[]), "empty", "systems"),
    ] {
        assert_eq!((error.kind().code(), error.field()), (code, Some(field)), "{error}");
    }
    let settings = EvaluationSettings { baseline: Some("c".into()), ..Default::default() };
    let error = evaluation_report(&[system("a", base())], &settings).unwrap_err();
    assert_eq!((error.kind().code(), error.field()), ("unknown", Some("baseline")));
}

/// The whole way from files: a judge that scores by the reply's text gives the same table whatever
/// the order of the predictions.
#[test]
fn shuffled_predictions_give_the_same_table() {
    let queries: Vec<String> = (0..12)
        .map(|at| {
            format!(
                r#"{{"source_file":"f","original_sid":{at},"session_id":{at},"queries":[
                    {{"query_id":1,"query":"q","category":"c{}"}},{{"query_id":2,"query":"q"}}]}}"#,
                at % 2
            )
        })
        .collect();
    let text = format!("[{}]", queries.join(","));
    let dataset = Dataset::read("d", text.as_bytes(), &DatasetSettings::default()).unwrap();
    let table = |order: &[usize]| {
        let sessions: Vec<String> = order
            .iter()
            .map(|at| {
                let first = if *at == 5 { String::new() } else { format!("score {}", at % 5 + 1) };
                format!(
                    r#"{{"session_id":{at},"responses":[{{"query_id":2,"response":"score 4"}},
                        {{"query_id":1,"response":"{first}"}}]}}"#
                )
            })
            .collect();
        let text = format!("[{}]", sessions.join(","));
        let predictions = read_predictions("p", text.as_bytes()).unwrap();
        let alignment = align(&dataset, &predictions, None).unwrap();
        assert_eq!(alignment.empty, ["f/5/0"]);
        let judged = |item: attune::reward::datasets::EvaluationItem| {
            let score: f64 = item.row.response.trim_start_matches("score ").parse().unwrap();
            EvaluationRow {
                id: item.id,
                user: item.user,
                split: item.split,
                category: item.category,
                resonation: score,
                expression: score,
                reception: 3.0,
            }
        };
        let empty = alignment.empty.len() as u32;
        let rows = alignment.items.into_iter().map(judged).collect();
        report(&[SystemScores { name: "s".into(), rows, empty, ..Default::default() }])
    };
    let order: Vec<usize> = (0..12).collect();
    let shuffled = [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 6, 4];
    assert_eq!(table(&order), table(&shuffled));
    // 12 times 4 and, without the sixth session, 3·(1+2) + 2·(3+4+5) − 1: 5 → (5 % 5) + 1 = 1.
    let sum: f64 =
        (0..12).filter(|at| *at != 5).map(|at| f64::from(at % 5 + 1)).sum::<f64>() + 48.0;
    let found = table(&order).systems[0].cells[0].resonation.estimate.unwrap();
    assert!((found - sum / 23.0).abs() < 1e-12);
}

fn reply(query: &str, reward: f64, tokens: u32) -> LengthRow {
    LengthRow { query: query.to_owned(), reward, tokens }
}

#[test]
fn the_effect_of_length_by_hand() {
    // Within a: Δtokens −100, 0, 100 and Δreward −.1, .2, −.1; within b: ∓50 and ±.2 ... the longer
    // reply of b loses. c has a single reply.
    let rows = [
        reply("a", 0.3, 100),
        reply("a", 0.6, 200),
        reply("a", 0.3, 300),
        reply("b", 0.9, 10),
        reply("b", 0.5, 110),
        reply("b", 0.5, 110),
        reply("c", 9.0, 5000),
    ];
    let effect = length_effect(&rows, &Bootstrap::default()).unwrap();
    assert_eq!((effect.queries, effect.replies, effect.single), (2, 6, 1));
    assert_eq!((effect.pairs, effect.equal_length), (5, 1));
    // a: xx = 20000, xy = 0, yy = .06; b: Δtokens −200/3, 100/3 twice, Δreward .8/3, −.4/3 twice:
    // xx = 60000/9, xy = −240/9, yy = .96/9.
    let (xx, xy, yy) = (20_000.0 + 60_000.0 / 9.0, -240.0 / 9.0, 0.06 + 0.96 / 9.0);
    let close = |found: Option<f64>, expected: f64| {
        assert!((found.unwrap() - expected).abs() < 1e-12, "{found:?} {expected}");
    };
    close(effect.slope.estimate, 100.0 * xy / xx);
    close(effect.pearson.estimate, xy / f64::sqrt(xx * yy));
    // Ranks of a: 1 2 3 and 1.5 3 1.5; of b: 1 2.5 2.5 and 3 1.5 1.5.
    close(effect.spearman.estimate, -1.5 / f64::sqrt((2.0 + 1.5) * (1.5 + 1.5)));
    // a: win, tie, loss; b: two losses.
    close(effect.longer_preferred.estimate, 1.5 / 5.0);
}

#[test]
fn length_shows_nothing_where_it_does_not_vary() {
    let rows = [reply("a", 0.1, 7), reply("a", 0.7, 7), reply("a", 0.4, 7)];
    let effect = length_effect(&rows, &Bootstrap::default()).unwrap();
    assert_eq!((effect.slope.estimate, effect.pearson.estimate), (None, None));
    assert_eq!((effect.longer_preferred.estimate, effect.equal_length), (None, 3));
    let constant = [reply("a", 0.1, 7), reply("a", 0.1, 8), reply("a", 0.1, 10)];
    let effect = length_effect(&constant, &Bootstrap::default()).unwrap();
    assert_eq!((effect.slope.estimate, effect.pearson.estimate), (Some(0.0), None));
    for (rows, code, field) in [
        (vec![reply("a", 0.1, 7), reply("b", 0.1, 7)], "empty", "rows"),
        (vec![], "empty", "rows"),
        (vec![reply(" ", 0.1, 7)], "missing", "rows[0].query"),
        (vec![reply("a", 0.1, 7), reply("a", f64::NAN, 7)], "not-finite", "rows[1].reward"),
    ] {
        let error = length_effect(&rows, &Bootstrap::default()).unwrap_err();
        assert_eq!((error.kind().code(), error.field()), (code, Some(field)), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_rows_changes_nothing(
        scores in proptest::collection::vec((0u8..4, 10u8..=50, 10u8..=50, 10u8..=50), 2..20),
        order in any::<u64>(),
    ) {
        let settings =
            EvaluationSettings { resamples: 100, permutations: 99, ..Default::default() };
        let rows: Vec<EvaluationRow> = scores
            .iter()
            .enumerate()
            .map(|(at, &(user, a, b, c))| {
                let scores = [a, b, c].map(|score| f64::from(score) / 10.0);
                row(&format!("u{user}/{at}"), "test", ["x", "y"][at % 2], scores)
            })
            .collect();
        let other: Vec<EvaluationRow> = rows
            .iter()
            .map(|row| EvaluationRow { resonation: row.expression, ..row.clone() })
            .collect();
        let shuffled = |rows: &[EvaluationRow]| {
            let mut rows = rows.to_vec();
            rows.sort_by_key(|row| order.wrapping_mul(row.id.len() as u64 + 3 * row.resonation.to_bits()));
            rows
        };
        let report = |a: &[EvaluationRow], b: &[EvaluationRow]| {
            evaluation_report(&[system("a", a.to_vec()), system("b", b.to_vec())], &settings).unwrap()
        };
        prop_assert_eq!(report(&rows, &other), report(&shuffled(&rows), &shuffled(&other)));
    }
}
