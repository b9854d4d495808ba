use serde::{Deserialize, Serialize};

use crate::formats::{Error, ErrorKind, Result};

/// How the three perspectives become one empathy score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Aggregate {
    /// 3 / (5/s_res + 5/s_exp + 5/s_rec): one low perspective pulls the whole down (default).
    #[default]
    Harmonic,
    /// The cube root of the product of s/5.
    Geometric,
    /// The arithmetic mean of s/5.
    Mean,
}

/// The constants of the PERM reward (arXiv 2601.10532), each as its authors set it by default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PermSettings {
    /// How the perspectives are joined.
    pub aggregate: Aggregate,
    /// The weights of resonation, expression and reception in the arithmetic mean; all alike where
    /// absent. Each at least 0, one above 0; only `mean` takes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "types", ts(optional))]
    pub weights: Option<[f64; 3]>,
    /// c in R_by = c · (S/100 − 1); at least 0.
    pub bystander_weight: f64,
    /// The reply length, in tokens, up to which nothing is taken off.
    pub length_limit: u32,
    /// What each token beyond the limit costs; at least 0.
    pub length_rate: f64,
}

impl Default for PermSettings {
    fn default() -> Self {
        Self {
            aggregate: Aggregate::Harmonic,
            weights: None,
            bystander_weight: 0.5,
            length_limit: 768,
            length_rate: 0.001,
        }
    }
}

impl PermSettings {
    /// Checks every constant.
    ///
    /// # Errors
    ///
    /// `Setting` for one that is negative or not finite, or weights without the mean.
    pub fn check(&self) -> Result<()> {
        constant("bystanderWeight", self.bystander_weight)?;
        constant("lengthRate", self.length_rate)?;
        mean_weights(self).map(|_| ())
    }
}

/// What a judge said of one reply.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct Judgement {
    /// The supporter's inner grasp, 1 to 5.
    pub resonation: f64,
    /// How it is said, 1 to 5.
    pub expression: f64,
    /// How the seeker takes it, 1 to 5.
    pub reception: f64,
    /// The neutral third party's total S, 0 to 100.
    pub bystander: f64,
    /// Length L of the reply in tokens.
    pub tokens: u32,
}

/// The PERM reward and its parts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub struct PermReward {
    /// R = R_emp + R_by + R_len.
    pub reward: f64,
    /// R_emp, 0.2 to 1.
    pub empathy: f64,
    /// R_by, −c to 0.
    pub bystander: f64,
    /// R_len, at most 0.
    pub length: f64,
}

/// The PERM reward of one judgement (arXiv 2601.10532).
///
/// With the default settings
/// R = 3 / (5/s_res + 5/s_exp + 5/s_rec) + 0.5·(S/100 − 1) − 0.001·max(0, L − 768).
///
/// # Errors
///
/// `Range` or `NotFinite` for a score outside its scale, naming it: nothing is clamped. `Setting`
/// for a constant that is negative or not finite.
///
/// ```
/// use attune::reward::{Judgement, PermSettings, perm_reward};
/// let judgement =
///     Judgement { resonation: 2.0, expression: 4.0, reception: 5.0, bystander: 76.0, tokens: 800 };
/// let reward = perm_reward(&judgement, &PermSettings::default())?;
/// assert!((reward.empathy - 12.0 / 19.0).abs() < 1e-12);
/// assert!((reward.bystander + 0.12).abs() < 1e-12);
/// assert!((reward.length + 0.032).abs() < 1e-12);
/// # Ok::<(), attune::formats::Error>(())
/// ```
pub fn perm_reward(judgement: &Judgement, settings: &PermSettings) -> Result<PermReward> {
    let Judgement { resonation, expression, reception, bystander, .. } = *judgement;
    in_range("resonation", resonation, 1.0, 5.0)?;
    in_range("expression", expression, 1.0, 5.0)?;
    in_range("reception", reception, 1.0, 5.0)?;
    in_range("bystander", bystander, 0.0, 100.0)?;
    perm_reward_unchecked(judgement, settings)
}

/// [`perm_reward`] without the range of the scores, as the authors compute it from whatever a judge
/// wrote: their harmonic and geometric means leave out scores of 0 and below.
pub(super) fn perm_reward_unchecked(
    judgement: &Judgement,
    settings: &PermSettings,
) -> Result<PermReward> {
    let Judgement { resonation, expression, reception, bystander, tokens } = *judgement;
    constant("bystanderWeight", settings.bystander_weight)?;
    constant("lengthRate", settings.length_rate)?;
    let weights = mean_weights(settings)?;

    let shares = [resonation, expression, reception].map(|score| score / 5.0);
    let positive: Vec<f64> = shares.into_iter().filter(|share| *share > 0.0).collect();
    let count = positive.len() as f64;
    let empathy = match settings.aggregate {
        Aggregate::Mean => {
            let weighted: f64 =
                shares.iter().zip(weights).map(|(share, weight)| share * weight).sum();
            weighted / weights.iter().sum::<f64>()
        }
        _ if positive.is_empty() => 0.0,
        Aggregate::Harmonic => count / positive.iter().map(|share| 1.0 / share).sum::<f64>(),
        Aggregate::Geometric => positive.iter().product::<f64>().powf(1.0 / count),
    };
    let bystander = settings.bystander_weight * (bystander / 100.0 - 1.0);
    // Subtracting from 0 keeps the unpenalised case at +0: −0 would print as "-0".
    let excess = tokens.saturating_sub(settings.length_limit);
    let length = 0.0 - settings.length_rate * f64::from(excess);
    Ok(PermReward { reward: empathy + bystander + length, empathy, bystander, length })
}

fn mean_weights(settings: &PermSettings) -> Result<[f64; 3]> {
    let Some(weights) = settings.weights else { return Ok([1.0; 3]) };
    let problem = if settings.aggregate != Aggregate::Mean {
        "weights go with the mean only".to_owned()
    } else if weights.iter().any(|w| !w.is_finite() || *w < 0.0)
        || weights.iter().all(|w| *w == 0.0)
    {
        format!("the weights are {weights:?}")
    } else {
        return Ok(weights);
    };
    let mend = "Give three finite numbers of at least 0, one above 0, with the aggregate \"mean\".";
    Err(Error::new(ErrorKind::Setting, problem, mend).at_field("weights"))
}

fn in_range(field: &str, value: f64, low: f64, high: f64) -> Result<()> {
    let kind = if !value.is_finite() {
        ErrorKind::NotFinite
    } else if value < low || value > high {
        ErrorKind::Range
    } else {
        return Ok(());
    };
    Err(Error::new(
        kind,
        format!("the score is {value}"),
        format!("Give a number from {low} to {high}."),
    )
    .at_field(field))
}

pub(super) fn constant(field: &str, value: f64) -> Result<()> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Setting,
        format!("the setting is {value}"),
        "Give a finite number of at least 0.",
    )
    .at_field(field))
}
