//! Stepping a child by ptrace, one instruction at a time, with the kernel's real frames.
//!
//! The tracer is the thread that started the child, and only that thread; a `Child` is not to leave it.

use std::{
    ffi::c_int,
    io, mem,
    process::{self, Command, Stdio},
    ptr,
};

use crate::{Count, instruction::Instruction};

/// What the child exits with when it may not be traced.
const REFUSED: c_int = 77;
/// The number of `rt_sigreturn`, the restorer's system call.
const RT_SIGRETURN: u64 = libc::SYS_rt_sigreturn as u64;

/// The longest instruction of the processor, in bytes.
const LONGEST: usize = 15;

impl Count {
    fn add(&mut self, instruction: Instruction, returns_from_handler: bool) {
        self.instructions += 1;
        self.locked += usize::from(instruction.is_locked());
        self.system_calls += usize::from(instruction.is_system_call() && !returns_from_handler);
        self.calls += usize::from(instruction.is_call());
    }
}

/// A process that has stopped, traced by this thread.
#[derive(Debug)]
pub(crate) struct Child {
    process: process::Child,
    pid: libc::pid_t,
    ended: bool,
}

impl Child {
    /// Starts a scenario of the child program, up to its stop. `None` where tracing is refused.
    pub(crate) fn start(scenario: &str, pending: usize) -> Option<Self> {
        let process = Command::new(env!("CARGO_BIN_EXE_budget_child"))
            .args([scenario, &pending.to_string()])
            .stdin(Stdio::null())
            .spawn()
            .expect("the child program stands beside this test");
        let pid = process.id().cast_signed();
        let mut child = Self { process, pid, ended: false };
        match child.wait() {
            Stop::By(libc::SIGSTOP) => {
                child.request(libc::PTRACE_SETOPTIONS, libc::PTRACE_O_EXITKILL as usize);
                Some(child)
            }
            Stop::Exited(REFUSED) => None,
            other => panic!("{scenario}: expected a stop before the start, got {other:?}"),
        }
    }

    /// Lets the child run to its next signal, delivers it, and counts from the handler's first instruction to the
    /// `rt_sigreturn` of the restorer, both included.
    pub(crate) fn delivery(&mut self) -> Count {
        self.request(libc::PTRACE_CONT, 0);
        let Stop::By(signal) = self.wait() else { panic!("expected a signal") };
        assert_ne!(signal, libc::SIGTRAP, "expected a signal, not a breakpoint");
        // The kernel builds the frame and stops before the handler's first instruction.
        self.step(signal);
        let mut count = Count::default();
        loop {
            let (registers, instruction) = self.next_instruction();
            let returns = instruction.is_system_call() && registers.rax == RT_SIGRETURN;
            count.add(instruction, returns);
            if returns {
                return count;
            }
            self.step(0);
        }
    }

    /// Lets the child run to its next breakpoint and counts from there to the one after it, both excluded. Signals that
    /// come before it are delivered as if nobody traced.
    pub(crate) fn region(&mut self) -> Count {
        self.run_to_breakpoint();
        let mut count = Count::default();
        loop {
            let (_, instruction) = self.next_instruction();
            if instruction.is_breakpoint() {
                self.run_to_breakpoint();
                return count;
            }
            count.add(instruction, false);
            self.step(0);
        }
    }

    /// Lets the child run to its end, which must be a success: it has checked what it did.
    pub(crate) fn finish(mut self) {
        self.request(libc::PTRACE_CONT, 0);
        let end = self.wait();
        assert!(matches!(end, Stop::Exited(0)), "the child ended by {end:?}");
    }

    fn run_to_breakpoint(&mut self) {
        let mut signal = 0;
        loop {
            self.request(libc::PTRACE_CONT, signal);
            match self.wait() {
                Stop::By(libc::SIGTRAP) => return,
                Stop::By(other) => signal = usize::try_from(other).expect("a signal's number"),
                exited @ Stop::Exited(_) => panic!("expected a breakpoint, got {exited:?}"),
            }
        }
    }

    fn step(&mut self, signal: c_int) {
        self.request(libc::PTRACE_SINGLESTEP, usize::try_from(signal).expect("a signal's number"));
        let stop = self.wait();
        assert!(matches!(stop, Stop::By(libc::SIGTRAP)), "expected one step, got {stop:?}");
    }

    fn next_instruction(&self) -> (libc::user_regs_struct, Instruction) {
        let registers = self.registers();
        (registers, Instruction::decode(&self.code(registers.rip as usize)))
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

    /// The bytes at this address: whole words, so that none crosses into a page that is not there.
    fn code(&self, address: usize) -> Vec<u8> {
        const WORD: usize = size_of::<usize>();
        let start = address - address % WORD;
        let words = (start..address + LONGEST).step_by(WORD);
        let bytes: Vec<u8> = words.map_while(|at| self.peek(at)).flat_map(usize::to_le_bytes).collect();
        assert!(!bytes.is_empty(), "no code at {address:#x}: {}", io::Error::last_os_error());
        bytes[address - start..].to_vec()
    }

    fn peek(&self, address: usize) -> Option<usize> {
        // SAFETY: no arguments, no preconditions.
        let errno = unsafe { libc::__errno_location() };
        // Every answer is a valid word, so that only errno tells a failure.
        // SAFETY: this thread's own errno.
        unsafe { *errno = 0 };
        // SAFETY: reads the stopped child's memory; an address that is not there is an error of the call.
        let word = unsafe { libc::ptrace(libc::PTRACE_PEEKTEXT, self.pid, address, 0) };
        (io::Error::last_os_error().raw_os_error() == Some(0)).then_some(word as usize)
    }

    fn request(&mut self, request: Request, data: usize) {
        // SAFETY: the child is stopped and traced by this thread; these requests take a plain number.
        let done = unsafe { libc::ptrace(request, self.pid, ptr::null_mut::<()>(), data) };
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
        Stop::Exited(if libc::WIFEXITED(status) {
            libc::WEXITSTATUS(status)
        } else {
            -libc::WTERMSIG(status)
        })
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
