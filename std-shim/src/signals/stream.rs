//! Signals to be awaited, in whatever runtime.
//!
//! A task that waits is woken by a thread of the library's own (`owner/helper.rs`), since an executor's waker can not be called in
//! signal context. No reactor is needed, so that it works with every executor. Who has a reactor and wants no thread takes
//! [`Signals::readiness`] instead.

use core::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::{FusedStream, Stream};

use super::{
    Handle, Signals,
    iter::{Pass, Receivable, take_in_turn},
};
use crate::{Error, Signal, SignalSet, owner::helper};

/// A stream of signals: a [`Signals`] that is awaited. Made by [`new`](SignalStream::new) or [`Signals::into_stream`].
///
/// It ends when it was closed and what was pending has come. Signals take turns: a noisy one neither loses nor holds up another. Any
/// thread; dropped, it gives the dispositions back. A session's handlers do not run while a task waits here.
///
/// ```
/// use sigtrip::{Signal, SignalStream, raise_signal};
///
/// futures_lite::future::block_on(async {
///     let mut stream = SignalStream::new([Signal::HUP, Signal::TERM])?;
///     raise_signal(Signal::HUP)?;
///     while let Some(signal) = stream.recv().await {
///         println!("{signal}");
///         stream.handle().close();
///     }
///     Ok::<(), sigtrip::Interrupt>(())
/// })?;
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct SignalStream<T: Receivable = Signal> {
    signals: Signals<T>,
    pass: Pass,
    over: bool,
}

impl SignalStream {
    /// Receives these signals from now on: an array of them, or a [`SignalSet`].
    ///
    /// # Errors
    ///
    /// As [`Signals::new`] and [`Signals::into_stream`].
    ///
    /// ```
    /// use sigtrip::{Signal, SignalStream};
    ///
    /// let stream = SignalStream::new([Signal::INT, Signal::TERM])?;
    /// assert!(stream.signals().signals().contains(Signal::TERM));
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    pub fn new(signals: impl Into<SignalSet>) -> Result<Self, Error> {
        Signals::new(signals)?.into_stream()
    }
}

impl<T: Receivable> Signals<T> {
    /// The same to be awaited. The first one starts the thread that wakes tasks.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if that thread can not be started; then the dispositions are given back.
    ///
    /// ```
    /// use sigtrip::{Signal, Signals};
    ///
    /// let stream = Signals::new(Signal::HUP)?.into_stream()?;
    /// assert_eq!(stream.signals().pending().next(), None);
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    pub fn into_stream(self) -> Result<SignalStream<T>, Error> {
        helper::start()?;
        Ok(SignalStream { signals: self, pass: Pass::new(), over: false })
    }
}

impl<T: Receivable> SignalStream<T> {
    /// Waits for the next signal; `None` when it was closed. Nothing is lost if the future is dropped.
    ///
    /// ```
    /// use sigtrip::{Signal, SignalStream, raise_signal};
    ///
    /// let mut stream = SignalStream::new(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// assert_eq!(futures_lite::future::block_on(stream.recv()), Some(Signal::USR1));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// The next signal, or the task is woken when there is one.
    ///
    /// ```
    /// use std::task::{Context, Poll, Waker};
    /// use sigtrip::{Signal, SignalStream, raise_signal};
    ///
    /// let mut stream = SignalStream::new(Signal::USR1)?;
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert_eq!(stream.poll_recv(&mut context), Poll::Pending);
    /// raise_signal(Signal::USR1)?;
    /// assert_eq!(stream.poll_recv(&mut context), Poll::Ready(Some(Signal::USR1)));
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let instance = &self.signals.instance;
        loop {
            let closed = instance.inbox().is_closed(); // before it takes: what came before that is taken
            if let Some(taken) = take_in_turn(instance, &mut self.pass) {
                return Poll::Ready(Some(taken));
            }
            if closed {
                self.over = true;
                return Poll::Ready(None);
            }
            instance.set_waker(context.waker());
            if !instance.inbox().is_ready_or_armed() {
                break;
            }
        }
        if helper::start().is_err() {
            context.waker().wake_by_ref(); // in a fork's child that can have no thread: it looks again and again
        }
        Poll::Pending
    }

    /// A handle to close it, or to change what it receives, from elsewhere.
    ///
    /// ```
    /// use sigtrip::{Signal, SignalStream};
    ///
    /// let mut stream = SignalStream::new(Signal::HUP)?;
    /// stream.handle().close();
    /// assert_eq!(futures_lite::future::block_on(stream.recv()), None);
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.signals.handle()
    }

    /// What it takes the signals from.
    ///
    /// ```
    /// use sigtrip::{Signal, SignalStream, raise_signal};
    ///
    /// let stream = SignalStream::new(Signal::USR1)?;
    /// raise_signal(Signal::USR1)?;
    /// assert!(stream.signals().pending().eq([Signal::USR1])); // taken without waiting
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn signals(&self) -> &Signals<T> {
        &self.signals
    }
}

impl<T: Receivable> Stream for SignalStream<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.get_mut().poll_recv(context)
    }
}

impl<T: Receivable> FusedStream for SignalStream<T> {
    fn is_terminated(&self) -> bool {
        self.over
    }
}

/// Waits for Ctrl-C: `ctrl_c().await?`. Received from this call on, and no longer than until what it returns is dropped, so that a
/// second Ctrl-C after that ends the program as by default.
///
/// # Errors
///
/// The future's: as [`SignalStream::new`].
///
/// ```
/// use sigtrip::{Signal, ctrl_c, raise_signal};
///
/// let pressed = ctrl_c();
/// raise_signal(Signal::INT)?;
/// futures_lite::future::block_on(async {
///     pressed.await?;
///     println!("bye");
///     Ok::<(), sigtrip::Error>(())
/// })?;
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
pub fn ctrl_c() -> FirstOf {
    first_of(Signal::INT)
}

/// Waits for one of these signals: `first_of([Signal::INT, Signal::TERM]).await?`. As [`ctrl_c`] otherwise.
///
/// # Errors
///
/// The future's: as [`SignalStream::new`].
///
/// ```
/// use sigtrip::{Signal, first_of, raise_signal};
///
/// let asked_to_end = first_of([Signal::INT, Signal::TERM]);
/// raise_signal(Signal::TERM)?;
/// assert_eq!(futures_lite::future::block_on(asked_to_end)?, Signal::TERM);
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
pub fn first_of(signals: impl Into<SignalSet>) -> FirstOf {
    FirstOf(SignalStream::new(signals))
}

/// The future of [`first_of`] and [`ctrl_c`]. Polled again, it waits for the next signal.
///
/// ```
/// use sigtrip::{Error, Signal, first_of};
///
/// let refused = futures_lite::future::block_on(first_of(Signal::KILL));
/// assert_eq!(refused, Err(Error::Uncatchable(Signal::KILL)));
/// ```
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct FirstOf(Result<SignalStream, Error>);

impl Future for FirstOf {
    type Output = Result<Signal, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            Ok(stream) => stream.poll_recv(context).map(|received| received.ok_or(Error::Closed)),
            Err(error) => Poll::Ready(Err(*error)),
        }
    }
}
