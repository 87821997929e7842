//! What C gives, looked at before it is used.

use core::{ffi::c_int, time::Duration};

use super::answer::Code;
use crate::{Error, Signal};

const INVALID: Code = Code::errno(libc::EINVAL);

/// A signal's number.
pub(super) fn signal(number: c_int) -> Result<Signal, Code> {
    Ok(Signal::from_raw(number)?)
}

/// A signal's number, or 0: none is sent.
pub(super) fn signal_or_none(number: c_int) -> Result<Option<Signal>, Code> {
    if number == 0 { Ok(None) } else { signal(number).map(Some) }
}

/// A time in nanoseconds.
pub(super) fn time(nanoseconds: i64) -> Result<Duration, Code> {
    u64::try_from(nanoseconds).map(Duration::from_nanos).map_err(|_| Error::Time.into())
}

/// A time in nanoseconds; one that is negative is without end.
pub(super) fn timeout(nanoseconds: i64) -> Option<Duration> {
    u64::try_from(nanoseconds).map(Duration::from_nanos).ok()
}

/// As C is told it. 292 years are the most.
pub(super) fn nanoseconds(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}

/// Bits, of which there are no others than these.
pub(super) const fn options(given: u32, known: u32) -> Result<u32, Code> {
    if given & !known == 0 { Ok(given) } else { Err(INVALID) }
}

/// What must be there.
pub(super) fn needed<T>(given: Option<T>) -> Result<T, Code> {
    given.ok_or(INVALID)
}

/// What a pointer of C's points to; null is an error.
///
/// # Safety
///
/// - It is null, or valid for reading.
pub(super) unsafe fn read<T: Copy>(from: *const T) -> Result<T, Code> {
    // SAFETY: by the caller's promise.
    needed(unsafe { from.as_ref() }).copied()
}

/// That there is room for a result that must be wanted; to be called before anything is changed.
pub(super) fn room<T>(place: *mut T) -> Result<(), Code> {
    if place.is_null() { Err(INVALID) } else { Ok(()) }
}

/// Writes a result, if there is room for it.
///
/// # Safety
///
/// - `place` is null, or valid for writing.
pub(super) unsafe fn write<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: by the caller's promise.
        unsafe { place.write(value) };
    }
}
