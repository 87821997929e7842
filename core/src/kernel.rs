//! `Kernel`: all that the core asks of an operating system.
//!
//! Two things: to set a signal's disposition, and to wake the owner. The shim implements it with `sigaction` and a
//! futex; tests and the fuzzer implement it with a model, which is how the dispatcher is driven with no
//! operating system at all. Real kernels call back: between any two instructions a signal may come, so an
//! implementation may call [`Dispatcher::trip`](crate::Dispatcher::trip) from inside either method, and the model
//! kernels do.

use crate::{Disposition, OutOfRange, Signum};

/// An operating system, as far as the core knows one.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, Signum};
///
/// struct Bell(AtomicU32); // a kernel that counts how often it was to wake the owner
/// impl Kernel for Bell {
///     type Foreign = ();
///     type Error = OutOfRange;
///     fn set_disposition(&self, _: Signum, _: &Disposition<()>) -> Result<Disposition<()>, OutOfRange> {
///         Ok(Disposition::Default)
///     }
///     fn wake(&self) {
///         self.0.fetch_add(1, Ordering::Relaxed);
///     }
/// }
///
/// let (bell, signals) = (Bell(AtomicU32::new(0)), Dispatcher::<fn(Signum), 1>::new());
/// signals.armed().arm(); // the owner is about to sleep
/// signals.trip(&bell, Signum::new(1).unwrap());
/// signals.trip(&bell, Signum::new(2).unwrap());
/// assert_eq!(bell.0.load(Ordering::Relaxed), 1); // one wake for both
/// ```
pub trait Kernel {
    /// What it knows about a disposition that is neither the default, nor ignored, nor ours.
    type Foreign: Clone;

    /// Why it refused.
    type Error: From<OutOfRange>;

    /// Sets the signal's disposition in the operating system and returns what stood there before.
    ///
    /// `Handler(())` says *ours*: a delivery is to trip the signal. Called in owner context.
    ///
    /// # Errors
    ///
    /// Whatever the operating system refuses; nothing is changed then.
    fn set_disposition(
        &self,
        signal: Signum,
        new: &Disposition<(), Self::Foreign>,
    ) -> Result<Disposition<(), Self::Foreign>, Self::Error>;

    /// Wakes the owner, who sleeps on the armed word or is about to.
    ///
    /// Called in signal context: on any thread, at any instruction, nested in itself and in
    /// [`set_disposition`](Self::set_disposition). It must not lock, allocate, panic, or leave `errno` changed; it is
    /// called at most once for each time the owner armed the word, and sees what the owner wrote before. To wake an owner
    /// who is awake must be harmless.
    fn wake(&self);
}
