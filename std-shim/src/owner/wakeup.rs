//! The wakeup descriptor: Python's `set_wakeup_fd`.
//!
//! A byte with the signal's number is written to it at each delivery, for an event loop that waits for descriptors. It is a
//! hint and never the truth: a full pipe loses bytes and no signal. The byte goes through a descriptor of our own, which
//! stands for the same open file; so the user may close his at any moment, and a delivery on another thread never writes to a
//! number that means another file by then.

use core::{
    ffi::c_int,
    sync::atomic::{AtomicBool, AtomicI32, Ordering},
};

use super::install;
#[cfg(any(feature = "std", feature = "capi"))]
use crate::Error;
#[cfg(feature = "std")]
use crate::owner::session;
use crate::{
    sys::{self, Errno},
    trip::{extras, parts::EXTRAS},
};

/// The number that the user gave, or `NONE`.
static GIVEN: AtomicI32 = AtomicI32::new(NONE);
/// Our own for the same file, made once and kept.
static OURS: AtomicI32 = AtomicI32::new(NONE);
/// Whether a full buffer is told of.
static WARNS: AtomicBool = AtomicBool::new(true);

const NONE: c_int = -1;

/// Has each delivery write its signal's number, as one byte, to this descriptor; `None` ends that. Returns the one before.
///
/// The descriptor must not block: a pipe, a socket; an eventfd counts the deliveries. It stays the caller's, who may close it;
/// what was set before is forgotten. A write that fails never disturbs the delivery; at the next safe point it is told of on standard error, except that a full buffer is not if `warn_on_full_buffer` is false. A forked
/// child has no wakeup descriptor, and when the session ends there is none. A pipe must not lose its reader: each write would
/// raise SIGPIPE, as everywhere.
///
/// Owner context.
///
/// # Errors
///
/// [`Error::NotInitialized`], [`Error::NotOwner`]; [`Error::System`] (`EBADF`) if it is not open; [`Error::Blocking`] if writes to
/// it could block. The one before stays then.
///
/// ```
/// use std::{io::Read, os::{fd::AsFd, unix::net::UnixStream}};
/// use sigtrip::{Signal, on, raise_signal, set_wakeup_fd};
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// on(Signal::USR1, |_| {})?;
/// let (mut reader, writer) = UnixStream::pair()?;
/// writer.set_nonblocking(true)?;
/// set_wakeup_fd(Some(writer.as_fd()), true)?;
/// raise_signal(Signal::USR1)?;
/// let mut byte = [0];
/// reader.read_exact(&mut byte)?;
/// assert_eq!(byte[0], 10); // SIGUSR1
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "std")]
pub fn set_wakeup_fd(
    descriptor: Option<std::os::fd::BorrowedFd<'_>>,
    warn_on_full_buffer: bool,
) -> Result<Option<std::os::fd::RawFd>, Error> {
    use std::os::fd::AsRawFd;
    session::check_owner()?;
    match descriptor {
        Some(descriptor) => set(descriptor.as_raw_fd(), warn_on_full_buffer),
        None => Ok(forget()),
    }
}

/// The descriptor that was set, by the number that it had then. Any thread.
///
/// ```
/// assert_eq!(sigtrip::get_wakeup_fd(), None);
/// ```
#[must_use]
pub fn get_wakeup_fd() -> Option<c_int> {
    // Relaxed: a number, for whoever asks.
    Some(GIVEN.load(Ordering::Relaxed)).filter(|&given| given != NONE)
}

/// As [`set_wakeup_fd`], of a number. Owner context.
#[cfg(any(feature = "std", feature = "capi"))]
pub(crate) fn set(descriptor: c_int, warn_on_full_buffer: bool) -> Result<Option<c_int>, Error> {
    if !sys::is_nonblocking(descriptor).map_err(Error::system("fcntl"))? {
        return Err(Error::Blocking(descriptor));
    }
    // Relaxed, here and below: the owner's own words.
    let ours = match OURS.load(Ordering::Relaxed) {
        NONE => sys::duplicate(descriptor).map_err(Error::system("fcntl"))?,
        ours => {
            sys::duplicate_onto(descriptor, ours).map_err(Error::system(sys::DUPLICATE_CALL))?;
            ours
        }
    };
    // Relaxed: as above.
    OURS.store(ours, Ordering::Relaxed);
    // Relaxed: as above.
    WARNS.store(warn_on_full_buffer, Ordering::Relaxed);
    extras::set_wakeup(Some(ours));
    install::refresh();
    Ok(exchange(descriptor))
}

/// No more bytes. Owner context. Our descriptor stays, since it may be being written to, but no longer stands for the user's file: whoever
/// reads there would wait for an end that never comes.
pub(crate) fn forget() -> Option<c_int> {
    if !EXTRAS.is_used() {
        return None; // there was none
    }
    extras::set_wakeup(None);
    install::refresh();
    // Relaxed: as above.
    let ours = OURS.load(Ordering::Relaxed);
    if ours != NONE {
        // Where there is no such file it stays as it is.
        let _ = sys::point_nowhere(ours);
    }
    exchange(NONE)
}

fn exchange(given: c_int) -> Option<c_int> {
    let _an_older_files = extras::take_failed_write();
    // Relaxed: as above.
    Some(GIVEN.swap(given, Ordering::Relaxed)).filter(|&earlier| earlier != NONE)
}

/// In the child of a fork: its parent's wakeup descriptor is its parent's.
pub(super) fn disinherit() {
    if !EXTRAS.is_used() {
        return;
    }
    extras::set_wakeup(None);
    // Relaxed: there is no other thread, which could be writing to it.
    let ours = OURS.swap(NONE, Ordering::Relaxed);
    if ours != NONE {
        sys::close(ours);
    }
    exchange(NONE);
}

/// A failed write that is to be told of: the first since the last time. Owner context.
pub(crate) fn failed_write() -> Option<Errno> {
    let errno = extras::take_failed_write()?;
    // Relaxed: the owner's own word.
    let tell = WARNS.load(Ordering::Relaxed) || !errno.would_block();
    tell.then_some(errno)
}
