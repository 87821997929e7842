//! Descriptors: waking by one, and waiting for some.

use core::{
    ffi::{c_int, c_short},
    ptr,
    time::Duration,
};

use super::{Errno, SigSet, Woken, mask, time::timespec};

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

/// A descriptor of ours, closed when it is dropped.
pub(crate) struct Descriptor(c_int);

impl Descriptor {
    /// Takes over a descriptor that nobody else closes.
    pub(super) const fn own(descriptor: c_int) -> Self {
        Self(descriptor)
    }

    pub(crate) const fn number(&self) -> c_int {
        self.0
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        close(self.0);
    }
}

/// A new descriptor that is readable once it has been woken: an eventfd, closed by exec, never blocking.
pub(crate) fn new_wake_descriptor() -> Result<c_int, Errno> {
    // SAFETY: numbers in, a descriptor or -1 out.
    Errno::check(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })
}

/// Makes it readable. Async-signal-safe, but it may change `errno`: the caller keeps it.
pub(crate) fn wake_descriptor(descriptor: c_int) {
    let one = 1_u64;
    // A full counter refuses: then it is readable already.
    // SAFETY: eight bytes of one live number.
    unsafe { libc::write(descriptor, ptr::from_ref(&one).cast(), size_of::<u64>()) };
}

/// Makes it unreadable again. It never blocks.
pub(crate) fn quiet_descriptor(descriptor: c_int) {
    let mut count = 0_u64;
    // SAFETY: room for eight bytes.
    unsafe { libc::read(descriptor, ptr::from_mut(&mut count).cast(), size_of::<u64>()) };
}

/// Closes a descriptor of ours. Async-signal-safe.
pub(crate) fn close(descriptor: c_int) {
    // SAFETY: the caller owns it and uses it no more. There is nothing to be done about a failure.
    unsafe { libc::close(descriptor) };
}

/// Waits until one of the entries is ready, until `deadline` on the monotonic clock, or until a handler runs on this
/// thread. With a mask it is the thread's for the time of the wait, and changed with the beginning of the wait in one step.
pub(crate) fn poll_until(
    entries: &mut [PollEntry],
    deadline: Option<Duration>,
    mask: Option<&SigSet>,
) -> Result<Woken, Errno> {
    let left = deadline.map(|deadline| timespec(deadline.saturating_sub(super::now())));
    let left = left.as_ref().map_or(ptr::null(), ptr::from_ref);
    let mask = mask.map(|&mask| mask::to_libc(mask));
    let mask = mask.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the entries are a live slice of that length; time and mask are null or outlive the call.
    let returned = unsafe { libc::ppoll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, left, mask) };
    match Errno::check(returned) {
        Ok(0) => Ok(Woken::TimedOut),
        Ok(_) => Ok(Woken::Changed),
        Err(errno) if errno.is(libc::EINTR) => Ok(Woken::Interrupted),
        Err(errno) => Err(errno),
    }
}

/// Makes `number`, a descriptor of ours, stand for the open file of `descriptor`, in one step: whoever uses `number` at that
/// moment finds the one file or the other.
pub(crate) fn duplicate_onto(descriptor: c_int, number: c_int) -> Result<(), Errno> {
    // SAFETY: numbers in, a number out; `number` is ours to replace.
    Errno::check(unsafe { libc::dup3(descriptor, number, libc::O_CLOEXEC) }).map(drop)
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
