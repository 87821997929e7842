//! Accepting a blocked signal: sigtimedwait, and a descriptor that tells when there is one.

use core::{ptr, time::Duration};

use super::{Descriptor, Errno, SigInfo, SigSet, mask, time::timespec};

/// Takes one of these signals if it is pending, or waits for it that long (`None`: without end). `None` if there is none by
/// then; `EINTR` if a handler ran on this thread first.
pub(crate) fn sigtimedwait(set: SigSet, time: Option<Duration>) -> Result<Option<SigInfo>, Errno> {
    let set = mask::to_libc(set);
    let time = time.map(timespec);
    let time = time.as_ref().map_or(ptr::null(), ptr::from_ref);
    let mut info = SigInfo::zeroed();
    // SAFETY: the set outlives the call, the time is null or does too, and `info` has room for a siginfo_t.
    let returned = unsafe { libc::sigtimedwait(&raw const set, info.as_mut_ptr(), time) };
    match Errno::check(returned) {
        // SAFETY: the call succeeded and has filled it in.
        Ok(_) => Ok(Some(unsafe { SigInfo::from_kernel(info) })),
        Err(errno) if errno.is(libc::EAGAIN) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// A new descriptor that is readable while one of these signals is pending for the thread that waits: closed by exec.
pub(crate) fn signal_descriptor(set: SigSet) -> Result<Descriptor, Errno> {
    let set = mask::to_libc(set);
    // SAFETY: the set outlives the call.
    let descriptor = unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
    Errno::check(descriptor).map(Descriptor::own)
}

/// POSIX `sigsuspend`: this mask until a handler has run on this thread.
pub(crate) fn sigsuspend(mask: SigSet) {
    let mask = mask::to_libc(mask);
    // SAFETY: the set outlives the call, which always returns -1 with EINTR.
    unsafe { libc::sigsuspend(&raw const mask) };
}
