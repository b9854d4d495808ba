use super::log::Task;
use super::report::RecallReport;
use super::scores::Scores;
use super::settings::{RecallSettings, Scheme};
use super::tally::{Shape, Tally};
use super::user::{BELOWS, TieOrder, UserTask};
use super::{Names, Ties};
use crate::formats::{Error, ErrorKind, Result};

/// A recommender to evaluate.
#[derive(Debug, Clone, Copy)]
pub struct Recommender<'a> {
    /// Its name in the report: its scores file.
    pub name: &'a str,
    /// Its scores of every candidate.
    pub scores: &'a Scores,
}

/// Estimates Recall@K and its kin for recommenders on one task, with intervals and paired
/// comparisons of the first with each other.
///
/// # Errors
///
/// `Setting` as [`RecallSettings::check`] says, and for a scheme without its log; `Empty` for no
/// recommender, or where nothing was exposed to anyone; `Mismatch` where recommenders rank other
/// users or candidates.
///
/// ```
/// use attune::formats::Matrix;
/// use attune::recall::{
///     Exposed, ExposureLog, RecallSettings, Recommender, Scores, Task, evaluate,
/// };
/// // One user, four candidates; the second and third were shown, only the second was liked.
/// let scores = Scores::from_matrix(Matrix { rows: 1, columns: 4, values: vec![0.9, 0.8, 0.1, 0.0] })?;
/// let shown = vec![Exposed { item: 1, positive: true }, Exposed { item: 2, positive: false }];
/// let task = Task::new(&scores).exposed(ExposureLog::new(vec![shown], &scores)?);
/// let settings = RecallSettings { k: vec![1], ..Default::default() };
/// let report = evaluate(&[Recommender { name: "mf", scores: &scores }], &task, &settings)?;
/// // Among all four it is second, so no hit at 1; among the two exposed it is first.
/// let figures: Vec<_> = report.systems[0].results.iter().map(|r| r.estimate).collect();
/// assert_eq!(figures, [Some(0.0), Some(0.0), Some(1.0), Some(1.0)]);
/// // The traditional figure speaks of Recall@2.
/// assert_eq!(report.systems[0].results[2].implied_k, Some(2.0));
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn evaluate(
    recommenders: &[Recommender<'_>],
    task: &Task,
    settings: &RecallSettings,
) -> Result<RecallReport> {
    let mut run = Evaluation::new(recommenders, task, settings)?;
    while !run.step(recommenders, task, usize::MAX)? {}
    run.report()
}

/// An evaluation under way, some users at a time, so that it can tell how far it is and be broken
/// off. Every call must get the recommenders and the task that it was begun with.
pub struct Evaluation {
    tally: Tally,
    /// The users to go through, in the order of their names, which is the same however a file is
    /// sorted.
    users: Vec<usize>,
    done: usize,
    /// Where the task's users and items stand in each recommender.
    places: Vec<Places>,
    ties: Vec<TieOrder>,
    tile: Vec<f32>,
}

/// Where users and items of the task stand in a recommender's scores; `None` where at the same
/// places.
type Places = (Option<Vec<usize>>, Option<Vec<usize>>);

/// Users worked on at a time.
const BATCH: usize = 64;

impl Evaluation {
    /// Checks everything; computes nothing yet.
    ///
    /// # Errors
    ///
    /// As [`evaluate`].
    pub fn new(
        recommenders: &[Recommender<'_>],
        task: &Task,
        settings: &RecallSettings,
    ) -> Result<Self> {
        settings.check()?;
        check_logs(task, settings)?;
        if recommenders.is_empty() {
            let mend = "Give the scores of at least one.";
            return Err(Error::new(ErrorKind::Empty, "there is no recommender", mend));
        }
        let has = |log: &Option<super::ItemLog>, user| {
            log.as_ref().is_some_and(|log| log.of_user(user).len() > 0)
        };
        let mut users: Vec<usize> = (0..task.users.len())
            .filter(|&user| has(&task.exposed, user) || has(&task.full, user))
            .collect();
        let idle = task.users.len() - users.len();
        users.sort_by_cached_key(|&user| task.users.name(user));
        if users.is_empty() {
            return Err(Error::new(
                ErrorKind::Empty,
                "nothing was exposed to any user",
                "Give an exposure log with at least one row.",
            ));
        }
        let places = recommenders
            .iter()
            .map(|recommender| same_task(task, recommender, &users))
            .collect::<Result<_>>()?;
        let names = recommenders.iter().map(|one| one.name.to_owned()).collect();
        let mut tally = Tally::new(Shape::new(settings.clone(), names, task.items.len()));
        tally.diagnostics.idle_users = Some(idle as u64);
        tally.diagnostics.outside_mask = task.mask.as_ref().map_or(0, |mask| mask.outside());
        tally.diagnostics.unread_propensities =
            task.exposed.as_ref().is_some_and(|log| log.unread_propensities());
        let logs = [&task.exposed, &task.full, &task.mask].into_iter().flatten();
        tally.hashes = logs.filter_map(|log| log.hash().map(str::to_owned)).collect();
        let drawn = settings.ties == Ties::Random;
        let ties = recommenders
            .iter()
            .map(|one| TieOrder::new(drawn.then(|| one.scores.items()), settings.seed))
            .collect();
        Ok(Self { tally, users, done: 0, places, ties, tile: Vec::new() })
    }

    /// Goes through `count` further users at least; true when all are done.
    ///
    /// # Errors
    ///
    /// `NotFinite` where factors multiply to no finite score.
    pub fn step(
        &mut self,
        recommenders: &[Recommender<'_>],
        task: &Task,
        count: usize,
    ) -> Result<bool> {
        let end = self.done.saturating_add(count).min(self.users.len());
        while self.done < end {
            let last = (self.done + BATCH).min(self.users.len());
            self.batch(recommenders, task, self.done..last)?;
            self.done = last;
        }
        Ok(self.done == self.users.len())
    }

    /// Users done, and all.
    pub fn progress(&self) -> (usize, usize) {
        (self.done, self.users.len())
    }

    fn batch(
        &mut self,
        recommenders: &[Recommender<'_>],
        task: &Task,
        range: std::ops::Range<usize>,
    ) -> Result<()> {
        let Self { tally, users, places, ties, tile, .. } = self;
        let batch: Vec<UserTask> =
            users[range.clone()].iter().map(|&user| UserTask::of(task, user)).collect();
        let width = tally.shape.width();
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(batch.len());
        for user in &batch {
            let mut row = vec![0.0; width];
            row[..BELOWS].copy_from_slice(&user.belows());
            rows.push(row);
        }
        let Tally { shape, spreads, .. } = tally;
        // Only who likes anything needs a ranking.
        let asked: Vec<usize> = (0..batch.len())
            .filter(|&at| batch[at].positives() > 0 || batch[at].likes() > 0)
            .collect();
        for (system, recommender) in recommenders.iter().enumerate() {
            let (user_places, item_places) = &places[system];
            let in_scores: Vec<usize> = asked
                .iter()
                .map(|&at| users[range.start + at])
                .map(|user| user_places.as_ref().map_or(user, |places| places[user]))
                .collect();
            let mut standings = vec![[const { Vec::new() }; 3]; batch.len()];
            recommender.scores.for_each(&in_scores, tile, |at, row| {
                let user = &batch[asked[at]];
                standings[asked[at]] =
                    user.standings(row, &shape.cells, item_places.as_deref(), &ties[system]);
                Ok(())
            })?;
            for ((user, standings), row) in batch.iter().zip(&standings).zip(&mut rows) {
                for (cell, settled) in shape.cells.iter().enumerate() {
                    let spread = (settled.scheme == Scheme::Ure)
                        .then(|| &mut spreads[system * shape.cells.len() + cell]);
                    let above = user.figures(settled, standings, &shape.settings, spread);
                    for (average, above) in above.into_iter().enumerate() {
                        row[shape.ratio(system, cell, average).above] = above;
                    }
                }
            }
        }
        tally.add(&batch, &rows);
        Ok(())
    }

    /// The report on the users gone through.
    ///
    /// # Errors
    ///
    /// `Empty` where the mask left no exposure.
    pub fn report(&self) -> Result<RecallReport> {
        self.tally.report()
    }

    /// The sums behind the report, as a file that [`merge`] reads.
    pub fn partial(&self) -> String {
        self.tally.to_partial()
    }

    /// Adds hashes of further inputs to the report, before those of the logs.
    pub fn with_hashes(mut self, mut scores: Vec<String>) -> Self {
        scores.append(&mut self.tally.hashes);
        self.tally.hashes = scores;
        self
    }
}

/// The report of a single run, out of the files of its shards (name and content), whatever the
/// split and its order.
///
/// # Errors
///
/// What reading a file reports; `Empty` for no file; `Mismatch` for shards of other settings,
/// recommenders or candidates; `Duplicate` for a user in two of them.
pub fn merge(files: &[(String, Vec<u8>)]) -> Result<RecallReport> {
    let mut shards = files.iter();
    let Some((name, bytes)) = shards.next() else {
        let mend = "Name the files that attune recall --partial wrote.";
        return Err(Error::new(ErrorKind::Empty, "there is no shard", mend));
    };
    let mut tally = Tally::from_partial(name, bytes)?;
    for (name, bytes) in shards {
        let shard = Tally::from_partial(name, bytes)?;
        tally.merge(&shard).map_err(|error| error.in_file(name))?;
    }
    tally.check_users()?;
    tally.report()
}

fn check_logs(task: &Task, settings: &RecallSettings) -> Result<()> {
    for &scheme in &settings.schemes {
        let (log, needs, option) = match scheme {
            Scheme::Full => (&task.full, "complete labels", "full"),
            _ => (&task.exposed, "an exposure log", "exposed"),
        };
        if log.is_none() {
            let problem = format!("a scheme needs {needs}, and none is given");
            let mend = format!("Give --{option}, or name other schemes.");
            return Err(Error::new(ErrorKind::Setting, problem, mend).at_field("schemes"));
        }
    }
    Ok(())
}

/// Where the task's users and items stand in a recommender's scores; refuses other candidates.
fn same_task(task: &Task, recommender: &Recommender<'_>, users: &[usize]) -> Result<Places> {
    let Recommender { name, scores } = recommender;
    let differs = |problem: String| {
        let mend = "Score the same users and candidates with each recommender.";
        Error::new(ErrorKind::Mismatch, problem, mend).in_file(*name)
    };
    if scores.item_count() != task.items.len() {
        let (here, there) = (scores.item_count(), task.items.len());
        return Err(differs(format!("it ranks {here} candidates where the first ranks {there}")));
    }
    let found = |places: Option<Vec<Option<usize>>>, asked: &[usize], names: &Names, what: &str| {
        let Some(places) = places else { return Ok(None) };
        if let Some(&missing) = asked.iter().find(|&&at| places[at].is_none()) {
            let name = names.name(missing);
            return Err(differs(format!("it has no scores of {what} \"{name}\"")));
        }
        // Users beyond the log may be missing; nobody asks for them.
        Ok(Some(places.into_iter().map(|place| place.unwrap_or(usize::MAX)).collect()))
    };
    let items: Vec<usize> = (0..task.items.len()).collect();
    Ok((
        found(task.users.within(scores.users()), users, &task.users, "user")?,
        found(task.items.within(scores.items()), &items, &task.items, "item")?,
    ))
}
