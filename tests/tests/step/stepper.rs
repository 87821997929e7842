//! One operation, stepped from its start to its end, with signals injected into copies of it.

use std::{
    collections::HashSet,
    ffi::c_int,
    ops::Range,
    thread,
    time::{Duration, Instant},
};

use sigtrip_tests::{
    injected::END,
    ptrace::{Instruction, Registers, Resume, Stop, Tracee},
};

use super::{
    catalogue::Row,
    copies::{self, Copies, Outcome},
    judge::{Failure, Injection, Judge, Place},
    proc,
    shared::Counters,
};

/// What does not end in this time never does.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same, where that is what is to be found.
const IMPATIENCE: Duration = Duration::from_secs(2);

/// So many failures are enough to look into: each may have taken its time.
const ENOUGH: usize = 8;

/// At which instructions signals are injected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Every,
    /// At every so manieth of the first so many, and there on both sides of system calls and of locked instructions.
    Sampled {
        stride: usize,
        until: usize,
    },
}

/// What was done.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) name: String,
    pub(crate) instructions: usize,
    pub(crate) injections: usize,
    pub(crate) failures: Vec<Failure>,
    pub(crate) time: Duration,
}

/// An operation, part of the way through.
pub(crate) struct Stepper<'a> {
    row: &'a Row,
    which: Which,
    main: Tracee,
    copies: Copies,
    counters: Counters,
    judge: Judge,
    /// How often each signal was delivered to the process itself.
    delivered: [u32; 2],
    /// Whether this is where the operation is to be stepped.
    begun: bool,
    step: usize,
    injections: usize,
    kernels_code: Range<u64>,
    /// Where it was in that code, since it entered it.
    seen: HashSet<u64>,
}

/// Whether a process may be stepped here.
pub(crate) fn is_possible(row: &Row) -> bool {
    Tracee::start(&mut row.command()).is_some()
}

impl<'a> Stepper<'a> {
    pub(crate) fn new(row: &'a Row, which: Which) -> Self {
        let mut main = Tracee::start(&mut row.command()).expect("the first could be traced");
        main.run_to_breakpoint();
        main.ignore(libc::SIGURG); // a copy of it kicks the thread whose copy it is: this one's
        let patience = if row.finds.as_deref() == Some("Hangs") { IMPATIENCE } else { PATIENCE };
        let copies = Copies::new(&main, patience);
        Self {
            row,
            which,
            delivered: copies.delivered(&main),
            counters: Counters::of(main.pid()),
            judge: Judge::of(row),
            begun: !row.in_the_child,
            step: 0,
            injections: 0,
            kernels_code: proc::kernels_code(main.pid()),
            seen: HashSet::new(),
            main,
            copies,
        }
    }

    /// Steps it to its end.
    pub(crate) fn run(mut self) -> Tally {
        let start = Instant::now();
        let mut last = None;
        loop {
            let registers = self.main.registers();
            let code = self.main.code(registers.rip);
            if code.starts_with(&END) {
                let place = self.place("at the end", registers.rip);
                self.judge.finish(place);
                break;
            }
            if self.has_seen_enough() {
                break;
            }
            let instruction = Instruction::decode(&code);
            let again = self.is_again_in_the_kernels_code(registers.rip);
            if self.begun && !again && self.takes(instruction, last) {
                self.inject(&registers);
            }
            self.advance(&registers, instruction);
            self.step += usize::from(self.begun);
            last = Some(instruction);
        }
        Tally {
            name: self.row.name.clone(),
            instructions: self.step,
            injections: self.injections,
            failures: self.judge.failures,
            time: start.elapsed(),
        }
    }

    /// Whether it was at this place of the kernel's code before, in the same call. That reads the clock, and again if the clock was set
    /// meanwhile, as it is many times in a second: with copies made each time it would do so for ever.
    fn is_again_in_the_kernels_code(&mut self, at: u64) -> bool {
        if !self.kernels_code.contains(&at) {
            self.seen.clear();
            return false;
        }
        !self.seen.insert(at)
    }

    /// Of an operation a few failures are enough; of a broken one a failure of the kind, in a sampled run, and where each takes its time.
    fn has_seen_enough(&self) -> bool {
        let Some(finds) = &self.row.finds else {
            let is_sampled_up_to_here =
                matches!(self.which, Which::Sampled { until, .. } if self.step >= until);
            return is_sampled_up_to_here || self.judge.failures.len() >= ENOUGH;
        };
        let found = self.judge.failures.iter().any(|it| format!("{:?}", it.broken) == *finds);
        found && (self.which != Which::Every || finds == "Hangs")
    }

    fn takes(&self, instruction: Instruction, last: Option<Instruction>) -> bool {
        let notable = |it: Instruction| it.is_system_call() || it.is_locked();
        match self.which {
            Which::Sampled { stride, .. } if self.row.finds.is_none() || self.row.changes.is_some() => {
                self.step.is_multiple_of(stride) || notable(instruction) || last.is_some_and(notable)
            }
            _ => true,
        }
    }

    fn inject(&mut self, registers: &Registers) {
        self.once(registers, 0);
        self.once(registers, 1);
        if self.row.twice {
            let held = self.counters.look();
            for second in [0, 1] {
                self.twice(registers, second);
                self.counters.restore(&held); // what the first's handler did
            }
        }
    }

    fn once(&mut self, registers: &Registers, which: usize) {
        let injection = self.injection(&[which]);
        let copy = self.copies.of(&mut self.main, registers);
        let place = self.place("once", registers.rip);
        self.deliver(copy, which, &place, &injection);
    }

    fn deliver(&mut self, copy: Tracee, which: usize, place: &Place, injection: &Injection) {
        let signal = self.row.signals[which];
        self.settle(place, injection, |copies| copies.deliver(copy, signal));
    }

    fn settle(&mut self, place: &Place, injection: &Injection, run: impl FnOnce(&Copies) -> Outcome) {
        let held = self.counters.look();
        let outcome = run(&self.copies);
        self.counters.restore(&held);
        self.injections += 1;
        self.judge.judge(place.clone(), injection, &outcome);
    }

    /// The first signal, and a second: at each instruction of the handler of the first, and at the one that follows here.
    fn twice(&mut self, registers: &Registers, second: usize) {
        let injection = self.injection(&[0, second]);
        let mut first = self.copies.of(&mut self.main, registers);
        let next = Instruction::decode(&first.code(registers.rip));
        first.step(self.row.signals[0]);
        if first.entered_a_handler() {
            self.in_the_handler(&mut first, registers, second, &injection);
            if may_sleep(next, registers).is_some() {
                return; // the step would sleep: that the signal comes there is `asleep`'s
            }
            first.step(0);
        }
        if next.is_system_call() {
            first.deliver_what_has_come();
        }
        let now = first.registers();
        let copy = self.copies.of(&mut first, &now);
        let place = self.place("the second one instruction later", registers.rip);
        self.deliver(copy, second, &place, &injection);
    }

    /// Steps a handler until it has returned to where it interrupted.
    fn in_the_handler(&mut self, first: &mut Tracee, from: &Registers, second: usize, injection: &Injection) {
        let place = self.place("the second in the handler of the first", from.rip);
        for step in 0.. {
            let now = first.registers();
            if now.rip == from.rip && now.rsp == from.rsp {
                return;
            }
            if step == 0 || self.which == Which::Every {
                let copy = self.copies.of(first, &now);
                self.deliver(copy, second, &place, injection);
            }
            step_whole(first);
        }
    }

    /// What is delivered if these are, now.
    fn injection(&self, signals: &[usize]) -> Injection {
        let runs = self.copies.runs(&self.main);
        let mut injection = Injection { delivered: self.delivered, runs_before: [None; 2] };
        for &which in signals {
            injection.delivered[which] += 1;
            injection.runs_before[which] = Some(runs[which]);
        }
        injection
    }

    /// One instruction of the process itself.
    fn advance(&mut self, registers: &Registers, instruction: Instruction) {
        if !instruction.is_system_call() {
            return self.main.step(0);
        }
        let sleeps = may_sleep(instruction, registers).filter(|_| self.begun);
        let spares = if sleeps.is_some() { self.row.signals.len() } else { 0 };
        let spares = (0..spares).map(|_| self.copies.of(&mut self.main, registers)).collect();
        self.main.resume(Resume::Step, 0);
        match self.stop_or_sleep(registers.rax) {
            Some(stop) => self.stepped(stop, registers),
            None => self.asleep(registers, spares),
        }
    }

    fn stop_or_sleep(&mut self, call: u64) -> Option<Stop> {
        loop {
            if let Some(stop) = self.main.has_stopped() {
                return Some(stop);
            }
            if proc::sleeps_in(self.main.pid(), call) {
                return None;
            }
            thread::yield_now();
        }
    }

    fn stepped(&mut self, stop: Stop, before: &Registers) {
        match stop {
            Stop::By(libc::SIGTRAP) => self.main.deliver_what_has_come(),
            Stop::Event(libc::PTRACE_EVENT_FORK) => return self.forked(),
            other => panic!("{}: expected one step, got {other:?}", self.row.name),
        }
        if before.rax == libc::SYS_eventfd2 as u64
            && let Ok(number) = c_int::try_from(self.main.registers().rax.cast_signed())
            && number >= 0
        {
            self.counters.add(self.main.pid(), number);
        }
    }

    /// The operation has forked: it is followed into the child, or the child is left to itself.
    fn forked(&mut self) {
        let child = Tracee::forked(copies::forked(&self.main));
        if self.row.in_the_child {
            self.main.kill(); // the child is this process's then
            self.main = child;
            self.delivered = [0; 2]; // what came before came to the parent
            self.counters = Counters::of(self.main.pid());
            self.begun = true;
        } else {
            child.release();
            self.main.step(0);
        }
    }

    /// The process sleeps. It is woken by the first signal; and so is a copy by each, which sleeps there itself.
    fn asleep(&mut self, registers: &Registers, spares: Vec<Tracee>) {
        assert!(!spares.is_empty(), "{}: asleep in system call {}", self.row.name, registers.rax);
        let injections = [self.injection(&[0]), self.injection(&[1])];
        let signal = self.row.signals[0];
        self.main.send(signal);
        match self.main.wait() {
            Stop::By(libc::SIGTRAP) => self.main.deliver_what_has_come(),
            stop => {
                assert_eq!(stop, Stop::By(signal), "the signal that was sent");
                self.main.step(signal);
            }
        }
        self.delivered[0] += 1;
        let place = self.place("asleep", registers.rip);
        for ((copy, injection), signal) in spares.into_iter().zip(injections).zip(self.row.signals) {
            let call = registers.rax;
            self.settle(&place, &injection, |copies| copies.deliver_asleep(copy, call, signal));
        }
    }

    fn place(&self, how: &'static str, rip: u64) -> Place {
        Place { step: self.step, at: proc::mapping(self.main.pid(), rip), how }
    }
}

/// One instruction, and what comes with it.
fn step_whole(process: &mut Tracee) {
    let (_, instruction) = process.next_instruction();
    process.step(0);
    if instruction.is_system_call() {
        process.deliver_what_has_come();
    }
}

/// The number of a system call that may sleep until something comes.
fn may_sleep(instruction: Instruction, registers: &Registers) -> Option<u64> {
    const WAIT: u64 = libc::FUTEX_WAIT as u64;
    const WAIT_BITSET: u64 = libc::FUTEX_WAIT_BITSET as u64;
    let kind = registers.rsi & !(libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME) as u64;
    let sleeps = match registers.rax.cast_signed() {
        libc::SYS_futex => matches!(kind, WAIT | WAIT_BITSET),
        libc::SYS_poll | libc::SYS_ppoll | libc::SYS_rt_sigsuspend | libc::SYS_pause => true,
        libc::SYS_nanosleep | libc::SYS_clock_nanosleep | libc::SYS_wait4 => true,
        _ => false,
    };
    (instruction.is_system_call() && sleeps).then_some(registers.rax)
}

impl Tally {
    /// Whether its failures are as they must be.
    pub(crate) fn is_of_a_broken_operation(&self) -> bool {
        self.name.starts_with("broken::")
    }

    /// Whether a kind of failure was found.
    pub(crate) fn found(&self, broken: &str) -> bool {
        self.failures.iter().any(|it| format!("{:?}", it.broken) == broken)
    }
}
