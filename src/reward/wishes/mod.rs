//! What is known of how a seeker wishes to be answered, from memories, persona, scenario and query.
//!
//! [`Wishes`] are told from plain words by cue lists (`data/lexicons`, English), [`KnownWishes`] from
//! any words by a small model of what a sentence says. Sources are read in the order persona,
//! scenario, memories, the seeker's earlier turns, query: a later one overrides an earlier one, so
//! that the newest memory wins and the query counts most.

mod aspects;
mod known;
mod topics;

pub use aspects::{ASPECTS, WISH_CUES, aspect, aspect_names, wish_cues};
pub use known::{KnownWishes, Leanings, Statement, statements};
pub use topics::Avoided;

#[cfg(feature = "train")]
pub(super) use {aspects::TOPIC, known::STEEPNESS};

use std::sync::LazyLock;

use super::ScoreRow;
use super::features::{sentences, words};
use super::phrases::Phrases;

macro_rules! list {
    ($name:literal) => {
        include_str!(concat!("../../../data/lexicons/", $name, ".txt"))
    };
}
pub(super) use list;

/// The cue lists in pairs of opposite wishes; the order of [`Wishes`]' pairs.
static CUES: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        list!("wants_advice"),
        list!("wants_listening"),
        list!("wants_brief"),
        list!("wants_detail"),
        list!("wants_direct"),
        list!("wants_gentle"),
        list!("wants_humour"),
        list!("wants_serious"),
        list!("wants_questions"),
        list!("wants_no_questions"),
        list!("wants_formal"),
        list!("wants_casual"),
    ])
});

static NEEDS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&[list!("needs")]));

/// Words that turn the cue after them round.
const NEGATORS: &[&str] = &[
    "not", "no", "don't", "doesn't", "didn't", "never", "without", "isn't", "won't", "hates",
    "hate", "dislikes", "dislike", "stop", "dont", "doesnt", "nor", "hardly",
];

/// A pair of opposite wishes: `Some(true)` for the first of the pair.
type Leaning = Option<bool>;

/// How a seeker wishes to be answered, as far as it is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wishes {
    /// Advice, rather than being heard.
    pub advice: Leaning,
    /// Few words, rather than many.
    pub brief: Leaning,
    /// Frank words, rather than soft ones.
    pub direct: Leaning,
    /// A light touch, rather than none.
    pub humour: Leaning,
    /// Being asked, rather than not.
    pub questions: Leaning,
    /// Formal words, rather than everyday ones.
    pub formal: Leaning,
    /// The latest sentence that says what is needed.
    pub need: Option<String>,
    /// What the seeker does not want to meet, each once.
    pub avoided: Vec<Avoided>,
}

impl Wishes {
    /// Reads the wishes out of a row.
    pub fn of(row: &ScoreRow) -> Self {
        let mut wishes = Self::default();
        let known = row.persona.iter().map(|persona| persona.identity.as_str());
        let known = known.chain(row.scenario.as_deref());
        for text in known.chain(row.memory.iter().map(String::as_str)).chain(row.seeker_turns()) {
            wishes.read(text);
        }
        wishes.read(&row.query);
        let query = super::features::content_stems(&words(&row.query));
        wishes.avoided.retain(|avoided| match avoided {
            // What the seeker raises is no longer off limits.
            Avoided::Topic(stems) => !stems.iter().any(|stem| query.contains_key(stem)),
            _ => true,
        });
        wishes
    }

    /// These wishes without those that the reading of whole sentences turns round: a list that finds
    /// "a plan" does not see that she feels worse for one. What the query itself asks for stays.
    pub fn agreeing_with(mut self, known: &KnownWishes, query: &str) -> Self {
        let mut asked = Self::default();
        asked.read(query);
        let kept = |leaning: Leaning, asked: Leaning, name: &str| {
            let agrees = |own: &bool| known.leaning(name).is_none_or(|lean| lean == *own);
            leaning.filter(|own| asked == Some(*own) || agrees(own))
        };
        self.advice = kept(self.advice, asked.advice, "advice");
        self.direct = kept(self.direct, asked.direct, "direct");
        self.humour = kept(self.humour, asked.humour, "humour");
        self.questions = kept(self.questions, asked.questions, "questions");
        self.formal = kept(self.formal, asked.formal, "formal");
        // "Length" leans to the long side first.
        let length = known.leaning("length");
        self.brief = self.brief.filter(|brief| length.is_none_or(|long| long != *brief));
        self.avoided.retain(|avoided| {
            let name = match avoided {
                Avoided::Pity => "sympathy",
                Avoided::Platitudes => "platitude",
                Avoided::Calming => "calm",
                Avoided::Lectures => "lecture",
                Avoided::Religion => "religion",
                Avoided::Comparison => "story",
                Avoided::Familiarity => "close",
                Avoided::Topic(_) => return true,
            };
            known.leaning(name) != Some(true)
        });
        self
    }

    /// What a text that is known to rule something out names.
    pub fn ruled_out(words: &[String]) -> Option<Avoided> {
        topics::named(words).next()
    }

    fn read(&mut self, text: &str) {
        let mut votes = [[0u32; 2]; 6];
        for sentence in sentences(text) {
            let words = words(sentence);
            for hit in CUES.find(&words) {
                let before = &words[hit.start.saturating_sub(3)..hit.start];
                let turned = before.iter().any(|word| NEGATORS.contains(&word.as_str()));
                votes[hit.list / 2][(hit.list % 2) ^ usize::from(turned)] += 1;
            }
            if NEEDS.count(&words) > 0 && words.len() > 3 {
                self.need = Some(sentence.to_owned());
            }
            for avoided in topics::avoided(&words) {
                if !self.avoided.contains(&avoided) {
                    self.avoided.push(avoided);
                }
            }
        }
        let leanings = [
            &mut self.advice,
            &mut self.brief,
            &mut self.direct,
            &mut self.humour,
            &mut self.questions,
            &mut self.formal,
        ];
        for (leaning, [first, second]) in leanings.into_iter().zip(votes) {
            if first != second {
                *leaning = Some(first > second);
            }
        }
    }
}
