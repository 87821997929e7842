//! The numbers and the layout of the signal interface, where they are as on most processors and libc's crate has them.

use core::ffi::c_int;

pub(crate) use libc::{
    SIGABRT, SIGALRM, SIGBUS, SIGCHLD, SIGCONT, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGIO, SIGKILL, SIGPIPE,
    SIGPROF, SIGPWR, SIGQUIT, SIGSEGV, SIGSTKFLT, SIGSTOP, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGTTIN,
    SIGTTOU, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
};

pub(super) use libc::{
    SA_NOCLDSTOP, SA_NOCLDWAIT, SA_ONSTACK, SA_RESTART, SA_SIGINFO, SI_ASYNCIO, SI_KERNEL, SI_MESGQ,
    SI_QUEUE, SI_TIMER, SI_TKILL, SI_USER, SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK,
};

/// The highest signal number of this platform.
pub(crate) const SIGNAL_MAX: u32 = 64;

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
