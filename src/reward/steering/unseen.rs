use super::{SteeringFragment, SteeringKind};

/// Characters that show nothing: zero-width, bidirectional controls, tags, soft hyphens, fillers.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
        || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Runs of unseen characters, those left out that emoji and scripts need.
pub(super) fn find(text: &str) -> Vec<SteeringFragment> {
    let mut found: Vec<SteeringFragment> = Vec::new();
    let right_to_left = text.chars().any(|c| matches!(c, '\u{590}'..='\u{8ff}'));
    let mut before = '\0';
    let mut flag = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or('\0', |(_, c)| *c);
        flag = c == '\u{1f3f4}' || (flag && matches!(c, '\u{e0020}'..='\u{e007f}'));
        let fits = match c {
            '\u{200d}' => (is_emoji(before) && is_emoji(next)) || is_joining(before),
            '\u{200c}' => is_joining(before),
            '\u{200e}' | '\u{200f}' | '\u{61c}' => right_to_left,
            '\u{e0020}'..='\u{e007f}' => flag,
            '\u{fe00}'..='\u{fe0e}' => is_emoji(before) || !before.is_ascii(),
            '\u{feff}' => at == 0,
            _ => false,
        };
        if is_unseen(c) && !fits {
            let end = at + c.len_utf8();
            match found.last_mut() {
                Some(last) if last.range.end == at => last.range.end = end,
                _ => found.push(SteeringFragment { range: at..end, kind: SteeringKind::Unseen }),
            }
        }
        before = c;
    }
    found
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// Scripts whose spelling uses joiners: Arabic, and those of India and its neighbours.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{109f}' | '\u{1780}'..='\u{18af}')
}
