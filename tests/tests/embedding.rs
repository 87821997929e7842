//! The example that embeds an interpreter, with a runaway script and Ctrl-C.

use sigtrip::Signal;
use sigtrip_tests::Program;

fn prompt() -> Program {
    let mut program = Program::start_with_input(env!("CARGO_BIN_EXE_program"), &["embed_rhai"]);
    program.type_line("print(6 * 7)");
    program.expect("42");
    program
}

#[test]
fn a_runaway_script_is_interrupted_and_the_prompt_goes_on() {
    let mut program = prompt();
    program.type_line("let x = 5; print(\"running\"); loop {}");
    program.expect("running");
    program.send(Signal::USR1);
    program.expect("[SIGUSR1: at a safe point]");
    program.send(Signal::INT);
    program.expect("KeyboardInterrupt");
    program.type_line("print(x + 1)");
    program.expect("6");
    let ended = program.finish();
    ended.with_status(0);
}

#[test]
fn ctrl_c_at_the_prompt_does_not_wait_for_a_line() {
    let mut program = prompt();
    program.send(Signal::INT);
    program.expect("KeyboardInterrupt");
    program.type_line("print(\"still here\")");
    program.expect("still here");
    program.finish().with_status(0);
}

#[test]
fn an_error_of_the_script_is_its_own() {
    let mut program = prompt();
    program.type_line("no_such_function()");
    program.expect("Function not found");
    program.finish().with_status(0);
}
