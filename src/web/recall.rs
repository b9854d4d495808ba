use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{Thrown, from_js, to_js};
use crate::formats::{Error, ErrorKind, read_npy_numbers, read_npy_vector, sha256};
use crate::recall::simulation::{Simulation, SimulationSettings, World, WorldSettings};
use crate::recall::{
    Evaluation, Factors, LogKind, LogReader, Names, PlanSettings, RecallSettings, Recommender,
    Scores, Task, exposures_needed, merge,
};

/// An evaluation of recommenders: first their scores, then the logs piece by piece, then users some
/// at a time.
#[wasm_bindgen]
pub struct RecallJob {
    settings: RecallSettings,
    systems: Vec<(String, Scores)>,
    hashes: Vec<String>,
    reading: Option<(LogReader, LogKind)>,
    task: Option<Task>,
    evaluation: Option<Evaluation>,
}

#[wasm_bindgen]
impl RecallJob {
    /// Checks the settings.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Partial<t.RecallSettings>")] settings: JsValue,
    ) -> Result<RecallJob, Thrown> {
        let settings: RecallSettings = from_js("settings", &settings)?;
        settings.check()?;
        Ok(Self {
            settings,
            systems: Vec::new(),
            hashes: Vec::new(),
            reading: None,
            task: None,
            evaluation: None,
        })
    }

    /// Adds a recommender by its scores.
    #[wasm_bindgen(js_name = addScores)]
    pub fn add_scores(
        &mut self,
        name: &str,
        file: &str,
        bytes: &[u8],
        users: Option<SideFile>,
        items: Option<SideFile>,
    ) -> Result<(), Thrown> {
        let scores = Scores::read(file, bytes)?;
        self.hashes.push(sha256(&[bytes]));
        self.add(name, scores, users, items)
    }

    /// Adds a recommender by its factors.
    #[wasm_bindgen(js_name = addFactors)]
    #[allow(clippy::too_many_arguments, reason = "each is a file of its own")]
    pub fn add_factors(
        &mut self,
        name: &str,
        user_file: &str,
        user_factors: &[u8],
        item_file: &str,
        item_factors: &[u8],
        user_bias: Option<SideFile>,
        item_bias: Option<SideFile>,
        users: Option<SideFile>,
        items: Option<SideFile>,
    ) -> Result<(), Thrown> {
        let mut inputs: Vec<&[u8]> = vec![user_factors, item_factors];
        inputs.extend([&user_bias, &item_bias].into_iter().flatten().map(|bias| &bias.bytes[..]));
        self.hashes.push(sha256(&inputs));
        let vector = |bias: &Option<SideFile>| match bias {
            Some(bias) => read_npy_vector(&bias.file, &bias.bytes).map(Some),
            None => Ok(None),
        };
        let (user_bias, item_bias) = (vector(&user_bias)?, vector(&item_bias)?);
        let factors = Factors::new(
            read_npy_numbers(user_file, user_factors)?,
            read_npy_numbers(item_file, item_factors)?,
        )
        .and_then(|factors| factors.with_biases(user_bias, item_bias))
        .map_err(|error| error.in_file(item_file))?;
        self.add(name, Scores::from_factors(factors), users, items)
    }

    fn add(
        &mut self,
        name: &str,
        scores: Scores,
        users: Option<SideFile>,
        items: Option<SideFile>,
    ) -> Result<(), Thrown> {
        let names = |file: Option<SideFile>| match file {
            Some(file) => Names::read(&file.file, &file.bytes).map(Some),
            None => Ok(None),
        };
        let scores =
            scores.named(names(users)?, names(items)?).map_err(|error| error.in_file(name))?;
        if self.systems.is_empty() {
            self.task = Some(Task::new(&scores));
        }
        self.systems.push((name.to_owned(), scores));
        Ok(())
    }

    /// Begins a log: `exposed`, `full` or `mask`.
    #[wasm_bindgen(js_name = beginLog)]
    pub fn begin_log(&mut self, kind: &str, file: &str) -> Result<(), Thrown> {
        let kind = match kind {
            "exposed" => LogKind::Exposed { propensity: self.settings.propensity.clone() },
            "full" => LogKind::Full,
            "mask" => LogKind::Mask,
            _ => return Err(out_of_order()),
        };
        self.reading = Some((LogReader::new(kind.clone(), file), kind));
        Ok(())
    }

    /// Reads a piece of the log begun.
    #[wasm_bindgen(js_name = pushLog)]
    pub fn push_log(&mut self, piece: &[u8]) -> Result<(), Thrown> {
        let (Some((reader, _)), Some((_, scores))) = (&mut self.reading, self.systems.first())
        else {
            return Err(out_of_order());
        };
        Ok(reader.push(piece, scores.users(), scores.items())?)
    }

    /// Ends the log begun.
    #[wasm_bindgen(js_name = endLog)]
    pub fn end_log(&mut self) -> Result<(), Thrown> {
        let (Some((reader, kind)), Some((_, scores)), Some(task)) =
            (self.reading.take(), self.systems.first(), self.task.take())
        else {
            return Err(out_of_order());
        };
        let log = reader.finish(scores.users(), scores.items())?;
        self.task = Some(match kind {
            LogKind::Exposed { .. } => task.exposed(log),
            LogKind::Full => task.full(log),
            LogKind::Mask => task.mask(log),
        });
        Ok(())
    }

    /// Goes through `count` further users; users done and all.
    pub fn step(&mut self, count: u32) -> Result<Vec<u32>, Thrown> {
        let Self { settings, systems, task, evaluation, hashes, .. } = self;
        let recommenders: Vec<Recommender> =
            systems.iter().map(|(name, scores)| Recommender { name, scores }).collect();
        let Some(task) = task else { return Err(out_of_order()) };
        let evaluation = match evaluation {
            Some(evaluation) => evaluation,
            None => {
                let begun = Evaluation::new(&recommenders, task, settings)?;
                evaluation.insert(begun.with_hashes(std::mem::take(hashes)))
            }
        };
        evaluation.step(&recommenders, task, count as usize)?;
        let (done, all) = evaluation.progress();
        Ok(vec![done as u32, all as u32])
    }

    /// The report on the users gone through.
    #[wasm_bindgen(unchecked_return_type = "t.RecallReport")]
    pub fn report(&self) -> Result<JsValue, Thrown> {
        let Some(evaluation) = &self.evaluation else { return Err(out_of_order()) };
        Ok(to_js(&evaluation.report()?))
    }

    /// The sums behind the report, as a file for `mergeRecall`.
    pub fn partial(&self) -> Result<String, Thrown> {
        let Some(evaluation) = &self.evaluation else { return Err(out_of_order()) };
        Ok(evaluation.partial())
    }
}

/// A file that goes with scores: a list of names, or biases.
#[wasm_bindgen]
pub struct SideFile {
    file: String,
    bytes: Vec<u8>,
}

#[wasm_bindgen]
impl SideFile {
    /// A file by name and content.
    #[wasm_bindgen(constructor)]
    pub fn new(file: String, bytes: Vec<u8>) -> SideFile {
        Self { file, bytes }
    }
}

/// The report of a single run, out of the files of its shards.
#[wasm_bindgen(js_name = mergeRecall, unchecked_return_type = "t.RecallReport")]
pub fn merge_recall(names: Vec<String>, files: Vec<Uint8Array>) -> Result<JsValue, Thrown> {
    let files: Vec<(String, Vec<u8>)> =
        names.into_iter().zip(files.iter().map(Uint8Array::to_vec)).collect();
    Ok(to_js(&merge(&files)?))
}

/// How many items to show to each user, for an interval of a given width.
#[wasm_bindgen(js_name = planExposure, unchecked_return_type = "t.ExposurePlan")]
pub fn plan_exposure(
    #[wasm_bindgen(unchecked_param_type = "t.PlanOptions")] settings: JsValue,
) -> Result<JsValue, Thrown> {
    let settings: PlanSettings = from_js("settings", &settings)?;
    Ok(to_js(&exposures_needed(&settings)?))
}

/// A simulation under way, some repetitions at a time.
#[wasm_bindgen]
pub struct RecallSimulation(Simulation);

#[wasm_bindgen]
impl RecallSimulation {
    /// Draws the world and the model.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Partial<t.WorldSettings>")] world: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Partial<t.SimulationSettings>")] settings: JsValue,
    ) -> Result<RecallSimulation, Thrown> {
        let world: WorldSettings = from_js("world", &world)?;
        let settings: SimulationSettings = from_js("settings", &settings)?;
        Ok(Self(Simulation::new(World::draw(&world)?, settings)?))
    }

    /// Repeats `count` further times; repetitions done and all.
    pub fn step(&mut self, count: u32) -> Result<Vec<u32>, Thrown> {
        self.0.step(count)?;
        let (done, all) = self.0.progress();
        Ok(vec![done, all])
    }

    /// How each figure fared so far.
    #[wasm_bindgen(unchecked_return_type = "t.SimulationReport")]
    pub fn report(&self) -> JsValue {
        to_js(&self.0.report())
    }
}

fn out_of_order() -> Thrown {
    let mend = "Add scores, then logs, then go through the users.";
    Error::new(ErrorKind::Setting, "the steps of the evaluation are out of order", mend).into()
}
