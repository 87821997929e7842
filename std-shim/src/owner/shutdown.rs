//! The shutdown flag: the commonest need of all.

use super::install;
use crate::{Disposition, Handler, Interrupt, Signal, trip};

/// Whether somebody asked the program to end; made by [`shutdown_flag`].
///
/// A plain value of no size: all of a process's flags are one. Any thread may look; so may signal context.
///
/// ```
/// use sigtrip::{Signal, raise_signal, shutdown_flag};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let stop = shutdown_flag([Signal::TERM])?;
/// raise_signal(Signal::TERM)?;
/// assert!(std::thread::spawn(move || stop.is_set()).join().unwrap());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ShutdownFlag(());

impl ShutdownFlag {
    /// Whether one of the signals has come. One load.
    ///
    /// ```
    /// use sigtrip::{Signal, raise_signal, shutdown_flag};
    ///
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let _session = sigtrip::init()?;
    /// let stop = shutdown_flag([Signal::INT, Signal::TERM])?;
    /// assert!(!stop.is_set());
    /// raise_signal(Signal::INT)?;
    /// assert!(stop.is_set());
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    #[must_use]
    pub fn is_set(&self) -> bool {
        trip::requested_by().is_some()
    }

    /// The last of the signals that has come.
    ///
    /// ```
    /// use sigtrip::{Signal, raise_signal, shutdown_flag};
    ///
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let _session = sigtrip::init()?;
    /// let stop = shutdown_flag([Signal::INT, Signal::TERM])?;
    /// assert_eq!(stop.signal(), None);
    /// raise_signal(Signal::TERM)?;
    /// assert_eq!(stop.signal(), Some(Signal::TERM));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        trip::requested_by().map(Signal::of)
    }
}

/// A flag that the first of these signals sets, whatever the program is doing; a second one ends the process at once, by that
/// signal, so that Ctrl-C twice always works.
///
/// The flag needs no safe point, so that any loop on any thread can look at it; but [`pause`](crate::pause) and
/// [`pause_for`](crate::pause_for) end too. It replaces the signals' handlers until the session ends or something else is
/// installed. The flag is the process's: a second call adds its signals to the same one.
///
/// A safe point. Owner context.
///
/// # Errors
///
/// As [`signal`](fn@crate::signal), and then none of these signals is changed.
///
/// ```
/// use sigtrip::{Signal, shutdown_flag};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let stop = shutdown_flag([Signal::INT, Signal::TERM])?;
/// while !stop.is_set() {
///     // ... serve ...
/// #   break;
/// }
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn shutdown_flag<const N: usize>(signals: [Signal; N]) -> Result<ShutdownFlag, Interrupt> {
    let mut undo = Undo { earlier: [const { None }; N] };
    for (slot, signal) in undo.earlier.iter_mut().zip(signals) {
        *slot = Some((signal, install::signal(signal, Handler::shutdown())?));
    }
    undo.earlier = [const { None }; N];
    Ok(ShutdownFlag(()))
}

/// Puts back what was replaced, last first, unless it was emptied.
struct Undo<const N: usize> {
    earlier: [Option<(Signal, Disposition)>; N],
}

impl<const N: usize> Drop for Undo<N> {
    fn drop(&mut self) {
        for (signal, disposition) in self.earlier.iter_mut().rev().filter_map(Option::take) {
            // It can not be refused: it was there a moment ago.
            let _ = install::set(signal, disposition);
        }
    }
}
