//! The wake descriptor: on what the owner sleeps when it waits for descriptors.
//!
//! Made at the first such wait, and kept until the process ends: a delivery on another thread may be about to write to
//! it. A child of fork has one of its own, never its parent's: a byte there would wake the wrong process.

use core::sync::atomic::{AtomicI32, Ordering};

use crate::{
    Error,
    sys::{self, WakeEnds},
};

/// Its end that is waited for.
static READS: AtomicI32 = AtomicI32::new(NONE.read);
/// Its end that is written to.
static WRITES: AtomicI32 = AtomicI32::new(NONE.write);

const NONE: WakeEnds = WakeEnds { read: -1, write: -1 };

/// The descriptor, made if there is none yet. Called by the owner alone.
pub(super) fn wake_descriptor() -> Result<WakeEnds, Error> {
    match ends() {
        NONE => {
            let new = sys::new_wake_descriptor().map_err(Error::system(sys::WAKE_CALL))?;
            set(new);
            Ok(new)
        }
        ends => Ok(ends),
    }
}

/// Somebody has closed it, as a program does that closes all it does not know: the next sleep makes another.
/// (If its number stands for another file by then, nobody can tell.)
pub(super) fn is_lost() {
    set(NONE);
}

/// In the child of a fork: gives up the parent's.
pub(super) fn disinherit() {
    let parents = ends();
    if parents != NONE {
        set(NONE);
        sys::close_ends(parents);
    }
}

fn ends() -> WakeEnds {
    // Relaxed, both: written by the owner alone; that a later owner on another thread sees them is the session word's doing.
    WakeEnds { read: READS.load(Ordering::Relaxed), write: WRITES.load(Ordering::Relaxed) }
}

fn set(ends: WakeEnds) {
    // Relaxed, both: as above.
    READS.store(ends.read, Ordering::Relaxed);
    WRITES.store(ends.write, Ordering::Relaxed);
}
