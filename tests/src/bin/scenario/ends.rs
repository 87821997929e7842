//! Programs whose end is what is looked at; `tests/ends.rs` starts them.

#![allow(unsafe_code)]

use std::{process::ExitCode, time::Duration};

use sigtrip::{
    Interrupt, Options, Signal, check_signals, init_with, kill, on, pause, raise_signal, run, shutdown_flag,
    sleep,
};
use sigtrip_tests::faults as fault;

pub(crate) type Program = (&'static str, fn() -> ExitCode);

pub(crate) const PROGRAMS: &[Program] = &[
    ("returns_ok", || run(|| Ok(()))),
    ("sleeps", sleeps),
    ("exits_with_status", || run(|| Err(Interrupt::exit(42)))),
    ("exits_with_message", || run(|| Err(Interrupt::exit_message("That is all.")))),
    ("fails", fails),
    ("fails_in_a_handler", fails_in_a_handler),
    ("is_interrupted_at_its_end", is_interrupted_at_its_end),
    ("drops_its_values", drops_its_values),
    ("panics", panics),
    ("ignores_pending", ignores_pending),
    ("has_a_shutdown_flag", has_a_shutdown_flag),
    ("has_a_shutdown_flag_and_is_busy", has_a_shutdown_flag_and_is_busy),
    ("overflows_its_stack", overflows_its_stack),
    ("reads_nowhere", || faults(Signal::SEGV, fault::read_nowhere)),
    ("reads_a_truncated_file", || faults(Signal::BUS, fault::read_a_truncated_file)),
    ("divides_by_zero", || faults(Signal::FPE, fault::divide_by_zero)),
    ("runs_into_nonsense", || faults(Signal::ILL, fault::run_into_nonsense)),
    ("faults_with_a_foreign_handler", faults_with_a_foreign_handler),
    ("is_pid_1", is_pid_1),
];

fn sleeps() -> ExitCode {
    run(|| {
        println!("ready");
        loop {
            sleep(Duration::from_secs(1))?;
        }
    })
}

#[derive(Debug)]
struct Outer(std::io::Error);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the configuration can not be read")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn fails() -> ExitCode {
    run(|| Err(Interrupt::other(Outer(std::io::Error::from_raw_os_error(libc::ENOENT)))))
}

fn fails_in_a_handler() -> ExitCode {
    run(|| {
        on(Signal::USR1, |_| Err(Interrupt::exit_message("from the handler")))?;
        raise_signal(Signal::USR1)?;
        println!("not reached");
        Ok(())
    })
}

fn is_interrupted_at_its_end() -> ExitCode {
    run(|| {
        sigtrip_tests::raw::Thread::current().send(Signal::INT); // no safe point follows in here
        println!("leaving");
        Ok(())
    })
}

fn drops_its_values() -> ExitCode {
    struct Value(&'static str);
    impl Drop for Value {
        fn drop(&mut self) {
            println!("dropped: {}", self.0);
        }
    }
    let _outer = Value("outer");
    run(|| {
        let _inner = Value("inner");
        Err(Interrupt::exit(3))
    })
}

fn panics() -> ExitCode {
    run(|| {
        on(Signal::TERM, |_| println!("handled"))?;
        sigtrip_tests::raw::Thread::current().send(Signal::TERM);
        panic!("on purpose");
    })
}

/// A handler that fails when the session is left: said on standard error, and the others run.
fn ignores_pending() -> ExitCode {
    let session = init_with(Options::untouched()).expect("the first");
    on(Signal::USR1, |_| Err(Interrupt::other("no luck"))).expect("ok");
    on(Signal::USR2, |_| println!("handled")).expect("ok");
    for signal in [Signal::USR1, Signal::USR2] {
        sigtrip_tests::raw::Thread::current().send(signal);
    }
    drop(session);
    ExitCode::SUCCESS
}

fn has_a_shutdown_flag() -> ExitCode {
    run(|| {
        let stop = shutdown_flag([Signal::INT, Signal::TERM])?;
        assert!(!stop.is_set() && stop.signal().is_none());
        println!("ready");
        while !stop.is_set() {
            pause()?; // ended by the flag's signals too
        }
        println!("stopped by {}", stop.signal().expect("it is set"));
        Ok(())
    })
}

fn has_a_shutdown_flag_and_is_busy() -> ExitCode {
    run(|| {
        let stop = shutdown_flag([Signal::INT, Signal::TERM])?;
        println!("ready");
        let mut told = false;
        loop {
            // Never a safe point: only signal context can end it.
            if stop.is_set() && !told {
                println!("asked");
                told = true;
            }
        }
    })
}

/// Std's handler stands behind ours and still says what happened.
fn overflows_its_stack() -> ExitCode {
    run(|| {
        on(Signal::SEGV, |_| println!("not reached"))?;
        std::hint::black_box(fault::recurse(0));
        Ok(())
    })
}

fn faults(signal: Signal, fault: fn()) -> ExitCode {
    run(|| {
        on(signal, |_| println!("not reached"))?;
        println!("about to fault");
        fault();
        println!("not reached");
        check_signals()
    })
}

/// The earlier handler gets the fault; this one ends the process in its own way.
fn faults_with_a_foreign_handler() -> ExitCode {
    extern "C" fn foreign(number: std::ffi::c_int) {
        // SAFETY: async-signal-safe.
        unsafe { libc::_exit(100 + number) };
    }
    sigtrip_tests::raw::sigaction(Signal::SEGV, Some(sigtrip_tests::raw::Action::new(foreign, 0, 0)));
    faults(Signal::SEGV, fault::read_nowhere)
}

/// In a PID namespace of its own the child is PID 1, which the kernel protects from SIGINT's default action.
fn is_pid_1() -> ExitCode {
    // SAFETY: numbers in, a number out.
    if unsafe { libc::unshare(libc::CLONE_NEWPID) } != 0 {
        println!("SKIPPED: no PID namespace: {}", std::io::Error::last_os_error());
        return ExitCode::SUCCESS;
    }
    let me = std::env::current_exe().expect("a path");
    let mut child =
        std::process::Command::new(me).arg("is_interrupted_at_its_end").spawn().expect("it starts");
    let status = child.wait().expect("its status");
    println!("PID 1: {status}");
    let _ = kill(0, None);
    ExitCode::SUCCESS
}
