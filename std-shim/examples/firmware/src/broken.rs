//! A dispatcher that is wrong on purpose, to show that the storm would notice: it takes by a load and a store, and an
//! interrupt that trips a bit of the same word between the two is lost. All else is the core's own.

use core::sync::atomic::{AtomicUsize, Ordering};

use sigtrip_core::{Armed, Disposition, Kernel, OneWord, Replaced, Signum, WORD_BITS};

#[derive(Debug)]
pub struct Broken<H, const WORDS: usize> {
    words: [AtomicUsize; WORDS],
    rest: sigtrip_core::Dispatcher<H, WORDS>,
}

impl<H: OneWord, const WORDS: usize> Broken<H, WORDS> {
    pub const fn new() -> Self {
        Self { words: [const { AtomicUsize::new(0) }; WORDS], rest: sigtrip_core::Dispatcher::new() }
    }

    // Relaxed, below: there is one core.
    fn word(&self, signal: Signum) -> (&AtomicUsize, usize) {
        let bit = signal.get() as usize - 1;
        (&self.words[bit / WORD_BITS], 1 << (bit % WORD_BITS))
    }

    /// This half is right.
    pub fn trip(&self, kernel: &impl Kernel, signal: Signum) -> bool {
        let (word, bit) = self.word(signal);
        critical_section::with(|_| word.store(word.load(Ordering::Relaxed) | bit, Ordering::Relaxed));
        self.rest.wake(kernel);
        true
    }

    /// This one is not.
    pub fn dispatch<E>(
        &self,
        _: &impl Kernel,
        mut run: impl FnMut(Signum, Disposition<H>) -> Result<(), E>,
    ) -> Result<(), E> {
        for signal in (1..=(WORDS * WORD_BITS) as u32).filter_map(Signum::new) {
            let (word, bit) = self.word(signal);
            let seen = word.load(Ordering::Relaxed);
            if seen & bit != 0 {
                word.store(seen & !bit, Ordering::Relaxed);
                run(signal, self.rest.disposition(signal))?;
            }
        }
        Ok(())
    }

    pub fn any_pending(&self) -> bool {
        self.words.iter().any(|word| word.load(Ordering::Relaxed) != 0)
    }

    pub fn sleep_unless<T>(&self, ready: impl FnOnce() -> bool, sleep: impl FnOnce() -> T) -> Option<T> {
        self.rest.sleep_unless(|| self.any_pending() || ready(), sleep)
    }

    pub fn armed(&self) -> &Armed {
        self.rest.armed()
    }

    pub fn set_disposition<K: Kernel>(
        &self,
        kernel: &K,
        signal: Signum,
        new: Disposition<H, K::Foreign>,
    ) -> Result<Replaced<H, K::Foreign>, K::Error> {
        self.rest.set_disposition(kernel, signal, new)
    }
}

impl<H: OneWord, const WORDS: usize> Default for Broken<H, WORDS> {
    fn default() -> Self {
        Self::new()
    }
}
