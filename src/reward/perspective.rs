use serde::{Deserialize, Serialize};

/// One of the four pairs of eyes that a reply is read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "types", derive(ts_rs::TS))]
pub enum Perspective {
    /// The supporter's inner grasp, judged on the analysis where there is one.
    Resonation,
    /// How the supporter says it.
    Expression,
    /// How the seeker takes it.
    Reception,
    /// A neutral third party, who scores 0 to 100 instead of 1 to 5.
    Bystander,
}

impl Perspective {
    /// All four, in the order of the results.
    pub const ALL: [Self; 4] =
        [Self::Resonation, Self::Expression, Self::Reception, Self::Bystander];

    /// The name used in files and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resonation => "resonation",
            Self::Expression => "expression",
            Self::Reception => "reception",
            Self::Bystander => "bystander",
        }
    }
}
