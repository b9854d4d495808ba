//! The edge: what JavaScript can call. Thin on purpose: it converts, calls, converts back.
//!
//! Each module exports its own part: the core without a feature, `evaluation`, `models` and `train`
//! with theirs. What no export reaches, the linker leaves out.

mod convert;
#[cfg(not(any(feature = "models", feature = "evaluation")))]
mod core;
#[cfg(all(feature = "evaluation", not(feature = "models")))]
mod evaluation;
#[cfg(not(any(feature = "models", feature = "evaluation")))]
mod judging;
#[cfg(all(feature = "models", not(feature = "train")))]
mod models;
#[cfg(all(feature = "evaluation", not(feature = "models")))]
mod recall;
#[cfg(feature = "train")]
mod training;

use wasm_bindgen::prelude::wasm_bindgen;

/// Names the generated declarations in the signatures below.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "import type * as t from '../../lib/types.js';";

/// Runs when the module is instantiated: panics then reach the console with their place.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}
