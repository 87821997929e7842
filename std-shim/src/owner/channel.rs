//! A channel whose receiver waits at a safe point.
//!
//! Std's channel carries the messages; a send, and the end of the last sender, also wake the owner. What can not happen: a
//! message that is lost because a handler failed. The receiver keeps the one that it found in a place of its own until a call
//! returns it, and every call looks there first.

use core::{cell::Cell, fmt, time::Duration};
use std::sync::mpsc::{self, RecvError, RecvTimeoutError, SendError, TryRecvError};

use super::{
    session,
    wait::{Ended, Wait, deadline_in},
};
use crate::{
    Frame, Interrupt,
    trip::{DISPATCHER, Unix},
};

/// A channel without a limit, as `std::sync::mpsc::channel`, whose [`recv`](Receiver::recv) is a safe point. Any thread.
///
/// ```
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let (sender, receiver) = sigtrip::channel();
/// std::thread::spawn(move || sender.send(6 * 7));
/// assert_eq!(receiver.recv()?, Ok(42)); // handlers run meanwhile
/// assert!(receiver.recv()?.is_err()); // nobody is left who could send
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::channel();
    (Sender { inner: sender, _wake: WakeWhenDropped }, Receiver { inner: receiver, found: Cell::new(None) })
}

/// The sending end of a [`channel`]; clone it for each thread that sends.
///
/// ```
/// let (sender, receiver) = sigtrip::channel();
/// let another = sender.clone();
/// sender.send(1).unwrap();
/// another.send(2).unwrap();
/// assert_eq!((receiver.try_recv(), receiver.try_recv()), (Ok(1), Ok(2)));
/// ```
pub struct Sender<T> {
    // Dropped in this order: the sender first, then the wake.
    inner: mpsc::Sender<T>,
    _wake: WakeWhenDropped,
}

/// The receiver may have to see that the last sender is gone.
#[derive(Clone)]
struct WakeWhenDropped;

impl Drop for WakeWhenDropped {
    fn drop(&mut self) {
        DISPATCHER.wake(&Unix::ANY);
    }
}

impl<T> Sender<T> {
    /// Sends a message; never blocks. Any thread, and in a handler; not a safe point, not for signal context.
    ///
    /// # Errors
    ///
    /// With the message, if the receiver is gone.
    ///
    /// ```
    /// let (sender, receiver) = sigtrip::channel();
    /// drop(receiver);
    /// assert_eq!(sender.send(1).unwrap_err().0, 1);
    /// ```
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.inner.send(message)?;
        DISPATCHER.wake(&Unix::ANY); // in this order: see the core's `wake.rs`
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), _wake: WakeWhenDropped }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

/// The receiving end of a [`channel`]. It may be sent to another thread, and used by one at a time.
///
/// ```
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let (sender, receiver) = sigtrip::channel();
/// let worker = std::thread::spawn(move || receiver.recv()); // not the owner: std's `recv`
/// sender.send("job").unwrap();
/// assert_eq!(worker.join().unwrap()?, Ok("job"));
/// # Ok(())
/// # }
/// ```
pub struct Receiver<T> {
    inner: mpsc::Receiver<T>,
    /// The next message, if a wait has found it and not yet returned it.
    found: Cell<Option<T>>,
}

impl<T> Receiver<T> {
    /// Waits for the next message, running handlers as their signals come. Messages come in the order in which they were sent.
    ///
    /// A safe point. If a handler fails no message is lost. On a thread that is not the owner it is std's `recv`.
    ///
    /// # Errors
    ///
    /// What a handler failed with; [`Error::PollingOnly`](crate::Error::PollingOnly). The inner error: no message is left, and nobody
    /// who could send one.
    ///
    /// ```
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let _session = sigtrip::init()?;
    /// let (sender, receiver) = sigtrip::channel();
    /// sender.send(1).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv()?, Ok(1));
    /// assert!(receiver.recv()?.is_err()); // no message is left, nor a sender
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn recv(&self) -> Result<Result<T, RecvError>, Interrupt> {
        if !session::is_owner() {
            return Ok(self.found.take().map_or_else(|| self.inner.recv(), Ok));
        }
        Wait::new(Frame::caller()).for_event(|| self.find())?;
        Ok(self.found.take().ok_or(RecvError))
    }

    /// As [`recv`](Self::recv), but no longer than this. `Duration::MAX` is without end, zero only looks (and runs
    /// handlers).
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv), and the inner error also tells that the time has passed.
    ///
    /// ```
    /// use std::{sync::mpsc::RecvTimeoutError, time::Duration};
    ///
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let _session = sigtrip::init()?;
    /// let (_sender, receiver) = sigtrip::channel::<()>();
    /// assert_eq!(receiver.recv_timeout(Duration::from_millis(1))?, Err(RecvTimeoutError::Timeout));
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Result<T, RecvTimeoutError>, Interrupt> {
        if !session::is_owner() {
            return Ok(self.found.take().map_or_else(|| self.inner.recv_timeout(timeout), Ok));
        }
        let deadline = Some(deadline_in(timeout));
        match Wait::new(Frame::caller()).until(deadline).for_event(|| self.find())? {
            Ended::Ready => Ok(self.found.take().ok_or(RecvTimeoutError::Disconnected)),
            Ended::TimedOut | Ended::Handled => Ok(Err(RecvTimeoutError::Timeout)),
        }
    }

    /// The next message if there is one. Any thread; not a safe point.
    ///
    /// # Errors
    ///
    /// There is none, or none is left and nobody who could send one.
    ///
    /// ```
    /// let (sender, receiver) = sigtrip::channel();
    /// assert!(receiver.try_recv().is_err());
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// ```
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.found.take().map_or_else(|| self.inner.try_recv(), Ok)
    }

    /// Whether there is something to return: a message, which is in its place then, or the end of all senders.
    fn find(&self) -> bool {
        match self.try_recv() {
            Ok(message) => {
                self.found.set(Some(message));
                true
            }
            Err(TryRecvError::Empty) => false,
            Err(TryRecvError::Disconnected) => true,
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in a wait that has found a message when a handler fails.
    #[test]
    fn what_a_wait_has_found_is_what_the_next_call_returns() {
        let (sender, receiver) = channel();
        for message in 0..4 {
            sender.send(message).unwrap();
        }
        assert!(receiver.find());
        assert_eq!(receiver.try_recv(), Ok(0));
        assert!(receiver.find());
        assert!(receiver.find());
        assert_eq!(receiver.recv().unwrap(), Ok(1));
        assert!(receiver.find());
        assert_eq!(receiver.recv_timeout(Duration::ZERO).unwrap(), Ok(2));
        drop(sender);
        assert!(receiver.find());
        assert_eq!(receiver.recv().unwrap(), Ok(3));
        assert!(receiver.find(), "the end is something to return");
        assert!(receiver.recv().unwrap().is_err());
    }
}
