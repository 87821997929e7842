//! The operations, as the program that plays them tells them.

use std::{
    ffi::c_int,
    process::{Command, Stdio},
};

use sigtrip_tests::Program;

const CHILD: &str = env!("CARGO_BIN_EXE_step_child");

/// One operation. What its parts mean: `src/bin/step_child/operation.rs`.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) signals: [c_int; 2],
    pub(crate) twice: bool,
    pub(crate) in_the_child: bool,
    /// What a delivery comes to before and after the operation, where it changes that.
    pub(crate) changes: Option<(String, String)>,
    /// What must be found to be broken.
    pub(crate) finds: Option<String>,
}

impl Row {
    fn parse(line: &str) -> Self {
        let words: Vec<_> = line.split_whitespace().collect();
        let [name, a, b, twice, child, changes, finds] = words[..] else { panic!("not a row: {line}") };
        let number = |word: &str| word.parse().expect("a signal's number");
        Self {
            name: name.to_owned(),
            signals: [number(a), number(b)],
            twice: twice == "twice",
            in_the_child: child == "child",
            changes: changes.split_once('>').map(|(from, to)| (from.to_owned(), to.to_owned())),
            finds: (finds != "-").then(|| finds.to_owned()),
        }
    }

    /// The program that plays it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(CHILD);
        command.arg(&self.name).stdin(Stdio::null()).stderr(Stdio::null());
        command
    }
}

/// All of them.
pub(crate) fn read() -> Vec<Row> {
    let list = Program::start(CHILD, &["--list"]).finish();
    list.with_status(0);
    list.lines.iter().map(|line| Row::parse(line)).collect()
}
