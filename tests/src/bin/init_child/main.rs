//! What `tests/tests/init.rs` has an init start, and a shell that starts an init.
//!
//! ```text
//! init_child reports SIGNAL [SIGNAL]   says which signals it gets, until the first; the second has its default action
//! init_child dies SIGNAL               dies by it
//! init_child mask                      says which signals are blocked and which are ignored
//! init_child orphans COUNT             has children of children, whom its parent is to adopt and bury
//! init_child shell PROGRAM...          runs it as a job on a terminal, on which its own input is typed
//! ```

mod orphans;
mod shell;
mod terminal;

use std::{convert::Infallible, process::ExitCode};

use sigtrip::{Interrupt, Signal, SignalSet, block, hooks, sigwaitinfo};

fn main() -> Result<ExitCode, Interrupt> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [mode, rest @ ..] = &arguments[..] else { panic!("init_child MODE ...") };
    let signal = |at: usize| rest.get(at).map(|name| name.parse::<Signal>().expect("a signal"));
    match mode.as_str() {
        "reports" => match reports(signal(0).expect("a signal"), signal(1))? {},
        "dies" => hooks::emulate_default(signal(0).expect("a signal"))?,
        "mask" => mask(),
        "orphans" => return Ok(orphans::have(rest[0].parse().expect("a number"))),
        "shell" => return Ok(shell::run(rest)),
        other => panic!("no mode {other}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn reports(last: Signal, by_default: Option<Signal>) -> Result<Infallible, Interrupt> {
    let left_alone = by_default.map_or_else(SignalSet::new, SignalSet::from);
    let signals = SignalSet::valid() - left_alone;
    let _until_the_end = block(signals)?;
    let terminal = ", with the terminal";
    println!("ready{}", if terminal::is_ours() { terminal } else { "" });
    loop {
        let info = sigwaitinfo(signals)?;
        let value = info.value().map(|value| format!(" with {value}")).unwrap_or_default();
        let on = if info.signal() == Signal::CONT { terminal } else { "" };
        println!("got {}{value}{}.", info.signal(), if terminal::is_ours() { on } else { "" });
        if info.signal() == last {
            std::process::exit(0); // while all is blocked: what waits is to do nothing
        }
    }
}

fn mask() {
    let status = std::fs::read_to_string("/proc/self/status").expect("it is there");
    let sets = status.lines().filter(|line| line.starts_with("SigBlk:") || line.starts_with("SigIgn:"));
    sets.for_each(|set| println!("{set}"));
}
