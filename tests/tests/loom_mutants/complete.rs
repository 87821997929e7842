//! Is a mutant missing? The core's sources are read for every memory ordering. Each that could be weaker must be made weaker
//! by a row of the [`mutants`], and each read-modify-write must be split into load and store by one; or stand in `EQUIVALENT` with
//! the reason why nothing could notice. `Relaxed` is as weak as can be: why that is enough stands above each, which `tidy`
//! checks.

use std::{fs, path::Path};

use crate::mutants;

/// What can not be caught because it is no change.
struct Equivalent {
    file: &'static str,
    from: &'static str,
    to: &'static str,
    why: &'static str,
}

const EQUIVALENT: &[Equivalent] = &[Equivalent {
    file: "gate.rs",
    from: "self.generation.fetch_add(1, Ordering::Relaxed);",
    to: "self.generation.store(self.generation.load(Ordering::Relaxed) + 1, Ordering::Relaxed);",
    why: "the child of a fork has one thread, and its signals are blocked",
}];

const FULL: &str = "Ordering::";

/// Each ordering and what is weaker by one step.
const WEAKER: &[(&str, &[&str])] = &[
    ("AcqRel", &["Acquire", "Release"]),
    ("Acquire", &["Relaxed"]),
    ("Release", &["Relaxed"]),
    ("Relaxed", &[]),
];

/// What is not two steps in one.
const WHOLE: &[&str] = &["load", "store", "fence"];

/// One ordering in one file.
#[derive(Debug, PartialEq)]
struct Site<'a> {
    at: usize,
    ordering: &'a str,
    /// The operation that it is given to.
    operation: &'a str,
}

/// The orderings of the code, without comments and without the unit tests, which stand at a file's end.
fn sites(text: &str) -> Vec<Site<'_>> {
    let code = &text[..text.find("#[cfg(test)]").unwrap_or(text.len())];
    let in_comment = |at: usize| code[..at].rsplit('\n').next().is_some_and(|line| line.contains("//"));
    let found = code.match_indices(FULL).filter(|&(at, _)| !in_comment(at));
    found
        .map(|(at, _)| {
            let at = at + FULL.len();
            let end = code[at..].find(|c: char| !c.is_alphanumeric()).map_or(code.len(), |len| at + len);
            Site { at, ordering: &code[at..end], operation: operation(&code[..at]) }
        })
        .collect()
}

/// The name before the parenthesis that is still open at the end of this code.
fn operation(code: &str) -> &str {
    let mut open = 0;
    let start = code.rmatch_indices(['(', ')']).find(|(_, bracket)| {
        open += if *bracket == "(" { 1 } else { -1 };
        open == 1
    });
    let before = &code[..start.map_or(0, |(at, _)| at)];
    before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// What of this file no change to it covers. A change is what it replaces and by what.
fn missing(file: &str, text: &str, changes: &[(&str, &str)]) -> Vec<String> {
    let changed: Vec<_> = changes.iter().map(|(from, to)| text.replacen(from, to, 1)).collect();
    let mut missing = Vec::new();
    for Site { at, ordering, operation } in sites(text) {
        let line = text[..at].lines().count();
        let place = format!("{file}:{line}: {operation}");
        let Some((_, weaker)) = WEAKER.iter().find(|(known, _)| *known == ordering) else {
            missing.push(format!("{place}: what is weaker than {ordering}?"));
            continue;
        };
        for weaker in *weaker {
            let weakened = [&text[..at], weaker, &text[at + ordering.len()..]].concat();
            if !changed.contains(&weakened) {
                missing.push(format!("{place}: no mutant has {weaker} for {ordering}"));
            }
        }
        let is_split = |(from, to): &(&str, &str)| {
            let place = text.find(from).map(|start| start..start + from.len());
            place.is_some_and(|place| place.contains(&at))
                && to.contains(".store(")
                && !to.contains(operation)
        };
        if !WHOLE.contains(&operation) && !changes.iter().any(is_split) {
            missing.push(format!("{place}: no mutant splits it into load and store"));
        }
    }
    missing
}

/// Every source of the core but the bodies of `atomic`, whose orderings are what they are called with.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "atomic" {
            found.extend(sources(&path).into_iter().map(|(inner, text)| (format!("{name}/{inner}"), text)));
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push((name, fs::read_to_string(path).unwrap()));
        }
    }
    found
}

#[test]
fn every_ordering_and_every_read_modify_write_of_the_core_has_its_mutants() {
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src"));
    let mut broken = Vec::new();
    let mut orderings = 0;
    for (file, text) in &sources {
        let rows = mutants().filter(|row| row.file == file).map(|row| (row.from, row.to));
        let equal = EQUIVALENT.iter().filter(|row| row.file == file && !row.why.is_empty());
        let changes: Vec<_> = rows.chain(equal.map(|row| (row.from, row.to))).collect();
        let stale = changes.iter().filter(|(from, _)| text.matches(from).count() != 1);
        broken.extend(stale.map(|(from, _)| format!("{file}: does not stand there once: {from}")));
        broken.extend(missing(file, text, &changes));
        orderings += sites(text).len();
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
    assert!(orderings > 10, "only {orderings} orderings were found");
    println!("{orderings} orderings of the core, each mutated in every way or as weak as can be");
}

#[test]
fn an_ordering_is_found_with_the_operation_that_it_is_given_to() {
    let text = "use crate::atomic::Ordering;\n// Ordering::Release\nfn f() { word.fetch_or(g(1).h(), Ordering::Release) \
        & x.load(Ordering::Relaxed) }\n#[cfg(test)]\nmod tests { Ordering::SeqCst }";
    let found: Vec<_> = sites(text).iter().map(|site| (site.ordering, site.operation)).collect();
    assert_eq!(found, [("Release", "fetch_or"), ("Relaxed", "load")]);
}

#[test]
fn what_has_no_mutant_is_found() {
    let text = "fn f() { w.swap(1, Ordering::AcqRel) }";
    let without = missing("a.rs", text, &[]);
    assert_eq!(
        without,
        [
            "a.rs:1: swap: no mutant has Acquire for AcqRel",
            "a.rs:1: swap: no mutant has Release for AcqRel",
            "a.rs:1: swap: no mutant splits it into load and store",
        ]
    );
    let all = [
        ("w.swap(1, Ordering::AcqRel)", "w.swap(1, Ordering::Acquire)"),
        ("Ordering::AcqRel", "Ordering::Release"),
        ("w.swap(1, Ordering::AcqRel)", "w.store(1, Ordering::Release)"),
    ];
    assert_eq!(missing("a.rs", text, &all), [""; 0]);
    assert_eq!(missing("a.rs", text, &all[..2]).len(), 1);
    assert_eq!(missing("a.rs", "fn f() { w.load(Ordering::Relaxed) }", &[]), [""; 0]);
    assert_eq!(missing("a.rs", "fn f() { w.load(Ordering::Strange) }", &[]).len(), 1);
    assert_eq!(missing("a.rs", "fn f() { fence(Ordering::Acquire) }", &[]).len(), 1);
    assert_eq!(
        missing("a.rs", "fn f() { w.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed) }", &[])
            .len(),
        3
    );
}
