//! Chance: numbers without a pattern, the same ones whenever the same storm is run.

/// Marsaglia's xorshift.
pub(crate) struct Dice(u64);

impl Dice {
    /// One for each user of it, by a number of its own.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ (seed + 1).wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    /// A number below this.
    pub(crate) const fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 32) % limit as u64) as u32
    }

    /// One of these.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(u32::try_from(from.len()).expect("a few")) as usize]
    }
}
