//! Embedding in a runtime: for a host that has handlers and safe points of its own.
//!
//! The author of an interpreter has values for handlers, a loop that can look at a flag between two instructions, and errors
//! of his own. All that he needs from here is what must not be got wrong: the trampoline, the bitmap, the table, the
//! exact give-back. The closures of this crate are built on the same seam, so that the two can not differ.
//!
//! # The pieces
//!
//! - A [`Host`] instead of a [`Session`]: it owns the signals of the process, and its table holds one opaque
//!   [`Word`] per signal: a pointer, or an index into the host's own table. The library never follows it.
//! - When it is opened the table is filled from what the kernel has, *without installing anything*: default, ignored, or foreign.
//! - [`Host::set`] installs a word; [`Host::set_fed`] notes one for a signal whose handler in the kernel is the host's own, which
//!   calls [`trip`].
//! - [`any_pending`] is what a safe point asks; a [notify hook](Host::set_notify) can set the host's own flag instead (its
//!   *eval breaker*), in signal context.
//! - [`Host::drain`] hands what is pending to a callback, one signal at a time, lowest first. The callback may run handlers,
//!   which may drain again, replace any word, and fail: then the rest stays pending, and the hook and the
//!   wakeup descriptor are told again.
//! - [`Host::wait`] sleeps until something is pending, and misses nothing.
//! - [`trip`] simulates a signal, from anywhere: Python's `_thread.interrupt_main`.
//!
//! # A toy
//!
//! ```
//! use std::sync::atomic::{AtomicBool, Ordering};
//! use sigtrip::{Options, Signal, embed::{self, Disposition, Host, Word}};
//!
//! /// What the interpreter's loop looks at between two instructions.
//! static EVAL_BREAKER: AtomicBool = AtomicBool::new(false);
//!
//! struct KeyboardInterrupt;
//!
//! fn at_a_safe_point(host: &Host, handlers: &[&str]) -> Result<(), KeyboardInterrupt> {
//!     if EVAL_BREAKER.swap(false, Ordering::Relaxed) {
//!         host.drain(|signal, disposition| match disposition {
//!             Disposition::Handler(word) if handlers[word.get() - 1] == "raise" => Err(KeyboardInterrupt),
//!             Disposition::Handler(word) => Ok(println!("{} for {signal}", handlers[word.get() - 1])),
//!             _ => Ok(()), // changed since the signal came
//!         })?;
//!     }
//!     Ok(())
//! }
//!
//! let host = Host::open(Options::untouched())?;
//! // The hook only stores to an atomic, which may be done in signal context.
//! unsafe { host.set_notify(Some(|_| EVAL_BREAKER.store(true, Ordering::Relaxed))) };
//! let handlers = ["raise", "print"];
//! host.set(Signal::INT, Disposition::Handler(Word::new(1).unwrap()))?;
//! host.set(Signal::USR1, Disposition::Handler(Word::new(2).unwrap()))?;
//!
//! embed::trip(Signal::INT);
//! embed::trip(Signal::USR1);
//! assert!(at_a_safe_point(&host, &handlers).is_err()); // INT, 2, is first; USR1 stays pending
//! assert!(at_a_safe_point(&host, &handlers).is_ok()); // and the breaker was set again for it
//! assert!(!embed::any_pending());
//! # Ok::<(), sigtrip::Error>(())
//! ```
//!
//! A whole one, around an interpreter that exists: `examples/embed_rhai.rs`.
//!
//! # Words and their owners
//!
//! If words are counted pointers the host counts: [`Host::set`] hands the earlier word back, and tells of a *stale* one that some
//! other code had pushed aside. A word may be replaced while its handler runs; the host holds a count of its own during the call.
//! When the host is closed the words are just forgotten: the host takes back first what it must free.
//!
//! # What a host does not get
//!
//! The crate's waits, `on`, `signal` and `getsignal` are for sessions of closures: they answer [`Error::Hosted`]. Masks, timers and the
//! calls that send work as ever, but they are no safe points then: the host drains when it likes.

mod readable;

use core::{cell::Cell, time::Duration};

use sigtrip_core::{Armed, Replaced as CoreReplaced};

pub use readable::Waited;
#[cfg(feature = "capi")]
pub(crate) use readable::wait_readable_number;

pub use crate::trip::Word;

use crate::{
    Error, Foreign, Options, Session, Signal, init_with,
    owner::{dispatch, install, session::check_armed, wakeup},
    sys::{self, Errno, Woken},
    trip::{self, DISPATCHER, extras},
};

/// What is done with a signal, where handlers are the host's words.
///
/// ```
/// use sigtrip::embed::{Disposition, Word};
/// let first = Disposition::Handler(Word::new(1).unwrap());
/// assert_ne!(first, Disposition::Ignore);
/// ```
pub type Disposition = sigtrip_core::Disposition<Word, Foreign>;

/// What [`Host::set`] replaced: the earlier disposition, and a word of the host's that other code had pushed aside.
///
/// ```
/// # use sigtrip::embed::{Disposition, Replaced};
/// let nothing = Replaced { disposition: Disposition::Default, stale: None };
/// assert_eq!(nothing.stale, None);
/// ```
pub type Replaced = CoreReplaced<Word, Foreign>;

/// Whether any signal is pending: one load and no call. Any context.
///
/// ```
/// assert!(!sigtrip::embed::any_pending()); // there is not even a session
/// ```
#[inline]
#[must_use]
pub fn any_pending() -> bool {
    DISPATCHER.any_pending()
}

/// Simulates a delivery: as if the signal had come, from the kernel's side on. What is ignored or has its default action does
/// nothing: returns false. A foreign one trips, and is reported when it is dispatched, as in CPython.
///
/// It sends nothing and knows the dispositions of the open session alone; without one it does nothing. For handlers that the host
/// installed itself ([`Host::set_fed`]), and for Python's `_thread.interrupt_main`.
///
/// Any context: async-signal-safe; `errno` is kept.
///
/// ```
/// use sigtrip::{Options, Signal, embed::{Disposition, Host, Word, any_pending, trip}};
/// let host = Host::open(Options::untouched())?;
/// assert!(!trip(Signal::WINCH)); // its default action
/// host.set(Signal::WINCH, Disposition::Handler(Word::new(1).unwrap()))?;
/// assert!(trip(Signal::WINCH) && any_pending());
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn trip(signal: Signal) -> bool {
    match DISPATCHER.disposition(signal.signum()) {
        sigtrip_core::Disposition::Default | sigtrip_core::Disposition::Ignore => false,
        sigtrip_core::Disposition::Handler(_) | sigtrip_core::Disposition::Foreign(()) => {
            trip::deliver(signal.signum())
        }
    }
}

/// A host runtime's session: while it lives its thread is the owner. It stays on its thread; when it is dropped every
/// disposition that it changed is given back exactly, where ours is still installed, and what is pending is forgotten.
///
/// See the [module](self) for what it is for. All its methods are for the owner context, where it is.
///
/// ```
/// # use sigtrip::{Error, Options, embed::Host};
/// let host = Host::open(Options::untouched())?;
/// assert!(matches!(sigtrip::init(), Err(Error::AlreadyInitialized))); // one owner
/// # Ok::<(), sigtrip::Error>(())
/// ```
#[derive(Debug)]
pub struct Host {
    _session: Session,
    /// The signals whose handlers in the kernel are the host's own: bit n - 1 for signal n.
    fed: Cell<sigtrip_core::SignalSet<{ sys::WORDS }>>,
}

impl Host {
    /// Opens it: fills the table from what the kernel has and installs nothing, but what the options say: with
    /// [`Options::python`] SIGPIPE and SIGXFSZ are ignored (SIGINT is left to the host).
    ///
    /// # Errors
    ///
    /// As [`init_with`].
    ///
    /// ```
    /// use sigtrip::{Options, Signal, embed::{Disposition, Host}};
    /// assert_eq!(Host::open(Options::python())?.get(Signal::PIPE)?, Disposition::Ignore);
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    pub fn open(options: Options) -> Result<Self, Error> {
        let session = init_with(options.hosted())?;
        let host = Self { _session: session, fed: Cell::default() };
        for signal in Signal::all() {
            install::note_kernel(signal);
        }
        Ok(host)
    }

    /// Sets what is done with a signal, in the kernel and in the table. Unlike [`signal`](fn@crate::signal) it drains nothing first: a
    /// host that wants Python's order drains before.
    ///
    /// # Errors
    ///
    /// [`Error::Uncatchable`], [`Error::Reserved`], [`Error::Unknown`], [`Error::System`]; nothing is changed.
    ///
    /// ```
    /// use sigtrip::{Options, Signal, embed::{Disposition, Host, Word}};
    /// let host = Host::open(Options::untouched())?;
    /// let handler = Disposition::Handler(Word::new(1).unwrap());
    /// host.set(Signal::USR1, handler)?;
    /// let replaced = host.set(Signal::USR1, Disposition::Default)?;
    /// assert_eq!((replaced.disposition, replaced.stale), (handler, None));
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    pub fn set(&self, signal: Signal, new: Disposition) -> Result<Replaced, Error> {
        signal.check_catchable()?;
        let replaced = install::set_hosts_word(signal, new)?;
        self.note_fed(signal, false);
        Ok(replaced)
    }

    /// Notes what is done with a signal that the host's own handler in the kernel feeds by [`trip`]; the kernel is not touched.
    /// Returns what was in the table, where a foreign disposition has no particulars.
    ///
    /// # Errors
    ///
    /// [`Error::Uncatchable`] and [`Error::Reserved`]; nothing is changed.
    ///
    /// ```
    /// # use sigtrip::{Options, Signal, embed::{Disposition, Host, Word, any_pending, trip}};
    /// let host = Host::open(Options::untouched())?;
    /// host.set_fed(Signal::USR1, sigtrip_core::Disposition::Handler(Word::new(1).unwrap()))?;
    /// trip(Signal::USR1); // what the host's own handler in the kernel does
    /// assert!(any_pending());
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    pub fn set_fed(
        &self,
        signal: Signal,
        new: sigtrip_core::Disposition<Word>,
    ) -> Result<sigtrip_core::Disposition<Word>, Error> {
        signal.check_catchable()?;
        let earlier = install::note_word(signal, new)?;
        self.note_fed(signal, true);
        Ok(earlier)
    }

    fn note_fed(&self, signal: Signal, fed: bool) {
        let mut set = self.fed.get();
        if fed {
            // Every signal has its place in the set.
            let _ = set.insert(signal.signum());
        } else {
            set.remove(signal.signum());
        }
        self.fed.set(set);
    }

    /// What is done with a signal: as the kernel has it now, so that a handler which other code installed is seen as foreign. For
    /// a signal that is fed: as the table has it.
    ///
    /// # Errors
    ///
    /// [`Error::System`] if the system does not tell.
    ///
    /// ```
    /// # use sigtrip::{Options, Signal, embed::{Disposition, Host}};
    /// let host = Host::open(Options::untouched())?;
    /// assert_eq!(host.get(Signal::KILL)?, Disposition::Default);
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    pub fn get(&self, signal: Signal) -> Result<Disposition, Error> {
        install::get_word(signal, self.fed.get().contains(signal.signum()))
    }

    /// One pass over what is pending: for each signal, lowest first, clears its bit and hands it to `run` with its disposition at
    /// that moment. Anything but `Handler` was changed since the signal came: CPython reports it, *ignored due to race condition*.
    ///
    /// It may be called inside `run`: handlers nest.
    ///
    /// # Errors
    ///
    /// The first error of `run`. The signals that it had not come to stay pending, and the notify hook and the wakeup descriptor are
    /// told again of the lowest of them; so they are after a panic.
    ///
    /// ```
    /// # use sigtrip::{Error, Options, Signal, embed::{Disposition, Host, Word, any_pending, trip}};
    /// let host = Host::open(Options::untouched())?;
    /// host.set(Signal::USR1, Disposition::Handler(Word::new(1).unwrap()))?;
    /// trip(Signal::USR1);
    /// host.drain(|signal, _| Ok::<(), Error>(assert_eq!(signal, Signal::USR1)))?;
    /// assert!(!any_pending());
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    pub fn drain<E>(&self, mut run: impl FnMut(Signal, Disposition) -> Result<(), E>) -> Result<(), E> {
        dispatch::pass(|signal, disposition| {
            run(
                signal,
                match disposition {
                    sigtrip_core::Disposition::Default => Disposition::Default,
                    sigtrip_core::Disposition::Ignore => Disposition::Ignore,
                    sigtrip_core::Disposition::Handler(word) => Disposition::Handler(word),
                    sigtrip_core::Disposition::Foreign(()) => Disposition::Foreign(Foreign(None)),
                },
            )
        })
    }

    /// Sleeps until a signal is pending or this time is over (`None`: without end). Returns whether one is. A signal that came just
    /// before ends it at once, whichever thread receives it.
    ///
    /// # Errors
    ///
    /// [`Error::PollingOnly`] if the options said so.
    ///
    /// ```
    /// # use sigtrip::{Options, embed::Host};
    /// let host = Host::open(Options::untouched())?;
    /// assert!(!host.wait(Some(std::time::Duration::from_millis(1)))?); // nothing came
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    pub fn wait(&self, timeout: Option<Duration>) -> Result<bool, Error> {
        check_armed()?;
        let deadline = timeout.map(|timeout| sys::now().saturating_add(timeout));
        let armed = DISPATCHER.armed().as_ptr();
        while !any_pending() {
            let sleep = || sys::sleep_on(armed, Armed::ARMED, deadline);
            if DISPATCHER.sleep_unless(|| false, sleep) == Some(Woken::TimedOut) {
                return Ok(any_pending());
            }
        }
        Ok(true)
    }

    /// Sets or takes away the notify hook: it is called at each delivery and each [`trip`], after the bit is set, and again when a
    /// drain leaves something pending. A call too many is possible.
    ///
    /// # Safety
    ///
    /// The hook runs in signal context: on any thread, at any instruction, nested in itself.
    ///
    /// - It only does what is async-signal-safe: it does not lock, allocate, panic, or use a thread-local.
    /// - What it uses lives until the process ends: a delivery on another thread may be in it when it is taken away.
    ///
    /// For an example see the [module](crate::embed#a-toy).
    #[allow(unsafe_code)] // the caller's promise; nothing unsafe is done here
    pub unsafe fn set_notify(&self, hook: Option<fn(Signal)>) {
        extras::set_notify(hook);
        install::refresh();
    }

    /// Why a byte could not be written to the wakeup descriptor, if that happened since the last call and is to be told of: the host
    /// tells of it in its own way. A full buffer only if it was asked for.
    ///
    /// ```
    /// # use sigtrip::{Options, embed::Host};
    /// assert!(Host::open(Options::untouched())?.failed_wakeup_write().is_none());
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub fn failed_wakeup_write(&self) -> Option<Errno> {
        wakeup::failed_write()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        extras::set_notify(None);
    }
}
