//! What an interrupt carries where there is a heap, and its conversions to and from std's errors.

use std::{borrow::Cow, boxed::Box, error::Error, io};

use super::Interrupt;

/// Any error.
///
/// ```
/// use sigtrip::{Cause, Interrupt};
///
/// let cause: Cause = "no luck".into();
/// assert_eq!(Interrupt::Other(cause).to_string(), "no luck");
/// ```
pub type Cause = Box<dyn Error + Send + Sync>;

/// A message for standard error.
///
/// ```
/// use sigtrip::{Interrupt, Message};
///
/// let message: Message = format!("{} files lost", 3).into();
/// assert_eq!(Interrupt::ExitMessage(message).to_string(), "3 files lost");
/// ```
pub type Message = Cow<'static, str>;

impl From<Cause> for Interrupt {
    /// An interrupt that was put in a box comes out again as it was; so does an error of this library.
    fn from(cause: Cause) -> Self {
        cause
            .downcast::<Self>()
            .map(|interrupt| *interrupt)
            .or_else(|cause| cause.downcast::<crate::Error>().map(|error| Self::Error(*error)))
            .unwrap_or_else(Self::Other)
    }
}

impl From<io::Error> for Interrupt {
    /// An interrupt that went through an `io::Error` comes out again as it was.
    fn from(error: io::Error) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<Self>() || inner.is::<crate::Error>()) {
            // The test above has shown that there is an inner error.
            return error.into_inner().map_or(Self::Exit(1), Self::from);
        }
        Self::Other(Box::new(error))
    }
}

impl From<Interrupt> for io::Error {
    /// `ErrorKind::Other`, never `ErrorKind::Interrupted`: std takes that one to mean *try again*.
    fn from(interrupt: Interrupt) -> Self {
        Self::other(interrupt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Frame;

    #[test]
    fn an_interrupt_comes_out_of_an_io_error_as_it_went_in() {
        let through = |interrupt: Interrupt| Interrupt::from(io::Error::from(interrupt));
        assert!(through(Interrupt::KeyboardInterrupt(Frame::caller())).is_keyboard_interrupt());
        assert!(matches!(through(Interrupt::exit(7)), Interrupt::Exit(7)));
        assert!(matches!(through(Interrupt::exit_message("bye")), Interrupt::ExitMessage(m) if m == "bye"));
        assert_eq!(io::Error::from(Interrupt::exit(7)).kind(), io::ErrorKind::Other);
    }

    #[test]
    fn an_interrupt_comes_out_of_a_box_as_it_went_in() {
        let boxed: Cause = Box::new(Interrupt::exit(7));
        assert!(matches!(Interrupt::from(boxed), Interrupt::Exit(7)));
        let boxed: Cause = Box::new(crate::Error::NotOwner);
        assert!(matches!(Interrupt::from(boxed), Interrupt::Error(crate::Error::NotOwner)));
    }

    #[test]
    fn any_other_error_stays_what_it_was() {
        let error = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert!(matches!(Interrupt::from(error), Interrupt::Other(cause) if cause.is::<io::Error>()));
        assert_eq!(Interrupt::other("no luck").to_string(), "no luck");
    }

    #[test]
    fn it_can_cross_threads() {
        const fn send_and_sync<T: Send + Sync>() {}
        send_and_sync::<Interrupt>();
    }
}
