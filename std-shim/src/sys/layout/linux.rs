//! Where the fields of `siginfo_t` are, on Linux.
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
/// Its number, and how often it ran out unheard.
pub(super) const TIMER: Option<[usize; 2]> = Some([FIELDS, FIELDS + 4]);
const FIRST_TIME: usize = FIELDS + if WORD == 8 { 16 } else { 12 };
/// In user mode, and in the kernel.
pub(super) const CHILD_TIMES: Option<[usize; 2]> = Some([FIRST_TIME, FIRST_TIME + WORD]);
pub(super) const ADDRESS: usize = FIELDS;
/// The events of a descriptor.
pub(super) const BAND: usize = FIELDS;
/// Which one.
pub(super) const DESCRIPTOR: Option<usize> = Some(FIELDS + WORD);
/// The number of a system call.
pub(super) const SYSTEM_CALL: Option<usize> = Some(FIELDS + WORD);

/// So many machine words hold what nearly every signal says: up to the value that was sent, or the status of a child.
pub(super) const SHORT_WORDS: usize = if WORD == 8 { 4 } else { 6 };
