use super::World;
use super::model::Ranking;
use super::study_types::{Redraw, SimulatedFigure, SimulationReport, SimulationSettings};
use crate::formats::{Error, ErrorKind, Result};
use crate::recall::Names;
use crate::recall::log::{ItemLog, Task};
use crate::recall::ranking::Standing;
use crate::recall::settings::{Average, RecallSettings, Scheme};
use crate::recall::tally::{Shape, Tally};
use crate::recall::user::{BELOWS, Below, UserTask};
use crate::recall::warnings::{FEW_HITS, FEW_USERS};
use crate::stats::Random;

/// Repeats an evaluation on exposures drawn anew from a world in which everything is known, to see
/// how far each scheme is off and how often each interval holds what it speaks of.
pub struct Simulation {
    settings: SimulationSettings,
    evaluation: RecallSettings,
    world: World,
    /// For each user the place of every item in the model's ranking, from 0.
    rankings: Vec<Ranking>,
    targets: Vec<f64>,
    random: Random,
    runs: Vec<Sums>,
    done: u32,
}

#[derive(Debug, Clone, Default)]
struct Sums {
    count: f64,
    sum: f64,
    squares: f64,
    held: f64,
    intervals: f64,
    hits: f64,
    users: f64,
    warned: f64,
}

const SCHEMES: [Scheme; 2] = [Scheme::Ure, Scheme::Traditional];

impl Simulation {
    /// Draws the model; nothing is repeated yet.
    ///
    /// # Errors
    ///
    /// `Setting` for numbers out of range.
    pub fn new(world: World, settings: SimulationSettings) -> Result<Self> {
        let wrong = |field: &str, problem: String, mend: &str| {
            Err(Error::new(ErrorKind::Setting, problem, mend).at_field(field))
        };
        let items = world.item_count();
        if settings.exposed == 0 || settings.exposed as usize > items {
            let problem = format!("{} of {items} items are to be shown", settings.exposed);
            return wrong("exposed", problem, "Show at least one item and at most all.");
        }
        if settings.repetitions < 2 {
            return wrong("repetitions", "fewer than two".to_owned(), "Ask for 1000 or so.");
        }
        if !(0.0..=1.0).contains(&settings.skill) {
            return wrong("skill", format!("it is {}", settings.skill), "Give 0 to 1.");
        }
        let evaluation = RecallSettings {
            k: settings.k.clone(),
            schemes: SCHEMES.to_vec(),
            // With the same users each time resamples judge nothing; the fewest will do.
            resamples: match settings.redraw {
                Redraw::Exposure => settings.resamples.min(100),
                Redraw::Users => settings.resamples,
            },
            interval: settings.interval,
            level: settings.level,
            permutations: 99,
            ..RecallSettings::default()
        };
        evaluation.check()?;
        let mut random = Random::for_purpose(settings.seed, 21);
        let rankings = (0..world.user_count())
            .map(|user| Ranking::draw(&world, user, settings.skill, &mut random))
            .collect();
        let mut simulation = Self {
            targets: Vec::new(),
            runs: vec![Sums::default(); 2 * SCHEMES.len() * settings.k.len()],
            settings,
            evaluation,
            world,
            rankings,
            random,
            done: 0,
        };
        simulation.targets = simulation
            .settings
            .k
            .clone()
            .into_iter()
            .flat_map(|k| simulation.target(k as usize))
            .collect();
        Ok(simulation)
    }

    /// Macro and micro Recall@K of the world: the mean over users, each weighted by their chance to
    /// have an exposed positive, and the share of all likes.
    fn target(&self, k: usize) -> [f64; 2] {
        let (mut weighted, mut weight, mut hits, mut likes) = (0.0, 0.0, 0.0, 0.0);
        let (items, exposed) = (self.world.item_count(), self.settings.exposed as usize);
        for (user, ranking) in self.rankings.iter().enumerate() {
            let liked = self.world.liked(user);
            if liked.is_empty() {
                continue;
            }
            let found = liked.iter().filter(|&&item| ranking.place(item as usize) < k).count();
            // That none of the exposed is liked: hypergeometric.
            let none: f64 = (0..exposed)
                .map(|at| (items - at).saturating_sub(liked.len()) as f64 / (items - at) as f64)
                .product();
            let chance = 1.0 - none;
            weighted += chance * found as f64 / liked.len() as f64;
            weight += chance;
            hits += found as f64;
            likes += liked.len() as f64;
        }
        [weighted / weight, hits / likes]
    }

    /// Repeats `count` further times; true when all are done.
    ///
    /// # Errors
    ///
    /// None that the settings allow; the signature is that of the evaluation.
    pub fn step(&mut self, count: u32) -> Result<bool> {
        let end = self.done.saturating_add(count).min(self.settings.repetitions);
        while self.done < end {
            self.repeat()?;
            self.done += 1;
        }
        Ok(self.done == self.settings.repetitions)
    }

    /// Repetitions done, and all.
    pub fn progress(&self) -> (u32, u32) {
        (self.done, self.settings.repetitions)
    }

    fn repeat(&mut self) -> Result<()> {
        let (count, items) = (self.world.user_count(), self.world.item_count());
        let chosen: Vec<usize> = match self.settings.redraw {
            Redraw::Exposure => (0..count).collect(),
            Redraw::Users => (0..count).map(|_| self.random.below(count)).collect(),
        };
        let mut pool: Vec<u32> = (0..items as u32).collect();
        let mut shown = Vec::with_capacity(count);
        for &user in &chosen {
            let exposed = self.random.draw(&mut pool, self.settings.exposed as usize);
            let likes = |item: u32| self.world.likes(user, item as usize);
            shown.push(exposed.iter().map(|&item| item << 1 | u32::from(likes(item))).collect());
        }
        let task = Task {
            users: Names::places(count),
            items: Names::places(items),
            exposed: Some(ItemLog::packed(shown)),
            full: None,
            mask: None,
        };
        // Another seed each time: the same weights would make the repetitions depend on one another.
        let settings = RecallSettings {
            seed: self.settings.seed.wrapping_add(self.done),
            ..self.evaluation.clone()
        };
        let mut tally = Tally::new(Shape::new(settings, vec!["model".to_owned()], items));
        for (first, chosen) in chosen.chunks(64).enumerate() {
            self.add(&mut tally, &task, first * 64, chosen);
        }
        self.note(&tally)
    }

    fn add(&self, tally: &mut Tally, task: &Task, first: usize, chosen: &[usize]) {
        let Tally { shape, spreads, .. } = tally;
        let mut users = Vec::new();
        let mut rows = Vec::new();
        for (at, &user) in chosen.iter().enumerate() {
            let part = UserTask::of(task, first + at);
            let ranking = &self.rankings[user];
            let places = |items: &[usize]| -> Vec<usize> {
                items.iter().map(|&item| ranking.place(item)).collect()
            };
            let positives = places(&part.exposed()[..part.positives()]);
            let mut among = places(part.exposed());
            among.sort_unstable();
            let standing = |above: usize| Standing { above: above as u32, equal: 1, before: 0 };
            let standings = [
                positives.iter().map(|&place| standing(place)).collect(),
                positives
                    .iter()
                    .map(|place| standing(among.partition_point(|other| other < place)))
                    .collect(),
                Vec::new(),
            ];
            let mut row = vec![0.0; shape.width()];
            row[..BELOWS].copy_from_slice(&part.belows());
            for (cell, settled) in shape.cells.iter().enumerate() {
                let spread = (settled.scheme == Scheme::Ure).then(|| &mut spreads[cell]);
                let above = part.figures(settled, &standings, &shape.settings, spread);
                for (average, above) in above.into_iter().enumerate() {
                    row[shape.ratio(0, cell, average).above] = above;
                }
            }
            users.push(part);
            rows.push(row);
        }
        tally.add(&users, &rows);
    }

    fn note(&mut self, tally: &Tally) -> Result<()> {
        let report = tally.report()?;
        let few_users = tally.below(Below::UsersWithPositives) < FEW_USERS;
        let asked = self.evaluation.resamples > 0;
        let columns = self.settings.k.len();
        for (at, result) in report.systems[0].results.iter().enumerate() {
            let sums = &mut self.runs[at];
            let Some(estimate) = result.estimate else { continue };
            sums.count += 1.0;
            sums.sum += estimate;
            sums.squares += estimate * estimate;
            sums.users += f64::from(result.users);
            sums.hits += tally.hits(0, at / 2);
            // The cells of URE come first, with the same cut-offs as the others.
            let few_hits = tally.hits(0, at / 2 % columns) < FEW_HITS;
            sums.warned += f64::from(asked && (few_users || few_hits));
            let target = self.targets[2 * (at / 2 % columns) + at % 2];
            let interval = match self.settings.redraw {
                Redraw::Exposure => result.ci_these_users,
                Redraw::Users => result.ci,
            };
            if let Some([low, high]) = interval {
                sums.intervals += 1.0;
                sums.held += f64::from(low <= target && target <= high);
            }
        }
        Ok(())
    }

    /// How each figure fared so far.
    pub fn report(&self) -> SimulationReport {
        let columns = self.settings.k.len();
        let figures = self.runs.iter().enumerate().map(|(at, sums)| {
            let n = sums.count.max(1.0);
            let (target, mean) = (self.targets[2 * (at / 2 % columns) + at % 2], sums.sum / n);
            let variance = ((sums.squares - n * mean * mean) / (n - 1.0).max(1.0)).max(0.0);
            SimulatedFigure {
                scheme: SCHEMES[at / 2 / columns],
                average: [Average::Macro, Average::Micro][at % 2],
                k: self.settings.k[at / 2 % columns],
                target,
                bias: mean - target,
                bias_error: (variance / n).sqrt(),
                sd: variance.sqrt(),
                coverage: (sums.intervals > 0.0).then(|| sums.held / sums.intervals),
                hits: sums.hits / n,
                users: sums.users / n,
                warned: sums.warned / n,
            }
        });
        SimulationReport {
            settings: self.settings.clone(),
            repetitions: self.done,
            users: self.world.user_count() as u32,
            items: self.world.item_count() as u32,
            figures: figures.collect(),
        }
    }
}
