//! Accepting a blocked signal, where `sigtimedwait` is to be had.

use core::{ptr, time::Duration};

use super::{Errno, SigInfo, SigSet, sigset, time::timespec};

/// The call that takes a signal.
pub(crate) const ACCEPT_CALL: &str = "sigtimedwait";

/// Takes one of these signals if it is pending, or waits for it that long (`None`: without end). `None` if there is none by
/// then; `EINTR` if a handler ran on this thread first.
pub(crate) fn accept_signal(set: SigSet, time: Option<Duration>) -> Result<Option<SigInfo>, Errno> {
    let set = sigset::to_libc(set);
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
