//! What wishes are about: aspects of a reply, each with two sides.

use std::sync::LazyLock;

use super::{NEGATORS, list};
use crate::reward::features::content_stems;
use crate::reward::phrases::Phrases;

/// Aspects of a reply, in the order of `data/lexicons/poles.txt`; the last is the mention of a
/// subject, which has one side only.
pub const ASPECTS: usize = 24;

/// The place of that last aspect.
pub(in crate::reward) const TOPIC: usize = ASPECTS - 1;

/// The counts of [`wish_cues`].
pub const WISH_CUES: usize = 4 * ASPECTS + 4;

/// A phrase that names one side of an aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mention {
    /// The aspect's place.
    aspect: usize,
    /// Whether its first side is named: advice rather than listening.
    first: bool,
    /// Whether a negation stands shortly before.
    turned: bool,
}

struct Pole {
    aspect: usize,
    first: bool,
    phrases: Phrases,
}

struct Poles {
    names: Vec<&'static str>,
    poles: Vec<Pole>,
}

static POLES: LazyLock<Poles> = LazyLock::new(|| {
    let (mut names, mut poles): (Vec<&str>, Vec<Pole>) = (Vec::new(), Vec::new());
    for section in list!("poles").split("\n[").skip(1) {
        let (head, body) = section.split_once("]\n").unwrap_or((section, ""));
        let (name, side) = head.split_once(' ').unwrap_or((head, "+"));
        if names.last() != Some(&name) {
            names.push(name);
        }
        let phrases = Phrases::new(&[body]);
        poles.push(Pole { aspect: names.len() - 1, first: side == "+", phrases });
    }
    Poles { names, poles }
});

static ATTITUDES: LazyLock<[Phrases; 2]> = LazyLock::new(|| {
    [list!("attitude_welcome"), list!("attitude_unwelcome")].map(|list| Phrases::new(&[list]))
});

/// The aspects' names.
pub fn aspect_names() -> &'static [&'static str] {
    &POLES.names
}

/// The place of an aspect among [`aspect_names`].
pub fn aspect(name: &str) -> Option<usize> {
    POLES.names.iter().position(|known| *known == name)
}

/// What the words of a sentence name, wish or not.
fn mentions(words: &[String]) -> Vec<Mention> {
    let mut found = Vec::new();
    for Pole { aspect, first, phrases } in &POLES.poles {
        for hit in phrases.find(words) {
            found.push(Mention {
                aspect: *aspect,
                first: *first,
                turned: turned(words, hit.start),
            });
        }
    }
    found
}

/// What the lists find in a sentence: for each aspect how often its second and its first side are
/// named, plainly and negated (at most 2 each); then how often it says welcome, not welcome,
/// unwelcome and not unwelcome (at most 3 each).
pub fn wish_cues(words: &[String]) -> [f32; WISH_CUES] {
    let mut cues = [0.0f32; WISH_CUES];
    let mut add = |place: usize, most: f32| cues[place] = (cues[place] + 1.0).min(most);
    for Mention { aspect, first, turned } in mentions(words) {
        add(4 * aspect + 2 * usize::from(first) + usize::from(turned), 2.0);
    }
    for (at, list) in ATTITUDES.iter().enumerate() {
        for hit in list.find(words) {
            add(4 * ASPECTS + 2 * at + usize::from(turned(words, hit.start)), 3.0);
        }
    }
    cues
}

/// The stems of what a sentence speaks of, attitudes left out.
pub(super) fn subject_stems(words: &[String]) -> Vec<String> {
    let cue = |word: &String| {
        let one = std::slice::from_ref(word);
        ATTITUDES.iter().any(|list| list.count(one) > 0)
    };
    let plain: Vec<String> = words.iter().filter(|word| !cue(word)).cloned().collect();
    content_stems(&plain).into_keys().collect()
}

fn turned(words: &[String], start: usize) -> bool {
    const MORE: &[&str] = &["than", "instead", "rather", "nobody", "less", "cannot", "can't"];
    words[start.saturating_sub(3)..start]
        .iter()
        .any(|word| NEGATORS.contains(&word.as_str()) || MORE.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reward::features::{phrases, words};

    #[test]
    fn the_list_holds_every_aspect_once() {
        assert_eq!(aspect_names().len(), ASPECTS);
        assert_eq!(aspect("topic"), Some(TOPIC));
        for pole in &POLES.poles {
            assert_ne!(pole.phrases.len(), 0);
        }
        assert!(phrases(list!("poles")).count() > 1000);
    }

    #[test]
    fn a_negation_turns_the_mention_after_it() {
        let found = mentions(&words("She wants company, not a plan."));
        let advice = aspect("advice").unwrap();
        let of: Vec<_> = found.iter().filter(|mention| mention.aspect == advice).collect();
        assert!(of.iter().any(|mention| mention.first && mention.turned));
        assert!(of.iter().any(|mention| !mention.first && !mention.turned));
        let cues = wish_cues(&words("She wants company, not a plan."));
        assert_eq!(cues[4 * advice..4 * advice + 4], [1.0, 0.0, 0.0, 1.0]);
    }
}
