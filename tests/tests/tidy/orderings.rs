//! Memory orderings: each has its reason beside it, none is the strongest, and the core names atomics in one place.

use crate::source::Source;

const ORDERINGS: &[&str] = &["Relaxed", "Acquire", "Release", "AcqRel", STRONGEST];
const STRONGEST: &str = "SeqCst";

/// How many lines of code may stand between a comment and the ordering that it is about.
const NEAR: usize = 4;

/// Orderings that no comment above explains, and those that hide from this rule.
pub(crate) fn unexplained(source: &Source) -> Vec<String> {
    let code = source.code();
    let mut broken = Vec::new();
    for (at, token) in code.iter().enumerate().filter(|(_, token)| ORDERINGS.contains(&token.text.as_str())) {
        let before: Vec<_> = code[at.saturating_sub(3)..at].iter().map(|token| token.text.as_str()).collect();
        if before != ["Ordering", ":", ":"] {
            broken.push(source.at(token.line, format_args!("write Ordering::{} in full", token.text)));
        } else if !has_word(&comment_above(source, token.line), &token.text) {
            broken.push(source.at(token.line, format_args!("no comment above says why {}", token.text)));
        }
    }
    broken
}

/// The ordering that hides which pair is meant, and which loom takes for less than it is; in tests too.
pub(crate) fn sequentially_consistent(source: &Source) -> Vec<String> {
    let strongest = source.everywhere().filter(|token| token.text == STRONGEST);
    strongest.map(|token| source.at(token.line, "say which orderings pair, and take those")).collect()
}

/// Where the core names `core::sync`, or loom's.
pub(crate) fn atomics(source: &Source) -> Vec<String> {
    let named = source.code().into_iter().filter(|token| matches!(token.text.as_str(), "sync" | "loom"));
    let named = named.filter(|token| !in_attribute(source, token.line));
    named.map(|token| source.at(token.line, "atomics come from crate::atomic")).collect()
}

/// `#[cfg_attr(sigtrip_loom, path = ...)]` chooses a body and names no atomic.
fn in_attribute(source: &Source, line: usize) -> bool {
    source.lines[line - 1].trim_start().starts_with("#[")
}

/// The comment at the line's end and the nearest one above it, if that is near. Documentation is for callers: it does not
/// count.
fn comment_above(source: &Source, line: usize) -> String {
    let (here, above) = (&source.lines[line - 1], &source.lines[..line - 1]);
    let mut text = here.split_once("// ").map_or("", |(_, comment)| comment).to_owned();
    let statement =
        above.iter().rev().take_while(|line| !line.trim().is_empty() && !is_comment(line)).count();
    if statement <= NEAR {
        let comment = above.iter().rev().skip(statement).take_while(|line| is_comment(line));
        comment.for_each(|line| text = format!("{line} {text}"));
    }
    text
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("// ")
}

/// Whether the word is there, whole.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unexplained_in(code: &str) -> Vec<String> {
        unexplained(&Source::new("a.rs", code))
    }

    #[test]
    fn a_comment_that_names_the_ordering_explains_it() {
        for code in [
            "fn f() {\n // Relaxed: a hint.\n X.load(Ordering::Relaxed);\n}",
            "fn f() {\n // Acquire: pairs with g.\n // A second line.\n let x =\n X\n .load(Ordering::Acquire);\n}",
            "fn f() {\n X.load(Ordering::Relaxed); // Relaxed: a hint\n}",
            "fn f() {\n // Acquire; on failure Relaxed.\n X.cas(0, 1, Ordering::Acquire, Ordering::Relaxed);\n}",
            "fn f() { x.cmp(y) == Ordering::Less }",
            "#[cfg(test)]\nmod tests {\n fn f() { X.load(Ordering::Relaxed); }\n}",
        ] {
            assert_eq!(unexplained_in(code), [""; 0], "{code}");
        }
    }

    #[test]
    fn an_ordering_without_its_reason_is_found() {
        for code in [
            "fn f() {\n X.load(Ordering::Relaxed);\n}",
            "fn f() {\n // Acquire: pairs with g.\n X.load(Ordering::Relaxed);\n}",
            "fn f() {\n // Relaxed: a hint.\n\n X.load(Ordering::Relaxed);\n}",
            "fn f() {\n // Relaxed: a hint.\n a();\n b();\n c();\n d();\n e();\n X.load(Ordering::Relaxed);\n}",
            "/// Relaxed\nfn f() { X.load(Ordering::Relaxed); }",
            "fn f() {\n // Acquire.\n X.cas(0, 1, Ordering::Acquire, Ordering::Relaxed);\n}",
            "// Relaxed\nuse core::sync::atomic::Ordering::Relaxed as R;\n\nuse Ordering::{Acquire};",
        ] {
            assert_eq!(unexplained_in(code).len(), 1, "{code}");
        }
    }

    #[test]
    fn the_strongest_ordering_is_found_in_tests_too() {
        let code = "// Ordering::SeqCst\n#[cfg(test)]\nmod tests {\n fn f() { X.load(Ordering::SeqCst); }\n}";
        assert_eq!(sequentially_consistent(&Source::new("a.rs", code)).len(), 1);
    }

    #[test]
    fn atomics_are_found_where_they_are_named() {
        let named = |code| atomics(&Source::new("core/src/wake.rs", code)).len();
        assert_eq!(named("use core::sync::atomic::AtomicU32;"), 1);
        assert_eq!(named("use loom::thread;"), 1);
        assert_eq!(named("#[cfg_attr(loom, path = \"a.rs\")]\nmod a;\nuse crate::atomic::AtomicU32;"), 0);
    }
}
