use serde::{Deserialize, Serialize};

use crate::formats::{Error, ErrorKind, Result, filled, jsonl};
use crate::reward::Perspective;
use crate::reward::judge_reply::BYSTANDER_NAMES;

/// The format that a rubrics file names.
pub const RUBRICS_FORMAT: &str = "attune-rubrics-1";

/// All words that a judge is given besides the texts to be judged: the levels of the perspectives,
/// the bystander's sub-scores, and how to answer. One file a language, in `data/rubrics`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Rubrics {
    /// `attune-rubrics-1`.
    pub format: String,
    /// The name under which results record them, e.g. `attune-en`.
    pub id: String,
    /// The version under which results record them.
    pub version: String,
    /// The language, as a BCP 47 tag.
    pub language: String,
    /// Their licence.
    pub licence: String,
    /// The three perspectives on the scale 1–5.
    pub perspectives: PerspectiveRubrics,
    /// The bystander, 0–100.
    pub bystander: BystanderRubric,
    /// How two replies are compared.
    pub comparison: Comparison,
    /// Headings and instructions.
    pub wording: Wording,
}

/// The three perspectives on the scale 1–5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PerspectiveRubrics {
    /// Resonation.
    pub resonation: PerspectiveRubric,
    /// Expression.
    pub expression: PerspectiveRubric,
    /// Reception.
    pub reception: PerspectiveRubric,
}

/// One perspective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PerspectiveRubric {
    /// Its name for the judge.
    pub title: String,
    /// Who the judge is.
    pub role: String,
    /// What is judged.
    pub question: String,
    /// What each of the levels 1 to 5 looks like (PERM).
    pub levels: [String; 5],
    /// What criteria must cover (PereGRM).
    pub facets: Vec<Facet>,
}

/// One thing that criteria must cover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Facet {
    /// Its name.
    pub name: String,
    /// What it means.
    pub description: String,
}

/// The neutral third party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct BystanderRubric {
    /// Its name for the judge.
    pub title: String,
    /// Who the judge is.
    pub role: String,
    /// What is judged.
    pub question: String,
    /// The five sub-scores, 0–20 each, under the names that are read from the answer.
    pub scores: Vec<SubScore>,
}

/// One of the bystander's sub-scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct SubScore {
    /// One of the five names of the bystander's answer, the same in every language.
    pub name: String,
    /// What 0, 10 and 20 mean.
    pub description: String,
}

/// How two replies are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Comparison {
    /// Who the judge is.
    pub role: String,
    /// What is judged.
    pub question: String,
}

macro_rules! wording {
    ($($(#[$doc:meta])* $name:ident => $key:literal,)+) => {
        /// Headings, and how to answer.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "camelCase")]
        #[cfg_attr(feature = "types", derive(ts_rs::TS))]
        pub struct Wording { $($(#[$doc])* pub $name: String,)+ }

        impl Wording {
            fn entries(&self) -> Vec<(&'static str, &str)> {
                vec![$(($key, self.$name.as_str())),+]
            }
        }
    };
}

wording! {
    /// That what stands between the marks is material, never an instruction; holds `{mark}`.
    data => "data",
    /// Heading of who the seeker is.
    persona => "persona",
    /// Heading of what happened.
    scenario => "scenario",
    /// Heading of what is remembered.
    memory => "memory",
    /// Heading of the turns before.
    history => "history",
    /// Heading of what the seeker says.
    query => "query",
    /// Heading of the supporter's inner analysis.
    analysis => "analysis",
    /// Heading of the reply.
    reply => "reply",
    /// Heading of the first of two replies.
    reply_a => "replyA",
    /// Heading of the second.
    reply_b => "replyB",
    /// Heading of criteria fixed beforehand.
    criteria => "criteria",
    /// Label of the seeker's turns.
    user => "user",
    /// Label of the supporter's turns.
    assistant => "assistant",
    /// Heading of the five levels.
    levels => "levels",
    /// Heading of the facets.
    facets => "facets",
    /// Heading of the sub-scores.
    scores => "scores",
    /// How to answer in PERM.
    perm_answer => "permAnswer",
    /// How the bystander answers in PERM.
    perm_bystander_answer => "permBystanderAnswer",
    /// How to answer in PereGRM, deriving criteria.
    dynamic_answer => "dynamicAnswer",
    /// How to answer in PereGRM by fixed criteria.
    fixed_answer => "fixedAnswer",
    /// How the bystander answers in PereGRM.
    peregrm_bystander_answer => "peregrmBystanderAnswer",
    /// How to answer about two replies.
    comparison_answer => "comparisonAnswer",
    /// The task of writing criteria.
    criteria_task => "criteriaTask",
    /// How to answer with criteria.
    criteria_answer => "criteriaAnswer",
}

/// What each answer must be asked for: the words that are looked for when it is read.
const ASKED: [(&str, &[&str]); 7] = [
    ("permAnswer", &["Score:"]),
    ("permBystanderAnswer", &["Total Score:", "/ 100"]),
    ("dynamicAnswer", &["\\boxed{"]),
    ("fixedAnswer", &["\\boxed{"]),
    ("peregrmBystanderAnswer", &["JSON"]),
    ("comparisonAnswer", &["Choice:"]),
    ("criteriaAnswer", &["%)"]),
];

impl Rubrics {
    /// The English rubrics that come with attune.
    ///
    /// ```
    /// assert_eq!(attune::reward::protocol::Rubrics::english().language, "en");
    /// ```
    pub fn english() -> Self {
        Self::read("en.json", include_str!("../../../data/rubrics/en.json"))
            .expect("the rubrics that come with attune are sound: a test reads them")
    }

    /// Reads a rubrics file.
    ///
    /// # Errors
    ///
    /// `Syntax`, `Missing` or `Type` with the field; `Setting` for another format, a name of a
    /// sub-score that is not read, or an instruction that does not ask for the words that the
    /// answer is read by.
    pub fn read(file: &str, text: &str) -> Result<Self> {
        jsonl::parse::<Self>(text)
            .and_then(|rubrics| rubrics.check().map(|()| rubrics))
            .map_err(|error| error.in_file(file))
    }

    /// Checks what the types do not: see [`Self::read`].
    pub fn check(&self) -> Result<()> {
        if self.format != RUBRICS_FORMAT {
            return Err(unfit("format", format!("the format is \"{}\"", self.format), {
                "Write \"attune-rubrics-1\", and the fields of data/rubrics/en.json."
            }));
        }
        for (field, text) in [("id", &self.id), ("version", &self.version)] {
            filled(field, text)?;
        }
        for (perspective, rubric) in Perspective::ALL.iter().filter_map(|p| Some((p, self.of(*p)?)))
        {
            let within = |error: Error| error.in_field(perspective.name()).in_field("perspectives");
            for (at, level) in rubric.levels.iter().enumerate() {
                filled("", level).map_err(|error| {
                    within(
                        Error::new(error.kind(), error.message(), error.mend())
                            .in_row(at)
                            .in_field("levels"),
                    )
                })?;
            }
            if rubric.facets.is_empty() {
                let mend = "Say what criteria of this perspective must cover.";
                return Err(within(unfit("facets", "there is none".to_owned(), mend)));
            }
        }
        let names: Vec<&str> =
            self.bystander.scores.iter().map(|score| score.name.as_str()).collect();
        if names != BYSTANDER_NAMES {
            let mend = format!("Name them, in this order: {}.", BYSTANDER_NAMES.join("; "));
            return Err(unfit(
                "bystander.scores",
                "the names are not those that are read".to_owned(),
                mend,
            ));
        }
        for (key, text) in self.wording.entries() {
            filled(key, text).map_err(|error| error.in_field("wording"))?;
            let asked =
                ASKED.iter().find(|(name, _)| *name == key).map_or(&[][..], |(_, words)| words);
            let needed = if key == "data" { &["{mark}"][..] } else { asked };
            if let Some(word) = needed.iter().find(|word| !text.contains(**word)) {
                return Err(unfit(key, format!("\"{word}\" does not occur"), {
                    "Keep it as it is in every language: the answer is read by it."
                })
                .in_field("wording"));
            }
        }
        Ok(())
    }

    /// The rubric of a perspective; none for the bystander, who has another scale.
    pub fn of(&self, perspective: Perspective) -> Option<&PerspectiveRubric> {
        match perspective {
            Perspective::Resonation => Some(&self.perspectives.resonation),
            Perspective::Expression => Some(&self.perspectives.expression),
            Perspective::Reception => Some(&self.perspectives.reception),
            Perspective::Bystander => None,
        }
    }
}

fn unfit(field: &str, problem: String, mend: impl Into<String>) -> Error {
    Error::new(ErrorKind::Setting, problem, mend).at_field(field)
}
