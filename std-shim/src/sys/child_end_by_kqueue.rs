//! The end of a child as a descriptor, where there is no pidfd: a kqueue that waits for it, on macOS and the BSDs.

use core::ptr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};

use super::{Errno, process};

/// The call that makes one.
pub(crate) const CHILD_END_CALL: &str = "kevent";

/// What is readable when a child has ended. A kqueue is not there in a child of fork, where its number may be another file's: it is
/// closed in the process that made it alone.
pub(crate) struct ChildEnd {
    queue: Option<OwnedFd>,
    made_in: libc::pid_t,
}

impl AsFd for ChildEnd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.queue {
            Some(queue) => queue.as_fd(),
            None => unreachable!("it is given up by drop alone"),
        }
    }
}

impl Drop for ChildEnd {
    fn drop(&mut self) {
        if process() != self.made_in
            && let Some(queue) = self.queue.take()
        {
            let _not_here = queue.into_raw_fd();
        }
    }
}

/// A descriptor that is readable when the child with this number, which was not waited for, has ended. `None`: it has.
pub(crate) fn child_end(pid: libc::pid_t) -> Result<Option<ChildEnd>, Errno> {
    // SAFETY: no arguments; a new descriptor or -1 out.
    let number = Errno::check(unsafe { libc::kqueue() })?;
    // SAFETY: a new descriptor, which nobody else knows.
    let queue = unsafe { OwnedFd::from_raw_fd(number) };
    match watch(&queue, pid) {
        Ok(()) => Ok(Some(ChildEnd { queue: Some(queue), made_in: process() })),
        Err(errno) if errno.is(libc::ESRCH) => Ok(None), // it is a zombie
        Err(errno) => Err(errno),
    }
}

/// Has the queue tell when the process exits.
fn watch(queue: &OwnedFd, pid: libc::pid_t) -> Result<(), Errno> {
    // SAFETY: all-zero is a valid event: numbers and a null pointer.
    let mut event: libc::kevent = unsafe { core::mem::zeroed() };
    event.ident = pid.cast_unsigned() as usize;
    event.filter = libc::EVFILT_PROC;
    event.flags = libc::EV_ADD | libc::EV_ONESHOT;
    event.fflags = libc::NOTE_EXIT;
    // SAFETY: a descriptor that is open, one event that outlives the call, and room for none.
    let done =
        unsafe { libc::kevent(queue.as_raw_fd(), &raw const event, 1, ptr::null_mut(), 0, ptr::null()) };
    Errno::check(done).map(drop)
}
