//! Recall against what others computed: a naive twin, trec_eval and ranx, exhaustive enumeration,
//! and the pitfalls of an exposure log with their wrong and right figures. The fixtures and the
//! programs that wrote them stand in `tests/reference/recall`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod recall_support;

use attune::formats::{Error, Matrix};
use attune::recall::{
    Exposed, ExposureLog, Gain, IntervalMethod, Metric, RecallReport, RecallResult, RecallSettings,
    Scheme, Scores,
};
use recall_support::{agree, evaluate_files, evaluate_recall, fixture};
use serde_json::{Value, json};

/// The settings of a row, with every metric, and propensities where the log has a column of them.
fn settings_of(row: &Value, files: &Value) -> RecallSettings {
    let mut settings: RecallSettings = serde_json::from_value(row["settings"].clone()).unwrap();
    settings.metrics = vec![Metric::Recall, Metric::Precision, Metric::Gain, Metric::Ndcg];
    settings.gain = match &row["gain"] {
        Value::Null => Gain::Dcg,
        Value::Array(_) => serde_json::from_value(json!({ "listed": row["gain"] })).unwrap(),
        name => serde_json::from_value(name.clone()).unwrap(),
    };
    let header = files["exposed"].as_str().and_then(|text| text.lines().next());
    if header.is_some_and(|header| header.contains("propensity")) {
        settings.propensity = Some("propensity".to_owned());
    }
    if !files["full"].is_string() {
        settings.schemes.retain(|scheme| *scheme != Scheme::Full);
    }
    settings
}

fn results<'a>(report: &'a RecallReport, expected: &Value) -> Vec<&'a RecallResult> {
    let key = |value: &Value| value.as_str().unwrap().to_owned();
    let wanted = (key(&expected["scheme"]), key(&expected["metric"]), key(&expected["average"]));
    let name = |value: Value| value.as_str().unwrap().to_owned();
    report.systems[0]
        .results
        .iter()
        .filter(|one| {
            wanted == (name(json!(one.scheme)), name(json!(one.metric)), name(json!(one.average)))
        })
        .collect()
}

/// Compares all figures of a row; returns how many there were.
fn assert_results(name: &Value, report: &RecallReport, expected: &[Value]) -> usize {
    let mut compared = 0;
    for expected in expected {
        let found = results(report, expected);
        // The traditional scheme pools as it is usually done, without weights.
        let unweighted = &expected["unweighted"];
        let estimates = if unweighted.is_array() { unweighted } else { &expected["estimates"] };
        for (at, estimate) in estimates.as_array().unwrap().iter().enumerate() {
            let one = found.get(at).unwrap_or_else(|| panic!("{name}: no {expected}"));
            assert!(
                agree(estimate, one.estimate),
                "{name}: {} {} {} @{}: {:?} is not {estimate}",
                expected["scheme"],
                expected["average"],
                expected["metric"],
                one.k,
                one.estimate
            );
            if expected["users"].is_u64() && !estimate.is_null() {
                assert_eq!(json!(one.users), expected["users"], "{name}: {expected}");
            }
            let without = &expected["usersWithoutPositives"];
            if without.is_u64() {
                assert_eq!(json!(one.users_without_positives), *without, "{name}: {expected}");
            }
            if let Some(implied) = expected["impliedK"].get(at) {
                assert!(agree(implied, one.implied_k), "{name}: {:?}, {implied}", one.implied_k);
            }
            compared += 1;
        }
    }
    compared
}

#[test]
fn a_naive_twin_agrees_on_every_figure() {
    let mut compared = 0;
    for row in fixture("twin") {
        let report = evaluate_files(&row, &settings_of(&row, &row))
            .unwrap_or_else(|error| panic!("{}: {error}", row["name"]));
        compared += assert_results(&row["name"], &report, row["results"].as_array().unwrap());
        if let Some(check) = report.propensities {
            let expected = &row["diagnostics"];
            assert!(agree(&expected["meanWeight"], Some(check.mean_weight)), "{}", row["name"]);
            let effective = Some(check.effective_sample).filter(|_| check.positives > 0.0);
            assert!(agree(&expected["effectiveSample"], effective), "{}", row["name"]);
        }
    }
    assert!(compared > 1000, "only {compared} figures");
}

#[test]
fn trec_eval_and_ranx_agree_on_full_figures() {
    for mut row in fixture("peers") {
        let expected = row["results"].as_array().unwrap().clone();
        for treatment in ["skip", "zero"] {
            row["settings"] = json!({
                "k": row["k"], "schemes": ["full"], "noPositives": treatment, "resamples": 0,
            });
            let report = evaluate_files(&row, &settings_of(&row, &row)).unwrap();
            let mine = expected.iter().filter(|one| {
                // Precision counts every user, whatever the treatment.
                one["noPositives"] == treatment && one["metric"] != "precision"
                    || one["metric"] == "precision" && one["noPositives"] == "zero"
            });
            let mine: Vec<Value> = mine.cloned().collect();
            assert!(assert_results(&row["name"], &report, &mine) > 0, "{}", row["name"]);
        }
    }
}

/// A fraction "a/b".
fn fraction(value: &Value) -> f64 {
    let text = value.as_str().unwrap();
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap()
}

#[test]
fn expectations_over_all_exposures_are_exact() {
    for row in fixture("hypergeometric") {
        let labels: Vec<bool> =
            row["labelsByRank"].as_str().unwrap().chars().map(|label| label == '1').collect();
        let (items, exposed) = (labels.len(), row["exposed"].as_u64().unwrap() as u32);
        let values = (0..items).map(|rank| -(rank as f64)).collect();
        let scores = Scores::from_matrix(Matrix { rows: 1, columns: items, values }).unwrap();
        let settings = RecallSettings {
            k: vec![row["k"].as_u64().unwrap() as u32],
            metrics: vec![Metric::Recall, Metric::Precision],
            schemes: vec![Scheme::Ure],
            resamples: 0,
            ..Default::default()
        };
        let (mut recall, mut with, mut precision, mut all) = (0.0, 0.0, 0.0, 0.0);
        for shown in (0u32..1 << items).filter(|shown| shown.count_ones() == exposed) {
            let shown = (0..items).filter(|item| shown >> item & 1 == 1);
            let shown = shown.map(|item| Exposed { item, positive: labels[item] }).collect();
            let log = ExposureLog::new(vec![shown], &scores).unwrap();
            let report = evaluate_recall(&scores, &log, &settings).unwrap();
            let found = &report.systems[0].results;
            if let Some(estimate) = found[0].estimate {
                recall += estimate;
                with += 1.0;
            }
            precision += found[2].estimate.unwrap();
            all += 1.0;
        }
        let off = |found: f64, expected: &Value| (found - fraction(expected)).abs() > 1e-12;
        assert!(!off(precision / all, &row["precision"]), "{row}");
        if with > 0.0 {
            assert!(!off(recall / with, &row["recall"]), "{row}: {}", recall / with);
        }
    }
}

#[test]
fn each_pitfall_has_its_right_figure() {
    for row in fixture("pitfalls") {
        // The reference's intervals are percentiles.
        let settings =
            RecallSettings { interval: IntervalMethod::Percentile, ..settings_of(&row, &row) };
        let report = evaluate_files(&row, &settings).unwrap();
        let right = &row["right"];
        if right.is_null() {
            continue;
        }
        let found = results(&report, right);
        assert!(agree(&right["estimate"], found[0].estimate), "{}: {:?}", row["name"], found[0]);
        // Which users a figure speaks of is told in words; the figure itself is one and the same.
        let of_target = row["name"].as_str().unwrap().starts_with("skipping speaks of");
        if of_target {
            assert!(found[0].target.contains("weighted by their chance"), "{}", found[0].target);
        }
        let wrong = &row["wrong"]["estimate"];
        assert_eq!(agree(wrong, found[0].estimate), of_target, "{}", row["name"]);
        if right["lo"].is_array() {
            let [low, high] = found[0].ci.unwrap();
            // Eight users: Poisson weights, whose sum varies, reach a little further than drawing
            // exactly eight.
            let inside = |value: f64, ends: &Value| {
                ends[0].as_f64().unwrap() - 0.05 <= value
                    && value <= ends[1].as_f64().unwrap() + 0.05
            };
            assert!(inside(low, &right["lo"]) && inside(high, &right["hi"]), "{low} {high}");
        }
    }
}

#[test]
fn hostile_files_get_an_error_that_says_where() {
    for row in fixture("bad") {
        let name = &row["name"];
        let settings: RecallSettings = serde_json::from_value(row["settings"].clone()).unwrap();
        let settings = RecallSettings {
            metrics: vec![Metric::Recall, Metric::Precision, Metric::Gain, Metric::Ndcg],
            ..settings
        };
        match (evaluate_files(&row, &settings), &row["error"]) {
            (Ok(report), Value::Null) => {
                assert_results(name, &report, row["results"].as_array().unwrap());
            }
            (Err(error), expected) if !expected.is_null() => assert_error(name, expected, &error),
            (Err(error), _) => panic!("{name}: {error}"),
            (Ok(_), expected) => panic!("{name}: figures instead of {expected}"),
        }
    }
}

fn assert_error(name: &Value, expected: &Value, error: &Error) {
    let code = json!(error.kind().code());
    let fits = expected["code"] == code
        || expected["code"].as_array().is_some_and(|codes| codes.contains(&code));
    assert!(fits, "{name}: {code} {error}");
    if let Some(file) = expected["file"].as_str() {
        assert_eq!(error.file(), Some(file), "{name}: {error}");
    }
    if let Some(line) = expected["line"].as_u64() {
        assert_eq!(error.line(), Some(line), "{name}: {error}");
    }
    assert!(error.mend().ends_with('.'), "{name}: {error}");
}
