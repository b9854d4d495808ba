//! Linguistic features of a reply beside what it answers.
//!
//! [`FEATURES`] declares each feature once: its name, where the idea comes from, and how it is
//! computed. Everything else (the heads' input, the tables in the docs) follows that list.

mod lexicon;
mod ngrams;
mod reading;

pub use lexicon::{Counts, Lexicon};
pub(super) use lexicon::{pattern, phrases};
pub use ngrams::NgramVocabulary;
pub(super) use reading::content_stems;
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
const SUPPORT: &str = "support matching: Cutrona & Russell 1990";

/// Every feature, in the order of the heads' input.
pub const FEATURES: &[Feature] = &[
    Feature { name: "log_words", source: STYLE, value: |r| (1.0 + r.words.len() as f32).ln() },
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
    Feature {
        name: "self_focus",
        source: "shift responses: Derber 1979",
        value: |r| r.density(L::SelfFocus),
    },
    Feature { name: "robotic", source: STYLE, value: |r| r.density(L::Robotic) },
    Feature { name: "lecture", source: MITI, value: |r| r.density(L::Lecture) },
    Feature { name: "warmth", source: EPITOME, value: |r| r.density(L::Warmth) },
    Feature { name: "referral", source: SUPPORT, value: |r| r.density(L::Referral) },
    Feature { name: "emotion_negative", source: EPITOME, value: |r| r.density(L::EmotionNegative) },
    Feature { name: "emotion_positive", source: EPITOME, value: |r| r.density(L::EmotionPositive) },
    Feature { name: "coverage", source: MATCHING, value: |r| r.coverage },
    Feature { name: "specificity", source: BURLESON, value: |r| r.specificity },
    Feature { name: "parroting", source: MITI, value: |r| r.parroting },
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
    Feature {
        name: "query_log_words",
        source: STYLE,
        value: |r| (1.0 + r.query_words as f32).ln(),
    },
    Feature {
        name: "self_over_you",
        source: "shift responses: Derber 1979",
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
        let exchange = Exchange {
            text,
            query,
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
                    background: "",
                    memory: &[],
                    similarities: Similarities::default(),
                };
                assert!(features(&exchange).iter().all(|value| value.is_finite()), "{text:?}");
            }
        }
    }

    #[test]
    fn copying_the_seeker_is_parroting_and_coverage() {
        let value = of("my dog died last night and i feel empty", "my dog died last night");
        assert_eq!(value("coverage"), 1.0);
        assert!(value("parroting") > 0.3);
        let value = of("losing him leaves the house so quiet", "my dog died last night");
        assert_eq!((value("coverage"), value("parroting")), (0.0, 0.0));
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
