use std::fmt::Write;

use anyhow::Result;
use attune::reward::{ScoreRow, ScoreSettings, Scored};
use attune::stats::{Bootstrap, bootstrap};
use pollster::block_on;

use super::data::Dataset;
use super::evaluate::{FIGURES, clusters, percent};
use super::shipped_judge;

const DIAGRAM: &str = "docs/builtin-reliability.svg";
const LEVELS: [f64; 3] = [0.8, 0.9, 0.95];
const BINS: usize = 10;

/// Prints how often the shipped judge's intervals hold the mean grade, how well its probabilities
/// are calibrated, and which replies it calls unlike its training set; writes the reliability
/// diagram.
pub fn evaluate(data: &Dataset, rows: &[usize]) -> Result<()> {
    let judge = shipped_judge()?;
    let plain: Vec<ScoreRow> = rows.iter().map(|&at| data.rows[at].row.clone()).collect();

    println!(
        "\nIntervals: the share that hold the mean grade (95 % interval over scenarios), and their mean width\n"
    );
    println!("| level | {} | reward |", FIGURES.join(" | "));
    println!("|---|{}", "---|".repeat(FIGURES.len() + 1));
    let mut last = Vec::new();
    for level in LEVELS {
        let settings = ScoreSettings { level, ..ScoreSettings::default() };
        let scored = block_on(judge.score(&plain, &settings))?;
        let held = held(data, rows, &scored, &settings)?;
        let coverage = bootstrap(
            &clusters(data, rows),
            &Bootstrap { resamples: 1000, ..Bootstrap::default() },
            |drawn| {
                let places = || drawn.iter().flat_map(|places| places.iter());
                let n = places().count() as f64;
                std::array::from_fn::<f64, 5, _>(|at| {
                    places().filter(|&&row| held[row][at].0).count() as f64 / n
                })
            },
        )?;
        let cells: Vec<String> = coverage
            .iter()
            .enumerate()
            .map(|(at, share)| {
                let width = held.iter().map(|row| row[at].1).sum::<f64>() / held.len() as f64;
                format!("{}, {width:.2}", percent(share))
            })
            .collect();
        println!("| {level} | {} |", cells.join(" | "));
        last = scored;
    }
    apart(data, rows, &last);
    reliability(data, rows, &last)?;
    unlike(data, rows, &last);
    Ok(())
}

/// Parts of the names of kinds that hold hostile, mocking or meaningless replies.
const BAD: [&str; 19] = [
    "hostile",
    "contempt",
    "mock",
    "blame",
    "sexual",
    "threat",
    "noise",
    "salad",
    "filler",
    "code",
    "foreign",
    "other-lang",
    "empty",
    "error",
    "recipe",
    "off-topic",
    "one-word",
    "spam",
    "insult",
];

/// How often the reward tells replies to one seeker apart that graders put two levels apart or more
/// on the mean of the three perspectives.
fn apart(data: &Dataset, rows: &[usize], scored: &[Scored]) {
    let mut counts = [[0; 2]; 2];
    let level = |place: usize| {
        let [resonation, expression, reception, _] = data.rows[rows[place]].figures();
        (resonation + expression + reception) / 3.0
    };
    for places in clusters(data, rows) {
        for (&better, &worse) in places.iter().flat_map(|a| places.iter().map(move |b| (a, b))) {
            if level(better) - level(worse) < 2.0 {
                continue;
            }
            let kind = &data.rows[rows[worse]].kind;
            let bad = BAD.iter().any(|part| kind.contains(part));
            let right = usize::from(scored[better].reward > scored[worse].reward);
            for [all, told] in &mut counts[..=usize::from(bad)] {
                *all += 1;
                *told += right;
            }
        }
    }
    let [[all, right], [bad, told]] = counts;
    println!(
        "\nReplies to one seeker two levels apart or more: {right} of {all} pairs in the right order; \
         where the worse is hostile, mocking or meaningless, {told} of {bad}"
    );
}

type Held = [(bool, f64); 5];

/// Whether each interval holds the mean grade, and how wide it is.
fn held(
    data: &Dataset,
    rows: &[usize],
    scored: &[Scored],
    settings: &ScoreSettings,
) -> Result<Vec<Held>> {
    let row = |(&at, scored): (&usize, &Scored)| {
        let interval = scored.interval.expect("the shipped heads are calibrated");
        let grades = data.rows[at].figures();
        let [resonation, expression, reception, bystander] = grades;
        let judgement = attune::reward::Judgement {
            resonation,
            expression,
            reception,
            bystander,
            tokens: scored.tokens.unwrap_or(0),
        };
        let reward = attune::reward::perm_reward(&judgement, &settings.constants())?.reward;
        let all = [
            (resonation, interval.resonation),
            (expression, interval.expression),
            (reception, interval.reception),
            (bystander, interval.bystander),
            (reward, interval.reward),
        ];
        Ok(all
            .map(|(grade, [low, high])| (low - 1e-9 <= grade && grade <= high + 1e-9, high - low)))
    };
    rows.iter().zip(scored).map(row).collect()
}

/// Expected calibration error (Naeini, Cooper & Hauskrecht 2015) of P(level ≤ k), k from 1 to 4,
/// against the share of gradings at or below k, and the diagram.
fn reliability(data: &Dataset, rows: &[usize], scored: &[Scored]) -> Result<()> {
    println!("\nExpected calibration error of P(level ≤ k), ten bins\n");
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 780 300\" font-family=\"sans-serif\" \
         font-size=\"12\" role=\"img\" aria-label=\"Predicted probabilities against shares of gradings\">\n\
         <rect width=\"780\" height=\"300\" fill=\"#fff\"/>\n",
    );
    for (panel, name) in FIGURES.iter().take(3).enumerate() {
        let mut bins = [(0.0, 0.0, 0.0); BINS];
        for (&at, scored) in rows.iter().zip(scored) {
            let perspective = [&scored.resonation, &scored.expression, &scored.reception][panel];
            let levels = data.rows[at].target().levels[panel];
            let (mut predicted, mut found) = (0.0, 0.0);
            for (p, share) in perspective.distribution.iter().zip(levels).take(4) {
                predicted += p;
                found += f64::from(share);
                let bin = &mut bins[((predicted * BINS as f64) as usize).min(BINS - 1)];
                *bin = (bin.0 + 1.0, bin.1 + predicted, bin.2 + found);
            }
        }
        let all: f64 = bins.iter().map(|bin| bin.0).sum();
        let error: f64 = bins.iter().map(|bin| (bin.1 - bin.2).abs() / all).sum();
        println!("- {name}: {error:.3}");
        let (left, size) = (50.0 + 250.0 * panel as f64, 200.0);
        let x = |share: f64| left + size * share;
        let y = |share: f64| 245.0 - size * share;
        let _ = write!(
            svg,
            "<text x=\"{left}\" y=\"25\" font-weight=\"bold\">{name}, error {error:.3}</text>\n\
             <path d=\"M{} {}V{}H{}\" fill=\"none\" stroke=\"#555\"/>\n\
             <path d=\"M{} {}L{} {}\" stroke=\"#999\" stroke-dasharray=\"4 4\"/>\n",
            x(0.0),
            y(1.0),
            y(0.0),
            x(1.0),
            x(0.0),
            y(0.0),
            x(1.0),
            y(1.0),
        );
        for tick in [0.0, 0.5, 1.0] {
            let _ = write!(
                svg,
                "<text x=\"{}\" y=\"262\" text-anchor=\"middle\">{tick}</text>\n\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{tick}</text>\n",
                x(tick),
                left - 6.0,
                y(tick) + 4.0,
            );
        }
        for (count, predicted, found) in bins.iter().filter(|bin| bin.0 > 0.0) {
            let _ = writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"#0b6e69\" fill-opacity=\"0.75\"/>",
                x(predicted / count),
                y(found / count),
                2.0 + 14.0 * (count / all).sqrt(),
            );
        }
    }
    svg.push_str(
        "<text x=\"400\" y=\"285\" text-anchor=\"middle\">predicted P(level ≤ k)</text>\n\
         <text transform=\"translate(16 150) rotate(-90)\" text-anchor=\"middle\">share of gradings at or below k</text>\n</svg>\n",
    );
    std::fs::write(DIAGRAM, svg)?;
    Ok(())
}

/// Which kinds of reply are called unlike the training set.
fn unlike(data: &Dataset, rows: &[usize], scored: &[Scored]) {
    let mut kinds = std::collections::BTreeMap::<&str, [usize; 2]>::new();
    for (&at, scored) in rows.iter().zip(scored) {
        let counts = kinds.entry(&data.rows[at].kind).or_default();
        counts[0] += usize::from(!scored.out_of_domain.is_empty());
        counts[1] += 1;
    }
    let flagged: usize = kinds.values().map(|counts| counts[0]).sum();
    println!("\nOut of domain: {flagged} of {}", rows.len());
    for (kind, [flagged, all]) in kinds.iter().filter(|(_, counts)| counts[0] > 0) {
        println!("- {kind}: {flagged} of {all}");
    }
}
