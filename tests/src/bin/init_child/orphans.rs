//! Children of children: each loses its parent, is given to an init, and ends.

use std::{fs, process::ExitCode, thread};

use sigtrip_tests::raw;

/// What an orphan ends with, and what this process does: the one is not to be taken for the other.
const ORPHAN: i32 = 9;
const PARENT: u8 = 4;

/// Has so many, and waits until none of them is left.
pub(crate) fn have(count: u32) -> ExitCode {
    let init = raw::parent();
    for _ in 0..count {
        let parent = raw::fork();
        if parent == 0 {
            lose_a_child(init);
        }
        assert_eq!(raw::wait_for_exit(parent), 0);
    }
    while others_of(init) > 0 {
        thread::yield_now();
    }
    println!("none is left");
    ExitCode::from(PARENT)
}

fn lose_a_child(init: i32) -> ! {
    let parent = std::process::id().cast_signed();
    if raw::fork() == 0 {
        while raw::parent() == parent {
            thread::yield_now();
        }
        println!("{}", if raw::parent() == init { "adopted" } else { "adopted by somebody else" });
        raw::exit_now(ORPHAN);
    }
    raw::exit_now(0);
}

/// How many children a process has besides this one, those among them that have ended and were not waited for.
fn others_of(parent: i32) -> usize {
    let processes = fs::read_dir("/proc").expect("it is there").filter_map(Result::ok);
    let is_child = |process: &fs::DirEntry| {
        if process.file_name().to_str().is_none_or(|name| name.parse::<i32>().is_err()) {
            return false; // `self` is there too
        }
        // Its name stands in brackets, and may have blanks in it; then come its state and its parent.
        let status = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        let parents = status.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1));
        parents.is_some_and(|it| it == parent.to_string())
    };
    processes.filter(is_child).count().saturating_sub(1)
}
