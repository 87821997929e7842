//! Python's `signal` module, under Python's names.
//!
//! Thin over the rest of the crate: the same functions and one table of constants. Where Python takes an int, these take a
//! [`Signal`] or an int; a number that is no signal is [`Error::OutOfRange`].
//!
//! | Python | here | Rust's own |
//! |---|---|---|
//! | `signal.signal(n, f)` | [`signal`](fn@signal) | [`on`](crate::on), [`crate::signal`](fn@crate::signal) |
//! | `signal.getsignal(n)` | [`getsignal`] | [`crate::getsignal`] |
//! | `signal.SIG_DFL`, `SIG_IGN` | [`SIG_DFL`], [`SIG_IGN`] | [`Disposition::Default`], [`Disposition::Ignore`] |
//! | `None` from `getsignal` | [`Disposition::Foreign`] | the same |
//! | `signal.default_int_handler` | [`default_int_handler`] | the same |
//! | `signal.alarm(seconds)` | [`alarm`] | [`crate::alarm`] |
//! | `signal.pause()` | [`pause`] | the same |
//! | `signal.sigwait(s)`, `sigwaitinfo(s)` | [`sigwait`], [`sigwaitinfo`] | the same |
//! | `signal.sigtimedwait(s, seconds)` | [`sigtimedwait`], with a `Duration` | the same |
//! | `signal.struct_siginfo` | [`struct_siginfo`] | [`SigInfo`](crate::SigInfo) |
//! | `signal.raise_signal(n)` | [`raise_signal`] | [`crate::raise_signal`] |
//! | `signal.NSIG`, `SIGINT`... | [`NSIG`], [`SIGINT`]... | [`Signal::MAX`] + 1, [`Signal::INT`]... |
//! | `KeyboardInterrupt`, `SystemExit` | [`Interrupt`] | the same |
//!
//! ```
//! use sigtrip::{Delivery, python as signal};
//!
//! fn receive_signal(delivery: &Delivery) {
//!     println!("Received: {}", delivery.signal().number());
//! }
//!
//! # fn main() -> Result<(), sigtrip::Interrupt> {
//! let _session = sigtrip::init()?; // a Python interpreter does this at its start
//! signal::signal(signal::SIGUSR1, receive_signal)?;
//! signal::raise_signal(signal::SIGUSR1)?;
//! # Ok(())
//! # }
//! ```

use crate::{Disposition, Error, Interrupt, Signal, owner::session, sys};

pub use crate::{SigInfo as struct_siginfo, default_int_handler, pause, sigtimedwait, sigwait, sigwaitinfo};

/// The default action: C's `SIG_DFL`.
pub const SIG_DFL: Disposition = Disposition::Default;

/// The signal is ignored: C's `SIG_IGN`.
pub const SIG_IGN: Disposition = Disposition::Ignore;

/// One more than the highest signal number: 65 on Linux.
pub const NSIG: i32 = Signal::MAX + 1;

macro_rules! constants {
    ($($name:ident = $signal:ident),* $(,)?) => {
        $(
            #[doc = concat!("[`Signal::", stringify!($signal), "`].")]
            pub const $name: Signal = Signal::$signal;
        )*
    };
}

constants! {
    SIGHUP = HUP, SIGINT = INT, SIGQUIT = QUIT, SIGILL = ILL, SIGTRAP = TRAP, SIGABRT = ABRT, SIGIOT = ABRT,
    SIGBUS = BUS, SIGFPE = FPE, SIGKILL = KILL, SIGUSR1 = USR1, SIGSEGV = SEGV, SIGUSR2 = USR2, SIGPIPE = PIPE,
    SIGALRM = ALRM, SIGTERM = TERM, SIGSTKFLT = STKFLT, SIGCHLD = CHLD, SIGCLD = CHLD, SIGCONT = CONT,
    SIGSTOP = STOP, SIGTSTP = TSTP, SIGTTIN = TTIN, SIGTTOU = TTOU, SIGURG = URG, SIGXCPU = XCPU, SIGXFSZ = XFSZ,
    SIGVTALRM = VTALRM, SIGPROF = PROF, SIGWINCH = WINCH, SIGIO = IO, SIGPOLL = IO, SIGPWR = PWR, SIGSYS = SYS,
}

/// Sets a signal's handler and returns the earlier one: [`crate::signal`](fn@crate::signal), with Python's order of checks
/// (the thread before the number). Owner context; a safe point.
///
/// # Errors
///
/// [`Error::OutOfRange`], and those of [`crate::signal`](fn@crate::signal).
#[track_caller]
pub fn signal<S>(signalnum: S, handler: impl Into<Disposition>) -> Result<Disposition, Interrupt>
where
    S: TryInto<Signal>,
    Error: From<S::Error>,
{
    session::check_owner()?;
    crate::signal(signalnum.try_into().map_err(Error::from)?, handler)
}

/// What is done with a signal now: [`crate::getsignal`]. Any thread.
///
/// # Errors
///
/// [`Error::OutOfRange`], and those of [`crate::getsignal`].
pub fn getsignal<S>(signalnum: S) -> Result<Disposition, Error>
where
    S: TryInto<Signal>,
    Error: From<S::Error>,
{
    crate::getsignal(signalnum.try_into().map_err(Error::from)?)
}

/// Sends a signal to the calling thread: [`crate::raise_signal`]. A safe point.
///
/// # Errors
///
/// [`Error::OutOfRange`], and those of [`crate::raise_signal`].
#[track_caller]
pub fn raise_signal<S>(signalnum: S) -> Result<(), Interrupt>
where
    S: TryInto<Signal>,
    Error: From<S::Error>,
{
    crate::raise_signal(signalnum.try_into().map_err(Error::from)?)
}

/// Has SIGALRM sent after whole seconds; 0 cancels. Returns the seconds that were left of the alarm before, rounded as C's
/// `alarm` does, or 0. Any thread; not a safe point. [`crate::alarm`] counts finer.
///
/// ```
/// use sigtrip::python::alarm;
///
/// assert_eq!(alarm(100), 0);
/// assert_eq!(alarm(0), 100);
/// ```
pub fn alarm(seconds: u32) -> u32 {
    sys::alarm(seconds)
}
