//! What an interrupt carries where there is no heap.

/// Any error that lives as long as the program.
///
/// ```
/// use sigtrip::{Cause, Error, Interrupt};
///
/// let cause: Cause = &Error::NotOwner;
/// assert_eq!(Interrupt::Other(cause).to_string(), Error::NotOwner.to_string());
/// ```
pub type Cause = &'static (dyn core::error::Error + Send + Sync);

/// A message for standard error.
///
/// ```
/// use sigtrip::{Interrupt, Message};
///
/// let message: Message = "no luck";
/// assert_eq!(Interrupt::ExitMessage(message).to_string(), "no luck");
/// ```
pub type Message = &'static str;
