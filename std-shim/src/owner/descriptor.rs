//! The wake descriptor: on what the owner sleeps when it waits for descriptors.
//!
//! Made at the first such wait, and kept until the process ends: a delivery on another thread may be about to write to
//! it. A child of fork has one of its own, never its parent's: a byte there would wake the wrong process.

use core::{
    ffi::c_int,
    sync::atomic::{AtomicI32, Ordering},
};

use crate::{Error, sys};

static DESCRIPTOR: AtomicI32 = AtomicI32::new(NONE);

const NONE: c_int = -1;

/// The descriptor, made if there is none yet. Called by the owner alone.
pub(super) fn wake_descriptor() -> Result<c_int, Error> {
    // Relaxed: written by the owner alone; that a later owner on another thread sees it is the session word's doing.
    match DESCRIPTOR.load(Ordering::Relaxed) {
        NONE => {
            let new = sys::new_wake_descriptor().map_err(Error::system("eventfd"))?;
            // Relaxed: as above.
            DESCRIPTOR.store(new, Ordering::Relaxed);
            Ok(new)
        }
        descriptor => Ok(descriptor),
    }
}

/// Somebody has closed it, as a program does that closes all it does not know: the next sleep makes another.
/// (If its number stands for another file by then, nobody can tell.)
pub(super) fn is_lost() {
    // Relaxed: as above.
    DESCRIPTOR.store(NONE, Ordering::Relaxed);
}

/// In the child of a fork: gives up the parent's.
pub(super) fn disinherit() {
    // Relaxed: there is no other thread.
    let parents = DESCRIPTOR.load(Ordering::Relaxed);
    if parents != NONE {
        DESCRIPTOR.store(NONE, Ordering::Relaxed); // Relaxed: as above
        sys::close(parents);
    }
}
