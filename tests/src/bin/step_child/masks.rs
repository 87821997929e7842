//! Changes of the mask.

use sigtrip::{MaskHow, Signal, SignalSet, pthread_sigmask};
use sigtrip_tests::{injected::Broken, raw};

use crate::stage::{Stage, check, deliver_first, session};

fn only(signal: Signal) -> SignalSet {
    [signal].into_iter().collect()
}

/// What waits in the kernel comes through when the mask is what it was.
pub(crate) fn block(a: Signal, b: Signal) {
    let _session = session(a, b);
    let stage = Stage::begin(a, b).expect_blocked(a);
    let before = pthread_sigmask(MaskHow::Block, only(a));
    stage.end();
    check(before.is_ok_and(|before| before.is_empty()), Broken::Returned);
    stage.check_mask();
    raw::block_none();
    check(sigtrip::check_signals().is_ok(), Broken::Returned);
    stage.finish_settled();
}

pub(crate) fn unblock(a: Signal, b: Signal) {
    let _session = session(a, b);
    let stage = Stage::begin_blocked(a, b, || deliver_first(a));
    let before = pthread_sigmask(MaskHow::Unblock, only(a));
    stage.end();
    check(before.is_ok_and(|before| before == only(a)), Broken::Returned);
    stage.finish();
}

pub(crate) fn guard(a: Signal, b: Signal) {
    let _session = session(a, b);
    let stage = Stage::begin(a, b);
    let restored = sigtrip::block(only(a)).and_then(sigtrip::MaskGuard::restore);
    stage.end();
    check(restored.is_ok(), Broken::Returned);
    stage.finish();
}
