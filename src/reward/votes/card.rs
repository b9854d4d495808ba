use std::fmt::Write;

use super::{BallotKind, BeforeAfter, Holdout, VoteReport, VoteTarget};
use crate::stats::Interval;

impl VoteReport {
    /// The card that goes with the heads: what they were trained on, how, and what came of it, as
    /// Markdown. The same training gives the same card.
    pub fn card(&self) -> String {
        let mut card = String::from(
            "# Heads retrained from people's judgements\n\n\
             `heads.safetensors` of attune's built-in judge, fine-tuned. Load it with\n\
             `createAttune({ heads })` or `attune score --heads heads.safetensors`.\n",
        );
        self.data(&mut card);
        self.fit(&mut card);
        self.quality(&mut card);
        card.push_str(
            "\n## Licence and limits\n\n\
             - The starting heads are CC BY 4.0 (attune, `heads.md`); these derive from them, so name \
             attune. What your raters allow you to do with their judgements is for you to state here.\n\
             - They carry the taste of the raters above, and of nobody else. Scores keep their scales, \
             but a level or a reward no longer means what the starting heads' training set made it \
             mean: compare replies under one set of heads, never across two.\n\
             - Texts are not in this file, but weights fitted to few texts can tell something of them: \
             treat it as you treat the votes.\n",
        );
        card
    }

    fn data(&self, card: &mut String) {
        let count = &self.count;
        let what = match count.kind {
            BallotKind::Votes => format!("{} votes ({} ties)", count.ballots, count.ties),
            BallotKind::Ratings => format!("{} ratings", count.ballots),
        };
        let raters = match count.raters {
            Some(1) => " by one rater".to_owned(),
            Some(raters) => format!(" by {raters} raters"),
            None => String::new(),
        };
        let said = match (count.kind, self.settings.on) {
            (BallotKind::Ratings, _) => "Each rating speaks of the perspective it names.",
            (_, VoteTarget::Reward) => "A vote speaks of the PERM reward.",
            (_, VoteTarget::Resonation) => "A vote speaks of resonation.",
            (_, VoteTarget::Expression) => "A vote speaks of expression.",
            (_, VoteTarget::Reception) => "A vote speaks of reception.",
            (_, VoteTarget::Bystander) => "A vote speaks of the bystander's total.",
        };
        let _ = write!(
            card,
            "\n## Data\n\n{what}{raters} on {} replies to {} queries, from `{}` and `{}` \
             (SHA-256 {}). {said}\n",
            count.replies, count.queries, self.votes_file, self.responses_file, self.input_hash,
        );
        let parts = &self.parts;
        let apart = match self.settings.by {
            Holdout::Query => "no query is on two sides",
            Holdout::Rater => "no query and no rater is on two sides",
        };
        let _ = write!(
            card,
            "\n{} to train on, {} to choose strength and length of the fit on, {} held out; {apart}.\n",
            parts.train, parts.validation, parts.held_out,
        );
        if parts.left_out > 0 {
            let _ = writeln!(
                card,
                "{} would have connected the sides and were left out.",
                parts.left_out
            );
        }
    }

    fn fit(&self, card: &mut String) {
        let settings = &self.settings;
        let loss = match self.count.kind {
            BallotKind::Votes => "Bradley–Terry loss, a tie as half a win for each side",
            BallotKind::Ratings => "log-loss of the ordinal heads",
        };
        let strength = settings.strength.unwrap_or_default();
        let _ = write!(
            card,
            "\n## Fit\n\n\
             {loss}; λ·‖w − w₀‖² with λ = {strength}{}; {} full-batch steps of Adam; seed {}; \
             attune {}.\n\n\
             | | SHA-256 |\n|---|---|\n| heads begun from | {} |\n| these heads | {} |\n",
            if self.tried.is_empty() { " (given)" } else { " (chosen on the validation part)" },
            self.epochs,
            settings.seed,
            self.version,
            self.start,
            self.heads,
        );
        if !self.tried.is_empty() {
            card.push_str("\n| λ tried | steps | validation log-loss |\n|---|---|---|\n");
            for one in &self.tried {
                let _ =
                    writeln!(card, "| {} | {} | {:.4} |", one.strength, one.epochs, one.log_loss);
            }
        }
    }

    fn quality(&self, card: &mut String) {
        let settings = &self.settings;
        let cluster = match settings.by {
            Holdout::Query => "queries",
            Holdout::Rater => "raters",
        };
        let _ = write!(
            card,
            "\n## On the held-out part\n\n\
             {} judgements; {} % intervals over {} {cluster}, {} resamples.\n\n\
             | | before | after | difference |\n|---|---|---|---|\n",
            self.parts.held_out,
            100.0 * settings.level,
            self.clusters,
            settings.resamples,
        );
        for (name, figure) in [("accuracy", self.accuracy), ("log-loss", self.log_loss)] {
            let BeforeAfter { before, after, difference } = figure;
            let cells = [before, after, difference].map(cell);
            let _ = writeln!(card, "| {name} | {} |", cells.join(" | "));
        }
        if let Some(kept) = self.kept {
            let _ = write!(card, "\nScores before and after correlate by {kept:.2} (Spearman).\n");
        }
        for warning in &self.warnings {
            let _ = write!(card, "\n- {}\n", warning.message);
        }
    }
}

fn cell(interval: Interval) -> String {
    match (interval.estimate, interval.low, interval.high) {
        (Some(estimate), Some(low), Some(high)) => {
            format!("{estimate:.3} ({low:.3} to {high:.3})")
        }
        (Some(estimate), ..) => format!("{estimate:.3}"),
        (None, ..) => "none".to_owned(),
    }
}
