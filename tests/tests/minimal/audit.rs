//! Signal context without std, read from the optimised program that uses each part of the shim: from each trampoline along every branch and
//! call, as `signal_context.rs` reads the library with std.

use std::{collections::BTreeMap, fs};

use object::{Object as _, ObjectSymbol as _};

use crate::{
    program::Program,
    programs::Way,
    say,
    walk::{Walk, what_it_does},
};

/// Every one that the kernel can be given.
const TRAMPOLINES: [&str; 17] = [
    "lean",
    "armed",
    "full",
    "fault",
    "counted",
    "counted_lean",
    "recording",
    "recording_full",
    "recording_fault",
    "shutdown",
    "kick",
    "informed",
    "hooks",
    "informed_fault",
    "fault_hooks",
    "informed_shutdown",
    "informed_kick",
];

/// What is on POSIX's list of async-signal-safe functions, and three that only read: see `signal_context/rules.rs`.
const LIBC: &[&str] = &[
    "__errno_location",
    "gettid",
    "_exit",
    "clock_gettime",
    "pthread_sigmask",
    "raise",
    "sigaction",
    "sigaddset",
    "sigemptyset",
    "syscall",
    "write",
];

/// Compiled for its size, a program fills memory by one instruction that repeats. There it is a `sigaction`, of as many bytes as it has.
fn is_of_known_length(finding: &str) -> bool {
    finding.starts_with("sigtrip::sys::action::exchange: ") && finding.contains("repeats as often")
}

/// The program's functions, by name.
fn functions(path: &str) -> BTreeMap<String, u64> {
    let bytes = fs::read(path).expect("it was built");
    let file = object::File::parse(&*bytes).expect("an executable");
    let named = |symbol: object::Symbol<'_, '_>| {
        let name = format!("{:#}", rustc_demangle::demangle(symbol.name().unwrap_or("?")));
        (name, symbol.address())
    };
    file.symbols().filter(|symbol| symbol.size() > 0).map(named).collect()
}

/// Builds this program; `None`, and that is said, where it can not be read.
fn read(name: &str) -> Option<(Program, BTreeMap<String, u64>)> {
    if let Some(why) = Way::WithSymbols.missing() {
        say(&format!("{name}: SKIPPED: {why}\n"));
        return None;
    }
    Way::WithSymbols.build(&[name]);
    let path = Way::WithSymbols.program(name);
    let path = path.to_str().expect("a path in UTF-8");
    Some((Program::read(path), functions(path)))
}

#[test]
fn no_trampoline_can_panic_without_std() {
    let Some((program, functions)) = read("all_parts") else { return };
    let mut broken = Vec::new();
    for trampoline in TRAMPOLINES {
        let name = format!("sigtrip::trip::trampoline::{trampoline}");
        let walk = Walk::through_core(&program, *functions.get(&name).unwrap_or_else(|| panic!("no {name}")));
        assert!(walk.functions() > 0);
        let imports = walk.imports.iter().filter(|name| !LIBC.contains(&name.as_str()));
        broken.extend(imports.map(|name| format!("{trampoline}: {}: {name}", what_it_does(name))));
        let findings = walk.findings.iter().filter(|finding| !is_of_known_length(finding));
        broken.extend(findings.map(|finding| format!("{trampoline}: {finding}")));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// So that the walk is known to see one: an owner's function that adds up times, and can overflow.
#[test]
fn a_function_that_can_panic_is_seen() {
    let Some((program, functions)) = read("panics") else { return };
    let walk = Walk::through_core(&program, functions["panics::trampoline"]);
    assert!(walk.findings.iter().any(|finding| finding.contains("panics: core::panicking")), "{walk:#?}");
}

/// Neither std nor the heap, nor a way to format or to panic: nothing of them is in the programs.
#[test]
fn the_small_programs_have_nothing_of_std() {
    for name in ["smallest", "handles", "init"] {
        let Some((_, functions)) = read(name) else { return };
        let parts = ["std::", "alloc::", "core::fmt", "core::panicking", "__rust_alloc"];
        let found = functions.keys().filter(|function| parts.iter().any(|part| function.contains(part)));
        assert_eq!(found.collect::<Vec<_>>(), [""; 0], "{name}");
        assert!(functions.contains_key("main"), "{functions:#?}");
    }
}
