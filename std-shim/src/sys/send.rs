//! Sending signals to a group, with a value, and to a thread.

use core::ptr;

use sigtrip_core::Signum;

use super::{Errno, raw};

/// POSIX `killpg`; signal 0 only asks whether it could be sent. Async-signal-safe.
pub(crate) fn killpg(group: libc::pid_t, signal: Option<Signum>) -> Result<(), Errno> {
    // SAFETY: numbers in, a number out; what is not a group or a signal is an error of the call.
    Errno::check(unsafe { libc::killpg(group, signal.map_or(0, raw)) }).map(drop)
}

/// POSIX `sigqueue`, with C's `sival_int`. Async-signal-safe.
pub(crate) fn sigqueue(pid: libc::pid_t, signal: Option<Signum>, value: i32) -> Result<(), Errno> {
    let value = libc::sigval { sival_ptr: ptr::without_provenance_mut(as_union(value)) };
    // SAFETY: numbers in, a number out; the pointer is a number that nobody follows.
    Errno::check(unsafe { libc::sigqueue(pid, signal.map_or(0, raw), value) }).map(drop)
}

/// C's `union sigval` holds an int in its first bytes: the low half of the pointer on a little-endian machine, the high
/// half on a big-endian one.
fn as_union(value: i32) -> usize {
    let mut bytes = [0; size_of::<usize>()];
    bytes[..size_of::<i32>()].copy_from_slice(&value.to_ne_bytes());
    usize::from_ne_bytes(bytes)
}

/// A thread as POSIX names it, while the handle `'a` keeps that name valid.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug)]
#[allow(
    unreachable_pub,
    reason = "a sealed trait, which is as public as its methods' types must be, returns it"
)]
pub struct Pthread<'a> {
    thread: libc::pthread_t,
    handle: core::marker::PhantomData<&'a ()>,
}

#[cfg(feature = "std")]
impl<'a> Pthread<'a> {
    /// The thread of a handle.
    pub(crate) fn of<T>(handle: &'a std::thread::JoinHandle<T>) -> Self {
        use std::os::unix::thread::JoinHandleExt;
        #[allow(trivial_numeric_casts, reason = "for musl, where std's type is not libc's own")]
        let thread = handle.as_pthread_t() as libc::pthread_t;
        Self { thread, handle: core::marker::PhantomData }
    }
}

/// POSIX `pthread_kill`; signal 0 only asks. Async-signal-safe.
#[cfg(feature = "std")]
pub(crate) fn pthread_kill(thread: Pthread<'_>, signal: Option<Signum>) -> Result<(), Errno> {
    // SAFETY: the name of a thread is valid until it is joined or detached, also when it has ended. Std joins when the
    // handle is given up and detaches when it is dropped; the borrow in `thread` says that neither has happened.
    match unsafe { libc::pthread_kill(thread.thread, signal.map_or(0, raw)) } {
        0 => Ok(()),
        errno => Err(Errno::from_return(errno)),
    }
}

/// The same of a thread that C names.
///
/// # Safety
///
/// - It is a thread of this process that was neither joined nor detached; it may have ended.
#[cfg(feature = "capi")]
pub(crate) unsafe fn pthread_kill_of(thread: libc::pthread_t, signal: Option<Signum>) -> Result<(), Errno> {
    // SAFETY: by the caller's promise the name is valid.
    match unsafe { libc::pthread_kill(thread, signal.map_or(0, raw)) } {
        0 => Ok(()),
        errno => Err(Errno::from_return(errno)),
    }
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
