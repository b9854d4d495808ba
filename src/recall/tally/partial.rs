use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::super::settings::RecallSettings;
use super::super::spread::Spread;
use super::{Diagnostics, Shape, Tally};
use crate::formats::{Error, ErrorKind, Result, read_json};
use crate::stats::{KeyedFlips, PoissonBootstrap, RatioMoments};

/// The form of the file; another number is another form.
const FORMAT: &str = "attune-recall-partial-1";

/// A shard's sums as a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Partial {
    format: String,
    version: String,
    settings: RecallSettings,
    systems: Vec<String>,
    items: usize,
    hashes: Vec<String>,
    sums: Vec<f64>,
    moments: Vec<RatioMoments>,
    spreads: Vec<Spread>,
    diagnostics: Diagnostics,
    /// float64, little-endian, Base64.
    resampled: String,
    flips: Vec<KeyedFlips>,
    /// The users' keys, 8 bytes each, little-endian, Base64.
    users: String,
}

impl Tally {
    /// The sums as JSON.
    pub fn to_partial(&self) -> String {
        let resampled = self.resampled.sums().iter().flat_map(|sum| sum.to_le_bytes());
        let partial = Partial {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: self.shape.settings.clone(),
            systems: self.shape.systems.clone(),
            items: self.shape.items,
            hashes: self.hashes.clone(),
            sums: self.sums.clone(),
            moments: self.moments.clone(),
            spreads: self.spreads.clone(),
            diagnostics: self.diagnostics.clone(),
            resampled: STANDARD.encode(resampled.collect::<Vec<u8>>()),
            flips: self.flips.clone(),
            users: STANDARD
                .encode(self.keys.iter().flat_map(|key| key.to_le_bytes()).collect::<Vec<u8>>()),
        };
        serde_json::to_string(&partial).expect("numbers and text always make JSON")
    }

    /// Reads a shard's file.
    ///
    /// # Errors
    ///
    /// `Encoding`, `Syntax`, `Missing` or `Type` for what is no such file; `Mismatch` for sums that
    /// are not as many as its settings say, or a form of another version.
    pub fn from_partial(file: &str, bytes: &[u8]) -> Result<Self> {
        let partial: Partial = read_json(file, bytes)?;
        let differs = |field: &str, problem: &str| {
            let mend = "Make it anew with attune recall --partial.";
            Error::new(ErrorKind::Mismatch, problem, mend).in_file(file).at_field(field)
        };
        if partial.format != FORMAT {
            return Err(differs("format", "the file has another form than this version reads"));
        }
        partial.settings.check().map_err(|error| error.in_field("settings").in_file(file))?;
        // Every length is compared before anything is made of that length.
        if partial.diagnostics.item_exposures.len() != partial.items {
            return Err(differs("items", "the candidates are not as many as announced"));
        }
        let RecallSettings { resamples, permutations, seed, .. } = partial.settings;
        let shape = Shape::new(partial.settings, partial.systems, partial.items);
        let figures = shape.systems.len() * shape.cells.len();
        let flips = if resamples == 0 { 0 } else { figures.saturating_sub(shape.cells.len()) };
        let fits = partial.sums.len() == shape.width()
            && partial.moments.len() == 2 * figures
            && partial.spreads.len() == figures
            && partial.flips.len() == flips
            && partial.flips.iter().all(|one| one.is_of(permutations as usize, seed));
        if !fits {
            return Err(differs("sums", "the sums are not as many as the settings say"));
        }
        let resampled = decode(&partial.resampled, f64::from_le_bytes)
            .filter(|sums| sums.len() == shape.width() * resamples as usize)
            .and_then(|sums| PoissonBootstrap::from_sums(resamples as usize, seed, sums))
            .ok_or_else(|| differs("resampled", "the resampled sums do not fit the settings"))?;
        let keys = decode(&partial.users, u64::from_le_bytes)
            .ok_or_else(|| differs("users", "the users' keys cannot be read"))?;
        Ok(Self {
            sums: partial.sums,
            moments: partial.moments,
            spreads: partial.spreads,
            flips: partial.flips,
            diagnostics: partial.diagnostics,
            hashes: partial.hashes,
            resampled,
            keys,
            shape,
        })
    }
}

fn decode<T>(text: &str, number: impl Fn([u8; 8]) -> T) -> Option<Vec<T>> {
    let bytes = STANDARD.decode(text).ok()?;
    let (numbers, rest) = bytes.as_chunks::<8>();
    rest.is_empty().then(|| numbers.iter().map(|&bytes| number(bytes)).collect())
}
