//! Lines: signals whose sendings are numbered, so that a lost one is noticed.
//!
//! Deliveries coalesce, so calls can not be compared with sendings. Instead each sending takes a number before it is sent
//! (*announced*), and each handler notes the newest number that it finds (*seen*): the handler that runs after a delivery finds at least
//! that delivery's number. A sender that waits until its number was seen has shown that this very sending was not lost; one that
//! sends on has it shown by the next that waits. What is announced and was not seen at the end was lost.
//!
//! The numbers stand in memory that forked children have in common with their parent.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sigtrip::{Signal, check_signals, on, pause_for};
use sigtrip_tests::{PATIENCE, raw};

use crate::dice::Dice;

/// A moment, or the first loss: then a storm ends.
#[derive(Clone, Copy)]
pub(crate) struct Until(Instant);

impl Until {
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// Over after this time, if not before.
    pub(crate) fn no_later_than(self, time: Duration) -> Self {
        Self(self.0.min(Instant::now() + time))
    }

    pub(crate) fn is_over(self) -> bool {
        Instant::now() >= self.0 || total(LOST).load(Ordering::Relaxed) > 0
    }
}

/// What was sent, how often handlers ran, and what was sent and never handled.
pub(crate) struct Figures {
    pub(crate) sent: u64,
    pub(crate) handled: u64,
    pub(crate) lost: u64,
}

/// A signal whose sendings are numbered.
#[derive(Clone, Copy)]
pub(crate) struct Line(pub(crate) Signal);

const LINES: usize = Signal::MAX as usize + 1;
const OF_A_LINE: usize = 3;

/// What is not of one line: sent, handled and lost in children.
const SENT: usize = LINES * OF_A_LINE;
const HANDLED: usize = SENT + 1;
const LOST: usize = SENT + 2;

static NUMBERS: OnceLock<&'static [AtomicU32]> = OnceLock::new();

/// To be called before the first signal, so that `total` is async-signal-safe afterwards.
pub(crate) fn prepare() {
    NUMBERS.get_or_init(|| raw::shared_numbers(LOST + 1));
}

fn total(index: usize) -> &'static AtomicU32 {
    &NUMBERS.get().expect("it was prepared")[index]
}

impl Line {
    fn number(self, which: usize) -> &'static AtomicU32 {
        total(self.0.number().unsigned_abs() as usize * OF_A_LINE + which)
    }

    fn announced(self) -> &'static AtomicU32 {
        self.number(0)
    }

    fn seen(self) -> &'static AtomicU32 {
        self.number(1)
    }

    fn calls(self) -> &'static AtomicU32 {
        self.number(2)
    }

    /// What the handler does. Async-signal-safe.
    pub(crate) fn saw(self) {
        let newest = self.announced().load(Ordering::Acquire);
        self.seen().fetch_max(newest, Ordering::AcqRel);
        self.calls().fetch_add(1, Ordering::Relaxed);
    }

    /// One was taken without a handler, together with the value that it came with.
    pub(crate) fn took_one(self) {
        self.seen().fetch_add(1, Ordering::AcqRel);
        self.calls().fetch_add(1, Ordering::Relaxed);
    }

    /// Installs the handler.
    pub(crate) fn handle(self) -> Self {
        on(self.0, move |_| self.saw()).expect("it can be handled");
        self
    }

    /// Installs those of several.
    pub(crate) fn handle_all(lines: impl IntoIterator<Item = Self>) {
        for line in lines {
            line.handle();
        }
    }

    /// Announces the next and sends it; returns its number.
    pub(crate) fn send(self, how: impl FnOnce(Signal)) -> u32 {
        let number = self.announced().fetch_add(1, Ordering::AcqRel) + 1;
        how(self.0);
        number
    }

    /// Whether a handler ran after this one was sent.
    pub(crate) fn was_seen(self, number: u32) -> bool {
        self.seen().load(Ordering::Acquire) >= number
    }

    /// How often its handler ran.
    pub(crate) fn handled(self) -> u32 {
        self.calls().load(Ordering::Relaxed)
    }

    /// How many were announced and not seen.
    pub(crate) fn left(self) -> u32 {
        self.announced().load(Ordering::Acquire).saturating_sub(self.seen().load(Ordering::Acquire))
    }

    /// Waits, on a thread that is not the owner, until this one was seen. False: it never is, and that was noted.
    pub(crate) fn wait_until_seen(self, number: u32) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while !self.was_seen(number) {
            if Instant::now() > deadline {
                lose(1);
                return false;
            }
            thread::yield_now();
        }
        true
    }

    /// Sends bursts until it is over, and after each waits until the last was seen. Not on the owner's thread.
    pub(crate) fn flood(self, until: Until, mut dice: Dice, how: impl Fn(Signal)) {
        while !until.is_over() {
            let burst = 1 + dice.below(40);
            let last = (0..burst).map(|_| self.send(&how)).last().expect("one at least");
            if !self.wait_until_seen(last) {
                break;
            }
        }
    }
}

/// Notes what was lost.
pub(crate) fn lose(count: u32) {
    total(LOST).fetch_add(count, Ordering::Relaxed);
}

/// Notes signals that no line counts: those of a child, or those whose end was looked at one by one.
pub(crate) fn note(sent: u32, handled: u32) {
    total(SENT).fetch_add(sent, Ordering::Relaxed);
    total(HANDLED).fetch_add(handled, Ordering::Relaxed);
}

fn all() -> impl Iterator<Item = Line> {
    Signal::all().map(Line)
}

/// All that was counted since the process began.
pub(crate) fn figures() -> Figures {
    let of = |index: usize| u64::from(total(index).load(Ordering::Relaxed));
    let sum = |what: fn(Line) -> u32| all().map(|line| u64::from(what(line))).sum::<u64>();
    Figures {
        sent: of(SENT) + sum(|line| line.announced().load(Ordering::Relaxed)),
        handled: of(HANDLED) + sum(Line::handled),
        lost: of(LOST) + sum(Line::left),
    }
}

/// On the owner's thread, when nobody sends any more: handles what is under way still.
pub(crate) fn settle() {
    let deadline = Instant::now() + PATIENCE;
    check_signals().expect("none fails");
    while all().any(|line| line.left() > 0) && Instant::now() < deadline {
        pause_for(Duration::from_millis(10)).expect("none fails");
    }
}
