//! `Session`: who owns the signals of this process, from when to when.
//!
//! One word says it: 0, *no session*; a thread's identity, *that thread is the owner*; `CLOSING`, *a session is being
//! left*.
//!
//! - 0 → thread: [`init_with`], by a compare-and-swap, so that of two threads one wins;
//! - thread → other thread: in the child of a fork, which has only the thread that forked; `CLOSING` → 0 there, unless it is that
//!   thread which is leaving;
//! - thread → `CLOSING` → 0: [`Session`]'s drop, on that thread alone (a `Session` can not be sent).
//!
//! What can not happen: two owners; a handler that installs something while the session gives everything back.

use core::{
    marker::PhantomData,
    sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering},
};

#[cfg(feature = "std")]
use super::exec;
use super::{dispatch, fork, give_back, install, kick, wakeup};
use crate::{Disposition, Error, Frame, Handler, Signal, default_int_handler, sys, trip, trip::DISPATCHER};

static OWNER: AtomicUsize = AtomicUsize::new(NOBODY);
/// Who leaves, while `OWNER` says `CLOSING`.
static LEAVING: AtomicUsize = AtomicUsize::new(NOBODY);
static POLLING: AtomicBool = AtomicBool::new(false);
/// How a safe point differs from a plain one: 0, not at all, so that one look tells a plain one.
static UNLIKE: AtomicU8 = AtomicU8::new(0);

/// The table holds a host's words.
const HOSTED: u8 = 1;
/// Records or counts are kept of some signal.
const RECORDS: u8 = 2;

const NOBODY: usize = 0;
const CLOSING: usize = usize::MAX;

/// The right to handle signals: while it lives its thread is the *owner*, which installs handlers and runs them.
///
/// Made by [`init`] or [`init_with`] (and inside [`run`](crate::run)). It stays on its thread. When it is dropped,
///
/// 1. where [back-pressure](crate::RecordOptions::back_pressure) holds signals back, handlers run for these;
/// 2. every disposition that was changed is given back exactly, where ours is still installed;
/// 3. handlers run for what is still pending, so that no signal is lost; if one fails, that is printed;
/// 4. the handlers are freed and the process has no owner.
///
/// A signal that another thread is receiving at that very moment may come too late for its handler, and finds none then. Where
/// that matters block it in the other threads, so that the owner receives it.
///
/// One that is leaked (`std::mem::forget`) leaves its thread the owner for ever.
///
/// ```
/// use sigtrip::{Signal, getsignal, init, on};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let before = getsignal(Signal::USR1)?;
/// let session = init()?;
/// on(Signal::USR1, |_| println!("here"))?;
/// drop(session);
/// assert_eq!(getsignal(Signal::USR1)?, before);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping the session ends signal handling"]
pub struct Session {
    /// `!Send` and `!Sync`: ownership is a thread's.
    stays_here: PhantomData<*const ()>,
}

/// What [`init_with`] sets up.
///
/// ```
/// use sigtrip::{Options, Signal, getsignal, init_with};
///
/// let before = getsignal(Signal::INT)?;
/// let session = init_with(Options::untouched())?;
/// assert_eq!(getsignal(Signal::INT)?, before); // `init` makes a default action a KeyboardInterrupt
/// # Ok::<(), sigtrip::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Options {
    python_start_up: bool,
    polling: bool,
    kick: Option<Signal>,
    hosted: bool,
}

impl Options {
    /// Python's start-up, as [`init`] does it.
    ///
    /// ```
    /// use sigtrip::{Disposition, Options, Signal, getsignal, init_with};
    ///
    /// let _session = init_with(Options::python())?;
    /// assert_eq!(getsignal(Signal::XFSZ)?, Disposition::Ignore);
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub const fn python() -> Self {
        Self { python_start_up: true, ..Self::untouched() }
    }

    /// No disposition is touched.
    ///
    /// ```
    /// use sigtrip::{Options, Signal, getsignal, init_with};
    ///
    /// let before = getsignal(Signal::XFSZ)?;
    /// let _session = init_with(Options::untouched())?;
    /// assert_eq!(getsignal(Signal::XFSZ)?, before);
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub const fn untouched() -> Self {
        Self { python_start_up: false, polling: false, kick: None, hosted: false }
    }

    /// For a program that only polls with [`check_signals`](crate::check_signals): a delivery then costs three
    /// instructions less, and every wait of this library is refused with [`Error::PollingOnly`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use sigtrip::{Options, check_signals, init_with, sleep};
    ///
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let _session = init_with(Options::python().polling(true))?;
    /// check_signals()?;
    /// assert!(sleep(Duration::ZERO).is_err()); // no waits
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn polling(mut self, polling: bool) -> Self {
        self.polling = polling;
        self
    }

    /// Kicks the owner out of foreign blocking calls: when another thread receives a signal, the owner is sent this one, which
    /// does nothing but interrupt a system call (`EINTR`), once until it dispatches. SIGURG is a good choice: by
    /// default it does nothing. It is then not to be used for anything else. Do not choose one that kills by default: a kick
    /// may be under way to the owner when the session ends and gives that default back.
    ///
    /// The waits of this library need no kick. For foreign calls it is best effort: a signal that comes just before the call
    /// begins does not interrupt it, and is handled at the next safe point. See [`retry`](crate::retry).
    ///
    /// ```
    /// use sigtrip::{Error, Options, Signal, init_with};
    ///
    /// let refused = init_with(Options::python().kick(Signal::KILL));
    /// assert!(matches!(refused, Err(Error::Uncatchable(_))));
    /// let _session = init_with(Options::python().kick(Signal::URG))?;
    /// # Ok::<(), sigtrip::Error>(())
    /// ```
    #[must_use]
    pub const fn kick(mut self, signal: Signal) -> Self {
        self.kick = Some(signal);
        self
    }

    /// For a host runtime: see `embed`.
    pub(crate) const fn hosted(mut self) -> Self {
        self.hosted = true;
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::python()
    }
}

/// Opens a session with Python's start-up: Ctrl-C becomes [`default_int_handler`] if SIGINT has its default action (an
/// inherited *ignore* is kept: `nohup`, `cmd &`), and SIGPIPE and SIGXFSZ are ignored.
///
/// Owner context: the calling thread becomes the owner.
///
/// # Errors
///
/// - [`Error::AlreadyInitialized`] if a session is open, on whatever thread;
/// - [`Error::Uncatchable`] or [`Error::Reserved`] for a signal to kick with;
/// - [`Error::System`] if the system refuses a disposition, or memory for its list of what to do at fork; nothing stays
///   changed.
///
/// ```
/// let session = sigtrip::init()?;
/// // ... handlers run at safe points of this thread ...
/// drop(session); // everything is given back
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn init() -> Result<Session, Error> {
    init_with(Options::python())
}

/// Opens a session that starts as the options say.
///
/// # Errors
///
/// As [`init`].
///
/// ```
/// use sigtrip::{Error, Options, init, init_with};
///
/// let _session = init_with(Options::untouched().polling(true))?;
/// assert!(matches!(init(), Err(Error::AlreadyInitialized)));
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn init_with(options: Options) -> Result<Session, Error> {
    fork::register()?; // before there is an owner
    // Acquire: pairs with the Release in `LastSteps::drop`, so that what the last session put back is seen.
    // Relaxed where it fails: nothing that another thread wrote is looked at then.
    OWNER
        .compare_exchange(NOBODY, sys::current_thread(), Ordering::Acquire, Ordering::Relaxed)
        .map_err(|_| Error::AlreadyInitialized)?;
    let session = Session { stays_here: PhantomData };
    // Relaxed: the owner's own words. Another thread reads `UNLIKE` only with the writers' lock held and after it found a
    // handler in the table, which was put there with that lock held, after this.
    POLLING.store(options.polling, Ordering::Relaxed);
    UNLIKE.store(if options.hosted { HOSTED } else { 0 }, Ordering::Relaxed);
    // What came when nobody owned, by a trampoline that was late or that other code had put back, is not this session's.
    DISPATCHER.clear_pending();
    trip::record::forget();
    trip::forget_request();
    #[cfg(feature = "std")]
    exec::keep_mask();
    if let Some(signal) = options.kick {
        kick::start(signal)?;
    }
    if options.python_start_up {
        python_start_up()?; // on an error the session is dropped and gives back what was done
    }
    Ok(session)
}

fn python_start_up() -> Result<(), Error> {
    let int = install::kernel_disposition(Signal::INT)?;
    if int == sigtrip_core::Disposition::Default && !is_hosted() {
        install::set(Signal::INT, Disposition::Handler(Handler::new(default_int_handler)))?;
    }
    for signal in [Signal::PIPE, Signal::XFSZ] {
        install::set(signal, Disposition::Ignore)?;
    }
    Ok(())
}

impl Drop for Session {
    fn drop(&mut self) {
        // Relaxed: read by this thread, and in a child of fork.
        LEAVING.store(sys::current_thread(), Ordering::Relaxed);
        // Relaxed: other threads only compare; the Release when it is closed publishes.
        OWNER.store(CLOSING, Ordering::Relaxed);
        let _close_also_after_a_panic = Close;
        let _give_back_also_after_a_panic = GiveBack;
        kick::stop(); // before its signal is given back
        dispatch::drain_at_the_door(Frame::caller()); // what the kernel has queued is still for our handlers
    }
}

/// What follows when every signal that has waited at the door has come.
struct GiveBack;

impl Drop for GiveBack {
    fn drop(&mut self) {
        give_back::dispositions();
        if is_hosted() {
            DISPATCHER.clear_pending(); // the host has drained, or does not want to
        } else {
            dispatch::drain_at_the_end(Frame::caller());
        }
    }
}

/// What follows when no handler runs any more.
struct Close;

impl Drop for Close {
    fn drop(&mut self) {
        let _these_also_after_a_panic = LastSteps;
        give_back::free_handlers();
    }
}

/// The very last, which runs nothing of the user's.
struct LastSteps;

impl Drop for LastSteps {
    fn drop(&mut self) {
        wakeup::forget();
        trip::record::forget();
        trip::forget_request();
        // Relaxed: as in `init_with`; there is no word in the table any more.
        UNLIKE.store(0, Ordering::Relaxed);
        // Release: pairs with the Acquire of `init_with`.
        OWNER.store(NOBODY, Ordering::Release);
    }
}

/// In the child of a fork, which has one thread: it is the owner if there was one. A session that was being left is left by
/// that very thread, or is over. Returns whether the passes that are under way are this thread's.
pub(super) fn inherit() -> bool {
    let me = sys::current_thread();
    // Relaxed, all of them: there is no other thread.
    match OWNER.load(Ordering::Relaxed) {
        NOBODY => false,
        // Relaxed: as above.
        CLOSING if LEAVING.load(Ordering::Relaxed) == me => true,
        CLOSING => {
            // Relaxed: as above.
            OWNER.store(NOBODY, Ordering::Relaxed);
            false
        }
        owner => {
            // Relaxed: as above.
            OWNER.store(me, Ordering::Relaxed);
            kick::inherit();
            owner == me
        }
    }
}

/// Whether the calling thread is the owner.
///
/// Where no part of a program opens a session the word stays 0, which an optimised build knows: who asks this first does not have the
/// whole of the safe point in a program that has none.
#[inline]
pub(crate) fn is_owner() -> bool {
    // Relaxed: as in `is_owner_here`.
    OWNER.load(Ordering::Relaxed) != NOBODY && is_owner_here()
}

/// The same, a comparison shorter. Two loads and a comparison, no system call.
#[inline]
pub(super) fn is_owner_here() -> bool {
    // Relaxed: a thread sees its own store, and no other thread's identity equals its own.
    OWNER.load(Ordering::Relaxed) == sys::current_thread()
}

/// That the calling thread is the owner.
pub(crate) fn check_owner() -> Result<(), Error> {
    if is_owner() {
        return Ok(());
    }
    // Relaxed: only which of two errors it is.
    match OWNER.load(Ordering::Relaxed) {
        NOBODY | CLOSING => Err(Error::NotInitialized),
        _ => Err(Error::NotOwner),
    }
}

/// Whether the session was opened for polling alone. Owner context.
pub(crate) fn polls_only() -> bool {
    // Relaxed: the owner's own word.
    POLLING.load(Ordering::Relaxed)
}

/// Whether the table holds a host's words, and not handlers. Owner context, or with the writers' lock held.
pub(crate) fn is_hosted() -> bool {
    // Relaxed: see `init_with`.
    UNLIKE.load(Ordering::Relaxed) & HOSTED != 0
}

/// Whether a safe point runs handlers of ours and nothing is kept of any signal. Owner context.
#[inline]
pub(super) fn is_plain() -> bool {
    // Relaxed: the owner's own word.
    UNLIKE.load(Ordering::Relaxed) == 0
}

/// Says whether records or counts are kept of some signal. Owner context.
pub(super) fn set_keeps_records(any: bool) {
    let records = if any { RECORDS } else { 0 };
    // Relaxed: as in `init_with`.
    let others = UNLIKE.load(Ordering::Relaxed) & !RECORDS;
    UNLIKE.store(others | records, Ordering::Relaxed); // Relaxed: as above
}

/// That this session has handlers of ours.
pub(crate) fn check_not_hosted() -> Result<(), Error> {
    if is_hosted() { Err(Error::Hosted) } else { Ok(()) }
}

/// That this session can wait in the library's waits.
pub(crate) fn check_waits() -> Result<(), Error> {
    check_not_hosted()?;
    check_armed()
}

/// That deliveries wake the owner.
pub(crate) fn check_armed() -> Result<(), Error> {
    if polls_only() { Err(Error::PollingOnly) } else { Ok(()) }
}
