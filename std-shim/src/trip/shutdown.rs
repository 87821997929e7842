//! The shutdown request: set by the first signal, and the second one ends the process.
//!
//! One word for the process: 0, *nobody asked*, or the number of the signal that asked. 0 → number in signal context, by
//! whichever signal comes first; back to 0 by the owner alone, when its session ends. What can not happen: a second
//! signal that is ignored because the program does not look; it never gets as far as the program.

use core::{
    ffi::c_int,
    sync::atomic::{AtomicU32, Ordering},
};

use sigtrip_core::Signum;

use crate::sys;

static REQUESTED_BY: AtomicU32 = AtomicU32::new(0);

/// Records the request; if there was one already, dies by this signal.
pub(super) fn request(number: c_int) {
    // Relaxed: one word that says all there is to say; no other memory is published with it. A swap, so that of two
    // signals at once one is the second.
    if REQUESTED_BY.swap(number.cast_unsigned(), Ordering::Relaxed) != 0
        && let Some(signal) = Signum::new(number.cast_unsigned())
    {
        sys::die_by(signal);
    }
}

/// The signal that asked for the end, if one did. Either context.
#[inline]
pub(crate) fn requested_by() -> Option<Signum> {
    // Relaxed: see `request`.
    Signum::new(REQUESTED_BY.load(Ordering::Relaxed))
}

/// Nobody asked any more. Owner context.
pub(crate) fn forget_request() {
    // Relaxed: see `request`.
    REQUESTED_BY.store(0, Ordering::Relaxed);
}
