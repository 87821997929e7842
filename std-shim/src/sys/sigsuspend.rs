//! POSIX `sigsuspend`.

use super::{SigSet, sigset};

/// POSIX `sigsuspend`: this mask until a handler has run on this thread.
pub(crate) fn sigsuspend(mask: SigSet) {
    let mask = sigset::to_libc(mask);
    // SAFETY: the set outlives the call, which always returns -1 with EINTR.
    unsafe { libc::sigsuspend(&raw const mask) };
}
