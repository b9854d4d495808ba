use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::formats::{Error, jsonl};

/// What a failed call throws: an `Error` with `code`, `problem`, `mend`, `file`, `line` and `field`.
pub struct Thrown(Error);

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Thrown> for JsValue {
    fn from(Thrown(error): Thrown) -> Self {
        let thrown = js_sys::Error::new(&error.to_string());
        thrown.set_name("AttuneError");
        let set = |key: &str, value: JsValue| {
            // Setting a property on a fresh, ordinary object cannot fail.
            let _ = js_sys::Reflect::set(&thrown, &key.into(), &value);
        };
        set("code", error.kind().code().into());
        set("problem", error.message().into());
        set("mend", error.mend().into());
        if let Some(file) = error.file() {
            set("file", file.into());
        }
        if let Some(line) = error.line() {
            set("line", (line as f64).into());
        }
        if let Some(field) = error.field() {
            set("field", field.into());
        }
        thrown.into()
    }
}

/// Reads a JavaScript value, naming the field that does not fit. It goes through JSON, so that an
/// unknown setting is an error here as it is in a file.
pub fn from_js<T: DeserializeOwned>(what: &str, value: &JsValue) -> Result<T, Thrown> {
    let text = js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string());
    let parsed = jsonl::parse(text.as_deref().unwrap_or("null"));
    Ok(parsed.map_err(|error| error.in_field(what))?)
}

/// Makes plain objects, arrays and numbers of `value`.
pub fn to_js<T: Serialize>(value: &T) -> JsValue {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .expect("plain structures of strings and numbers always convert")
}
