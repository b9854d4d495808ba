use serde::Serialize;

use super::fence::Fence;
use super::rubrics::{PerspectiveRubric, Rubrics};
use super::settings::{ScoringSettings, Thinking};
use crate::formats::{Error, ErrorKind, Result};
use crate::reward::criteria::format_criteria;
use crate::reward::{Method, Perspective, ScoreRow, Sections, split_sections};

/// One message to a language model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Message {
    /// `system` or `user`.
    pub role: String,
    /// The text.
    pub content: String,
}

/// In which form an answer is asked for, and so how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum AnswerForm {
    /// `Score: n`, 1–5.
    PermScore,
    /// `Total Score: n / 100`.
    PermBystander,
    /// Criteria, analysis and `\boxed{x}`.
    DynamicScore,
    /// Analysis by given criteria and `\boxed{x}`.
    FixedScore,
    /// A JSON object of five sub-scores.
    PeregrmBystander,
    /// `Choice: A`, `B` or `tie`.
    Choice,
    /// Numbered criteria with weights.
    Criteria,
}

/// What to ask a judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Request {
    /// With whose eyes.
    pub perspective: Perspective,
    /// In which form the answer comes.
    pub form: AnswerForm,
    /// How often to ask: each answer is a trial.
    pub trials: u32,
    /// What to send.
    pub messages: Vec<Message>,
}

/// The questions about one reply, one a perspective.
///
/// PERM judges resonation on the analysis where there is one, and the rest on the reply. PereGRM
/// judges the reply alone, by the row's own criteria where it brings them, and shows the bystander
/// query and reply only.
///
/// # Errors
///
/// `Setting` for settings that do not go together; `Missing` where thinking takes up the whole
/// reply.
pub fn requests(
    row: &ScoreRow,
    settings: &ScoringSettings,
    rubrics: &Rubrics,
) -> Result<Vec<Request>> {
    settings.check()?;
    let parts = judged_parts(row, settings.thinking)?;
    let analysis = parts.analysis.filter(|_| settings.method == Method::Perm);
    Ok(Perspective::ALL
        .into_iter()
        .map(|perspective| match rubrics.of(perspective) {
            Some(rubric) => {
                let ownjudged = perspective == Perspective::Resonation;
                let judged = match analysis.filter(|_| ownjudged) {
                    Some(analysis) => ("ANALYSIS", rubrics.wording.analysis.as_str(), analysis),
                    None => ("REPLY", rubrics.wording.reply.as_str(), parts.response),
                };
                perspective_request(row, settings, rubrics, perspective, rubric, judged)
            }
            None => bystander_request(row, settings, rubrics, parts.response),
        })
        .collect())
}

fn perspective_request(
    row: &ScoreRow,
    settings: &ScoringSettings,
    rubrics: &Rubrics,
    perspective: Perspective,
    rubric: &PerspectiveRubric,
    judged: Block<'_>,
) -> Request {
    let words = &rubrics.wording;
    let fixed = row.criteria.as_ref().map_or(&[][..], |criteria| criteria.of(perspective));
    let mut blocks = context(row, rubrics);
    blocks.push(judged);
    let (form, scale, answer) = match settings.method {
        Method::Perm => {
            (AnswerForm::PermScore, levels(rubric, rubrics), words.perm_answer.as_str())
        }
        Method::Peregrm if fixed.is_empty() => {
            (AnswerForm::DynamicScore, facets(rubric, rubrics), words.dynamic_answer.as_str())
        }
        Method::Peregrm => (AnswerForm::FixedScore, String::new(), words.fixed_answer.as_str()),
    };
    // Criteria are as much somebody's text as the reply is: they are shown between marks too.
    let criteria = format_criteria(fixed);
    if form == AnswerForm::FixedScore {
        blocks.insert(0, ("CRITERIA", &words.criteria, &criteria));
    }
    let question = joined([heading(&rubric.title, &rubric.question), scale]);
    Request {
        perspective,
        form,
        trials: settings.trials,
        messages: messages(rubrics, &rubric.role, &question, &blocks, answer),
    }
}

fn bystander_request(
    row: &ScoreRow,
    settings: &ScoringSettings,
    rubrics: &Rubrics,
    reply: &str,
) -> Request {
    let (rubric, words) = (&rubrics.bystander, &rubrics.wording);
    let scores =
        rubric.scores.iter().map(|score| format!("- {}: {}", score.name, score.description));
    let scores = heading(&words.scores, &scores.collect::<Vec<_>>().join("\n"));
    let (form, answer) = match settings.method {
        Method::Perm => (AnswerForm::PermBystander, &words.perm_bystander_answer),
        Method::Peregrm => (AnswerForm::PeregrmBystander, &words.peregrm_bystander_answer),
    };
    let blocks =
        [("QUERY", words.query.as_str(), row.query.as_str()), ("REPLY", &words.reply, reply)];
    let question = joined([heading(&rubric.title, &rubric.question), scores]);
    Request {
        perspective: Perspective::Bystander,
        form,
        trials: 1,
        messages: messages(rubrics, &rubric.role, &question, &blocks, answer),
    }
}

/// Which of two replies to one query is better, asked with `a` shown first; ask again with the two
/// exchanged, because the order moves judges.
///
/// # Errors
///
/// `Mismatch` where the two answer different queries; `Missing` for a reply that is all thinking.
pub fn comparison_request(
    a: &ScoreRow,
    b: &ScoreRow,
    thinking: Thinking,
    rubrics: &Rubrics,
) -> Result<Vec<Message>> {
    if a.query != b.query {
        let problem = format!("rows \"{}\" and \"{}\" answer different queries", a.id, b.id);
        let mend = "Compare replies to one query.";
        return Err(Error::new(ErrorKind::Mismatch, problem, mend).at_field("query"));
    }
    let (first, second) =
        (judged_parts(a, thinking)?.response, judged_parts(b, thinking)?.response);
    let words = &rubrics.wording;
    let mut blocks = context(a, rubrics);
    blocks.push(("REPLY-A", &words.reply_a, first));
    blocks.push(("REPLY-B", &words.reply_b, second));
    let Rubrics { comparison, .. } = rubrics;
    Ok(messages(rubrics, &comparison.role, &comparison.question, &blocks, &words.comparison_answer))
}

/// The tasks of writing fixed criteria for a query, one a perspective; the row's reply is not
/// shown: criteria are written before any reply is seen.
pub fn criteria_requests(row: &ScoreRow, rubrics: &Rubrics) -> Vec<Request> {
    let words = &rubrics.wording;
    let blocks = context(row, rubrics);
    Perspective::ALL
        .into_iter()
        .filter_map(|perspective| {
            let rubric = rubrics.of(perspective)?;
            let about = heading(&rubric.title, &rubric.question);
            let question = joined([words.criteria_task.clone(), about, facets(rubric, rubrics)]);
            Some(Request {
                perspective,
                form: AnswerForm::Criteria,
                trials: 1,
                messages: messages(
                    rubrics,
                    &rubric.role,
                    &question,
                    &blocks,
                    &words.criteria_answer,
                ),
            })
        })
        .collect()
}

/// A text to show: the name in its marks, its heading, the text.
type Block<'a> = (&'a str, &'a str, &'a str);

/// Everything known besides the reply, with the seeker's words last.
fn context<'a>(row: &'a ScoreRow, rubrics: &'a Rubrics) -> Vec<Block<'a>> {
    let words = &rubrics.wording;
    let mut blocks: Vec<Block<'a>> = Vec::new();
    if let Some(persona) = &row.persona {
        blocks.push(("PERSONA", &words.persona, &persona.identity));
    }
    if let Some(scenario) = &row.scenario {
        blocks.push(("SCENARIO", &words.scenario, scenario));
    }
    blocks.extend(row.memory.iter().map(|text| ("MEMORY", words.memory.as_str(), text.as_str())));
    for turn in &row.history {
        let label = if turn.role == "user" { &words.user } else { &words.assistant };
        blocks.push(("HISTORY", label, &turn.content));
    }
    blocks.push(("QUERY", &words.query, &row.query));
    blocks
}

/// The two messages: the role and the rule about material, then question, material and how to
/// answer, which comes last so that nothing shown stands after it.
fn messages(
    rubrics: &Rubrics,
    role: &str,
    question: &str,
    blocks: &[Block<'_>],
    answer: &str,
) -> Vec<Message> {
    let fence = Fence::around(blocks.iter().map(|(_, _, text)| *text));
    let material = blocks.iter().filter(|(_, _, text)| !text.trim().is_empty()).scan(
        "",
        |before, (name, title, text)| {
            // Memories and turns share a heading; it is written once.
            let fenced = fence.wrap(name, text);
            let shown = if *before == *title { fenced } else { format!("## {title}\n{fenced}") };
            *before = title;
            Some(shown)
        },
    );
    let material = material.collect::<Vec<_>>().join("\n\n");
    let rule = rubrics.wording.data.replace("{mark}", fence.mark());
    let message = |role: &str, content: String| Message { role: role.to_owned(), content };
    vec![
        message("system", joined([role.to_owned(), rule])),
        message("user", joined([question.to_owned(), material, answer.to_owned()])),
    ]
}

fn levels(rubric: &PerspectiveRubric, rubrics: &Rubrics) -> String {
    let lines = rubric.levels.iter().zip(1..).map(|(text, level)| format!("{level}: {text}"));
    heading(&rubrics.wording.levels, &lines.collect::<Vec<_>>().join("\n"))
}

fn facets(rubric: &PerspectiveRubric, rubrics: &Rubrics) -> String {
    let lines =
        rubric.facets.iter().map(|facet| format!("- {}: {}", facet.name, facet.description));
    heading(&rubrics.wording.facets, &lines.collect::<Vec<_>>().join("\n"))
}

fn heading(title: &str, text: &str) -> String {
    format!("## {title}\n{text}")
}

fn joined<const N: usize>(parts: [String; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// What is judged: the row's sections, with or without the policy's thinking.
fn judged_parts(row: &ScoreRow, thinking: Thinking) -> Result<Sections<'_>> {
    let parts = match thinking {
        Thinking::Drop => row.sections(),
        Thinking::Keep => {
            let whole = split_sections(&row.response);
            Sections { analysis: row.sections().analysis.or(whole.analysis), ..whole }
        }
    };
    crate::formats::filled("response", parts.response)?;
    Ok(parts)
}
