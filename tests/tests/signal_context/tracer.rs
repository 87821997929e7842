//! One delivery under ptrace: the system calls from the handler's first instruction to its return, and how the child ended.

use std::{
    ffi::{c_int, c_long},
    io, mem,
    process::{self, Command, Stdio},
    ptr,
};

use crate::{CHILD, watch::Seen};

/// What the child exits with when it may not be traced.
const REFUSED: c_int = 77;
/// More calls than any delivery may make: one that goes on for ever is given up.
const MANY: usize = 1000;
/// Which stops are for system calls: with `PTRACE_O_TRACESYSGOOD`.
const CALL: c_int = libc::SIGTRAP | 0x80;

/// Plays this kind. What `interrupted` is the number of ends with `EINTR` whenever it is called. `None` where tracing is refused.
pub(crate) fn deliver(kind: &str, interrupted: Option<c_long>) -> Option<Seen> {
    let process = Command::new(CHILD)
        .args(["deliver", kind])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child program stands beside this test");
    let pid = process.id().cast_signed();
    let mut child = Child { process, pid, ended: false, status: 0 };
    match child.wait() {
        Stop::By(libc::SIGSTOP) => {}
        Stop::Exited(REFUSED) => return None,
        other => panic!("{kind}: expected a stop before the delivery, got {other:?}"),
    }
    child.request(libc::PTRACE_SETOPTIONS, libc::PTRACE_O_EXITKILL | libc::PTRACE_O_TRACESYSGOOD);
    child.request(libc::PTRACE_CONT, 0);
    let Stop::By(signal) = child.wait() else { panic!("{kind}: no signal came") };
    let calls = child.calls(signal, interrupted);
    Some(Seen { calls, end: child.end() })
}

/// A process that has stopped, traced by this thread.
struct Child {
    process: process::Child,
    pid: libc::pid_t,
    ended: bool,
    /// When it has ended.
    status: c_int,
}

impl Child {
    /// Delivers the signal and notes the calls until the handler returns, which is one too, or the process is gone.
    fn calls(&mut self, signal: c_int, interrupted: Option<c_long>) -> Vec<c_long> {
        let (mut calls, mut entered, mut signal) = (Vec::new(), false, signal);
        while calls.len() < MANY {
            self.request(libc::PTRACE_SYSCALL, signal);
            signal = 0;
            match self.wait() {
                Stop::By(CALL) if entered => {
                    entered = false;
                    if calls.last().copied() == interrupted {
                        self.set_result(-i64::from(libc::EINTR));
                    }
                }
                Stop::By(CALL) => {
                    entered = true;
                    calls.push(self.call());
                    if calls.last() == Some(&libc::SYS_rt_sigreturn) {
                        break;
                    }
                }
                Stop::By(other) => signal = other,
                Stop::Exited(_) => break,
            }
        }
        calls
    }

    /// Lets it run to its end; by a signal: its number, negative.
    fn end(&mut self) -> c_int {
        let mut signal = 0;
        while !self.ended {
            self.request(libc::PTRACE_CONT, signal);
            signal = if let Stop::By(other) = self.wait() { other } else { 0 };
        }
        self.status
    }

    /// The number of the call that it is about to make.
    fn call(&self) -> c_long {
        self.registers().orig_rax.cast_signed()
    }

    fn set_result(&self, result: i64) {
        let mut registers = self.registers();
        registers.rax = result.cast_unsigned();
        // SAFETY: the child is stopped and traced by this thread; the registers are its own, but for one.
        let done = unsafe {
            libc::ptrace(libc::PTRACE_SETREGS, self.pid, ptr::null_mut::<()>(), &raw const registers)
        };
        assert_eq!(done, 0, "PTRACE_SETREGS: {}", io::Error::last_os_error());
    }

    fn registers(&self) -> libc::user_regs_struct {
        let mut registers = mem::MaybeUninit::<libc::user_regs_struct>::zeroed();
        // SAFETY: the child is stopped and traced by this thread; there is room for its registers.
        let done = unsafe {
            libc::ptrace(libc::PTRACE_GETREGS, self.pid, ptr::null_mut::<()>(), registers.as_mut_ptr())
        };
        assert_eq!(done, 0, "PTRACE_GETREGS: {}", io::Error::last_os_error());
        // SAFETY: the call has filled it in.
        unsafe { registers.assume_init() }
    }

    fn request(&mut self, request: Request, data: c_int) {
        // SAFETY: the child is stopped and traced by this thread; these requests take a plain number.
        let done = unsafe { libc::ptrace(request, self.pid, ptr::null_mut::<()>(), c_long::from(data)) };
        assert_ne!(done, -1, "ptrace: {}", io::Error::last_os_error());
    }

    fn wait(&mut self) -> Stop {
        let mut status = 0;
        // SAFETY: there is room for the status.
        let pid = unsafe { libc::waitpid(self.pid, &raw mut status, libc::__WALL) };
        assert_eq!(pid, self.pid, "waitpid: {}", io::Error::last_os_error());
        if libc::WIFSTOPPED(status) {
            return Stop::By(libc::WSTOPSIG(status));
        }
        self.ended = true;
        self.status =
            if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { -libc::WTERMSIG(status) };
        Stop::Exited(self.status)
    }
}

impl Drop for Child {
    /// After a failed assertion the child is not left behind.
    fn drop(&mut self) {
        if !self.ended {
            // Nothing can be done about a failure here.
            let _ = self.process.kill().and_then(|()| self.process.wait());
        }
    }
}

#[cfg(target_env = "musl")]
type Request = c_int;
#[cfg(not(target_env = "musl"))]
type Request = std::ffi::c_uint;

/// Why the child does not run.
#[derive(Clone, Copy, Debug)]
enum Stop {
    By(c_int),
    /// With this status; by a signal: its number, negative.
    Exited(c_int),
}
