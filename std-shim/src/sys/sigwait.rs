//! Accepting a blocked signal: sigtimedwait, and a descriptor that tells when there is one.

use core::{ffi::c_int, time::Duration};

use super::{Errno, SigInfo, SigSet, mask, time::timespec};

/// Takes one of these signals if it is pending, or waits for it that long. `None` if there is none.
pub(crate) fn sigtimedwait(set: SigSet, time: Duration) -> Result<Option<SigInfo>, Errno> {
    let set = mask::to_libc(set);
    let time = timespec(time);
    let mut info = SigInfo::zeroed();
    // SAFETY: set and time outlive the call, and `info` has room for a siginfo_t.
    let returned = unsafe { libc::sigtimedwait(&raw const set, info.as_mut_ptr(), &raw const time) };
    match Errno::check(returned) {
        // SAFETY: the call succeeded and has filled it in.
        Ok(_) => Ok(Some(unsafe { SigInfo::from_kernel(info) })),
        Err(errno) if errno.is(libc::EAGAIN) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// A new descriptor that is readable while one of these signals is pending for the thread that waits: closed by exec.
pub(crate) fn signal_descriptor(set: SigSet) -> Result<c_int, Errno> {
    let set = mask::to_libc(set);
    // SAFETY: the set outlives the call.
    Errno::check(unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) })
}

/// POSIX `sigsuspend`: this mask until a handler has run on this thread.
pub(crate) fn sigsuspend(mask: SigSet) {
    let mask = mask::to_libc(mask);
    // SAFETY: the set outlives the call, which always returns -1 with EINTR.
    unsafe { libc::sigsuspend(&raw const mask) };
}
