//! Asking for records and counts of deliveries, and reading them.
//!
//! What was asked for a signal lasts until it is asked anew or the session ends, whatever handlers come and go meanwhile. Turned
//! on: first it is written down, then the trampoline is replaced by one `sigaction`, so that no delivery falls between. One
//! that entered the earlier trampoline just before has no record, and is counted as unrecorded. Turned off: the other way round.

use super::{install, session, table::Table};
use crate::{
    Error, Records, Signal, sys,
    trip::{
        parts,
        record::{self, Asked},
    },
};

/// What is kept of a signal's deliveries: see [`record`](record()).
///
/// ```
/// use sigtrip::{RecordOptions, Signal, record};
///
/// let _session = sigtrip::init()?;
/// record(Signal::USR1, RecordOptions::new().thread(true).time(true))?;
/// record(Signal::USR2, RecordOptions::count_only())?;
/// # Ok::<(), sigtrip::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordOptions {
    asked: Asked,
}

impl RecordOptions {
    /// A record of each delivery, and their number.
    ///
    /// ```
    /// # use sigtrip::RecordOptions;
    /// assert_eq!(RecordOptions::new(), RecordOptions::default());
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self { asked: Asked::RECORD }
    }

    /// Their number alone: three instructions more for each.
    ///
    /// ```
    /// # use sigtrip::{RecordOptions, Signal, delivered, on, raise_signal, record};
    /// # let _session = sigtrip::init()?;
    /// record(Signal::USR1, RecordOptions::count_only())?;
    /// on(Signal::USR1, |_| ())?;
    /// raise_signal(Signal::USR1)?;
    /// assert_eq!(delivered(Signal::USR1), 1);
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub const fn count_only() -> Self {
        Self { asked: Asked::COUNT }
    }

    /// And in each record the thread that received it: a system call for each delivery.
    ///
    /// ```
    /// # use sigtrip::RecordOptions;
    /// assert_ne!(RecordOptions::new().thread(true), RecordOptions::new());
    /// ```
    #[must_use]
    pub const fn thread(self, wanted: bool) -> Self {
        self.with(Asked::THREAD, wanted)
    }

    /// And the time: a look at the monotonic clock for each delivery.
    ///
    /// ```
    /// # use sigtrip::RecordOptions;
    /// assert_ne!(RecordOptions::new().time(true), RecordOptions::new());
    /// ```
    #[must_use]
    pub const fn time(self, wanted: bool) -> Self {
        self.with(Asked::TIME, wanted)
    }

    /// And where the thread was interrupted.
    ///
    /// ```
    /// # use sigtrip::RecordOptions;
    /// assert_ne!(RecordOptions::new().program_counter(true), RecordOptions::new());
    /// ```
    #[must_use]
    pub const fn program_counter(self, wanted: bool) -> Self {
        self.with(Asked::PROGRAM_COUNTER, wanted)
    }

    /// **Experimental.** Back-pressure, for a storm of a real-time signal: while the records that were not taken run high (three quarters of
    /// the room), the owner's thread receives no more of it, and the kernel queues them. The end of the next safe point lets them in again, as many as there is
    /// room for. So nothing is refused as long as the handlers take their records and the kernel's queue has room: that is
    /// `RLIMIT_SIGPENDING`, and whoever sends is told by `EAGAIN` when it is full. It costs nothing where it is not asked for.
    ///
    /// The signals are kept by the mask of the owner's thread, behind a closed *door* that is no part of the mask as this library tells
    /// it. The rules:
    ///
    /// - Other threads are to block the signal, from their start: block it, start them, block it no more. What is sent to the process goes to a thread that does not block it, and the door is the
    ///   owner's alone: what another one receives while there is no room is [`refused`], and counted.
    /// - [`pthread_sigmask`](crate::pthread_sigmask), [`block`](crate::block()) and [`sigpending`](crate::sigpending()) do not show the door, and do not open
    ///   it: what the program itself blocks stays blocked until it says otherwise. A mask that was read past this
    ///   library (`libc::pthread_sigmask`) may have the door in it, and is not to be set again after a safe point.
    /// - No wait sleeps while the door is closed. Until then [`sigwait`](crate::sigwait) may take a signal that waits at it, as it would
    ///   take a blocked one. A hook of the signal runs when it is let in, not at once.
    /// - A child of `fork` starts with it open, and so does a thread of [`spawn`](crate::spawn), and a program that was started by
    ///   [`before_exec`](crate::before_exec). A thread of std's `spawn`, and a program of its `Command` without that, starts
    ///   with the mask of the thread which starts it, closed door and all (std uses `posix_spawn`, which nobody is told of):
    ///   do it on another thread, or ask for no back-pressure meanwhile, which opens the door.
    /// - When the session ends the handlers first run for what waits.
    ///
    /// It is for x86-64, x86 and 64-bit Arm; elsewhere it is refused, as it is for a signal that is not a real-time one
    /// ([`Error::NoBackPressure`]).
    ///
    #[cfg_attr(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64"), doc = "```")]
    #[cfg_attr(
        not(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")),
        doc = "```no_run"
    )]
    /// use sigtrip::{RecordOptions, Signal, on, raise_signal, record, refused};
    ///
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let _session = sigtrip::init()?;
    /// let work = Signal::real_time(0)?;
    /// record(work, RecordOptions::new().back_pressure(true))?;
    /// on(work, |delivery| println!("{} at once", delivery.records().count()))?;
    /// raise_signal(work)?;
    /// assert_eq!(refused(work), 0);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn back_pressure(self, wanted: bool) -> Self {
        self.with(Asked::BACK_PRESSURE, wanted)
    }

    /// An extra is one of a record: with a count alone there is none.
    const fn with(self, extra: Asked, wanted: bool) -> Self {
        let asked = if wanted && self.asked.has(Asked::RECORD) {
            self.asked.and(extra)
        } else {
            self.asked.without(extra)
        };
        Self { asked }
    }
}

impl Default for RecordOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Has a record kept of each delivery of this signal, from now on and until the session ends; `None`: no more.
///
/// It goes with the signal, not with a handler: before or after [`on`](crate::on), and whatever handler is installed. A handler takes
/// them by [`Delivery::records`](crate::Delivery::records), any other code of the owner by [`take_records`](crate::take_records). There is room for 1024, of
/// all signals together, in the order of delivery; what comes while it is full is [`refused`], and counted, if it is not held back
/// ([`RecordOptions::back_pressure`]). The handler runs all the same. Real-time signals, which the kernel queues, so arrive complete with their values and in order while there is room.
/// Of a standard signal the kernel keeps one until it is delivered; each that is delivered is recorded.
///
/// The deliveries are counted too: see [`delivered`]. A signal of [`shutdown_flag`](crate::shutdown_flag) is not recorded (that counts as [`unrecorded`]), nor is
/// a fault that an instruction raised and that is handed over, nor what [`embed::trip`](crate::embed::trip) simulates. When this is called anew
/// the numbers go on. A child of a fork keeps what was asked and starts with no records and with numbers that are 0.
///
/// Not a safe point. Owner context.
///
/// # Errors
///
/// Nothing is changed, and the error is
/// - [`Error::NotInitialized`] or [`Error::NotOwner`];
/// - [`Error::Uncatchable`] for SIGKILL and SIGSTOP, [`Error::Reserved`] for what libc keeps;
/// - [`Error::NoBackPressure`] where that is asked and can not be had;
/// - [`Error::System`] with what `sigaction` says.
///
/// ```
/// use sigtrip::{RecordOptions, Origin, Signal, on, record, sigqueue};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let work = Signal::real_time(0)?;
/// record(work, RecordOptions::new())?;
/// on(work, |delivery| {
///     for record in delivery.records() {
///         if let Origin::Queue { pid, value, .. } = record.origin() {
///             println!("{pid} sends {value}");
///         }
///     }
/// })?;
/// sigqueue(std::process::id() as i32, work, 42)?;
/// # Ok(())
/// # }
/// ```
pub fn record(signal: Signal, options: impl Into<Option<RecordOptions>>) -> Result<(), Error> {
    session::check_owner()?;
    signal.check_catchable()?;
    let mut new = options.into().map_or(Asked::NOTHING, |options| options.asked);
    check_back_pressure(signal, new)?;
    if signal == Signal::CHLD && new.has(Asked::RECORD) {
        new = new.and(Asked::ALL_INFO); // the times of the child
    }
    parts::RECORDS.is_asked_for();
    let mut table = Table::lock();
    let before = record::asked(signal.signum());
    record::ask(signal.signum(), new.and(before)); // more than enough, while the trampoline may be either
    let replaced = install::refresh_one(signal, &mut table, new);
    record::ask(signal.signum(), if replaced.is_ok() { new } else { before });
    if replaced.is_ok() {
        sys::door::include(signal.signum(), new.has(Asked::BACK_PRESSURE));
    }
    session::set_keeps_records(record::any());
    drop(table);
    sys::door::settle();
    replaced
}

/// That it can be had for this signal, if it is asked.
fn check_back_pressure(signal: Signal, new: Asked) -> Result<(), Error> {
    let possible = sys::door::KNOWN && signal.is_real_time();
    if new.has(Asked::BACK_PRESSURE) && !possible { Err(Error::NoBackPressure(signal)) } else { Ok(()) }
}

/// Takes the records of all signals, one by one, in the order of delivery: for a program that handles them itself and not in
/// each signal's handler.
///
/// A record may come a little later than its signal: where a thread is interrupted while it writes one, those behind it wait
/// for it, and its signal is pending again when it is there. Not a safe point. Owner context.
///
/// # Errors
///
/// [`Error::NotInitialized`] or [`Error::NotOwner`].
///
/// ```
/// use sigtrip::{RecordOptions, Signal, on, raise_signal, record, take_records};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// for signal in [Signal::USR1, Signal::USR2] {
///     record(signal, RecordOptions::new())?;
///     on(signal, |_| ())?;
/// }
/// raise_signal(Signal::USR2)?;
/// raise_signal(Signal::USR1)?;
/// let signals: Vec<_> = take_records()?.map(|record| record.signal()).collect();
/// assert_eq!(signals, [Signal::USR2, Signal::USR1]);
/// # Ok(())
/// # }
/// ```
pub fn take_records() -> Result<Records, Error> {
    session::check_owner()?;
    Ok(Records::of(None))
}

/// How many deliveries of this signal there were in this session while [`record`](record()) asked for a record or a count. It is the
/// sum of those with a record, the [`refused`] and the [`unrecorded`]. Any thread; it wraps round at `usize::MAX`.
///
/// ```
/// use sigtrip::{RecordOptions, Signal, delivered, on, raise_signal, record};
///
/// let _session = sigtrip::init()?;
/// record(Signal::USR1, RecordOptions::new())?;
/// on(Signal::USR1, |_| ())?;
/// raise_signal(Signal::USR1)?;
/// assert_eq!(delivered(Signal::USR1), 1);
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
#[must_use]
pub fn delivered(signal: Signal) -> usize {
    let [delivered, _, _] = record::counts(signal.signum());
    delivered
}

/// How many of them have no record because there was no room for it. Any thread.
///
/// ```
/// assert_eq!(sigtrip::refused(sigtrip::Signal::USR1), 0);
/// ```
#[must_use]
pub fn refused(signal: Signal) -> usize {
    let [_, refused, _] = record::counts(signal.signum());
    refused
}

/// How many of them have no record because they were on their way already when it was asked for. Any thread.
///
/// ```
/// assert_eq!(sigtrip::unrecorded(sigtrip::Signal::USR1), 0);
/// ```
#[must_use]
pub fn unrecorded(signal: Signal) -> usize {
    let [_, _, unrecorded] = record::counts(signal.signum());
    unrecorded
}
