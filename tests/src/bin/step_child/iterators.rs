//! Iterators. What counts a delivery is that the iterator gives its signal.

use std::time::Duration;

use sigtrip::{
    PollFd, Signal, SignalSet, Signals, poll,
    signals::{Receivable, Received},
};
use sigtrip_tests::{
    injected::{Broken, status_of_runs},
    raw::{self, Action},
};

use crate::stage::{Stage, bare_session, check, count, deliver_first, foreign_handler};

const FOR_EVER: Duration = Duration::from_secs(100_000);

/// Which signal it is that was received.
trait Which: Receivable {
    fn signal(&self) -> Signal;
}

impl Which for Signal {
    fn signal(&self) -> Signal {
        *self
    }
}

impl Which for Received {
    fn signal(&self) -> Signal {
        check(self.info().is_some(), Broken::Returned); // there is room for its record
        self.signal()
    }
}

fn new(signals: impl Into<SignalSet>) -> Signals {
    Signals::new(signals).expect("signals that can be received")
}

fn with_records(a: Signal, b: Signal) -> Signals<Received> {
    Signals::with_records([a, b]).expect("signals that can be received")
}

fn counted(a: Signal, received: &impl Which) {
    count(usize::from(received.signal() != a));
}

fn take<T: Which>(a: Signal, signals: &Signals<T>) {
    signals.pending().for_each(|received| counted(a, &received));
}

fn finish<T: Which>(a: Signal, stage: Stage, signals: &Signals<T>) {
    take(a, signals);
    check(signals.pending().next().is_none(), Broken::LeftPending);
    stage.finish();
}

pub(crate) fn make(a: Signal, b: Signal) {
    let second = new(b);
    let stage = Stage::begin(a, b).expect_as_second();
    let signals = Signals::new(a);
    stage.end();
    let Ok(signals) = signals else { return check(false, Broken::Returned) };
    take(a, &second);
    finish(a, stage, &signals);
}

/// A foreign handler goes on, before and after.
pub(crate) fn retire(a: Signal, b: Signal) {
    raw::sigaction(a, Some(foreign_handler()));
    let second = new(b);
    let signals = new(a);
    let stage = Stage::begin(a, b).expect(foreign_handler());
    drop(signals);
    stage.end();
    finish(a, stage, &second);
}

pub(crate) fn add(a: Signal, b: Signal) {
    let signals = new(b);
    let handle = signals.handle();
    let stage = Stage::begin(a, b).expect_as_second();
    let added = handle.add_signal(a);
    stage.end();
    check(added.is_ok(), Broken::Returned);
    finish(a, stage, &signals);
}

/// What has come stays.
pub(crate) fn remove(a: Signal, b: Signal) {
    let signals = new([a, b]);
    let handle = signals.handle();
    let stage = Stage::begin(a, b).expect(Action::DEFAULT);
    let removed = handle.remove_signal(a);
    stage.end();
    check(removed, Broken::Returned);
    finish(a, stage, &signals);
}

/// It receives what it did before; waits end.
pub(crate) fn close(a: Signal, b: Signal) {
    let signals = new([a, b]);
    let handle = signals.handle();
    let stage = Stage::begin(a, b);
    handle.close();
    let waited = signals.wait().is_ok();
    stage.end();
    check(waited, Broken::Returned);
    finish(a, stage, &signals);
}

fn pending_of<T: Which>(a: Signal, b: Signal, signals: &Signals<T>) {
    deliver_first(a);
    let stage = Stage::begin(a, b);
    take(a, signals);
    stage.end_with_errno();
    finish(a, stage, signals);
}

pub(crate) fn pending(a: Signal, b: Signal) {
    pending_of(a, b, &new([a, b]));
}

pub(crate) fn pending_recorded(a: Signal, b: Signal) {
    pending_of(a, b, &with_records(a, b));
}

fn wait_for<T: Which>(a: Signal, b: Signal, signals: &Signals<T>) {
    let stage = Stage::begin(a, b);
    let received = signals.wait().map(|pending| pending.inspect(|it| counted(a, it)).count());
    stage.end();
    check(received.is_ok_and(|received| received > 0), Broken::Returned);
    finish(a, stage, signals);
}

pub(crate) fn wait(a: Signal, b: Signal) {
    wait_for(a, b, &new([a, b]));
}

pub(crate) fn wait_recorded(a: Signal, b: Signal) {
    wait_for(a, b, &with_records(a, b));
}

/// On the owner's thread it is a safe point.
pub(crate) fn wait_as_owner(a: Signal, b: Signal) {
    let _session = bare_session();
    wait_for(a, b, &new([a, b]));
}

pub(crate) fn wait_timeout(a: Signal, b: Signal) {
    let signals = new([a, b]);
    let stage = Stage::begin(a, b);
    let received = signals.wait_timeout(FOR_EVER).map(|pending| pending.inspect(|it| counted(a, it)).count());
    stage.end();
    check(received.is_ok_and(|received| received > 0), Broken::Returned);
    finish(a, stage, &signals);
}

pub(crate) fn forever(a: Signal, b: Signal) {
    let signals = new([a, b]);
    let stage = Stage::begin(a, b);
    let received = signals.forever().next();
    stage.end();
    let Some(Ok(received)) = received else { return check(false, Broken::Returned) };
    counted(a, &received);
    finish(a, stage, &signals);
}

/// By its descriptor.
pub(crate) fn readiness(a: Signal, b: Signal) {
    let _session = bare_session();
    let signals = new([a, b]);
    let readiness = signals.readiness().expect("the system has descriptors");
    let stage = Stage::begin(a, b);
    let ready = poll(&mut [PollFd::readable(std::os::fd::AsFd::as_fd(&readiness))], None);
    take(a, &signals);
    stage.end();
    check(ready.is_ok_and(|ready| ready == 1), Broken::Returned);
    finish(a, stage, &signals);
}

/// The child's own starts with nothing.
pub(crate) fn fork(a: Signal, b: Signal) {
    let signals = new([a, b]);
    deliver_first(a);
    let stage = Stage::begin(a, b);
    let pid = raw::fork();
    stage.end();
    if pid != 0 && raw::is_our_child(pid) {
        check(raw::wait_for_exit(pid) == status_of_runs([0, 0]), Broken::Child);
    }
    finish(a, stage, &signals);
}
