//! Where the fields of `siginfo_t` are, on NetBSD (sys/siginfo.h).
//!
//! Each is the number of bytes before the field. `None` is a field that this record does not have.

/// A machine word.
const WORD: usize = size_of::<usize>();
/// Where the fields begin that mean something else for each origin.
const FIELDS: usize = if WORD == 8 { 16 } else { 12 };
pub(super) const PID: usize = FIELDS;
pub(super) const UID: usize = FIELDS + 4;
pub(super) const VALUE: usize = FIELDS + 8;
pub(super) const STATUS: usize = FIELDS + 8;
/// It is not told.
pub(super) const TIMER: Option<[usize; 2]> = None;
/// In user mode, and in the kernel.
pub(super) const CHILD_TIMES: Option<[usize; 2]> = Some([FIELDS + 12, FIELDS + 16]);
pub(super) const ADDRESS: usize = FIELDS;
/// The events of a descriptor.
pub(super) const BAND: usize = FIELDS;
/// Which one.
pub(super) const DESCRIPTOR: Option<usize> = Some(FIELDS + WORD);
pub(super) const SYSTEM_CALL: Option<usize> = None;

/// So many machine words hold what nearly every signal says: up to the value that was sent, or the status of a child.
pub(super) const SHORT_WORDS: usize = if WORD == 8 { 4 } else { 6 };
