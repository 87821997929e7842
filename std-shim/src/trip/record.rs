//! What is kept of each delivery of a signal for which that was asked: a count, a record.
//!
//! All is in fixed memory: one ring of records for all signals, in the order of delivery, and a few numbers per signal. What
//! was asked is a byte per signal, changed by the owner alone, before it installs the trampoline that does it. So a delivery
//! finds, in this order, what it is to do, its record, its counts, the bit. What can not happen: a record that is lost in
//! silence. Where the ring is full it is refused and counted; where a trampoline that keeps no record was entered before the
//! other one was installed, the delivery is counted as unrecorded: delivered is recorded, refused and unrecorded together.
//!
//! A bit stands for all that is in the ring, not for its own record: a thread that was interrupted in the midst of a push holds
//! back what came after it, and brings it with its own bit. Then [`announce`] sets the bits of all that it has held back.

#![allow(unsafe_code)] // reads what the kernel hands to a trampoline

use core::{
    ffi::{c_int, c_void},
    sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering},
};

use sigtrip_core::{Counts, Cursor, Records, Signum};

use super::{DISPATCHER, parts::RECORDS as RECORDS_ARE};
use crate::sys::{self, ErrnoGuard, RECORD_WORDS, RawRecord};

/// How many records there is room for.
pub(crate) const SLOTS: usize = 1024;
/// With so many in the ring the owner's thread receives no more of those signals for which back-pressure was asked. The rest of the
/// room is for the others, and for other threads.
const HIGH_WATER: usize = SLOTS - SLOTS / 4;

static RECORDS: Records<RECORD_WORDS, SLOTS> = Records::new();
static DELIVERED: Counts<{ sys::WORDS }> = Counts::new();
static REFUSED: Counts<{ sys::WORDS }> = Counts::new();
static UNRECORDED: Counts<{ sys::WORDS }> = Counts::new();

/// What was asked for each signal.
static ASKED: [AtomicU8; sys::SIGNAL_MAX as usize] = [const { AtomicU8::new(0) }; sys::SIGNAL_MAX as usize];
/// What makes a signal's number an index: `INDEX`; or, when anything was asked for any of them, `FAR`.
static BIAS: AtomicU32 = AtomicU32::new(INDEX);

/// Less one.
const INDEX: u32 = u32::MAX;
/// Out of range, whatever the signal.
const FAR: u32 = 1 << 16;
/// How many deliveries the handler's calls have stood for.
static TOLD: [AtomicUsize; sys::SIGNAL_MAX as usize] =
    [const { AtomicUsize::new(0) }; sys::SIGNAL_MAX as usize];
/// How far the records were looked at for bits to set.
static ANNOUNCED: AtomicUsize = AtomicUsize::new(0);

/// What is to be kept of a signal's deliveries: nothing, their number, or a record too, with more or less in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked(u8);

impl Asked {
    pub(crate) const NOTHING: Self = Self(0);
    pub(crate) const COUNT: Self = Self(1);
    pub(crate) const RECORD: Self = Self(1 | 2);
    pub(crate) const THREAD: Self = Self(4);
    pub(crate) const TIME: Self = Self(8);
    pub(crate) const PROGRAM_COUNTER: Self = Self(16);
    /// All that the kernel says, where a short record does not hold it.
    pub(crate) const ALL_INFO: Self = Self(32);
    /// Of a real-time signal: that it waits in the kernel while the ring is nearly full.
    pub(crate) const BACK_PRESSURE: Self = Self(64);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether a short record is not enough.
    pub(crate) const fn is_long(self) -> bool {
        self.0 & !Self::RECORD.0 != 0
    }
}

/// Whether anything was asked for any signal: one load. Any context.
#[inline]
pub(crate) fn any() -> bool {
    // Relaxed: a hint; what was asked for a signal is a word by itself.
    BIAS.load(Ordering::Relaxed) != INDEX
}

/// The signal of this number, if it is in range and nothing was asked for any signal: both by one comparison, for which the
/// number is moved out of range when anything was. Signal context.
#[inline(always)]
pub(super) fn unless_any(number: c_int) -> Option<Signum> {
    // Relaxed: as in `any`.
    at(number.cast_unsigned().wrapping_add(BIAS.load(Ordering::Relaxed)))
}

/// The signal of this number, if it is in range. Signal context.
#[inline(always)]
pub(super) fn signal(number: c_int) -> Option<Signum> {
    at(number.cast_unsigned().wrapping_add(INDEX))
}

#[inline(always)]
fn at(index: u32) -> Option<Signum> {
    if index < sys::SIGNAL_MAX { Signum::new(index + 1) } else { None }
}

/// What was asked for this signal. Any context.
#[inline]
pub(crate) fn asked(signal: Signum) -> Asked {
    // Relaxed: one word that says it all; it is set before the trampoline that looks at it is installed.
    Asked(of(&ASKED, signal).map_or(0, |asked| asked.load(Ordering::Relaxed)))
}

#[inline]
fn of<T>(each: &[T; sys::SIGNAL_MAX as usize], signal: Signum) -> Option<&T> {
    each.get(signal.get() as usize - 1)
}

/// Keeps a short record of a delivery, and counts it. Returns false, and does nothing, if that is not done at once: then
/// [`note_slowly`] does it. Signal context.
///
/// # Safety
///
/// - `info` is what the kernel gave this delivery's handler, which has not returned yet.
#[inline(always)]
pub(super) unsafe fn note(signal: Signum, info: *const libc::siginfo_t) -> bool {
    // SAFETY: by the caller's promise.
    let record = unsafe { sys::short_record(info) };
    let kept = RECORDS.try_push(record);
    if kept {
        DELIVERED.add(signal);
    }
    kept
}

/// The same where another producer interferes or the ring is full.
///
/// # Safety
///
/// - As for [`note`].
pub(super) unsafe fn note_slowly(signal: Signum, info: *const libc::siginfo_t) {
    // SAFETY: by the caller's promise.
    keep(signal, unsafe { sys::short_record(info) });
}

fn keep<const WORDS: usize>(signal: Signum, record: [usize; WORDS]) {
    if !RECORDS.push(record) {
        REFUSED.add(signal);
    }
    DELIVERED.add(signal);
}

/// Keeps a record with all that was asked for, and counts the delivery. Signal context; `errno` is kept.
///
/// # Safety
///
/// - `info` and `context` are what the kernel gave this delivery's handler, which has not returned yet.
pub(super) unsafe fn note_all(signal: Signum, info: *const libc::siginfo_t, context: *mut c_void) {
    let _errno = ErrnoGuard::new();
    // SAFETY: by the caller's promise.
    let mut record = unsafe { RawRecord::long(info) };
    let asked = asked(signal);
    if asked.has(Asked::THREAD) {
        record.add_thread();
    }
    if asked.has(Asked::TIME) {
        record.add_time();
    }
    if asked.has(Asked::PROGRAM_COUNTER) {
        // SAFETY: by the caller's promise.
        unsafe { record.add_program_counter(context) };
    }
    keep(signal, record.to_words());
    if asked.has(Asked::BACK_PRESSURE) && RECORDS.len() >= HIGH_WATER {
        // SAFETY: by the caller's promise. The caller trips the bit.
        unsafe { sys::door::close(context) };
    }
}

/// Counts a delivery. Signal context.
#[inline]
pub(super) fn count(signal: Signum) {
    DELIVERED.add(signal);
}

/// A delivery by a trampoline that keeps nothing, while something was asked for some signal: perhaps for this one. Signal context.
pub(super) fn not_noted(signal: Signum) {
    let asked = asked(signal);
    if asked.has(Asked::RECORD) {
        UNRECORDED.add(signal);
    }
    if asked.has(Asked::COUNT) {
        DELIVERED.add(signal);
    }
}

/// Says what is to be kept. Owner context, before the trampoline that does it is installed, or after it is gone.
pub(crate) fn ask(signal: Signum, what: Asked) {
    if let Some(asked) = of(&ASKED, signal) {
        // Relaxed: see `asked`.
        asked.store(what.0, Ordering::Relaxed);
    }
    // Relaxed: the owner's own words.
    let any = ASKED.iter().any(|asked| asked.load(Ordering::Relaxed) != 0);
    BIAS.store(if any { FAR } else { INDEX }, Ordering::Relaxed); // Relaxed: see `any`
}

/// How many deliveries there were since the last call, for a signal of which they are counted. Owner context.
pub(crate) fn new_deliveries(signal: Signum) -> Option<usize> {
    if asked(signal) == Asked::NOTHING {
        return None;
    }
    let now = DELIVERED.get(signal);
    // Relaxed: the owner's own word.
    let before = of(&TOLD, signal).map_or(now, |told| told.swap(now, Ordering::Relaxed));
    Some(now.wrapping_sub(before))
}

/// Sets the bit of every signal of which there is a record that was not looked at yet; not of `current`, whose handler is about
/// to run. Owner context, after that one's bit was taken.
pub(crate) fn announce(current: Signum) {
    // Relaxed, both: the owner's own word.
    let mut cursor = Cursor::from_word(ANNOUNCED.load(Ordering::Relaxed));
    RECORDS.take_where(&mut cursor, |&words| {
        if let Some(signal) = RawRecord::from_words(words).signum()
            && signal != current
        {
            DISPATCHER.trip_unarmed(signal);
        }
        false // it stays
    });
    ANNOUNCED.store(cursor.to_word(), Ordering::Relaxed); // Relaxed: as above
}

/// The place before the oldest record. Owner context.
pub(crate) fn start() -> Cursor {
    RECORDS.start()
}

/// Takes the next record, of this signal or of any. Owner context.
pub(crate) fn take(cursor: &mut Cursor, of_signal: Option<Signum>) -> Option<RawRecord> {
    let wanted = |&words: &[usize; RECORD_WORDS]| {
        of_signal.is_none() || RawRecord::from_words(words).signum() == of_signal
    };
    RECORDS.take_where(cursor, wanted).map(RawRecord::from_words)
}

/// How many deliveries were counted, of them refused, and of them unrecorded. Any context.
pub(crate) fn counts(signal: Signum) -> [usize; 3] {
    [&DELIVERED, &REFUSED, &UNRECORDED].map(|counts| counts.get(signal))
}

/// In the child of a fork: what is there was the parent's; what was asked goes on.
pub(crate) fn disinherit() {
    if !RECORDS_ARE.is_used() {
        return;
    }
    RECORDS.forget_all();
    // Relaxed: there is no other thread.
    ANNOUNCED.store(RECORDS.start().to_word(), Ordering::Relaxed);
    forget_counts();
}

/// At the end of a session and at the start of one: nothing was asked, and what is there goes to nobody. Owner context.
pub(crate) fn forget() {
    if !RECORDS_ARE.is_used() {
        return;
    }
    for asked in &ASKED {
        asked.store(0, Ordering::Relaxed); // Relaxed: see `asked`
    }
    BIAS.store(INDEX, Ordering::Relaxed); // Relaxed: see `any`
    while RECORDS.take().is_some() {}
    forget_counts();
}

fn forget_counts() {
    for signal in (1..=sys::SIGNAL_MAX).filter_map(Signum::new) {
        for counts in [&DELIVERED, &REFUSED, &UNRECORDED] {
            counts.take(signal);
        }
    }
    for told in &TOLD {
        told.store(0, Ordering::Relaxed); // Relaxed: the owner's own word
    }
}
