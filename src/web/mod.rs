//! The edge: what JavaScript can call. Thin on purpose: it converts, calls, converts back.
//!
//! Each of the three modules exports its own half: the core without `models`, the models with it.

mod convert;
#[cfg(not(feature = "models"))]
mod core;
#[cfg(not(feature = "models"))]
mod evaluation;
#[cfg(not(feature = "models"))]
mod judging;
#[cfg(feature = "models")]
mod models;

use wasm_bindgen::prelude::wasm_bindgen;

/// Names the generated declarations in the signatures below.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "import type * as t from '../../lib/types.js';";

/// Runs when the module is instantiated: panics then reach the console with their place.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}
