//! The program that `tests/step.rs` steps: it brings one operation to its start, plays it, and looks at itself.
//!
//! Each operation is one row of [`OPERATIONS`] and one function, which has this form (see `stage.rs` for its parts):
//!
//! ```ignore
//! pub(crate) fn pause(a: Signal, b: Signal) {
//!     let _session = session(a, b); // both have handlers that count
//!     let stage = Stage::begin(); // stops in the tracer: from here on each instruction is stepped
//!     let returned = sigtrip::pause();
//!     let stage = stage.end(); // up to here
//!     check(returned.is_ok(), Broken::Returned);
//!     stage.finish(); // safe points until nothing is pending; mask and dispositions; exits with the runs
//! }
//! ```
//!
//! The handlers that count are the measure: after a delivery of `a` its handler must have started once more than before. Nothing
//! else is to be told for a new operation; `broken.rs` has some that do not hold, each of which must be found.

#![cfg_attr(not(all(target_os = "linux", target_arch = "x86_64")), allow(dead_code, unused_imports))]

mod allocator;
mod back_pressure;
mod broken;
mod dispatching;
mod embedding;
mod forks;
mod hooks;
mod installing;
mod iterators;
mod masks;
mod operation;
mod records;
mod sessions;
mod stage;
mod waits;
mod wakeups;

use operation::{Operation, Outcome::*, operation};
use sigtrip::Signal;
use sigtrip_tests::{injected::Broken, traced::stop_for_the_tracer};

const OPERATIONS: &[Operation] = &[
    operation("check_signals::nothing_pending", dispatching::nothing_pending).twice(),
    operation("check_signals::one_pending", dispatching::one_pending).twice(),
    operation("check_signals::three_pending", dispatching::three_pending).twice(),
    operation("check_signals::polling", dispatching::polling).twice(),
    operation("check_signals::nested", dispatching::nested).twice(),
    operation("check_signals::failing", dispatching::failing).twice(),
    operation("check_signals::self_replacing", dispatching::self_replacing),
    operation("check_signals::with_a_kick", dispatching::with_a_kick),
    operation("on::over_default", installing::on_over_default).with(Signal::WINCH).changes(Nothing, Once),
    operation("on::over_foreign", installing::on_over_foreign),
    operation("on::over_a_handler", installing::on_over_a_handler).twice(),
    operation("signal::default", installing::back_to_default).with(Signal::WINCH).changes(Once, Nothing),
    operation("signal::ignore", installing::ignore).changes(Once, Nothing),
    operation("signal::foreign_put_back", installing::foreign_put_back),
    operation("signal::fault", installing::fault).with(Signal::SEGV).changes(Killed, Once),
    operation("getsignal", installing::getsignal).twice(),
    operation("getsignal::repairs", installing::getsignal_repairs),
    operation("siginterrupt", installing::siginterrupt).twice(),
    operation("shutdown_flag", installing::shutdown_flag).with(Signal::WINCH).changes(Nothing, Once),
    operation("init::interrupt", sessions::init).with(Signal::INT).changes(Killed, Once),
    operation("init::broken_pipe", sessions::init).with(Signal::PIPE).changes(Killed, Nothing),
    operation("init::foreign_handler", sessions::init_beside_foreign),
    operation("leave::default", sessions::leave).with(Signal::WINCH).changes(Once, Nothing),
    operation("leave::foreign_handler", sessions::leave_to_foreign),
    operation("leave::one_pending", sessions::leave_with_one_pending),
    operation("pthread_sigmask::block", masks::block),
    operation("pthread_sigmask::unblock", masks::unblock).twice(),
    operation("block::restore", masks::guard),
    operation("pause", waits::pause).twice(),
    operation("pause_for", waits::pause_for),
    operation("sleep", waits::sleep).twice(),
    operation("join", waits::join),
    operation("join::ended", waits::join_ended),
    operation("poll", waits::poll).twice(),
    operation("read_line", waits::read_line),
    operation("sigwaitinfo::handled", waits::sigwaitinfo),
    operation("sigwaitinfo::accepted", waits::sigwaitinfo_accepts),
    operation("sigsuspend", waits::sigsuspend),
    operation("recv", waits::recv).twice(),
    operation("recv::message", waits::recv_message),
    operation("set_wakeup_fd", wakeups::set),
    operation("set_wakeup_fd::none", wakeups::unset),
    operation("set_wakeup_fd::check_signals", wakeups::dispatch),
    operation("set_wakeup_fd::failing", wakeups::failing),
    operation("set_wakeup_fd::poll", wakeups::poll),
    operation("fork::parent", forks::fork),
    operation("fork::parent_with_one_pending", forks::fork_with_one_pending),
    operation("fork::child", forks::fork).in_the_child(),
    operation("fork::child_with_one_pending", forks::fork_with_one_pending).in_the_child(),
    operation("back_pressure::closes", back_pressure::closes).real_time().twice(),
    operation("back_pressure::opens", back_pressure::opens).real_time(),
    operation("back_pressure::opens_for_one", back_pressure::opens_for_one).real_time(),
    operation("back_pressure::waits", back_pressure::waits).real_time(),
    operation("back_pressure::guard", back_pressure::guard).real_time(),
    operation("back_pressure::guard_while_open", back_pressure::guard_while_open).real_time(),
    operation("back_pressure::asked_for_no_more", back_pressure::asked_for_no_more).real_time(),
    operation("back_pressure::fork", back_pressure::forks).real_time(),
    operation("back_pressure::forks_child", back_pressure::forks).real_time().in_the_child(),
    operation("embed::drain", embedding::drain).twice(),
    operation("embed::drain_failing", embedding::drain_failing),
    operation("embed::set", embedding::set),
    operation("embed::wait", embedding::wait).twice(),
    operation("register_hook::over_default", hooks::register_over_default)
        .with(Signal::WINCH)
        .changes(Nothing, Once),
    operation("register_hook::over_foreign", hooks::register_over_foreign),
    operation("register_hook::over_a_handler", hooks::register_over_a_handler),
    operation("register_hook::beside_another", hooks::register_beside_another).twice(),
    operation("unregister_hook::last", hooks::unregister_last).with(Signal::WINCH).changes(Once, Nothing),
    operation("unregister_hook::over_foreign", hooks::unregister_over_foreign),
    operation("unregister_hook::over_a_handler", hooks::unregister_over_a_handler),
    operation("unregister_hook::one_of_two", hooks::unregister_one_of_two).twice(),
    operation("check_signals::with_hooks", hooks::dispatch).twice(),
    operation("on::beside_a_hook", hooks::on_beside_a_hook).with(Signal::WINCH).changes(Nothing, Once),
    operation("leave::beside_hooks", hooks::leave),
    operation("fork::parent_with_hooks", hooks::fork),
    operation("fork::child_with_hooks", hooks::fork).in_the_child(),
    operation("record::on", records::turn_on),
    operation("record::off", records::turn_off),
    operation("check_signals::recorded", records::dispatch).twice(),
    operation("take_records", records::take).twice(),
    operation("signals::new", iterators::make).with(Signal::WINCH).changes(Nothing, Once),
    operation("signals::drop", iterators::retire),
    operation("signals::add_signal", iterators::add).with(Signal::WINCH).changes(Nothing, Once),
    operation("signals::remove_signal", iterators::remove).with(Signal::WINCH).changes(Once, Nothing),
    operation("signals::close", iterators::close).twice(),
    operation("signals::pending", iterators::pending).twice(),
    operation("signals::pending_recorded", iterators::pending_recorded).twice(),
    operation("signals::wait", iterators::wait).twice(),
    operation("signals::wait_recorded", iterators::wait_recorded),
    operation("signals::wait_as_owner", iterators::wait_as_owner),
    operation("signals::wait_timeout", iterators::wait_timeout),
    operation("signals::forever", iterators::forever),
    operation("signals::readiness", iterators::readiness),
    operation("fork::parent_with_an_iterator", iterators::fork),
    operation("fork::child_with_an_iterator", iterators::fork).in_the_child(),
    operation("broken::drain_by_load_and_store", broken::drain_by_load_and_store).finds(Broken::Lost),
    operation("broken::clear_after_the_call", broken::clear_after_the_call).finds(Broken::Lost),
    operation("broken::look_before_arming", broken::look_before_arming).finds(Broken::Hangs),
    operation("broken::errno_is_not_kept", broken::errno_is_not_kept).finds(Broken::Errno),
    operation("broken::allocates", broken::allocates).finds(Broken::Allocated),
    operation("broken::locks", broken::locks).finds(Broken::Hangs),
    operation("broken::asks_the_system", broken::asks_the_system).finds(Broken::SystemCall),
    operation("broken::replaces_by_way_of_ignoring", broken::replaces_by_way_of_ignoring).finds(Broken::Lost),
    operation("broken::installs_twice", broken::installs_twice)
        .with(Signal::WINCH)
        .changes(Nothing, Once)
        .finds(Broken::ChangedTwice),
    operation("broken::installs_before_it_links", broken::installs_before_it_links).finds(Broken::Lost),
    operation("broken::puts_back", broken::puts_back).finds(Broken::TooOften),
    operation("broken::mask_from_memory", broken::mask_from_memory).finds(Broken::Mask),
    operation("broken::leaves_the_rest", broken::leaves_the_rest).finds(Broken::LeftPending),
    operation("broken::puts_the_default_back", broken::puts_the_default_back).finds(Broken::Disposition),
];

fn main() {
    let name = std::env::args().nth(1).expect("which operation?");
    if name == "--list" {
        OPERATIONS.iter().for_each(|operation| println!("{}", operation.line()));
        return;
    }
    let operation = OPERATIONS.iter().find(|operation| operation.name == name);
    let operation = operation.unwrap_or_else(|| panic!("no such operation: {name}"));
    stop_for_the_tracer();
    allocator::watch_signal_context();
    operation.play();
    unreachable!("an operation ends the process");
}
