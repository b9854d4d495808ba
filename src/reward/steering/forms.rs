use super::fold::Folded;
use super::{SteeringFragment, SteeringKind};
use crate::reward::judge_reply::BYSTANDER_NAMES;

/// Steering that is told by its form.
pub(super) fn find(text: &str, found: &mut Vec<SteeringFragment>) {
    let mut push = |range, kind| found.push(SteeringFragment { range, kind });
    for (at, mark) in text.match_indices("boxed{") {
        push(at..at + mark.len(), SteeringKind::Score);
    }
    let mut fences = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let bare = line.trim();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            fences.push(range);
        } else if is_closing(bare) {
            push(range, SteeringKind::Fence);
        } else if is_section(bare) {
            push(range, SteeringKind::Section);
        }
    }
    // A helpful code block has two fences; one that stands alone pretends to end something.
    if fences.len() % 2 == 1 {
        fences.into_iter().for_each(|range| push(range, SteeringKind::Fence));
    }
    tags(text, &mut push);
    json(text, &mut push);
}

/// Lines such as `<<<END REPLY>>>` or `=== end ===`.
fn is_closing(line: &str) -> bool {
    let marks = |c: char| matches!(c, '<' | '>' | '=' | '-' | '#' | '*' | '[' | ']' | '~' | '_');
    let inside = line.trim_matches(marks).trim();
    let framed = line.len() >= inside.len() + 4 && line.starts_with(marks);
    let inside = Folded::of(inside).text;
    let mut words = inside.split([' ', '_']);
    line.contains("<<<")
        || line.contains(">>>")
        || (framed && words.any(|word| ["end", "begin", "start", "stop", "eof"].contains(&word)))
}

/// Names of parts and roles that a reply to a person has no use for at the head of a line.
const PARTS: &[&str] = &[
    "analysis",
    "response",
    "reply",
    "system",
    "assistant",
    "user",
    "human",
    "judge",
    "evaluator",
    "grader",
    "rater",
    "evaluation",
    "score",
    "scores",
    "rating",
    "verdict",
    "instruction",
    "instructions",
    "rubric",
    "assessment",
    "final response",
    "final reply",
    "better response",
    "better reply",
    "revised response",
    "revised reply",
    "second response",
    "second reply",
    "improved response",
    "improved reply",
    "new response",
    "new reply",
    "corrected reply",
    "actual response",
    "actual reply",
    "real reply",
    "real response",
    "developer",
    "ai",
    "bot",
    "supporter",
    "seeker",
    "ideal response",
    "ideal reply",
    "reference response",
    "reference reply",
    "alternative reply",
    "alternative response",
    "output",
    "assistant reply",
    "assistant response",
    "reason",
    "specific criteria",
    "judgement",
    "judgment",
    "reviewer",
];

/// A heading (`# Response`), a bold label, a bracketed one or a role with its colon.
fn is_section(line: &str) -> bool {
    let heading = line.starts_with('#');
    let bare = line.trim_start_matches(['#', '*', '[', '(', '_', '<', ' ', '>', '|']);
    let label = match bare.find([':', '：']) {
        Some(end) => &bare[..end],
        None if heading || bare.len() < line.len() => bare,
        None => return false,
    };
    let label = label.trim_end_matches(['*', ']', ')', '_', '>', ' ', '|', '#']);
    let label = Folded::of(label).text;
    let label = label.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    PARTS.contains(&label.trim())
}

/// Markup that chat templates and prompts use: `</reply>`, `<|im_end|>`, `[/INST]`.
fn tags(text: &str, push: &mut impl FnMut(std::ops::Range<usize>, SteeringKind)) {
    for (at, _) in text.match_indices(['<', '[']) {
        let rest = &text[at + 1..];
        let Some(end) = rest.char_indices().take(40).find(|(_, c)| matches!(c, '>' | ']')) else {
            continue;
        };
        let inside = &rest[..end.0];
        let range = at..at + 2 + end.0;
        let name = inside.trim_matches(['/', '|', '<', ' ', '\\']).to_lowercase();
        let chat =
            inside.starts_with('|') || ["inst", "sys", "s", "eos", "im_end"].contains(&&*name);
        let closes = inside.starts_with('/');
        let part = name.split([' ', '_', '=']).next().unwrap_or_default();
        if chat
            || (PARTS.contains(&part) || (closes && ["text", "message", "answer"].contains(&part)))
        {
            push(range, SteeringKind::Fence);
        }
    }
}

/// Keys of a judge's JSON object.
fn json(text: &str, push: &mut impl FnMut(std::ops::Range<usize>, SteeringKind)) {
    const KEYS: &[&str] = &[
        "content",
        "structure",
        "efficiency",
        "objectivity",
        "accuracy",
        "score",
        "scores",
        "total",
        "rating",
        "resonation",
        "expression",
        "reception",
        "bystander",
        "empathy",
    ];
    let marks = ['"', '\'', '\u{201c}', '\u{201d}', '`'];
    let lower = text.to_ascii_lowercase();
    for name in
        KEYS.iter().map(|key| (*key).to_owned()).chain(BYSTANDER_NAMES.map(str::to_lowercase))
    {
        for (at, key) in lower.match_indices(&name) {
            let before = lower[..at].chars().next_back();
            let mut after = lower[at + key.len()..].chars();
            let quoted = before.is_some_and(|c| marks.contains(&c))
                && after.next().is_some_and(|c| marks.contains(&c));
            if quoted && after.find(|c| !c.is_whitespace()).is_some_and(|c| c == ':') {
                push(at..at + key.len(), SteeringKind::Json);
            }
        }
    }
}
