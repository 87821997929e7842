//! The calling thread's mask, whole: read, and put back.

use core::{mem::MaybeUninit, ptr};

use super::{SigSet, action::set_from_libc, set_to_libc};

/// The calling thread's mask. Async-signal-safe.
pub(crate) fn thread_mask() -> SigSet {
    let mut now = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: nothing is changed, and there is room for a set. It can not fail with these.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, ptr::null(), now.as_mut_ptr()) };
    // SAFETY: filled in by the call, and zeroed it was valid already.
    set_from_libc(&unsafe { now.assume_init() })
}

/// Makes this the calling thread's mask. Async-signal-safe.
pub(crate) fn set_thread_mask(mask: SigSet) {
    let mask = set_to_libc(mask);
    // SAFETY: a valid set in; the old mask is not asked for. It can not fail with these.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const mask, ptr::null_mut()) };
}
