//! The table against a map, at three widths and with three kinds of handlers: functions, references, and words of one's own.
//! Between any two operations, and just before the one step that each of them is, a signal swaps or reads an entry too.
#![no_main]

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt::Debug,
    ptr,
    rc::Rc,
};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sigtrip_core::{Disposition, HandlerTable, OneWord, OutOfRange, Signum, WORD_BITS};

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Op {
    Swap(u16, Kind),
    Get(u16),
    /// Just before the n-th atomic step from here.
    Interrupt(u8, u16, Kind),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kind {
    Default,
    Ignore,
    Foreign,
    Handler(u8),
}

/// A handler, one of at least two.
trait Make: OneWord + Debug + PartialEq {
    fn make(which: u8) -> Self;
}

/// Three functions that do different things, so that they are not one.
const FUNCTIONS: [fn(Signum) -> u32; 3] = [Signum::get, |signal| signal.get() + 1, |signal| signal.get() + 2];

/// Compared by what it does: two functions may have one address, and one may have two.
#[derive(Clone, Copy)]
struct Function(fn(Signum) -> u32);

impl Function {
    fn call(self) -> u32 {
        (self.0)(Signum::new(7).unwrap())
    }
}

impl Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Function({})", self.call())
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.call() == other.call()
    }
}

// SAFETY: the words are those of the function inside.
unsafe impl OneWord for Function {
    fn into_word(self) -> *mut () {
        self.0.into_word()
    }
    unsafe fn from_word(word: *mut ()) -> Self {
        // SAFETY: by the caller's promise it was made from such a function.
        Self(unsafe { OneWord::from_word(word) })
    }
}

impl Make for Function {
    fn make(which: u8) -> Self {
        Self(FUNCTIONS[usize::from(which) % FUNCTIONS.len()])
    }
}

static REFERENCES: [u16; 4] = [7, 8, 9, 10];

impl Make for &'static u16 {
    fn make(which: u8) -> Self {
        &REFERENCES[usize::from(which) % REFERENCES.len()]
    }
}

/// The lowest words that a handler may have, and the highest.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row(u8);

// SAFETY: 1 to 128, and from `usize::MAX - 129` to `usize::MAX - 2`: none of the three that are refused, each from one row.
unsafe impl OneWord for Row {
    fn into_word(self) -> *mut () {
        let row = usize::from(self.0);
        ptr::without_provenance_mut(if row < 128 { row + 1 } else { usize::MAX - 2 - (row - 128) })
    }
    unsafe fn from_word(word: *mut ()) -> Self {
        let word = word.addr();
        Self(if word <= 128 { word - 1 } else { usize::MAX - 2 - word + 128 } as u8)
    }
}

impl Make for Row {
    fn make(which: u8) -> Self {
        Self(which)
    }
}

impl Kind {
    fn disposition<H: Make>(self) -> Disposition<H> {
        match self {
            Self::Default => Disposition::Default,
            Self::Ignore => Disposition::Ignore,
            Self::Foreign => Disposition::Foreign(()),
            Self::Handler(which) => Disposition::Handler(H::make(which)),
        }
    }
}

struct World<H, const WORDS: usize> {
    table: HandlerTable<H, WORDS>,
    oracle: RefCell<BTreeMap<Signum, Disposition<H>>>,
    interrupts: RefCell<Vec<(u32, Signum, Kind)>>,
    steps: Cell<u32>,
}

impl<H: Make, const WORDS: usize> World<H, WORDS> {
    const CAPACITY: u32 = (WORDS * WORD_BITS) as u32;

    fn new() -> Self {
        Self {
            table: HandlerTable::new(),
            oracle: RefCell::default(),
            interrupts: RefCell::default(),
            steps: Cell::new(0),
        }
    }

    fn signal(number: u16) -> Signum {
        Signum::new(1 + u32::from(number) % (Self::CAPACITY + 3)).unwrap()
    }

    /// Runs before each atomic step, and not in itself.
    fn step(&self) {
        let now = self.steps.replace(self.steps.get() + 1);
        let due: Vec<_> = self.interrupts.borrow_mut().extract_if(.., |(at, ..)| *at == now).collect();
        for (_, signal, kind) in due {
            self.get(signal);
            self.swap(signal, kind);
        }
    }

    /// The table goes first: it may be interrupted before its step, and the oracle is told of that.
    fn swap(&self, signal: Signum, kind: Kind) {
        let new = kind.disposition();
        let before = self.table.swap(signal, new);
        if signal.get() > Self::CAPACITY {
            assert_eq!(before, Err(OutOfRange { signal, capacity: Self::CAPACITY }));
        } else {
            let expected = self.oracle.borrow_mut().insert(signal, new).unwrap_or_default();
            assert_eq!(before, Ok(expected), "{signal:?}");
        }
    }

    fn get(&self, signal: Signum) {
        let entry = self.table.get(signal);
        assert_eq!(entry, self.oracle.borrow().get(&signal).copied().unwrap_or_default(), "{signal:?}");
    }

    fn run(&self, op: Op) {
        match op {
            Op::Swap(number, kind) => self.swap(Self::signal(number), kind),
            Op::Get(number) => self.get(Self::signal(number)),
            Op::Interrupt(steps, number, kind) => {
                let at = self.steps.get() + u32::from(steps);
                self.interrupts.borrow_mut().push((at, Self::signal(number), kind));
            }
        }
    }
}

fn play<H: Make, const WORDS: usize>(ops: &[Op]) {
    let world = Rc::new(World::<H, WORDS>::new());
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
    for number in 0..World::<H, WORDS>::CAPACITY + 3 {
        world.get(Signum::new(number + 1).unwrap());
    }
}

fuzz_target!(|ops: Vec<Op>| {
    play::<Function, 1>(&ops);
    play::<&'static u16, 2>(&ops);
    play::<Row, 4>(&ops);
});
