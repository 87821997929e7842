//! The tour: runs the six programs as child processes, sends them real signals, and prints what they print.
//!
//! The programs are part of this one: it starts itself again with a program's name. It ends with status 1 if one of them
//! did not print or end as it should.

use std::{
    io::{self, BufRead, BufReader, PipeReader},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
};

use sigtrip::{Interrupt, Signal, check_signals, kill, run};

mod signal_alarm;
mod signal_getsignal;
mod signal_ignore;
mod signal_signal;
mod signal_threads;
mod signal_threads_alarm;

/// One stop of the tour.
struct Stop {
    name: &'static str,
    main: fn() -> ExitCode,
    look_for: &'static str,
    /// In order: when a line that contains this is printed, this signal is sent, or nothing yet.
    send: &'static [(&'static str, Option<Signal>)],
    /// Lines that must come, in this order; a line contains it.
    expect: &'static [&'static str],
    ends: End,
}

#[derive(Debug, PartialEq)]
enum End {
    Status(i32),
    KilledBy(Signal),
}

const STOPS: &[Stop] = &[
    Stop {
        name: "signal_signal",
        main: signal_signal::main,
        look_for: "each signal ends the wait at once; Ctrl-C ends the program, which dies by SIGINT",
        send: &[
            ("Waiting...", None),
            ("Waiting...", Some(Signal::USR1)),
            ("Received: 10", None),
            ("Waiting...", Some(Signal::USR2)),
            ("Received: 12", None),
            ("Waiting...", Some(Signal::INT)),
        ],
        expect: &[
            "My PID is: ",
            "Waiting...",
            "Received: 10",
            "Waiting...",
            "Received: 12",
            "KeyboardInterrupt",
        ],
        ends: End::KilledBy(Signal::INT),
    },
    Stop {
        name: "signal_getsignal",
        main: signal_getsignal::main,
        look_for: "the two functions, SIG_IGN for SIGPIPE and SIGXFSZ, None for std's and libc's own",
        send: &[],
        expect: &[
            "default_int_handler",
            "SIGSEGV    (11): None",
            "SIG_IGN",
            "alarm_received",
            "SIG_IGN",
            "(64): SIG_DFL",
        ],
        ends: End::Status(0),
    },
    Stop {
        name: "signal_alarm",
        main: signal_alarm::main,
        look_for: "two seconds from Before to After, not four",
        send: &[],
        expect: &["Before: ", "Alarm : ", "After : "],
        ends: End::Status(0),
    },
    Stop {
        name: "signal_ignore",
        main: signal_ignore::main,
        look_for: "SIGINT does nothing; SIGUSR1 ends the program with a message",
        send: &[("My PID", Some(Signal::INT)), ("My PID", Some(Signal::INT)), ("My PID", Some(Signal::USR1))],
        expect: &["My PID: ", "Exiting"],
        ends: End::Status(1),
    },
    Stop {
        name: "signal_threads",
        main: signal_threads::main,
        look_for: "the handler runs in main, the receiver never wakes, the alarm kills",
        send: &[],
        expect: &[
            "Waiting for signal in <Thread(receiver",
            "Received signal 10 in <Thread(main",
            "Waiting for <Thread(receiver",
        ],
        ends: End::KilledBy(Signal::ALRM),
    },
    Stop {
        name: "signal_threads_alarm",
        main: signal_threads_alarm::main,
        look_for: "the alarm is handled in main after one second, during the join; the thread sleeps its three",
        send: &[],
        expect: &[
            "Setting alarm in <Thread(alarm_thread",
            "Alarm in <Thread(main",
            "Done with sleep",
            "Exiting normally",
        ],
        ends: End::Status(0),
    },
];

fn main() -> ExitCode {
    match std::env::args().nth(1) {
        None => run(tour),
        Some(name) => match STOPS.iter().find(|stop| stop.name == name) {
            Some(stop) => (stop.main)(),
            None => {
                let names = STOPS.iter().map(|stop| stop.name).collect::<Vec<_>>();
                eprintln!("usage: tour [PROGRAM]\nThe programs: {}", names.join(", "));
                ExitCode::from(2)
            }
        },
    }
}

fn tour() -> Result<(), Interrupt> {
    let mut wrong = 0;
    for (number, stop) in STOPS.iter().enumerate() {
        println!("\n=== {}. {} ===\nLook for: {}.\n", number + 1, stop.name, stop.look_for);
        wrong += usize::from(!visit(stop)?);
        check_signals()?;
    }
    println!("\n{} programs, {wrong} not as they should be.", STOPS.len());
    if wrong == 0 { Ok(()) } else { Err(Interrupt::exit(1)) }
}

/// Runs one program to its end. Returns whether it did as it should.
fn visit(stop: &Stop) -> Result<bool, Interrupt> {
    let (mut child, output) = start(stop.name)?;
    let pid = child.id().cast_signed();
    let mut to_send = stop.send.iter().peekable();
    let mut expected = stop.expect.iter().peekable();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("    {line}");
        expected.next_if(|part| line.contains(*part));
        while let Some((_, signal)) = to_send.next_if(|(part, _)| line.contains(part)) {
            let Some(signal) = *signal else { break };
            println!("$ kill -{} {pid}", &signal.name()["SIG".len()..]);
            kill(pid, signal)?;
        }
    }
    let end = end_of(child.wait()?);
    println!("    [{}]", describe(&end));
    Ok(end == stop.ends && expected.peek().is_none())
}

/// Starts this program again as one of the six; its two outputs come through one pipe, in order.
fn start(name: &str) -> io::Result<(Child, PipeReader)> {
    let (output, input) = io::pipe()?;
    let child = Command::new(std::env::current_exe()?)
        .arg(name)
        .stdin(Stdio::null())
        .stdout(input.try_clone()?)
        .stderr(input)
        .spawn()?;
    Ok((child, output))
}

fn end_of(status: ExitStatus) -> End {
    match status.signal().and_then(|number| Signal::from_raw(number).ok()) {
        Some(signal) => End::KilledBy(signal),
        None => End::Status(status.code().unwrap_or(-1)),
    }
}

fn describe(end: &End) -> String {
    match end {
        End::Status(status) => format!("ended with status {status}"),
        End::KilledBy(signal) => format!("killed by {signal}: {}", signal.description()),
    }
}
