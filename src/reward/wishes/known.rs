use super::aspects::{ASPECTS, aspect, mentions, subject_stems};
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

/// What is known of how a seeker wishes to be answered, in any words: for each aspect the lean to
/// its first or second side, and subjects that are welcome or sore.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownWishes {
    /// −1 (the second side) to 1 (the first), by aspect; 0 where nothing is known.
    pub leanings: [f64; ASPECTS],
    /// The stems of what a sentence speaks of, and whether it is welcome (1) or unwelcome (−1).
    pub subjects: Vec<(Vec<String>, f64)>,
    /// The sentence that says most of a wish.
    pub said: String,
}

/// The lean from which a wish counts as known.
const LEAST: f64 = 0.25;
/// What a sentence must say of welcome or unwelcome to make its subject so.
const LEAST_ATTITUDE: f64 = 0.3;

impl KnownWishes {
    /// Joins what sentences name with the attitude of each, −1 (unwelcome) to 1 (welcome).
    ///
    /// A mention of a side with the attitude a leans a towards it; one that is negated where the
    /// sentence is welcoming leans away ("wants company, not a plan").
    pub fn of(statements: &[Statement], attitudes: &[f64]) -> Self {
        let mut sums = [0.0; ASPECTS];
        let (mut subjects, mut said, mut most) = (Vec::new(), String::new(), 0.0);
        for (Statement { text, weight }, attitude) in statements.iter().zip(attitudes) {
            let words = words(text);
            let mut own = [0.0f64; ASPECTS];
            for mention in mentions(&words) {
                let towards = match mention.turned && *attitude > 0.0 {
                    true => -attitude,
                    false => *attitude,
                };
                own[mention.aspect] += if mention.first { towards } else { -towards };
            }
            let strength = own.iter().map(|lean| lean.abs()).fold(0.0, f64::max) * weight;
            if strength > most {
                (said, most) = (text.clone(), strength);
            }
            sums.iter_mut().zip(own).for_each(|(sum, lean)| *sum += weight * lean.clamp(-1.5, 1.5));
            // The query says what happened; only what was said of the person marks a subject.
            if attitude.abs() > LEAST_ATTITUDE && *weight <= 1.0 {
                subjects.push((subject_stems(&words), *attitude));
            }
        }
        Self { leanings: sums.map(f64::tanh), subjects, said }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.leanings.iter().all(|lean| lean.abs() < LEAST) && self.subjects.is_empty()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn known(said: &[(&str, f64)]) -> KnownWishes {
        let statements: Vec<_> = said
            .iter()
            .map(|(text, _)| Statement { text: (*text).to_owned(), weight: 1.0 })
            .collect();
        let attitudes: Vec<f64> = said.iter().map(|(_, attitude)| *attitude).collect();
        KnownWishes::of(&statements, &attitudes)
    }

    #[test]
    fn the_attitude_decides_which_side_a_mention_speaks_for() {
        assert_eq!(
            known(&[("Feels worse when people hand her tips.", -0.9)]).leaning("advice"),
            Some(false)
        );
        assert_eq!(known(&[("A list of steps calms her.", 0.9)]).leaning("advice"), Some(true));
        assert_eq!(known(&[("Wants company, not a plan.", 0.9)]).leaning("advice"), Some(false));
        assert!(known(&[("Lives in Leeds.", 0.0)]).is_empty());
    }

    #[test]
    fn a_sore_subject_counts_against_the_reply_that_raises_it() {
        let known = known(&[("The bankruptcy is what he cannot hear about.", -0.9)]);
        let touch = |reply: &str, query: &str| known.touched(&words(reply), query);
        assert!(touch("After the bankruptcy, of course.", "I am tired.") < -0.3);
        assert_eq!(touch("Of course you are.", "I am tired."), 0.0);
        assert_eq!(touch("The bankruptcy, of course.", "The bankruptcy is over."), 0.0);
    }
}
