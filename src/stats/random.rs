use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// Which of the generator's 2⁶³ sequences: the one of its reference implementation.
const STREAM: u64 = 0x0a02_bdbf_7bb3_c0a7;

/// Random numbers from a seed: PCG-XSH-RR 64/32 (O'Neill 2014), begun as in its reference
/// implementation, so that a reported seed repeats a result on every machine and in any version.
pub(crate) struct Random(Pcg32);

impl Random {
    pub(crate) fn new(seed: u32) -> Self {
        Self(Pcg32::new(u64::from(seed), STREAM))
    }

    /// A whole number below `n`. The product's upper half favours some numbers by a share of
    /// n/2³² at most, far below what any resampling can show.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// 32 random bits.
    pub(super) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }
}
