//! `Inbox`: what one receiver has of its signals, and how it is woken. An iterator has one, a stream has one; each is its own.
//!
//! A hook delivers: it sets the signal's bit, then fires the armed word, and if that was armed wakes whoever may wait. Several threads
//! may wait on one inbox, so that the core's protocol (`wake.rs` there) is kept in a stricter form:
//!
//! - *idle → armed*: whoever has found nothing and is about to wait, before it looks again;
//! - *armed → idle*: a delivery, after its bit; [`Inbox::close`], after its flag; and whoever has armed it and then found something.
//!   Each of them wakes *all* that wait: by the word, by the descriptor, by the helper of the streams, by the owner's own word.
//!
//! Nobody ever disarms in silence: that would strand the others. So while the word is armed nothing is pending, or somebody stands
//! between arming it and looking, and will wake the others if there is something.
//!
//! What can not happen: a signal that is lost because another is noisy, since each has a bit of its own and what wakes carries
//! nothing; a thread that sleeps while something is pending and nobody is awake to take it.

use core::{
    ffi::c_int,
    sync::atomic::{AtomicBool, AtomicI32, Ordering},
};

use sigtrip_core::{Armed, Pending, Records, Signum};

use super::{DISPATCHER, Unix};
use crate::sys::{self, KEPT_WORDS, Kept, SigInfo, WORDS};

/// No descriptor was asked for.
const NONE: c_int = -1;

/// The word on which the helper thread of the streams sleeps.
#[cfg(feature = "async")]
pub(crate) static HELPER: Armed = Armed::new();

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
    pending: Pending<WORDS>,
    armed: Armed,
    closed: AtomicBool,
    /// Readable while something may be pending; `NONE` until somebody asks.
    descriptor: AtomicI32,
}

impl Inbox {
    pub(crate) const fn new() -> Self {
        Self {
            pending: Pending::new(),
            armed: Armed::new(),
            closed: AtomicBool::new(false),
            descriptor: AtomicI32::new(NONE),
        }
    }

    /// A signal has come. Signal context; it may change `errno`: the hooks' trampoline keeps it.
    #[inline]
    pub(crate) fn deliver(&self, signal: Signum) {
        self.pending.trip(signal);
        self.fire();
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
        if self.armed.fire() {
            self.wake();
        }
    }

    #[cold]
    #[inline(never)]
    fn wake(&self) {
        sys::wake_all(self.armed.as_ptr());
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
        if self.is_ready() {
            return true;
        }
        self.armed.arm();
        let ready = self.is_ready();
        if ready {
            self.fire(); // somebody may be about to sleep who looked before that came: see the file's head
        }
        ready
    }

    fn is_ready(&self) -> bool {
        self.pending.any() || self.is_closed()
    }

    /// Whether nothing has come since somebody armed the word.
    #[cfg(feature = "async")]
    pub(crate) fn is_armed(&self) -> bool {
        self.armed.is_armed()
    }

    /// The word to sleep on while it is armed.
    pub(crate) fn word(&self) -> *mut u32 {
        self.armed.as_ptr()
    }

    /// Takes the lowest pending signal above this one. Owner context.
    pub(crate) fn take_next(&self, after: Option<Signum>) -> Option<Signum> {
        self.pending.take_next(after)
    }

    /// From now on it is woken by this descriptor too, which lives as long as the inbox. Owner context.
    pub(crate) fn wake_by(&self, descriptor: c_int) {
        // Relaxed: see `wake`. The caller arms the word after this.
        self.descriptor.store(descriptor, Ordering::Relaxed);
    }

    /// Somebody has looked. The descriptor is readable no more, unless there is something still; then it becomes so anew, for whoever
    /// is told of the change alone. Owner context.
    pub(crate) fn settle(&self) {
        // Relaxed: the number alone.
        let descriptor = self.descriptor.load(Ordering::Relaxed);
        if descriptor == NONE {
            return;
        }
        sys::quiet_descriptor(descriptor);
        if self.is_ready_or_armed() {
            sys::wake_descriptor(descriptor);
        }
    }

    /// In the child of a fork: what has come has come to the parent, and nobody waits. The descriptor is one of the child's own by now,
    /// or there is none.
    pub(crate) fn forget(&self, descriptor: Option<c_int>) {
        self.pending.clear();
        self.armed.disarm();
        // Relaxed: there is no other thread.
        self.descriptor.store(descriptor.unwrap_or(NONE), Ordering::Relaxed);
        self.settle();
    }
}
