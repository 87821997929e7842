//! Descriptors: waking by one, waiting for some, and what a wakeup descriptor must be.

use core::{ffi::c_int, ptr, time::Duration};

use super::{Errno, SigSet, Woken, mask, time::timespec};

/// A descriptor to wait for: poll(2)'s own layout.
pub(crate) use libc::pollfd as PollEntry;

/// The entry that waits until something can be read from a descriptor.
pub(crate) const fn readable(descriptor: c_int) -> PollEntry {
    PollEntry { fd: descriptor, events: libc::POLLIN, revents: 0 }
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

/// Whether the descriptor never blocks; an error if it is not open.
pub(crate) fn is_nonblocking(descriptor: c_int) -> Result<bool, Errno> {
    // SAFETY: numbers in, a number out.
    let flags = Errno::check(unsafe { libc::fcntl(descriptor, libc::F_GETFL) })?;
    Ok(flags & libc::O_NONBLOCK != 0)
}

/// A second descriptor of the same open file, closed by exec.
pub(crate) fn duplicate(descriptor: c_int) -> Result<c_int, Errno> {
    // SAFETY: numbers in, a number out.
    Errno::check(unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 3) })
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

/// Writes one byte. Async-signal-safe, but it may change `errno`: the caller keeps it. Tries again if it was interrupted.
pub(crate) fn write_byte(descriptor: c_int, byte: u8) -> Result<(), Errno> {
    loop {
        // SAFETY: one byte of one live variable.
        let written = unsafe { libc::write(descriptor, ptr::from_ref(&byte).cast(), 1) };
        if written >= 0 {
            return Ok(());
        }
        match Errno::last() {
            errno if errno.is(libc::EINTR) => {}
            errno => return Err(errno),
        }
    }
}

/// Reads what is there, at most the buffer's length; 0 is the end.
pub(crate) fn read(descriptor: c_int, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: pointer and length are of one live slice.
    let read = unsafe { libc::read(descriptor, buffer.as_mut_ptr().cast(), buffer.len()) };
    usize::try_from(read).map_err(|_| Errno::last())
}
