//! The numbers and the layout of the signal interface on MIPS, which has its own: 127 signals with other numbers, other
//! flags, and in `struct sigaction` the flags before the handler.
//!
//! They are written out here, after the kernel's and glibc's headers, since the crate `libc` can not be asked: 0.2.191 has x86's
//! for mips64 (its list of processors names `mips` twice). Two versions of it then never disagree about what is installed.

use core::ffi::c_int;

macro_rules! numbers {
    ($($name:ident = $number:literal),* $(,)?) => { $(pub(crate) const $name: c_int = $number;)* };
}

numbers! {
    SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGEMT = 7, SIGFPE = 8, SIGKILL = 9,
    SIGBUS = 10, SIGSEGV = 11, SIGSYS = 12, SIGPIPE = 13, SIGALRM = 14, SIGTERM = 15, SIGUSR1 = 16, SIGUSR2 = 17,
    SIGCHLD = 18, SIGPWR = 19, SIGWINCH = 20, SIGURG = 21, SIGIO = 22, SIGSTOP = 23, SIGTSTP = 24, SIGCONT = 25,
    SIGTTIN = 26, SIGTTOU = 27, SIGVTALRM = 28, SIGPROF = 29, SIGXCPU = 30, SIGXFSZ = 31,
}

pub(super) const SA_NOCLDSTOP: c_int = 0x1;
pub(super) const SA_NOCLDWAIT: c_int = 0x1_0000;
pub(super) const SA_SIGINFO: c_int = 0x8;
pub(super) const SA_ONSTACK: c_int = 0x0800_0000;
pub(super) const SA_RESTART: c_int = 0x1000_0000;
pub(super) const SIG_BLOCK: c_int = 1;
pub(super) const SIG_UNBLOCK: c_int = 2;
pub(super) const SIG_SETMASK: c_int = 3;
pub(super) const SI_USER: c_int = 0;
pub(super) const SI_QUEUE: c_int = -1;
pub(super) const SI_ASYNCIO: c_int = -2;
pub(super) const SI_TIMER: c_int = -3;
pub(super) const SI_MESGQ: c_int = -4;
pub(super) const SI_TKILL: c_int = -6;
pub(super) const SI_KERNEL: c_int = 0x80;

/// The highest signal number of this platform: `SIGRTMAX`; the kernel's 128 has no name and no use.
pub(crate) const SIGNAL_MAX: u32 = 127;

/// C's `struct sigaction`, as glibc has it.
#[repr(C)]
pub(super) struct RawAction {
    pub(super) sa_flags: c_int,
    pub(super) sa_sigaction: usize,
    pub(super) sa_mask: libc::sigset_t,
    sa_restorer: usize,
    reserved: [c_int; 1],
}

#[cfg(target_env = "musl")]
compile_error!("sigtrip has the layout of glibc's sigaction on MIPS; musl's is another");

mod c {
    use core::ffi::c_int;

    unsafe extern "C" {
        pub(super) fn sigaction(
            number: c_int,
            new: *const super::RawAction,
            old: *mut super::RawAction,
        ) -> c_int;
    }
}

/// C's `sigaction`.
///
/// # Safety
///
/// - Each pointer is null or to a [`RawAction`] that outlives the call; the new one is valid, the old one may be written.
pub(super) unsafe fn sigaction(number: c_int, new: *const RawAction, old: *mut RawAction) -> c_int {
    // SAFETY: the declaration is C's own, and the layout glibc's, with a word to spare on 64 bits; the rest is the caller's
    // promise.
    unsafe { c::sigaction(number, new, old) }
}
