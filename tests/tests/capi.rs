//! The C interface, used from C.
//!
//! The libraries are built by cargo, with std and without, static and shared; each scenario of `c/` is then compiled against each of the four,
//! without a warning, and run in a process of its own. The examples in C are driven by real signals. The header is
//! compared with the sources: every function, every type, every constant. Without a C compiler the cases are skipped, and say so.

#[path = "capi/audit.rs"]
mod audit;
#[path = "capi/examples.rs"]
mod examples;
#[path = "capi/exported.rs"]
mod exported;
#[path = "capi/header.rs"]
mod header;
#[path = "capi/library.rs"]
mod library;
// The audit's own, which read an optimised program.
#[allow(dead_code, reason = "not all of it is needed here")]
#[path = "signal_context/function.rs"]
mod function;
#[path = "signal_context/program.rs"]
mod program;
#[allow(dead_code, reason = "as above")]
#[path = "signal_context/walk.rs"]
mod walk;

use libtest_mimic::{Arguments, Failed, Trial};
use sigtrip_tests::Program;

use library::{Library, has};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn main() {
    let arguments = Arguments::from_args();
    let compiler = has("gcc");
    if !compiler {
        println!("SKIPPED: there is no gcc to compile C with");
    }
    let mut trials = Vec::new();
    for library in library::ALL {
        trials.extend(
            scenarios().into_iter().map(|name| {
                Trial::test(format!("{}::{name}", library.name()), move || scenario(library, name))
            }),
        );
        trials.extend(examples::trials(library));
    }
    trials.extend(library::trials());
    trials.extend(header::trials_with_a_compiler());
    let trials = trials.into_iter().map(|trial| trial.with_ignored_flag(!compiler));
    let all = trials.chain(header::trials()).chain([panics(), audit::trial(&library::BARE_SHARED)]);
    libtest_mimic::run(&arguments, all.collect()).exit();
}

/// As they stand in the table of `c/main.c`.
fn scenarios() -> Vec<&'static str> {
    const TABLE: &str = include_str!("../c/main.c");
    let name = |line: &'static str| line.trim().strip_prefix("SCENARIO(")?.strip_suffix("),");
    let names: Vec<_> = TABLE.lines().filter_map(name).collect();
    assert!(names.len() > 30, "the table of scenarios: {names:?}");
    names
}

fn scenario(library: &'static Library, name: &str) -> Result<(), Failed> {
    let ended = Program::start(library.scenarios(), &[name]).finish();
    if ended.status.success() && ended.count("it holds") == 1 {
        return Ok(());
    }
    Err(format!("{ended:#?}").into())
}

/// Callbacks that are written in Rust, and panic: the program is built for this, with the feature.
fn panics() -> Trial {
    Trial::test("a_panic_goes_no_further", || {
        let program = library::built_for_panics();
        let ended = Program::start(&program, &[]).finish();
        ended.with_status(0);
        ended.with_lines(&["a handler panics", "a callback panics", "it holds"]);
        Ok(())
    })
}
