//! How far a reply meets a criterion, told from its words and its embedding.

use std::sync::LazyLock;

use super::input::dot;
use crate::reward::criteria::{Measure, Style};
use crate::reward::features::{Counts, Lexicon, content_stems, sentences, words};
use crate::reward::phrases::Phrases;
use crate::reward::wishes::{Avoided, list};

/// How many levels a criterion that is wholly met, or wholly missed, lies from the scale's score.
const REACH: f64 = 2.5;
/// The same of a closeness between embeddings, which says less.
const CLOSE_REACH: f64 = 1.0;
/// The closeness at which a reply neither gains nor loses, and the distance to the full reach.
const CLOSE_MIDDLE: f64 = 0.35;
const CLOSE_SPREAD: f64 = 0.35;

/// The styles among the inputs of a reply's qualities, in the order of their weights.
const STYLES: [Style; 10] = [
    Style::AdviceGiven,
    Style::Heard,
    Style::Brief,
    Style::Detailed,
    Style::Direct,
    Style::Gentle,
    Style::Humour,
    Style::Asks,
    Style::Casual,
    Style::AsksNothing,
];

struct ReplyLists {
    imperative: Phrases,
    humour: Phrases,
    harsh: Phrases,
    casual: Phrases,
    pity: Phrases,
    calming: Phrases,
    religion: Phrases,
    comparison: Phrases,
    familiarity: Phrases,
}

static LISTS: LazyLock<ReplyLists> = LazyLock::new(|| {
    let list = |source| Phrases::new(&[source]);
    ReplyLists {
        imperative: list(list!("imperative")),
        humour: list(list!("humour")),
        harsh: list(list!("harsh")),
        casual: list(list!("casual")),
        pity: list(list!("pity")),
        calming: list(list!("calming")),
        religion: list(list!("religion")),
        comparison: list(list!("comparison")),
        familiarity: list(list!("familiarity")),
    }
});

/// A reply, counted once for all criteria.
pub struct ReplyReading<'a> {
    /// All of its words, those that the judge sets aside among them: a maxim is a reply's own for the
    /// one who likes it.
    pub(super) words: Vec<String>,
    counts: Counts,
    advice: f64,
    sentences: usize,
    questions: usize,
    embedding: &'a [f32],
}

impl<'a> ReplyReading<'a> {
    /// Reads a reply's whole text; `embedding` is that of what is its own.
    pub fn of(text: &str, embedding: &'a [f32]) -> Self {
        let words = words(text);
        let counts = Counts::of(&words);
        let parts = sentences(text);
        let orders = parts.iter().map(|sentence| orders(sentence)).sum::<usize>();
        let advice = orders as f64 + f64::from(counts.get(Lexicon::Advice));
        let questions = parts.iter().filter(|sentence| sentence.contains('?')).count();
        Self { words, counts, advice, sentences: parts.len(), questions, embedding }
    }

    /// The score of a criterion, 1 to 5: the scale's score `general`, moved up as far as the
    /// criterion is met and down as far as it is missed; `fit`, −1 to 1, is how well the reply suits
    /// what is known of the person. A poor reply in the right style stays below a good one.
    pub(super) fn score(
        &self,
        measure: &Measure,
        general: f64,
        target: Option<&[f32]>,
        fit: f64,
    ) -> f64 {
        let moved = match measure {
            Measure::General => 0.0,
            Measure::Fit => REACH * fit,
            Measure::Style(style) => REACH * (2.0 * self.share(*style) - 1.0),
            Measure::Avoid(avoided) => match self.meets(avoided) {
                true => -REACH,
                false => REACH / 4.0,
            },
            Measure::Close(_) => target.map_or(0.0, |target| {
                let close = f64::from(dot(self.embedding, target));
                CLOSE_REACH * ((close - CLOSE_MIDDLE) / CLOSE_SPREAD).clamp(-1.0, 1.0)
            }),
        };
        // Towards the end of the scale and never past it, so that more is always more.
        let room = if moved > 0.0 { 5.0 - general } else { general - 1.0 };
        general + room * (moved / room.max(REACH)).clamp(-1.0, 1.0)
    }

    /// How many numbers [`Self::measures`] gives.
    pub(super) const MEASURES: usize = STYLES.len() + Avoided::TALK.len();

    /// Every style's share and every unwelcome kind of talk, 0 to 1 each: inputs of what a reply's
    /// qualities are learned from.
    pub(super) fn measures(&self) -> Vec<f32> {
        let styles = STYLES.iter().map(|style| 2.0 * self.share(*style) as f32);
        styles
            .chain(Avoided::TALK.iter().map(|talk| 2.0 * f32::from(u8::from(self.meets(talk)))))
            .collect()
    }

    fn count(&self, lexicons: &[Lexicon]) -> f64 {
        lexicons.iter().map(|lexicon| f64::from(self.counts.get(*lexicon))).sum()
    }

    /// How much of a style the reply has, 0 to 1.
    fn share(&self, style: Style) -> f64 {
        let length = self.words.len() as f64;
        let has = |list: &Phrases| rising(list.count(&self.words) as f64);
        match style {
            Style::AdviceGiven => rising(self.advice),
            Style::AdviceHeldBack => 1.0 - rising(self.advice),
            Style::Heard => {
                let heard = self.count(&[
                    Lexicon::Understanding,
                    Lexicon::Validation,
                    Lexicon::EmotionNegative,
                    Lexicon::OpenQuestion,
                ]);
                rising(heard / 1.5) * (1.0 - 0.6 * rising(self.advice))
            }
            Style::Brief => falling(length, 25.0, 90.0),
            Style::Detailed => 1.0 - falling(length, 35.0, 110.0),
            Style::Direct => {
                let soft = self.count(&[Lexicon::Hedge, Lexicon::Platitude, Lexicon::Warmth]);
                0.5 * (1.0 - rising(soft)) + 0.5 * falling(length, 30.0, 110.0)
            }
            Style::Gentle => {
                let soft = self.count(&[Lexicon::Hedge, Lexicon::Validation, Lexicon::Warmth]);
                let hard = self.count(&[Lexicon::Dismissal, Lexicon::Lecture]);
                let hard = hard + LISTS.harsh.count(&self.words) as f64;
                (0.4 + 0.6 * rising(soft)) * (1.0 - rising(hard))
            }
            Style::Humour => has(&LISTS.humour),
            Style::Serious => 1.0 - has(&LISTS.humour),
            Style::Asks => rising(1.5 * self.questions as f64),
            Style::AsksNothing => 1.0 - rising(1.5 * self.questions as f64),
            Style::Formal => 1.0 - rising(self.casual()),
            Style::Casual => rising(self.casual()),
        }
    }

    fn casual(&self) -> f64 {
        let short = self.words.iter().filter(|word| word.contains('\'')).count();
        LISTS.casual.count(&self.words) as f64 + 0.3 * short as f64 / self.sentences.max(1) as f64
    }

    fn meets(&self, avoided: &Avoided) -> bool {
        let said = |list: &Phrases| list.count(&self.words) > 0;
        match avoided {
            Avoided::Pity => said(&LISTS.pity),
            Avoided::Platitudes => {
                self.count(&[Lexicon::Platitude, Lexicon::ToxicPositivity]) > 0.0
            }
            Avoided::Calming => said(&LISTS.calming),
            Avoided::Lectures => self.count(&[Lexicon::Lecture]) > 0.0,
            Avoided::Religion => said(&LISTS.religion),
            Avoided::Comparison => said(&LISTS.comparison),
            Avoided::Familiarity => said(&LISTS.familiarity),
            Avoided::Topic(stems) => {
                let own = content_stems(&self.words);
                stems.iter().any(|stem| own.contains_key(stem))
            }
        }
    }
}

/// Clauses that tell the seeker to do something: those that a verb of advice opens.
fn orders(sentence: &str) -> usize {
    if sentence.contains('?') {
        return 0;
    }
    const LEAD: &[&str] = &[
        "first", "then", "next", "and", "please", "just", "second", "third", "after", "that",
        "finally", "today", "tomorrow", "tonight", "so", "also", "or",
    ];
    let clauses = sentence.split([',', ';', ':', '\n', '\u{2014}']);
    clauses
        .filter(|clause| {
            let words = words(clause);
            let lead = words.iter().take_while(|word| {
                LEAD.contains(&word.as_str()) || word.chars().all(|c| c.is_ascii_digit())
            });
            let at = lead.count();
            words.get(at).is_some_and(|word| {
                LISTS.imperative.count(std::slice::from_ref(word)) > 0 && words.len() > at + 1
            })
        })
        .count()
}

/// 0 at none, .6 at one, .85 at two.
fn rising(count: f64) -> f64 {
    1.0 - (-0.95 * count).exp()
}

/// 1 up to `low`, 0 from `high`.
fn falling(value: f64, low: f64, high: f64) -> f64 {
    ((high - value) / (high - low)).clamp(0.0, 1.0)
}

/// A score as a distribution over the two neighbouring levels, its expectation kept.
pub(super) fn spread(score: f64) -> [f64; 5] {
    let score = score.clamp(1.0, 5.0);
    let low = (score.floor() as usize).min(4);
    let mut distribution = [0.0; 5];
    distribution[low] = score - low as f64;
    distribution[low - 1] = 1.0 - distribution[low];
    distribution
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_score_keeps_its_expectation() {
        for score in [1.0, 1.25, 3.0, 4.999, 5.0] {
            let distribution = spread(score);
            let mean: f64 = distribution.iter().zip(1..).map(|(p, k)| p * f64::from(k)).sum();
            assert!((mean - score).abs() < 1e-12, "{score}");
            assert!((distribution.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn orders_are_advice_and_questions_are_not() {
        assert_eq!(orders("Call the bank, then write down what you owe."), 2);
        assert_eq!(orders("Do you want to talk?"), 0);
        assert_eq!(orders("The call was long."), 0);
    }
}
