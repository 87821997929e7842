//! What a host runtime calls.

use sigtrip::{
    Options, Signal,
    embed::{self, Disposition, Host, Word},
};
use sigtrip_tests::injected::Broken;

use crate::stage::{Stage, check, count, deliver_first};

fn host(a: Signal, b: Signal) -> Host {
    let host = Host::open(Options::untouched()).expect("no session is open");
    for (signal, which) in [(a, 1), (b, 2)] {
        host.set(signal, word(which)).expect("a signal that can be handled");
    }
    host
}

fn word(which: usize) -> Disposition {
    Disposition::Handler(Word::new(which).expect("a small number"))
}

/// The host's safe point.
fn drain_all(host: &Host) -> Result<(), ()> {
    host.drain(|_, disposition| {
        let Disposition::Handler(word) = disposition else { return Err(()) };
        count(word.get() - 1);
        Ok(())
    })
}

pub(crate) fn drain(a: Signal, b: Signal) {
    let host = host(a, b);
    deliver_first(a);
    let stage = Stage::begin(a, b);
    let drained = drain_all(&host);
    stage.end_with_errno();
    finish(stage, &host, drained.is_ok());
}

fn finish(stage: Stage, host: &Host, as_expected: bool) -> ! {
    check(as_expected, Broken::Returned);
    stage.check_mask();
    check(drain_all(host).is_ok(), Broken::Returned);
    stage.finish_settled();
}

pub(crate) fn drain_failing(a: Signal, b: Signal) {
    let host = host(a, b);
    deliver_first(a);
    let stage = Stage::begin(a, b);
    let drained = host.drain(|_, disposition| {
        if let Disposition::Handler(word) = disposition {
            count(word.get() - 1);
        }
        Err(())
    });
    stage.end_with_errno();
    finish(stage, &host, drained.is_err());
}

/// Another word for the same signal.
pub(crate) fn set(a: Signal, b: Signal) {
    let host = host(a, b);
    let stage = Stage::begin(a, b);
    let replaced = host.set(a, word(1));
    stage.end_with_errno();
    finish(stage, &host, replaced.is_ok_and(|it| it.disposition == word(1)));
}

pub(crate) fn wait(a: Signal, b: Signal) {
    let host = host(a, b);
    let stage = Stage::begin(a, b);
    let pending = host.wait(None);
    stage.end();
    check(embed::any_pending(), Broken::Returned);
    finish(stage, &host, pending == Ok(true));
}
