//! Ready hooks for what is shared: counted, or a static.

#![allow(unsafe_code)] // what is registered here is made here, and does what may be done

use core::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::Arc;

use super::ready;
use crate::{Error, HookId, SigInfo, Signal, register_hook};

/// What a hook and the program share: an `Arc`, or a `&'static`.
///
/// Only these two: a hook may look through them in signal context, and what else could stand here might do anything.
///
/// ```
/// use std::sync::{Arc, atomic::AtomicBool};
/// use sigtrip::{Signal, hooks};
///
/// static STOP: AtomicBool = AtomicBool::new(false);
/// hooks::set_flag(Signal::INT, &STOP)?;
/// hooks::set_flag(Signal::TERM, Arc::new(AtomicBool::new(false)))?;
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub trait Shared<T>: sealed::Look<T> + Send + Sync + 'static {}

impl<T: Send + Sync + 'static> Shared<T> for Arc<T> {}
impl<T: Sync + 'static> Shared<T> for &'static T {}

mod sealed {
    use std::sync::Arc;

    /// Nobody else can write it.
    pub trait Look<T> {
        fn look(&self) -> &T;
    }

    impl<T> Look<T> for Arc<T> {
        fn look(&self) -> &T {
            self
        }
    }

    impl<T> Look<T> for &'static T {
        fn look(&self) -> &T {
            self
        }
    }
}

/// At each delivery of this signal the flag is set to true, with `Release`. Any thread.
///
/// # Errors
///
/// As [`register_hook`].
///
/// ```
/// use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
/// use sigtrip::{Signal, hooks, raise_signal};
///
/// let stop = Arc::new(AtomicBool::new(false));
/// hooks::set_flag(Signal::TERM, stop.clone())?;
/// # raise_signal(Signal::TERM).unwrap();
/// assert!(stop.load(Ordering::Acquire)); // after a SIGTERM
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn set_flag(signal: Signal, flag: impl Shared<AtomicBool>) -> Result<HookId, Error> {
    // SAFETY: an atomic store.
    unsafe { register_hook(signal, move |info: &SigInfo| ready::set_flag(flag.look(), info)) }
}

/// At each delivery of this signal this value is stored, with `Release`: which of several signals came last. Any thread.
///
/// # Errors
///
/// As [`register_hook`].
///
/// ```
/// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
/// use sigtrip::{Signal, hooks, raise_signal};
///
/// let last = Arc::new(AtomicUsize::new(0));
/// for signal in [Signal::HUP, Signal::USR1] {
///     hooks::store(signal, last.clone(), signal.number() as usize)?;
/// }
/// # raise_signal(Signal::HUP).unwrap();
/// assert_eq!(last.swap(0, Ordering::Acquire), 1); // after a SIGHUP
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn store(signal: Signal, word: impl Shared<AtomicUsize>, value: usize) -> Result<HookId, Error> {
    // SAFETY: an atomic store.
    unsafe { register_hook(signal, move |info: &SigInfo| ready::store(value, word.look(), info)) }
}

/// Each delivery of this signal adds one, with `Release`; past the largest number it goes on with 0. Any thread.
///
/// # Errors
///
/// As [`register_hook`].
///
/// ```
/// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
/// use sigtrip::{Signal, hooks, raise_signal};
///
/// let times = Arc::new(AtomicUsize::new(0));
/// hooks::count(Signal::USR1, times.clone())?;
/// # raise_signal(Signal::USR1).unwrap();
/// # raise_signal(Signal::USR1).unwrap();
/// assert_eq!(times.load(Ordering::Acquire), 2); // after two
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn count(signal: Signal, count: impl Shared<AtomicUsize>) -> Result<HookId, Error> {
    // SAFETY: an atomic addition.
    unsafe { register_hook(signal, move |info: &SigInfo| ready::add_one(count.look(), info)) }
}

/// At a delivery of this signal, if the flag is set, the process ends at once with this status, by `_exit`: nothing is flushed, no
/// destructor runs. Any thread.
///
/// # Errors
///
/// As [`register_hook`].
///
/// ```
/// use std::sync::{Arc, atomic::AtomicBool};
/// use sigtrip::{Signal, hooks};
///
/// let stop = Arc::new(AtomicBool::new(false));
/// hooks::conditional_shutdown(Signal::INT, stop.clone(), 1)?; // the second Ctrl-C
/// hooks::set_flag(Signal::INT, stop)?; // the first
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn conditional_shutdown(
    signal: Signal,
    condition: impl Shared<AtomicBool>,
    status: i32,
) -> Result<HookId, Error> {
    let status = status.cast_unsigned() as usize;
    // SAFETY: an atomic load, and `_exit`.
    unsafe {
        register_hook(signal, move |info: &SigInfo| ready::shut_down_if(status, condition.look(), info))
    }
}

/// At a delivery of this signal, if the flag is set, it does what it does by default: [`emulate_default`](super::emulate_default).
/// Any thread.
///
/// # Errors
///
/// As [`register_hook`].
///
/// ```
/// use std::sync::{Arc, atomic::AtomicBool};
/// use sigtrip::{Signal, hooks};
///
/// let stop = Arc::new(AtomicBool::new(false));
/// hooks::conditional_default(Signal::TERM, stop.clone())?; // the second one kills
/// hooks::set_flag(Signal::TERM, stop)?; // the first asks
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn conditional_default(signal: Signal, condition: impl Shared<AtomicBool>) -> Result<HookId, Error> {
    // SAFETY: an atomic load, and calls that are async-signal-safe.
    unsafe { register_hook(signal, move |info: &SigInfo| ready::default_if(condition.look(), info)) }
}
