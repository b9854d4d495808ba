use js_sys::Float32Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{Thrown, from_js, to_js};
use crate::formats::check_rows;
use crate::model::{Backend, TextEmbedderFiles};
use crate::reward::builtin::{BuiltinFiles, BuiltinJudge};
use crate::reward::{PermSettings, ScoreRow};

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
    ) -> Result<Models, Thrown> {
        let backend: Backend = from_js("backend", &backend)?;
        let files = BuiltinFiles {
            embedder: TextEmbedderFiles { table: &table, tokenizer: &tokenizer },
            heads: &heads,
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

    /// Checks rows that did not come from a file: empty fields, ids that occur twice.
    #[wasm_bindgen(js_name = checkRows)]
    pub fn check_rows(
        &self,
        #[wasm_bindgen(unchecked_param_type = "t.ScoreRow[]")] rows: JsValue,
    ) -> Result<(), Thrown> {
        let rows: Vec<ScoreRow> = from_js("rows", &rows)?;
        Ok(check_rows(&rows, |_| false).map_err(|error| error.in_field("rows"))?)
    }

    /// PERM rewards of `rows`, in order.
    #[wasm_bindgen(unchecked_return_type = "t.Scored[]")]
    pub async fn score(
        &self,
        #[wasm_bindgen(unchecked_param_type = "t.ScoreRow[]")] rows: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Partial<t.PermSettings>")] settings: JsValue,
    ) -> Result<JsValue, Thrown> {
        let rows: Vec<ScoreRow> = from_js("rows", &rows)?;
        let settings: PermSettings = from_js("settings", &settings)?;
        Ok(to_js(&self.0.score(&rows, &settings).await?))
    }
}
