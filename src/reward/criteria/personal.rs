use super::Criterion;
use super::personal_text::{GENERAL, text_of};
use crate::reward::wishes::{Avoided, KnownWishes, Wishes};
use crate::reward::{Perspective, ScoreRow};

/// A way of answering that a reply either has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Style {
    AdviceGiven,
    AdviceHeldBack,
    Heard,
    Brief,
    Detailed,
    Direct,
    Gentle,
    Humour,
    Serious,
    Asks,
    AsksNothing,
    Formal,
    Casual,
}

/// How the built-in judge measures a criterion.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// The perspective's own scale.
    General,
    /// Whether the reply has this style.
    Style(Style),
    /// Whether the reply keeps clear of this.
    Avoid(Avoided),
    /// How well the reply suits all that is known of the person.
    Fit,
    /// How close the reply comes to a sentence, by embedding.
    Close(String),
}

/// A criterion and how it is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredCriterion {
    /// The criterion.
    pub criterion: Criterion,
    /// How it is measured.
    pub measure: Measure,
}

/// The criteria of one perspective for the seeker of a row: 4 general ones whose measure is the
/// perspective's scale, and up to 2 from what is known of the seeker, weighted to exactly 100.
/// The bystander has none.
///
/// The fit to the person counts 35 per cent, as a style alone does, and a style beside it 15: what
/// whole sentences are read to say orders replies better than what lists find in them. Two styles
/// without it count 25 each. Where nothing is known only the general ones remain, and the score is
/// that of the scale.
pub fn personal_criteria(
    row: &ScoreRow,
    known: &KnownWishes,
    perspective: Perspective,
) -> Vec<MeasuredCriterion> {
    if perspective == Perspective::Bystander {
        return Vec::new();
    }
    let personal = measures(&Wishes::of(row).agreeing_with(known, &row.query), known, perspective);
    let (shares, general): (&[f64], [f64; 4]) = match personal.as_slice() {
        [] => (&[], [30.0, 25.0, 25.0, 20.0]),
        [_] => (&[35.0], [20.0, 15.0, 15.0, 15.0]),
        [_, Measure::Fit] => (&[15.0, 35.0], [15.0, 15.0, 10.0, 10.0]),
        _ => (&[25.0, 25.0], [15.0, 15.0, 10.0, 10.0]),
    };
    let texts = &GENERAL[perspective as usize];
    let general = texts.iter().zip(general).map(|((name, description), weight)| {
        let (name, description) = ((*name).to_owned(), (*description).to_owned());
        MeasuredCriterion {
            criterion: Criterion { name, weight, description },
            measure: Measure::General,
        }
    });
    let personal = personal.into_iter().zip(shares).map(|(measure, weight)| {
        let (name, description) = text_of(&measure, &known.said);
        let criterion = Criterion { name, weight: *weight, description };
        MeasuredCriterion { criterion, measure }
    });
    personal.chain(general).collect()
}

/// At most two measures, the weightiest for the perspective first; the fit to all that is known is
/// the second wherever anything is.
fn measures(wishes: &Wishes, known: &KnownWishes, perspective: Perspective) -> Vec<Measure> {
    let style = |leaning: Option<bool>, first, second| {
        leaning.map(|yes| Measure::Style(if yes { first } else { second }))
    };
    let support = style(wishes.advice, Style::AdviceGiven, Style::AdviceHeldBack);
    let heard = (wishes.advice == Some(false)).then_some(Measure::Style(Style::Heard));
    let tone = style(wishes.direct, Style::Direct, Style::Gentle);
    let length = style(wishes.brief, Style::Brief, Style::Detailed);
    let humour = style(wishes.humour, Style::Humour, Style::Serious);
    let questions = style(wishes.questions, Style::Asks, Style::AsksNothing);
    let register = style(wishes.formal, Style::Formal, Style::Casual);
    let need = wishes.need.clone().map(Measure::Close);
    // The latest thing ruled out is the one most likely to matter now.
    let mut avoided = wishes.avoided.iter().rev().cloned().map(Measure::Avoid);
    let (first, second) = (avoided.next(), avoided.next());
    let order = match perspective {
        Perspective::Resonation => vec![support, heard, need, first],
        Perspective::Expression => vec![length, tone, support, humour, questions, register, first],
        _ => vec![first, support, questions, second, heard, tone, length, need, humour],
    };
    let fit = (!known.is_empty()).then_some(Measure::Fit);
    let plain = order.into_iter().flatten().take(if fit.is_some() { 1 } else { 2 });
    plain.chain(fit).collect()
}
