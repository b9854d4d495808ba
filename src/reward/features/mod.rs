//! Linguistic features of a reply beside what it answers.
//!
//! [`FEATURES`] declares each feature once: its name, where the idea comes from, and how it is
//! computed. Everything else (the heads' input, the tables in the docs) follows that list.

mod lexicon;
mod ngrams;
mod own;
mod reading;

pub use lexicon::{Counts, Lexicon};
pub(super) use lexicon::{pattern, phrases};
pub use ngrams::NgramVocabulary;
#[cfg(feature = "models")]
pub(super) use own::STOCK;
pub use own::{OwnWords, SetAside};
pub(super) use reading::content_stems;
#[cfg(feature = "models")]
pub(super) use reading::function_share;
pub use reading::{Exchange, Similarities, sentences, words};

use lexicon::Lexicon as L;
use reading::Reading;

/// A linguistic feature.
#[derive(Clone, Copy)]
pub struct Feature {
    /// Its name in the weights and the docs.
    pub name: &'static str,
    /// Where the idea comes from.
    pub source: &'static str,
    value: fn(&Reading) -> f32,
}

/// The features of one exchange, in the order of [`FEATURES`].
pub fn features(exchange: &Exchange<'_>) -> Vec<f32> {
    let reading = Reading::of(exchange);
    FEATURES.iter().map(|feature| (feature.value)(&reading)).collect()
}

const BURLESON: &str = "person-centred comforting: Burleson 1985";
const EPITOME: &str = "EPITOME mechanisms: Sharma et al. 2020";
const LIWC: &str = "function words: Pennebaker et al. 2015";
const MITI: &str = "motivational interviewing coding: Moyers et al. 2016";
const STYLE: &str = "readability and form, controls";
const MATCHING: &str = "language style matching: Ireland & Pennebaker 2010";
const DERBER: &str = "shift responses: Derber 1979";
const HILL: &str = "reflection of feelings and interpretation: Hill 2014";
const TOXICITY: &str = "abusive language: Waseem et al. 2017";
const SUPPORT: &str = "support matching: Cutrona & Russell 1990";

/// The features that count what was set aside, ln(1 + n), which enter the heads unscaled.
pub const CLICHES: &str = "cliches";
/// As [`CLICHES`], of ready-made sympathy.
pub const SYMPATHIES: &str = "sympathies";
/// As [`CLICHES`], of claims to understand.
pub const CLAIMS: &str = "claims";
/// As [`CLICHES`], of the seeker's words.
pub const COPIED: &str = "copied";
/// The four of them.
pub const COUNTED: [&str; 4] = [CLICHES, SYMPATHIES, CLAIMS, COPIED];

/// Every feature, in the order of the heads' input.
pub const FEATURES: &[Feature] = &[
    // The counts of what was set aside: on these the heads hold their weights at or below zero
    // where padding must not pay.
    Feature { name: CLICHES, source: BURLESON, value: |r| log(r.set_aside.cliches) },
    Feature { name: SYMPATHIES, source: BURLESON, value: |r| log(r.set_aside.sympathies) },
    Feature { name: CLAIMS, source: BURLESON, value: |r| log(r.set_aside.claims) },
    Feature { name: COPIED, source: MITI, value: |r| log(r.set_aside.copied) },
    Feature { name: "log_words", source: STYLE, value: |r| log(r.words.len() as u32) },
    Feature { name: "word_length", source: STYLE, value: |r| mean_length(&r.words) },
    Feature {
        name: "sentence_length",
        source: STYLE,
        value: |r| r.words.len() as f32 / r.sentences.max(1) as f32,
    },
    Feature { name: "type_token_ratio", source: STYLE, value: |r| type_token_ratio(&r.words) },
    Feature { name: "list_lines", source: STYLE, value: |r| r.list_lines as f32 },
    Feature {
        name: "exclamations",
        source: STYLE,
        value: |r| r.exclamations as f32 / r.sentences.max(1) as f32,
    },
    Feature {
        name: "question_share",
        source: MITI,
        value: |r| r.questions as f32 / r.sentences.max(1) as f32,
    },
    Feature {
        name: "ends_with_question",
        source: EPITOME,
        value: |r| f32::from(u8::from(r.ends_with_question)),
    },
    Feature { name: "open_question", source: MITI, value: |r| r.density(L::OpenQuestion) },
    Feature { name: "second_person", source: LIWC, value: |r| r.word_share(SECOND_PERSON) },
    Feature { name: "first_person", source: LIWC, value: |r| r.word_share(FIRST_PERSON) },
    Feature { name: "we", source: LIWC, value: |r| r.word_share(&["we", "us", "our", "let's"]) },
    Feature { name: "opens_with_i", source: LIWC, value: |r| opens_with(&r.words, FIRST_PERSON) },
    Feature {
        name: "opens_with_you",
        source: LIWC,
        value: |r| opens_with(&r.words, SECOND_PERSON),
    },
    Feature {
        name: "contractions",
        source: STYLE,
        value: |r| {
            r.words.iter().filter(|word| word.contains('\'')).count() as f32
                / r.words.len().max(1) as f32
        },
    },
    Feature { name: "negations", source: LIWC, value: |r| r.word_share(NEGATIONS) },
    Feature { name: "advice", source: MITI, value: |r| r.density(L::Advice) },
    Feature { name: "dismissal", source: BURLESON, value: |r| r.density(L::Dismissal) },
    Feature {
        name: "toxic_positivity",
        source: BURLESON,
        value: |r| r.density(L::ToxicPositivity),
    },
    Feature { name: "platitude", source: BURLESON, value: |r| r.density(L::Platitude) },
    Feature { name: "validation", source: BURLESON, value: |r| r.density(L::Validation) },
    Feature { name: "understanding", source: EPITOME, value: |r| r.density(L::Understanding) },
    Feature { name: "hedge", source: "hedging: Hyland 1998", value: |r| r.density(L::Hedge) },
    Feature { name: "certainty", source: LIWC, value: |r| r.density(L::Certainty) },
    Feature { name: "self_focus", source: DERBER, value: |r| r.density(L::SelfFocus) },
    Feature { name: "robotic", source: STYLE, value: |r| r.density(L::Robotic) },
    Feature { name: "lecture", source: MITI, value: |r| r.density(L::Lecture) },
    Feature { name: "warmth", source: EPITOME, value: |r| r.density(L::Warmth) },
    Feature { name: "referral", source: SUPPORT, value: |r| r.density(L::Referral) },
    Feature { name: "emotion_negative", source: EPITOME, value: |r| r.density(L::EmotionNegative) },
    Feature { name: "emotion_positive", source: EPITOME, value: |r| r.density(L::EmotionPositive) },
    Feature { name: "coverage", source: MATCHING, value: |r| r.coverage },
    Feature { name: "specificity", source: BURLESON, value: |r| r.specificity },
    Feature { name: "emotion_mirrored", source: MATCHING, value: |r| r.emotion_mirrored },
    Feature { name: "emotion_inferred", source: EPITOME, value: |r| r.emotion_inferred },
    Feature { name: "memory_mentioned", source: SUPPORT, value: |r| r.memory_mentioned },
    Feature { name: "similarity_query", source: MATCHING, value: |r| r.similarities.query },
    Feature {
        name: "similarity_best_sentence",
        source: MATCHING,
        value: |r| r.similarities.best_sentence,
    },
    Feature { name: "similarity_memory", source: SUPPORT, value: |r| r.similarities.memory },
    Feature {
        name: "meaning_beyond_words",
        source: EPITOME,
        value: |r| r.similarities.query - r.coverage,
    },
    Feature { name: "asked_advice", source: SUPPORT, value: |r| r.asks(L::AsksAdvice) },
    Feature { name: "asked_listening", source: SUPPORT, value: |r| r.asks(L::AsksListening) },
    Feature {
        name: "advice_asked",
        source: SUPPORT,
        value: |r| r.density(L::Advice) * r.asks(L::AsksAdvice),
    },
    Feature {
        name: "advice_unwanted",
        source: SUPPORT,
        value: |r| r.density(L::Advice) * r.asks(L::AsksListening),
    },
    Feature { name: "query_log_words", source: STYLE, value: |r| log(r.query_words as u32) },
    Feature { name: "similarity_concerns", source: MATCHING, value: |r| r.similarities.concerns },
    Feature {
        name: "concerns_beyond_words",
        source: EPITOME,
        value: |r| r.similarities.concerns - r.coverage,
    },
    Feature { name: "hostile", source: TOXICITY, value: |r| r.density(L::Hostile) },
    Feature { name: "function_words", source: LIWC, value: |r| r.function_words },
    Feature { name: "repetition", source: STYLE, value: |r| r.repetition },
    Feature { name: "shouting", source: STYLE, value: |r| r.shouting },
    Feature { name: "letters", source: STYLE, value: |r| r.letters },
    Feature { name: "speaks_of_self", source: DERBER, value: |r| r.by_sentence.of_self },
    Feature { name: "your_feeling", source: HILL, value: |r| r.by_sentence.of_your_feeling },
    Feature { name: "tentative_reading", source: HILL, value: |r| r.by_sentence.tentative },
    Feature { name: "asks_about_it", source: EPITOME, value: |r| r.by_sentence.asks_about_it },
    Feature { name: "turned_away", source: BURLESON, value: |r| r.by_sentence.turned_away },
    Feature {
        name: "own_story_alike",
        source: DERBER,
        value: |r| r.by_sentence.of_self * r.similarities.concerns,
    },
    Feature {
        name: "advice_first",
        source: BURLESON,
        value: |r| {
            let heard = r.density(L::Understanding) + r.density(L::Validation);
            r.density(L::Advice) / (1.0 + heard)
        },
    },
    Feature { name: "query_negative", source: EPITOME, value: |r| r.query(L::EmotionNegative) },
    Feature { name: "query_positive", source: EPITOME, value: |r| r.query(L::EmotionPositive) },
    Feature {
        name: "cheer_at_sorrow",
        source: MATCHING,
        value: |r| r.density(L::EmotionPositive) * r.query(L::EmotionNegative),
    },
    Feature {
        name: "joy_shared",
        source: "active-constructive responding: Gable et al. 2004",
        value: |r| r.density(L::EmotionPositive) * r.query(L::EmotionPositive),
    },
    Feature {
        name: "self_over_you",
        source: DERBER,
        value: |r| (r.word_share(FIRST_PERSON) - r.word_share(SECOND_PERSON)).max(0.0),
    },
];

const FIRST_PERSON: &[&str] = &["i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself"];
const SECOND_PERSON: &[&str] =
    &["you", "you're", "you've", "you'd", "you'll", "your", "yours", "yourself", "u", "ur"];
const NEGATIONS: &[&str] = &[
    "no",
    "not",
    "never",
    "none",
    "nothing",
    "nobody",
    "don't",
    "doesn't",
    "didn't",
    "isn't",
    "aren't",
    "wasn't",
    "weren't",
    "can't",
    "cannot",
    "couldn't",
    "won't",
    "wouldn't",
    "shouldn't",
    "haven't",
    "hasn't",
    "hadn't",
    "without",
];

/// ln(1 + n).
fn log(count: u32) -> f32 {
    (count as f32).ln_1p()
}

fn mean_length(words: &[String]) -> f32 {
    words.iter().map(|word| word.chars().count()).sum::<usize>() as f32 / words.len().max(1) as f32
}

/// Distinct words over words, corrected for length (Guiraud 1954): plain ratios fall as texts grow.
fn type_token_ratio(words: &[String]) -> f32 {
    let distinct: std::collections::HashSet<&String> = words.iter().collect();
    distinct.len() as f32 / (words.len().max(1) as f32).sqrt()
}

/// Whether one of the first three words is in `list`.
fn opens_with(words: &[String], list: &[&str]) -> f32 {
    f32::from(u8::from(words.iter().take(3).any(|word| list.contains(&word.as_str()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, query: &str) -> impl Fn(&str) -> f32 {
        let own = OwnWords::of(text, &[query]);
        let exchange = Exchange {
            text: &own.text,
            query,
            set_aside: own.set_aside,
            background: "",
            memory: &[],
            similarities: Similarities::default(),
        };
        let values = features(&exchange);
        move |name| {
            let at = FEATURES.iter().position(|feature| feature.name == name);
            values[at.expect("a feature of that name")]
        }
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::HashSet<_> = FEATURES.iter().map(|f| f.name).collect();
        assert_eq!(names.len(), FEATURES.len());
    }

    #[test]
    fn every_feature_is_finite_on_empty_and_odd_text() {
        for text in ["", "?", "\u{0}\u{fffd}", "🙂🙂", "你好", &"a ".repeat(5000)] {
            for query in ["", "help"] {
                let exchange = Exchange {
                    text,
                    query,
                    set_aside: SetAside::default(),
                    background: "",
                    memory: &[],
                    similarities: Similarities::default(),
                };
                assert!(features(&exchange).iter().all(|value| value.is_finite()), "{text:?}");
            }
        }
    }

    #[test]
    fn copying_the_seeker_is_counted_and_covers_nothing() {
        let value = of("my dog died last night and i feel empty", "my dog died last night");
        assert_eq!((value("coverage"), value(COPIED)), (0.0, 6f32.ln()));
        let value = of("losing the dog leaves the house so quiet", "my dog died last night");
        assert!(value("coverage") > 0.2 && value(COPIED) == 0.0);
    }

    #[test]
    fn advice_counts_as_asked_or_unwanted() {
        let asked = of("You should sleep.", "What should I do?");
        assert!(asked("advice_asked") > 0.0 && asked("advice_unwanted") == 0.0);
        let unwanted = of("You should sleep.", "I just need to vent.");
        assert!(unwanted("advice_asked") == 0.0 && unwanted("advice_unwanted") > 0.0);
    }

    #[test]
    fn curly_and_straight_apostrophes_read_alike() {
        let (curly, straight) = (of("I\u{2019}m here", "hi"), of("I'm here", "hi"));
        assert!(FEATURES.iter().all(|f| curly(f.name) == straight(f.name)));
    }
}
