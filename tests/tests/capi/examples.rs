//! The examples in C, driven by real signals: three of the article's programs, and the toy interpreter under a storm.

use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use sigtrip::Signal;
use sigtrip_tests::{PATIENCE, Program};

use crate::{HERE, library::Library};

type Case = fn(Program) -> Result<(), Failed>;

/// One for each example, against this library.
pub(crate) fn trials(library: &'static Library) -> Vec<Trial> {
    let cases: [(&str, Case); 4] = [
        ("signal_signal", signal_signal),
        ("signal_getsignal", signal_getsignal),
        ("signal_ignore", signal_ignore),
        ("bytecode", bytecode),
    ];
    let trial = |(name, case): (&'static str, Case)| {
        Trial::test(format!("{}::{name}", library.name()), move || {
            let source = format!("{HERE}/../std-shim/examples/c/{name}.c");
            case(Program::start(&library.compile(name, &[source]), &[]))
        })
    };
    cases.map(trial).into()
}

/// A signal cuts the wait of three seconds short.
fn signal_signal(mut program: Program) -> Result<(), Failed> {
    let pid = program.expect("My PID is: ");
    assert_eq!(pid, format!("My PID is: {}", program.pid()));
    program.expect("Waiting...");
    let first = Instant::now();
    program.expect("Waiting...");
    assert!(first.elapsed() > Duration::from_millis(2900), "{:?}", first.elapsed());
    for (signal, line) in [(Signal::USR1, "Received: 10"), (Signal::USR2, "Received: 12")] {
        program.send(signal);
        assert_eq!(program.expect("Received"), line);
        program.expect("Waiting...");
    }
    program.send(Signal::INT);
    let ended = program.finish();
    ended.by_signal(Signal::INT);
    ended.with_lines(&["KeyboardInterrupt"]);
    Ok(())
}

fn signal_getsignal(program: Program) -> Result<(), Failed> {
    let ended = program.finish();
    ended.with_status(0);
    assert_eq!(ended.lines.len(), Signal::MAX as usize, "{ended:#?}");
    let line = |number: usize| ended.lines[number - 1].as_str();
    assert_eq!(line(1), "SIGHUP     ( 1): SIG_DFL");
    assert_eq!(line(2), "SIGINT     ( 2): default_int_handler");
    assert_eq!(line(13), "SIGPIPE    (13): SIG_IGN");
    assert_eq!(line(14), "SIGALRM    (14): alarm_received");
    assert_eq!(line(25), "SIGXFSZ    (25): SIG_IGN");
    assert!(line(32).ends_with("(32): None") && line(33).ends_with("(33): None"));
    assert!(line(64).starts_with("SIGRTMAX"));
    // A C program has no handlers but ours, and libc's own numbers.
    assert_eq!(ended.count("): SIG_DFL"), 64 - 2 - 2 - 2, "{ended:#?}");
    Ok(())
}

fn signal_ignore(mut program: Program) -> Result<(), Failed> {
    program.expect("My PID: ");
    program.send(Signal::INT);
    program.send(Signal::INT);
    program.send(Signal::USR1);
    let ended = program.finish();
    ended.with_status(1);
    ended.with_lines(&["Exiting"]);
    Ok(())
}

/// Ten thousand ticks a second, and Ctrl-C a thousand times: each ends the program that runs, once.
fn bytecode(mut program: Program) -> Result<(), Failed> {
    const INTERRUPTS: usize = 1000;
    program.expect("running");
    for _ in 0..INTERRUPTS {
        program.send(Signal::INT);
        program.expect("KeyboardInterrupt");
    }
    program.send(Signal::TERM);
    let ended = program.finish_within(PATIENCE);
    ended.with_status(0);
    assert_eq!(ended.count("KeyboardInterrupt"), INTERRUPTS);
    let last = ended.lines.last().expect("what it has counted");
    let numbers = last.split([' ', ',']).filter_map(|word| word.parse::<i64>().ok()).collect::<Vec<_>>();
    let [counted, ticks, depth, raised] = numbers[..] else { return Err(last.as_str().into()) };
    assert!(counted > 0 && ticks > 10, "{last}");
    assert_eq!((depth, raised), (0, 2), "{last}");
    Ok(())
}
