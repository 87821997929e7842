//! How programs end: by status, by message, by a signal, by a fault.

use sigtrip::Signal;
use sigtrip_tests::{Ended, Program};

fn start(name: &str) -> Program {
    Program::start(env!("CARGO_BIN_EXE_scenario"), &[name])
}

fn end(name: &str) -> Ended {
    start(name).finish()
}

#[test]
fn a_program_that_returns_ok_ends_with_status_0() {
    let ended = end("returns_ok");
    ended.with_status(0);
    assert_eq!(ended.lines, [""; 0]);
}

#[test]
fn ctrl_c_ends_a_program_by_sigint_with_a_traceback() {
    let mut program = start("sleeps");
    program.expect("ready");
    program.send(Signal::INT);
    let ended = program.finish();
    ended.by_signal(Signal::INT);
    assert_eq!(ended.lines.len(), 4, "{ended:#?}");
    ended.with_lines(&["Traceback (most recent call last):", "ends.rs\", line ", "KeyboardInterrupt"]);
}

#[test]
fn ctrl_c_after_the_last_safe_point_is_not_lost() {
    let ended = end("is_interrupted_at_its_end");
    ended.by_signal(Signal::INT);
    ended.with_lines(&["leaving", "KeyboardInterrupt"]);
}

#[test]
fn a_program_can_exit_with_a_status() {
    let ended = end("exits_with_status");
    ended.with_status(42);
    assert_eq!(ended.lines, [""; 0]);
}

#[test]
fn a_program_can_exit_with_a_message() {
    let ended = end("exits_with_message");
    ended.with_status(1);
    assert_eq!(ended.lines, ["That is all."]);
}

#[test]
fn an_error_is_printed_with_its_causes() {
    let ended = end("fails");
    ended.with_status(1);
    assert_eq!(
        ended.lines,
        ["Error: the configuration can not be read", "  because: No such file or directory (os error 2)"]
    );
}

#[test]
fn a_handler_can_end_the_program() {
    let ended = end("fails_in_a_handler");
    ended.with_status(1);
    assert_eq!(ended.lines, ["from the handler"]);
}

#[test]
fn destructors_run() {
    let ended = end("drops_its_values");
    ended.with_status(3);
    assert_eq!(ended.lines, ["dropped: inner", "dropped: outer"]);
}

#[test]
fn a_panic_gives_everything_back_and_handles_what_is_pending() {
    let ended = end("panics");
    ended.with_status(101);
    ended.with_lines(&["on purpose", "handled"]);
}

#[test]
fn a_handler_that_fails_while_the_session_is_left_is_told_of() {
    let ended = end("ignores_pending");
    ended.with_status(0);
    assert_eq!(ended.lines, ["sigtrip: a handler failed while the session ended: no luck", "handled"]);
}

#[test]
fn the_first_signal_sets_the_shutdown_flag() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut program = start("has_a_shutdown_flag");
        program.expect("ready");
        program.send(signal);
        let ended = program.finish();
        ended.with_status(0);
        ended.with_lines(&[&format!("stopped by {signal}")]);
    }
}

#[test]
fn the_second_signal_ends_the_process_at_once_by_that_signal() {
    for (first, second) in
        [(Signal::INT, Signal::INT), (Signal::INT, Signal::TERM), (Signal::TERM, Signal::INT)]
    {
        let mut program = start("has_a_shutdown_flag_and_is_busy");
        program.expect("ready");
        program.send(first);
        program.expect("asked");
        program.send(second);
        program.finish().by_signal(second);
    }
}

#[test]
fn std_still_reports_a_stack_overflow() {
    let ended = end("overflows_its_stack");
    ended.by_signal(Signal::ABRT);
    ended.with_lines(&["has overflowed its stack"]);
    assert_eq!(ended.count("not reached"), 0);
}

#[test]
fn a_fault_with_a_handler_installed_kills_where_it_happened() {
    for (program, signal) in [
        ("reads_nowhere", Signal::SEGV),
        ("reads_a_truncated_file", Signal::BUS),
        ("divides_by_zero", Signal::FPE),
        ("runs_into_nonsense", Signal::ILL),
    ] {
        let ended = end(program);
        ended.by_signal(signal);
        assert_eq!(ended.lines, ["about to fault"]);
    }
}

#[test]
fn a_fault_goes_to_the_handler_that_was_there_before() {
    let ended = end("faults_with_a_foreign_handler");
    ended.with_status(100 + Signal::SEGV.number());
}

#[test]
fn pid_1_exits_with_130_where_the_kernel_ignores_sigint() {
    let ended = end("is_pid_1");
    ended.with_status(0);
    if ended.count("SKIPPED") > 0 {
        println!("{}", ended.lines.join("\n"));
        return;
    }
    ended.with_lines(&["KeyboardInterrupt", "PID 1: exit status: 130"]);
}

#[test]
fn an_inherited_ignore_of_ctrl_c_is_kept() {
    // As `cmd &` in a script: the shell starts it with SIGINT ignored.
    let mut shell = std::process::Command::new("sh");
    shell.stdin(std::process::Stdio::null()).args([
        "-c",
        "trap '' INT; exec \"$0\" sleeps",
        env!("CARGO_BIN_EXE_scenario"),
    ]);
    let mut program = Program::spawn(&mut shell);
    program.expect("ready");
    program.send(Signal::INT);
    program.send(Signal::TERM);
    program.finish().by_signal(Signal::TERM);
}
