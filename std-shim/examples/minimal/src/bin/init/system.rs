//! What is asked of the system besides signals: processes, the terminal, two descriptors to write to.

use core::{
    ffi::{CStr, c_char, c_int, c_ulong},
    mem::MaybeUninit,
    ptr,
};

use sigtrip::{Error, Interrupt, Signal};

const STDIN: c_int = 0;
pub(crate) const STDOUT: c_int = 1;
pub(crate) const STDERR: c_int = 2;

/// A call that has failed.
pub(crate) struct Failed {
    pub(crate) call: &'static str,
    pub(crate) errno: c_int,
}

impl From<Interrupt> for Failed {
    /// No handler runs here that could fail: it is a call of the library's.
    fn from(interrupt: Interrupt) -> Self {
        match interrupt {
            Interrupt::Error(Error::System { call, errno }) => Self { call, errno: errno.raw() },
            _ => Self { call: "signals", errno: libc::EINVAL },
        }
    }
}

fn errno() -> c_int {
    // SAFETY: libc's own pointer to this thread's number.
    unsafe { *libc::__errno_location() }
}

fn check(call: &'static str, returned: c_int) -> Result<c_int, Failed> {
    if returned == -1 { Err(Failed { call, errno: errno() }) } else { Ok(returned) }
}

/// What the system has to say of an error.
pub(crate) fn text_of(errno: c_int) -> &'static CStr {
    // SAFETY: a number in; a string that stays until the next call, which no other thread makes, and each is written at once.
    unsafe { CStr::from_ptr(libc::strerror(errno)) }
}

/// Writes it all, as far as it can be written.
pub(crate) fn write(descriptor: c_int, mut text: &[u8]) {
    while !text.is_empty() {
        // SAFETY: pointer and length are of one live slice.
        let written = unsafe { libc::write(descriptor, text.as_ptr().cast(), text.len()) };
        let Some(left) = usize::try_from(written).ok().and_then(|written| text.get(written..)) else {
            return;
        };
        text = left;
    }
}

/// This process's number.
pub(crate) fn process() -> c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::getpid() }
}

/// From now on orphans of this process's descendants are its children. PID 1 has them anyway.
pub(crate) fn become_subreaper() -> Result<(), Failed> {
    const YES: c_ulong = 1;
    // SAFETY: numbers in, a number out.
    check("prctl", unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, YES, 0, 0, 0) }).map(drop)
}

/// What SIGCHLD was inherited as: ignored, or not. It is not, until it is [given back](Self::give_back), so that each child can be waited
/// for.
pub(crate) struct Inherited(libc::sigaction);

impl Inherited {
    pub(crate) fn replace() -> Result<Self, Failed> {
        // SAFETY: all-zero is a valid sigaction: the default disposition, no flags, an empty mask.
        let default: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        let mut inherited = default;
        // SAFETY: both outlive the call.
        check("sigaction", unsafe {
            libc::sigaction(libc::SIGCHLD, &raw const default, &raw mut inherited)
        })?;
        Ok(Self(inherited))
    }

    pub(crate) fn give_back(&self) {
        // It can not be refused: it was there before.
        // SAFETY: it outlives the call; the old one is not asked for.
        unsafe { libc::sigaction(libc::SIGCHLD, &raw const self.0, ptr::null_mut()) };
    }
}

/// A copy of this process, where it returns 0; here its number.
pub(crate) fn fork() -> Result<c_int, Failed> {
    // SAFETY: there is one thread, so that the child may do all that this process may.
    check("fork", unsafe { libc::fork() })
}

/// Makes a process, or the caller by 0, the first of a process group. An error is no news: it has executed its program, and has
/// done so itself before.
pub(crate) fn lead_a_group(pid: c_int) {
    // SAFETY: numbers in, a number out.
    unsafe { libc::setpgid(pid, pid) };
}

/// Becomes the program, which is looked for as a shell does. Returns why not.
///
/// # Safety
///
/// - The arguments are strings of C's that end with null, of which the first is there.
pub(crate) unsafe fn execute(arguments: *const *const c_char) -> c_int {
    // SAFETY: by the caller's promise.
    unsafe { libc::execvp(*arguments, arguments) };
    errno()
}

/// A child of whom there was word.
pub(crate) enum Waited {
    /// It is over. The status is as a shell has it: 128 and the number, if a signal has ended it.
    Ended { pid: c_int, status: c_int },
    /// It was stopped.
    Stopped { pid: c_int, by: Signal },
}

/// Whoever is over, and whoever was stopped; `None` if there is none at the moment.
pub(crate) fn wait_for_any() -> Option<Waited> {
    let mut status = 0;
    // SAFETY: room for a number.
    let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG | libc::WUNTRACED) };
    if pid <= 0 {
        return None; // no signal of ours can interrupt it: they are all blocked
    }
    Some(if libc::WIFSTOPPED(status) {
        Waited::Stopped { pid, by: Signal::from_raw(libc::WSTOPSIG(status)).unwrap_or(Signal::STOP) }
    } else if libc::WIFSIGNALED(status) {
        Waited::Ended { pid, status: 128 + libc::WTERMSIG(status) }
    } else {
        Waited::Ended { pid, status: libc::WEXITSTATUS(status) }
    })
}

/// This process's group.
pub(crate) fn group() -> c_int {
    // SAFETY: no arguments, no preconditions.
    unsafe { libc::getpgrp() }
}

/// The group in the foreground of the terminal on standard input; `None` if that is not this process's terminal.
pub(crate) fn foreground() -> Option<c_int> {
    // SAFETY: a number in, a number out.
    let group = unsafe { libc::tcgetpgrp(STDIN) };
    (group != -1).then_some(group)
}

/// Puts a group there. If it is over by now there is nothing to be done.
pub(crate) fn set_foreground(group: c_int) {
    // SAFETY: numbers in, a number out.
    unsafe { libc::tcsetpgrp(STDIN, group) };
}
