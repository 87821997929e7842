//! `SignalSet` against a naive oracle: `std`'s `BTreeSet` of numbers, at four widths.
#![cfg(not(sigtrip_loom))]

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, RandomState},
};

use proptest::{collection::vec, prelude::*};
use sigtrip_core::{OutOfRange, SignalSet, Signum};

type Oracle = BTreeSet<u32>;

const fn sig(number: u32) -> Signum {
    Signum::new(number).unwrap()
}

/// The set of these numbers, and the oracle's.
fn both<const WORDS: usize>(numbers: &[u32]) -> (SignalSet<WORDS>, Oracle) {
    (numbers.iter().copied().map(sig).collect(), numbers.iter().copied().collect())
}

/// Everything that can be asked of a set, against the oracle.
fn agree<const WORDS: usize>(set: SignalSet<WORDS>, oracle: &Oracle) -> Result<(), TestCaseError> {
    prop_assert!(set.iter().map(Signum::get).eq(oracle.iter().copied()));
    prop_assert_eq!((set.len(), set.is_empty()), (oracle.len(), oracle.is_empty()));
    for number in 1..=SignalSet::<WORDS>::CAPACITY + 1 {
        prop_assert_eq!(set.contains(sig(number)), oracle.contains(&number), "{}", number);
    }
    let mut iter = set.into_iter();
    for left in (0..oracle.len()).rev() {
        prop_assert!(iter.next().is_some());
        prop_assert_eq!(iter.len(), left);
    }
    prop_assert_eq!((iter.next(), iter.next()), (None, None));
    prop_assert!((&set).into_iter().eq(set));
    prop_assert_eq!(format!("{set:?}"), format!("{oracle:?}"));
    prop_assert_eq!(set, oracle.iter().copied().map(sig).collect());
    Ok(())
}

fn inserts_and_removes<const WORDS: usize>(steps: &[(bool, u32)]) -> Result<(), TestCaseError> {
    let capacity = SignalSet::<WORDS>::CAPACITY;
    let (mut set, mut oracle) = both::<WORDS>(&[]);
    for &(insert, number) in steps {
        let signal = sig(number);
        if insert && number > capacity {
            prop_assert_eq!(set.insert(signal), Err(OutOfRange { signal, capacity }));
        } else if insert {
            prop_assert_eq!(set.insert(signal), Ok(oracle.insert(number)));
        } else {
            prop_assert_eq!(set.remove(signal), oracle.remove(&number));
        }
    }
    agree(set, &oracle)
}

/// Other ways to make a set, and two that are equal and were made otherwise.
fn makings<const WORDS: usize>(a: &[u32], b: &[u32]) -> Result<(), TestCaseError> {
    let (mut set, mut oracle) = both::<WORDS>(a);
    let copy = set;
    set.extend(b.iter().copied().map(sig));
    oracle.extend(b);
    agree(set, &oracle)?;
    agree(copy, &a.iter().copied().collect())?;
    agree(SignalSet::<WORDS>::new(), &Oracle::new())?;
    agree(SignalSet::<WORDS>::default(), &Oracle::new())?;
    let backwards: SignalSet<WORDS> = oracle.iter().rev().copied().map(sig).collect();
    let state = RandomState::new();
    prop_assert_eq!((backwards, state.hash_one(backwards)), (set, state.hash_one(set)));
    Ok(())
}

fn operators<const WORDS: usize>(a: &[u32], b: &[u32]) -> Result<(), TestCaseError> {
    let (a, oracle_a) = both::<WORDS>(a);
    let (b, oracle_b) = both::<WORDS>(b);
    let all: Oracle = (1..=SignalSet::<WORDS>::CAPACITY).collect();
    agree(a, &oracle_a)?;
    agree(a | b, &(&oracle_a | &oracle_b))?;
    agree(a & b, &(&oracle_a & &oracle_b))?;
    agree(a ^ b, &(&oracle_a ^ &oracle_b))?;
    agree(a - b, &(&oracle_a - &oracle_b))?;
    agree(!a, &(&all - &oracle_a))?;
    agree(!!a, &oracle_a)?;
    agree(SignalSet::<WORDS>::full(), &all)?;
    prop_assert_eq!(a == b, oracle_a == oracle_b);
    Ok(())
}

macro_rules! at_width {
    ($name:ident: $words:literal) => {
        mod $name {
            use super::*;

            const CAPACITY: u32 = SignalSet::<$words>::CAPACITY;

            proptest! {
                #[test]
                fn follows_the_oracle(steps in vec((any::<bool>(), 1..=CAPACITY + 3), 0..200)) {
                    inserts_and_removes::<$words>(&steps)?;
                }

                #[test]
                fn however_it_is_made_it_is_the_same(
                    a in vec(1..=CAPACITY, 0..100),
                    b in vec(1..=CAPACITY, 0..100),
                ) {
                    makings::<$words>(&a, &b)?;
                }

                #[test]
                fn operators_follow_the_oracle(
                    a in vec(1..=CAPACITY, 0..100),
                    b in vec(1..=CAPACITY, 0..100),
                ) {
                    operators::<$words>(&a, &b)?;
                }
            }
        }
    };
}

at_width!(one_word: 1);
at_width!(two_words: 2);
at_width!(four_words: 4);
at_width!(eight_words: 8);

#[test]
#[should_panic(expected = "signal number 1000 is out of range: 1 to ")]
fn collecting_a_number_beyond_the_width_panics_and_says_which() {
    let _ = SignalSet::<1>::from_iter([sig(1000)]);
}

#[test]
fn extending_by_a_number_beyond_the_width_panics_and_keeps_what_came_before() {
    let mut set = SignalSet::<1>::new();
    let extend = std::panic::AssertUnwindSafe(|| set.extend([2, 1000, 3].map(sig)));
    assert!(std::panic::catch_unwind(extend).is_err());
    assert_eq!(set, SignalSet::from_iter([sig(2)]));
}
