use std::path::Path;

use anyhow::{Context, Result};
use attune::{memory, recall, reward};
use ts_rs::{Config, TS};

/// Everything that crosses the edge, in reading order.
pub fn run(out: &Path) -> Result<()> {
    let config = Config::default();
    let mut text = String::from(
        "// Written by `cargo xtask types` from the Rust declarations; change them there.\n",
    );
    macro_rules! declare {
        ($($kind:ty),+ $(,)?) => {
            $(
                text.push('\n');
                if let Some(docs) = <$kind>::docs() {
                    text.push_str(&docs);
                }
                text.push_str("export ");
                text.push_str(&<$kind>::decl(&config));
                text.push('\n');
            )+
        };
    }
    text.push_str("\n/** Where models compute. */\nexport type Backend = \"cpu\" | \"webgpu\";\n");
    declare!(
        reward::Persona,
        reward::Turn,
        reward::ScoreRow,
        reward::Aggregate,
        reward::PermSettings,
        reward::Judgement,
        reward::PermReward,
        reward::PerspectiveScore,
        reward::BystanderScores,
        reward::Bystander,
        reward::Penalties,
        reward::JudgeIdentity,
        reward::Scored,
        reward::judgements::Trials,
        reward::judgements::RawJudgement,
        reward::judgements::JudgeFormat,
        reward::judgements::ParseFailure,
        reward::judgements::JudgementSettings,
        reward::judgements::Aggregated,
        reward::judgements::RowError,
        reward::judgements::FailedRow,
        reward::judgements::AggregatedRow,
        reward::judgements::AggregateReport,
        memory::Memory,
        memory::MemoryHit,
        recall::Scheme,
        recall::Average,
        recall::Ties,
        recall::NoPositives,
        recall::RecallSettings,
        recall::Warning,
        recall::RecallResult,
        recall::RecallSystem,
        recall::RecallReport,
    );
    text.push_str(
        "\n/** Settings of an aggregation, each with its default. */\n\
         export type JudgementOptions = Partial<Omit<JudgementSettings, \"constants\">> & {\n  \
         constants?: Partial<PermSettings>;\n};\n",
    );
    std::fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))
}
