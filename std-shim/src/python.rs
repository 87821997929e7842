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
//! | `signal.struct_siginfo` | [`struct_siginfo`] | [`SigInfo`](crate::SigInfo) |
//! | `signal.raise_signal(n)` | [`raise_signal`] | [`crate::raise_signal`] |
//! | `signal.NSIG`, `SIGINT`... | [`NSIG`], [`SIGINT`]... | [`Signal::MAX`] + 1, [`Signal::INT`]... |
//! | `signal.SIGRTMIN`, `SIGRTMAX` | [`SIGRTMIN()`](SIGRTMIN), [`SIGRTMAX()`](SIGRTMAX) | [`Signal::real_time_min`], [`Signal::real_time_max`] |
//! | `signal.strsignal(n)` | [`strsignal`] | [`crate::strsignal`] |
//! | `signal.valid_signals()` | [`valid_signals`] | [`SignalSet::valid`](crate::SignalSet::valid) |
//! | `signal.pthread_sigmask(how, set)` | [`pthread_sigmask`] | [`crate::pthread_sigmask`], [`block`](crate::block) |
//! | `signal.SIG_BLOCK`, `SIG_UNBLOCK`, `SIG_SETMASK` | [`SIG_BLOCK`], [`SIG_UNBLOCK`], [`SIG_SETMASK`] | [`MaskHow`](crate::MaskHow) |
//! | `signal.sigpending()` | [`sigpending`] | the same |
//! | `signal.sigwait(set)`, `sigwaitinfo(set)`, `sigtimedwait(set, s)` | [`sigwait`], [`sigwaitinfo`], [`sigtimedwait`] | the same; [`crate::sigsuspend`] |
//! | `signal.set_wakeup_fd(fd)` | `set_wakeup_fd` (with `std`) | `sigtrip::set_wakeup_fd`, [`crate::get_wakeup_fd`] |
//! | `signal.Signals`, `Handlers`, `Sigmasks` | [`Signal`], [`Disposition`], [`MaskHow`](crate::MaskHow) | the same |
//! | `signal.siginterrupt(n, flag)` | [`siginterrupt`] | [`crate::siginterrupt`] |
//! | `signal.setitimer(which, s, t)`, `getitimer(which)` | [`setitimer`], [`getitimer`] | [`crate::setitimer`], [`crate::getitimer`] |
//! | `signal.ITIMER_REAL`, `ITIMER_VIRTUAL`, `ITIMER_PROF` | [`ITIMER_REAL`], [`ITIMER_VIRTUAL`], [`ITIMER_PROF`] | [`Timer`](crate::Timer) |
//! | `signal.ItimerError` | [`Error::Time`] | a `Duration` is never negative |
//! | `signal.pthread_kill(thread, n)` | `pthread_kill` (with `std`) | `sigtrip::pthread_kill` |
//! | `signal.pidfd_send_signal(fd, n)`, `os.pidfd_open(pid)` | `pidfd_send_signal` (with `std`) | `sigtrip::pidfd_send_signal`, `sigtrip::pidfd_open` |
//! | `os.kill(pid, n)`, `os.killpg(group, n)` | | [`crate::kill`], [`crate::killpg`] |
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

mod mask;
#[cfg(feature = "std")]
mod send;
mod timer;

pub use mask::{SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK, pthread_sigmask, sigpending, valid_signals};
#[cfg(all(feature = "std", any(target_os = "linux", target_os = "android")))]
pub use send::pidfd_send_signal;
#[cfg(feature = "std")]
pub use send::pthread_kill;
pub use timer::{ITIMER_PROF, ITIMER_REAL, ITIMER_VIRTUAL, getitimer, setitimer};

use crate::{Disposition, Error, Interrupt, Name, Signal, owner::session, sys};

#[cfg(feature = "std")]
pub use crate::set_wakeup_fd;
pub use crate::{SigInfo as struct_siginfo, default_int_handler, pause, sigwait};
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
pub use crate::{sigtimedwait, sigwaitinfo};

/// The default action: C's `SIG_DFL`.
pub const SIG_DFL: Disposition = Disposition::Default;

/// The signal is ignored: C's `SIG_IGN`.
pub const SIG_IGN: Disposition = Disposition::Ignore;

/// One more than the highest signal number: 65 on Linux, 32 on macOS.
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
    SIGALRM = ALRM, SIGTERM = TERM, SIGCHLD = CHLD, SIGCONT = CONT,
    SIGSTOP = STOP, SIGTSTP = TSTP, SIGTTIN = TTIN, SIGTTOU = TTOU, SIGURG = URG, SIGXCPU = XCPU, SIGXFSZ = XFSZ,
    SIGVTALRM = VTALRM, SIGPROF = PROF, SIGWINCH = WINCH, SIGIO = IO, SIGSYS = SYS,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
constants! { SIGCLD = CHLD, SIGPOLL = IO, SIGPWR = PWR }

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(any(
        target_arch = "mips",
        target_arch = "mips64",
        target_arch = "mips32r6",
        target_arch = "mips64r6"
    ))
))]
constants! { SIGSTKFLT = STKFLT }

#[cfg(not(any(target_os = "linux", target_os = "android")))]
constants! { SIGEMT = EMT, SIGINFO = INFO }

#[cfg(target_os = "netbsd")]
constants! { SIGPWR = PWR }

/// The first real-time signal: [`Signal::real_time_min`]. A function, since libc says it only when the program runs.
///
/// ```
/// assert_eq!(sigtrip::python::SIGRTMIN().to_string(), "SIGRTMIN");
/// ```
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
#[must_use]
#[expect(non_snake_case, reason = "it is Python's name")]
pub fn SIGRTMIN() -> Signal {
    Signal::real_time_min()
}

/// The last real-time signal: [`Signal::real_time_max`].
///
/// ```
/// assert_eq!(sigtrip::python::SIGRTMAX().to_string(), "SIGRTMAX");
/// ```
#[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
#[must_use]
#[expect(non_snake_case, reason = "it is Python's name")]
pub fn SIGRTMAX() -> Signal {
    Signal::real_time_max()
}

/// Sets a signal's handler and returns the earlier one: [`crate::signal`](fn@crate::signal), with Python's order of checks
/// (the thread before the number). Owner context; a safe point.
///
/// # Errors
///
/// [`Error::OutOfRange`], and those of [`crate::signal`](fn@crate::signal).
///
/// ```
/// use sigtrip::python::{SIG_IGN, SIGUSR1, signal};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let earlier = signal(SIGUSR1, SIG_IGN)?;
/// assert_eq!(signal(SIGUSR1, earlier)?, SIG_IGN);
/// # Ok(())
/// # }
/// ```
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
///
/// ```
/// use sigtrip::python::{NSIG, SIG_IGN, SIGUSR1, getsignal, signal};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// signal(SIGUSR1, SIG_IGN)?;
/// assert_eq!(getsignal(SIGUSR1)?, SIG_IGN);
/// assert!(getsignal(NSIG).is_err());
/// # Ok(())
/// # }
/// ```
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
///
/// ```
/// use sigtrip::python::{SIGUSR1, default_int_handler, raise_signal, signal};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// signal(SIGUSR1, default_int_handler)?;
/// assert!(raise_signal(SIGUSR1).is_err()); // KeyboardInterrupt
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn raise_signal<S>(signalnum: S) -> Result<(), Interrupt>
where
    S: TryInto<Signal>,
    Error: From<S::Error>,
{
    crate::raise_signal(signalnum.try_into().map_err(Error::from)?)
}

/// Whether calls that this signal interrupts fail (`true`) or start again: [`crate::siginterrupt`]. Any thread; not a safe
/// point.
///
/// # Errors
///
/// [`Error::OutOfRange`], and those of [`crate::siginterrupt`].
///
/// ```
/// use sigtrip::python::{SIGUSR1, siginterrupt};
///
/// siginterrupt(SIGUSR1, false)?;
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn siginterrupt<S>(signalnum: S, flag: bool) -> Result<(), Error>
where
    S: TryInto<Signal>,
    Error: From<S::Error>,
{
    crate::siginterrupt(signalnum.try_into().map_err(Error::from)?, flag)
}

/// What the system says of a signal: [`crate::strsignal`]. Either context.
///
/// # Errors
///
/// [`Error::OutOfRange`].
///
/// ```
/// use sigtrip::python::strsignal;
///
/// assert_eq!(strsignal(9)?.as_deref(), Some("Killed"));
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn strsignal<S>(signalnum: S) -> Result<Option<Name>, Error>
where
    S: TryInto<Signal>,
    Error: From<S::Error>,
{
    Ok(crate::strsignal(signalnum.try_into().map_err(Error::from)?))
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
