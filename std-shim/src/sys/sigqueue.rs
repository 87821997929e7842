//! Sending a signal with a value, where that is to be had: not on macOS and OpenBSD.

use core::ptr;

use sigtrip_core::Signum;

use super::{Errno, raw};

#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "sigqueue/libc.rs")]
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "sigqueue/declared.rs")]
mod c;

/// POSIX `sigqueue`, with C's `sival_int`. Async-signal-safe.
pub(crate) fn sigqueue(pid: libc::pid_t, signal: Option<Signum>, value: i32) -> Result<(), Errno> {
    let value = libc::sigval { sival_ptr: ptr::without_provenance_mut(as_union(value)) };
    // SAFETY: numbers in, a number out; the pointer is a number that nobody follows.
    Errno::check(unsafe { c::sigqueue(pid, signal.map_or(0, raw), value) }).map(drop)
}

/// C's `union sigval` holds an int in its first bytes: the low half of the pointer on a little-endian machine, the high
/// half on a big-endian one.
fn as_union(value: i32) -> usize {
    let mut bytes = [0; size_of::<usize>()];
    bytes[..size_of::<i32>()].copy_from_slice(&value.to_ne_bytes());
    usize::from_ne_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a C program would read it: through the union.
    #[repr(C)]
    union Sigval {
        sival_int: i32,
        sival_ptr: *mut (),
    }

    #[test]
    fn a_c_program_reads_the_int() {
        for value in [0, 1, -1, i32::MIN, i32::MAX, 0x1234_5678] {
            let union = Sigval { sival_ptr: ptr::without_provenance_mut(as_union(value)) };
            // SAFETY: the pointer's bytes are all initialised, and any bytes are an int.
            assert_eq!(unsafe { union.sival_int }, value);
        }
    }
}
