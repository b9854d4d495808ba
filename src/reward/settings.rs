use serde::{Deserialize, Serialize};

use super::PermSettings;
use super::perm::{Aggregate, constant};
use crate::formats::{Error, ErrorKind, Result};

/// Which method turns a judge's view of a reply into a reward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Method {
    /// One scale a perspective for everyone (arXiv 2601.10532).
    #[default]
    Perm,
    /// Criteria for this user and query (arXiv 2606.00728).
    Peregrm,
}

/// How replies are scored: the method and the constants of its reward.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct ScoreSettings {
    /// The method; PERM by default.
    pub method: Method,
    /// As in [`PermSettings`]; PERM only.
    pub aggregate: Aggregate,
    /// As in [`PermSettings`]; PERM only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub weights: Option<[f64; 3]>,
    /// c, as in [`PermSettings`].
    pub bystander_weight: f64,
    /// As in [`PermSettings`]; PERM only.
    pub length_limit: u32,
    /// As in [`PermSettings`]; PERM only.
    pub length_rate: f64,
    /// The level of the built-in judge's intervals, 0.5 to 0.99.
    pub level: f64,
}

/// The level of the intervals where none is chosen.
pub(super) const LEVEL: f64 = 0.9;

impl Default for ScoreSettings {
    fn default() -> Self {
        Self::from(PermSettings::default())
    }
}

impl From<PermSettings> for ScoreSettings {
    fn from(constants: PermSettings) -> Self {
        let PermSettings { aggregate, weights, bystander_weight, length_limit, length_rate } =
            constants;
        let method = Method::Perm;
        Self {
            method,
            aggregate,
            weights,
            bystander_weight,
            length_limit,
            length_rate,
            level: LEVEL,
        }
    }
}

impl ScoreSettings {
    /// The default constants with the method given.
    pub fn of(method: Method) -> Self {
        Self { method, ..Self::default() }
    }

    /// The constants of the reward.
    pub fn constants(&self) -> PermSettings {
        let Self { aggregate, weights, bystander_weight, length_limit, length_rate, .. } = *self;
        PermSettings { aggregate, weights, bystander_weight, length_limit, length_rate }
    }

    /// Refuses a level out of its range, and constants that the method would not use: PereGRM has a
    /// harmonic mean and no length penalty.
    ///
    /// # Errors
    ///
    /// `Setting`, naming the constant.
    pub fn check(&self) -> Result<()> {
        check_level(self.level)?;
        check_constants(self.method, &self.constants())
    }
}

/// Refuses a level of intervals out of its range.
pub(super) fn check_level(level: f64) -> Result<()> {
    if (0.5..=0.99).contains(&level) {
        return Ok(());
    }
    let problem = format!("the level of the intervals is {level}");
    let mend = "Give a share from 0.5 to 0.99, such as 0.9.";
    Err(Error::new(ErrorKind::Setting, problem, mend).at_field("level"))
}

/// Refuses constants that are out of range, or that the method would not use.
pub(crate) fn check_constants(method: Method, given: &PermSettings) -> Result<()> {
    if method == Method::Perm {
        return given.check();
    }
    constant("bystanderWeight", given.bystander_weight)?;
    let plain = PermSettings::default();
    let idle = [
        ("aggregate", given.aggregate != plain.aggregate),
        ("weights", given.weights.is_some()),
        ("lengthLimit", given.length_limit != plain.length_limit),
        ("lengthRate", given.length_rate != plain.length_rate),
    ];
    match idle.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((field, _)) => Err(Error::new(
            ErrorKind::Setting,
            "PereGRM takes no constant but the bystander's weight",
            "Leave this one out, or choose the method \"perm\".",
        )
        .at_field(field)),
    }
}
