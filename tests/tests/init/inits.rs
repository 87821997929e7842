//! The inits that are compared, and where each is run.

use std::{
    fs,
    io::{Write as _, stdout},
    process::Command,
    sync::LazyLock,
    thread,
    time::Instant,
};

use sigtrip::Signal;
use sigtrip_tests::{Ended, PATIENCE, Program};

use crate::programs::Way;

pub(crate) const OURS: &str = "init";
/// The same with musl, which keeps one real-time signal more for itself.
pub(crate) const WITH_MUSL: &str = "init with musl";
pub(crate) const TINI: &str = "tini";
pub(crate) const DUMB_INIT: &str = "dumb-init";

/// What they start.
pub(crate) const CHILD: &str = env!("CARGO_BIN_EXE_init_child");

/// One of them: its command line, up to the program that it starts.
#[derive(Clone, Debug)]
pub(crate) struct Init {
    pub(crate) name: &'static str,
    command: Vec<String>,
}

/// Where it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Among all other processes.
    Own,
    /// As PID 1 of a namespace.
    Namespace,
}

/// An init that runs.
pub(crate) struct Started {
    /// What was started: itself, or what has made the namespace for it.
    pub(crate) program: Program,
    path: String,
    place: Place,
}

/// Past the test harness, which keeps to itself what a test prints that passes.
fn say(text: &str) {
    stdout().lock().write_all(text.as_bytes()).expect("standard output is open");
}

fn runs(command: &[&str]) -> bool {
    Command::new(command[0]).args(&command[1..]).output().is_ok_and(|output| output.status.success())
}

static INITS: LazyLock<Vec<Init>> = LazyLock::new(|| {
    let mut inits = Vec::new();
    for (name, way) in [(OURS, Way::Dynamic), (WITH_MUSL, Way::Small)] {
        match way.missing() {
            None => {
                way.build(&["init"]);
                let path = way.program("init").to_str().expect("a path in UTF-8").to_owned();
                inits.push(Init { name, command: vec![path, "--".to_owned()] });
            }
            Some(why) => say(&format!("{name}: SKIPPED: {why}\n")),
        }
    }
    // tini adopts orphans below PID 1 if it is told to.
    for (name, options) in [(TINI, &["-s", "--"][..]), (DUMB_INIT, &["--"])] {
        if runs(&[name, "--version"]) {
            let command = [&[name], options].concat().into_iter().map(str::to_owned).collect();
            inits.push(Init { name, command });
        } else {
            say(&format!("{name}: SKIPPED: it is not installed\n"));
        }
    }
    inits
});

const UNSHARE: &[&str] = &["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let mut places = vec![Place::Own];
    if runs(&[UNSHARE, &["true"]].concat()) {
        places.push(Place::Namespace);
    } else {
        say("as PID 1: SKIPPED: a PID namespace can not be made here\n");
    }
    places
});

/// Each of ours that there is.
pub(crate) fn ours() -> impl Iterator<Item = &'static Init> {
    INITS.iter().filter(|init| init.is_ours())
}

/// Runs a scenario with ours and with these others, in each place.
pub(crate) fn everywhere(others: &[&str], scenario: impl Fn(&Init, Place)) {
    for init in INITS.iter().filter(|init| init.is_ours() || others.contains(&init.name)) {
        for &place in PLACES.iter() {
            println!("{}, {place:?}", init.name);
            scenario(init, place);
        }
    }
}

impl Init {
    pub(crate) fn is_ours(&self) -> bool {
        [OURS, WITH_MUSL].contains(&self.name)
    }

    pub(crate) fn path(&self) -> &str {
        &self.command[0]
    }

    /// Starts it with a program.
    pub(crate) fn start(&self, place: Place, program: &[&str]) -> Started {
        self.start_prepared(place, program, |_| ())
    }

    /// The same; what is started first is prepared.
    pub(crate) fn start_prepared(
        &self,
        place: Place,
        program: &[&str],
        prepare: impl FnOnce(&mut Command),
    ) -> Started {
        let own: Vec<_> = self.command.iter().map(String::as_str).chain(program.iter().copied()).collect();
        let words = match place {
            Place::Own => own,
            Place::Namespace => [UNSHARE, &own].concat(),
        };
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).stdin(std::process::Stdio::null());
        Started {
            program: Program::spawn_prepared(&mut command, prepare),
            path: self.path().to_owned(),
            place,
        }
    }

    /// Starts it and waits for its end.
    pub(crate) fn finish(&self, place: Place, program: &[&str]) -> Ended {
        self.start(place, program).program.finish()
    }
}

impl Started {
    /// Its own number, as this process sees it. It runs until somebody ends it.
    pub(crate) fn pid(&self) -> i32 {
        match self.place {
            Place::Own => self.program.pid(),
            Place::Namespace => first_child(self.program.pid()),
        }
    }

    pub(crate) fn send(&self, signal: Signal) {
        sigtrip::kill(self.pid(), signal).expect("it is there");
    }

    /// Its child's number.
    pub(crate) fn child(&self) -> i32 {
        first_child(self.pid())
    }

    /// Until it blocks this signal, or has a child, before which it does: while it waits for signals the system tells no more that they
    /// are blocked.
    pub(crate) fn wait_until_it_blocks(&self, signal: Signal) {
        let pid = self.pid();
        until("it blocks", || {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            // What makes a namespace for it blocks some for a moment too.
            let name = status.lines().find_map(|line| line.strip_prefix("Name:\t"))?;
            if !self.path.ends_with(name) {
                return None;
            }
            let set = status.lines().find_map(|line| line.strip_prefix("SigBlk:"));
            let set = set.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).unwrap_or(0);
            (set >> (signal.number() - 1) & 1 != 0 || child_of(pid).is_some()).then_some(())
        });
    }

    /// `T` is stopped.
    pub(crate) fn wait_until_it_is(&self, state: u8) {
        wait_for_state(self.pid(), state);
    }

    pub(crate) fn wait_until_its_child_is(&self, state: u8) {
        wait_for_state(self.child(), state);
    }
}

/// Asks again and again, as long as there is patience.
#[track_caller]
fn until<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::yield_now();
    }
}

/// A process's state and its parent.
fn state_and_parent(pid: i32) -> Option<(u8, i32)> {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut words = status.rsplit_once(')')?.1.split_whitespace();
    Some((*words.next()?.as_bytes().first()?, words.next()?.parse().ok()?))
}

fn wait_for_state(pid: i32, state: u8) {
    until("its state", || state_and_parent(pid).filter(|&(now, _)| now == state));
}

/// A child that a process has.
fn child_of(parent: i32) -> Option<i32> {
    let processes = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    let mut pids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    pids.find(|&pid| state_and_parent(pid).is_some_and(|(_, it)| it == parent))
}

/// The same, when it has one.
fn first_child(parent: i32) -> i32 {
    until("it has a child", || child_of(parent))
}
