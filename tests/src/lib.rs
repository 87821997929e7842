//! Driving real processes: what the tests of this package share.

pub mod faults;
pub mod injected;
pub mod limits;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod ptrace;
pub mod raw;
pub mod spawns;
pub mod traced;

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::process::ExitStatusExt,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use sigtrip::Signal;

/// How long a test waits for what must come. A machine under load is slow; a lost signal is for ever.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A program under test: a child process whose two outputs come as lines, in order. Killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    seen: Vec<String>,
}

/// How a program ended, and all that it printed.
#[derive(Debug)]
pub struct Ended {
    /// As `wait` tells it.
    pub status: ExitStatus,
    /// Every line of both outputs, in order.
    pub lines: Vec<String>,
}

/// An executable of ours: for another processor run by the emulator that `SIGTRIP_EMULATOR` names, with its arguments.
fn command(executable: &str) -> Command {
    let emulator = std::env::var("SIGTRIP_EMULATOR").unwrap_or_default();
    let mut words = emulator.split_whitespace().chain([executable]);
    let mut command = Command::new(words.next().unwrap_or(executable));
    command.args(words);
    command
}

impl Program {
    /// Starts an executable with arguments.
    ///
    /// # Panics
    ///
    /// If it can not be started.
    #[must_use]
    pub fn start(executable: &str, arguments: &[&str]) -> Self {
        Self::spawn(command(executable).args(arguments).stdin(Stdio::null()))
    }

    /// Starts an executable to which one can [`type_line`](Self::type_line).
    ///
    /// # Panics
    ///
    /// If it can not be started.
    #[must_use]
    pub fn start_with_input(executable: &str, arguments: &[&str]) -> Self {
        Self::spawn(command(executable).args(arguments).stdin(Stdio::piped()))
    }

    /// Gives it a line on standard input.
    ///
    /// # Panics
    ///
    /// If it has none, or is gone.
    #[track_caller]
    pub fn type_line(&mut self, line: &str) {
        let input = self.input.as_mut().expect("it was started with input");
        writeln!(input, "{line}").expect("it reads");
    }

    /// Starts a command; its outputs are taken here. Every signal has its default action at its start, whatever this process
    /// has inherited (`nohup` ignores SIGHUP, `cmd &` SIGINT).
    ///
    /// # Panics
    ///
    /// If it can not be started.
    #[must_use]
    pub fn spawn(command: &mut Command) -> Self {
        Self::spawn_prepared(command, |_| ())
    }

    /// The same; the command is prepared further when it is known that every signal has its default action.
    ///
    /// # Panics
    ///
    /// If it can not be started.
    #[must_use]
    pub fn spawn_prepared(command: &mut Command, prepare: impl FnOnce(&mut Command)) -> Self {
        let (output, input) = std::io::pipe().expect("a pipe");
        let second = input.try_clone().expect("a descriptor");
        raw::with_default_signals(command);
        prepare(command);
        let mut child = command.stdout(input).stderr(second).spawn().expect("it starts");
        // The command still holds the pipe's other end, which must not keep the lines from ending.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, lines, seen: Vec::new() }
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Waits for a line that contains this, and returns it.
    ///
    /// # Panics
    ///
    /// If the program ends before, or [`PATIENCE`] does.
    #[track_caller]
    pub fn expect(&mut self, part: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(part) {
                        return line;
                    }
                }
                Err(why) => panic!("no line with {part:?} ({why}); seen: {:#?}", self.seen),
            }
        }
    }

    /// Sends it a signal.
    ///
    /// # Panics
    ///
    /// If it is gone.
    #[track_caller]
    pub fn send(&self, signal: Signal) {
        sigtrip::kill(self.pid(), signal).expect("it is there");
    }

    /// Ends its input and waits for its end.
    ///
    /// # Panics
    ///
    /// If [`PATIENCE`] ends before.
    #[track_caller]
    #[must_use]
    pub fn finish(self) -> Ended {
        self.finish_within(PATIENCE)
    }

    /// Ends its input and waits for its end, no longer than this.
    ///
    /// # Panics
    ///
    /// If that time ends before.
    #[track_caller]
    #[must_use]
    pub fn finish_within(mut self, time: Duration) -> Ended {
        self.input = None; // its end
        let deadline = Instant::now() + time;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end; seen: {:#?}", self.seen),
            }
        }
        let status = self.child.wait().expect("its status");
        Ended { status, lines: std::mem::take(&mut self.seen) }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // If it has ended already there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// That it ended with this status.
    ///
    /// # Panics
    ///
    /// If it did not.
    #[track_caller]
    pub fn with_status(&self, status: i32) {
        assert_eq!(self.status.code(), Some(status), "{self:#?}");
    }

    /// That it was killed by this signal.
    ///
    /// # Panics
    ///
    /// If it was not.
    #[track_caller]
    pub fn by_signal(&self, signal: Signal) {
        assert_eq!(self.status.signal(), Some(signal.number()), "{self:#?}");
    }

    /// That these lines came, in this order; each is a part of a line, and other lines may stand between.
    ///
    /// # Panics
    ///
    /// If they did not.
    #[track_caller]
    pub fn with_lines(&self, parts: &[&str]) {
        let mut parts = parts.iter().peekable();
        for line in &self.lines {
            parts.next_if(|part| line.contains(**part));
        }
        assert_eq!(parts.next(), None, "{self:#?}");
    }

    /// How many lines contain this.
    #[must_use]
    pub fn count(&self, part: &str) -> usize {
        self.lines.iter().filter(|line| line.contains(part)).count()
    }
}

/// The README's examples are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
