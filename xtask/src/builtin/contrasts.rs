use std::collections::BTreeMap;

use anyhow::Result;
use attune::reward::{Method, ScoreSettings};
use pollster::block_on;

use super::evaluate::{percent, share};
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
    let count = right.iter().filter(|right| **right).count();
    println!("- {name}: {count} of {}, {}", right.len(), percent(&share(right)?));
    Ok(())
}
