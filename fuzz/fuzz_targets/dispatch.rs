//! The dispatcher against a naive oracle, with a model kernel and no signals. Signals come between operations, inside
//! handlers, inside the kernel's calls, and, by the hook that runs before each atomic step, anywhere in between: also before
//! the steps of another signal.
//!
//! The oracle follows what happens and is asked at each handler and after each operation. A trip that comes between the
//! take of its own signal and the run of its handler may or may not be pending afterwards, for the handler ran after
//! it in either case: the oracle calls that `Maybe`, and believes the dispatcher when all is quiet.
//!
//! A fork, also one inside a handler and with passes on the stack, is played by running the same input again: it all happens
//! as it did until that fork, and from there on this is the child, which does what the shim's does.
#![no_main]

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::{Rc, Weak},
};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sigtrip_core::{Dispatcher, Disposition, Kernel, OutOfRange, Replaced, Signum, WORD_BITS};

const WORDS: usize = 2;
const CAPACITY: u32 = (WORDS * WORD_BITS) as u32;
const BITS: u32 = WORD_BITS as u32;

/// Few numbers, so that they meet: the edges of both words, some between, and the first that is out of range.
const NUMBERS: [u32; 9] = [1, 2, 3, 10, BITS, BITS + 1, BITS + 2, CAPACITY, CAPACITY + 1];

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Number(u8);

impl Number {
    fn signal(self) -> Signum {
        Signum::new(NUMBERS[usize::from(self.0) % NUMBERS.len()]).unwrap()
    }
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Op {
    Trip(Number),
    TripUnarmed(Number),
    /// Something that is not a signal, and that the owner waits for too.
    Event,
    Dispatch,
    Set(Number, Kind),
    /// Foreign code changes the kernel's disposition behind our back.
    Displace(Number, Kind),
    /// The kernel refuses the next change.
    RefuseNext,
    /// A signal comes inside the kernel's next change.
    TripInNextChange(Number),
    /// A signal or an event comes just before the n-th atomic step from here.
    Interrupt(u8, Interrupt),
    Sleep(During),
    /// What a session does that begins.
    Clear,
    Fork,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Interrupt {
    Trip(Number),
    Event,
}

/// What comes while the owner sleeps.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum During {
    Nothing,
    Interrupt(Interrupt),
    /// Another thread records a signal, wakes nobody, and dispatches.
    Dispatch(Number),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kind {
    Default,
    Ignore,
    Foreign(u8),
    Handler(Which),
}

/// The handlers there are, by what they do.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Nothing,
    Fail,
    Nest,
    Clear,
    TripItself,
    TripTheLowest,
    TripTheHighest,
    IgnoreItself,
    ReplaceItself,
    ReplaceTheHighest,
    Fork,
}

/// A handler is a reference to one of these; two bytes, as a handler must have.
type Handler = &'static (Which, u8);

static HANDLERS: [(Which, u8); 11] = [
    (Which::Nothing, 0),
    (Which::Fail, 0),
    (Which::Nest, 0),
    (Which::Clear, 0),
    (Which::TripItself, 0),
    (Which::TripTheLowest, 0),
    (Which::TripTheHighest, 0),
    (Which::IgnoreItself, 0),
    (Which::ReplaceItself, 0),
    (Which::ReplaceTheHighest, 0),
    (Which::Fork, 0),
];

impl Kind {
    fn disposition(self) -> Disposition<Handler, u8> {
        match self {
            Self::Default => Disposition::Default,
            Self::Ignore => Disposition::Ignore,
            Self::Foreign(who) => Disposition::Foreign(who),
            Self::Handler(which) => {
                Disposition::Handler(HANDLERS.iter().find(|handler| handler.0 == which).unwrap())
            }
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pends {
    #[default]
    No,
    Yes,
    Maybe,
}

/// What should be so.
#[derive(Default)]
struct Oracle {
    pends: BTreeMap<Signum, Pends>,
    /// Tripped since the pass last left a handler: perhaps after the take of that very signal.
    between: Vec<Signum>,
    /// A pass is under way and not in a handler.
    in_pass: bool,
    table: BTreeMap<Signum, Disposition<Handler>>,
    /// The owner is in a sleep and was not woken yet: only then may a wake come.
    may_wake: bool,
}

impl Oracle {
    fn go_on_with_the_pass(&mut self) {
        self.in_pass = true;
        self.between.clear();
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Refused {
    OutOfRange(OutOfRange),
    ByTheKernel,
}

impl From<OutOfRange> for Refused {
    fn from(error: OutOfRange) -> Self {
        Self::OutOfRange(error)
    }
}

#[derive(Default)]
struct World {
    me: Weak<World>,
    signals: Dispatcher<Handler, WORDS>,
    oracle: RefCell<Oracle>,
    /// The model kernel.
    dispositions: RefCell<BTreeMap<Signum, Disposition<(), u8>>>,
    refuse_next: Cell<bool>,
    trip_in_next: Cell<Option<Signum>>,
    /// Interrupts to come: before which step, and what.
    interrupts: RefCell<Vec<(u32, Interrupt)>>,
    event: Cell<bool>,
    steps: Cell<u32>,
    /// The oracle looks; its steps are nobody's.
    quiet: Cell<bool>,
    depth: Cell<u32>,
    /// Forks so far, and which of them this world is the child of.
    forks: Cell<u32>,
    child_of: Option<u32>,
}

impl Kernel for World {
    type Foreign = u8;
    type Error = Refused;

    fn set_disposition(
        &self,
        signal: Signum,
        new: &Disposition<(), u8>,
    ) -> Result<Disposition<(), u8>, Refused> {
        assert!(signal.get() <= CAPACITY, "a number beyond the width reached the kernel");
        if let Some(signal) = self.trip_in_next.take() {
            self.trip(signal);
        }
        if self.refuse_next.take() {
            return Err(Refused::ByTheKernel);
        }
        if let Disposition::Handler(()) = new {
            let entry = self.quietly(|| self.signals.disposition(signal));
            assert_eq!(Some(&entry), self.oracle.borrow().table.get(&signal), "ours before the table has it");
        }
        Ok(self.dispositions.borrow_mut().insert(signal, *new).unwrap_or_default())
    }

    fn wake(&self) {
        let may_wake = std::mem::take(&mut self.oracle.borrow_mut().may_wake);
        assert!(may_wake, "nobody sleeps, or the wake was given");
    }
}

impl World {
    fn hook(&self) {
        let world = self.me.clone();
        sigtrip_core::step(Some(Box::new(move || {
            if let Some(world) = world.upgrade() {
                world.step();
            }
        })));
    }

    /// Runs before each atomic step.
    fn step(&self) {
        if self.quiet.get() {
            return;
        }
        let now = self.steps.replace(self.steps.get() + 1);
        let due: Vec<_> = self.interrupts.borrow_mut().extract_if(.., |(at, _)| *at == now).collect();
        if !due.is_empty() {
            self.hook(); // or the steps of these would run none
        }
        for (_, interrupt) in due {
            self.interrupt(interrupt);
        }
    }

    fn interrupt(&self, interrupt: Interrupt) {
        match interrupt {
            Interrupt::Trip(number) => self.trip(number.signal()),
            Interrupt::Event => {
                self.event.set(true);
                self.signals.wake(self);
            }
        }
    }

    fn quietly<T>(&self, look: impl FnOnce() -> T) -> T {
        let before = self.quiet.replace(true);
        let seen = look();
        self.quiet.set(before);
        seen
    }

    fn trip(&self, signal: Signum) {
        // The oracle is told first: an interrupt may come before the bit is there, and it may be taken at once after.
        self.expect(signal);
        assert_eq!(self.signals.trip(self, signal), signal.get() <= CAPACITY);
    }

    fn trip_unarmed(&self, signal: Signum) {
        self.expect(signal);
        assert_eq!(self.signals.trip_unarmed(signal), signal.get() <= CAPACITY);
    }

    fn expect(&self, signal: Signum) {
        if signal.get() <= CAPACITY {
            let mut oracle = self.oracle.borrow_mut();
            oracle.pends.insert(signal, Pends::Yes);
            if oracle.in_pass {
                oracle.between.push(signal);
            }
        }
    }

    fn dispatch(&self) {
        let mut last = None;
        self.oracle.borrow_mut().go_on_with_the_pass();
        let done = self.signals.dispatch(self, |signal, disposition| {
            self.enter(signal, disposition);
            assert!(last < Some(signal), "{last:?} before {signal:?} in one pass");
            last = Some(signal);
            let failed = match disposition {
                Disposition::Handler(handler) => self.handle(signal, handler.0),
                Disposition::Default | Disposition::Ignore | Disposition::Foreign(()) => false,
            };
            self.oracle.borrow_mut().go_on_with_the_pass();
            if failed { Err(()) } else { Ok(()) }
        });
        self.oracle.borrow_mut().in_pass = false;
        let armed = self.quietly(|| self.signals.armed().is_armed());
        let left = self.quietly(|| self.signals.any_pending());
        assert!(!(armed && left), "a pass left something and woke nobody");
        assert!(done.is_ok() || last.is_some(), "it failed and ran nothing");
        self.compare();
    }

    /// A handler is about to run: it was tripped, and the disposition is the one in the table now.
    fn enter(&self, signal: Signum, disposition: Disposition<Handler>) {
        let mut oracle = self.oracle.borrow_mut();
        oracle.in_pass = false;
        let after = if oracle.between.contains(&signal) { Pends::Maybe } else { Pends::No };
        oracle.between.clear();
        let before = oracle.pends.insert(signal, after).unwrap_or_default();
        assert_ne!(before, Pends::No, "{signal:?} was handled and not tripped");
        assert_eq!(disposition, oracle.table.get(&signal).copied().unwrap_or_default());
    }

    /// Does what the handler does; whether it fails.
    fn handle(&self, signal: Signum, which: Which) -> bool {
        if self.depth.get() == 3 {
            return false;
        }
        self.depth.set(self.depth.get() + 1);
        let highest = Signum::new(CAPACITY).unwrap();
        match which {
            Which::Nothing | Which::Fail => {}
            Which::Nest => self.dispatch(),
            Which::Clear => self.clear(),
            Which::Fork => self.fork(),
            Which::TripItself => self.trip_unarmed(signal),
            Which::TripTheLowest => self.trip(Signum::new(1).unwrap()),
            Which::TripTheHighest => self.trip(highest),
            Which::IgnoreItself => self.set(signal, Kind::Ignore),
            Which::ReplaceItself => self.set(signal, Kind::Handler(Which::Nest)),
            Which::ReplaceTheHighest => self.set(highest, Kind::Default),
        }
        self.depth.set(self.depth.get() - 1);
        which == Which::Fail
    }

    /// The change, and what it should return and leave, worked out beforehand.
    fn set(&self, signal: Signum, kind: Kind) {
        let new = kind.disposition();
        let ours = self.oracle.borrow().table.get(&signal).copied().unwrap_or_default();
        let theirs = self.dispositions.borrow().get(&signal).copied().unwrap_or_default();
        let expected = if signal.get() > CAPACITY {
            Err(Refused::OutOfRange(OutOfRange { signal, capacity: CAPACITY }))
        } else if self.refuse_next.get() {
            Err(Refused::ByTheKernel)
        } else {
            let handler = if let Disposition::Handler(handler) = ours { Some(handler) } else { None };
            let (disposition, stale) = match theirs {
                Disposition::Handler(()) => (handler.map_or(Disposition::Ignore, Disposition::Handler), None),
                Disposition::Default => (Disposition::Default, handler),
                Disposition::Ignore => (Disposition::Ignore, handler),
                Disposition::Foreign(who) => (Disposition::Foreign(who), handler),
            };
            self.oracle.borrow_mut().table.insert(signal, without_particulars(new));
            Ok(Replaced { disposition, stale })
        };
        assert_eq!(self.signals.set_disposition(self, signal, new), expected);
    }

    fn clear(&self) {
        let interrupts = self.interrupts.borrow().len();
        self.signals.clear_pending();
        let pending = self.quietly(|| self.signals.pending());
        // A trip in the midst of it may be forgotten or not.
        let interrupted = self.interrupts.borrow().len() < interrupts;
        assert!(pending.is_empty() || interrupted, "cleared, and there is {pending:?}");
        let mut oracle = self.oracle.borrow_mut();
        for (signal, pends) in &mut oracle.pends {
            *pends = if pending.contains(*signal) { Pends::Yes } else { Pends::No };
        }
    }

    fn fork(&self) {
        let now = self.forks.replace(self.forks.get() + 1);
        if self.child_of == Some(now) {
            self.become_the_child();
        }
    }

    /// The signals that are to come are the parent's, and none comes while this is done: they are masked.
    fn become_the_child(&self) {
        self.interrupts.borrow_mut().clear();
        self.trip_in_next.set(None);
        self.quietly(|| {
            self.clear();
            self.signals.armed().disarm();
            assert!(!self.signals.any_pending() && !self.signals.armed().is_armed());
        });
        let mut oracle = self.oracle.borrow_mut();
        assert!(oracle.pends.values().all(|pends| *pends == Pends::No));
        oracle.may_wake = false; // whoever slept is not there; in this play its sleep ends at once
    }

    fn sleep(&self, during: During) {
        self.oracle.borrow_mut().may_wake = true;
        self.signals.sleep_unless(
            || self.event.get(),
            || {
                let something = self.signals.any_pending() || self.event.get();
                let asleep = self.signals.armed().is_armed();
                assert!(!(something && asleep), "asleep with something to do");
                match during {
                    During::Nothing => {}
                    During::Interrupt(interrupt) => self.interrupt(interrupt),
                    During::Dispatch(number) => {
                        self.trip_unarmed(number.signal());
                        self.dispatch();
                    }
                }
            },
        );
        assert!(!self.quietly(|| self.signals.armed().is_armed()), "left armed");
        self.oracle.borrow_mut().may_wake = false;
        self.event.set(false);
    }

    /// All is quiet: what should pend does, what should not does not, and of the rest the dispatcher is believed.
    fn compare(&self) {
        let pending = self.quietly(|| self.signals.pending());
        let any = self.quietly(|| self.signals.any_pending());
        assert_eq!(any, !pending.is_empty());
        let mut oracle = self.oracle.borrow_mut();
        assert!(pending.iter().all(|signal| oracle.pends.contains_key(&signal)));
        for (signal, pends) in &mut oracle.pends {
            let expected = if pending.contains(*signal) { Pends::Yes } else { Pends::No };
            assert!(*pends == expected || *pends == Pends::Maybe, "{signal:?}: {pends:?}, is {expected:?}");
            *pends = expected;
        }
    }

    fn run(&self, op: Op) {
        match op {
            Op::Trip(number) => self.trip(number.signal()),
            Op::TripUnarmed(number) => self.trip_unarmed(number.signal()),
            Op::Event => self.interrupt(Interrupt::Event),
            Op::Dispatch => self.dispatch(),
            Op::Set(number, kind) => self.set(number.signal(), kind),
            Op::Displace(number, kind) => {
                let foreign = match kind {
                    Kind::Default => Disposition::Default,
                    Kind::Ignore => Disposition::Ignore,
                    Kind::Foreign(who) => Disposition::Foreign(who),
                    Kind::Handler(_) => Disposition::Handler(()),
                };
                self.dispositions.borrow_mut().insert(number.signal(), foreign);
            }
            Op::RefuseNext => self.refuse_next.set(true),
            Op::TripInNextChange(number) => self.trip_in_next.set(Some(number.signal())),
            Op::Interrupt(steps, interrupt) => {
                let at = self.steps.get() + u32::from(steps);
                self.interrupts.borrow_mut().push((at, interrupt));
            }
            Op::Sleep(during) => self.sleep(during),
            Op::Clear => self.clear(),
            Op::Fork => self.fork(),
        }
        self.compare_dispositions(NUMBERS);
        self.compare();
    }

    fn compare_dispositions(&self, numbers: impl IntoIterator<Item = u32>) {
        for signal in numbers.into_iter().filter_map(Signum::new).filter(|signal| signal.get() <= CAPACITY) {
            let expected = self.oracle.borrow().table.get(&signal).copied().unwrap_or_default();
            assert_eq!(self.quietly(|| self.signals.disposition(signal)), expected);
        }
    }
}

/// What the table keeps.
fn without_particulars(disposition: Disposition<Handler, u8>) -> Disposition<Handler> {
    match disposition {
        Disposition::Default => Disposition::Default,
        Disposition::Ignore => Disposition::Ignore,
        Disposition::Handler(handler) => Disposition::Handler(handler),
        Disposition::Foreign(_) => Disposition::Foreign(()),
    }
}

/// Runs it all, in the parent or from some fork on in the child. Returns how many forks there were.
fn play(ops: &[Op], child_of: Option<u32>) -> u32 {
    let world = Rc::new_cyclic(|me| World { me: me.clone(), child_of, ..World::default() });
    world.hook();
    for &op in ops {
        world.run(op);
    }
    sigtrip_core::step(None);
    world.compare_dispositions(1..=CAPACITY); // those that nobody named too

    // No interrupts any more, and handlers that do nothing: one pass takes all there is.
    world.depth.set(3);
    world.dispatch();
    assert!(!world.signals.any_pending(), "something is pending for ever");
    world.forks.get()
}

fuzz_target!(|ops: Vec<Op>| {
    let forks = play(&ops, None);
    for child_of in 0..forks.min(4) {
        play(&ops, Some(child_of));
    }
});
