//! What may not be named where signal context runs: whatever locks, allocates, panics, prints or is a thread's own.

use proc_macro2::Span;
use syn::{ExprIndex, spanned::Spanned, visit::Visit};

use crate::source::Source;

/// Crates, types and traits.
const NAMES: &[&str] = &[
    "std",
    "alloc",
    "spin",
    "heapless",
    "Box",
    "Vec",
    "String",
    "Rc",
    "Arc",
    "Mutex",
    "RwLock",
    "Once",
    "OnceLock",
    "OnceCell",
    "LazyLock",
    "LazyCell",
    "Condvar",
    "thread_local",
];

/// Methods, after a dot or as a path. The last ones panic when lengths or borrows do not fit.
const METHODS: &[&str] = &[
    "unwrap",
    "unwrap_err",
    "expect",
    "expect_err",
    "lock",
    "copy_from_slice",
    "clone_from_slice",
    "split_at",
    "split_at_mut",
    "borrow_mut",
];

const MACROS: &[&str] = &[
    "panic",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "unreachable",
    "todo",
    "unimplemented",
    "print",
    "println",
    "eprint",
    "eprintln",
    "dbg",
    "format",
    "format_args",
    "write",
    "writeln",
    "vec",
];

/// What signal context may not use, with the place.
pub(crate) fn forbidden(source: &Source) -> Vec<String> {
    let code = source.code();
    let text = |at: usize| code.get(at).map_or("", |token| token.text.as_str());
    let mut broken = Vec::new();
    for (at, token) in code.iter().enumerate() {
        let name = token.text.as_str();
        let before = at.checked_sub(1).map_or("", text);
        let method = METHODS.contains(&name) && matches!(before, "." | ":");
        let macro_call = MACROS.contains(&name) && text(at + 1) == "!" && text(at + 2) != "=";
        if NAMES.contains(&name) || method || macro_call {
            broken.push(source.at(token.line, format_args!("signal context may not use {name}")));
        }
    }
    broken.extend(indexing(source));
    broken
}

/// `a[i]` panics when `i` is out of range.
fn indexing(source: &Source) -> Vec<String> {
    let file = syn::parse_file(&source.lines.join("\n")).expect("it was parsed before");
    let mut found = Indexing(Vec::new());
    found.visit_file(&file);
    let lines = found.0.iter().map(|span| span.start().line).filter(|&line| !source.is_test(line));
    lines.map(|line| source.at(line, "signal context may not index: it may panic")).collect()
}

struct Indexing(Vec<Span>);

impl<'ast> Visit<'ast> for Indexing {
    fn visit_expr_index(&mut self, index: &'ast ExprIndex) {
        self.0.push(index.span());
        syn::visit::visit_expr_index(self, index);
    }
}

#[test]
fn what_is_forbidden_is_found() {
    for code in [
        "use std::sync::atomic::AtomicBool;",
        "extern crate alloc;",
        "static M: spin::Mutex<u8> = spin::Mutex::new(0);",
        "fn f() { X.lock() }",
        "fn f(x: Option<u8>) { x.unwrap(); }",
        "fn f(x: Option<u8>) { x.expect(\"it is there\"); }",
        "fn f(x: Option<u8>) { x.map(Option::unwrap); }",
        "fn f() { panic!(\"no\") }",
        "fn f() { core::unreachable!() }",
        "fn f(x: u8) { debug_assert_eq!(x, 1) }",
        "fn f() { g(format_args!(\"\")) }",
        "fn f(x: &[u8]) -> u8 { x[0] }",
        "fn f(x: &[u8]) -> &[u8] { &x[1..] }",
        "thread_local! { static X: u8 = 1; }",
    ] {
        let broken = forbidden(&Source::new("trip/a.rs", &format!("\n{code}")));
        assert!(broken.first().is_some_and(|first| first.starts_with("trip/a.rs:2: ")), "{code}: {broken:?}");
    }
}

#[test]
fn what_is_allowed_is_not() {
    let code = "//! No `std`, no lock, no panic!\n#[derive(Debug)] struct A([u8; 2]);\n// x[0].unwrap()
        #[expect(dead_code)] fn expect(x: &[u8]) -> Option<&u8> { let y = [\"std\"]; x.get(0).unwrap_or_default() }
        fn unwrap(write: bool, x: bool) -> bool { write != x }
        #[cfg(test)] mod tests { use std::vec::Vec; fn f(x: Vec<u8>) { assert!(x[0] == 1) } }";
    assert_eq!(forbidden(&Source::new("trip/a.rs", code)), [""; 0]);
}
