//! The handler that stood there before ours, kept where signal context can call it.
//!
//! Two words, one for each kind of handler: at most one is a function, and which one says how it is called. So an address is never
//! taken for one of the other kind, however a change of it and a call meet. What can not happen: that a call finds neither while a handler
//! of one kind is replaced by one of the other. The new one is written before the old one is taken away, and the looks go the other way round.

use core::{
    ffi::{c_int, c_void},
    mem, ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{Action, SigInfo, fault::InfoHandler};

type PlainHandler = extern "C" fn(c_int);

/// What a handler with `SA_SIGINFO` was called with. Lives in signal context, for the time of one delivery.
#[derive(Clone, Copy)]
pub(crate) struct Received {
    pub(crate) number: c_int,
    pub(crate) info: *mut libc::siginfo_t,
    pub(crate) context: *mut c_void,
}

impl Received {
    pub(crate) const fn new(number: c_int, info: *mut libc::siginfo_t, context: *mut c_void) -> Self {
        Self { number, info, context }
    }

    /// Tells this delivery from all that other frames are busy with: where its record is, or 0 if it has none. Async-signal-safe.
    pub(crate) fn identity(&self) -> usize {
        self.info.addr()
    }

    /// The record of this delivery; `None` if foreign code has called our handler without one. Async-signal-safe.
    #[inline]
    pub(crate) fn info(&self) -> Option<&SigInfo> {
        // SAFETY: null, or the kernel's record of this delivery, valid until the handler returns; `self` lives no longer.
        unsafe { SigInfo::given(self.info) }
    }

    /// Which signal. Async-signal-safe.
    pub(crate) const fn number(&self) -> c_int {
        self.number
    }
}

/// A handler that can be called, or none.
pub(crate) struct Earlier {
    plain: AtomicUsize,
    with_info: AtomicUsize,
}

impl Earlier {
    pub(crate) const fn new() -> Self {
        Self { plain: AtomicUsize::new(libc::SIG_DFL), with_info: AtomicUsize::new(libc::SIG_DFL) }
    }

    /// From now on this one; the default and *ignore* are none. Writers are one at a time.
    pub(crate) fn set(&self, action: &Action) {
        let handler = if action.is_ignore() { libc::SIG_DFL } else { action.handler() };
        let (new, old) =
            if action.wants_info() { (&self.with_info, &self.plain) } else { (&self.plain, &self.with_info) };
        // Release, both: pairs with the Acquires in `call`: who finds the old one gone finds the new one.
        new.store(handler, Ordering::Release);
        old.store(libc::SIG_DFL, Ordering::Release);
    }

    /// Calls it, if there is one; says whether there was. Async-signal-safe as far as the handler is.
    #[inline]
    pub(crate) fn call(&self, with: Received) -> bool {
        match self.now() {
            (libc::SIG_DFL, libc::SIG_DFL) => false,
            (plain, libc::SIG_DFL) => {
                call_plain(plain, with);
                true
            }
            (_, with_info) => {
                call_with_info(with_info, with);
                true
            }
        }
    }

    #[inline]
    fn now(&self) -> (usize, usize) {
        // Acquire, all: pairs with the Releases in `set`.
        let plain = self.plain.load(Ordering::Acquire);
        let with_info = self.with_info.load(Ordering::Acquire);
        if plain == libc::SIG_DFL && with_info == libc::SIG_DFL {
            // Acquire: between those two it may have become one of the first kind.
            return (self.plain.load(Ordering::Acquire), libc::SIG_DFL);
        }
        (plain, with_info)
    }
}

#[cold]
#[inline(never)]
fn call_plain(handler: usize, with: Received) {
    let handler = ptr::with_exposed_provenance::<()>(handler);
    // SAFETY: not the default and not *ignore*, and the kernel had it without SA_SIGINFO: a handler that takes the number.
    let handler = unsafe { mem::transmute::<*const (), PlainHandler>(handler) };
    handler(with.number);
}

#[cold]
#[inline(never)]
fn call_with_info(handler: usize, with: Received) {
    let handler = ptr::with_exposed_provenance::<()>(handler);
    // SAFETY: as above, but the kernel had it with SA_SIGINFO: a handler that takes all three.
    let handler = unsafe { mem::transmute::<*const (), InfoHandler>(handler) };
    handler(with.number, with.info, with.context);
}
