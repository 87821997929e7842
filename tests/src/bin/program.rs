//! The article's six programs and the embedded interpreter, to be run by name.

use std::process::ExitCode;

#[path = "../../../std-shim/examples/embed_rhai.rs"]
mod embed_rhai;
#[path = "../../../std-shim/examples/signal_alarm.rs"]
mod signal_alarm;
#[path = "../../../std-shim/examples/signal_getsignal.rs"]
mod signal_getsignal;
#[path = "../../../std-shim/examples/signal_ignore.rs"]
mod signal_ignore;
#[path = "../../../std-shim/examples/signal_signal.rs"]
mod signal_signal;
#[path = "../../../std-shim/examples/signal_threads.rs"]
mod signal_threads;
#[path = "../../../std-shim/examples/signal_threads_alarm.rs"]
mod signal_threads_alarm;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("embed_rhai") => embed_rhai::main(),
        Some("signal_alarm") => signal_alarm::main(),
        Some("signal_getsignal") => signal_getsignal::main(),
        Some("signal_ignore") => signal_ignore::main(),
        Some("signal_signal") => signal_signal::main(),
        Some("signal_threads") => signal_threads::main(),
        Some("signal_threads_alarm") => signal_threads_alarm::main(),
        other => panic!("no such program: {other:?}"),
    }
}
