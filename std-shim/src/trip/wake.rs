//! Waking the owner: the cold end of a delivery, reached once for each time the owner went to sleep.
//!
//! The owner sleeps on the armed word itself, or, where it waits for descriptors too, on a descriptor of its own. Which of
//! the two it says before it arms; the core's protocol makes what was written before visible to whoever wakes.

use core::{
    ffi::c_int,
    sync::atomic::{AtomicI32, Ordering},
};

use super::DISPATCHER;
use crate::sys;

/// What is written to, to wake the owner that sleeps on a descriptor; or `ON_THE_WORD`.
static SLEEPS_ON: AtomicI32 = AtomicI32::new(ON_THE_WORD);

const ON_THE_WORD: c_int = -1;

/// Wakes the owner. Signal context; `errno` is kept. Cold, so that the trampoline's common path holds none of it.
#[cold]
#[inline(never)]
pub(super) fn wake() {
    let _errno = sys::ErrnoGuard::new();
    // Relaxed: ordered by the armed word, whose Release in `arm` and Acquire in `fire` this stands behind.
    match SLEEPS_ON.load(Ordering::Relaxed) {
        ON_THE_WORD => sys::wake(DISPATCHER.armed().as_ptr()),
        descriptor => sys::wake_descriptor(descriptor),
    }
}

/// From now on the owner sleeps on a descriptor, and is woken by writing to this one; or it sleeps on the word. Owner context, while the word is not armed.
pub(crate) fn sleep_on(descriptor: Option<c_int>) {
    // Relaxed: see `wake`. A wake that still reads the old one is for a sleep that is over.
    SLEEPS_ON.store(descriptor.unwrap_or(ON_THE_WORD), Ordering::Relaxed);
}
