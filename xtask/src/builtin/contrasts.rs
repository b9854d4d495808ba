use std::collections::BTreeMap;

use anyhow::Result;
use attune::reward::{Method, ScoreSettings};
use attune::stats::Interval;
use pollster::block_on;

use super::evaluate::share;
use super::pairs::{ContrastPair, contrast_pairs};
use super::shipped_judge;

/// Prints how many contrast pairs the shipped judge puts in the right order; those of the test also
/// by the file that they stand in.
pub fn evaluate_contrasts(split: &str) -> Result<()> {
    let judge = shipped_judge()?;
    let settings = ScoreSettings::of(Method::Peregrm);
    println!("\nContrast pairs in the right order (PereGRM, by the reward; a tie is wrong)\n");
    let mut splits = vec!["train", "validation"];
    if split == "test" {
        splits.push(split);
    }
    for split in splits {
        let (mut all, mut by_file) = (Vec::new(), BTreeMap::<_, Vec<bool>>::new());
        for ContrastPair { file, rows, better } in contrast_pairs(split)? {
            let scored = block_on(judge.score(&rows, &settings))?;
            let right = scored[better].reward > scored[1 - better].reward;
            all.push(right);
            by_file.entry(file).or_default().push(right);
        }
        print(split, &all)?;
        if split == "test" {
            by_file.iter().try_for_each(|(file, right)| print(&format!("of {file}"), right))?;
        }
    }
    Ok(())
}

fn print(name: &str, right: &[bool]) -> Result<()> {
    let Interval { estimate, low, high, .. } = share(right)?;
    let [estimate, low, high] =
        [estimate, low, high].map(|share| 100.0 * share.unwrap_or(f64::NAN));
    let count = right.iter().filter(|right| **right).count();
    println!("- {name}: {count} of {}, {estimate:.0} % ({low:.0}–{high:.0})", right.len());
    Ok(())
}
