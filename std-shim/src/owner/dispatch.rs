//! The safe point: running the handlers of what is pending.

use core::sync::atomic::{AtomicU32, Ordering};

use sigtrip_core::Disposition;

use super::{
    install::copy_of,
    report::{Event, report},
    session, wakeup,
};
use crate::{
    Frame, Interrupt, Signal,
    handler::Delivery,
    sys,
    trip::{DISPATCHER, Unix, Word, extras, record},
};

/// The safe point: runs the handlers of all pending signals, in ascending order. With nothing pending it costs one load
/// and a branch (one load per word where a machine word does not hold all signals).
///
/// On a thread that is not the owner, and without a session, it does nothing and is `Ok(())`, as in CPython.
///
/// Owner context; also inside a handler: handlers nest.
///
/// # Errors
///
/// What a handler failed with. Those that had not run yet stay pending for the next safe point.
///
/// ```
/// use sigtrip::{Signal, check_signals, on, raise_signal};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::USR1, |delivery| println!("{} at {}", delivery.signal(), delivery.frame()))?;
/// for chunk in [1, 2, 3] {
///     // ... some work on the chunk ...
///     check_signals()?;
/// }
/// # Ok(())
/// # }
/// ```
#[inline]
#[track_caller]
pub fn check_signals() -> Result<(), Interrupt> {
    if DISPATCHER.any_pending() { drain(Frame::caller()).map(drop) } else { Ok(()) }
}

/// The safe point of what may be called without a session too.
pub(crate) fn safe_point(frame: Frame) -> Result<(), Interrupt> {
    if session::is_owner() { drain(frame).map(drop) } else { Ok(()) }
}

/// Dispatches if the caller is the owner. Returns how many handlers ran.
#[inline(always)] // what follows is called from here, and once more at the end of a session
pub(crate) fn drain(frame: Frame) -> Result<u32, Interrupt> {
    if !session::is_owner_here() { Ok(0) } else { run_pending(frame) }
}

#[inline(never)]
fn run_pending(frame: Frame) -> Result<u32, Interrupt> {
    if session::is_plain() {
        // A copy of its own, so that who asked for no record pays nothing for each signal.
        run_each(frame, |_, _| ())
    } else {
        drain_otherwise(frame)
    }
}

#[cold]
fn drain_otherwise(frame: Frame) -> Result<u32, Interrupt> {
    // A host's words are not handlers: it drains them itself.
    if session::is_hosted() { Ok(0) } else { run_recorded(frame) }
}

/// Where something may have been asked for some signal: tells each call how many deliveries it stands for. What was held back by another
/// signal's late record is pending again, now that this one is there.
#[inline(never)]
fn run_recorded(frame: Frame) -> Result<u32, Interrupt> {
    let _after_the_pass = OpenTheDoor;
    run_each(frame, |signal, delivery| {
        record::announce(signal.signum());
        delivery.count_is(record::new_deliveries(signal.signum()));
    })
}

#[inline(always)]
fn run_each(frame: Frame, tell: impl Fn(Signal, &mut Delivery)) -> Result<u32, Interrupt> {
    if extras::wanted() {
        tell_of_failed_write();
        extras::may_kick_again();
    }
    let mut ran = 0;
    let mut delivery = Delivery::at(frame);
    pass_after_looking(|signal, disposition| {
        delivery.is_of(signal);
        tell(signal, &mut delivery);
        let Disposition::Handler(word) = disposition else {
            report(Event::Race(signal));
            return Ok(());
        };
        ran += 1;
        // A handle of our own, so that the handler may replace itself.
        copy_of(word).call(&delivery)
    })?;
    Ok(ran)
}

#[cold]
fn tell_of_failed_write() {
    if let Some(errno) = wakeup::failed_write() {
        report(Event::FailedWrite(errno));
    }
}

/// How many passes are under way, one inside another.
static PASSES: AtomicU32 = AtomicU32::new(0);

/// Whether a handler runs: the caller is inside a pass. Owner context.
pub(crate) fn is_in_a_pass() -> bool {
    // Relaxed: the owner's own word.
    PASSES.load(Ordering::Relaxed) > 0
}

/// In the child of a fork by another thread than the owner: its handlers do not run there.
pub(super) fn forget_passes() {
    // Relaxed: there is no other thread.
    PASSES.store(0, Ordering::Relaxed);
}

/// One pass over what is pending, in opaque words. Owner context.
pub(crate) fn pass<E>(run: impl FnMut(Signal, Disposition<Word>) -> Result<(), E>) -> Result<(), E> {
    let _after_the_pass = OpenTheDoor;
    if extras::wanted() {
        extras::may_kick_again();
    }
    pass_after_looking(run)
}

/// When it is dropped the door is open, if back-pressure had closed it: at the end of a pass, also by an error or a panic. Who
/// closes it leaves a bit, which a pass alone takes; so it never stays closed. Sessions that keep no records have no door.
struct OpenTheDoor;

impl Drop for OpenTheDoor {
    fn drop(&mut self) {
        sys::door::open();
    }
}

/// The same, by who has looked whether extras are wanted.
#[inline(always)]
fn pass_after_looking<E>(mut run: impl FnMut(Signal, Disposition<Word>) -> Result<(), E>) -> Result<(), E> {
    let _pass = Pass::begin();
    DISPATCHER.dispatch(&Unix::ANY, |signum, disposition| run(Signal::of(signum), disposition))
}

/// A pass, until it is left: by its end, an error or a panic.
///
/// If it leaves something pending, whoever was told of that by a byte or a hook is told again: the first word of it may be used
/// up.
struct Pass;

impl Pass {
    #[inline]
    fn begin() -> Self {
        // Relaxed: the owner's own word, so that a load and a store will do.
        PASSES.store(PASSES.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Pass {
    #[inline]
    fn drop(&mut self) {
        // Relaxed: as above.
        PASSES.store(PASSES.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
        if extras::wanted()
            && let Some(signal) = DISPATCHER.pending().iter().next()
        {
            extras::run(signal);
        }
    }
}

/// Handles what waits at the door when a session ends, while its signals are still ours: those that pass it, as often as it is
/// closed again. Then, and also after a panic, there is no door, and what still waits is delivered.
pub(super) fn drain_at_the_door(frame: Frame) {
    /// Each pass lets through as many as there is room for, and one at least: so much no kernel has queued, but where the handlers leave their
    /// records, or somebody sends without end.
    const PASSES: u32 = 1 << 12;
    struct RemoveTheDoor;
    impl Drop for RemoveTheDoor {
        fn drop(&mut self) {
            sys::door::remove();
        }
    }
    let _also_after_a_panic = RemoveTheDoor;
    for _ in (0..PASSES).take_while(|_| sys::door::is_closed() && !session::is_hosted()) {
        one_panic_at_a_time(|| run_at_the_end(frame));
    }
}

/// Handles what is pending when a session ends. No more can come from the kernel: the dispositions have been given back. If a
/// handler panics the others run all the same.
pub(super) fn drain_at_the_end(frame: Frame) {
    // More passes than this only a handler can want that trips its own signal again each time.
    drop(DrainTheRest { frame, passes: sys::SIGNAL_MAX });
}

struct DrainTheRest {
    frame: Frame,
    passes: u32,
}

impl DrainTheRest {
    fn drain(&self) {
        if !DISPATCHER.any_pending() {
            return;
        }
        let Some(passes) = self.passes.checked_sub(1) else {
            report(Event::WithoutEnd);
            return DISPATCHER.clear_pending();
        };
        let _also_after_a_panic = Self { frame: self.frame, passes };
        one_panic_at_a_time(|| run_at_the_end(self.frame));
    }
}

fn run_at_the_end(frame: Frame) {
    if let Err(interrupt) = run_pending(frame) {
        report(Event::Failed(interrupt));
    }
}

impl Drop for DrainTheRest {
    fn drop(&mut self) {
        self.drain();
    }
}

/// While the thread panics already a second panic would abort the process: it goes no further than here.
#[cfg(feature = "std")]
fn one_panic_at_a_time(run: impl FnOnce()) {
    if std::thread::panicking() {
        // It was printed, and the first one goes on.
        let _ = std::panic::catch_unwind(core::panic::AssertUnwindSafe(run));
    } else {
        run();
    }
}

/// Without std nobody can tell.
#[cfg(not(feature = "std"))]
fn one_panic_at_a_time(run: impl FnOnce()) {
    run();
}
