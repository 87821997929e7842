//! The page 'How it is tested' against the repository: each check that a guarantee names has its row, and each command names what
//! there is.

use std::path::Path;

const PAGE: &str = include_str!("../../std-shim/src/how_it_is_tested.rs");

/// The cells of the rows of the table below this heading.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let section = PAGE.split(&format!("//! # {heading}\n")).nth(1).expect("the section");
    let section = section.split("//! # ").next().expect("a part");
    let rows = section.lines().filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix(" |"));
    rows.skip(1).map(|row| row.split(" | ").collect()).collect()
}

fn exists(path: &str) -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path).exists()
}

/// The word after this one.
fn after<'a>(command: &'a str, flag: &str) -> Option<&'a str> {
    let mut words = command.split_whitespace();
    words.find(|word| *word == flag)?;
    words.next()
}

/// What a command names and is not there.
fn missing(command: &str) -> Option<String> {
    let folder = match after(command, "-p") {
        Some("sigtrip-core") => "core/tests",
        Some("sigtrip-tests") => "tests/tests",
        Some(other) => return Some(format!("no package {other}")),
        None => "",
    };
    let file = if let Some(test) = after(command, "--test") {
        format!("{folder}/{test}.rs")
    } else if let Some(target) = after(command, "run").filter(|_| command.contains("fuzz")) {
        format!("fuzz/fuzz_targets/{target}.rs")
    } else {
        command.split_whitespace().find(|word| word.contains(".ci/")).unwrap_or(".ci/run").to_owned()
    };
    (!exists(&file)).then_some(file)
}

#[test]
fn each_command_names_what_there_is() {
    let checks = table("The checks");
    assert!(checks.len() > 15, "{checks:#?}");
    let commands = checks.iter().map(|row| row[2].trim_matches('`'));
    let missing: Vec<_> = commands.filter_map(missing).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn a_command_that_names_nothing_is_found() {
    assert!(missing("cargo test -p sigtrip-tests --test no_such_test").is_some());
    assert!(missing("cargo test -p no-such-package").is_some());
    assert!(missing("cargo +nightly fuzz run no_such_target").is_some());
    assert!(missing("bash .ci/no-such-script").is_some());
}

#[test]
fn each_guarantee_of_the_design_is_held_by_checks_that_are_described() {
    let guarantees = table("The guarantees");
    let names: Vec<_> = guarantees.iter().map(|row| row[0]).collect();
    assert_eq!(names, ["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8"]);
    let checks = table("The checks");
    for row in &guarantees {
        let described = |check: &&Vec<&str>| row[2].to_lowercase().contains(&check[0].to_lowercase());
        assert!(checks.iter().any(|check| described(&check)), "{row:?} names no check");
    }
}
