use std::path::Path;

use anyhow::{Context, Result};
use attune::{formats, memory, recall, reward, stats};
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
        formats::Warning,
        stats::Bootstrap,
        stats::Interval,
        reward::Perspective,
        reward::criteria::Criterion,
        reward::criteria::Criteria,
        reward::criteria::CriteriaRow,
        reward::criteria::ScoredCriterion,
        reward::Persona,
        reward::Turn,
        reward::ScoreRow,
        reward::Aggregate,
        reward::PermSettings,
        reward::Method,
        reward::ScoreSettings,
        reward::Judgement,
        reward::PermReward,
        reward::PerspectiveScore,
        reward::BystanderScores,
        reward::Bystander,
        reward::Penalties,
        reward::JudgeIdentity,
        reward::ScoreInterval,
        reward::DomainReason,
        reward::OutOfDomain,
        reward::Scored,
        reward::judgements::Trials,
        reward::judgements::RawJudgement,
        reward::judgements::ParseFailure,
        reward::judgements::JudgementSettings,
        reward::judgements::Aggregated,
        reward::judgements::RowError,
        reward::judgements::FailedRow,
        reward::judgements::AggregatedRow,
        reward::judgements::AggregateReport,
        reward::protocol::Thinking,
        reward::protocol::ScoringSettings,
        reward::protocol::Message,
        reward::protocol::AnswerForm,
        reward::protocol::Request,
        reward::protocol::TokenProbability,
        reward::protocol::TokenProbabilities,
        reward::protocol::ReadFrom,
        reward::protocol::OpinionGiven,
        reward::protocol::OpinionFailure,
        reward::protocol::Opinion,
        reward::protocol::Opinions,
        reward::protocol::Outcome,
        reward::datasets::MemoryChoice,
        reward::datasets::DatasetSettings,
        reward::datasets::EvaluationItem,
        reward::datasets::Alignment,
        reward::evaluation::EvaluationRow,
        reward::evaluation::SystemScores,
        reward::evaluation::EvaluationSettings,
        reward::evaluation::Cell,
        reward::evaluation::SystemTable,
        reward::evaluation::Difference,
        reward::evaluation::Comparison,
        reward::evaluation::EvaluationReport,
        reward::votes::VoteTarget,
        reward::votes::Holdout,
        reward::votes::VoteSettings,
        reward::votes::BallotKind,
        reward::votes::BallotCount,
        reward::votes::BeforeAfter,
        reward::votes::PartSizes,
        reward::votes::StrengthTried,
        reward::votes::VoteReport,
        reward::LengthRow,
        reward::LengthEffect,
        recall::recommenders::RecommenderModel,
        recall::recommenders::PointLoss,
        recall::recommenders::PropensityModel,
        recall::recommenders::Feedback,
        recall::recommenders::RecommenderSettings,
        recall::recommenders::RecommenderReport,
        recall::simulation::WorldSettings,
        recall::simulation::BiasSettings,
        memory::Memory,
        memory::MemoryHit,
        recall::Scheme,
        recall::Average,
        recall::Ties,
        recall::NoPositives,
        recall::Metric,
        recall::Gain,
        recall::IntervalMethod,
        recall::RecallSettings,
        recall::RecallResult,
        recall::RecallSystem,
        recall::RecallComparison,
        recall::RecallAgreement,
        recall::IntervalTargets,
        recall::PropensityCheck,
        recall::RecallReport,
        recall::PlanSettings,
        recall::ExposurePlan,
        recall::simulation::Redraw,
        recall::simulation::SimulationSettings,
        recall::simulation::SimulatedFigure,
        recall::simulation::SimulationReport,
    );
    text.push_str(
        "\n/** What is expected of a study; `level`, `repetitions` and `seed` have defaults. */\n\
         export type PlanOptions = Omit<PlanSettings, \"level\" | \"repetitions\" | \"seed\"> &\n  \
         Partial<Pick<PlanSettings, \"level\" | \"repetitions\" | \"seed\">>;\n\
         \n/** Settings of an aggregation, each with its default. */\n\
         export type JudgementOptions = Partial<Omit<JudgementSettings, \"constants\">> & {\n  \
         constants?: Partial<PermSettings>;\n};\n\
         \n/** How replies are scored, each setting with its default. */\n\
         export type ScoringOptions = Partial<Omit<ScoringSettings, \"constants\">> & {\n  \
         constants?: Partial<PermSettings>;\n};\n",
    );
    std::fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))
}
