//! Counting what a child does, step by step.

use std::process::{Command, Stdio};

use sigtrip_tests::ptrace::{Instruction, Resume, Stop, Tracee};

use crate::Count;

/// The number of `rt_sigreturn`, the restorer's system call.
const RT_SIGRETURN: u64 = libc::SYS_rt_sigreturn as u64;

impl Count {
    fn add(&mut self, instruction: Instruction, returns_from_handler: bool) {
        self.instructions += 1;
        self.locked += usize::from(instruction.is_locked());
        self.system_calls += usize::from(instruction.is_system_call() && !returns_from_handler);
        self.calls += usize::from(instruction.is_call());
    }
}

/// A scenario of the child program that has stopped before it plays.
#[derive(Debug)]
pub(crate) struct Child(Tracee);

impl Child {
    /// Starts it, up to its stop. `None` where tracing is refused.
    pub(crate) fn start(scenario: &str, pending: usize) -> Option<Self> {
        let mut program = Command::new(env!("CARGO_BIN_EXE_budget_child"));
        Tracee::start(program.args([scenario, &pending.to_string()]).stdin(Stdio::null())).map(Self)
    }

    /// Lets the child run to its next signal, delivers it, and counts from the handler's first instruction to the
    /// `rt_sigreturn` of the restorer, both included.
    pub(crate) fn delivery(&mut self) -> Count {
        self.0.resume(Resume::On, 0);
        let Stop::By(signal) = self.0.wait() else { panic!("expected a signal") };
        assert_ne!(signal, libc::SIGTRAP, "expected a signal, not a breakpoint");
        // The kernel builds the frame and stops before the handler's first instruction.
        self.0.step(signal);
        let mut count = Count::default();
        loop {
            let (registers, instruction) = self.0.next_instruction();
            let returns = instruction.is_system_call() && registers.rax == RT_SIGRETURN;
            count.add(instruction, returns);
            if returns {
                return count;
            }
            self.0.step(0);
        }
    }

    /// Lets the child run to its next breakpoint and counts from there to the one after it, both excluded. Signals that
    /// come before it are delivered as if nobody traced.
    pub(crate) fn region(&mut self) -> Count {
        self.0.run_to_breakpoint();
        let mut count = Count::default();
        loop {
            let (_, instruction) = self.0.next_instruction();
            if instruction.is_breakpoint() {
                self.0.run_to_breakpoint();
                return count;
            }
            count.add(instruction, false);
            self.0.step(0);
        }
    }

    /// Lets the child run to its end, which must be a success: it has checked what it did.
    pub(crate) fn finish(mut self) {
        self.0.resume(Resume::On, 0);
        assert_eq!(self.0.wait(), Stop::Exited(0), "the child's end");
    }
}
