//! `Unix`: the core's [`Kernel`] over `sigaction` and the futex.

use sigtrip_core::{Disposition, Kernel, Signum};

use super::{Trampoline, wake};
use crate::{error::Error, sys};

/// A disposition that is not ours: some other code's handler, kept so that it can be put back to the bit.
///
/// `Disposition::Foreign` carries it. Python calls it `None` and can not put it back.
///
/// ```
/// use sigtrip::{Disposition, Signal, getsignal, signal};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let before = getsignal(Signal::SEGV)?; // foreign: std's own handler
/// let earlier = signal(Signal::SEGV, Disposition::Default)?;
/// signal(Signal::SEGV, earlier)?;
/// assert_eq!(getsignal(Signal::SEGV)?, before);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign(pub(crate) Option<sys::Action>);

impl Foreign {
    /// The address of the foreign handler; `None` if the system does not tell (the numbers that libc reserves).
    ///
    /// Either context.
    ///
    /// ```
    /// use sigtrip::{Disposition, Signal, getsignal};
    ///
    /// if let Disposition::Foreign(std_handler) = getsignal(Signal::SEGV)? {
    ///     assert!(std_handler.address().is_some());
    /// }
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub fn address(&self) -> Option<usize> {
        self.0.map(|action| action.handler())
    }
}

/// The operating system, and which of our trampolines is to be installed when a handler is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unix(pub(crate) Trampoline);

impl Unix {
    /// For calls that install nothing.
    pub(crate) const ANY: Self = Self(Trampoline::Armed);

    /// What is to be installed.
    pub(crate) fn action(self, new: &Disposition<(), Foreign>) -> Result<sys::Action, Error> {
        Ok(match new {
            Disposition::Default => sys::Action::DEFAULT,
            Disposition::Ignore => sys::Action::IGNORE,
            Disposition::Handler(()) => self.0.action(),
            Disposition::Foreign(Foreign(action)) => action.ok_or(Error::Unknown)?,
        })
    }

    /// What a kernel disposition means to us. Ours is told by the handler's address alone.
    pub(crate) fn classify(action: sys::Action) -> Disposition<(), Foreign> {
        if action.is_default() {
            Disposition::Default
        } else if action.is_ignore() {
            Disposition::Ignore
        } else if Trampoline::is_ours(&action) {
            Disposition::Handler(())
        } else {
            Disposition::Foreign(Foreign(Some(action)))
        }
    }
}

impl Kernel for Unix {
    type Foreign = Foreign;
    type Error = Error;

    fn set_disposition(
        &self,
        signal: Signum,
        new: &Disposition<(), Foreign>,
    ) -> Result<Disposition<(), Foreign>, Error> {
        let action = self.action(new)?;
        sys::replace(signal, &action).map(Self::classify).map_err(Error::system("sigaction"))
    }

    #[inline]
    fn wake(&self) {
        wake::wake();
    }
}
