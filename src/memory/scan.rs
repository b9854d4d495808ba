use crate::formats::{Error, ErrorKind, Result};

/// Unit vectors of one width, searched exactly by cosine similarity.
///
/// A personal history is small enough to be scanned whole, so there is no approximate index and
/// nothing it could miss.
#[derive(Debug, Clone)]
pub struct VectorIndex {
    width: usize,
    values: Vec<f32>,
}

/// A row of a [`VectorIndex`] and its similarity to the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The row, in order of insertion.
    pub row: usize,
    /// Cosine similarity, −1 to 1.
    pub score: f32,
}

impl VectorIndex {
    /// An empty index of vectors with `width` components.
    pub fn new(width: usize) -> Self {
        Self { width, values: Vec::new() }
    }

    /// Number of vectors.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Adds a vector, scaled to unit length; a zero vector stays zero, at similarity 0 to all.
    ///
    /// # Errors
    ///
    /// As for [`Self::check`].
    pub fn push(&mut self, vector: &[f32]) -> Result<()> {
        let unit = self.unit(vector)?;
        self.values.extend(unit);
        Ok(())
    }

    /// The `k` rows most similar to `query`, best first; ties in order of insertion.
    ///
    /// # Errors
    ///
    /// As for [`Self::check`].
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<Hit>> {
        let query = self.unit(query)?;
        let mut hits: Vec<Hit> = self
            .values
            .chunks_exact(self.width.max(1))
            .enumerate()
            .map(|(row, vector)| Hit { row, score: dot(&query, vector) })
            .collect();
        let order = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row));
        if k < hits.len() {
            hits.select_nth_unstable_by(k, order);
            hits.truncate(k);
        }
        hits.sort_unstable_by(order);
        Ok(hits)
    }

    /// Checks that a vector could be added or searched for.
    ///
    /// # Errors
    ///
    /// `Mismatch` for another width, `NotFinite` for NaN or infinity.
    pub fn check(&self, vector: &[f32]) -> Result<()> {
        if vector.len() != self.width {
            return Err(Error::new(
                ErrorKind::Mismatch,
                format!("the vector has {} components, not {}", vector.len(), self.width),
                "Embed memories and query with the same model.",
            ));
        }
        if vector.iter().any(|value| !value.is_finite()) {
            return Err(Error::new(
                ErrorKind::NotFinite,
                "a component of the vector is NaN or infinite",
                "Mend the embedder that made it.",
            ));
        }
        Ok(())
    }

    fn unit(&self, vector: &[f32]) -> Result<Vec<f32>> {
        self.check(vector)?;
        // In double precision, where no finite f32 overflows when squared.
        let norm = vector.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
        let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        Ok(vector.iter().map(|&value| (f64::from(value) * scale) as f32).collect())
    }
}

/// The inner product in eight independent sums, which the compiler turns into SIMD; one running
/// sum would have to be added in order.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + tail
}
