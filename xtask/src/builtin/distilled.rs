use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Result;
use attune::reward::builtin::SIDES;
use attune::reward::builtin::train_personal::{SideInputs, SideSettings, SideWeights, fit_sides};
use pollster::block_on;

/// How many networks teach the one that is kept.
const TEACHERS: u32 = 6;

type Shares = [f32; SIDES];

/// A network of what several, fitted to texts of known sides and alike but for their seeds, say
/// together of these texts and of others whose sides nobody told (distillation: Hinton, Vinyals &
/// Dean 2015). One network's reading of a text it has not met turns on its seed; that of several
/// less so, and it passes on to one.
pub fn distilled(
    known: SideInputs,
    classes: &[usize],
    others: SideInputs,
    settings: SideSettings,
) -> Result<SideWeights> {
    let hot: Vec<Shares> = classes
        .iter()
        .map(|&class| std::array::from_fn(|side| f32::from(u8::from(side == class))))
        .collect();
    let mut all = known.clone();
    all.extend(others);

    let taught: Mutex<Vec<(u32, Result<Vec<Shares>>)>> = Mutex::new(Vec::new());
    let next = AtomicU32::new(1);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let teacher = next.fetch_add(1, Ordering::Relaxed);
                    if teacher > TEACHERS {
                        break;
                    }
                    let settings = SideSettings { seed: settings.seed + teacher, ..settings };
                    let fitted = block_on(fit_sides(&known, &hot, settings));
                    let shares = fitted.map(|weights| weights.shares(&all)).map_err(Into::into);
                    taught.lock().expect("no thread panicked").push((teacher, shares));
                }
            });
        }
    });
    let mut taught = taught.into_inner().expect("no thread panicked");
    // Sums in one order are the same on every run.
    taught.sort_by_key(|(teacher, _)| *teacher);
    let mut targets = vec![[0.0; SIDES]; all.len()];
    for (_, shares) in taught {
        for (target, shares) in targets.iter_mut().zip(shares?) {
            target.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share / TEACHERS as f32);
        }
    }
    // What a text's author said counts as much as what all teachers say of it.
    for (target, hot) in targets.iter_mut().zip(&hot) {
        target.iter_mut().zip(hot).for_each(|(share, told)| *share = (*share + told) / 2.0);
    }
    Ok(block_on(fit_sides(&all, &targets, settings))?)
}
