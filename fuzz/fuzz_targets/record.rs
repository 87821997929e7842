//! The ring of records against a naive oracle: pushes and takes one after another and, by the hook that runs before each atomic
//! step, inside one another at any of them, one deep.
//!
//! The oracle knows what was pushed and not taken yet. What it holds the ring to: a record is whole; it is taken once, and only if
//! it was pushed; of each producer's records the order is kept; a push is refused, and counted, only when the ring was full at some
//! moment of it or every try met another producer; and when all is quiet, what is left is all there, and every slot works.
#![no_main]

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sigtrip_core::Records;

const SLOTS: usize = 8;
type Ring = Records<3, SLOTS>;

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Op {
    Push,
    Take,
    /// The first with this remainder.
    TakeWhere(u8),
    /// What comes before the n-th atomic step from here.
    Interrupt(u8, Inside),
    /// What the child of a fork does; never inside a push, where the thread that pushes goes on.
    ForgetAll,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Inside {
    Push,
    PushThree,
    Take,
    TakeWhere(u8),
}

#[derive(Default)]
struct World {
    ring: Ring,
    /// What was pushed and not taken.
    there: RefCell<BTreeSet<usize>>,
    /// Pushes under way: they may be there or not.
    under_way: RefCell<BTreeSet<usize>>,
    next: Cell<usize>,
    refused: Cell<usize>,
    interrupts: RefCell<Vec<(u32, Inside)>>,
    steps: Cell<u32>,
    inside: Cell<bool>,
    /// The last that each of the two producers, the outer one and the interrupts, has seen taken in the order of the ring.
    last: [Cell<Option<usize>>; 2],
}

impl World {
    fn step(&self) {
        let now = self.steps.replace(self.steps.get() + 1);
        let due: Vec<_> = self.interrupts.borrow_mut().extract_if(.., |(at, _)| *at == now).collect();
        self.inside.set(true);
        for (_, inside) in due {
            match inside {
                Inside::Push => self.push(),
                Inside::PushThree => (0..3).for_each(|_| self.push()),
                Inside::Take => self.take(None),
                Inside::TakeWhere(rest) => self.take(Some(rest)),
            }
        }
        self.inside.set(false);
    }

    fn push(&self) {
        let number = self.next.replace(self.next.get() + 1);
        let interrupts = self.interrupts.borrow().len();
        let most = self.there.borrow().len();
        self.under_way.borrow_mut().insert(number);
        let pushed = self.ring.push([number, !number, usize::from(self.inside.get())]);
        let still = self.under_way.borrow_mut().remove(&number);
        if pushed {
            // If it is not there any more it was taken by an interrupt, which found it whole.
            if still {
                self.there.borrow_mut().insert(number);
            }
        } else {
            self.refused.set(self.refused.get() + 1);
            let quiet = self.interrupts.borrow().len() == interrupts && !self.inside.get();
            assert!(!quiet || most > 0, "refused by an empty ring");
        }
        assert_eq!(self.ring.refused(), self.refused.get());
    }

    fn take(&self, rest: Option<u8>) {
        let mut start = self.ring.start();
        let wanted =
            |&[number, _, _]: &[usize; 3]| rest.is_none_or(|rest| number % 3 == usize::from(rest % 3));
        let Some([number, check, producer]) = self.ring.take_where(&mut start, wanted) else { return };
        assert_eq!(check, !number, "torn");
        assert!(wanted(&[number, check, producer]), "not what was wanted");
        let known = self.there.borrow_mut().remove(&number) || self.under_way.borrow_mut().remove(&number);
        assert!(known, "{number} was taken before, or never pushed");
        if rest.is_none() && !self.inside.get() && self.interrupts.borrow().is_empty() {
            let last = self.last[producer].replace(Some(number));
            assert!(last < Some(number), "{number} after {last:?} of the same producer");
        }
    }

    fn forget_all(&self) {
        self.interrupts.borrow_mut().clear();
        self.ring.forget_all();
        self.there.borrow_mut().clear();
        self.refused.set(0);
    }

    fn run(&self, op: Op) {
        match op {
            Op::Push => self.push(),
            Op::Take => self.take(None),
            Op::TakeWhere(rest) => self.take(Some(rest)),
            Op::Interrupt(steps, inside) => {
                let at = self.steps.get() + u32::from(steps);
                self.interrupts.borrow_mut().push((at, inside));
            }
            Op::ForgetAll => self.forget_all(),
        }
        assert!(self.under_way.borrow().is_empty());
        assert!(self.there.borrow().len() <= SLOTS);
    }
}

fuzz_target!(|ops: Vec<Op>| {
    let world = Rc::new(World::default());
    let hooked = Rc::downgrade(&world);
    sigtrip_core::step(Some(Box::new(move || {
        if let Some(world) = hooked.upgrade() {
            world.step();
        }
    })));
    for op in ops {
        world.run(op);
    }
    sigtrip_core::step(None);

    // All is quiet: what is left comes out, in the order of each producer, and then every slot is free.
    let mut last = [None; 2];
    while let Some([number, check, producer]) = world.ring.take() {
        assert_eq!(check, !number, "torn");
        assert!(world.there.borrow_mut().remove(&number), "{number} was not there");
        assert!(last[producer].replace(number) < Some(number), "out of order");
    }
    assert!(world.there.borrow().is_empty(), "lost: {:?}", world.there);
    assert!((0..SLOTS).all(|n| world.ring.push([n, !n, 0])) && !world.ring.push([0, 0, 0]));
});
