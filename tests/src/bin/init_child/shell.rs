//! A shell with one job on a terminal, as far as an init can see: it puts the job into the foreground, and when it was stopped has it go on
//! there.

use std::{
    io::{Write, stdin},
    process::{Command, ExitCode},
    thread,
};

use sigtrip::Signal;
use sigtrip_tests::raw;

use crate::terminal::{self, Master};

/// Runs the job on a new terminal. Each line of this process's input is typed there: the number of a byte.
pub(crate) fn run(program: &[String]) -> ExitCode {
    let master = Master::new();
    let shell = raw::fork();
    if shell == 0 {
        master.become_terminal_of_a_session();
        raw::exit_now(lead(program));
    }
    master.drain();
    thread::spawn(move || {
        let mut keyboard = master.file();
        for line in stdin().lines().map_while(Result::ok) {
            let byte = line.parse().expect("a byte");
            keyboard.write_all(&[byte]).expect("it takes it");
        }
    });
    ExitCode::from(u8::try_from(raw::wait_for_exit(shell)).expect("a status"))
}

/// The session's first process: the shell.
fn lead(program: &[String]) -> i32 {
    raw::block(Signal::TTOU, true); // it sets the foreground from the background
    let mut command = Command::new(&program[0]);
    command.args(&program[1..]);
    raw::before_exec(&mut command, || {
        terminal::lead_a_group_in_the_foreground();
        raw::block(Signal::TTOU, false);
        Ok(())
    });
    let job = command.spawn().expect("it starts").id().cast_signed();
    loop {
        match terminal::wait_for_a_change(job) {
            Ok(status) => {
                println!("the job ended with {status}{}", of_whom(job));
                return 0;
            }
            Err(by) => println!("the job was stopped by {by}"),
        }
        terminal::set_foreground(terminal::group());
        terminal::set_foreground(job);
        sigtrip::kill(-job, Signal::CONT).expect("it is there");
    }
}

fn of_whom(job: i32) -> &'static str {
    if terminal::foreground() == job { ", in the foreground" } else { ", and somebody else has the terminal" }
}
