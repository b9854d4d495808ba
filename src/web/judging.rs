use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{Thrown, from_js, to_js};
use crate::formats::{Error, ErrorKind, Row, RowReader, read_rows};
use crate::reward::ScoreRow;
use crate::reward::criteria::{
    CriteriaRow, Criterion, check_criteria, format_criteria, parse_criteria,
};
use crate::reward::protocol::{
    AnswerForm, Batch, Opinion, Opinions, Rubrics, ScoringSettings, TokenProbabilities,
    comparison_request, criteria_requests, panel_opinion, read_answer, read_choice, requests,
};
use crate::reward::{JudgeIdentity, Perspective};

/// What judges are asked and how they are read, under one set of settings and rubrics.
#[wasm_bindgen(js_name = Protocol)]
pub struct ProtocolJs {
    settings: ScoringSettings,
    rubrics: Rubrics,
}

#[wasm_bindgen(js_class = Protocol)]
impl ProtocolJs {
    /// `rubrics`: the text of a rubrics file; attune's own English ones where absent.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "t.ScoringOptions")] settings: JsValue,
        rubrics_file: &str,
        rubrics: Option<String>,
    ) -> Result<ProtocolJs, Thrown> {
        let settings: ScoringSettings = from_js("settings", &settings)?;
        settings.check().map_err(|error| error.in_field("settings"))?;
        let rubrics = match rubrics {
            Some(text) => Rubrics::read(rubrics_file, &text)?,
            None => Rubrics::english(),
        };
        Ok(Self { settings, rubrics })
    }

    /// Name and version of the rubrics.
    #[wasm_bindgen(getter)]
    pub fn rubrics(&self) -> String {
        format!("{} {}", self.rubrics.id, self.rubrics.version)
    }

    /// The questions about one reply.
    #[wasm_bindgen(unchecked_return_type = "t.Request[]")]
    pub fn requests(
        &self,
        #[wasm_bindgen(unchecked_param_type = "t.ScoreRow")] row: JsValue,
    ) -> Result<JsValue, Thrown> {
        let row: ScoreRow = from_js("row", &row)?;
        row.check()?;
        Ok(to_js(&requests(&row, &self.settings, &self.rubrics)?))
    }

    /// Which of two replies is better, `a` shown first.
    #[wasm_bindgen(js_name = comparisonRequest, unchecked_return_type = "t.Message[]")]
    pub fn comparison_request(
        &self,
        #[wasm_bindgen(unchecked_param_type = "t.ScoreRow")] a: JsValue,
        #[wasm_bindgen(unchecked_param_type = "t.ScoreRow")] b: JsValue,
    ) -> Result<JsValue, Thrown> {
        let (a, b): (ScoreRow, ScoreRow) = (from_js("a", &a)?, from_js("b", &b)?);
        a.check().map_err(|error| error.in_field("a"))?;
        b.check().map_err(|error| error.in_field("b"))?;
        Ok(to_js(&comparison_request(&a, &b, self.settings.thinking, &self.rubrics)?))
    }

    /// The tasks of writing criteria for a row's query.
    #[wasm_bindgen(js_name = criteriaRequests, unchecked_return_type = "t.Request[]")]
    pub fn criteria_requests(
        &self,
        #[wasm_bindgen(unchecked_param_type = "t.ScoreRow")] row: JsValue,
    ) -> Result<JsValue, Thrown> {
        let row: ScoreRow = from_js("row", &row)?;
        Ok(to_js(&criteria_requests(&row, &self.rubrics)))
    }

    /// What an answer says.
    #[wasm_bindgen(js_name = readAnswer, unchecked_return_type = "t.Opinion")]
    pub fn read_answer(
        &self,
        #[wasm_bindgen(unchecked_param_type = "t.Perspective")] perspective: JsValue,
        #[wasm_bindgen(unchecked_param_type = "t.AnswerForm")] form: JsValue,
        text: &str,
        #[wasm_bindgen(unchecked_param_type = "t.TokenProbabilities[] | undefined")]
        tokens: JsValue,
    ) -> Result<JsValue, Thrown> {
        let perspective: Perspective = from_js("perspective", &perspective)?;
        let form: AnswerForm = from_js("form", &form)?;
        let tokens: Option<Vec<TokenProbabilities>> = from_js("tokens", &tokens)?;
        let policy = self.settings.on_parse_failure;
        Ok(to_js(&read_answer(perspective, form, policy, text, tokens.as_deref())))
    }

    /// An empty batch of rewards under these settings.
    pub fn batch(
        &self,
        #[wasm_bindgen(unchecked_param_type = "t.JudgeIdentity")] judge: JsValue,
    ) -> Result<RewardBatch, Thrown> {
        let judge: JudgeIdentity = from_js("judge", &judge)?;
        Ok(RewardBatch(Batch::new(self.settings, judge)?))
    }
}

/// The rewards of a whole input.
#[wasm_bindgen]
pub struct RewardBatch(Batch);

#[wasm_bindgen]
impl RewardBatch {
    /// Takes a row into the means, and scores it where nothing is to be filled in.
    #[wasm_bindgen(unchecked_return_type = "t.Outcome")]
    pub fn add(
        &mut self,
        id: &str,
        tokens: Option<u32>,
        #[wasm_bindgen(unchecked_param_type = "t.Opinions")] opinions: JsValue,
    ) -> Result<JsValue, Thrown> {
        let opinions: Opinions = from_js("opinions", &opinions)?;
        Ok(to_js(&self.0.add(id, tokens, &opinions)?))
    }

    /// Scores a row after the last one was added.
    #[wasm_bindgen(unchecked_return_type = "t.Outcome")]
    pub fn score(
        &self,
        id: &str,
        tokens: Option<u32>,
        #[wasm_bindgen(unchecked_param_type = "t.Opinions")] opinions: JsValue,
    ) -> Result<JsValue, Thrown> {
        let opinions: Opinions = from_js("opinions", &opinions)?;
        Ok(to_js(&self.0.score(id, tokens, &opinions)?))
    }
}

/// What an answer prefers: `a`, `b` or `tie`; throws where it says none.
#[wasm_bindgen(js_name = readChoice, unchecked_return_type = "\"a\" | \"b\" | \"tie\"")]
pub fn read_choice_js(text: &str) -> Result<JsValue, Thrown> {
    let choice = read_choice(text).map_err(|problem| {
        let mend = "Ask again, or choose another judge.";
        Error::new(ErrorKind::JudgeReply, problem, mend)
    })?;
    Ok(match choice {
        Some(true) => "a",
        Some(false) => "b",
        None => "tie",
    }
    .into())
}

/// The opinion of several judges on the same thing.
#[wasm_bindgen(js_name = panelOpinion, unchecked_return_type = "t.Opinion")]
pub fn panel_opinion_js(
    #[wasm_bindgen(unchecked_param_type = "[string, t.Opinion][]")] members: JsValue,
    median: bool,
) -> Result<JsValue, Thrown> {
    let members: Vec<(String, Opinion)> = from_js("members", &members)?;
    Ok(to_js(&panel_opinion(&members, median)))
}

/// Reads criteria as a judge writes them.
#[wasm_bindgen(js_name = parseCriteria, unchecked_return_type = "t.Criterion[]")]
pub fn parse_criteria_js(text: &str) -> Result<JsValue, Thrown> {
    Ok(to_js(&parse_criteria(text)?))
}

/// Writes criteria as a judge is asked to.
#[wasm_bindgen(js_name = formatCriteria)]
pub fn format_criteria_js(
    #[wasm_bindgen(unchecked_param_type = "t.Criterion[]")] criteria: JsValue,
) -> Result<String, Thrown> {
    let criteria: Vec<Criterion> = from_js("criteria", &criteria)?;
    Ok(format_criteria(&criteria))
}

/// Checks fixed criteria of one perspective: their number, weights and what they reward.
#[wasm_bindgen(js_name = checkCriteria)]
pub fn check_criteria_js(
    #[wasm_bindgen(unchecked_param_type = "t.Criterion[]")] criteria: JsValue,
) -> Result<(), Thrown> {
    let criteria: Vec<Criterion> = from_js("criteria", &criteria)?;
    Ok(check_criteria(&criteria)?)
}

/// Reads a JSONL file of rows `{id, criteria}`, checking each.
#[wasm_bindgen(js_name = readCriteria, unchecked_return_type = "t.CriteriaRow[]")]
pub fn read_criteria_js(file: &str, bytes: &[u8]) -> Result<JsValue, Thrown> {
    Ok(to_js(&read_rows::<CriteriaRow>(file, bytes)?))
}

/// Reads rows of replies from pieces of a JSONL file.
#[wasm_bindgen]
pub struct ScoreRowReader(RowReader<ScoreRow>);

#[wasm_bindgen]
impl ScoreRowReader {
    /// A reader at the start of a file, whose name errors repeat.
    #[wasm_bindgen(constructor)]
    pub fn new(file: &str) -> Self {
        Self(RowReader::new(file))
    }

    /// The rows that a piece completes.
    #[wasm_bindgen(unchecked_return_type = "t.ScoreRow[]")]
    pub fn push(&mut self, piece: &[u8]) -> Result<JsValue, Thrown> {
        Ok(to_js(&self.0.push(piece)?))
    }

    /// The row of a last line without an end.
    #[wasm_bindgen(unchecked_return_type = "t.ScoreRow[]")]
    pub fn finish(&mut self) -> Result<JsValue, Thrown> {
        Ok(to_js(&self.0.finish()?))
    }

    /// Throws a fault that waits behind rows already handed out.
    pub fn fault(&mut self) -> Result<(), Thrown> {
        Ok(self.0.fault()?)
    }

    /// SHA-256 of all bytes so far.
    #[wasm_bindgen(getter)]
    pub fn hash(&self) -> String {
        self.0.hash()
    }
}
