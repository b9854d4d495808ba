//! The experiment of the paper on Unbiased Recall Evaluation (arXiv 2409.04810): across trained
//! recommenders, how well does each scheme's Recall@K go with the full one?

mod data;
mod grid;
mod report;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use attune::model::Device;
use attune::recall::recommenders::{Factors, TrainingInput, train};
use attune::recall::simulation::{BiasSettings, RecallCurves, UserTruth, WorldSettings};
use pollster::block_on;

use data::DataSet;
use grid::Planned;

/// A recommender of the grid and its curves, one set for each N̄.
pub struct Measured {
    pub plan: Planned,
    pub curves: Vec<RecallCurves>,
}

/// Runs the experiment and writes its tables and figures into `out`; `dry` tries it on a smaller
/// world of other seeds, with every fifth recommender, and writes nothing.
pub fn run(out: &Path, dry: bool) -> Result<()> {
    let (world, bias) = if dry {
        let world = WorldSettings { users: 300, items: 500, seed: 1, ..grid::world() };
        (world, BiasSettings { mean_observed: 40.0, seed: 1, ..grid::bias() })
    } else {
        (grid::world(), grid::bias())
    };
    let mut sets = vec![data::simulated(&world, &bias)?];
    if !dry {
        sets.extend(data::autodebias()?);
    }
    for mut set in sets {
        let measured = measure(&mut set, dry)?;
        if dry {
            println!("{}", report::tables(&set, &measured));
        } else {
            report::write(out, &set, &measured)?;
        }
    }
    Ok(())
}

fn measure(set: &mut DataSet, dry: bool) -> Result<Vec<Measured>> {
    let plans = grid::recommenders(set.given);
    let plans: Vec<Planned> = plans.into_iter().step_by(if dry { 5 } else { 1 }).collect();
    let begun = Instant::now();
    let mut trained: Vec<(Planned, Factors)> = Vec::new();
    for plan in plans {
        let input =
            TrainingInput { interactions: &set.interactions, random: Some(&set.random_labels) };
        let never = async |_, _| Ok::<(), attune::formats::Error>(());
        let factors = block_on(train(input, &plan.settings, &Device::flex(), never))?.factors;
        trained.push((plan, factors));
    }
    let training = begun.elapsed();
    let mut curves: Vec<Vec<RecallCurves>> = vec![Vec::new(); trained.len()];
    for &exposed in &set.exposed {
        UserTruth::expose(&mut set.truth, exposed, grid::EXPOSURE_SEED);
        for ((_, factors), curves) in trained.iter().zip(&mut curves) {
            let scores = |user| factors.scores(user);
            curves.push(RecallCurves::follow(&set.truth, scores, &set.ties, set.most));
        }
    }
    eprintln!(
        "{}: {} recommenders trained in {:.0} s, followed in {:.0} s",
        set.name,
        trained.len(),
        training.as_secs_f64(),
        (begun.elapsed() - training).as_secs_f64()
    );
    let join = |((plan, _), curves)| Measured { plan, curves };
    Ok(trained.into_iter().zip(curves).map(join).collect())
}
