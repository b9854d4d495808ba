//! Datasets, predictions and criteria: what finds its query, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::collections::BTreeMap;

use attune::formats::Error;
use attune::reward::criteria::{Criteria, parse_criteria};
use attune::reward::datasets::{
    Alignment, Dataset, DatasetSettings, MemoryChoice, align, read_criteria, read_predictions,
    write_criteria,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Two sessions displayed as 1, one as 2; in the last, two queries displayed as 7.
fn sessions() -> Value {
    json!([
        {"source_file": "a/b.json", "original_sid": 3, "session_id": 1, "split": "ood",
         "persona": {"persona_profile": "A nurse.", "topics": ["work"]},
         "extracted_memory": [{"label": "loss", "value": "Lost a cat.", "evidence": []}, "Has a sister."],
         "conversation": [{"role": "user", "text": "hello"}],
         "queries": [
            {"query_id": 1, "category": "Emotional Support", "query": "I miss her.",
             "relevant_mem": [0], "situation": {"situation": "An empty flat.", "time": "night"},
             "criteria": {"resonation": "1. Names the loss (100%): It says what is gone."}},
            {"query_id": 2, "category": "", "query": "My sister called.", "relevant_mem": [1]},
         ]},
        {"source_file": "c.json", "original_sid": "3", "session_id": 1, "persona": "A student.",
         "queries": [{"query_id": 1, "query": "I failed."}]},
        {"source_file": "c.json", "original_sid": "4", "session_id": "2",
         "queries": [
            {"query_id": 7, "query": "First.", "situation": "At home."},
            {"query_id": 7, "query": "Second."},
            {"query_id": 8, "query": "Third."},
         ]},
    ])
}

fn dataset() -> Dataset {
    read(&sessions(), &DatasetSettings::default()).unwrap()
}

fn read(value: &Value, settings: &DatasetSettings) -> Result<Dataset, Error> {
    Dataset::read("d.json", value.to_string().as_bytes(), settings)
}

fn aligned(predictions: &Value) -> Result<Alignment, Error> {
    align(&dataset(), &read_predictions("p.json", predictions.to_string().as_bytes())?, None)
}

fn replies(alignment: &Alignment) -> Vec<(&str, &str)> {
    alignment.items.iter().map(|item| (item.id.as_str(), item.row.response.as_str())).collect()
}

#[test]
fn a_dataset_in_normal_form() {
    let items = dataset().items();
    let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "a%2Fb.json/3/0",
            "a%2Fb.json/3/1",
            "c.json/3/0",
            "c.json/4/0",
            "c.json/4/1",
            "c.json/4/2"
        ]
    );
    let first = &items[0];
    assert_eq!(
        (first.user.as_str(), first.split.as_str(), first.category.as_str()),
        ("a%2Fb.json/3", "ood", "Emotional Support")
    );
    assert_eq!(first.row.persona.as_ref().unwrap().identity, "A nurse.");
    assert_eq!(first.row.scenario.as_deref(), Some("An empty flat."));
    assert_eq!(first.row.memory, ["Lost a cat.", "Has a sister."]);
    assert_eq!(first.row.criteria.as_ref().unwrap().resonation[0].weight, 100.0);
    assert!(first.row.history.is_empty() && items[1].row.criteria.is_none());
    assert_eq!((items[1].category.as_str(), items[2].split.as_str()), ("all", "test"));
    assert_eq!(items[3].row.scenario.as_deref(), Some("At home."));

    let settings = DatasetSettings { split: "random".to_owned(), memory: MemoryChoice::Relevant };
    let items = read(&sessions(), &settings).unwrap().items();
    assert_eq!(items[1].row.memory, ["Has a sister."]);
    assert_eq!(items[2].split, "random");
}

#[test]
fn escaped_parts_keep_ids_apart() {
    let session = |file: &str, sid: &str| {
        json!({"source_file": file, "original_sid": sid, "session_id": 1,
               "queries": [{"query_id": 1, "query": "q"}]})
    };
    let value = json!([session("a/b", "c"), session("a", "b/c"), session("a%2Fb", "c")]);
    let items = read(&value, &DatasetSettings::default()).unwrap().items();
    assert_eq!(
        items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(),
        ["a%2Fb/c/0", "a/b%2Fc/0", "a%252Fb/c/0"]
    );
}

#[test]
fn bad_datasets_name_the_field() {
    let with = |path: &str, value: Value| {
        let mut sessions = sessions();
        *sessions.pointer_mut(path).unwrap() = value;
        read(&sessions, &DatasetSettings::default()).unwrap_err()
    };
    for (path, value, code, field) in [
        ("/0/queries/0/relevant_mem", json!([0, 2]), "range", "[0].queries[0].relevant_mem[1]"),
        ("/0/queries/0/relevant_mem", json!([-1]), "type", "[0].queries[0].relevant_mem[0]"),
        ("/0/queries/1/query", json!("  "), "missing", "[0].queries[1].query"),
        ("/0/queries/1/query", json!(3), "type", "[0].queries[1].query"),
        ("/0/queries/1", json!({"query": "q"}), "missing", "[0].queries[1].query_id"),
        ("/0/queries/1", json!([1, "q"]), "type", "[0].queries[1]"),
        ("/0/persona", json!({"topics": []}), "missing", "[0].persona.persona_profile"),
        ("/0/extracted_memory/1", json!(1), "type", "[0].extracted_memory[1]"),
        (
            "/0/queries/0/criteria/resonation",
            json!("Be kind."),
            "syntax",
            "[0].queries[0].criteria.resonation",
        ),
        ("/0/queries/0/criteria", json!({"resonance": ""}), "missing", "[0].queries[0].criteria"),
        ("/0/original_sid", json!(1.5), "type", "[0].original_sid"),
        ("/2/original_sid", json!(3), "duplicate", "[2].original_sid"),
        ("/1", json!({"session_id": 1, "queries": []}), "missing", "[1].source_file"),
    ] {
        let error = with(path, value);
        assert_eq!((error.kind().code(), error.field()), (code, Some(field)), "{error}");
        assert_eq!(error.file(), Some("d.json"));
        assert!(error.mend().ends_with('.'), "{error}");
    }
    for (text, code) in [
        ("", "empty"),
        ("[]", "empty"),
        ("x", "syntax"),
        ("[{]", "syntax"),
        (r#"{"dialogue": []}"#, "missing"),
        (r#"{"dialogue": [" "]}"#, "missing"),
        ("{\"dialogue\": [\"a\"]}\n{\"id\": 1, \"dialogue\": [\"b\"]}", "duplicate"),
    ] {
        let error = Dataset::read("d", text.as_bytes(), &DatasetSettings::default()).unwrap_err();
        assert_eq!(error.kind().code(), code, "{text}: {error}");
    }
    let text = "[\n {\"source_file\": 1,\n  \"original_sid\": true}]";
    let error = Dataset::read("d", text.as_bytes(), &DatasetSettings::default()).unwrap_err();
    assert_eq!((error.line(), error.field()), (Some(3), Some("[0].original_sid")), "{error}");
}

#[test]
fn replies_find_their_queries_by_id() {
    let predictions = json!([
        {"session_id": "9", "responses": [{"query_id": 1, "response": "Who?"}]},
        {"session_id": 2, "responses": [
            {"query_id": 8, "response": "three"},
            {"index": 1, "response": "two"},
            {"index": 0, "query_id": "7", "response": "<think>hm</think> \n"},
            {"query_id": 99, "response": "none"},
        ]},
        {"source_file": "c.json", "original_sid": 3, "session_id": 1,
         "responses": [{"query_id": 1, "response": "<think>a</think>b</think> c "}]},
        {"source_file": "a/b.json", "original_sid": 3, "responses": [{"query_id": 2, "response": null}]},
        {"source_file": "z", "original_sid": 3, "responses": [{"index": 0, "response": "z"}]},
    ]);
    let alignment = aligned(&predictions).unwrap();
    assert_eq!(
        replies(&alignment),
        [("c.json/3/0", "c"), ("c.json/4/1", "two"), ("c.json/4/2", "three")]
    );
    assert_eq!(alignment.missing, ["a%2Fb.json/3/0"]);
    assert_eq!(alignment.empty, ["a%2Fb.json/3/1", "c.json/4/0"]);
    assert_eq!(
        alignment.unknown,
        ["session_id 9, query_id 1", "session_id 2, query_id 99", "z/3, index 0"]
    );
    assert_eq!(alignment.items[1].row.query, "Second.");
}

#[test]
fn names_that_several_share_are_refused() {
    for (predictions, code, field) in [
        (
            json!([{"session_id": 1, "responses": [{"query_id": 1, "response": "r"}]}]),
            "mismatch",
            "[0].session_id",
        ),
        (
            json!([{"session_id": 2, "responses": [{"query_id": 8, "response": "r"}, {"query_id": 7, "response": "r"}]}]),
            "mismatch",
            "[0].responses[1].query_id",
        ),
        (
            json!([{"session_id": 2, "responses": [{"query_id": 8, "index": 0, "response": "r"}]}]),
            "mismatch",
            "[0].responses[0].query_id",
        ),
        (
            json!([{"session_id": 2, "responses": [{"query_id": 8, "response": "r"}, {"index": 2, "response": "s"}]}]),
            "duplicate",
            "[0].responses[1]",
        ),
        (
            json!([{"session_id": 2, "responses": [{"response": "r"}]}]),
            "missing",
            "[0].responses[0].query_id",
        ),
        (
            json!([{"session_id": 2, "responses": [{"query_id": 8}]}]),
            "missing",
            "[0].responses[0].response",
        ),
        (json!([{"source_file": 2, "responses": []}]), "missing", "[0].original_sid"),
        (json!([{"responses": []}]), "missing", "[0].session_id"),
    ] {
        let error = aligned(&predictions).unwrap_err();
        assert_eq!((error.kind().code(), error.field()), (code, Some(field)), "{error}");
        assert_eq!(error.file(), Some("p.json"));
    }
}

#[test]
fn json_lines_by_id_fit_either_dataset() {
    let lines = b"{\"id\": \"c.json/4/1\", \"response\": \"two\"}\n{\"id\": \"nobody\", \"response\": \"x\"}\n";
    let alignment = align(&dataset(), &read_predictions("p", lines).unwrap(), None).unwrap();
    assert_eq!(replies(&alignment), [("c.json/4/1", "two")]);
    assert_eq!(alignment.unknown, ["nobody"]);

    let perm = b"\n{\"persona\": {\"identity\": \"A cook.\"}, \"scenario\": \"s\", \"dialogue\": [\"u1\", \"a1\", \"q\"]}\n{\"id\": \"x\", \"dialogue\": [\"a1\", \"q\"]}";
    let dataset = Dataset::read("q.jsonl", perm, &DatasetSettings::default()).unwrap();
    let items = dataset.items();
    let turns: Vec<(&str, &str)> = items[0]
        .row
        .history
        .iter()
        .map(|turn| (turn.role.as_str(), turn.content.as_str()))
        .collect();
    assert_eq!(turns, [("user", "u1"), ("assistant", "a1")]);
    assert_eq!(items[1].row.history[0].role, "assistant");
    assert_eq!((items[0].id.as_str(), items[0].user.as_str()), ("2", "2"));
    let twice = b"{\"id\": \"x\", \"response\": \"a\"}\n\n{\"id\": \"x\", \"response\": \"\"}";
    let error = align(&dataset, &read_predictions("p", twice).unwrap(), None).unwrap_err();
    assert_eq!(
        (error.kind().code(), error.line(), error.field()),
        ("duplicate", Some(3), Some("id"))
    );
    let sessions = br#"[{"session_id": 1, "responses": [{"query_id": 1, "response": "r"}]}]"#;
    let error = align(&dataset, &read_predictions("p", sessions).unwrap(), None).unwrap_err();
    assert_eq!(error.kind().code(), "mismatch");
}

#[test]
fn a_written_sidecar_aligns_with_every_query() {
    let criteria = |at: usize| Criteria {
        expression: parse_criteria(&format!(
            "1. Is clear {at} (60%): One thought.\n2. Warm (40%): Yes."
        ))
        .unwrap(),
        ..Criteria::default()
    };
    let dataset = dataset();
    let map: BTreeMap<String, Criteria> =
        dataset.items().into_iter().enumerate().map(|(at, item)| (item.id, criteria(at))).collect();
    let text = write_criteria(&dataset, &map).unwrap();
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written[0]["session_id"], json!(1), "numbers stay numbers");
    assert_eq!(written[2]["session_id"], json!("2"), "texts stay texts");
    assert_eq!(
        written[2]["criterias"][1],
        json!({"query_id": 7, "index": 1, "resonation": "", "reception": "",
               "expression": "1. Is clear 4 (60%): One thought.\n2. Warm (40%): Yes."})
    );
    let lines: Vec<String> =
        map.keys().map(|id| json!({"id": id, "response": "r"}).to_string()).collect();
    let replies = read_predictions("p", lines.join("\n").as_bytes()).unwrap();
    let sidecar = read_criteria("c", text.as_bytes()).unwrap();
    let alignment = align(&dataset, &replies, Some(&sidecar)).unwrap();
    for (at, item) in alignment.items.iter().enumerate() {
        assert_eq!(item.row.criteria, Some(criteria(at)), "of the sidecar, not of the dataset");
    }

    let perm = Dataset::read("q", b"{\"dialogue\": [\"q\"]}", &DatasetSettings::default()).unwrap();
    let map = BTreeMap::from([("1".to_owned(), criteria(0))]);
    let text = write_criteria(&perm, &map).unwrap();
    let replies = read_predictions("p", b"{\"id\": 1, \"response\": \"r\"}").unwrap();
    let sidecar = read_criteria("c", text.as_bytes()).unwrap();
    let alignment = align(&perm, &replies, Some(&sidecar)).unwrap();
    assert_eq!(alignment.items[0].row.criteria, Some(criteria(0)));
    assert_eq!(write_criteria(&dataset, &map).unwrap_err().kind().code(), "unknown");
    let mut blank = criteria(0);
    blank.expression[0].description = " ".to_owned();
    let error = write_criteria(&perm, &BTreeMap::from([("1".to_owned(), blank)])).unwrap_err();
    assert_eq!(error.field(), Some("criteria.expression"), "{error}");
}

#[test]
fn criteria_as_lists_and_faults_in_them() {
    let sidecar = |entry: Value| {
        let value = json!([{"session_id": 2, "criterias": [entry]}, {"session_id": 5, "criterias": [
            {"query_id": 1, "resonation": ""}]}]);
        read_criteria("c.json", value.to_string().as_bytes())
    };
    let one = json!([{"name": "n", "weight": 100, "description": "d"}]);
    let replies = read_predictions("p", b"{\"id\": \"c.json/4/2\", \"response\": \"r\"}").unwrap();
    let answers = sidecar(json!({"query_id": 8, "reception": one})).unwrap();
    let alignment = align(&dataset(), &replies, Some(&answers)).unwrap();
    assert_eq!(alignment.items[0].row.criteria.as_ref().unwrap().reception[0].name, "n");
    assert_eq!(alignment.unknown_criteria, ["session_id 5, query_id 1"]);
    for (entry, code, field) in [
        (json!({"query_id": 8, "reception": "1. n: d"}), "syntax", "[0].criterias[0].reception"),
        (
            json!({"query_id": 8, "reception": [{"name": "n"}]}),
            "missing",
            "[0].criterias[0].reception[0].weight",
        ),
        (json!({"query_id": 8, "reception": 5}), "type", "[0].criterias[0].reception"),
        (json!({"query_id": 8}), "missing", "[0].criterias[0]"),
    ] {
        let error = sidecar(entry).unwrap_err();
        assert_eq!((error.kind().code(), error.field()), (code, Some(field)), "{error}");
    }
    let error = sidecar(json!({"query_id": 8, "reception": "x\n1. n: d"})).unwrap_err();
    assert_eq!(error.line(), None, "a line of the text is no line of the file: {error}");
    assert!(error.message().contains("line 2 of the text"), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..5),
    ) {
        let mut sound = sessions().to_string().into_bytes();
        for (at, byte) in changes {
            let at = at.index(sound.len());
            sound[at] = byte;
        }
        for bytes in [bytes, sound] {
            let _ = Dataset::read("f", &bytes, &DatasetSettings::default()).map(|set| set.items());
            let _ = read_predictions("f", &bytes);
            let _ = read_criteria("f", &bytes);
        }
    }

    /// Whatever the order of the file, every query keeps its reply.
    #[test]
    fn the_order_of_predictions_plays_no_part(order in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle()) {
        let items = dataset().items();
        let part = |at: usize| {
            let mut parts = items[at].id.split('/');
            let (file, sid) = (parts.next().unwrap().replace("%2F", "/"), parts.next().unwrap());
            let index: u32 = parts.next().unwrap().parse().unwrap();
            json!({"source_file": file, "original_sid": sid,
                   "responses": [{"index": index, "response": format!("to {}", items[at].id)}]})
        };
        let shuffled: Vec<Value> = order.into_iter().map(part).collect();
        let alignment = aligned(&json!(shuffled)).unwrap();
        prop_assert_eq!(alignment.items.len(), 6);
        for item in &alignment.items {
            prop_assert_eq!(&item.row.response, &format!("to {}", item.id));
        }
    }
}
