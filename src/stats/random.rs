use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

use super::keyed::mix;

/// Which of the generator's 2⁶³ sequences: the one of its reference implementation.
const STREAM: u64 = 0x0a02_bdbf_7bb3_c0a7;

/// Random numbers from a seed: PCG-XSH-RR 64/32 (O'Neill 2014), begun as in its reference
/// implementation, so that a reported seed repeats a result on every machine and in any version.
#[derive(Debug, Clone)]
pub(crate) struct Random(Pcg32);

impl Random {
    pub(crate) fn new(seed: u32) -> Self {
        Self(Pcg32::new(u64::from(seed), STREAM))
    }

    /// Numbers for one purpose among several that share a seed, unlike those of [`Self::new`] and
    /// of the others: seed and purpose are mixed.
    pub(crate) fn for_purpose(seed: u32, purpose: u32) -> Self {
        let state = mix((u64::from(purpose) + 1) << 32 | u64::from(seed));
        Self(Pcg32::new(state, STREAM))
    }

    /// Draws `count` of `deck`, each set of them as likely as any other, to its front: the shuffle of
    /// Fisher and Yates as far as it is needed. However the deck lies, it is as good a start as any.
    pub(crate) fn draw<'a, T>(&mut self, deck: &'a mut [T], count: usize) -> &'a [T] {
        for at in 0..count {
            deck.swap(at, at + self.below(deck.len() - at));
        }
        &deck[..count]
    }

    /// A whole number below `n`. The product's upper half favours some numbers by a share of
    /// n/2³² at most, far below what any resampling can show.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// 32 random bits.
    pub(crate) fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number above 0 and below 1, one of 2³² in equal steps.
    pub(crate) fn unit(&mut self) -> f64 {
        (f64::from(self.bits()) + 0.5) / 4_294_967_296.0
    }

    /// A standard normal number (Box & Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}
