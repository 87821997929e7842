//! Descriptors: closing, writing, and what is waited for.

use core::ffi::{c_int, c_short};

use super::{Errno, duplicate_onto};

/// A descriptor to wait for: poll(2)'s own layout.
pub(crate) use libc::pollfd as PollEntry;

/// There is something to read, or the end: a bit of an entry.
pub(crate) const POLL_READ: c_short = libc::POLLIN;
/// It is not open.
pub(crate) const POLL_INVALID: c_short = libc::POLLNVAL;

/// An entry that the kernel passes over.
pub(crate) const NO_ENTRY: PollEntry = entry(-1, 0);

/// The entry that waits for these events of a descriptor.
pub(crate) const fn entry(descriptor: c_int, events: c_short) -> PollEntry {
    PollEntry { fd: descriptor, events, revents: 0 }
}

/// The entry that waits until something can be read from a descriptor.
pub(crate) const fn readable(descriptor: c_int) -> PollEntry {
    entry(descriptor, POLL_READ)
}

/// The two numbers of a wake descriptor: what is waited for, and what is written to. They may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WakeEnds {
    pub(crate) read: c_int,
    pub(crate) write: c_int,
}

/// Closes both ends of a wake descriptor of ours. Async-signal-safe.
pub(crate) fn close_ends(ends: WakeEnds) {
    close(ends.read);
    if ends.write != ends.read {
        close(ends.write);
    }
}

/// Closes a descriptor of ours. Async-signal-safe.
pub(crate) fn close(descriptor: c_int) {
    // SAFETY: the caller owns it and uses it no more. There is nothing to be done about a failure.
    unsafe { libc::close(descriptor) };
}

/// Makes `number`, a descriptor of ours, stand for a file that takes everything and keeps nothing; else as
/// [`duplicate_onto`].
pub(crate) fn point_nowhere(number: c_int) -> Result<(), Errno> {
    // SAFETY: a string that ends with a zero byte, and numbers; a new descriptor or -1 out.
    let null = unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
    let null = Errno::check(null)?;
    let done = duplicate_onto(null, number);
    close(null);
    done
}

/// Writes one byte, or adds one to an eventfd, which takes eight bytes at once. Async-signal-safe, but it may change `errno`:
/// the caller keeps it. Tries again if it was interrupted, a bounded number of times; then it fails with `EINTR`.
pub(crate) fn write_byte(descriptor: c_int, byte: u8) -> Result<(), Errno> {
    match write_whole(descriptor, &[byte]) {
        Err(errno) if errno.is(libc::EINVAL) => write_whole(descriptor, &1_u64.to_ne_bytes()),
        result => result,
    }
}

/// How often a write is tried that something interrupts each time. Where the descriptor never blocks nothing does; but signal
/// context has no loop whose end others decide.
const TRIES: usize = 4;

fn write_whole(descriptor: c_int, bytes: &[u8]) -> Result<(), Errno> {
    for _ in 0..TRIES {
        // SAFETY: pointer and length are of one live slice.
        let written = unsafe { libc::write(descriptor, bytes.as_ptr().cast(), bytes.len()) };
        if written >= 0 {
            return Ok(());
        }
        match Errno::last() {
            errno if errno.is(libc::EINTR) => {}
            errno => return Err(errno),
        }
    }
    Err(Errno::from_return(libc::EINTR))
}
