//! A pseudo-terminal, and who is in its foreground.

use std::{
    ffi::c_int,
    fs::File,
    io::{Error, Read},
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    ptr, thread,
};

use sigtrip::Signal;

const STDIN: c_int = 0;

/// The end of a terminal where its keyboard and its screen are, and the terminal.
pub(crate) struct Master {
    master: OwnedFd,
    terminal: OwnedFd,
}

fn check(returned: c_int) -> c_int {
    assert!(returned >= 0, "{}", Error::last_os_error());
    returned
}

impl Master {
    pub(crate) fn new() -> Self {
        let (mut master, mut terminal) = (-1, -1);
        // SAFETY: room for two numbers; the rest is not asked for.
        let opened = unsafe {
            libc::openpty(&raw mut master, &raw mut terminal, ptr::null_mut(), ptr::null(), ptr::null())
        };
        check(opened);
        // SAFETY: a new descriptor.
        let master = unsafe { OwnedFd::from_raw_fd(master) };
        // SAFETY: as above.
        let terminal = unsafe { OwnedFd::from_raw_fd(terminal) };
        Self { master, terminal }
    }

    pub(crate) fn file(&self) -> File {
        File::from(self.master.try_clone().expect("a descriptor"))
    }

    /// Reads what is shown there, for ever: nobody looks at it.
    pub(crate) fn drain(&self) {
        let mut screen = self.file();
        thread::spawn(move || while screen.read(&mut [0; 256]).is_ok_and(|read| read > 0) {});
    }

    /// Makes this process the first of a session, whose terminal it is, on standard input. Here and in its children nobody has the other
    /// end: when the one who types is gone the terminal is.
    pub(crate) fn become_terminal_of_a_session(self) {
        // SAFETY: no preconditions.
        check(unsafe { libc::setsid() });
        // SAFETY: numbers in, a number out.
        check(unsafe { libc::ioctl(self.terminal.as_raw_fd(), libc::TIOCSCTTY, 0) });
        // SAFETY: numbers in, a number out; nothing here keeps standard input.
        check(unsafe { libc::dup2(self.terminal.as_raw_fd(), STDIN) });
    }
}

/// The group in the foreground of the terminal on standard input, or -1.
pub(crate) fn foreground() -> c_int {
    // SAFETY: a number in, a number out.
    unsafe { libc::tcgetpgrp(STDIN) }
}

/// This process's group.
pub(crate) fn group() -> c_int {
    // SAFETY: no preconditions.
    unsafe { libc::getpgrp() }
}

/// Whether that is in the foreground.
pub(crate) fn is_ours() -> bool {
    foreground() == group()
}

pub(crate) fn set_foreground(group: c_int) {
    // SAFETY: numbers in, a number out.
    check(unsafe { libc::tcsetpgrp(STDIN, group) });
}

/// Between fork and exec: async-signal-safe.
pub(crate) fn lead_a_group_in_the_foreground() {
    // SAFETY: numbers in, a number out.
    unsafe { libc::setpgid(0, 0) };
    // SAFETY: as above.
    unsafe { libc::tcsetpgrp(STDIN, group()) };
}

/// The status with which a child has ended, or by what it was stopped.
pub(crate) fn wait_for_a_change(pid: c_int) -> Result<c_int, Signal> {
    let mut status = 0;
    // SAFETY: our own child, and room for its status.
    check(unsafe { libc::waitpid(pid, &raw mut status, libc::WUNTRACED) });
    if libc::WIFSTOPPED(status) {
        return Err(Signal::from_raw(libc::WSTOPSIG(status)).expect("a signal"));
    }
    Ok(if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 128 + libc::WTERMSIG(status) })
}
