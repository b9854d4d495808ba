/// A policy's output, split where it marks its own sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sections<'a> {
    /// The text under `# Analysis`, where there is one.
    pub analysis: Option<&'a str>,
    /// The text under `# Response`; the whole text where nothing is marked.
    pub response: &'a str,
}

/// Splits `# Analysis` … `# Response` … (headings of any case and level, alone on a line, perhaps
/// with a colon). An empty analysis counts as none.
///
/// Text without a `# Response` heading is all response.
///
/// ```
/// use attune::reward::split_sections;
/// let parts = split_sections("# ANALYSIS\nShe feels unseen.\n# Response\nI see you.");
/// assert_eq!(parts.analysis, Some("She feels unseen."));
/// assert_eq!(parts.response, "I see you.");
/// assert_eq!(split_sections("Just this.").response, "Just this.");
/// ```
pub fn split_sections(text: &str) -> Sections<'_> {
    let mut analysis = None;
    let mut response = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        match heading(line) {
            Some("analysis") if analysis.is_none() && response.is_none() => analysis = Some(end),
            Some("response") if response.is_none() => response = Some((start, end)),
            _ => {}
        }
        start = end;
    }
    match (analysis, response) {
        (Some(from), Some((to, rest))) => {
            let analysis = Some(text[from..to].trim()).filter(|text| !text.is_empty());
            Sections { analysis, response: text[rest..].trim() }
        }
        (None, Some((_, rest))) => Sections { analysis: None, response: text[rest..].trim() },
        _ => Sections { analysis: None, response: text.trim() },
    }
}

/// What stands before the first of the marked sections; `None` where there is nothing, or where
/// no `# Response` splits the text.
#[cfg(feature = "models")]
pub(super) fn before_sections(text: &str) -> Option<&str> {
    let mut start = 0;
    let (mut first, mut split) = (None, false);
    for line in text.split_inclusive('\n') {
        if let Some(name) = heading(line) {
            first.get_or_insert(start);
            split |= name == "response";
        }
        start += line.len();
    }
    let before = text[..first.filter(|_| split)?].trim();
    (!before.is_empty()).then_some(before)
}

fn heading(line: &str) -> Option<&'static str> {
    let title =
        line.trim().strip_prefix('#')?.trim_start_matches('#').trim().trim_end_matches(':').trim();
    ["analysis", "response"].into_iter().find(|name| title.eq_ignore_ascii_case(name))
}
