//! Stepping a process by ptrace, one instruction at a time, with the kernel's real frames. Linux on x86-64 alone.
//!
//! The tracer is the thread that started the process, and only that thread; a [`Tracee`] is not to leave it. A process is
//! *stopped* (it waits for its tracer), *running*, or *ended*: stopped → running by [`Tracee::resume`] and
//! [`Tracee::detach`], running → stopped or ended as [`Tracee::wait`] tells. All but `wait` is for one that is stopped. What
//! is dropped before it has ended is killed.

#![allow(unsafe_code)]

mod instruction;

use std::{ffi::c_int, io, marker::PhantomData, mem::MaybeUninit, process::Command, ptr};

pub use instruction::Instruction;

use crate::traced::REFUSED;

/// The longest instruction of the processor, in bytes.
const LONGEST: usize = 15;
/// The `si_code` of the stop that follows when the kernel has built a handler's frame: no step was made.
const FRAME_WAS_BUILT: c_int = libc::SIGTRAP;

#[cfg(target_env = "musl")]
type Request = c_int;
#[cfg(not(target_env = "musl"))]
type Request = std::ffi::c_uint;

/// The registers of a process.
pub type Registers = libc::user_regs_struct;

/// A process that this thread traces.
#[derive(Debug)]
pub struct Tracee {
    pid: libc::pid_t,
    ended: bool,
    /// A signal that is not delivered, and how it was last resumed.
    ignored: c_int,
    last: Resume,
    /// Only one thread may ask.
    stays_here: PhantomData<*const ()>,
}

/// Why a process does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// This signal is about to be delivered, or is its debugger's.
    By(c_int),
    /// One of ptrace's events: it has forked.
    Event(c_int),
    /// At the entry or the exit of a system call.
    SystemCall,
    /// It is no more, with this status.
    Exited(c_int),
    /// It is no more, by this signal.
    Killed(c_int),
}

/// How far a process is to run.
#[derive(Clone, Copy, Debug)]
pub enum Resume {
    /// Until something stops it.
    On,
    /// One instruction.
    Step,
    /// To the next entry or exit of a system call.
    ToSystemCall,
}

impl Tracee {
    /// Starts a program that asks to be traced and stops itself (see [`crate::traced`]), up to that stop. `None` where
    /// tracing is refused.
    ///
    /// # Panics
    ///
    /// If it can not be started, or does something else.
    #[expect(clippy::zombie_processes, reason = "it is waited for by its number")]
    pub fn start(command: &mut Command) -> Option<Self> {
        let process = command.spawn().expect("the child program stands beside this test");
        let mut tracee = Self::of(process.id().cast_signed());
        match tracee.wait() {
            Stop::By(libc::SIGSTOP) => {}
            Stop::Exited(status) if status == REFUSED.into() => return None,
            other => panic!("expected a stop before the start, got {other:?}"),
        }
        let options = libc::PTRACE_O_EXITKILL | libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACEFORK;
        tracee.request(libc::PTRACE_SETOPTIONS, usize::try_from(options).expect("a few bits"));
        Some(tracee)
    }

    /// A process that one of ours has forked, which this thread traces already, at its first stop.
    ///
    /// # Panics
    ///
    /// If it stops for another reason.
    #[must_use]
    pub fn forked(pid: libc::pid_t) -> Self {
        let mut tracee = Self::of(pid);
        let stop = tracee.wait();
        assert_eq!(stop, Stop::By(libc::SIGSTOP), "a forked process starts stopped");
        tracee
    }

    const fn of(pid: libc::pid_t) -> Self {
        Self { pid, ended: false, ignored: 0, last: Resume::On, stays_here: PhantomData }
    }

    /// From now on this signal is taken from it, as if nobody had sent it.
    pub const fn ignore(&mut self, signal: c_int) {
        self.ignored = signal;
    }

    /// The process.
    #[must_use]
    pub const fn pid(&self) -> libc::pid_t {
        self.pid
    }

    /// Lets it run so far, with a signal delivered to it first, or 0.
    pub fn resume(&mut self, how: Resume, signal: c_int) {
        self.last = how;
        let request = match how {
            Resume::On => libc::PTRACE_CONT,
            Resume::Step => libc::PTRACE_SINGLESTEP,
            Resume::ToSystemCall => libc::PTRACE_SYSCALL,
        };
        self.request(request, data(signal));
    }

    /// Traces it no more and lets it run, with a signal delivered to it first, or 0.
    pub fn detach(&mut self, signal: c_int) {
        self.request(libc::PTRACE_DETACH, data(signal));
    }

    /// Traces it no more, lets it run and forgets it: it is somebody else's child.
    pub fn release(mut self) {
        self.detach(0);
        self.ended = true;
    }

    /// Whether it was seen to end.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Makes one step, or with a signal: up to its handler's first instruction.
    ///
    /// # Panics
    ///
    /// If it stops for another reason.
    pub fn step(&mut self, signal: c_int) {
        self.resume(Resume::Step, signal);
        let stop = self.wait();
        assert_eq!(stop, Stop::By(libc::SIGTRAP), "expected one step");
    }

    /// After the step of a system call: delivers what has come with it, which the kernel does before the next instruction.
    ///
    /// # Panics
    ///
    /// If it stops for another reason.
    pub fn deliver_what_has_come(&mut self) {
        let mut waiting = self.waiting_signals();
        if !waiting.is_empty() {
            let blocked = self.blocked();
            waiting.retain(|signal| blocked >> (signal - 1) & 1 == 0);
        }
        for _ in waiting {
            self.resume(Resume::Step, 0);
            let Stop::By(signal) = self.wait() else { panic!("expected a signal") };
            self.step(signal);
        }
    }

    /// The signals that its first thread blocks at this moment, if only for a system call: bit n-1 for signal n.
    fn blocked(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).expect("it is there");
        let bits = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
        bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).expect("the kernel tells it")
    }

    /// Whether the last step was none: the kernel has built a handler's frame.
    #[must_use]
    pub fn entered_a_handler(&self) -> bool {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        self.ask(libc::PTRACE_GETSIGINFO, ptr::null_mut::<()>(), info.as_mut_ptr());
        // SAFETY: the call has filled it in.
        unsafe { info.assume_init() }.si_code == FRAME_WAS_BUILT
    }

    /// Lets it run to its next breakpoint. Signals that come before it are delivered as if nobody traced.
    ///
    /// # Panics
    ///
    /// If it ends first.
    pub fn run_to_breakpoint(&mut self) {
        let mut signal = 0;
        loop {
            self.resume(Resume::On, signal);
            match self.wait() {
                Stop::By(libc::SIGTRAP) => return,
                Stop::By(other) => signal = other,
                other => panic!("expected a breakpoint, got {other:?}"),
            }
        }
    }

    /// Waits until it stops or ends.
    ///
    /// # Panics
    ///
    /// If there is nothing to wait for.
    pub fn wait(&mut self) -> Stop {
        self.wait_with(0).expect("it waits as long as it takes")
    }

    /// Whether it has stopped or ended by now.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait).
    pub fn has_stopped(&mut self) -> Option<Stop> {
        self.wait_with(libc::WNOHANG)
    }

    fn wait_with(&mut self, flags: c_int) -> Option<Stop> {
        let stop = self.wait_once(flags)?;
        if stop == Stop::By(self.ignored) {
            self.resume(self.last, 0);
            return self.wait_with(flags);
        }
        Some(stop)
    }

    fn wait_once(&mut self, flags: c_int) -> Option<Stop> {
        let mut status = 0;
        // SAFETY: there is room for the status.
        let pid = unsafe { libc::waitpid(self.pid, &raw mut status, libc::__WALL | flags) };
        if pid == 0 {
            return None;
        }
        assert_eq!(pid, self.pid, "waitpid: {}", io::Error::last_os_error());
        let stop = Stop::of(status);
        self.ended = matches!(stop, Stop::Exited(_) | Stop::Killed(_));
        Some(stop)
    }

    /// Kills it, and waits until it is gone.
    pub fn kill(&mut self) {
        // SAFETY: a process that was not waited for, so that the number is still its own.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        while !self.ended {
            self.wait();
        }
    }

    /// Sends a signal to its first thread.
    ///
    /// # Panics
    ///
    /// If the system refuses.
    pub fn send(&self, signal: c_int) {
        // SAFETY: numbers in, a number out.
        let sent = unsafe { libc::syscall(libc::SYS_tgkill, self.pid, self.pid, signal) };
        assert_eq!(sent, 0, "tgkill: {}", io::Error::last_os_error());
    }

    /// Its registers.
    #[must_use]
    pub fn registers(&self) -> Registers {
        let mut registers = MaybeUninit::<Registers>::zeroed();
        self.ask(libc::PTRACE_GETREGS, ptr::null_mut::<()>(), registers.as_mut_ptr());
        // SAFETY: the call has filled it in.
        unsafe { registers.assume_init() }
    }

    /// Replaces its registers.
    pub fn set_registers(&mut self, registers: &Registers) {
        self.ask(libc::PTRACE_SETREGS, ptr::null_mut::<()>(), ptr::from_ref(registers).cast_mut());
    }

    /// What the last event tells: the process that was forked.
    #[must_use]
    pub fn event_message(&self) -> u64 {
        let mut message = 0_u64;
        self.ask(libc::PTRACE_GETEVENTMSG, ptr::null_mut::<()>(), &raw mut message);
        message
    }

    /// The signals that wait for it in the kernel: its first thread's own, and all of its threads'.
    ///
    /// # Panics
    ///
    /// If the system refuses.
    #[must_use]
    pub fn waiting_signals(&self) -> Vec<c_int> {
        let queues = [0, libc::PTRACE_PEEKSIGINFO_SHARED].into_iter();
        queues.flat_map(|queue| self.queued(queue)).filter(|&signal| signal != self.ignored).collect()
    }

    fn queued(&self, queue: u32) -> Vec<c_int> {
        const ROOM: usize = 8;
        let mut infos = [const { MaybeUninit::<libc::siginfo_t>::zeroed() }; ROOM];
        let mut from = libc::ptrace_peeksiginfo_args { off: 0, flags: queue, nr: ROOM as i32 };
        let (from, into) = (&raw mut from, infos.as_mut_ptr());
        let count = self.ask(libc::PTRACE_PEEKSIGINFO, from, into);
        // SAFETY: all-zero is a valid siginfo, and the call has filled in some.
        let signal = |info: &MaybeUninit<libc::siginfo_t>| unsafe { info.assume_init_ref() }.si_signo;
        infos.iter().take(usize::try_from(count).unwrap_or(0)).map(signal).collect()
    }

    /// The instruction that comes next, and the registers before it.
    #[must_use]
    pub fn next_instruction(&self) -> (Registers, Instruction) {
        let registers = self.registers();
        (registers, Instruction::decode(&self.code(registers.rip)))
    }

    /// The bytes at this address: as many as an instruction may have, fewer where the next page is not there.
    ///
    /// # Panics
    ///
    /// If there are none.
    #[must_use]
    pub fn code(&self, address: u64) -> Vec<u8> {
        const PAGE: usize = 4096;
        let mut bytes = vec![0; LONGEST];
        let in_this_page = PAGE - address as usize % PAGE;
        if !self.read(address, &mut bytes) {
            bytes.truncate(in_this_page);
            assert!(
                self.read(address, &mut bytes),
                "no code at {address:#x}: {}",
                io::Error::last_os_error()
            );
        }
        bytes
    }

    /// Reads its memory; whether all of it was there.
    #[must_use]
    pub fn read(&self, address: u64, into: &mut [u8]) -> bool {
        let local = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
        let remote = libc::iovec { iov_base: ptr::without_provenance_mut(address as usize), ..local };
        // SAFETY: room for as much as is read; an address that is not there is an error of the call.
        let read = unsafe { libc::process_vm_readv(self.pid, &raw const local, 1, &raw const remote, 1, 0) };
        usize::try_from(read) == Ok(into.len())
    }

    fn request(&mut self, request: Request, data: usize) {
        self.ask(request, ptr::null_mut::<()>(), ptr::without_provenance_mut::<()>(data));
    }

    fn ask<A, D>(&self, request: Request, address: *mut A, data: *mut D) -> libc::c_long {
        // SAFETY: the process is stopped and traced by this thread. `address` and `data` are what the request takes: plain numbers,
        // or addresses of what lives until the call is over.
        let answer = unsafe { libc::ptrace(request, self.pid, address, data) };
        assert_ne!(answer, -1, "ptrace {request}: {}", io::Error::last_os_error());
        answer
    }
}

fn data(signal: c_int) -> usize {
    usize::try_from(signal).expect("a signal's number")
}

impl Stop {
    fn of(status: c_int) -> Self {
        const AT_A_SYSTEM_CALL: c_int = libc::SIGTRAP | 0x80; // PTRACE_O_TRACESYSGOOD
        if libc::WIFEXITED(status) {
            Self::Exited(libc::WEXITSTATUS(status))
        } else if libc::WIFSIGNALED(status) {
            Self::Killed(libc::WTERMSIG(status))
        } else if status >> 16 != 0 {
            Self::Event(status >> 16)
        } else if libc::WSTOPSIG(status) == AT_A_SYSTEM_CALL {
            Self::SystemCall
        } else {
            Self::By(libc::WSTOPSIG(status))
        }
    }
}

impl Drop for Tracee {
    /// After a failed assertion nothing is left behind.
    fn drop(&mut self) {
        if !self.ended {
            self.kill();
        }
    }
}
