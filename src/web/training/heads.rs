use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Halted, Pace};
use crate::model::{Backend, TextEmbedderFiles};
use crate::reward::ScoreRow;
use crate::reward::builtin::BuiltinFiles;
use crate::reward::votes::{Ballots, Retrained, VoteFiles, VoteSettings, train};
use crate::web::convert::{Thrown, from_js, to_js};

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

/// Heads retrained from votes or ratings.
#[wasm_bindgen]
pub struct RetrainedHeads(Retrained);

#[wasm_bindgen]
impl RetrainedHeads {
    /// The weights file.
    #[wasm_bindgen(getter)]
    pub fn heads(&self) -> Vec<u8> {
        self.0.heads.clone()
    }

    /// What was done, and how far to trust it.
    #[wasm_bindgen(getter, unchecked_return_type = "t.VoteReport")]
    pub fn report(&self) -> JsValue {
        to_js(&self.0.report)
    }

    /// The report as a card, in Markdown.
    #[wasm_bindgen(getter)]
    pub fn card(&self) -> String {
        self.0.report.card()
    }
}

/// The files that heads are retrained from.
#[wasm_bindgen]
pub struct HeadsTraining {
    votes: (String, Vec<u8>),
    responses: (String, Vec<u8>),
    table: Vec<u8>,
    tokenizer: Vec<u8>,
    heads: Vec<u8>,
    personal: Vec<u8>,
}

#[wasm_bindgen]
impl HeadsTraining {
    /// Takes the judge's files.
    #[wasm_bindgen(constructor)]
    pub fn new(table: Vec<u8>, tokenizer: Vec<u8>, heads: Vec<u8>, personal: Vec<u8>) -> Self {
        let none = || (String::new(), Vec::new());
        Self { votes: none(), responses: none(), table, tokenizer, heads, personal }
    }

    /// Takes the votes or ratings.
    pub fn votes(&mut self, file: String, bytes: Vec<u8>) {
        self.votes = (file, bytes);
    }

    /// Takes the responses that they speak of.
    pub fn responses(&mut self, file: String, bytes: Vec<u8>) {
        self.responses = (file, bytes);
    }

    /// Trains on the `"cpu"` or `"webgpu"`; `tell` as in [`Pace`].
    pub async fn run(
        self,
        #[wasm_bindgen(unchecked_param_type = "t.Backend")] backend: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Partial<t.VoteSettings>")] settings: JsValue,
        #[wasm_bindgen(
            unchecked_param_type = "(done: number, total: number) => Promise<void> | undefined"
        )]
        tell: Function,
    ) -> Result<RetrainedHeads, Halted> {
        let backend: Backend = from_js("backend", &backend)?;
        let settings: VoteSettings = from_js("settings", &settings)?;
        let files = VoteFiles {
            votes: (&self.votes.0, &self.votes.1),
            responses: (&self.responses.0, &self.responses.1),
            judge: BuiltinFiles {
                embedder: TextEmbedderFiles { table: &self.table, tokenizer: &self.tokenizer },
                heads: &self.heads,
                personal: &self.personal,
            },
        };
        let device = backend.open().await?;
        let pace = Pace::new(tell);
        let pause = async |done, total| pace.tell(done, total).await;
        Ok(RetrainedHeads(train(files, &settings, &device, pause).await?))
    }
}
