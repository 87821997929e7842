//! Fork, as libc does it with the library's three functions around it.

use sigtrip::Signal;
use sigtrip_tests::{
    injected::{Broken, status_of_runs},
    raw,
};

use crate::stage::{Stage, check, deliver_first, session};

pub(crate) fn fork(a: Signal, b: Signal) {
    let _session = session(a, b);
    fork_and_finish(a, b);
}

pub(crate) fn fork_with_one_pending(a: Signal, b: Signal) {
    let _session = session(a, b);
    deliver_first(a);
    fork_and_finish(a, b);
}

/// The child of a fork runs nothing that was delivered to its parent: it must end with no runs. Of a child that was forked before the
/// stepper made its copy of the parent, that copy is not the parent.
fn fork_and_finish(a: Signal, b: Signal) {
    let stage = Stage::begin(a, b);
    let pid = raw::fork();
    stage.end();
    if pid != 0 && raw::is_our_child(pid) {
        check(raw::wait_for_exit(pid) == status_of_runs([0, 0]), Broken::Child);
    }
    stage.finish();
}
