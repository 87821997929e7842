//! The parts of the library that a program may do without.
//!
//! A word for each. *Unused* → *used*: whoever asks for the part, before anything else of it happens; never back. Where no code of a program
//! asks nothing ever sets the word. An optimised build knows that, and what is behind a look at it is not in the program: its
//! trampolines, what a child of fork does for it, what the end of a session does for it. So a program pays for what it asks.
//!
//! What can not happen: a part that is used and taken for unused. Who sets the word goes on to take the writers' lock or to install a
//! trampoline; who looks holds that lock, is that thread, or has found that trampoline in the kernel.

use core::sync::atomic::{AtomicBool, Ordering};

/// One of them.
pub(crate) struct Part(AtomicBool);

/// Hooks, and iterators and streams, which are made of them.
pub(crate) static HOOKS: Part = Part::unused();
/// Records and counts of deliveries.
pub(crate) static RECORDS: Part = Part::unused();
/// The host's notify hook, the wakeup descriptor, the kick.
pub(crate) static EXTRAS: Part = Part::unused();
/// The kick alone.
pub(crate) static KICK: Part = Part::unused();
/// The shutdown flag.
pub(crate) static SHUTDOWN: Part = Part::unused();
/// Handlers of signals that an instruction raises.
pub(crate) static FAULTS: Part = Part::unused();

impl Part {
    const fn unused() -> Self {
        Self(AtomicBool::new(false))
    }

    /// From now on it is used. Owner context.
    #[inline]
    pub(crate) fn is_asked_for(&self) {
        // Relaxed: see the file's head for who looks.
        self.0.store(true, Ordering::Relaxed);
    }

    /// Any context.
    #[inline]
    pub(crate) fn is_used(&self) -> bool {
        // Relaxed: see the file's head.
        self.0.load(Ordering::Relaxed)
    }
}
