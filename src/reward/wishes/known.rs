use super::aspects::{ASPECTS, TOPIC, aspect, subject_stems};
use crate::reward::ScoreRow;
use crate::reward::features::{content_stems, sentences, words};

/// A sentence about the seeker, and how much it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The sentence.
    pub text: String,
    /// 1, and 2 where it stands in the query.
    pub weight: f64,
}

impl Statement {
    /// Whether it points at something that another one names ("Never bring it up.").
    pub fn points(&self) -> bool {
        points(&words(&self.text))
    }
}

/// The sentences of persona, memories, the seeker's earlier turns and the query, in this order.
pub fn statements(row: &ScoreRow) -> Vec<Statement> {
    let persona = row.persona.iter().map(|persona| persona.identity.as_str());
    let known = persona
        .chain(row.memory.iter().map(String::as_str))
        .chain(row.seeker_turns())
        .map(|text| (text, 1.0))
        .chain([(row.query.as_str(), 2.0)]);
    known
        .flat_map(|(text, weight)| {
            let whole = move |sentence: &str| Statement { text: sentence.to_owned(), weight };
            sentences(text).into_iter().map(whole)
        })
        .collect()
}

/// How a sentence leans on each aspect: −1 (the second side is wished for) to 1 (the first).
pub type Leanings = [f64; ASPECTS];

/// What is known of how a seeker wishes to be answered, in any words: for each aspect the lean to
/// its first or second side, and subjects that are welcome or sore.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownWishes {
    /// −1 (the second side) to 1 (the first), by aspect; 0 where nothing is known. That of "topic"
    /// comes from the sentences alone that only point at their subject ("never touch on it"): such
    /// a subject is none but the one that a reply brings up from earlier talk.
    pub leanings: Leanings,
    /// The stems of what a sentence speaks of, and whether it is welcome (1) or unwelcome (−1).
    pub subjects: Vec<(Vec<String>, f64)>,
    /// The sentence that says most of a wish.
    pub said: String,
    /// Whether anything was said of the person, beside the query.
    described: bool,
}

/// One sentence that surely says a wish makes it known to .9.
pub(in crate::reward) const STEEPNESS: f64 = 1.5;
/// The lean from which a wish counts as known.
const LEAST: f64 = 0.25;
/// The lean from which a query by itself asks for something.
const ASKED: f64 = 0.8;
/// What a sentence must say of a subject's being welcome or sore to count.
const LEAST_SUBJECT: f64 = 0.1;

impl KnownWishes {
    /// Joins what single sentences say.
    pub fn of(statements: &[Statement], leanings: &[Leanings]) -> Self {
        let mut sums = [0.0; ASPECTS];
        let (mut subjects, mut said, mut most) = (Vec::new(), String::new(), 0.0);
        for (Statement { text, weight }, own) in statements.iter().zip(leanings) {
            let (words, asked) = (words(text), *weight > 1.0);
            let mut own = *own;
            // The query says what happened: it asks for something where that is clear, and only what
            // was said of the person marks a subject.
            if asked {
                own = own.map(|lean| if lean.abs() < ASKED { 0.0 } else { lean });
                own[TOPIC] = 0.0;
            }
            let strength = own.iter().map(|lean| lean.abs()).fold(0.0, f64::max) * weight;
            if strength > most {
                (said, most) = (text.clone(), strength);
            }
            if own[TOPIC].abs() > LEAST_SUBJECT {
                subjects.push((subject_stems(&words), own[TOPIC]));
            }
            if !points(&words) {
                own[TOPIC] = 0.0;
            }
            // What is said later overrides what was said before, as far as it speaks of the same.
            for (sum, lean) in sums.iter_mut().zip(own) {
                *sum = *sum * (1.0 - lean.abs()) + weight * lean;
            }
        }
        let described = statements.iter().any(|one| one.weight <= 1.0);
        let leanings = sums.map(|sum| (STEEPNESS * sum).tanh());
        Self { leanings, subjects, said, described }
    }

    /// Whether nothing is known: nothing was said of the person, and the query asks for nothing.
    pub fn is_empty(&self) -> bool {
        !self.described && self.leanings.iter().all(|lean| lean.abs() < ASKED)
    }

    /// The lean of an aspect by name, where one is known.
    pub fn leaning(&self, name: &str) -> Option<bool> {
        let lean = self.leanings[aspect(name)?];
        (lean.abs() >= LEAST).then_some(lean > 0.0)
    }

    /// How far a reply touches subjects that are welcome (above 0) or sore (below 0), about −1 to 1;
    /// what the query raises itself does not count.
    pub fn touched(&self, reply: &[String], query: &str) -> f64 {
        let (own, raised) = (content_stems(reply), content_stems(&words(query)));
        let sum: f64 = self
            .subjects
            .iter()
            .map(|(stems, attitude)| {
                let hit = |stem: &&String| {
                    own.contains_key(stem.as_str()) && !raised.contains_key(stem.as_str())
                };
                attitude * (1.0 - (-0.7 * stems.iter().filter(hit).count() as f64).exp())
            })
            .sum();
        sum.tanh()
    }
}

/// Whether a sentence points at something that another one names: "her" before a word of its own
/// ("her mother") does not.
fn points(words: &[String]) -> bool {
    words.iter().enumerate().any(|(at, word)| match word.as_str() {
        "it" | "him" | "them" | "that" | "those" => true,
        "her" => words
            .get(at + 1)
            .is_none_or(|next| content_stems(std::slice::from_ref(next)).is_empty()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(said: &[(&str, &str, f64)]) -> KnownWishes {
        let statements: Vec<_> = said
            .iter()
            .map(|(text, ..)| Statement { text: (*text).to_owned(), weight: 1.0 })
            .collect();
        let leanings = said.iter().map(|(_, name, lean)| {
            let mut own = [0.0; ASPECTS];
            own[aspect(name).expect("an aspect")] = *lean;
            own
        });
        KnownWishes::of(&statements, &leanings.collect::<Vec<_>>())
    }

    #[test]
    fn sentences_are_joined_and_the_clearest_is_quoted() {
        let of = known(&[
            ("Feels worse when people hand her tips.", "advice", -0.9),
            ("Her brother tells jokes.", "humour", 0.1),
        ]);
        assert_eq!(of.leaning("advice"), Some(false));
        assert_eq!(of.leaning("humour"), None);
        assert_eq!(of.said, "Feels worse when people hand her tips.");
        let changed = [("A list calms her.", "advice", 0.8), ("No tips.", "advice", -0.7)];
        assert_eq!(known(&changed).leaning("advice"), Some(false));
        assert!(!known(&changed).is_empty());
        assert!(KnownWishes::of(&[], &[]).is_empty());
    }

    #[test]
    fn a_sore_subject_counts_against_the_reply_that_raises_it() {
        let known = known(&[("The bankruptcy is what he cannot hear about.", "topic", -0.9)]);
        let touch = |reply: &str, query: &str| known.touched(&words(reply), query);
        assert!(touch("After the bankruptcy, of course.", "I am tired.") < -0.3);
        assert_eq!(touch("Of course you are.", "I am tired."), 0.0);
        assert_eq!(touch("The bankruptcy, of course.", "The bankruptcy is over."), 0.0);
    }

    #[test]
    fn a_sentence_that_points_counts_for_what_is_brought_up_from_before() {
        let of = |text: &str| known(&[(text, "topic", -0.9)]).leanings[TOPIC];
        assert!(of("She begged me never to touch on it again.") < -0.8);
        assert!(of("Nobody at work is to ask him about her.") < -0.8);
        assert_eq!(of("The bankruptcy is what he cannot hear about."), 0.0);
        assert_eq!(of("Her mother is no subject for her friends."), 0.0);
    }

    #[test]
    fn a_query_asks_for_something_only_where_that_is_clear() {
        let asked = |lean: f64| {
            let statement = Statement { text: "What now?".to_owned(), weight: 2.0 };
            let mut own = [0.0; ASPECTS];
            own[0] = lean;
            own[TOPIC] = -0.9;
            KnownWishes::of(&[statement], &[own])
        };
        assert!(asked(0.7).is_empty());
        assert_eq!(asked(0.7).leanings, [0.0; ASPECTS]);
        assert!(!asked(0.9).is_empty());
        assert!(asked(0.9).subjects.is_empty());
        assert_eq!(asked(0.9).leanings[TOPIC], 0.0);
    }
}
