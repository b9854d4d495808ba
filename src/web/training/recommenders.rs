use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Halted, Pace};
use crate::formats::Result;
use crate::model::Backend;
use crate::recall::Names;
use crate::recall::recommenders::{
    Interactions, RecommenderSettings, Trained, TrainingInput, read_labels, train,
};
use crate::web::convert::{from_js, to_js};

/// A trained recommender.
#[wasm_bindgen]
pub struct TrainedRecommender {
    trained: Trained,
    users: Vec<String>,
    items: Vec<String>,
}

#[wasm_bindgen]
impl TrainedRecommender {
    /// Users' factors with biases, as `.npy`.
    #[wasm_bindgen(getter, js_name = userFactors)]
    pub fn user_factors(&self) -> Vec<u8> {
        self.trained.factors.users_npy()
    }

    /// Items' factors with biases, as `.npy`.
    #[wasm_bindgen(getter, js_name = itemFactors)]
    pub fn item_factors(&self) -> Vec<u8> {
        self.trained.factors.items_npy()
    }

    /// The users of the rows.
    #[wasm_bindgen(getter)]
    pub fn users(&self) -> Vec<String> {
        self.users.clone()
    }

    /// The items of the rows.
    #[wasm_bindgen(getter)]
    pub fn items(&self) -> Vec<String> {
        self.items.clone()
    }

    /// How it was trained.
    #[wasm_bindgen(getter, unchecked_return_type = "t.RecommenderReport")]
    pub fn report(&self) -> JsValue {
        to_js(&self.trained.report)
    }
}

type File = (String, Vec<u8>);

/// The files that a recommender is trained from.
#[wasm_bindgen]
pub struct RecommenderTraining {
    interactions: File,
    users: Option<File>,
    items: Option<File>,
    random: Option<File>,
}

#[wasm_bindgen]
impl RecommenderTraining {
    /// Takes the interactions.
    #[wasm_bindgen(constructor)]
    pub fn new(file: String, bytes: Vec<u8>) -> Self {
        Self { interactions: (file, bytes), users: None, items: None, random: None }
    }

    /// Takes the list of all users.
    pub fn users(&mut self, file: String, bytes: Vec<u8>) {
        self.users = Some((file, bytes));
    }

    /// Takes the list of all items.
    pub fn items(&mut self, file: String, bytes: Vec<u8>) {
        self.items = Some((file, bytes));
    }

    /// Takes labels of pairs shown at random.
    pub fn random(&mut self, file: String, bytes: Vec<u8>) {
        self.random = Some((file, bytes));
    }

    /// Trains on the `"cpu"` or `"webgpu"`; `tell` as in [`Pace`].
    pub async fn run(
        self,
        #[wasm_bindgen(unchecked_param_type = "t.Backend")] backend: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Partial<t.RecommenderSettings>")] settings: JsValue,
        #[wasm_bindgen(unchecked_param_type = "(done: number, total: number) => Promise<void>")]
        tell: Function,
    ) -> std::result::Result<TrainedRecommender, Halted> {
        let backend: Backend = from_js("backend", &backend)?;
        let settings: RecommenderSettings = from_js("settings", &settings)?;
        let pace = Pace::new(tell);
        let names = |list: &Option<File>| -> Result<Option<Names>> {
            list.as_ref().map(|(file, bytes)| Names::read(file, bytes)).transpose()
        };
        let (file, bytes) = &self.interactions;
        let (users, items) = (names(&self.users)?, names(&self.items)?);
        let interactions = Interactions::read(file, bytes, users.as_ref(), items.as_ref())?;
        let random = match &self.random {
            Some((file, bytes)) => Some(read_labels(file, bytes)?),
            None => None,
        };
        let input = TrainingInput { interactions: &interactions, random: random.as_deref() };
        let device = backend.open().await?;
        let tell = async |done, total| pace.tell(done, total).await;
        let trained = train::<Halted>(input, &settings, &device, tell).await?;
        Ok(TrainedRecommender {
            trained,
            users: interactions.users().to_vec(),
            items: interactions.items().to_vec(),
        })
    }
}
