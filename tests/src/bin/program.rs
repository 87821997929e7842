//! The examples, to be run by name: the article's six programs, the embedded interpreter, and those that show one need each.

use std::process::ExitCode;

#[path = "../../../std-shim/examples/async_smol.rs"]
mod async_smol;
#[path = "../../../std-shim/examples/async_tokio.rs"]
mod async_tokio;
#[path = "../../../std-shim/examples/config_reload.rs"]
mod config_reload;
#[path = "../../../std-shim/examples/embed_rhai.rs"]
mod embed_rhai;
#[path = "../../../std-shim/examples/event_loop.rs"]
mod event_loop;
#[path = "../../../std-shim/examples/http_shutdown.rs"]
mod http_shutdown;
#[path = "../../../std-shim/examples/progress.rs"]
mod progress;
#[path = "../../../std-shim/examples/reap_children.rs"]
mod reap_children;
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
        Some("async_smol") => async_smol::main(),
        Some("async_tokio") => async_tokio::main(),
        Some("config_reload") => config_reload::main(),
        Some("embed_rhai") => embed_rhai::main(),
        Some("event_loop") => event_loop::main(),
        Some("http_shutdown") => http_shutdown::main(),
        Some("progress") => progress::main(),
        Some("reap_children") => reap_children::main(),
        Some("signal_alarm") => signal_alarm::main(),
        Some("signal_getsignal") => signal_getsignal::main(),
        Some("signal_ignore") => signal_ignore::main(),
        Some("signal_signal") => signal_signal::main(),
        Some("signal_threads") => signal_threads::main(),
        Some("signal_threads_alarm") => signal_threads_alarm::main(),
        other => panic!("no such program: {other:?}"),
    }
}
