//! Where the fields of `siginfo_t` are, on macOS and FreeBSD, where each has a place of its own (sys/signal.h).
//!
//! Each is the number of bytes before the field. `None` is a field that this record does not have.

/// A machine word.
const WORD: usize = size_of::<usize>();
pub(super) const PID: usize = 12;
pub(super) const UID: usize = 16;
pub(super) const STATUS: usize = 20;
pub(super) const ADDRESS: usize = 24;
pub(super) const VALUE: usize = 24 + WORD;
/// Its number, and how often it ran out unheard (FreeBSD; macOS has no such timers).
pub(super) const TIMER: Option<[usize; 2]> = Some([BAND, BAND + 4]);
/// They are not told.
pub(super) const CHILD_TIMES: Option<[usize; 2]> = None;
/// The events of a descriptor.
pub(super) const BAND: usize = 24 + 2 * WORD;
pub(super) const DESCRIPTOR: Option<usize> = None;
pub(super) const SYSTEM_CALL: Option<usize> = None;

/// So many machine words hold what nearly every signal says: up to the events of a descriptor.
pub(super) const SHORT_WORDS: usize = if WORD == 8 { 6 } else { 9 };
