//! `Dispatcher`: the bitmap, the table and the armed word put together.
//!
//! A signal's way through it: *idle → pending* by [`trip`](Dispatcher::trip) in signal context, *pending → idle* by
//! [`dispatch`](Dispatcher::dispatch) in owner context, which clears the bit **before** it runs the handler. From that
//! one order the rest follows:
//!
//! - a signal that comes while its own handler runs is a new one, and is handled again;
//! - a handler that fails or panics leaves the others pending, by construction and not by putting them back;
//! - a handler may dispatch (nest), replace any entry (its own too) and trip any signal: nothing is borrowed or locked
//!   while it runs.
//!
//! What can not happen: a delivery with no later run of its handler, unless the disposition was changed in between,
//! and then whoever dispatches is told.

mod replaced;

pub use replaced::Replaced;

use crate::{
    Armed, Disposition, HandlerTable, Kernel, OneWord, OutOfRange, Pending, SignalSet, Signum,
    atomic::const_unless_loom,
};

/// A signal dispatcher for the signals 1 to `WORDS * WORD_BITS`, at home in a `static`.
///
/// `H` is the handler, one machine word. The operating system is passed to each call that may need it.
///
/// ```
/// use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, Signum};
///
/// struct Nothing; // a kernel for a program that feeds its own signals and never sleeps
/// impl Kernel for Nothing {
///     type Foreign = ();
///     type Error = OutOfRange;
///     fn set_disposition(&self, _: Signum, _: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
///         Ok(Disposition::Default)
///     }
///     fn wake(&self) {}
/// }
///
/// static SIGNALS: Dispatcher<fn(Signum), 1> = Dispatcher::new();
/// fn tick(signal: Signum) { println!("tick {signal}") }
///
/// let timer = Signum::new(14).unwrap();
/// SIGNALS.set_disposition(&Nothing, timer, Disposition::Handler(tick)).unwrap();
/// SIGNALS.trip(&Nothing, timer); // an interrupt
///
/// let done: Result<(), ()> = SIGNALS.dispatch(&Nothing, |signal, disposition| {
///     if let Disposition::Handler(handler) = disposition { handler(signal) }
///     Ok(())
/// });
/// assert_eq!(done, Ok(()));
/// assert!(!SIGNALS.any_pending());
/// ```
#[derive(Debug)]
pub struct Dispatcher<H, const WORDS: usize> {
    pending: Pending<WORDS>,
    table: HandlerTable<H, WORDS>,
    armed: Armed,
}

impl<H: OneWord, const WORDS: usize> Dispatcher<H, WORDS> {
    const_unless_loom! {
        /// Nothing pending, every signal at `Default`, nobody asleep.
        ///
        /// ```
        /// # use sigtrip_core::{Dispatcher, Signum};
        /// static SIGNALS: Dispatcher<fn(Signum), 2> = Dispatcher::new();
        /// assert!(!SIGNALS.any_pending());
        /// ```
        #[must_use]
        pub fn new() -> Self {
            Self { pending: Pending::new(), table: HandlerTable::new(), armed: Armed::new() }
        }
    }

    /// Records a delivery, then wakes the owner if it sleeps. Returns false, and does nothing, for a number beyond the
    /// width.
    ///
    /// Signal context: two atomic operations, and one [`Kernel::wake`] for each time the owner armed. May be called in
    /// owner context too.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, Signum};
    /// # struct Nothing;
    /// # impl Kernel for Nothing {
    /// #     type Foreign = ();
    /// #     type Error = OutOfRange;
    /// #     fn set_disposition(&self, _: Signum, _: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
    /// #         Ok(Disposition::Default)
    /// #     }
    /// #     fn wake(&self) {}
    /// # }
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// assert!(signals.trip(&Nothing, Signum::new(2).unwrap()));
    /// assert!(!signals.trip(&Nothing, Signum::new(1000).unwrap())); // no room for it
    /// ```
    #[inline]
    pub fn trip(&self, kernel: &impl Kernel, signal: Signum) -> bool {
        // Record, then wake: the bit is there before the owner can be told of it.
        let tripped = self.pending.trip(signal);
        if tripped {
            self.wake(kernel);
        }
        tripped
    }

    /// Records a delivery and wakes nobody: for an owner who polls and never sleeps on the armed word.
    ///
    /// Signal context: one atomic operation. Returns as [`trip`](Self::trip).
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Signum};
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// assert!(signals.trip_unarmed(Signum::new(2).unwrap()));
    /// assert!(signals.any_pending());
    /// ```
    #[inline]
    pub fn trip_unarmed(&self, signal: Signum) -> bool {
        self.pending.trip(signal)
    }

    /// Wakes the owner if it sleeps or is about to: for an event that is not a signal. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, Signum};
    /// # struct Nothing;
    /// # impl Kernel for Nothing {
    /// #     type Foreign = ();
    /// #     type Error = OutOfRange;
    /// #     fn set_disposition(&self, _: Signum, _: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
    /// #         Ok(Disposition::Default)
    /// #     }
    /// #     fn wake(&self) {}
    /// # }
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// signals.armed().arm(); // as an owner who is about to sleep
    /// signals.wake(&Nothing);
    /// assert!(!signals.armed().is_armed());
    /// ```
    #[inline]
    pub fn wake(&self, kernel: &impl Kernel) {
        if self.armed.fire() {
            kernel.wake();
        }
    }

    /// Whether anything is pending: the whole cost of a safe point when nothing is. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Signum};
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// assert!(!signals.any_pending());
    /// signals.trip_unarmed(Signum::new(2).unwrap());
    /// assert!(signals.any_pending());
    /// ```
    #[inline]
    #[must_use]
    pub fn any_pending(&self) -> bool {
        self.pending.any()
    }

    /// What is pending now. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Signum};
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// signals.trip_unarmed(Signum::new(2).unwrap());
    /// assert!(signals.pending().contains(Signum::new(2).unwrap()));
    /// ```
    #[must_use]
    pub fn pending(&self) -> SignalSet<WORDS> {
        self.pending.snapshot()
    }

    /// Forgets all that is pending. Owner context.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Signum};
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// signals.trip_unarmed(Signum::new(2).unwrap());
    /// signals.clear_pending();
    /// assert!(!signals.any_pending());
    /// ```
    pub fn clear_pending(&self) {
        self.pending.clear();
    }

    /// The armed word, for a kernel that sleeps on its address. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Signum};
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// assert!(!signals.armed().is_armed()); // the owner is awake
    /// ```
    pub const fn armed(&self) -> &Armed {
        &self.armed
    }

    /// One pass over what is pending: ascending, each signal at most once.
    ///
    /// For each, its bit is cleared, its disposition is read at that moment, and `run` is called with both. `run` calls
    /// the handler; for anything but `Handler` the disposition was changed since the signal was tripped, and `run` reports
    /// it as it likes. A signal that is tripped behind the pass stays pending for the next.
    ///
    /// Owner context. If it leaves with something still pending, whoever sleeps on the armed word is woken: another
    /// thread may be waiting for what this one did not finish.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, Signum};
    /// # struct Nothing;
    /// # impl Kernel for Nothing {
    /// #     type Foreign = ();
    /// #     type Error = OutOfRange;
    /// #     fn set_disposition(&self, _: Signum, _: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
    /// #         Ok(Disposition::Default)
    /// #     }
    /// #     fn wake(&self) {}
    /// # }
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// let [hup, int] = [1, 2].map(|n| Signum::new(n).unwrap());
    /// signals.trip(&Nothing, int);
    /// signals.trip(&Nothing, hup);
    /// assert_eq!(signals.dispatch(&Nothing, |signal, _| Err(signal)), Err(hup)); // fails at the first
    /// assert!(signals.pending().contains(int)); // the other is not lost
    /// ```
    ///
    /// # Errors
    ///
    /// The first error of `run` ends the pass; the signals that it had not come to stay pending.
    #[inline]
    pub fn dispatch<E>(
        &self,
        kernel: &impl Kernel,
        mut run: impl FnMut(Signum, Disposition<H>) -> Result<(), E>,
    ) -> Result<(), E> {
        let _wake_for_the_rest = OnLeaving(|| {
            if self.any_pending() {
                self.wake(kernel);
            }
        });
        for signal in self.pending.pass() {
            run(signal, self.table.get(signal))?;
        }
        Ok(())
    }

    /// Looks, and if nothing is pending and `ready` says no, sleeps: the one way to sleep that loses no wake.
    ///
    /// `sleep` must return when the word at [`armed`](Self::armed) is no longer [`Armed::ARMED`], or is not any more when
    /// it starts, or when a signal interrupts it; it may return early for any reason. `ready` is asked after the word is
    /// armed; an event that makes it true must call [`wake`](Self::wake) afterwards. Returns what `sleep` returned,
    /// or `None` if it was not called.
    ///
    /// Owner context.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Signum};
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// assert_eq!(signals.sleep_unless(|| false, || "slept"), Some("slept"));
    /// signals.trip_unarmed(Signum::new(2).unwrap());
    /// assert_eq!(signals.sleep_unless(|| false, || "slept"), None);
    /// ```
    pub fn sleep_unless<T>(&self, ready: impl FnOnce() -> bool, sleep: impl FnOnce() -> T) -> Option<T> {
        let _disarm = OnLeaving(|| self.armed.disarm());
        self.armed.arm();
        if self.any_pending() || ready() { None } else { Some(sleep()) }
    }

    /// The disposition in the table: `Foreign` has no particulars here, and what other code did behind our back is not
    /// seen. Either context.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Disposition, Signum};
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// assert_eq!(signals.disposition(Signum::new(2).unwrap()), Disposition::Default);
    /// ```
    #[must_use]
    pub fn disposition(&self, signal: Signum) -> Disposition<H> {
        self.table.get(signal)
    }

    /// Sets a signal's disposition in the kernel and in the table, and returns what was there.
    ///
    /// Install: table, then kernel, so that the first delivery finds its handler. Remove: kernel, then table, so that a
    /// delivery which still comes through does too. Owner context; a signal may come at any moment of it. Two calls for the
    /// same signal must not overlap: who has several writers locks.
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, Signum};
    /// # struct Nothing;
    /// # impl Kernel for Nothing {
    /// #     type Foreign = ();
    /// #     type Error = OutOfRange;
    /// #     fn set_disposition(&self, _: Signum, _: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
    /// #         Ok(Disposition::Default)
    /// #     }
    /// #     fn wake(&self) {}
    /// # }
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// let int = Signum::new(2).unwrap();
    /// let old = signals.set_disposition(&Nothing, int, Disposition::Ignore).unwrap();
    /// assert_eq!(old.disposition, Disposition::Default);
    /// assert_eq!(signals.disposition(int), Disposition::Ignore);
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel's, or that the number is out of range; table and kernel are as they were.
    pub fn set_disposition<K: Kernel>(
        &self,
        kernel: &K,
        signal: Signum,
        new: Disposition<H, K::Foreign>,
    ) -> Result<Replaced<H, K::Foreign>, K::Error> {
        self.table.check(signal)?; // before the kernel is asked: a removal asks it first
        match new {
            Disposition::Handler(handler) => self.install(kernel, signal, handler),
            Disposition::Default => self.remove(kernel, signal, &Disposition::Default),
            Disposition::Ignore => self.remove(kernel, signal, &Disposition::Ignore),
            Disposition::Foreign(foreign) => self.remove(kernel, signal, &Disposition::Foreign(foreign)),
        }
    }

    /// Sets a signal's entry in the table alone and hands the old one over. The kernel is not touched: for who knows what
    /// stands there, and for signals that the host feeds by [`trip`](Self::trip). Owner context; locks as for
    /// [`set_disposition`](Self::set_disposition).
    ///
    /// ```
    /// # use sigtrip_core::{Dispatcher, Disposition, Signum};
    /// let signals = Dispatcher::<fn(Signum), 1>::new();
    /// let int = Signum::new(2).unwrap();
    /// assert_eq!(signals.note_disposition(int, Disposition::Ignore), Ok(Disposition::Default));
    /// assert_eq!(signals.disposition(int), Disposition::Ignore);
    /// ```
    ///
    /// # Errors
    ///
    /// The number is out of range; nothing is changed.
    pub fn note_disposition(
        &self,
        signal: Signum,
        entry: Disposition<H>,
    ) -> Result<Disposition<H>, OutOfRange> {
        self.table.swap(signal, entry)
    }

    fn install<K: Kernel>(
        &self,
        kernel: &K,
        signal: Signum,
        handler: H,
    ) -> Result<Replaced<H, K::Foreign>, K::Error> {
        let old = self.table.swap(signal, Disposition::Handler(handler))?;
        match kernel.set_disposition(signal, &Disposition::Handler(())) {
            Ok(before) => Ok(replaced::replaced(before, old)),
            Err(error) => {
                self.table.swap(signal, old)?;
                Err(error)
            }
        }
    }

    fn remove<K: Kernel>(
        &self,
        kernel: &K,
        signal: Signum,
        new: &Disposition<(), K::Foreign>,
    ) -> Result<Replaced<H, K::Foreign>, K::Error> {
        let before = kernel.set_disposition(signal, new)?;
        let entry = match new {
            Disposition::Ignore => Disposition::Ignore,
            Disposition::Foreign(_) => Disposition::Foreign(()),
            Disposition::Default | Disposition::Handler(()) => Disposition::Default,
        };
        Ok(replaced::replaced(before, self.table.swap(signal, entry)?))
    }
}

impl<H: OneWord, const WORDS: usize> Default for Dispatcher<H, WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs its closure when it goes out of scope: on return, on an error, on a panic.
struct OnLeaving<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnLeaving<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests;
