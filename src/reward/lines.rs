//! Reading a judge's text line by line.

/// Lines as Python's `str.splitlines` sees them, which is how the authors' code reads a judge. A
/// CR LF gives an empty line more, which no parser here minds.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split([
        '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}',
        '\u{2029}',
    ])
}

/// What follows the reasoning of a judge that thinks aloud: the text after the last `</think>`.
pub(super) fn after_thinking(text: &str) -> &str {
    text.rsplit("</think>").next().unwrap_or(text)
}

/// The digits at the start of `text`, and what follows; `None` where there is none.
pub(super) fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// What a policy says after its own thinking; `None` where `<think>` opens and never closes.
pub(super) fn reply_part(text: &str) -> Option<&str> {
    let reply = after_thinking(text);
    (!reply.contains("<think>")).then_some(reply)
}
