//! Installing, and asking what is installed.
//!
//! What stood in the kernel before the session's first change of a signal is kept, exactly, until the session ends. What can
//! not happen: a disposition of ours in the kernel without a handler in the table.

use sigtrip_core::{Disposition as CoreDisposition, Replaced};

use super::{dispatch, hooked::Covered, session, table::Table};
use crate::{
    Disposition, Error, Foreign, Frame, Handler, Interrupt, Outcome, Signal,
    handler::Delivery,
    sys,
    trip::{
        DISPATCHER, Trampoline, Unix, Word, extras, parts,
        record::{self, Asked},
    },
};

/// Sets what is done with a signal: Python's `signal.signal`. Returns what was there before.
///
/// A safe point: what is pending is handled first, with the old handlers, and no signal that this thread receives falls between that
/// and the change: it is the old disposition's, or the new one's. Not so inside a handler, as in CPython: the pass that
/// runs it goes on after it, and takes what is still pending with the handlers that stand there then. Owner context.
///
/// # Errors
///
/// Nothing is changed, and the error is
/// - [`Error::NotInitialized`] or [`Error::NotOwner`];
/// - [`Error::Uncatchable`] for SIGKILL and SIGSTOP, [`Error::Reserved`] for what libc keeps;
/// - what a handler that ran first failed with;
/// - [`Error::Unknown`] for a foreign disposition that the system never told;
/// - [`Error::System`] with what `sigaction` says.
///
/// ```
/// use sigtrip::{Delivery, Disposition, Signal, getsignal, signal};
///
/// fn progress(_: &Delivery) {}
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let earlier = signal(Signal::USR1, progress)?;
/// assert_eq!(earlier, Disposition::Default);
/// signal(Signal::USR1, earlier)?; // and back
/// assert_eq!(getsignal(Signal::USR1)?, Disposition::Default);
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn signal(signal: Signal, disposition: impl Into<Disposition>) -> Result<Disposition, Interrupt> {
    asks_for_faults(signal);
    replace(signal, disposition.into(), Frame::caller())
}

/// Who lets a signal in says so. Inlined, so that it says nothing in a program where that signal is a constant and no fault.
#[inline(always)]
fn asks_for_faults(signal: Signal) {
    if signal.is_fault() {
        parts::FAULTS.is_asked_for();
    }
}

/// Installs a closure as the signal's handler, for Rust's way of saying it. Returns what was there before.
///
/// The closure returns nothing or `Result<(), Interrupt>`. It is `Fn` because handlers nest. Never hold a lock across a safe
/// point that the handler takes too. Otherwise as [`signal`](fn@signal).
///
/// # Errors
///
/// As [`signal`](fn@signal).
///
/// ```
/// use sigtrip::{Interrupt, Signal, on};
///
/// # fn main() -> Result<(), Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::HUP, |_| println!("reloading"))?;
/// on(Signal::TERM, |_| Err(Interrupt::exit(0)))?;
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn on<F, R>(signal: Signal, handler: F) -> Result<Disposition, Interrupt>
where
    F: Fn(&Delivery) -> R + Send + Sync + 'static,
    R: Outcome,
{
    asks_for_faults(signal);
    replace(signal, Disposition::Handler(Handler::new(handler)), Frame::caller())
}

fn replace(signal: Signal, new: Disposition, frame: Frame) -> Result<Disposition, Interrupt> {
    session::check_owner()?;
    session::check_not_hosted()?;
    signal.check_catchable()?;
    let held = if dispatch::is_in_a_pass() { None } else { Some(drained(signal, frame)?) };
    Ok(set_held(signal, new, held)?)
}

/// Handles what is pending, and returns with every signal of this thread blocked and this one not pending: one that comes
/// now waits in the kernel for the new disposition. Else it would trip, and find its handler gone. Where it comes again and again, as one
/// does that its own handler sends, what came last is the new disposition's, as in CPython.
fn drained(signal: Signal, frame: Frame) -> Result<sys::Blocked, Interrupt> {
    for _ in 1..MOST_PASSES {
        dispatch::drain(frame)?;
        let held = sys::Blocked::all();
        if !DISPATCHER.pending().contains(signal.signum()) {
            return Ok(held);
        }
    }
    dispatch::drain(frame)?;
    Ok(sys::Blocked::all())
}

/// How often what is pending is handled before a handler is replaced. A second time is rare where nobody sends all the while.
const MOST_PASSES: u32 = 16;

/// What is done with a signal now, apart from its hooks: Python's `signal.getsignal`.
///
/// The kernel is asked, so that a handler which foreign code installed later is seen as `Foreign` (Python does not see it).
/// The numbers that libc reserves are `Foreign` too. Any thread, with or without a session. If the owner asks and other
/// code has put an older copy of our disposition back, with other flags, it is repaired.
///
/// # Errors
///
/// [`Error::System`] if the system does not tell, which it always does for a signal that can be handled.
///
/// ```
/// use sigtrip::{Disposition, Signal, getsignal};
///
/// assert_eq!(getsignal(Signal::KILL), Ok(Disposition::Default));
/// assert!(matches!(getsignal(Signal::SEGV), Ok(Disposition::Foreign(_)))); // std's own
/// ```
pub fn getsignal(signal: Signal) -> Result<Disposition, Error> {
    if signal.is_reserved() {
        return Ok(Disposition::Foreign(Foreign(None)));
    }
    let mut table = Table::lock();
    let action = table.hooked.query(signal.signum()).map_err(Error::system("sigaction"))?;
    let kernel = Unix::classify(action);
    let CoreDisposition::Handler(()) = kernel else { return Ok(with_handler(kernel, None)) };
    session::check_not_hosted()?;
    let handler = match DISPATCHER.disposition(signal.signum()) {
        CoreDisposition::Handler(word) => Some(copy_of(word)),
        CoreDisposition::Default | CoreDisposition::Ignore | CoreDisposition::Foreign(()) => None,
    };
    if let Some(handler) = &handler
        && session::is_owner()
    {
        let wanted = table.restarts.applied(signal, trampoline(signal, Some(handler)).action());
        if !action.same_request(&wanted) {
            table.hooked.replace(signal.signum(), &wanted).map_err(Error::system("sigaction"))?;
        }
    }
    Ok(with_handler(kernel, handler))
}

/// What the kernel has; a handler of ours without saying which.
pub(super) fn kernel_disposition(signal: Signal) -> Result<CoreDisposition<(), Foreign>, Error> {
    let table = Table::lock();
    table.hooked.query(signal.signum()).map(Unix::classify).map_err(Error::system("sigaction"))
}

/// Sets a disposition. Owner context, catchable signals only.
pub(super) fn set(signal: Signal, new: Disposition) -> Result<Disposition, Error> {
    set_held(signal, new, None)
}

/// The same, with signals blocked until it is done.
fn set_held(signal: Signal, new: Disposition, held: Option<sys::Blocked>) -> Result<Disposition, Error> {
    let (new, trampoline) = match new {
        Disposition::Handler(handler) => {
            let trampoline = trampoline(signal, Some(&handler));
            (CoreDisposition::Handler(handler.into_word()), trampoline)
        }
        Disposition::Default => (CoreDisposition::Default, Trampoline::Armed),
        Disposition::Ignore => (CoreDisposition::Ignore, Trampoline::Armed),
        Disposition::Foreign(foreign) => (CoreDisposition::Foreign(foreign), Trampoline::Armed),
    };
    let set = set_word(signal, new, trampoline);
    drop(held);
    match set {
        Ok(Replaced { disposition, stale }) => {
            drop(stale.map(taken)); // with no lock and no mask: its destructor is the user's code
            let (kernel, word) = split(disposition);
            Ok(with_handler(kernel, word.map(taken)))
        }
        Err(error) => {
            drop(split(new).1.map(taken)); // it was not installed
            Err(error)
        }
    }
}

/// Sets a disposition for a host, which may handle any signal. Owner context, catchable signals only.
pub(crate) fn set_hosts_word(
    signal: Signal,
    new: CoreDisposition<Word, Foreign>,
) -> Result<Replaced<Word, Foreign>, Error> {
    asks_for_faults(signal);
    set_word(signal, new, trampoline(signal, None))
}

/// Sets a disposition whose handler is an opaque word; the first time in a session it keeps what was there. Owner context,
/// catchable signals only.
fn set_word(
    signal: Signal,
    new: CoreDisposition<Word, Foreign>,
    trampoline: Trampoline,
) -> Result<Replaced<Word, Foreign>, Error> {
    let signum = signal.signum();
    let mut table = Table::lock();
    let before = table.hooked.query(signum).map_err(Error::system("sigaction"))?;
    if parts::FAULTS.is_used() && !Trampoline::is_ours(&before) {
        sys::hand_over(signum, &before);
    }
    let kernel = Covered::new(Unix(trampoline), &mut table.hooked);
    let replaced = DISPATCHER.set_disposition(&kernel, signum, new)?;
    table.restarts.forget(signal);
    if !table.earlier.contains_key(&signum) {
        // There is room for every signal.
        let _ = table.earlier.insert(signum, before);
    }
    Ok(replaced)
}

fn split(disposition: CoreDisposition<Word, Foreign>) -> (CoreDisposition<(), Foreign>, Option<Word>) {
    match disposition {
        CoreDisposition::Default => (CoreDisposition::Default, None),
        CoreDisposition::Ignore => (CoreDisposition::Ignore, None),
        CoreDisposition::Handler(word) => (CoreDisposition::Handler(()), Some(word)),
        CoreDisposition::Foreign(foreign) => (CoreDisposition::Foreign(foreign), None),
    }
}

fn with_handler(kernel: CoreDisposition<(), Foreign>, handler: Option<Handler>) -> Disposition {
    match (kernel, handler) {
        (CoreDisposition::Handler(()), Some(handler)) => Disposition::Handler(handler),
        (CoreDisposition::Default, _) => Disposition::Default,
        // Ours without a handler, put back by other code when it was removed: a delivery does nothing.
        (CoreDisposition::Handler(()) | CoreDisposition::Ignore, _) => Disposition::Ignore,
        (CoreDisposition::Foreign(foreign), _) => Disposition::Foreign(foreign),
    }
}

/// Which trampoline a handler of this signal needs; a host's words say nothing of it.
fn trampoline(signal: Signal, handler: Option<&Handler>) -> Trampoline {
    trampoline_that_keeps(record::asked(signal.signum()), signal, handler)
}

fn trampoline_that_keeps(asked: Asked, signal: Signal, handler: Option<&Handler>) -> Trampoline {
    if let Some(trampoline) = handler.and_then(Handler::trampoline) {
        trampoline
    } else if parts::FAULTS.is_used() && signal.is_fault() {
        if asked.has(Asked::RECORD) { Trampoline::RecordingFault } else { Trampoline::Fault }
    } else if asked.has(Asked::RECORD) {
        if asked.is_long() || extras::wanted() { Trampoline::RecordingFull } else { Trampoline::Recording }
    } else if asked.has(Asked::COUNT) && !extras::wanted() {
        if session::polls_only() { Trampoline::CountedLean } else { Trampoline::Counted }
    } else if extras::wanted() {
        Trampoline::Full
    } else if session::polls_only() {
        Trampoline::Lean
    } else {
        Trampoline::Armed
    }
}

/// Notes in the table what the kernel has, without particulars. Owner context, at the start of a host's session.
pub(crate) fn note_kernel(signal: Signal) {
    let entry = match kernel_disposition(signal) {
        Ok(CoreDisposition::Default) => CoreDisposition::Default,
        Ok(CoreDisposition::Ignore) => CoreDisposition::Ignore,
        // Ours is not yet there; what the system does not tell is libc's.
        Ok(CoreDisposition::Handler(()) | CoreDisposition::Foreign(_)) | Err(_) => {
            CoreDisposition::Foreign(())
        }
    };
    // Every signal has its place in the table.
    let _ = note_word(signal, entry);
}

/// Sets the table's entry alone. Owner context.
pub(crate) fn note_word(
    signal: Signal,
    entry: CoreDisposition<Word>,
) -> Result<CoreDisposition<Word>, Error> {
    let _writing = Table::lock();
    Ok(DISPATCHER.note_disposition(signal.signum(), entry)?)
}

/// What is done with a signal, in words: as the kernel has it, or, for one that is fed, as the table has it. Owner context.
pub(crate) fn get_word(signal: Signal, fed: bool) -> Result<CoreDisposition<Word, Foreign>, Error> {
    if signal.is_reserved() {
        return Ok(CoreDisposition::Foreign(Foreign(None)));
    }
    let kernel = kernel_disposition(signal)?;
    Ok(match (DISPATCHER.disposition(signal.signum()), kernel) {
        (CoreDisposition::Handler(word), CoreDisposition::Handler(())) => CoreDisposition::Handler(word),
        (CoreDisposition::Handler(word), _) if fed => CoreDisposition::Handler(word),
        (_, CoreDisposition::Default) => CoreDisposition::Default,
        (_, CoreDisposition::Ignore | CoreDisposition::Handler(())) => CoreDisposition::Ignore,
        (_, CoreDisposition::Foreign(foreign)) => CoreDisposition::Foreign(foreign),
    })
}

/// Gives every handler of ours that is installed the trampoline that it needs now. Owner context.
pub(crate) fn refresh() {
    let mut writing = Table::lock();
    for signal in Signal::all() {
        // It can not be refused: only the function is another.
        let _ = refresh_one(signal, &mut writing, record::asked(signal.signum()));
    }
}

/// Gives the handler of this signal, if it is ours and installed, the trampoline that keeps what is asked. Owner context, with the
/// lock held.
pub(super) fn refresh_one(signal: Signal, writing: &mut Table, asked: Asked) -> Result<(), Error> {
    let signum = signal.signum();
    let CoreDisposition::Handler(word) = DISPATCHER.disposition(signum) else { return Ok(()) };
    let handler = if session::is_hosted() { None } else { Some(copy_of(word)) };
    let trampoline = trampoline_that_keeps(asked, signal, handler.as_ref());
    let wanted = writing.restarts.applied(signal, trampoline.action());
    let now = writing.hooked.query(signum).map_err(Error::system("sigaction"))?;
    if Trampoline::is_ours(&now) && !now.same_request(&wanted) {
        writing.hooked.replace(signum, &wanted).map_err(Error::system("sigaction"))?;
    }
    Ok(())
}

/// The handler of a word that was taken out of the table.
#[allow(unsafe_code)]
pub(super) fn taken(word: Word) -> Handler {
    // SAFETY: where the session is not hosted words come from `Handler::into_word` in `set` alone, and each comes out of the
    // table, or out of a refused call, once.
    unsafe { Handler::from_word(word) }
}

/// A handle of one's own for a word that is in the table.
///
/// The caller holds the lock or is the owner: nobody else takes words out.
#[allow(unsafe_code)]
pub(super) fn copy_of(word: Word) -> Handler {
    // SAFETY: where the session is not hosted the word came from `Handler::into_word`; only the owner takes words out of the table, under the lock, and
    // the caller either is the owner, who is here and not there, or holds that lock.
    unsafe { Handler::of_word(word) }
}
