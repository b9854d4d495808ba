use std::ops::Range;

use super::{SteeringFragment, SteeringKind};

/// A text made plain for searching: lower case, no unseen characters, full-width and look-alike
/// letters as ASCII, single spaces; each byte knows where it came from.
pub(super) struct Folded {
    pub text: String,
    places: Vec<Range<usize>>,
}

impl Folded {
    pub fn of(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), places: Vec::new() };
        for (at, c) in text.char_indices() {
            if super::unseen::is_unseen(c) {
                continue;
            }
            let place = at..at + c.len_utf8();
            let c = plain(c);
            let c =
                if c.is_whitespace() || matches!(c, '*' | '_' | '`' | '"' | '-') { ' ' } else { c };
            if c == ' ' && folded.text.ends_with(' ') {
                continue;
            }
            for lower in c.to_lowercase() {
                folded.text.push(lower);
                folded.places.resize(folded.text.len(), place.clone());
            }
        }
        folded
    }

    /// Where a range of the folded text lies in the original.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        self.places[range.start].start..self.places[range.end - 1].end
    }
}

/// The plain form of a letter that only looks different.
pub(super) fn plain(c: char) -> char {
    let code = u32::from(c);
    match code {
        0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
        // Mathematical alphabets repeat A–Z a–z every 52 places, digits every 10.
        0x1d400..=0x1d6a3 => {
            let at = (code - 0x1d400) % 52;
            char::from_u32(if at < 26 { 0x41 + at } else { 0x61 + at - 26 }).unwrap_or(c)
        }
        0x1d7ce..=0x1d7ff => char::from_u32(0x30 + (code - 0x1d7ce) % 10).unwrap_or(c),
        0x24b6..=0x24cf => char::from_u32(0x41 + code - 0x24b6).unwrap_or(c),
        0x24d0..=0x24e9 => char::from_u32(0x61 + code - 0x24d0).unwrap_or(c),
        0x2460..=0x2468 => char::from_u32(0x31 + code - 0x2460).unwrap_or(c),
        0x2018 | 0x2019 | 0x02bc => '\'',
        0x2010..=0x2015 => '-',
        _ => c,
    }
}

/// The Latin letter that a Cyrillic or Greek one looks like.
pub(super) fn look_alike(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'е' | 'ё' | 'ε' => 'e',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'с' | 'ϲ' => 'c',
        'х' | 'χ' => 'x',
        'у' => 'y',
        'і' | 'ι' => 'i',
        'ѕ' => 's',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ν' => 'v',
        'ԁ' => 'd',
        'ɡ' => 'g',
        'һ' => 'h',
        _ => c,
    }
}

/// Five or more single letters in a row, kept apart by a space or a mark.
pub(super) fn spaced(text: &str, found: &mut Vec<SteeringFragment>) {
    let chars: Vec<(usize, char)> =
        text.char_indices().filter(|(_, c)| !super::unseen::is_unseen(*c)).collect();
    let letter = |at: usize| chars.get(at).is_some_and(|(_, c)| c.is_alphanumeric());
    let apart = |at: usize| {
        chars.get(at).is_some_and(|(_, c)| matches!(c, ' ' | '.' | '-' | '_' | '*' | '·' | '/'))
    };
    let mut at = 0;
    while at < chars.len() {
        let (start, mut count, mut digits) = (at, 0, 0);
        while letter(at) && !letter(at + 1) {
            count += 1;
            digits += usize::from(chars[at].1.is_numeric());
            at += 1;
            let gap = (at..).take_while(|at| apart(*at)).count();
            if gap == 0 || gap > 3 || !letter(at + gap) {
                break;
            }
            at += gap;
        }
        // Digits alone are a telephone number.
        if count >= 5 && count - digits >= 4 {
            let end = chars.get(at).map_or(text.len(), |(place, _)| *place);
            let range = chars[start].0..end;
            found.push(SteeringFragment { range, kind: SteeringKind::Spaced });
        }
        while letter(at) {
            at += 1;
        }
        at += usize::from(!letter(at));
    }
}
