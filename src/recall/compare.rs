use super::evaluate::Evaluated;
use super::intervals::Hits;
use super::types::{RecallComparison, RecallSettings};
use crate::formats::Result;
use crate::stats::{bootstrap_sums, holm, sign_flip_test};

/// The first recommender against each other at every scheme and K. Empty where there is no other,
/// no resample, or no user with a positive.
pub(super) fn comparisons(
    all: &[Evaluated],
    settings: &RecallSettings,
) -> Result<Vec<RecallComparison>> {
    let Some((first, others)) = all.split_first() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    if settings.resamples == 0 {
        return Ok(found);
    }
    let cells =
        settings.schemes.iter().flat_map(|&scheme| settings.k.iter().map(move |&k| (scheme, k)));
    for (at, (scheme, k)) in cells.enumerate() {
        let mut family = Vec::new();
        for other in others {
            let Some(gap) = gap(&first.columns[at], &other.columns[at], settings)? else {
                continue;
            };
            family.push(RecallComparison {
                a: first.system.name.clone(),
                b: other.system.name.clone(),
                scheme,
                metric: "recall".to_owned(),
                k,
                difference: gap.mean,
                ci: gap.ci,
                p: gap.p,
                p_holm: gap.p,
                users: gap.users,
            });
        }
        let adjusted = holm(&family.iter().map(|one| one.p).collect::<Vec<_>>())?;
        for (one, p_holm) in family.iter_mut().zip(adjusted) {
            one.p_holm = p_holm;
        }
        found.append(&mut family);
    }
    Ok(found)
}

struct Gap {
    mean: f64,
    ci: Option<[f64; 2]>,
    p: f64,
    users: u32,
}

/// The users' differences, on those with a positive: the exposure is the same for both, so each
/// user's n is too.
fn gap(a: &[Hits], b: &[Hits], settings: &RecallSettings) -> Result<Option<Gap>> {
    let difference = |(a, b): (&Hits, &Hits)| {
        if a.n > 0.0 { vec![1.0, (a.m - b.m) / a.n] } else { vec![0.0, 0.0] }
    };
    let rows: Vec<Vec<f64>> = a.iter().zip(b).map(difference).collect();
    let with: Vec<[f64; 1]> = rows.iter().filter(|row| row[0] > 0.0).map(|row| [row[1]]).collect();
    if with.is_empty() {
        return Ok(None);
    }
    let drawn = bootstrap_sums(&rows, &settings.bootstrap(), |sums| vec![sums[1] / sums[0]])?;
    let test = sign_flip_test(&with, &settings.sign_flips())?;
    Ok(drawn[0].estimate.map(|mean| Gap {
        mean,
        ci: drawn[0].low.zip(drawn[0].high).map(|(low, high)| [low, high]),
        p: test.p[0],
        users: with.len() as u32,
    }))
}
