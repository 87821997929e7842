//! The house's rules, held against the sources: what one would otherwise have to remember when reading a change.
//!
//! Each rule is one test; it fails with the files and lines that break it. Beside each rule are tests which show, on a few
//! lines of code, that it can fail. Code is looked at as tokens, without comments and strings; unit tests inside the
//! sources are left out unless a rule says otherwise.

#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/orderings.rs"]
mod orderings;
#[path = "tidy/signal_context.rs"]
mod signal_context;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/text.rs"]
mod text;

use source::{Source, in_folder};

/// The only places with `unsafe`. One that needs none any more is to leave the list.
const UNSAFE: &[&str] = &[
    "core/src/gate/tests.rs",
    "core/src/table.rs",
    "std-shim/src/capi/",
    "std-shim/src/critical_section.rs",
    "std-shim/src/embed.rs",
    "std-shim/src/handler/",
    "std-shim/src/hooks/",
    "std-shim/src/owner/fork.rs",
    "std-shim/src/owner/hooks/",
    "std-shim/src/owner/install.rs",
    "std-shim/src/owner/instance.rs",
    "std-shim/src/sys/",
    "std-shim/src/trip/extras.rs",
    "std-shim/src/trip/hook.rs",
    "std-shim/src/trip/mod.rs",
    "std-shim/src/trip/record.rs",
    "std-shim/src/trip/trampoline.rs",
];

/// Fails with all that breaks a rule.
#[track_caller]
fn none(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

fn library() -> Vec<Source> {
    [in_folder("core/src"), in_folder("std-shim/src")].concat()
}

#[test]
fn no_import_of_the_core_runs_upward() {
    none(floors::CORE.upward(&in_folder("core/src")));
}

#[test]
fn no_import_of_the_shim_runs_upward() {
    none(floors::SHIM.upward(&in_folder("std-shim/src")));
}

#[test]
fn signal_context_names_nothing_that_it_may_not_use() {
    let sources = in_folder("std-shim/src/trip");
    assert!(!sources.is_empty());
    none(sources.iter().flat_map(signal_context::forbidden).collect());
}

#[test]
fn every_ordering_is_explained_above_it() {
    none(library().iter().flat_map(orderings::unexplained).collect());
}

#[test]
fn nothing_is_sequentially_consistent() {
    none(library().iter().flat_map(orderings::sequentially_consistent).collect());
}

#[test]
fn the_core_names_atomics_in_one_place() {
    let elsewhere = |source: &&Source| !source.path.starts_with("core/src/atomic/");
    none(in_folder("core/src").iter().filter(elsewhere).flat_map(orderings::atomics).collect());
}

#[test]
fn unsafe_code_is_where_it_is_meant_to_be() {
    none(misplaced_unsafe(&library()));
}

#[test]
fn no_work_is_left_unfinished() {
    none(source::everything().iter().flat_map(text::unfinished).collect());
}

#[test]
fn no_source_names_a_path_of_somebodys_machine() {
    none(source::everything().iter().flat_map(text::machine_paths).collect());
}

#[test]
fn no_file_of_the_library_is_long() {
    none(library().iter().filter_map(text::too_long).collect());
}

#[test]
fn every_file_of_the_library_says_what_it_is_for() {
    none(library().iter().filter_map(text::headless).collect());
}

fn misplaced_unsafe(sources: &[Source]) -> Vec<String> {
    let with_unsafe: Vec<_> = sources
        .iter()
        .filter_map(|it| Some((it, it.everywhere().find(|token| token.text == "unsafe")?)))
        .collect();
    let misplaced = with_unsafe
        .iter()
        .filter(|(source, _)| !UNSAFE.iter().any(|place| source.path.starts_with(place)))
        .map(|(source, token)| source.at(token.line, "unsafe code is not meant to be here"));
    let unused = UNSAFE
        .iter()
        .filter(|place| !with_unsafe.iter().any(|(source, _)| source.path.starts_with(*place)))
        .map(|place| format!("{place}: has no unsafe code, and need not be on the list"));
    misplaced.chain(unused).collect()
}

#[test]
fn unsafe_code_that_is_misplaced_is_found_in_tests_too() {
    let source = Source::new("std-shim/src/run.rs", "#[cfg(test)]\nmod tests { fn f() { unsafe { g() } } }");
    let broken = misplaced_unsafe(&[source]);
    assert_eq!(broken[0], "std-shim/src/run.rs:2: unsafe code is not meant to be here");
    assert_eq!(broken.len(), 1 + UNSAFE.len()); // and no place of the list has any
}
