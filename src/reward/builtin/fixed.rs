use std::sync::LazyLock;

use crate::reward::criteria::{Criterion, Measure, Style};
use crate::reward::features::words;
use crate::reward::phrases::Phrases;
use crate::reward::wishes::{Wishes, list};

static WORDS_OF: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        list!("wants_advice"),
        list!("wants_listening"),
        list!("wants_brief"),
        list!("wants_detail"),
        list!("wants_direct"),
        list!("wants_gentle"),
        list!("wants_humour"),
        list!("wants_serious"),
        "ask\nasks\nquestion\nquestions\ncurious\ncuriosity\nopen question\ninvites",
        "no questions\nwithout questions\ndoes not ask\nasks nothing",
        list!("wants_formal"),
        list!("wants_casual"),
        "advice\nadvises\nconcrete step\nconcrete steps\nnext step\nsteps\npractical\nactionable\n\
         suggestion\nsuggestions\nsolution\nsolutions\nuseful\nplan",
        "validates\nvalidation\nacknowledges\nlistens\nlistening\nheard\nreflects back\nholds back\n\
         no fixing\nwithout fixing",
    ])
});

/// How a criterion that someone wrote is measured: by the words of its name and description, else
/// by closeness to them.
pub(super) fn fixed_measure(criterion: &Criterion) -> Measure {
    let text = format!("{}. {}", criterion.name, criterion.description);
    let words = words(&text);
    const NO: &[&str] =
        &["avoids", "avoid", "no", "not", "without", "never", "refrains", "doesn't", "holds"];
    let ruled = words.iter().any(|word| NO.contains(&word.as_str()));
    if ruled && let Some(avoided) = Wishes::ruled_out(&words) {
        return Measure::Avoid(avoided);
    }
    if let Some(hit) = WORDS_OF.find(&words).first() {
        let before = &words[hit.start.saturating_sub(3)..hit.start];
        let turned = before.iter().any(|word| NO.contains(&word.as_str()));
        let pair = [
            [Style::AdviceGiven, Style::AdviceHeldBack],
            [Style::Heard, Style::AdviceGiven],
            [Style::Brief, Style::Detailed],
            [Style::Detailed, Style::Brief],
            [Style::Direct, Style::Gentle],
            [Style::Gentle, Style::Direct],
            [Style::Humour, Style::Serious],
            [Style::Serious, Style::Humour],
            [Style::Asks, Style::AsksNothing],
            [Style::AsksNothing, Style::Asks],
            [Style::Formal, Style::Casual],
            [Style::Casual, Style::Formal],
            [Style::AdviceGiven, Style::AdviceHeldBack],
            [Style::Heard, Style::AdviceGiven],
        ][hit.list];
        return Measure::Style(pair[usize::from(turned)]);
    }
    Measure::Close(text)
}
