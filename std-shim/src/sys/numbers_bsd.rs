//! The numbers and the layout of the signal interface on macOS and the BSDs, which have nearly the same ones.

use core::ffi::c_int;

pub(crate) use libc::{
    SIGABRT, SIGALRM, SIGBUS, SIGCHLD, SIGCONT, SIGEMT, SIGFPE, SIGHUP, SIGILL, SIGINFO, SIGINT, SIGIO,
    SIGKILL, SIGPIPE, SIGPROF, SIGQUIT, SIGSEGV, SIGSTOP, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGTTIN,
    SIGTTOU, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
};

pub(super) use libc::{
    SA_NOCLDSTOP, SA_NOCLDWAIT, SA_ONSTACK, SA_RESTART, SA_SIGINFO, SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK,
};

pub(crate) use super::platform::SIGNAL_MAX;

/// Power failure, which NetBSD alone has.
#[cfg(target_os = "netbsd")]
pub(crate) const SIGPWR: c_int = 32;

/// C's `struct sigaction`.
pub(super) type RawAction = libc::sigaction;

/// C's `sigaction`.
///
/// # Safety
///
/// - Each pointer is null or to a [`RawAction`] that outlives the call; the new one is valid, the old one may be written.
pub(super) unsafe fn sigaction(number: c_int, new: *const RawAction, old: *mut RawAction) -> c_int {
    // SAFETY: by the caller's promise.
    unsafe { libc::sigaction(number, new, old) }
}
