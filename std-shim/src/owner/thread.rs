//! Threads whose `join` is a safe point.
//!
//! Std's own `join` tries again when a signal interrupts it, so that no handler runs until the thread has ended. Here the thread
//! says that it has ended by a flag and a wake, and the owner waits for that as it waits for anything. And a new thread has its creator's
//! mask: here without the door of back-pressure, which is the owner's alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{session, wait::Wait};
use crate::{
    Error, Frame, Interrupt, sys,
    trip::{DISPATCHER, Unix},
};

/// Starts a thread, to be joined by a join that is a safe point; as `std::thread::spawn` otherwise. Any thread.
///
/// # Panics
///
/// If the system can not start a thread; [`spawn_with`] returns that as an error.
///
/// ```
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let mut worker = sigtrip::spawn(|| 6 * 7);
/// assert_eq!(worker.join()?.unwrap(), 42); // handlers run meanwhile
/// # Ok(())
/// # }
/// ```
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    spawn_with(thread::Builder::new(), f).expect("the system can not start a thread")
}

/// As [`spawn`], with a name or a stack size from std's builder.
///
/// # Errors
///
/// Why the system can not start a thread.
///
/// ```
/// let named = std::thread::Builder::new().name("worker".into());
/// let worker = sigtrip::spawn_with(named, || ()).unwrap();
/// assert_eq!(worker.thread().name(), Some("worker"));
/// ```
pub fn spawn_with<F, T>(builder: thread::Builder, f: F) -> std::io::Result<JoinHandle<T>>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let ended = Arc::new(AtomicBool::new(false));
    let at_the_end = SayEnded(Arc::clone(&ended));
    let (mask, _blocked) = sys::door::mask_to_pass_on().unzip();
    let inner = builder.spawn(move || {
        let _at_the_end = at_the_end;
        if let Some(mask) = mask {
            // It can not fail: its creator had this very mask.
            let _ = sys::change_mask(sys::MaskChange::Set, mask);
        }
        f()
    })?;
    let thread = inner.thread().clone();
    Ok(JoinHandle { inner: Some(inner), thread, ended })
}

/// Says that its thread has ended, when it is dropped: also when the thread panics.
struct SayEnded(Arc<AtomicBool>);

impl Drop for SayEnded {
    fn drop(&mut self) {
        // Release: pairs with the Acquire in `join`'s look. Then the wake, in this order: see the core's `wake.rs`.
        self.0.store(true, Ordering::Release);
        DISPATCHER.wake(&Unix::ANY);
    }
}

/// A thread that can be joined at a safe point; made by [`spawn`]. Dropped, it lets the thread go on alone.
///
/// ```
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let mut workers = [1, 2, 3].map(|n| sigtrip::spawn(move || n * n));
/// let mut sum = 0;
/// for worker in &mut workers {
///     sum += worker.join()?.unwrap();
/// }
/// assert_eq!(sum, 14);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct JoinHandle<T> {
    inner: Option<thread::JoinHandle<T>>,
    thread: thread::Thread,
    ended: Arc<AtomicBool>,
}

impl<T> JoinHandle<T> {
    /// Waits until the thread has ended, running handlers as their signals come. Returns what it returned, or as an inner
    /// error the panic that it ended by.
    ///
    /// A safe point. If a handler fails the thread is not lost: it may be joined again. On a thread that is not the owner it
    /// is std's join.
    ///
    /// # Errors
    ///
    /// What a handler failed with; [`Error::AlreadyJoined`]; [`Error::PollingOnly`].
    ///
    /// ```
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let _session = sigtrip::init()?;
    /// let mut worker = sigtrip::spawn(|| "done");
    /// assert_eq!(worker.join()?.unwrap(), "done");
    /// assert!(worker.join().is_err()); // it was joined already
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn join(&mut self) -> Result<thread::Result<T>, Interrupt> {
        if self.inner.is_none() {
            return Err(Error::AlreadyJoined.into());
        }
        if session::is_owner() {
            // Acquire: pairs with the Release in `SayEnded::drop`.
            let ready = || self.ended.load(Ordering::Acquire);
            Wait::new(Frame::caller()).for_event(ready)?;
        }
        let inner = self.inner.take().ok_or(Error::AlreadyJoined)?;
        Ok(inner.join()) // it is at its very end, or this is not the owner
    }

    /// Whether the thread's function has ended. Any thread.
    ///
    /// ```
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let (go, gone) = std::sync::mpsc::channel();
    /// let mut worker = sigtrip::spawn(move || gone.recv());
    /// assert!(!worker.is_finished());
    /// go.send(()).unwrap();
    /// worker.join()?.unwrap().unwrap();
    /// assert!(worker.is_finished());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_finished(&self) -> bool {
        // Acquire: pairs with the Release in `SayEnded::drop`.
        self.ended.load(Ordering::Acquire)
    }

    /// Std's handle, unless the thread was joined.
    pub(super) const fn unjoined(&self) -> Option<&thread::JoinHandle<T>> {
        self.inner.as_ref()
    }

    /// The thread's name and identity.
    ///
    /// ```
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let mut worker = sigtrip::spawn(|| std::thread::current().id());
    /// let id = worker.thread().id();
    /// assert_eq!(worker.join()?.unwrap(), id);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn thread(&self) -> &thread::Thread {
        &self.thread
    }
}
