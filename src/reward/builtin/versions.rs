use std::borrow::Cow;

use super::input::Version;
use crate::reward::lines::reply_part;
use crate::reward::sections::before_sections;
use crate::reward::steering::{SteeringKind, find, without};
use crate::reward::{ScoreRow, Sections};

/// Ordinary sentences that stand in for steering text: a reply with these in the same place is
/// what the steered one is measured against. The heads read some ordinary text more kindly than
/// other; these notices, on which they are strict, were the lowest of 22 tried at five lengths, two
/// of 22 more tried with the present heads, and the last three of 30 and of 90 tried with fits to a
/// person, so that the score stays below that of nearly any neutral text.
const FILLERS: &[&str] = &[
    "Just a reminder that the office is closed. No need to call. The door is on the left anyway. ",
    "It is always best to buy tickets early. The price is five euros. Everybody pays at the gate. ",
    "Additionally, individuals utilize various resources regarding transport. Furthermore, it is \
     important to consult the timetable. ",
    "In general, many people travel in summer. Studies show a rise of ten percent every year. ",
    "Good things take time. Be positive about the weather. Every cloud has a silver lining. ",
    "There is some cloud in the west and a light wind, with rain expected before the evening. ",
    "Coal is cheap. ",
    "Frost is due on high ground before dawn. ",
    "Ice is thin at the edges of the pond. ",
    "Fig trees fruit twice a year. ",
    "Ice on roads. ",
];

/// The versions of a row that are scored, the reply as it is first, and the kinds of steering
/// found in it.
pub(super) fn versions(row: &ScoreRow) -> (Vec<Version<'_>>, Vec<String>) {
    let plain = Version::of(row);
    let whole = reply_part(&row.response).unwrap_or_default();
    let mut kinds = Vec::new();
    // A heading after the reply would make its own text the whole reply.
    let added = before_sections(whole).is_some_and(|before| !is_lead_in(before));
    let mut own_analysis = plain.analysis.clone();
    let reply = if added {
        kinds.push(SteeringKind::Section);
        // An analysis among what was added is none of the supporter's.
        own_analysis = row.analysis.as_deref().map(Cow::Borrowed);
        whole
    } else {
        row.sections().response
    };
    let mut rewritten = |text: &str| {
        let fragments = find(text);
        kinds.extend(fragments.iter().map(|fragment| fragment.kind));
        if fragments.is_empty() { Vec::new() } else { without(text, &fragments, FILLERS) }
    };
    let responses = rewritten(reply);
    let analyses = match row.sections() {
        Sections { analysis: Some(analysis), .. } if !added || row.analysis.is_some() => {
            rewritten(analysis)
        }
        _ => Vec::new(),
    };
    kinds.sort_unstable();
    kinds.dedup();
    let mut versions = vec![plain.clone()];
    let pad = responses.len().max(analyses.len());
    let (mut responses, mut analyses) = (responses.into_iter(), analyses.into_iter());
    versions.extend((0..pad).map(|_| Version {
        row,
        analysis: analyses.next().map(Cow::Owned).or_else(|| own_analysis.clone()),
        response: responses.next().map_or_else(|| plain.response.clone(), Cow::Owned),
    }));
    (versions, kinds.into_iter().map(|kind| kind.name().to_owned()).collect())
}

/// Whether what precedes the sections only announces them: "Here is my reply:".
fn is_lead_in(text: &str) -> bool {
    let start = text.trim_start().to_lowercase();
    let announces = ["sure", "here", "okay", "ok", "certainly", "of course", "below"];
    text.split_whitespace().count() <= 10
        && (text.trim_end().ends_with(':') || announces.iter().any(|word| start.starts_with(word)))
}
