//! A ready hook that wakes whoever waits for a descriptor.
//!
//! The descriptor is the hook's own, closed when the hook is freed. What can not happen: a write that blocks; one into a parent's pipe by
//! the child of a fork, whose hooks are copies; a SIGPIPE at each delivery for ever, where the reader is gone.

#![allow(unsafe_code)] // what is registered here does what may be done

use core::sync::atomic::{AtomicBool, Ordering};
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};

use crate::{
    Error, HookId, Signal, register_hook,
    sys::{self, Errno},
    trip::hook::forks,
};

/// Each delivery of this signal writes its number, as one byte, to this descriptor: a pipe or a socket; to an eventfd it adds one.
///
/// It wakes an event loop. It is a hint and never the truth: where there is no room the byte is not written, and nobody is told. The
/// descriptor is the hook's, and is closed when the hook is unregistered; give it a `try_clone` of yours. It must not block. In the
/// child of a fork nothing is written, since the file is the parent's. When the reader is gone the first write raises SIGPIPE, as
/// everywhere, and after that none is made.
///
/// Any thread.
///
/// # Errors
///
/// As [`register_hook`], and
/// - [`Error::System`] (`EBADF`) if the descriptor is not open: it is not closed then, since its number is not its owner's;
/// - [`Error::Blocking`] if writes to it could block.
///
/// ```
/// use std::{io::Read, os::unix::net::UnixStream};
/// use sigtrip::{Signal, hooks, raise_signal, unregister_hook};
///
/// let (mut reader, writer) = UnixStream::pair()?;
/// writer.set_nonblocking(true)?;
/// let id = hooks::write_to(Signal::USR1, writer)?;
/// # raise_signal(Signal::USR1)?;
/// let mut byte = [0];
/// reader.read_exact(&mut byte)?; // after a SIGUSR1
/// assert_eq!(byte[0], 10);
/// unregister_hook(id);
/// assert_eq!(reader.read(&mut byte)?, 0); // the end: it was closed
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_to(signal: Signal, descriptor: impl Into<OwnedFd>) -> Result<HookId, Error> {
    let descriptor = check(descriptor.into())?;
    let byte = signal.number().unsigned_abs() as u8;
    let (made_in, broken) = (forks(), AtomicBool::new(false));
    let hook = move |_: &_| {
        // Relaxed, both: a word by itself.
        if forks() == made_in && !broken.load(Ordering::Relaxed) {
            let written = sys::write_byte(descriptor.as_raw_fd(), byte);
            if written.is_err_and(Errno::is_broken_pipe) {
                broken.store(true, Ordering::Relaxed);
            }
        }
    };
    // SAFETY: atomic operations, and a `write` that does not block; `errno` is kept around hooks.
    unsafe { register_hook(signal, hook) }
}

fn check(descriptor: OwnedFd) -> Result<OwnedFd, Error> {
    match sys::is_nonblocking(descriptor.as_raw_fd()) {
        Ok(true) => Ok(descriptor),
        Ok(false) => Err(Error::Blocking(descriptor.as_raw_fd())),
        Err(errno) => {
            let _not_ours_to_close = descriptor.into_raw_fd();
            Err(Error::system("fcntl")(errno))
        }
    }
}
