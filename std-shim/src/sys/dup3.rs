//! One descriptor in another's place, closed by exec from the beginning.

use core::ffi::c_int;

use super::Errno;

/// The call that does it.
#[cfg(any(feature = "std", feature = "capi"))]
pub(crate) const DUPLICATE_CALL: &str = "dup3";

/// Makes `number`, a descriptor of ours, stand for the open file of `descriptor`, in one step: whoever uses `number` at that
/// moment finds the one file or the other.
pub(crate) fn duplicate_onto(descriptor: c_int, number: c_int) -> Result<(), Errno> {
    // SAFETY: numbers in, a number out; `number` is ours to replace.
    Errno::check(unsafe { libc::dup3(descriptor, number, libc::O_CLOEXEC) }).map(drop)
}
