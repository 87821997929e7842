//! `Interrupt`: what a handler fails with.
//!
//! The two layers differ in what an error can carry: `boxed.rs` (std) has the heap, `fixed.rs` has not. Both define
//! `Cause` and `Message`.

#[cfg_attr(feature = "std", path = "boxed.rs")]
#[cfg_attr(not(feature = "std"), path = "fixed.rs")]
mod body;

pub use body::{Cause, Message};

use core::fmt;

use crate::{Error, Frame};

/// What ends a wait, a call or the program: the failure of a handler, or of a call that ran handlers.
///
/// A handler returns it; the safe point that ran the handler passes it on, and with `?` it travels to whoever cares, at
/// the latest to [`run`](crate::run). Owner context.
///
/// ```
/// use sigtrip::{Delivery, Interrupt};
///
/// fn stop(delivery: &Delivery) -> Result<(), Interrupt> {
///     Err(Interrupt::exit(3))
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Interrupt {
    /// Ctrl-C, as Python has it; with the safe point at which it was noticed.
    KeyboardInterrupt(Frame),
    /// The program is to end with this status. Python's `SystemExit(status)`.
    Exit(i32),
    /// The program is to print this on standard error and end with status 1. Python's `SystemExit("message")`.
    ExitMessage(Message),
    /// A call of this library was refused.
    Error(Error),
    /// Any other error.
    Other(Cause),
}

impl Interrupt {
    /// Ends the program with this status.
    ///
    /// ```
    /// # use sigtrip::Interrupt;
    /// assert!(matches!(Interrupt::exit(3), Interrupt::Exit(3)));
    /// ```
    #[must_use]
    pub const fn exit(status: i32) -> Self {
        Self::Exit(status)
    }

    /// Ends the program with this message on standard error and status 1.
    ///
    /// ```
    /// # use sigtrip::Interrupt;
    /// assert_eq!(Interrupt::exit_message("no luck").to_string(), "no luck");
    /// ```
    #[must_use]
    pub fn exit_message(message: impl Into<Message>) -> Self {
        Self::ExitMessage(message.into())
    }

    /// Any error.
    ///
    /// ```
    /// use core::{error::Error, fmt};
    /// use sigtrip::Interrupt;
    ///
    /// let cause: &'static (dyn Error + Send + Sync) = &fmt::Error; // so without `std`
    /// assert_eq!(Interrupt::other(cause).to_string(), fmt::Error.to_string());
    /// ```
    #[must_use]
    pub fn other(cause: impl Into<Cause>) -> Self {
        Self::Other(cause.into())
    }

    /// Whether it is Ctrl-C.
    ///
    /// ```
    /// use sigtrip::{Frame, Interrupt};
    ///
    /// assert!(Interrupt::KeyboardInterrupt(Frame::caller()).is_keyboard_interrupt());
    /// assert!(!Interrupt::exit(130).is_keyboard_interrupt());
    /// ```
    #[must_use]
    pub const fn is_keyboard_interrupt(&self) -> bool {
        matches!(self, Self::KeyboardInterrupt(_))
    }
}

impl fmt::Display for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyboardInterrupt(_) => f.write_str("KeyboardInterrupt"),
            Self::Exit(status) => write!(f, "exit with status {status}"),
            Self::ExitMessage(message) => f.write_str(message),
            Self::Error(error) => error.fmt(f),
            Self::Other(cause) => cause.fmt(f),
        }
    }
}

impl core::error::Error for Interrupt {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Error(error) => Some(error),
            Self::Other(cause) => cause.source(),
            Self::KeyboardInterrupt(_) | Self::Exit(_) | Self::ExitMessage(_) => None,
        }
    }
}

impl From<Error> for Interrupt {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}
