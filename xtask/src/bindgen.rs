use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

pub fn run(wasm: &Path, out: &Path, name: &str) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(true)
        // Bundlers find the file through the literal `new URL("…_bg.wasm", import.meta.url)`.
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
}
