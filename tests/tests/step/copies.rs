//! Copies of a process that is being stepped, and what becomes of them when they get a signal.
//!
//! # Why a copy stands for the process
//!
//! At each instruction the process is made to fork by a system call of the tracer's choosing, and the copy gets the signal; the
//! process itself goes on, undisturbed, to the next instruction. So each instruction is stepped once, and not once for every
//! one behind it. The copy is what the kernel makes of a process at a fork, with every register put back, and differs in this:
//!
//! - its number, which nothing compares, but the kernel's number of a thread where an owner is kicked;
//! - functions that libc runs around `fork` do not run, since libc does not know of it: nothing is disinherited;
//! - signals that wait in the kernel are not copied: they are sent again;
//! - other threads are not there: where an operation waits for one, a signal ends the wait;
//! - timers are not there: no operation has any;
//! - open files are shared: what a copy does to an eventfd is undone (`shared.rs`), and a pipe it empties itself, so that an
//!   operation with a pipe takes one signal: of two, the first copy would take the byte of all.

use std::{ffi::c_int, thread, time::Duration};

use sigtrip_tests::{
    injected::{Broken, Report, runs_of_status},
    ptrace::{Registers, Resume, Stop, Tracee},
};

use super::{proc, watchdog::Watchdog};

/// What became of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has found nothing broken, and its handlers ran so often.
    Runs([u32; 2]),
    Killed(c_int),
    Broken(Broken, String),
}

/// The system calls that signal context may make.
const ALLOWED: [i64; 4] = [libc::SYS_futex, libc::SYS_write, libc::SYS_gettid, libc::SYS_tgkill];

/// What is to be known of a process to copy it, and to wait for the copies.
pub(crate) struct Copies {
    report: u64,
    errno: u64,
    system_call: u64,
    thread_number: u64,
    patience: Duration,
    watchdog: Watchdog,
}

impl Copies {
    /// Of a process that has stopped with its report.
    pub(crate) fn new(main: &Tracee, patience: Duration) -> Self {
        let report = main.registers().rdi;
        let field = |offset: usize| word(main, report + offset as u64);
        Self {
            report,
            errno: field(std::mem::offset_of!(Report, errno)),
            system_call: field(std::mem::offset_of!(Report, system_call)),
            thread_number: field(std::mem::offset_of!(Report, thread_number)),
            patience,
            watchdog: Watchdog::new(),
        }
    }

    /// How often each handler has started by now.
    pub(crate) fn runs(&self, of: &Tracee) -> [u32; 2] {
        halves(word(of, self.report))
    }

    /// How often each signal was delivered before the operation began.
    pub(crate) fn delivered(&self, of: &Tracee) -> [u32; 2] {
        halves(word(of, self.report + std::mem::offset_of!(Report, delivered) as u64))
    }

    /// A copy of a process that has stopped with these registers.
    pub(crate) fn of(&self, original: &mut Tracee, registers: &Registers) -> Tracee {
        let waiting = original.waiting_signals();
        original.set_registers(&self.fork(registers));
        original.resume(Resume::On, 0);
        assert_eq!(original.wait(), Stop::Event(libc::PTRACE_EVENT_FORK), "a fork");
        let mut copy = Tracee::forked(forked(original));
        original.resume(Resume::On, 0);
        assert_eq!(original.wait(), Stop::By(libc::SIGTRAP), "the breakpoint behind the fork");
        let as_it_was = Registers { orig_rax: u64::MAX, ..*registers }; // not in a system call that could start again
        original.set_registers(&as_it_was);
        copy.set_registers(&as_it_was);
        waiting.iter().for_each(|&signal| copy.send(signal));
        copy
    }

    /// The registers for a fork past libc. The copy is a child of the parent of its original.
    fn fork(&self, registers: &Registers) -> Registers {
        let number =
            if self.thread_number == 0 { 0 } else { libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID };
        Registers {
            rip: self.system_call,
            orig_rax: u64::MAX,
            rax: libc::SYS_clone as u64,
            rdi: u64::from((libc::CLONE_PARENT | number | libc::SIGCHLD).cast_unsigned()),
            rsi: 0, // the same stack, at the same place
            rdx: 0,
            r10: self.thread_number,
            r8: 0,
            ..*registers
        }
    }

    /// Delivers a signal to a copy that has stopped, looks at its handler as it runs in signal context, and lets the copy end.
    pub(crate) fn deliver(&self, mut copy: Tracee, signal: c_int) -> Outcome {
        let pid = copy.pid();
        self.judged(pid, || {
            copy.resume(Resume::Step, signal);
            match step_past_fork(&mut copy) {
                Stop::By(libc::SIGTRAP) => {
                    let found =
                        if copy.entered_a_handler() { self.follow_handler(&mut copy) } else { Ok(()) };
                    end(copy, found)
                }
                ended => outcome(ended),
            }
        })
    }

    /// Lets a copy run until it sleeps in this system call, sends it a signal, and lets it end.
    pub(crate) fn deliver_asleep(&self, mut copy: Tracee, call: u64, signal: c_int) -> Outcome {
        let pid = copy.pid();
        self.judged(pid, || {
            copy.detach(0);
            loop {
                if let Some(ended) = copy.has_stopped() {
                    return outcome(ended); // before it slept, and without a signal
                }
                if proc::sleeps_in(pid, call) {
                    break;
                }
                thread::yield_now();
            }
            copy.send(signal);
            outcome(copy.wait())
        })
    }

    fn judged(&self, pid: c_int, run: impl FnOnce() -> Outcome) -> Outcome {
        match self.watchdog.watch(pid, self.patience, run) {
            (_, Some(whereabouts)) => Outcome::Broken(Broken::Hangs, whereabouts),
            (outcome, None) => outcome,
        }
    }

    /// From the first instruction of a handler to its return.
    fn follow_handler(&self, copy: &mut Tracee) -> Result<(), Outcome> {
        let errno = self.errno(copy);
        let mut forbidden = None;
        let mut enters = true;
        loop {
            copy.resume(Resume::ToSystemCall, 0);
            match copy.wait() {
                Stop::SystemCall => {
                    let call = copy.registers().orig_rax.cast_signed();
                    if enters && call == libc::SYS_rt_sigreturn {
                        break;
                    }
                    forbidden = forbidden.or((!ALLOWED.contains(&call)).then_some(call));
                    enters = !enters;
                }
                Stop::By(_) | Stop::Event(_) => {}
                ended => return Err(outcome(ended)),
            }
        }
        if let Some(call) = forbidden {
            return Err(Outcome::Broken(Broken::SystemCall, format!("number {call}")));
        }
        let after = self.errno(copy);
        if errno == after {
            Ok(())
        } else {
            Err(Outcome::Broken(Broken::Errno, format!("{errno} became {after}")))
        }
    }

    fn errno(&self, of: &Tracee) -> u32 {
        halves(word(of, self.errno))[0]
    }
}

/// Waits for the step that was asked for; if that has forked the child goes its own way.
fn step_past_fork(copy: &mut Tracee) -> Stop {
    let stop = copy.wait();
    if stop != Stop::Event(libc::PTRACE_EVENT_FORK) {
        return stop;
    }
    Tracee::forked(forked(copy)).release();
    copy.resume(Resume::Step, 0);
    copy.wait()
}

/// The process that one has just forked.
pub(crate) fn forked(process: &Tracee) -> c_int {
    c_int::try_from(process.event_message()).expect("a process")
}

/// Lets it run on, to its end.
fn end(mut copy: Tracee, found: Result<(), Outcome>) -> Outcome {
    if copy.has_ended() {
        return found.expect_err("it was found to have ended");
    }
    copy.detach(0);
    let ended = outcome(copy.wait());
    found.err().unwrap_or(ended)
}

fn outcome(stop: Stop) -> Outcome {
    match stop {
        Stop::Exited(status) => match runs_of_status(status) {
            Some(runs) => Outcome::Runs(runs),
            None => Outcome::Broken(Broken::of_status(status), format!("status {status}")),
        },
        Stop::Killed(signal) => Outcome::Killed(signal),
        other => Outcome::Broken(Broken::Ended, format!("{other:?}")),
    }
}

fn word(of: &Tracee, address: u64) -> u64 {
    let mut bytes = [0; 8];
    assert!(of.read(address, &mut bytes), "no memory at {address:#x}");
    u64::from_le_bytes(bytes)
}

const fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}
