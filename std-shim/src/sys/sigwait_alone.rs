//! Accepting a blocked signal, where `sigwait` alone is to be had: macOS and OpenBSD.

use core::{ffi::c_int, time::Duration};

use sigtrip_core::Signum;

use super::{Errno, SigInfo, SigSet, sigset};

/// The call that takes a signal.
pub(crate) const ACCEPT_CALL: &str = "sigwait";

/// Takes one of these signals if it is pending, or waits for it; `EINTR` if a handler ran on this thread first. Nothing is known of it
/// but its number. There is no wait with an end: `ENOSYS`.
pub(crate) fn accept_signal(set: SigSet, time: Option<Duration>) -> Result<Option<SigInfo>, Errno> {
    if time.is_some() {
        return Err(Errno::from_return(libc::ENOSYS));
    }
    let set = sigset::to_libc(set);
    let mut number: c_int = 0;
    // SAFETY: the set outlives the call, and there is room for a number.
    match unsafe { libc::sigwait(&raw const set, &raw mut number) } {
        0 => Ok(Signum::new(number.cast_unsigned()).map(SigInfo::of)),
        errno => Err(Errno::from_return(errno)),
    }
}
