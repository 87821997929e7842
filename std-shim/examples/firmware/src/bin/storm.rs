//! Hundreds of thousands of interrupts, at every instruction of the owner's: none is lost, and each is handled once.
//!
//! **The storm.** In each round every number from 15 to 256 is tripped exactly once, in an order and at times that
//! change from round to round. SysTick, the highest in priority, hands a number to one of 32 interrupt lines and pends it; the
//! line, of one of three lower priorities, trips the number. So trips nest, and come between any two instructions of the
//! owner, who dispatches and sleeps. At the end of the round all is quiet, and every number must have been handled exactly as
//! often as it was tripped.
//!
//! **The sleep.** One tick, after a time that grows from round to round, so that it comes at each instruction of the
//! owner's way into his sleep. A second tick, much later, must find him awake.
//!
//! Counters are loads and stores: each is written in one context, which does not interrupt itself.
#![no_std]
#![no_main]

use core::{
    convert::Infallible,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use cortex_m::{
    Peripherals, asm,
    peripheral::{NVIC, SYST, scb::SystemHandler, syst::SystClkSource},
};
use cortex_m_rt::{entry, exception};
use cortex_m_semihosting::{debug, hprintln};
use firmware::{Dispatcher, Nvic, WORDS, line, number};
use sigtrip_core::{Disposition, Signum};

const ROUNDS: u32 = 1200;
const SLEEPS: u32 = 4000;

/// The first number that is tripped: SysTick's own. The last is the highest there can be.
const FIRST: u32 = 15;
const NUMBERS: u32 = 256 - FIRST + 1;
const LINES: usize = 32;

static SIGNALS: Dispatcher<fn(Signum), WORDS> = Dispatcher::new();

/// A counter that one context alone writes.
struct Counter(AtomicU32);

impl Counter {
    const fn new() -> Self {
        Self(AtomicU32::new(0))
    }
    fn get(&self) -> u32 {
        self.0.load(Relaxed)
    }
    fn set(&self, value: u32) {
        self.0.store(value, Relaxed);
    }
    fn add(&self, more: u32) {
        self.set(self.get() + more);
    }
}

/// How often each number was tripped and handled.
static TRIPPED: [Counter; NUMBERS as usize] = [const { Counter::new() }; NUMBERS as usize];
static HANDLED: [Counter; NUMBERS as usize] = [const { Counter::new() }; NUMBERS as usize];
/// How often each line's interrupt and SysTick's ran, and how often in the midst of another's trip.
static ENTERED: [Counter; LINES + 1] = [const { Counter::new() }; LINES + 1];
static NESTED: [Counter; LINES + 1] = [const { Counter::new() }; LINES + 1];
const SYSTICK: usize = LINES;

/// What a line is to trip, or 0. SysTick fills it, the line empties it.
static DUE: [Counter; LINES] = [const { Counter::new() }; LINES];
/// Whether a trip is under way. Whoever interrupts it leaves it as it was.
static TRIPPING: Counter = Counter::new();

/// What the owner does, for SysTick to count what it interrupts: 0, or one of the next.
static OWNER: Counter = Counter::new();
const DISPATCHES: u32 = 1;
const GOES_TO_SLEEP: u32 = 2;
static IN_DISPATCH: Counter = Counter::new();
static IN_SLEEP: Counter = Counter::new();

/// SysTick's place in the round, the numbers' order in it and the time to its next tick.
static PLACE: Counter = Counter::new();
static STEP: Counter = Counter::new();
static TIME: Counter = Counter::new();
/// In the sleep there are no rounds: how often it ticked since the owner started it, or `STORM`.
static SLEEP_TICKS: Counter = Counter::new();
const STORM: u32 = u32::MAX;
/// The earliest tick: SysTick's routine needs less to put the next one off. The latest but for that, and the next.
const EARLIEST: u32 = 50;
const LATEST: u32 = 400;
const MUCH_LATER: u32 = 20_000;

/// Counts, then trips: whoever handles the trip has seen the count.
fn trip(context: usize, number: u32) {
    let Some(signal) = Signum::new(number) else { return };
    TRIPPED[(number - FIRST) as usize].add(1);
    let was = TRIPPING.get();
    NESTED[context].add(was);
    TRIPPING.set(1);
    SIGNALS.trip(&Nvic, signal);
    TRIPPING.set(was);
}

#[exception]
fn SysTick() {
    ENTERED[SYSTICK].add(1);
    match OWNER.get() {
        DISPATCHES => IN_DISPATCH.add(1),
        GOES_TO_SLEEP => IN_SLEEP.add(1),
        _ => {}
    }
    if SLEEP_TICKS.get() == STORM { storm_tick() } else { sleep_tick() }
}

fn storm_tick() {
    let place = PLACE.get();
    PLACE.set(place + 1);
    if place >= NUMBERS {
        return start(MUCH_LATER); // the owner has come to the end, or sleeps though he should not
    }
    TIME.set(TIME.get().wrapping_mul(1_103_515_245).wrapping_add(12345));
    start(20 + (TIME.get() >> 16) % 300);
    let number = FIRST + (place * STEP.get()) % NUMBERS;
    let line_number = number as usize % LINES;
    let line = number_of_line(line_number).and_then(line);
    match line {
        Some(line) if number != FIRST && DUE[line_number].get() == 0 => {
            DUE[line_number].set(number);
            NVIC::pend(line);
        }
        _ => trip(SYSTICK, number), // the line has not come to its last one yet
    }
}

fn sleep_tick() {
    start(MUCH_LATER);
    SLEEP_TICKS.add(1);
    trip(SYSTICK, FIRST);
}

fn number_of_line(line: usize) -> Option<Signum> {
    number(line as u16)
}

/// Every interrupt line.
#[exception]
unsafe fn DefaultHandler(line: i16) {
    let Some(due) = usize::try_from(line).ok().and_then(|line| DUE.get(line)) else { return };
    let line = line as usize;
    ENTERED[line].add(1);
    let number = due.get();
    if number != 0 {
        due.set(0);
        trip(line, number);
    }
}

/// SysTick from now on: after so many of its ticks, and then again and again.
fn start(ticks: u32) {
    // SAFETY: these registers are SysTick's own. Its routine writes them, and the owner does while it is stopped.
    let systick = unsafe { &*SYST::PTR };
    // SAFETY: as above; any value of 24 bits is valid.
    unsafe { systick.rvr.write(ticks) };
    // SAFETY: as above; any write clears the counter.
    unsafe { systick.cvr.write(0) };
    // SAFETY: as above; runs on the processor's clock, and interrupts.
    unsafe { systick.csr.write(0b111) };
}

fn stop() {
    // SAFETY: as in `start`.
    let systick = unsafe { &*SYST::PTR };
    // SAFETY: as in `start`.
    unsafe { systick.csr.write(0b100) };
}

/// The handler of every number; at safe points of the owner's.
fn handle(signal: Signum) {
    HANDLED[(signal.get() - FIRST) as usize].add(1);
}

fn dispatch() {
    OWNER.set(DISPATCHES);
    let done: Result<(), Infallible> = SIGNALS.dispatch(&Nvic, |signal, disposition| {
        if let Disposition::Handler(handler) = disposition {
            handler(signal);
        }
        Ok(())
    });
    OWNER.set(0);
    let Ok(()) = done;
}

/// How often the owner slept, lost and doubled: his own numbers.
#[derive(Default)]
struct Outcome {
    slept: u32,
    lost: u32,
    doubled: u32,
    slept_through: u32,
}

impl Outcome {
    fn sleep(&mut self, ready: impl FnOnce() -> bool) {
        OWNER.set(GOES_TO_SLEEP);
        let slept = SIGNALS.sleep_unless(ready, || Nvic.sleep(SIGNALS.armed()));
        OWNER.set(0);
        self.slept += u32::from(slept.is_some());
    }

    /// All is quiet: compares, and makes equal for the next round.
    fn compare(&mut self) {
        for (tripped, handled) in TRIPPED.iter().zip(&HANDLED) {
            self.lost += tripped.get().saturating_sub(handled.get());
            self.doubled += handled.get().saturating_sub(tripped.get());
            handled.set(tripped.get());
        }
    }

    fn storm(&mut self, round: u32) {
        let over = || PLACE.get() >= NUMBERS;
        PLACE.set(0);
        STEP.set([1, 3, 5, 7, 101, 239][round as usize % 6]); // none has a factor in common with 242
        start(100);
        while !over() || SIGNALS.any_pending() {
            dispatch();
            self.sleep(over);
        }
        stop();
        self.compare();
    }

    fn sleep_through(&mut self, round: u32) {
        SLEEP_TICKS.set(0);
        start(EARLIEST + round % LATEST);
        asm::delay(EARLIEST);
        while !SIGNALS.any_pending() {
            self.sleep(|| false);
        }
        stop();
        self.slept_through += u32::from(SLEEP_TICKS.get() > 1);
        while SIGNALS.any_pending() {
            dispatch();
        }
        self.compare();
    }

    /// Says what happened; whether all is as it should be.
    fn report(&self) -> bool {
        let interrupts: u32 = ENTERED.iter().map(Counter::get).sum();
        let trips: u32 = TRIPPED.iter().map(Counter::get).sum();
        let nested: u32 = NESTED.iter().map(Counter::get).sum();
        let (in_dispatch, in_sleep) = (IN_DISPATCH.get(), IN_SLEEP.get());
        hprintln!("interrupts {} (SysTick {})", interrupts, ENTERED[SYSTICK].get());
        hprintln!("trips {}, of these inside another trip {}", trips, nested);
        hprintln!("ticks in a dispatch {}, on the way to sleep or asleep {}", in_dispatch, in_sleep);
        hprintln!("sleeps {}, slept through {}", self.slept, self.slept_through);
        hprintln!("lost {}, handled twice {}", self.lost, self.doubled);
        hprintln!("the dispatcher takes {} bytes", size_of_val(&SIGNALS));
        let all_happened = [nested, in_dispatch, in_sleep, self.slept].iter().all(|&count| count > 1000);
        all_happened && (self.lost, self.doubled, self.slept_through) == (0, 0, 0)
    }
}

fn set_up(peripherals: &mut Peripherals) {
    // SAFETY: nobody relies on SysTick's priority, which is the highest.
    unsafe { peripherals.SCB.set_priority(SystemHandler::SysTick, 0) };
    peripherals.SYST.set_clock_source(SystClkSource::Core);
    for signal in (FIRST..FIRST + NUMBERS).filter_map(Signum::new) {
        if let Some(line) = line(signal) {
            let priority = 0x40 * (1 + signal.get() % 3) as u8;
            // SAFETY: nobody relies on a line's priority.
            unsafe { peripherals.NVIC.set_priority(line, priority) };
        }
        let set = SIGNALS.set_disposition(&Nvic, signal, Disposition::Handler(handle));
        assert!(set.is_ok(), "there is room for {signal}");
    }
}

#[entry]
fn main() -> ! {
    let mut peripherals = Peripherals::take().expect("the first to take them");
    set_up(&mut peripherals);
    let mut outcome = Outcome::default();
    SLEEP_TICKS.set(STORM);
    (0..ROUNDS).for_each(|round| outcome.storm(round));
    (0..SLEEPS).for_each(|round| outcome.sleep_through(round));
    let status = if outcome.report() { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE };
    loop {
        debug::exit(status);
    }
}
