//! The end of a child process, waited for at a safe point.

use std::{
    os::fd::AsFd,
    process::{Child, ExitStatus},
};

use super::{dispatch, poll, session};
use crate::{Error, Frame, Interrupt, sys};

/// Waits until the child has ended, running handlers as their signals come; std's `Child::wait`, which runs none. Closes the
/// child's standard input first, if it is a pipe, as that does.
///
/// A safe point. If a handler fails the child goes on and is not lost: wait for it again, or kill it. It needs no handler for
/// SIGCHLD and disturbs none: it waits for a descriptor of that very process. Any thread; on one that is not the owner it is
/// std's wait. On Linux 5.3 or later.
///
/// # Errors
///
/// What a handler failed with; [`Error::PollingOnly`]; [`Error::System`] if there is no descriptor to be had (`EMFILE`), or
/// the kernel is too old (`ENOSYS`); std's own error if the child can not be waited for, as where SIGCHLD is ignored
/// (`ECHILD`).
///
/// ```
/// use std::process::Command;
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let mut child = Command::new("sh").args(["-c", "exit 3"]).spawn()?;
/// assert_eq!(sigtrip::wait_child(&mut child)?.code(), Some(3));
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn wait_child(child: &mut Child) -> Result<ExitStatus, Interrupt> {
    let frame = Frame::caller();
    drop(child.stdin.take());
    if session::is_owner() {
        session::check_waits()?;
        dispatch::drain(frame)?;
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        // It was not waited for, so its number is still its own.
        let end = sys::child_end(child.id().cast_signed()).map_err(Error::system(sys::CHILD_END_CALL))?;
        if let Some(end) = end {
            poll::until_readable(end.as_fd(), frame)?;
        }
    }
    Ok(child.wait()?) // it has ended, or this is not the owner
}
