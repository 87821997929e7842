//! `strsignal`: what the system says of a signal.
//!
//! The texts are those of glibc in English, from a table of our own: C's function may write to a buffer that all threads
//! share, and speaks the language of the locale.

use crate::{Name, Signal, sys};

const TEXTS: &[(Signal, &str)] = &[
    (Signal::HUP, "Hangup"),
    (Signal::INT, "Interrupt"),
    (Signal::QUIT, "Quit"),
    (Signal::ILL, "Illegal instruction"),
    (Signal::TRAP, "Trace/breakpoint trap"),
    (Signal::ABRT, "Aborted"),
    (Signal::BUS, "Bus error"),
    #[cfg(any(
        target_arch = "mips",
        target_arch = "mips64",
        target_arch = "mips32r6",
        target_arch = "mips64r6",
        not(any(target_os = "linux", target_os = "android"))
    ))]
    (Signal::EMT, "EMT trap"),
    (Signal::FPE, "Floating point exception"),
    (Signal::KILL, "Killed"),
    (Signal::USR1, "User defined signal 1"),
    (Signal::SEGV, "Segmentation fault"),
    (Signal::USR2, "User defined signal 2"),
    (Signal::PIPE, "Broken pipe"),
    (Signal::ALRM, "Alarm clock"),
    (Signal::TERM, "Terminated"),
    #[cfg(all(
        any(target_os = "linux", target_os = "android"),
        not(any(
            target_arch = "mips",
            target_arch = "mips64",
            target_arch = "mips32r6",
            target_arch = "mips64r6"
        ))
    ))]
    (Signal::STKFLT, "Stack fault"),
    (Signal::CHLD, "Child exited"),
    (Signal::CONT, "Continued"),
    (Signal::STOP, "Stopped (signal)"),
    (Signal::TSTP, "Stopped"),
    (Signal::TTIN, "Stopped (tty input)"),
    (Signal::TTOU, "Stopped (tty output)"),
    (Signal::URG, "Urgent I/O condition"),
    (Signal::XCPU, "CPU time limit exceeded"),
    (Signal::XFSZ, "File size limit exceeded"),
    (Signal::VTALRM, "Virtual timer expired"),
    (Signal::PROF, "Profiling timer expired"),
    (Signal::WINCH, "Window changed"),
    (Signal::IO, "I/O possible"),
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    (Signal::INFO, "Information request"),
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "netbsd"))]
    (Signal::PWR, "Power failure"),
    (Signal::SYS, "Bad system call"),
];

/// What a shell prints of a process that this signal has ended: C's and Python's `strsignal`, in English whatever the locale,
/// in glibc's words whatever the libc. `None` for a number that libc keeps for itself.
///
/// Either context; it needs no heap. [`Signal::description`] says more about what a signal is for.
///
/// ```
/// use sigtrip::{Signal, strsignal};
///
/// assert_eq!(strsignal(Signal::SEGV).as_deref(), Some("Segmentation fault"));
/// assert_eq!(strsignal(Signal::real_time(2)?).as_deref(), Some("Real-time signal 2"));
/// assert_eq!(strsignal(Signal::from_raw(32)?), None);
/// # Ok::<(), sigtrip::Error>(())
/// ```
#[must_use]
pub fn strsignal(signal: Signal) -> Option<Name> {
    if let Some((_, text)) = TEXTS.iter().find(|(of, _)| *of == signal) {
        return Some(Name::of(format_args!("{text}")));
    }
    let number = || signal.signum().get() - sys::real_time_range().0;
    signal.is_real_time().then(|| Name::of(format_args!("Real-time signal {}", number())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_valid_signal_has_its_own_text_whole() {
        for (signal, text) in TEXTS {
            assert_eq!(strsignal(*signal).as_deref(), Some(*text), "it fits");
        }
        let texts = Signal::all().filter_map(strsignal).map(|text| text.to_string());
        let texts = texts.collect::<std::collections::BTreeSet<_>>();
        assert_eq!(texts.len(), crate::SignalSet::valid().len());
    }
}
