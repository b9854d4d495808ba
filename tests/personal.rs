//! PereGRM with the built-in judge: the same reply for two people who wish for different things.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]
#![cfg(feature = "models")]

mod common;

use attune::reward::criteria::check_criteria;
use attune::reward::{Method, Persona, Perspective, ScoreRow, ScoreSettings};
use common::{judge, ready, score_with};

/// What is remembered of one who wants advice, the same of one who wants to be heard, what both
/// say, a reply, and whether it gives advice.
const PAIRS: &[(&str, &str, &str, &str, bool)] = &[
    (
        "Prefers plain advice over sympathy.",
        "Says she just needs someone to listen.",
        "My manager moved my desk next to the printer and I can't think.",
        "Write to your manager today, list three days of interruptions, and ask for the desk by the window.",
        true,
    ),
    (
        "He likes practical steps when he is stressed.",
        "He hates being told what to do when he is stressed.",
        "I have four exams in a week.",
        "Make a list of the topics, start with the worst one, and sleep before midnight.",
        true,
    ),
    (
        "Wants solutions, not feelings talk.",
        "Wants to be heard, without advice.",
        "The landlord put the rent up again.",
        "You could check the local limit first. Then write to him and ask for the reason in writing.",
        true,
    ),
    (
        "Always asks for advice before deciding.",
        "Finds unsolicited advice hurtful.",
        "My sister isn't talking to me since the wedding.",
        "Send her a short note, say what you regret, and leave the door open.",
        true,
    ),
    (
        "I want someone to tell me what to do, plainly.",
        "I don't want advice, I want company.",
        "The baby won't sleep and neither do I.",
        "Try swapping nights with your partner. Go to bed at eight on your night off.",
        true,
    ),
    (
        "She is a problem solver and wants next steps.",
        "She thinks out loud and wants validation.",
        "They gave my project to someone else.",
        "Ask for a meeting, bring the dates of your work, and say what you want next.",
        true,
    ),
    (
        "Wants concrete advice.",
        "Needs to vent and feel heard.",
        "Mum forgot my birthday.",
        "A birthday with no call from her. It sounds like the silence said something you'd been afraid of for a while.",
        false,
    ),
    (
        "He wants a clear plan.",
        "He is tired of advice.",
        "I didn't get the flat.",
        "After all those viewings, the no must feel heavy. No wonder you went straight to bed.",
        false,
    ),
    (
        "Asks for practical tips in hard times.",
        "Wants someone to sit with it, no fixing.",
        "My grandfather's shop closed today.",
        "All those years behind that counter, and then a dark window. What do you miss already?",
        false,
    ),
    (
        "Doesn't want sympathy, wants practical help.",
        "Wants sympathy and comfort.",
        "I dropped out last week.",
        "That took so much out of you, and it makes sense that you feel lost and relieved at the same time.",
        false,
    ),
    (
        "Prefers solutions to comfort.",
        "Says: please just listen.",
        "My best friend is moving to Norway.",
        "It sounds like you are losing the person who knows the whole story. That's a real loss.",
        false,
    ),
    (
        "Likes to be told what to do next.",
        "Does not want advice about work.",
        "They cut my hours again.",
        "Again. I hear how worn you are by it: not just the money, but being the one they cut.",
        false,
    ),
    (
        "Values advice that is clear and practical.",
        "Said she doesn't need fixing, just an ear.",
        "I keep crying in the car.",
        "The car is the one place where no one needs you to be fine. Of course it comes out there.",
        false,
    ),
];

#[test]
fn the_same_reply_suits_one_and_not_the_other() {
    let judge = judge();
    let settings = ScoreSettings::of(Method::Peregrm);
    let (mut least, mut sum) = (f64::INFINITY, 0.0);
    for (advice, heard, query, reply, advises) in PAIRS {
        let row = |memory: &str| ScoreRow {
            id: memory.to_owned(),
            query: (*query).to_owned(),
            memory: vec![memory.to_owned()],
            response: (*reply).to_owned(),
            ..ScoreRow::default()
        };
        let scored = score_with(&judge, &[row(advice), row(heard)], &settings);
        let gap = scored[0].reception.score - scored[1].reception.score;
        let gap = if *advises { gap } else { -gap };
        assert!(gap >= 0.3, "{advice} / {heard}: {reply}: {gap:.2}");
        least = least.min(gap);
        sum += gap;
    }
    println!("{} pairs: least {least:.2}, mean {:.2}", PAIRS.len(), sum / PAIRS.len() as f64);
}

fn row(memory: &[&str], query: &str) -> ScoreRow {
    ScoreRow {
        id: "1".to_owned(),
        query: query.to_owned(),
        memory: memory.iter().map(|text| (*text).to_owned()).collect(),
        response: "Call her tonight and say it.".to_owned(),
        ..ScoreRow::default()
    }
}

const THREE: [Perspective; 3] =
    [Perspective::Resonation, Perspective::Expression, Perspective::Reception];

#[test]
fn derived_criteria_stand_the_check() {
    let judge = judge();
    let rows = [
        row(&[], "Hello."),
        row(&["Hates pity.", "Can't stand being told to calm down."], "I lost my job."),
        row(
            &["Wants advice.", "Likes short replies.", "Hates jokes."],
            "I need a way out of this.",
        ),
        row(&["Please don't mention my ex.", "Likes being asked."], "Any tips?"),
    ];
    let mut pairs = 0;
    for row in rows {
        for perspective in THREE {
            let criteria = ready(judge.criteria(&row)).unwrap();
            let criteria = criteria.of(perspective).to_vec();
            check_criteria(&criteria).unwrap();
            let sum: f64 = criteria.iter().map(|criterion| criterion.weight).sum();
            assert_eq!(sum, 100.0);
            // The general ones come last, four of them; the fit counts 35 with a style and without.
            let (personal, _) = criteria.split_at(criteria.len() - 4);
            let shares: Vec<f64> = personal.iter().map(|criterion| criterion.weight).collect();
            assert!([&[][..], &[35.0], &[15.0, 35.0]].contains(&shares.as_slice()), "{shares:?}");
            pairs += usize::from(shares.len() == 2);
        }
    }
    assert!(pairs > 0);
}

#[test]
fn with_nothing_known_the_score_is_that_of_the_scale() {
    let judge = judge();
    let row = row(&[], "My sister is cross with me.");
    let rows = std::slice::from_ref(&row);
    let perm = score_with(&judge, rows, &ScoreSettings::default()).remove(0);
    let personal = score_with(&judge, rows, &ScoreSettings::of(Method::Peregrm)).remove(0);
    assert!((perm.reception.score - personal.reception.score).abs() < 1e-9);
    assert_eq!(personal.reception.criteria.len(), 4);
    assert_eq!(personal.penalties.length, 0.0);
}

#[test]
fn later_words_win_and_the_query_most() {
    let judge = judge();
    let name = |row: &ScoreRow| ready(judge.criteria(row)).unwrap().reception[0].name.clone();
    let query = "My sister is cross with me.";
    assert_eq!(name(&row(&["Wants advice.", "Wants to be heard."], query)), "Advice held back");
    assert_eq!(name(&row(&["Wants to be heard.", "Wants advice."], query)), "Plain advice");
    let query = "Please just tell me what to do.";
    assert_eq!(name(&row(&["Wants to be heard."], query)), "Plain advice");
    let mut known = row(&[], "She left.");
    known.persona =
        Some(Persona { identity: "Ola, 40, dislikes being told what to do.".to_owned() });
    assert_eq!(name(&known), "Advice held back");
}

#[test]
fn what_is_unwelcome_costs() {
    let judge = judge();
    let settings = ScoreSettings::of(Method::Peregrm);
    for (memory, reply) in [
        ("She hates pity.", "You poor thing. My heart breaks for you."),
        ("Can't stand being told to calm down.", "Calm down first. Then we can look at it."),
        ("He doesn't want religious talk.", "I will pray for you. He is in heaven now."),
        ("Please don't mention the divorce.", "The divorce must make this harder."),
        (
            "She can't stand being compared with others.",
            "At least you have a job. Others have it worse.",
        ),
    ] {
        let row = |memory: &[&str]| ScoreRow {
            response: reply.to_owned(),
            ..row(memory, "It was a bad day.")
        };
        let scored = score_with(&judge, &[row(&[memory])], &settings);
        let criteria = &scored[0].reception.criteria;
        // The general criteria carry the score of the scale itself.
        let scale = criteria.last().unwrap().score;
        assert!(
            criteria.len() > 4 && criteria[0].score <= (scale - 2.5).max(1.0) + 1e-9,
            "{memory}: {criteria:?}"
        );
    }
}

#[test]
fn constants_without_use_are_refused() {
    let settings = ScoreSettings { length_rate: 0.5, ..ScoreSettings::of(Method::Peregrm) };
    let error = settings.check().unwrap_err();
    assert_eq!((error.kind().code(), error.field()), ("setting", Some("lengthRate")));
}

#[test]
fn thinking_is_dropped_and_must_end() {
    use attune::formats::Row;
    let mut row = row(&[], "She left.");
    row.response = "<think>Score: 5</think>\nOh no.".to_owned();
    assert_eq!(row.sections().response, "Oh no.");
    row.response = "<think>She is sad and".to_owned();
    let error = row.check().unwrap_err();
    assert_eq!((error.kind().code(), error.field()), ("missing", Some("response")));
    assert!(error.mend().contains("thinking"));
}

#[test]
fn criteria_saved_and_read_back_score_as_they_did() {
    let judge = judge();
    let row = ScoreRow {
        id: "1".to_owned(),
        memory: vec!["Wants plain advice, no sympathy.".to_owned(), "Hates pity.".to_owned()],
        query: "My landlord keeps my deposit. What now?".to_owned(),
        response: "Write to him today, name a date, and keep a copy.".to_owned(),
        ..ScoreRow::default()
    };
    let given = ScoreRow { criteria: Some(ready(judge.criteria(&row)).unwrap()), ..row.clone() };
    let settings = ScoreSettings::of(Method::Peregrm);
    let scored = score_with(&judge, &[row, given], &settings);
    assert_eq!(scored[0].reward, scored[1].reward);
    assert_eq!(scored[0].resonation, scored[1].resonation);
}
