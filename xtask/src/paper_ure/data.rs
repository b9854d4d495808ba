use std::collections::HashMap;

use anyhow::{Context, Result};
use attune::recall::recommenders::{Interaction, Interactions};
use attune::recall::simulation::{BiasSettings, UserTruth, World, WorldSettings};

use super::grid::{EXPOSED, EXPOSED_OF_150, MOST, SAMPLE, SAMPLE_SEED, SAMPLE_USERS};

/// What recommenders are trained on, and what is known of the candidates.
pub struct DataSet {
    pub name: &'static str,
    /// One sentence on what it is.
    pub about: String,
    pub interactions: Interactions,
    /// Labels shown at random, for naive Bayes.
    pub random_labels: Vec<bool>,
    pub truth: Vec<UserTruth>,
    /// The order of items with equal scores.
    pub ties: Vec<u32>,
    pub exposed: Vec<usize>,
    /// Whether propensities are known.
    pub given: bool,
    /// The largest K.
    pub most: usize,
}

impl DataSet {
    /// N, on average over users.
    pub fn mean_candidates(&self) -> f64 {
        let all: usize = self.truth.iter().map(|user| user.candidates.len()).sum();
        all as f64 / self.truth.len() as f64
    }
}

/// A simulated world; what training met is no candidate.
pub fn simulated(settings: &WorldSettings, bias: &BiasSettings) -> Result<DataSet> {
    let world = World::draw(settings)?;
    let log = world.biased_log(bias)?;
    let (users, items) = (world.user_count(), world.item_count());
    let mut met = vec![vec![false; items]; users];
    log.iter().for_each(|one| met[one.user as usize][one.item as usize] = true);
    let truth = (0..users)
        .map(|user| {
            let candidates: Vec<u32> =
                (0..items as u32).filter(|&item| !met[user][item as usize]).collect();
            let liked = candidates.iter().map(|&item| world.likes(user, item as usize)).collect();
            UserTruth { candidates, liked, exposed: Vec::new() }
        })
        .collect();
    let all = log
        .iter()
        .map(|one| Interaction {
            user: one.user,
            item: one.item,
            positive: one.liked,
            propensity: Some(one.propensity),
        })
        .collect();
    let sample = world.random_log(SAMPLE, SAMPLE_SEED)?;
    let shown = sample.iter().filter(|one| one.user < SAMPLE_USERS);
    let liked = log.iter().filter(|one| one.liked).count() as f64 / log.len() as f64;
    Ok(DataSet {
        name: "simulated",
        about: format!(
            "A simulated world of {users} users and {items} items, every pair known, {:.0} % liked; \
             recommenders saw {} pairs, chosen by popularity and liking, {:.0} % of them liked; \
             candidates are all others.",
            100.0 * settings.positive_share,
            log.len(),
            100.0 * liked
        ),
        interactions: Interactions::new(names(users), names(items), all)?,
        random_labels: shown.map(|one| one.liked).collect(),
        truth,
        // Items are numbered without regard to anything.
        ties: (0..items as u32).collect(),
        exposed: EXPOSED.to_vec(),
        given: true,
        most: MOST,
    })
}

/// The simulated data set of AutoDebias (Chen et al. 2021), where `ATTUNE_DATA` has it: ratings of
/// 25 chosen and of 150 random items a user. The random ones are the candidates, all of them known.
pub fn autodebias() -> Result<Option<DataSet>> {
    let Ok(folder) = std::env::var("ATTUNE_DATA") else {
        eprintln!("skipped: autodebias-simulation, since ATTUNE_DATA is not set");
        return Ok(None);
    };
    let folder = std::path::Path::new(&folder).join("autodebias-simulation/datasets/simulation");
    let read = |name: &str| -> Result<Vec<Vec<u32>>> {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        text.lines()
            .map(|line| line.split(',').map(|field| Ok(field.trim().parse()?)).collect())
            .collect()
    };
    // user, item, position, rating; user, item, rating. The highest rating, 5, counts as liked.
    let (chosen, random) = (read("user.txt")?, read("random.txt")?);
    let count = |column: usize| {
        chosen.iter().chain(&random).map(|row| row[column] as usize + 1).max().unwrap_or(0)
    };
    let (users, items) = (count(0), count(1));
    let all = chosen
        .iter()
        .map(|row| Interaction {
            user: row[0],
            item: row[1],
            positive: row[3] == 5,
            propensity: None,
        })
        .collect();
    let mut truth = vec![UserTruth::default(); users];
    let mut places: HashMap<u32, usize> = HashMap::new();
    let mut sample = Vec::new();
    for row in &random {
        let (user, liked) = (row[0], row[2] == 5);
        truth[user as usize].candidates.push(row[1]);
        truth[user as usize].liked.push(liked);
        let place = places.entry(user).or_default();
        if user < SAMPLE_USERS && *place < SAMPLE {
            sample.push(liked);
        }
        *place += 1;
    }
    Ok(Some(DataSet {
        name: "autodebias",
        about: format!(
            "The data set that AutoDebias was published with (Chen et al., SIGIR 2021), itself \
             simulated: {users} users, {items} items, {} chosen pairs to train on; candidates are \
             the 150 random items of each user, all labelled, {:.0} % liked (rating 5).",
            chosen.len(),
            100.0 * random.iter().filter(|row| row[2] == 5).count() as f64 / random.len() as f64
        ),
        interactions: Interactions::new(names(users), names(items), all)?,
        random_labels: sample,
        truth,
        ties: (0..items as u32).collect(),
        exposed: EXPOSED_OF_150.to_vec(),
        given: false,
        most: 150,
    }))
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|at| at.to_string()).collect()
}
