//! `Signal`: a signal of this system, with its names.
//!
//! One table of the standard signals gives names, descriptions and default actions; the real-time signals are named by
//! their distance from `SIGRTMIN`, which libc is asked for when the program runs. What can not happen: a `Signal` that
//! is not in 1 to [`Signal::MAX`].

mod name;
mod parse;

pub use name::Name;
pub use parse::ParseSignalError;

use core::{ffi::c_int, fmt};

use sigtrip_core::Signum;

use crate::{Error, sys};

/// A signal number of this system: 1 to [`MAX`](Self::MAX).
///
/// The standard signals are constants (`Signal::INT`); real-time signals are made by [`real_time`](Self::real_time),
/// any by [`from_raw`](Self::from_raw) or by name. A plain value of four bytes; the methods may be called in either
/// context unless they say otherwise.
///
/// ```
/// use sigtrip::Signal;
///
/// assert_eq!(Signal::INT.to_string(), "SIGINT");
/// assert_eq!("term".parse(), Ok(Signal::TERM));
/// assert_eq!("SIGRTMIN+2".parse(), Ok(Signal::real_time(2).unwrap()));
/// assert_eq!(Signal::from_raw(2), Ok(Signal::INT));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal(Signum);

/// What the system does with a signal that nobody handles or ignores; after signal(7).
///
/// ```
/// use sigtrip::{DefaultAction, Signal};
/// assert_eq!(Signal::TSTP.default_action(), DefaultAction::Stop);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultAction {
    /// The process ends.
    Terminate,
    /// The process ends, with a core dump where that is enabled.
    Core,
    /// Nothing happens.
    Ignore,
    /// The process stops.
    Stop,
    /// The process goes on if it was stopped.
    Continue,
}

/// What is known of one standard signal.
struct Standard {
    signal: Signal,
    name: &'static str,
    description: &'static str,
    default: DefaultAction,
}

macro_rules! standard {
    ($($(#[$only:meta])? $constant:ident = $raw:ident $name:literal, $default:ident, $description:literal;)*) => {
        impl Signal {
            $(
                #[doc = concat!("`", $name, "`: ", $description, ".")]
                #[doc(alias = $name)]
                $(#[$only])?
                pub const $constant: Self = Self::constant(sys::numbers::$raw);
            )*
        }

        const STANDARD: &[Standard] = &[$($(#[$only])? Standard {
            signal: Signal::$constant,
            name: $name,
            description: $description,
            default: DefaultAction::$default,
        },)*];
    };
}

standard! {
    HUP = SIGHUP "SIGHUP", Terminate, "the terminal hung up, or: read the configuration again";
    INT = SIGINT "SIGINT", Terminate, "interrupt from the keyboard (Ctrl-C)";
    QUIT = SIGQUIT "SIGQUIT", Core, "quit from the keyboard";
    ILL = SIGILL "SIGILL", Core, "illegal instruction";
    TRAP = SIGTRAP "SIGTRAP", Core, "trap for a debugger";
    ABRT = SIGABRT "SIGABRT", Core, "abort";
    BUS = SIGBUS "SIGBUS", Core, "bad memory access";
    #[cfg(any(target_arch = "mips", target_arch = "mips64", target_arch = "mips32r6", target_arch = "mips64r6", not(any(target_os = "linux", target_os = "android"))))]
    EMT = SIGEMT "SIGEMT", Core, "emulator trap";
    FPE = SIGFPE "SIGFPE", Core, "arithmetic error";
    KILL = SIGKILL "SIGKILL", Terminate, "kill; can not be handled";
    USR1 = SIGUSR1 "SIGUSR1", Terminate, "the program's own, first";
    SEGV = SIGSEGV "SIGSEGV", Core, "invalid memory reference";
    USR2 = SIGUSR2 "SIGUSR2", Terminate, "the program's own, second";
    PIPE = SIGPIPE "SIGPIPE", Terminate, "write to a pipe that nobody reads";
    ALRM = SIGALRM "SIGALRM", Terminate, "alarm clock";
    TERM = SIGTERM "SIGTERM", Terminate, "request to end";
    #[cfg(all(any(target_os = "linux", target_os = "android"), not(any(target_arch = "mips", target_arch = "mips64", target_arch = "mips32r6", target_arch = "mips64r6"))))]
    STKFLT = SIGSTKFLT "SIGSTKFLT", Terminate, "stack fault; unused";
    CHLD = SIGCHLD "SIGCHLD", Ignore, "a child ended, stopped or went on";
    CONT = SIGCONT "SIGCONT", Continue, "go on if stopped";
    STOP = SIGSTOP "SIGSTOP", Stop, "stop; can not be handled";
    TSTP = SIGTSTP "SIGTSTP", Stop, "stop from the keyboard";
    TTIN = SIGTTIN "SIGTTIN", Stop, "a background process read from the terminal";
    TTOU = SIGTTOU "SIGTTOU", Stop, "a background process wrote to the terminal";
    URG = SIGURG "SIGURG", Ignore, "urgent data on a socket";
    #[cfg(any(target_os = "linux", target_os = "android"))]
    XCPU = SIGXCPU "SIGXCPU", Core, "processor time limit exceeded";
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    XCPU = SIGXCPU "SIGXCPU", Terminate, "processor time limit exceeded";
    #[cfg(any(target_os = "linux", target_os = "android"))]
    XFSZ = SIGXFSZ "SIGXFSZ", Core, "file size limit exceeded";
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    XFSZ = SIGXFSZ "SIGXFSZ", Terminate, "file size limit exceeded";
    VTALRM = SIGVTALRM "SIGVTALRM", Terminate, "virtual timer";
    PROF = SIGPROF "SIGPROF", Terminate, "profiling timer";
    WINCH = SIGWINCH "SIGWINCH", Ignore, "the terminal's size changed";
    #[cfg(any(target_os = "linux", target_os = "android"))]
    IO = SIGIO "SIGIO", Terminate, "input or output is possible";
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    IO = SIGIO "SIGIO", Ignore, "input or output is possible";
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    INFO = SIGINFO "SIGINFO", Ignore, "how far is it? from the keyboard (Ctrl-T)";
    #[cfg(any(target_os = "linux", target_os = "android"))]
    PWR = SIGPWR "SIGPWR", Terminate, "power failure";
    #[cfg(target_os = "netbsd")]
    PWR = SIGPWR "SIGPWR", Ignore, "power failure";
    SYS = SIGSYS "SIGSYS", Core, "bad system call";
}

/// Other names of standard signals.
const ALIASES: &[(&str, Signal)] = &[
    ("SIGIOT", Signal::ABRT),
    #[cfg(any(target_os = "linux", target_os = "android"))]
    ("SIGCLD", Signal::CHLD),
    #[cfg(any(target_os = "linux", target_os = "android"))]
    ("SIGPOLL", Signal::IO),
];

impl Signal {
    /// The highest signal number of this system: 64 on Linux (127 on MIPS), 31 on macOS, 126 on FreeBSD, 63 on NetBSD, 32 on
    /// OpenBSD. C's `NSIG` is one more (FreeBSD's says 32, and leaves the real-time signals out).
    pub const MAX: i32 = sys::SIGNAL_MAX.cast_signed();

    const fn constant(raw: c_int) -> Self {
        match Signum::new(raw.cast_unsigned()) {
            Some(signum) => Self(signum),
            None => panic!("libc has no signal 0"),
        }
    }

    /// The signal with this number.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfRange`] unless the number is in 1 to [`MAX`](Self::MAX).
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert_eq!(Signal::from_raw(15), Ok(Signal::TERM));
    /// assert!(Signal::from_raw(0).is_err());
    /// ```
    pub const fn from_raw(number: i32) -> Result<Self, Error> {
        match Signum::new(number.cast_unsigned()) {
            Some(signum) if number <= Self::MAX && number > 0 => Ok(Self(signum)),
            _ => Err(Error::OutOfRange(number)),
        }
    }

    /// The real-time signal `SIGRTMIN + n`.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfRange`] with the number that it would have, if that is beyond `SIGRTMAX`; always on macOS and OpenBSD, which have
    /// no real-time signals.
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert_eq!(Signal::real_time(0).unwrap().to_string(), "SIGRTMIN");
    /// assert!(Signal::real_time(1000).is_err());
    /// ```
    pub fn real_time(n: u32) -> Result<Self, Error> {
        let (min, max) = sys::real_time_range();
        let number = min.saturating_add(n);
        match Signum::new(number) {
            Some(signum) if number <= max => Ok(Self(signum)),
            _ => Err(Error::OutOfRange(i32::try_from(number).unwrap_or(i32::MAX))),
        }
    }

    /// The first real-time signal that libc leaves to programs: C's and Python's `SIGRTMIN`, 34 with glibc. It is asked for
    /// when the program runs, since libc keeps some for itself. Not on macOS and OpenBSD, which have none.
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert_eq!(Signal::real_time(0), Ok(Signal::real_time_min()));
    /// ```
    #[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
    #[must_use]
    #[doc(alias = "SIGRTMIN")]
    pub fn real_time_min() -> Self {
        Self::constant(sys::real_time_range().0.cast_signed())
    }

    /// The last real-time signal: C's and Python's `SIGRTMAX`, 64 on Linux (127 on MIPS). Not on macOS and OpenBSD.
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert_eq!(Signal::real_time_max().to_string(), "SIGRTMAX");
    /// ```
    #[cfg(not(any(target_vendor = "apple", target_os = "openbsd")))]
    #[must_use]
    #[doc(alias = "SIGRTMAX")]
    pub fn real_time_max() -> Self {
        Self::constant(sys::real_time_range().1.cast_signed())
    }

    /// The number, as C has it.
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert_eq!(Signal::KILL.number(), 9);
    /// ```
    #[must_use]
    pub const fn number(self) -> i32 {
        sys::raw(self.0)
    }

    /// The number as the core has it.
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert_eq!(Signal::KILL.signum().get(), 9);
    /// ```
    #[must_use]
    pub const fn signum(self) -> Signum {
        self.0
    }

    /// For numbers that the core took in: they are in range.
    pub(crate) const fn of(signum: Signum) -> Self {
        Self(signum)
    }

    /// Every number from 1 to [`MAX`](Self::MAX), ascending; also those that can not be handled.
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert_eq!(Signal::all().last().map(Signal::number), Some(Signal::MAX));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=Self::MAX).filter_map(|number| Self::from_raw(number).ok())
    }

    /// The name: `SIGINT`, `SIGRTMIN+3`, and `SIG32` for a number that libc keeps for itself.
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert_eq!(&*Signal::INT.name(), "SIGINT");
    /// ```
    #[must_use]
    pub fn name(self) -> Name {
        Name::of(format_args!("{self}"))
    }

    /// What it is for, in a few words; for a real-time or reserved signal just that.
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert_eq!(Signal::TERM.description(), "request to end");
    /// ```
    #[must_use]
    pub fn description(self) -> &'static str {
        match self.standard() {
            Some(standard) => standard.description,
            None if self.is_reserved() => "kept by the C library",
            None => "real-time signal",
        }
    }

    /// What the system does with it by default.
    ///
    /// ```
    /// # use sigtrip::{DefaultAction, Signal};
    /// assert_eq!(Signal::CHLD.default_action(), DefaultAction::Ignore);
    /// ```
    #[must_use]
    pub fn default_action(self) -> DefaultAction {
        self.standard().map_or(DefaultAction::Terminate, |standard| standard.default)
    }

    /// Whether it is a real-time signal: these queue, and are delivered as often as they were sent.
    ///
    /// ```
    /// # use sigtrip::Signal;
    /// assert!(Signal::real_time_min().is_real_time());
    /// assert!(!Signal::INT.is_real_time());
    /// ```
    #[must_use]
    pub fn is_real_time(self) -> bool {
        let (min, max) = sys::real_time_range();
        (min..=max).contains(&self.0.get())
    }

    /// Whether libc keeps the number for itself. (The table is not asked: a program that names no signal is to do without it.)
    pub(crate) fn is_reserved(self) -> bool {
        self.0.get() > sys::STANDARD_MAX && !self.is_real_time()
    }

    /// Whether an instruction can raise it, and would again after a handler returns.
    #[inline(always)] // nothing is left of it where the signal is a constant
    pub(crate) const fn is_fault(self) -> bool {
        let [segv, bus, fpe, ill] = sys::Fault::SIGNALS;
        let number = self.number();
        number == segv || number == bus || number == fpe || number == ill
    }

    /// That it can be handled at all.
    pub(crate) fn check_catchable(self) -> Result<(), Error> {
        match self {
            Self::KILL | Self::STOP => Err(Error::Uncatchable(self)),
            _ if self.is_reserved() => Err(Error::Reserved(self)),
            _ => Ok(()),
        }
    }

    fn standard(self) -> Option<&'static Standard> {
        STANDARD.iter().find(|standard| standard.signal == self)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(standard) = self.standard() {
            return f.write_str(standard.name);
        }
        match (self.0.get(), sys::real_time_range()) {
            (number, (min, _)) if number == min => f.write_str("SIGRTMIN"),
            (number, (_, max)) if number == max => f.write_str("SIGRTMAX"),
            (number, (min, max)) if (min..max).contains(&number) => write!(f, "SIGRTMIN+{}", number - min),
            (number, _) => write!(f, "SIG{number}"),
        }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signal({self})")
    }
}

impl TryFrom<i32> for Signal {
    type Error = Error;
    fn try_from(number: i32) -> Result<Self, Error> {
        Self::from_raw(number)
    }
}

impl From<Signal> for Signum {
    fn from(signal: Signal) -> Self {
        signal.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_up_to_the_last_standard_one_has_a_name() {
        let standard = Signal::all().filter(|signal| signal.standard().is_some()).map(Signal::number);
        assert!(standard.eq(1..=sys::STANDARD_MAX.cast_signed()));
    }

    #[test]
    fn what_can_not_be_caught_says_so() {
        assert_eq!(Signal::KILL.check_catchable(), Err(Error::Uncatchable(Signal::KILL)));
        assert_eq!(Signal::STOP.check_catchable(), Err(Error::Uncatchable(Signal::STOP)));
        for number in 32..libc::SIGRTMIN() {
            let signal = Signal::from_raw(number).unwrap();
            assert_eq!(signal.check_catchable(), Err(Error::Reserved(signal)));
            assert_eq!(signal.to_string(), format!("SIG{number}"));
        }
        let catchable = Signal::all().filter(|signal| signal.check_catchable().is_ok()).count();
        assert_eq!(catchable, 29 + (libc::SIGRTMAX() - libc::SIGRTMIN() + 1) as usize);
    }
}
