//! A kernel that is a few cells, and a world around one dispatcher that a step's hook can reach.

use core::cell::{Cell, RefCell};
use std::{boxed::Box, collections::BTreeMap, rc::Rc, vec::Vec};

use crate::{Dispatcher, Disposition, Kernel, OutOfRange, Signum, WORD_BITS, step};

/// Two words, so that a pass goes over an edge.
pub(super) const WORDS: usize = 2;
pub(super) const CAPACITY: u32 = (WORDS * WORD_BITS) as u32;

/// A handler is a name here; what it does the test says in `run`.
pub(super) type Handler = &'static u32;
pub(super) static ONE: u32 = 1;
pub(super) static TWO: u32 = 2;

/// What the model knows of somebody else's handler.
pub(super) type Foreign = u8;
pub(super) type Ours = Disposition<Handler, Foreign>;
pub(super) type Signals = Dispatcher<Handler, WORDS>;

pub(super) fn sig(number: u32) -> Signum {
    Signum::new(number).unwrap()
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    OutOfRange(OutOfRange),
    ByTheKernel,
}

impl From<OutOfRange> for Refused {
    fn from(error: OutOfRange) -> Self {
        Self::OutOfRange(error)
    }
}

type During = Box<dyn FnMut(Signum)>;

/// The kernel: it remembers dispositions and counts wakes, refuses when told to, and runs `during` inside every
/// `set_disposition`, where a real one may deliver a signal.
#[derive(Default)]
pub(super) struct Model {
    pub(super) dispositions: RefCell<BTreeMap<Signum, Disposition<(), Foreign>>>,
    pub(super) wakes: Cell<usize>,
    pub(super) refuses: Cell<bool>,
    pub(super) during: RefCell<Option<During>>,
}

impl Model {
    pub(super) fn disposition(&self, signal: Signum) -> Disposition<(), Foreign> {
        self.dispositions.borrow().get(&signal).copied().unwrap_or_default()
    }
}

impl Kernel for Model {
    type Foreign = Foreign;
    type Error = Refused;

    fn set_disposition(
        &self,
        signal: Signum,
        new: &Disposition<(), Foreign>,
    ) -> Result<Disposition<(), Foreign>, Refused> {
        if let Some(during) = &mut *self.during.borrow_mut() {
            during(signal);
        }
        if self.refuses.get() {
            return Err(Refused::ByTheKernel);
        }
        Ok(self.dispositions.borrow_mut().insert(signal, *new).unwrap_or_default())
    }

    fn wake(&self) {
        self.wakes.set(self.wakes.get() + 1);
    }
}

/// A dispatcher and its kernel, and what was dispatched so far.
pub(super) struct World {
    pub(super) signals: Signals,
    pub(super) kernel: Model,
    pub(super) seen: RefCell<Vec<(u32, Disposition<Handler>)>>,
}

impl World {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self { signals: Signals::new(), kernel: Model::default(), seen: RefCell::default() })
    }

    /// A world in which each of these has the handler `ONE` and has been tripped.
    pub(super) fn pending(numbers: &[u32]) -> Rc<Self> {
        let world = Self::new();
        for &number in numbers {
            world.set(number, Disposition::Handler(&ONE)).unwrap();
            world.trip(number);
        }
        world
    }

    pub(super) fn set(&self, number: u32, new: Ours) -> Result<crate::Replaced<Handler, Foreign>, Refused> {
        self.signals.set_disposition(&self.kernel, sig(number), new)
    }

    pub(super) fn trip(&self, number: u32) {
        assert!(self.signals.trip(&self.kernel, sig(number)));
    }

    /// One pass; `then` is what the handlers do.
    pub(super) fn dispatch_with<E>(&self, mut then: impl FnMut(u32) -> Result<(), E>) -> Result<(), E> {
        self.signals.dispatch(&self.kernel, |signal, disposition| {
            let mut seen = self.seen.borrow_mut();
            assert!(seen.len() < 1000, "a pass that does not end");
            seen.push((signal.get(), disposition));
            drop(seen);
            then(signal.get())
        })
    }

    /// One pass of handlers that do nothing.
    pub(super) fn dispatch(&self) {
        let Ok(()) = self.dispatch_with(|_| Ok::<(), core::convert::Infallible>(()));
    }

    /// The numbers dispatched since it was last asked.
    pub(super) fn numbers(&self) -> Vec<u32> {
        self.seen.take().into_iter().map(|(number, _)| number).collect()
    }

    /// What is pending, by number.
    pub(super) fn standing(&self) -> Vec<u32> {
        self.signals.pending().iter().map(Signum::get).collect()
    }
}

/// Runs `body` and, just before its atomic step `k` (from 0), `interrupt`. Says whether there was such a step.
pub(super) fn interrupted_at(k: usize, interrupt: impl FnMut() + 'static, body: impl FnOnce()) -> bool {
    let steps = Rc::new(Cell::new(0));
    let _clear = Clear;
    step(Some(at_step(k, steps.clone(), interrupt)));
    body();
    steps.get() > k
}

/// A hook that counts the steps and runs `interrupt` before step `k`.
pub(super) fn at_step(
    k: usize,
    steps: Rc<Cell<usize>>,
    mut interrupt: impl FnMut() + 'static,
) -> Box<dyn FnMut()> {
    Box::new(move || {
        if steps.replace(steps.get() + 1) == k {
            interrupt();
        }
    })
}

/// Takes the hook away again, on a panic too.
struct Clear;

impl Drop for Clear {
    fn drop(&mut self) {
        step(None);
    }
}
