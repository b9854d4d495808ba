use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use attune::recall::simulation::RecallCurves;
use attune::stats::{kendall, pearson};

use super::Measured;
use super::data::DataSet;
use super::grid::SHOWN;

type Statistic = fn(&[f64], &[f64]) -> Option<f64>;
type Curve = fn(&RecallCurves) -> &Vec<f64>;

/// A scheme, its curve, and whether it is read at the cut-off K̄ among the exposed that Theorem 1
/// maps K to, instead of at K itself.
struct Scheme {
    name: &'static str,
    curve: Curve,
    mapped: bool,
    colour: &'static str,
}

const SCHEMES: [Scheme; 3] = [
    Scheme { name: "URE", curve: |c| &c.ure, mapped: false, colour: "#0b6e4f" },
    Scheme { name: "traditional", curve: |c| &c.traditional, mapped: false, colour: "#b3541e" },
    Scheme { name: "traditional@K̄", curve: |c| &c.traditional, mapped: true, colour: "#5a4fcf" },
];

/// Differences below this are rounding: a figure that is 1 for every recommender tells nothing.
const ROUNDING: f64 = 1e-9;
const STATISTICS: [(&str, Statistic); 2] = [("Pearson", pearson), ("Kendall τ-b", kendall)];

/// Writes `<name>.md`, `<name>.csv`, `<name>-recommenders.csv` and `<name>.svg`.
pub fn write(out: &Path, set: &DataSet, measured: &[Measured]) -> Result<()> {
    std::fs::create_dir_all(out)?;
    let file = |suffix: &str| out.join(format!("{}{suffix}", set.name));
    std::fs::write(file(".md"), tables(set, measured))?;
    std::fs::write(file(".csv"), correlations(set, measured))?;
    std::fs::write(file("-recommenders.csv"), recommenders(set, measured))?;
    std::fs::write(file(".svg"), figure(set, measured))?;
    Ok(())
}

/// How a scheme's Recall@K goes with the full one across recommenders; absent where one of them is
/// the same for all.
fn agreement(
    set: &DataSet,
    measured: &[Measured],
    exposed: usize,
    scheme: &Scheme,
    statistic: Statistic,
    k: usize,
) -> Option<f64> {
    let at = |curve: Curve, k: usize| -> Option<Vec<f64>> {
        let values: Vec<f64> =
            measured.iter().map(|one| curve(&one.curves[exposed])[k - 1]).collect();
        let most = values.iter().copied().fold(f64::MIN, f64::max);
        let least = values.iter().copied().fold(f64::MAX, f64::min);
        (most - least > ROUNDING).then_some(values)
    };
    let share = set.exposed[exposed] as f64 / set.mean_candidates();
    let cut = if scheme.mapped { ((k as f64 * share).round() as usize).max(1) } else { k };
    statistic(&at(scheme.curve, cut)?, &at(|c| &c.full, k)?)
}

fn shown(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.3}"))
}

pub fn tables(set: &DataSet, measured: &[Measured]) -> String {
    let mut text = format!(
        "# {}\n\nWritten by `npm run paper:ure`. {} {} recommenders.\n",
        set.name,
        set.about,
        measured.len()
    );
    for (at, exposed) in set.exposed.iter().enumerate() {
        let _ = write!(text, "\n## {exposed} candidates exposed\n\n| K |");
        for Scheme { name, .. } in SCHEMES {
            for (statistic, _) in STATISTICS {
                let _ = write!(text, " {name}, {statistic} |");
            }
        }
        text.push_str("\n|---|---|---|---|---|---|---|\n");
        for &k in SHOWN.iter().filter(|&&k| k <= set.most) {
            let _ = write!(text, "| {k} |");
            for scheme in &SCHEMES {
                for (_, statistic) in STATISTICS {
                    let value = agreement(set, measured, at, scheme, statistic, k);
                    let _ = write!(text, " {} |", shown(value));
                }
            }
            text.push('\n');
        }
    }
    for k in [5, 20, 100] {
        methods(&mut text, set, measured, k);
    }
    text
}

/// The mean of each method over its recommenders, best first by the full Recall, with places.
fn methods(text: &mut String, set: &DataSet, measured: &[Measured], k: usize) {
    let mut names: Vec<&str> = Vec::new();
    for one in measured {
        if !names.contains(&one.plan.method.as_str()) {
            names.push(&one.plan.method);
        }
    }
    let mean = |name: &str, curve: Curve| {
        let of = measured.iter().filter(|one| one.plan.method == name);
        let values: Vec<f64> = of.map(|one| curve(&one.curves[0])[k - 1]).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let schemes: [Curve; 3] = [|c| &c.full, |c| &c.ure, |c| &c.traditional];
    let columns =
        schemes.map(|curve| -> Vec<f64> { names.iter().map(|name| mean(name, curve)).collect() });
    let place = |column: &[f64], at: usize| 1 + column.iter().filter(|&&v| v > column[at]).count();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|&a, &b| columns[0][b].total_cmp(&columns[0][a]));
    let _ = write!(
        text,
        "\n## Methods at K = {k}, {} exposed\n\n| method | full | URE | traditional |\n|---|---|---|---|\n",
        set.exposed[0]
    );
    for at in order {
        let _ = write!(text, "| {} |", names[at]);
        for column in &columns {
            let _ = write!(text, " {:.4} ({}) |", column[at], place(column, at));
        }
        text.push('\n');
    }
    let order_of = |column: usize| shown(kendall(&columns[column], &columns[0]));
    let _ = writeln!(
        text,
        "\nKendall τ-b of the methods' order with the full one: URE {}, traditional {}.",
        order_of(1),
        order_of(2)
    );
}

fn correlations(set: &DataSet, measured: &[Measured]) -> String {
    let mut text = "exposed,k,scheme,pearson,kendall\n".to_owned();
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.6}"));
    for (at, exposed) in set.exposed.iter().enumerate() {
        for k in 1..=set.most {
            for scheme in &SCHEMES {
                let of = |statistic| number(agreement(set, measured, at, scheme, statistic, k));
                let name = scheme.name.to_lowercase();
                let _ = writeln!(text, "{exposed},{k},{name},{},{}", of(pearson), of(kendall));
            }
        }
    }
    text
}

fn recommenders(set: &DataSet, measured: &[Measured]) -> String {
    let mut text = "method,dimensions,epochs,seed,exposed,k,full,ure,traditional\n".to_owned();
    for Measured { plan, curves } in measured {
        for (curves, exposed) in curves.iter().zip(&set.exposed) {
            for &k in SHOWN.iter().filter(|&&k| k <= set.most) {
                let s = &plan.settings;
                let at = |curve: &[f64]| curve[k - 1];
                let _ = writeln!(
                    text,
                    "{},{},{},{},{exposed},{k},{:.6},{:.6},{:.6}",
                    plan.method,
                    s.dimensions,
                    s.epochs,
                    s.seed,
                    at(&curves.full),
                    at(&curves.ure),
                    at(&curves.traditional)
                );
            }
        }
    }
    text
}

/// Correlation against K, a panel a statistic.
fn figure(set: &DataSet, measured: &[Measured]) -> String {
    let (width, height, left, top) = (320.0, 220.0, 50.0, 40.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 310\" font-family=\"sans-serif\" \
         font-size=\"12\" role=\"img\"><title>Correlation with the full Recall@K across {} \
         recommenders, {} of the candidates exposed ({})</title>\
         <rect width=\"800\" height=\"310\" fill=\"#fff\"/>",
        measured.len(),
        set.exposed[0],
        set.name
    );
    for (panel, (name, statistic)) in STATISTICS.into_iter().enumerate() {
        let x0 = left + panel as f64 * 385.0;
        // From −0.2 to 1.
        let x = |k: f64| x0 + width * k / set.most as f64;
        let y = |value: f64| top + height * (1.0 - (value.max(-0.2) + 0.2) / 1.2);
        let _ = write!(svg, "<text x=\"{x0}\" y=\"22\" font-weight=\"bold\">{name}</text>");
        for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
            let (at, end) = (y(tick), x0 + width);
            let _ = write!(
                svg,
                "<line x1=\"{x0}\" x2=\"{end}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
                x0 - 6.0,
                at + 4.0
            );
        }
        for tick in 0..=3 {
            let k = (set.most * tick / 3) as f64;
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{k}</text>",
                x(k),
                top + height + 18.0
            );
        }
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">K</text>",
            x0 + width / 2.0,
            top + height + 36.0
        );
        for (row, scheme) in SCHEMES.iter().enumerate() {
            let points: Vec<String> = (1..=set.most)
                .filter_map(|k| {
                    let value = agreement(set, measured, 0, scheme, statistic, k)?;
                    Some(format!("{:.1},{:.1}", x(k as f64), y(value)))
                })
                .collect();
            let Scheme { name, colour, .. } = scheme;
            let dash = ["", " stroke-dasharray=\"5 3\"", " stroke-dasharray=\"2 2\""][row];
            let _ = write!(
                svg,
                "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dash} points=\"{}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\" text-anchor=\"end\">{name}</text>",
                points.join(" "),
                x0 + width - 6.0,
                y(0.05) - 32.0 + 16.0 * row as f64
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}
