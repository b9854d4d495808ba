//! The wording of the criteria that the built-in judge derives.

use super::{Measure, Style};
use crate::reward::wishes::Avoided;

/// The general criteria of resonation, expression and reception: name and description.
pub(super) const GENERAL: [[(&str, &str); 4]; 3] = [
    [
        ("Emotion recognised", "It grasps what is felt, and invents nothing."),
        ("Reasons inferred", "It sees why this weighs on this person now."),
        ("Grounded in the situation", "What it says rests on what happened and no other story."),
        ("Uncertainty respected", "Guesses are offered as guesses, open to correction."),
    ],
    [
        ("Fitting tone", "The tone suits the weight of the moment."),
        ("Feeling validated", "It says in natural words that the reaction makes sense."),
        ("Clear and useful", "Each sentence says something, and says it plainly."),
        ("Limits respected", "It neither pushes nor presumes."),
    ],
    [
        ("Felt understanding", "The person would feel that the point was understood."),
        ("Emotional safety", "Nothing in it judges, shrinks or corners the person."),
        ("Need met", "What was sought by writing is given."),
        ("Wish to go on", "The person would want to say more."),
    ],
];

/// Name and description of a personal criterion; `said` is the sentence that says most of a wish.
pub(super) fn text_of(measure: &Measure, said: &str) -> (String, String) {
    let (name, description) = match measure {
        Measure::General => GENERAL[0][0],
        Measure::Style(style) => style_text(*style),
        Measure::Avoid(avoided) => return avoided_text(avoided),
        Measure::Fit if said.is_empty() => {
            ("Fit to the person", "It suits what is known of the person's wishes and sore points.")
        }
        Measure::Fit => {
            let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
            let description = format!("It suits a person of whom this is known: \"{said}\"");
            return ("Fit to the person".to_owned(), description);
        }
        Measure::Close(need) => {
            let need: String = need.split_whitespace().collect::<Vec<_>>().join(" ");
            let description = format!("It answers the need behind these words: \"{need}\"");
            return ("Stated need answered".to_owned(), description);
        }
    };
    (name.to_owned(), description.to_owned())
}

fn style_text(style: Style) -> (&'static str, &'static str) {
    match style {
        Style::AdviceGiven => ("Plain advice", "It says what can be done, in steps one can take."),
        Style::AdviceHeldBack => ("Advice held back", "It leaves the trouble unfixed and stays."),
        Style::Heard => ("Heard", "It gives back what was said and lets it count."),
        Style::Brief => ("Short", "It says what it has to say in a few sentences."),
        Style::Detailed => ("Thorough", "It takes the room to explain what it says."),
        Style::Direct => ("Frank", "It comes to the point without softening it away."),
        Style::Gentle => ("Gentle", "It chooses soft words and leaves hard ones out."),
        Style::Humour => ("Light touch", "It lets a smile in where the person would."),
        Style::Serious => ("Taken seriously", "It makes no jokes about the matter."),
        Style::Asks => ("Curiosity", "It asks an open question that is easy to take up."),
        Style::AsksNothing => ("No questioning", "It offers rather than asks."),
        Style::Formal => ("Formal register", "It keeps to polite, complete sentences."),
        Style::Casual => ("Everyday register", "It talks the way friends talk."),
    }
}

fn avoided_text(avoided: &Avoided) -> (String, String) {
    let (name, what) = match avoided {
        Avoided::Pity => ("No pity", "pity"),
        Avoided::Platitudes => ("No stock phrases", "stock phrases and forced optimism"),
        Avoided::Calming => ("No calming down", "telling the person to be calm"),
        Avoided::Lectures => ("No lecture", "lecturing and moralising"),
        Avoided::Religion => ("No religion", "talk of religion"),
        Avoided::Comparison => ("No comparison", "comparison with other people"),
        Avoided::Familiarity => ("Due distance", "pet names and closeness that was not offered"),
        Avoided::Topic(_) => {
            let text = "It avoids the subject that the person wants to leave alone.";
            return ("Subject left alone".to_owned(), text.to_owned());
        }
    };
    (name.to_owned(), format!("It avoids {what}, which this person does not want."))
}
