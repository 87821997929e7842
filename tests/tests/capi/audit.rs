//! What the C interface adds in signal context, read from the optimised library, instruction by instruction: the call of the C function, and no more.
//!
//! The trampolines themselves are audited by `tests/signal_context.rs`; here are the functions that it does not know.

use std::fs;

use libtest_mimic::{Failed, Trial};
use object::{Object, ObjectSymbol};

use crate::{library::Library, program::Program, walk::Walk};

/// An entry: how many calls there are of what a variable says, how many instructions at most, and libc's functions.
struct Rules {
    entry: &'static str,
    unknown_calls: usize,
    instructions: usize,
    imports: &'static [&'static str],
}

/// Where `errno` is, and the futex or the descriptor that the owner sleeps on.
const WAKE: &[&str] = &["__errno_location", "gettid", "syscall", "write"];

const REAL_TIME: &[&str] = &["__libc_current_sigrtmax", "__libc_current_sigrtmin"];

const ALL: [Rules; 8] = [
    // The C function.
    Rules { entry: "sigtrip::capi::hooks::call", unknown_calls: 1, instructions: 10, imports: &[] },
    Rules { entry: "sigtrip::capi::embedding::notify", unknown_calls: 1, instructions: 10, imports: &[] },
    Rules { entry: "sigtrip_any_pending", unknown_calls: 0, instructions: 10, imports: &[] },
    Rules { entry: "sigtrip_is_owner", unknown_calls: 0, instructions: 15, imports: &["pthread_self"] },
    // The notify hook.
    Rules { entry: "sigtrip_trip", unknown_calls: 1, instructions: 250, imports: WAKE },
    Rules { entry: "sigtrip_info_of", unknown_calls: 0, instructions: 250, imports: &[] },
    Rules { entry: "sigtrip_real_time_min", unknown_calls: 0, instructions: 20, imports: REAL_TIME },
    Rules { entry: "sigtrip_real_time_max", unknown_calls: 0, instructions: 20, imports: REAL_TIME },
];

pub(crate) fn trial(library: &'static Library) -> Trial {
    Trial::test("signal_context_has_the_call_alone", || audit(library))
        .with_ignored_flag(cfg!(not(all(target_os = "linux", target_arch = "x86_64"))))
}

fn audit(library: &Library) -> Result<(), Failed> {
    let path = library.built();
    let program = Program::read(path.to_str().expect("a path in UTF-8"));
    let bytes = fs::read(&path)?;
    let file = object::File::parse(&*bytes)?;
    let mut broken = Vec::new();
    for rules in ALL {
        let named = |name: &str| format!("{:#}", rustc_demangle::demangle(name)) == rules.entry;
        let entry = file.symbols().find(|symbol| symbol.name().is_ok_and(named));
        let walk = Walk::from(&program, entry.expect(rules.entry).address());
        let calls = walk.unknown_calls.values().sum::<usize>();
        println!("{}: {} instructions, {calls} calls, {:?}", rules.entry, walk.instructions(), walk.imports);
        let unknown = walk.imports.iter().find(|name| !rules.imports.contains(&name.as_str()));
        let too_much = calls != rules.unknown_calls || walk.instructions() > rules.instructions;
        if too_much || unknown.is_some() || !walk.findings.is_empty() {
            broken.push(format!("{}: {walk:#?}", rules.entry));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n").into()) }
}
