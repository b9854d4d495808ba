//! What the training module exports. One file for each thing that can be trained.

mod heads;
mod recommenders;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::convert::Thrown;
use crate::formats::Error;

/// How a training tells JavaScript how far it is, lets other messages in, and hears that it is to
/// end: `tell(done, total)` returns a promise, whose rejection ends the training and is thrown.
pub struct Pace(Function);

impl Pace {
    pub fn new(tell: Function) -> Self {
        Self(tell)
    }

    /// Tells that `done` of `total` steps are done, and waits until it may go on.
    pub async fn tell(&self, done: u32, total: u32) -> Result<(), Halted> {
        let promise = self.0.call2(&JsValue::NULL, &done.into(), &total.into()).map_err(Halted)?;
        let Ok(promise) = promise.dyn_into::<Promise>() else { return Ok(()) };
        JsFuture::from(promise).await.map(|_| ()).map_err(Halted)
    }
}

/// Why a training did not finish: an error of its own, or what [`Pace::tell`] was answered.
pub struct Halted(JsValue);

impl From<Error> for Halted {
    fn from(error: Error) -> Self {
        Self(Thrown::from(error).into())
    }
}

impl From<Thrown> for Halted {
    fn from(thrown: Thrown) -> Self {
        Self(thrown.into())
    }
}

impl From<Halted> for JsValue {
    fn from(Halted(value): Halted) -> Self {
        value
    }
}
