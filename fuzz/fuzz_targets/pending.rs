//! The bitmap against a set of numbers, at three widths: trips, takes with any cursor, whole passes, and between any two
//! atomic steps of them a trip, or another taker who is quicker.
#![no_main]

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sigtrip_core::{Pending, SignalSet, Signum};

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Op {
    Trip(u16),
    TakeFirst,
    TakeAfter(u16),
    Pass,
    Clear,
    /// Just before the n-th atomic step from here.
    Interrupt(u8, Interrupt),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Interrupt {
    Trip(u16),
    /// Another thread takes the lowest.
    Take,
}

/// What happened while an operation was under way.
#[derive(Clone, Copy, Debug)]
enum Event {
    Tripped(Signum),
    Taken(Signum),
}

#[derive(Default)]
struct World<const WORDS: usize> {
    pending: Pending<WORDS>,
    oracle: RefCell<BTreeSet<Signum>>,
    interrupts: RefCell<Vec<(u32, Interrupt)>>,
    steps: Cell<u32>,
    events: RefCell<Vec<Event>>,
    /// The oracle looks; its steps are nobody's.
    quiet: Cell<bool>,
}

impl<const WORDS: usize> World<WORDS> {
    const CAPACITY: u32 = SignalSet::<WORDS>::CAPACITY;

    /// Every number that there is room for, and a few more.
    fn signal(number: u16) -> Signum {
        Signum::new(1 + u32::from(number) % (Self::CAPACITY + 3)).unwrap()
    }

    /// Runs before each atomic step, and not in itself.
    fn step(&self) {
        if self.quiet.get() {
            return;
        }
        let now = self.steps.replace(self.steps.get() + 1);
        let due: Vec<_> = self.interrupts.borrow_mut().extract_if(.., |(at, _)| *at == now).collect();
        for (_, interrupt) in due {
            let event = match interrupt {
                Interrupt::Trip(number) => {
                    let signal = Self::signal(number);
                    let fits = self.pending.trip(signal);
                    assert_eq!(fits, signal.get() <= Self::CAPACITY);
                    fits.then_some(Event::Tripped(signal))
                }
                Interrupt::Take => self.pending.take_next(None).map(Event::Taken),
            };
            self.events.borrow_mut().extend(event);
        }
    }

    fn look(&self) -> SignalSet<WORDS> {
        self.quiet.set(true);
        let seen = self.pending.snapshot();
        self.quiet.set(false);
        seen
    }

    /// Does it, and returns what else happened meanwhile.
    fn watched<T>(&self, operation: impl FnOnce() -> T) -> (T, Vec<Event>) {
        self.events.borrow_mut().clear();
        let done = operation();
        (done, self.events.take())
    }

    fn follow(&self, events: &[Event]) {
        let mut oracle = self.oracle.borrow_mut();
        for event in events {
            match *event {
                Event::Tripped(signal) => oracle.insert(signal),
                Event::Taken(signal) => oracle.remove(&signal),
            };
        }
    }

    fn trip(&self, signal: Signum) {
        let (fits, events) = self.watched(|| self.pending.trip(signal));
        assert_eq!(fits, signal.get() <= Self::CAPACITY);
        self.follow(&events);
        if fits {
            self.oracle.borrow_mut().insert(signal);
        }
    }

    /// The lowest above `after`. One that came meanwhile may be taken or not; none that stood there all the time is passed
    /// over, and none comes from nowhere.
    fn take(&self, after: Option<Signum>) -> Option<Signum> {
        let before = self.oracle.borrow().clone();
        let (taken, events) = self.watched(|| self.pending.take_next(after));
        let count = |wanted: fn(&Event) -> Option<Signum>, signal| {
            events.iter().filter_map(wanted).filter(|it| *it == signal).count()
        };
        let trips =
            |signal| count(|event| if let Event::Tripped(it) = *event { Some(it) } else { None }, signal);
        let takes =
            |signal| count(|event| if let Event::Taken(it) = *event { Some(it) } else { None }, signal);

        let passed_over = before.iter().find(|&&signal| {
            Some(signal) > after && taken.is_none_or(|taken| signal < taken) && takes(signal) == 0
        });
        assert_eq!(passed_over, None, "not taken after {after:?}, but {taken:?}: {events:?}");
        self.follow(&events);
        if let Some(taken) = taken {
            assert!(Some(taken) > after, "{taken:?} after {after:?}");
            let came = usize::from(before.contains(&taken)) + trips(taken);
            assert!(came > takes(taken), "{taken:?} came from nowhere: {events:?}");
            // Tripped before it was taken, or after: the bitmap is believed.
            let again = trips(taken) > 0 && self.look().contains(taken);
            if !again {
                self.oracle.borrow_mut().remove(&taken);
            }
        }
        taken
    }

    fn pass(&self) {
        let mut last = None;
        while let Some(taken) = self.take(last) {
            last = Some(taken);
        }
    }

    fn clear(&self) {
        let ((), events) = self.watched(|| self.pending.clear());
        let left = self.look();
        let came = |signal| events.iter().any(|event| matches!(event, Event::Tripped(it) if *it == signal));
        assert!(left.iter().all(came), "cleared, and there is {left:?}");
        *self.oracle.borrow_mut() = left.iter().collect();
    }

    fn run(&self, op: Op) {
        match op {
            Op::Trip(number) => self.trip(Self::signal(number)),
            Op::TakeFirst => _ = self.take(None),
            Op::TakeAfter(number) => _ = self.take(Some(Self::signal(number))),
            Op::Pass => self.pass(),
            Op::Clear => self.clear(),
            Op::Interrupt(steps, interrupt) => {
                let at = self.steps.get() + u32::from(steps);
                self.interrupts.borrow_mut().push((at, interrupt));
            }
        }
        // The look is interrupted too: what came before it is seen, what comes in its midst may be.
        let (any, events) = self.watched(|| self.pending.any());
        let quiet = events.is_empty();
        assert!(!quiet || any != self.oracle.borrow().is_empty());
        self.follow(&events);
        let (seen, events) = self.watched(|| self.pending.snapshot());
        assert!(!events.is_empty() || seen.iter().eq(self.oracle.borrow().iter().copied()));
        self.follow(&events);
    }
}

fn play<const WORDS: usize>(ops: &[Op]) {
    let world = Rc::new(World::<WORDS>::default());
    let hooked = Rc::downgrade(&world);
    sigtrip_core::step(Some(Box::new(move || {
        if let Some(world) = hooked.upgrade() {
            world.step();
        }
    })));
    for &op in ops {
        world.run(op);
    }
    sigtrip_core::step(None);
    world.pass();
    assert!(!world.pending.any(), "something is pending for ever");
}

fuzz_target!(|ops: Vec<Op>| {
    play::<1>(&ops);
    play::<2>(&ops);
    play::<4>(&ops);
});
