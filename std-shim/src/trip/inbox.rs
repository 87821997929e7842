//! `Inbox`: what one receiver has of its signals, and how it is woken. An iterator has one, a stream has one; each is its own.
//!
//! A hook delivers: it sets the signal's bit, and wakes all that may wait, if anybody does: by the word, by the descriptor, by the helper of
//! the streams, by the owner's own word. Several threads may wait on one inbox; how none of them is stranded is the core's
//! (`inbox.rs` there).
//!
//! What can not happen: a signal that is lost because another is noisy, since each has a bit of its own and what wakes carries
//! nothing; a thread or a task that sleeps while something is pending and nobody is awake to take it.

use core::{
    ffi::c_int,
    sync::atomic::{AtomicBool, AtomicI32, Ordering},
};

use sigtrip_core::{Pending, Records, Signum};

use super::{DISPATCHER, Unix};
use crate::sys::{self, KEPT_WORDS, Kept, SigInfo, WORDS, WakeEnds};

/// No descriptor was asked for.
const NONE: c_int = -1;

/// The word on which the helper thread of the streams sleeps.
#[cfg(feature = "async")]
pub(crate) static HELPER: sigtrip_core::Armed = sigtrip_core::Armed::new();

/// So many records there is room for.
pub(crate) const ROOM: usize = 1024;

/// The records of an inbox that has some.
///
/// A delivery pushes its record, then sets its signal's bit in the inbox; so who clears a bit and then takes all that is here
/// strands nothing. What the ring refuses is noted by the signal, so that it is known to have come.
pub(crate) struct Ring {
    records: Records<KEPT_WORDS, ROOM>,
    without: Pending<WORDS>,
}

impl Ring {
    pub(crate) fn new() -> Self {
        Self { records: Records::new(), without: Pending::new() }
    }

    #[inline]
    fn push(&self, signal: Signum, info: &SigInfo) {
        if !self.records.push(info.keep()) {
            self.without.trip(signal);
        }
    }

    /// The oldest record. Owner context.
    pub(crate) fn take(&self) -> Option<Kept> {
        self.records.take()
    }

    /// A signal that has come without a record: the next after this one, else the first. Owner context.
    pub(crate) fn take_without(&self, after: Option<Signum>) -> Option<Signum> {
        self.without.take_next(after).or_else(|| self.without.take_next(None))
    }

    /// How many records were refused. Any context.
    pub(crate) fn refused(&self) -> usize {
        self.records.refused()
    }

    /// In the child of a fork.
    pub(crate) fn forget(&self) {
        self.records.forget_all();
        self.without.clear();
    }
}

pub(crate) struct Inbox {
    inner: sigtrip_core::Inbox<WORDS>,
    closed: AtomicBool,
    /// What is written to so that it is readable while something may be pending; `NONE` until somebody asks.
    descriptor: AtomicI32,
    /// What is readable then.
    readable: AtomicI32,
}

impl Inbox {
    pub(crate) const fn new() -> Self {
        Self {
            inner: sigtrip_core::Inbox::new(),
            closed: AtomicBool::new(false),
            descriptor: AtomicI32::new(NONE),
            readable: AtomicI32::new(NONE),
        }
    }

    /// A signal has come. Signal context; it may change `errno`: the hooks' trampoline keeps it.
    #[inline]
    pub(crate) fn deliver(&self, signal: Signum) {
        self.inner.deliver(signal, || self.wake());
    }

    /// As [`deliver`](Self::deliver), with a record.
    #[inline]
    pub(crate) fn deliver_recorded(&self, signal: Signum, ring: &Ring, info: &SigInfo) {
        ring.push(signal, info);
        self.deliver(signal);
    }

    /// Whoever may wait is to look again. Any context; it may change `errno`.
    #[inline]
    pub(crate) fn fire(&self) {
        self.inner.fire(|| self.wake());
    }

    #[cold]
    #[inline(never)]
    fn wake(&self) {
        sys::wake_all(self.word());
        // Relaxed: ordered by the armed word, whose Release in `arm` and Acquire in `fire` this stands behind.
        let descriptor = self.descriptor.load(Ordering::Relaxed);
        if descriptor != NONE {
            sys::wake_descriptor(descriptor);
        }
        #[cfg(feature = "async")]
        if HELPER.fire() {
            sys::wake_all(HELPER.as_ptr());
        }
        DISPATCHER.wake(&Unix::ANY); // the owner waits at a safe point, on a word of its own
    }

    /// No more waits: those that are under way end. Any context; it may change `errno`.
    pub(crate) fn close(&self) {
        // Release: pairs with the Acquire in `is_closed`.
        self.closed.store(true, Ordering::Release);
        self.fire(); // in this order, as bit and wake
    }

    pub(crate) fn is_closed(&self) -> bool {
        // Acquire: pairs with the Release in `close`.
        self.closed.load(Ordering::Acquire)
    }

    /// Whether a wait has an end: something is pending, or it is closed. Otherwise the word is armed, and one may sleep until it
    /// is fired. Owner context.
    pub(crate) fn is_ready_or_armed(&self) -> bool {
        self.inner.is_ready_or_armed(|| self.is_closed(), || self.wake())
    }

    /// Whether nothing has come since somebody armed the word.
    #[cfg(feature = "async")]
    pub(crate) fn is_armed(&self) -> bool {
        self.inner.armed().is_armed()
    }

    /// The word to sleep on while it is armed.
    pub(crate) fn word(&self) -> *mut u32 {
        self.inner.armed().as_ptr()
    }

    /// Takes the lowest pending signal above this one. Owner context.
    pub(crate) fn take_next(&self, after: Option<Signum>) -> Option<Signum> {
        self.inner.take_next(after)
    }

    /// From now on it is woken by this descriptor too, which lives as long as the inbox. Owner context.
    pub(crate) fn wake_by(&self, ends: WakeEnds) {
        // Relaxed, both: see `wake`. The caller arms the word after this.
        self.readable.store(ends.read, Ordering::Relaxed);
        self.descriptor.store(ends.write, Ordering::Relaxed);
    }

    /// Somebody has looked. The descriptor is readable no more, unless there is something still; then it becomes so anew, for whoever
    /// is told of the change alone. Owner context.
    pub(crate) fn settle(&self) {
        // Relaxed: the number alone.
        let descriptor = self.descriptor.load(Ordering::Relaxed);
        if descriptor == NONE {
            return;
        }
        // Relaxed: written before the one above, by whoever is in owner context; while it is not seen nobody has been handed it.
        sys::quiet_descriptor(self.readable.load(Ordering::Relaxed));
        if self.is_ready_or_armed() {
            sys::wake_descriptor(descriptor);
        }
    }

    /// In the child of a fork: what has come has come to the parent, and nobody waits. The descriptor is one of the child's own by now,
    /// or there is none.
    pub(crate) fn forget(&self, ends: Option<WakeEnds>) {
        self.inner.forget();
        self.wake_by(ends.unwrap_or(WakeEnds { read: NONE, write: NONE }));
        self.settle();
    }
}
