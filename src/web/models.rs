use js_sys::Float32Array;
use tokenizers::Tokenizer;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{Thrown, from_js, to_js};
use crate::formats::{Error, ErrorKind};
use crate::model::{Backend, TextEmbedderFiles};
use crate::reward::builtin::{BuiltinFiles, BuiltinJudge};
use crate::reward::{ScoreRow, ScoreSettings};

/// The built-in judge and its text embedder, on one device.
#[wasm_bindgen]
pub struct Models(BuiltinJudge);

#[wasm_bindgen]
impl Models {
    /// Loads the models onto the `"cpu"` or `"webgpu"`; WebGPU must first give the CPU's answer to
    /// a known reply.
    pub async fn open(
        #[wasm_bindgen(unchecked_param_type = "t.Backend")] backend: JsValue,
        table: Vec<u8>,
        tokenizer: Vec<u8>,
        heads: Vec<u8>,
        personal: Vec<u8>,
    ) -> Result<Models, Thrown> {
        let backend: Backend = from_js("backend", &backend)?;
        let files = BuiltinFiles {
            embedder: TextEmbedderFiles { table: &table, tokenizer: &tokenizer },
            heads: &heads,
            personal: &personal,
        };
        let device = backend.open().await?;
        let judge = BuiltinJudge::load(files, &device)?;
        if backend == Backend::WebGpu {
            judge.self_test(files).await?;
        }
        Ok(Self(judge))
    }

    /// Components of an embedding.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.0.embedder().width() as u32
    }

    /// Unit vectors of `texts`, in order.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Vec<Float32Array>, Thrown> {
        let vectors = self.0.embedder().embed(&texts).await?;
        Ok(vectors.iter().map(|vector| Float32Array::from(vector.as_slice())).collect())
    }

    /// How many tokens the built-in tokenizer makes of each text.
    #[wasm_bindgen(js_name = countTokens)]
    pub fn count_tokens(&self, texts: Vec<String>) -> Result<Vec<u32>, Thrown> {
        let count = |text: &String| Ok(self.0.embedder().tokens(text)?.len() as u32);
        texts.iter().map(count).collect()
    }

    /// Criteria out of what is known of a row's seeker.
    #[wasm_bindgen(unchecked_return_type = "t.Criteria")]
    pub async fn criteria(
        &self,
        #[wasm_bindgen(unchecked_param_type = "t.ScoreRow")] row: JsValue,
    ) -> Result<JsValue, Thrown> {
        let row: ScoreRow = from_js("row", &row)?;
        Ok(to_js(&self.0.criteria(&row).await?))
    }

    /// Rewards of `rows`, in order.
    #[wasm_bindgen(unchecked_return_type = "t.Scored[]")]
    pub async fn score(
        &self,
        #[wasm_bindgen(unchecked_param_type = "t.ScoreRow[]")] rows: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Partial<t.ScoreSettings>")] settings: JsValue,
    ) -> Result<JsValue, Thrown> {
        let rows: Vec<ScoreRow> = from_js("rows", &rows)?;
        let settings: ScoreSettings = from_js("settings", &settings)?;
        Ok(to_js(&self.0.score(&rows, &settings).await?))
    }
}

/// A tokenizer read from a `tokenizer.json`, to count how long replies are.
#[wasm_bindgen]
pub struct TokenCounter(Tokenizer);

#[wasm_bindgen]
impl TokenCounter {
    /// Reads the file.
    pub fn open(file: &str, bytes: &[u8]) -> Result<TokenCounter, Thrown> {
        let read = Tokenizer::from_bytes(bytes).map_err(|error| {
            let mend = "Give the tokenizer.json of a model on the Hugging Face hub.";
            Error::new(ErrorKind::Syntax, format!("it is no tokenizer ({error})"), mend)
                .in_file(file)
        });
        Ok(Self(read?))
    }

    /// How many tokens it makes of each text, without special ones.
    pub fn count(&self, texts: Vec<String>) -> Result<Vec<u32>, Thrown> {
        let count = |text: &String| {
            let encoding = self.0.encode(text.as_str(), false).map_err(|error| {
                let mend = "Give the row's tokens yourself.";
                Error::new(ErrorKind::Syntax, format!("a reply cannot be counted ({error})"), mend)
            })?;
            Ok(encoding.len() as u32)
        };
        texts.iter().map(count).collect()
    }
}
