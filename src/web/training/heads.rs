use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::reward::ScoreRow;
use crate::reward::votes::Ballots;
use crate::web::convert::{Thrown, to_js};

/// Reads a file of votes or ratings with the responses it speaks of, and counts what is in it.
#[wasm_bindgen(js_name = countBallots, unchecked_return_type = "t.BallotCount")]
pub fn count_ballots(
    votes_file: &str,
    votes: &[u8],
    responses_file: &str,
    responses: &[u8],
) -> Result<JsValue, Thrown> {
    let responses = ScoreRow::read(responses_file, responses)?;
    let ballots = Ballots::read(votes_file, votes, &responses)?;
    Ok(to_js(&ballots.count(&responses)))
}
