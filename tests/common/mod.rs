//! The built-in judge for tests.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(dead_code, reason = "each test uses a part")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use attune::model::{Device, TextEmbedderFiles};
use attune::reward::builtin::{BuiltinFiles, BuiltinJudge};
use attune::reward::{ScoreRow, ScoreSettings, Scored};

/// On the CPU nothing ever waits, so one poll ends a future.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the CPU made a future wait"),
    }
}

pub fn data(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub fn judge() -> BuiltinJudge {
    let table = data("data/builtin/embedder.safetensors");
    let tokenizer = data("data/builtin/tokenizer.json");
    let heads = data("data/builtin/heads.safetensors");
    let personal = data("data/builtin/personal.safetensors");
    let embedder = TextEmbedderFiles { table: &table, tokenizer: &tokenizer };
    let files = BuiltinFiles { embedder, heads: &heads, personal: &personal };
    BuiltinJudge::load(files, &Device::flex()).unwrap()
}

pub fn score_with(
    judge: &BuiltinJudge,
    rows: &[ScoreRow],
    settings: &ScoreSettings,
) -> Vec<Scored> {
    ready(judge.score(rows, settings)).unwrap()
}
