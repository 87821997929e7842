//! The writers' lock, and what it guards: the handlers in the table, the dispositions to give back, what
//! `siginterrupt` has said, and the lists of hooks with what is below them.
//!
//! The owner holds it while it changes them, another thread while it copies a handler out, and whoever registers a hook or takes one away. While it is held every signal of the
//! holder is blocked, so that a foreign signal handler that forks can not find it held by its own thread; and `fork` takes
//! it, so that a child never finds it held by a thread that it does not have. It is never held while a handler runs, nor while
//! one is dropped. Signal context never takes it.

use core::ops::{Deref, DerefMut};

use sigtrip_core::Signum;

#[cfg(feature = "std")]
use super::instances::Instances;
use super::{hooked::Hooked, hooks::Lists, siginterrupt::Restarts};
use crate::sys;

/// What stood in the kernel before this session's first change of each signal. There is room for every signal.
pub(super) type Earlier = heapless::LinearMap<Signum, sys::Action, { sys::SIGNAL_MAX as usize }>;

/// What the lock guards beside the handlers.
pub(super) struct Guarded {
    pub(super) earlier: Earlier,
    pub(super) restarts: Restarts,
    pub(super) hooks: Lists,
    pub(super) hooked: Hooked,
    #[cfg(feature = "std")]
    pub(super) instances: Instances,
}

static TABLE: spin::Mutex<Guarded> = spin::Mutex::new(Guarded {
    earlier: Earlier::new(),
    restarts: Restarts::new(),
    hooks: Lists::new(),
    hooked: Hooked::new(),
    #[cfg(feature = "std")]
    instances: Instances::new(),
});

/// The right to change the table, until it is dropped.
pub(super) struct Table {
    // Dropped in this order: the lock first, then the mask.
    guard: spin::MutexGuard<'static, Guarded>,
    blocked: sys::Blocked,
}

impl Table {
    /// Waits for whoever has it: a few loads and a `sigaction` at most.
    pub(super) fn lock() -> Self {
        let blocked = sys::Blocked::all();
        Self { guard: TABLE.lock(), blocked }
    }

    /// If nobody has it. Async-signal-safe.
    #[cfg(feature = "std")]
    pub(super) fn try_lock() -> Option<Self> {
        let blocked = sys::Blocked::all();
        TABLE.try_lock().map(|guard| Self { guard, blocked })
    }

    /// The mask that is set when it is dropped.
    pub(super) fn blocked(&mut self) -> &mut sys::Blocked {
        &mut self.blocked
    }
}

impl Deref for Table {
    type Target = Guarded;
    fn deref(&self) -> &Guarded {
        &self.guard
    }
}

impl DerefMut for Table {
    fn deref_mut(&mut self) -> &mut Guarded {
        &mut self.guard
    }
}
