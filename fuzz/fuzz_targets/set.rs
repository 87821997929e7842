//! `SignalSet` against `BTreeSet`: two sets, any sequence of what can be done with them, at three widths.
#![no_main]

use std::collections::BTreeSet;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sigtrip_core::{OutOfRange, SignalSet, Signum};

type Oracle = BTreeSet<Signum>;

#[derive(Arbitrary, Debug)]
enum Op {
    Insert(u8),
    Remove(u8),
    Swap,
    Union,
    Intersection,
    Difference,
    SymmetricDifference,
    Complement,
    Collect,
    Clear,
}

fn step<const WORDS: usize>(
    op: &Op,
    [a, b]: &mut [SignalSet<WORDS>; 2],
    [oracle_a, oracle_b]: &mut [Oracle; 2],
) {
    let capacity = SignalSet::<WORDS>::CAPACITY;
    match *op {
        Op::Insert(number) => {
            let Some(signal) = Signum::new(number.into()) else { return };
            let expected = if signal.get() > capacity {
                Err(OutOfRange { signal, capacity })
            } else {
                Ok(oracle_a.insert(signal))
            };
            assert_eq!(a.insert(signal), expected);
        }
        Op::Remove(number) => {
            let Some(signal) = Signum::new(number.into()) else { return };
            assert_eq!(a.remove(signal), oracle_a.remove(&signal));
        }
        Op::Swap => {
            std::mem::swap(a, b);
            std::mem::swap(oracle_a, oracle_b);
        }
        Op::Union => (*a, *oracle_a) = (*a | *b, &*oracle_a | &*oracle_b),
        Op::Intersection => (*a, *oracle_a) = (*a & *b, &*oracle_a & &*oracle_b),
        Op::Difference => (*a, *oracle_a) = (*a - *b, &*oracle_a - &*oracle_b),
        Op::SymmetricDifference => (*a, *oracle_a) = (*a ^ *b, &*oracle_a ^ &*oracle_b),
        Op::Complement => {
            let all: Oracle = (1..=capacity).filter_map(Signum::new).collect();
            (*a, *oracle_a) = (!*a, &all - &*oracle_a);
        }
        Op::Collect => *a = a.iter().collect(),
        Op::Clear => (*a, *oracle_a) = (SignalSet::new(), Oracle::new()),
    }
}

fn run<const WORDS: usize>(ops: &[Op]) {
    let mut sets = [SignalSet::<WORDS>::new(); 2];
    let mut oracles = [Oracle::new(), Oracle::new()];
    for op in ops {
        step(op, &mut sets, &mut oracles);
        let ([a, b], [oracle_a, oracle_b]) = (&sets, &oracles);
        assert!(a.iter().eq(oracle_a.iter().copied()));
        assert_eq!(
            (a.len(), a.iter().len(), a.is_empty()),
            (oracle_a.len(), oracle_a.len(), oracle_a.is_empty())
        );
        assert_eq!(a == b, oracle_a == oracle_b);
        for number in 1..=SignalSet::<WORDS>::CAPACITY + 1 {
            let signal = Signum::new(number).unwrap();
            assert_eq!(a.contains(signal), oracle_a.contains(&signal));
        }
    }
}

fuzz_target!(|ops: Vec<Op>| {
    run::<1>(&ops);
    run::<2>(&ops);
    run::<4>(&ops);
});
