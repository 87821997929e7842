//! `Records` against a naive oracle: a queue that knows its capacity, from any position and round the end of the numbers.
#![cfg(not(sigtrip_loom))]

use std::collections::VecDeque;

use proptest::{collection::vec, prelude::*};
use sigtrip_core::Records;

const SLOTS: usize = 8;

#[derive(Clone, Copy, Debug)]
enum Op {
    Push(usize),
    Take,
    /// The first of those that leave this rest when divided by three.
    TakeWhere(usize),
    ForgetAll,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        4 => (0_usize..100).prop_map(Op::Push),
        2 => Just(Op::Take),
        2 => (0_usize..3).prop_map(Op::TakeWhere),
        1 => Just(Op::ForgetAll),
    ];
    vec(op, 0..200)
}

/// The oldest first; one that was taken out of its turn keeps its place until the older ones are gone.
#[derive(Default)]
struct Oracle {
    slots: VecDeque<Option<usize>>,
    refused: usize,
}

impl Oracle {
    fn push(&mut self, value: usize) -> bool {
        let fits = self.slots.len() < SLOTS;
        if fits {
            self.slots.push_back(Some(value))
        } else {
            self.refused += 1
        }
        fits
    }

    fn take_where(&mut self, wanted: impl Fn(usize) -> bool) -> Option<usize> {
        let first = self.slots.iter_mut().find(|slot| slot.is_some_and(&wanted));
        let taken = first.and_then(Option::take);
        while self.slots.pop_front_if(|slot| slot.is_none()).is_some() {}
        taken
    }
}

proptest! {
    #[test]
    fn a_ring_is_a_queue_with_places(ops in ops()) {
        let ring = Records::<2, SLOTS>::new();
        let mut oracle = Oracle::default();
        let whole = |record: Option<[usize; 2]>| record.map(|[value, check]| {
            assert_eq!(check, !value, "torn");
            value
        });
        for op in ops {
            match op {
                Op::Push(value) => prop_assert_eq!(ring.push([value, !value]), oracle.push(value)),
                Op::Take => prop_assert_eq!(whole(ring.take()), oracle.take_where(|_| true)),
                Op::TakeWhere(rest) => {
                    let taken = ring.take_where(&mut ring.start(), |[value, _]| value % 3 == rest);
                    prop_assert_eq!(whole(taken), oracle.take_where(|value| value % 3 == rest));
                }
                Op::ForgetAll => {
                    ring.forget_all();
                    oracle = Oracle::default();
                }
            }
            prop_assert_eq!((ring.len(), ring.refused()), (oracle.slots.len(), oracle.refused));
        }
    }
}
