//! What of a reply is the supporter's own.
//!
//! Padding must not pay: stock phrases that would suit any message, bare claims to understand, and
//! the seeker's words handed back are set aside before a reply is read, and only counted. So a
//! reply reads the same however much of them is added to it, and the counts can only lower it
//! where the heads hold their weights at or below zero.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

use super::reading::{content_stems, is_function_word, straight};
use crate::reward::phrases::Phrases;

/// How much of a text was set aside, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SetAside {
    /// Maxims and stock comforts (`data/lexicons/cliche.txt`).
    pub cliches: u32,
    /// Ready-made sympathy (`sympathy.txt`).
    pub sympathies: u32,
    /// Bare claims to understand (`claim.txt`).
    pub claims: u32,
    /// Words that stand in what the seeker said, five in a row or all of a shorter message.
    pub copied: u32,
}

/// A text without what is not its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnWords {
    /// The rest, in order, with straight apostrophes.
    pub text: String,
    /// What was taken out.
    pub set_aside: SetAside,
}

/// The words in a row that make a copy: shorter runs occur by chance.
const RUN: usize = 5;
/// A copy of this many words, or of all that was said in [`RUN`] or more, is no part of another's
/// sentence.
const WHOLE: usize = 9;
/// A clause of which no more content words than this are left, none of them the seeker's, says
/// nothing of its own; the second where it held a maxim or ready-made sympathy, which are often
/// spun out ("believe in yourself and never lose sight of your dreams").
const LEFT: [usize; 2] = [2, 4];
/// Words of a clause that may only announce the next.
const LEAD_IN: usize = 4;

/// The place of the claims in [`STOCK`].
const CLAIM: usize = 2;

/// The lists of stock phrases: maxims, ready-made sympathy, claims to understand.
pub(in crate::reward) const STOCK: [&str; 3] = [
    include_str!("../../../data/lexicons/cliche.txt"),
    include_str!("../../../data/lexicons/sympathy.txt"),
    include_str!("../../../data/lexicons/claim.txt"),
];

static LISTS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(&STOCK));

impl OwnWords {
    /// Reads `text`, which answers a seeker who said `said`.
    pub fn of(text: &str, said: &[&str]) -> Self {
        let text = straight(text);
        let said: Vec<Vec<String>> = said.iter().map(|text| super::words(text)).collect();
        let mut reading = Reading::of(&text);
        let mut set_aside = SetAside::default();
        for found in LISTS.find(&reading.words) {
            set_aside.add(found.list);
            reading.out[found.start..found.end].fill(true);
            reading.filler[found.start..found.end].fill(found.list < CLAIM);
            reading.begins.insert(found.start);
        }
        // A stock phrase that the seeker used first is a copy too, but is counted once.
        for (run, whole) in copied(&reading.words, &said) {
            for out in &mut reading.out[run.clone()] {
                set_aside.copied += u32::from(!*out);
                *out = true;
            }
            if whole {
                reading.breaks.extend([run.start, run.end]);
            }
        }
        for words in reading.echoes(&text, &said) {
            set_aside.copied += words.len() as u32;
            reading.breaks.insert(words.end);
            reading.out[words].fill(true);
        }
        if !reading.out.contains(&true) {
            return Self { text, set_aside };
        }
        let raised = said.iter().flat_map(|words| content_stems(words).into_keys());
        Self { text: reading.rest(&text, &raised.collect()), set_aside }
    }
}

impl SetAside {
    /// Counts one of a list in the order of [`STOCK`].
    pub(in crate::reward) fn add(&mut self, list: usize) {
        match list {
            0 => self.cliches += 1,
            1 => self.sympathies += 1,
            _ => self.claims += 1,
        }
    }
}

/// A text by words, with those that are taken out.
struct Reading {
    words: Vec<String>,
    places: Vec<Range<usize>>,
    out: Vec<bool>,
    /// Of these, the words of maxims and ready-made sympathy.
    filler: Vec<bool>,
    /// Words that begin a stock phrase.
    begins: HashSet<usize>,
    /// Words before which a copy that is a whole by itself begins or ends.
    breaks: HashSet<usize>,
}

/// A part of a text between marks, and the words in it.
struct Clause {
    text: Range<usize>,
    words: Range<usize>,
}

impl Reading {
    fn of(text: &str) -> Self {
        let (mut words, mut places) = (Vec::new(), Vec::new());
        for (at, word) in text.unicode_word_indices() {
            words.push(word.to_lowercase());
            places.push(at..at + word.len());
        }
        let (out, filler) = (vec![false; words.len()], vec![false; words.len()]);
        let (begins, breaks) = (HashSet::new(), HashSet::new());
        Self { words, places, out, filler, begins, breaks }
    }

    /// The text without the words taken out, and without the clauses of which nothing is left.
    fn rest(&self, text: &str, raised: &HashSet<String>) -> String {
        let clauses = self.clauses(text);
        let mut kept: Vec<bool> =
            clauses.iter().map(|clause| self.says_something(clause, raised)).collect();
        // What announces a clause goes with it: "You said:", "Remember,", "So".
        for at in (1..clauses.len()).rev() {
            let before = &clauses[at - 1];
            let marks = &text[self.places[before.words.end - 1].end..before.text.end];
            let words = &self.words[before.words.clone()];
            let stems = content_stems(words);
            let few = stems.len() <= 1 && !stems.keys().any(|stem| raised.contains(stem));
            let announces = marks.contains(':') || few && !marks.contains(['.', '!', '?']);
            if announces && words.len() <= LEAD_IN && !kept[at] && self.cut(&clauses[at]) {
                kept[at - 1] = false;
            }
        }
        let mut rest = String::with_capacity(text.len());
        for (clause, _) in clauses.iter().zip(kept).filter(|(_, kept)| *kept) {
            if !self.cut(clause) {
                rest.push_str(&text[clause.text.clone()]);
                continue;
            }
            for at in clause.words.clone().filter(|&at| !self.out[at]) {
                rest.push_str(&text[self.places[at].clone()]);
                rest.push(' ');
            }
            // The marks that end the clause stay, for its last words or for others.
            let last = self.places[clause.words.end - 1].end;
            if rest.ends_with(' ') {
                rest.pop();
            }
            rest.push_str(&text[last..clause.text.end]);
        }
        if rest.chars().any(char::is_alphanumeric) { rest } else { String::new() }
    }

    /// Where clauses are, or begin with, a message of two words once more ("You passed!"): too short
    /// a run to be a copy wherever it stands. What follows without a mark has a capital.
    fn echoes(&self, text: &str, said: &[Vec<String>]) -> Vec<Range<usize>> {
        let said: Vec<&Vec<String>> = said.iter().filter(|said| said.len() == 2).collect();
        if said.is_empty() {
            return Vec::new();
        }
        let begins = |clause: &Range<usize>, said: &[String]| {
            let same = |(own, said): (&String, &String)| turned(own) == turned(said);
            let end = clause.start + said.len();
            let closed = clause.end == end
                || self.places.get(end).is_some_and(|place| {
                    // "I" has a capital anywhere.
                    let next = &text[place.clone()];
                    clause.end > end
                        && next.starts_with(char::is_uppercase)
                        && !next.starts_with('I')
                });
            closed
                && self.words[clause.start..end].iter().zip(said).all(same)
                && !self.out[clause.start..end].contains(&true)
        };
        let clauses = self.clauses(text).into_iter().map(|clause| clause.words);
        let echoes = clauses.filter(|clause| said.iter().any(|said| begins(clause, said)));
        echoes.map(|clause| clause.start..clause.start + 2).collect()
    }

    /// Whether words of a clause are taken out.
    fn cut(&self, clause: &Clause) -> bool {
        self.out[clause.words.clone()].contains(&true)
    }

    /// Whether a clause keeps something of its own.
    fn says_something(&self, clause: &Clause, raised: &HashSet<String>) -> bool {
        if !self.cut(clause) {
            return true;
        }
        let left = clause.words.clone().filter(|&at| !self.out[at]);
        let left: Vec<String> = left.map(|at| self.words[at].clone()).collect();
        let stems = content_stems(&left);
        let filler = self.filler[clause.words.clone()].contains(&true);
        stems.len() > LEFT[usize::from(filler)] || stems.keys().any(|stem| raised.contains(stem))
    }

    /// Clauses with the marks that end them.
    fn clauses(&self, text: &str) -> Vec<Clause> {
        let (mut clauses, mut start, mut first) = (Vec::new(), 0, 0);
        for at in 0..self.words.len() {
            let next = self.places.get(at + 1).map_or(text.len(), |next| next.start);
            let between = &text[self.places[at].end..next];
            let closes = |mark: char| ",;:!?.\n\u{2014}\u{2013}\u{2026}()\u{201d}\"".contains(mark);
            if next == text.len() || between.contains(closes) || self.turns(text, at + 1) {
                // What stands between two words, emoji too, belongs to the first, but for what opens
                // the second.
                let opening = between.trim_end_matches(['\u{201c}', '"', '(', '£', '$', '€', '#']);
                let end = match next == text.len() {
                    true => next,
                    false => self.places[at].end + opening.len(),
                };
                clauses.push(Clause { text: start..end, words: first..at + 1 });
                (start, first) = (end, at + 1);
            }
        }
        clauses
    }

    /// Whether a word begins a sentence though the one before lacks its full stop: a long copy begins
    /// or ends there, or it has a capital and a stock phrase or part of a copy does.
    fn turns(&self, text: &str, at: usize) -> bool {
        if self.breaks.contains(&at) {
            return true;
        }
        if !text[self.places[at].clone()].starts_with(char::is_uppercase) {
            return false;
        }
        match self.begins.contains(&at) {
            // "I" has a capital anywhere.
            true => !is_function_word(&self.words[at - 1]) || !self.words[at].starts_with('i'),
            false => self.out[at - 1] != self.out[at],
        }
    }
}

/// The longest runs of words that the seeker said first, and whether each is a whole by itself.
fn copied(words: &[String], said: &[Vec<String>]) -> Vec<(Range<usize>, bool)> {
    let own: Vec<&str> = words.iter().map(|word| turned(word)).collect();
    let mut found = Vec::new();
    for said in said {
        let said: Vec<&str> = said.iter().map(|word| turned(word)).collect();
        let run = RUN.min(said.len());
        // What was said in one or two words comes back by chance, unless it is a clause by itself.
        if run < 3 {
            continue;
        }
        let runs: HashSet<&[&str]> = said.windows(run).collect();
        let mut at = 0;
        while at + run <= own.len() {
            if !runs.contains(&own[at..at + run]) {
                at += 1;
                continue;
            }
            let start = at;
            while at + run <= own.len() && runs.contains(&own[at..at + run]) {
                at += 1;
            }
            let copy = start..at + run - 1;
            let whole = copy.len() >= WHOLE.min(said.len().max(RUN));
            found.push((copy, whole));
        }
    }
    found
}

/// A word as it is told from either side: handing "I'm lost" back as "you're lost" is a copy.
fn turned(word: &str) -> &str {
    match word {
        "i" | "me" | "u" => "you",
        "my" => "your",
        "mine" => "yours",
        "myself" => "yourself",
        "i'm" => "you're",
        "i've" => "you've",
        "i'd" => "you'd",
        "i'll" => "you'll",
        "am" => "are",
        "was" => "were",
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &[&str] = &["My dog died on Sunday and the house is so quiet. I can't sleep."];

    fn own(text: &str) -> (String, [u32; 4]) {
        let OwnWords { text, set_aside } = OwnWords::of(text, SAID);
        let SetAside { cliches, sympathies, claims, copied } = set_aside;
        (text.trim().to_owned(), [cliches, sympathies, claims, copied])
    }

    #[test]
    fn what_is_the_supporters_own_stays_as_it_is() {
        let text = "The quiet must ache: he was part of every morning.";
        assert_eq!(own(text), (text.to_owned(), [0; 4]));
    }

    #[test]
    fn stock_phrases_go_with_their_clauses_and_are_counted() {
        assert_eq!(
            own("Everything happens for a reason. The quiet must ache, and time heals all wounds!"),
            ("The quiet must ache,".to_owned(), [2, 0, 0, 0]),
        );
        assert_eq!(own("I'm so sorry to hear that. Stay strong!"), (String::new(), [1, 1, 0, 0]));
    }

    #[test]
    fn a_clause_that_says_more_keeps_what_it_says() {
        let (text, counts) = own("I understand how you feel about that empty basket by the door.");
        assert_eq!(text, "about that empty basket by the door.");
        assert_eq!(counts, [0, 0, 1, 0]);
    }

    #[test]
    fn the_seekers_words_handed_back_are_set_aside_from_either_side() {
        let (text, counts) = own("Your dog died on Sunday and the house is so quiet. He was good.");
        assert_eq!((text.as_str(), counts[3]), ("He was good.", 11));
        assert_eq!(own("The house is so quiet. You can't sleep.").0, "");
        // A message of two words is a copy where it is a clause, and a short message as a whole.
        let text = |text: &str, said: &str| OwnWords::of(text, &[said]).text;
        assert_eq!(text("You passed! What was it?", "I passed!!").trim(), "What was it?");
        assert_eq!(
            text("So you passed it after all.", "I passed!!"),
            "So you passed it after all."
        );
        let short = "second date tonight, he remembered i hate coriander";
        assert_eq!(
            text(&format!("{short} oh and what is next?"), short).trim(),
            "oh and what is next?"
        );
        let quoted = format!("You said: \u{201c}{}\u{201d} He was good.", SAID[0]);
        assert_eq!(own(&quoted).0, "He was good.");
        assert_eq!(own(&format!("So {} He was good.", SAID[0].to_lowercase())).0, "He was good.");
        assert_eq!(own("A dog in the house is good.").1[3], 0);
    }

    #[test]
    fn padding_leaves_the_rest_as_it_was() {
        let reply = "The quiet must ache. Would it help to tell me about him?";
        for pad in ["Stay strong. This too shall pass.", SAID[0], "I understand how you feel."] {
            assert_eq!(own(&format!("{reply} {pad}")).0, reply);
            assert_eq!(own(&format!("{pad} {reply}")).0, reply);
        }
    }

    #[test]
    fn odd_text_is_read_without_a_panic() {
        for text in ["", "?", "\u{0}", "🙂🙂", "i’m here for you’", "a,,,;b", "时间会治愈一切"]
        {
            let _ = OwnWords::of(text, &["", "x", text]);
        }
    }
}
