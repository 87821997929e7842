//! The stage on which an operation is played: where it begins and ends, what is counted, and what must hold afterwards.

#![allow(unsafe_code)]

use std::sync::atomic::{
    AtomicU32,
    AtomicU64,
    Ordering::Relaxed, // one thread writes, and its own handlers
};

use sigtrip::{Interrupt, Options, Session, Signal, check_signals, embed, init_with, on};
use sigtrip_tests::{
    injected::{Broken, END, MOST_RUNS, Report, status_of_runs},
    raw::{self, Action},
};

static REPORT: Report = Report {
    runs: [const { AtomicU32::new(0) }; 2],
    delivered: [const { AtomicU32::new(0) }; 2],
    errno: AtomicU64::new(0),
    system_call: AtomicU64::new(0),
    thread_number: AtomicU64::new(0),
};

/// How often other handlers ran.
static OTHERS: AtomicU32 = AtomicU32::new(0);

/// An `errno` that no system call of these operations sets.
const MARK: i32 = libc::EXDEV;

/// A handler of the first (0) or the second (1) signal has started.
pub(crate) fn count(which: usize) {
    REPORT.runs[which].fetch_add(1, Relaxed);
}

/// Another handler has.
pub(crate) fn count_other() {
    OTHERS.fetch_add(1, Relaxed);
}

/// How often the handlers of the two signals have started.
pub(crate) fn runs() -> [u32; 2] {
    REPORT.runs.each_ref().map(|runs| runs.load(Relaxed))
}

/// How often each was delivered before the operation began.
pub(crate) fn delivered() -> [u32; 2] {
    REPORT.delivered.each_ref().map(|times| times.load(Relaxed))
}

/// Delivers the first signal, before the operation begins.
pub(crate) fn deliver_first(a: Signal) {
    REPORT.delivered[0].fetch_add(1, Relaxed);
    raw::send_to_process(a);
}

/// A session in which nothing is touched.
pub(crate) fn bare_session() -> Session {
    init_with(Options::untouched()).expect("no session is open")
}

/// A session in which both signals have handlers that count.
pub(crate) fn session(a: Signal, b: Signal) -> Session {
    session_with(Options::untouched(), a, b)
}

/// The same with options.
pub(crate) fn session_with(options: Options, a: Signal, b: Signal) -> Session {
    let session = init_with(options).expect("no session is open");
    on(a, |_| count(0)).expect("a signal that can be handled");
    on(b, |_| count(1)).expect("a signal that can be handled");
    session
}

/// A session in which both have handlers that count and fail, as one needs them to end a wait.
pub(crate) fn failing_session(a: Signal, b: Signal) -> Session {
    let session = bare_session();
    on(a, |_| fails(0)).expect("a signal that can be handled");
    on(b, |_| fails(1)).expect("a signal that can be handled");
    session
}

/// A handler that counts and fails.
pub(crate) fn fails(which: usize) -> Result<(), Interrupt> {
    count(which);
    Err(Interrupt::exit(3))
}

/// Other signals that have handlers and have come: one before and one behind the usual two.
pub(crate) fn two_others_pending() {
    for signal in [Signal::HUP, Signal::TERM] {
        on(signal, |_| count_other()).expect("a signal that can be handled");
        raw::send_to_process(signal);
    }
}

/// A foreign handler of the first signal. It runs on the alternate stack, and with all else blocked, as ours do.
pub(crate) fn foreign_handler() -> Action {
    extern "C" fn foreign(_: i32) {
        count(0);
    }
    Action::new(foreign, libc::SA_ONSTACK | libc::SA_RESTART, 1 << (libc::SIGTERM - 1))
}

/// Ends the process unless this holds.
pub(crate) fn check(holds: bool, broken: Broken) {
    if !holds {
        raw::exit_now(broken.status());
    }
}

/// What must be the same after an operation as it was before, unless the operation is to change it.
pub(crate) struct Stage {
    mask: u64,
    dispositions: [(Signal, Action); 2],
    others: u32,
}

impl Stage {
    /// Looks at what there is, and stops in the tracer.
    pub(crate) fn begin(a: Signal, b: Signal) -> Self {
        let stage = Self::before(a, b);
        stage.stop();
        stage
    }

    /// The same with the first signal blocked, and something done before it stops. The mask that it looked at is the one without.
    pub(crate) fn begin_blocked(a: Signal, b: Signal, then: impl FnOnce()) -> Self {
        let stage = Self::before(a, b);
        raw::block(a, true);
        then();
        stage.stop();
        stage
    }

    /// With something done before it stops. The mask that it looked at is the one without.
    pub(crate) fn begin_after(a: Signal, b: Signal, then: impl FnOnce()) -> Self {
        let stage = Self::before(a, b);
        then();
        stage.stop();
        stage
    }

    fn before(a: Signal, b: Signal) -> Self {
        let dispositions = [a, b].map(|signal| (signal, raw::sigaction(signal, None)));
        Self { mask: raw::mask(), dispositions, others: 0 }
    }

    fn stop(&self) {
        report_addresses();
        raw::set_errno(MARK);
        stop_with_the_report();
    }

    /// Tells the tracer that the operation has ended.
    pub(crate) fn end(&self) {
        say_that_it_has_ended();
    }

    /// As [`end`](Self::end), of an operation that leaves `errno` alone.
    pub(crate) fn end_with_errno(&self) {
        say_that_it_has_ended();
        check(raw::errno() == MARK, Broken::Errno);
    }

    /// This is what the kernel is to do with the first signal, from now on.
    pub(crate) fn expect(mut self, action: Action) -> Self {
        self.dispositions[0].1 = action;
        self
    }

    /// And with both.
    pub(crate) fn expect_both(mut self, action: Action) -> Self {
        self.dispositions[1].1 = action;
        self.expect(action)
    }

    /// With the first signal it is to do what it does with the second.
    pub(crate) fn expect_as_second(self) -> Self {
        let action = self.dispositions[1].1;
        self.expect(action)
    }

    /// The first signal is to be blocked, from now on.
    pub(crate) fn expect_blocked(mut self, a: Signal) -> Self {
        self.mask |= 1 << (a.number() - 1);
        self
    }

    /// So often the handlers of other signals must have run at the end.
    pub(crate) fn expect_others(mut self, times: u32) -> Self {
        self.others = times;
        self
    }

    /// What the mask must be.
    pub(crate) fn check_mask(&self) {
        check(raw::mask() == self.mask, Broken::Mask);
    }

    /// Has safe points until nothing is pending, looks whether all is as it must be, and ends the process.
    pub(crate) fn finish(self) -> ! {
        self.check_mask();
        settle();
        self.finish_settled()
    }

    /// The same, where the safe points are the caller's.
    pub(crate) fn finish_settled(self) -> ! {
        check(!embed::any_pending(), Broken::LeftPending);
        check(OTHERS.load(Relaxed) == self.others, Broken::TooOften);
        let as_expected = |&(signal, action): &(Signal, Action)| raw::sigaction(signal, None) == action;
        check(self.dispositions.iter().all(as_expected), Broken::Disposition);
        exit_with_runs();
    }
}

/// Ends the process with what was counted.
pub(crate) fn exit_with_runs() -> ! {
    let runs = runs();
    check(runs.iter().all(|&runs| runs <= MOST_RUNS), Broken::TooOften);
    raw::exit_now(status_of_runs(runs));
}

/// Safe points, as many as handlers fail at.
fn settle() {
    let _failed = (0..=MOST_RUNS).find(|_| check_signals().is_ok());
}

fn report_addresses() {
    const PR_GET_TID_ADDRESS: i32 = 40;
    let mut thread_number = std::ptr::null_mut::<i32>();
    // SAFETY: room for an address. Where the kernel does not know this it writes none.
    unsafe { libc::prctl(PR_GET_TID_ADDRESS, &raw mut thread_number) };
    // SAFETY: no preconditions.
    let errno = unsafe { libc::__errno_location() };
    let addresses = [
        (&REPORT.thread_number, thread_number.addr()),
        (&REPORT.errno, errno.addr()),
        (&REPORT.system_call, system_call_address()),
    ];
    addresses.iter().for_each(|(place, address)| place.store(*address as u64, Relaxed));
}

#[cfg(target_arch = "x86_64")]
std::arch::global_asm!("sigtrip_step_system_call:", "syscall", "int3");

#[cfg(target_arch = "x86_64")]
fn system_call_address() -> usize {
    unsafe extern "C" {
        fn sigtrip_step_system_call();
    }
    sigtrip_step_system_call as *const () as usize
}

#[cfg(not(target_arch = "x86_64"))]
fn system_call_address() -> usize {
    0
}

#[inline(never)]
fn stop_with_the_report() {
    let report = &raw const REPORT;
    // SAFETY: stops in the tracer, which goes on behind it.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("int3", in("rdi") report);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = report;
}

#[inline(never)]
fn say_that_it_has_ended() {
    // SAFETY: an instruction that does nothing.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!(
            ".byte {}, {}, {}, {}, {}, {}, {}",
            const END[0], const END[1], const END[2], const END[3], const END[4], const END[5], const END[6],
        );
    }
}
