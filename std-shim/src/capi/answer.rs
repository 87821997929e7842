//! What each function answers: 0, a number that a callback returned, or an error number, negated.
//!
//! `errno` itself means nothing after a call. A callback's number travels inside as [`Interrupt::Exit`], so that a C handler fails as
//! a Rust one does.

use core::ffi::c_int;

use crate::{Error, Interrupt};

/// What a function returns when it does not return 0. Never 0 itself.
pub(super) struct Code(c_int);

/// A result as C is told it.
pub(super) type Answer = Result<c_int, Code>;

/// The handler of Ctrl-C has run: 128 + SIGINT, as shells have it.
pub(super) const SIGTRIP_INTERRUPTED: c_int = 130;

impl Code {
    /// This error number.
    pub(super) const fn errno(errno: c_int) -> Self {
        Self(-errno)
    }

    /// What a callback returned; 0 is no code.
    pub(super) const fn of_callback(returned: c_int) -> Result<(), Self> {
        if returned == 0 { Ok(()) } else { Err(Self(returned)) }
    }
}

impl From<Error> for Code {
    fn from(error: Error) -> Self {
        Self::errno(match error {
            Error::System { errno, .. } => errno.raw(),
            Error::NotOwner => libc::EPERM,
            Error::NotInitialized => libc::ENXIO,
            Error::AlreadyInitialized | Error::HookInUse => libc::EBUSY,
            Error::PollingOnly | Error::Hosted => libc::ENOTSUP,
            Error::InsideHook => libc::EDEADLK,
            Error::HooksCrowded => libc::EAGAIN,
            Error::OutOfRange(_)
            | Error::Uncatchable(_)
            | Error::Reserved(_)
            | Error::Fault(_)
            | Error::NoBackPressure(_)
            | Error::Blocking(_)
            | Error::Unknown
            | Error::ProcessGroup(_)
            | Error::Time
            | Error::Closed
            | Error::AlreadyJoined
            | Error::NotUtf8 => libc::EINVAL,
        })
    }
}

impl From<Interrupt> for Code {
    fn from(interrupt: Interrupt) -> Self {
        match interrupt {
            Interrupt::Exit(number) if number != 0 => Self(number),
            Interrupt::KeyboardInterrupt(_) => Self(SIGTRIP_INTERRUPTED),
            Interrupt::Error(error) => error.into(),
            // A handler written in Rust, in a program of both.
            Interrupt::Exit(_) | Interrupt::ExitMessage(_) | Interrupt::Other(_) => {
                Self::errno(libc::ECANCELED)
            }
        }
    }
}

/// Does what a function is for. A panic goes no further: it is an error number. Owner context, or whatever the function may be
/// called in.
#[cfg(feature = "std")]
pub(super) fn entry(what: impl FnOnce() -> Answer) -> c_int {
    let answer = std::panic::catch_unwind(core::panic::AssertUnwindSafe(what));
    number(answer.unwrap_or(Err(Code::errno(libc::ENOTRECOVERABLE))))
}

/// Without std a panic ends the process, where it is.
#[cfg(not(feature = "std"))]
pub(super) fn entry(what: impl FnOnce() -> Answer) -> c_int {
    number(what())
}

/// For what may be called in signal context: nothing in it can panic, and nothing is caught.
pub(super) fn plainly(what: impl FnOnce() -> Answer) -> c_int {
    number(what())
}

fn number(answer: Answer) -> c_int {
    match answer {
        Ok(number) | Err(Code(number)) => number,
    }
}

/// For a function that has nothing to tell but that it was done.
pub(super) fn done(what: impl FnOnce() -> Result<(), Code>) -> c_int {
    entry(|| what().map(|()| 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signal;

    #[test]
    fn each_error_is_a_negative_number() {
        let errors = [
            (Error::OutOfRange(1000), libc::EINVAL),
            (Error::Uncatchable(Signal::KILL), libc::EINVAL),
            (Error::NotOwner, libc::EPERM),
            (Error::NotInitialized, libc::ENXIO),
            (Error::AlreadyInitialized, libc::EBUSY),
            (Error::PollingOnly, libc::ENOTSUP),
            (Error::InsideHook, libc::EDEADLK),
            (Error::HooksCrowded, libc::EAGAIN),
        ];
        for (error, errno) in errors {
            assert_eq!(done(|| Err(error.into())), -errno, "{error}");
        }
    }

    #[test]
    fn what_a_callback_returned_comes_back() {
        assert_eq!(done(|| Code::of_callback(0)), 0);
        assert_eq!(done(|| Code::of_callback(7)), 7);
        assert_eq!(done(|| Err(Interrupt::exit(-7).into())), -7);
        assert_eq!(done(|| Err(Interrupt::exit(0).into())), -libc::ECANCELED);
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_panic_is_an_error_number() {
        assert_eq!(done(|| panic!("it is caught")), -libc::ENOTRECOVERABLE);
    }
}
