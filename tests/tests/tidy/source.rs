//! A source file: its lines, its tokens, and which of its lines are unit tests.

use std::{
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, ItemFn, ItemMod, Meta, Token, punctuated::Punctuated, spanned::Spanned, visit::Visit};

/// One token of code. Groups are flat: their brackets are tokens. A literal is `""`, whatever is in it.
#[derive(Clone, Debug)]
pub(crate) struct Lexeme {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// A file of the repository; its path counts from the root.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) lines: Vec<String>,
    tokens: Vec<Lexeme>,
    tests: Vec<RangeInclusive<usize>>,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut tests = TestLines(Vec::new());
        if is_rust(path) {
            let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
            flatten(stream, &mut tokens);
            tests.visit_file(&syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}")));
        }
        if path.contains("src/") && (path.ends_with("/tests.rs") || path.contains("/tests/")) {
            tests.0.push(0..=usize::MAX);
        }
        let lines = text.lines().map(str::to_owned).collect();
        Self { path: path.to_owned(), lines, tokens, tests: tests.0 }
    }

    /// All tokens, those of unit tests too.
    pub(crate) fn everywhere(&self) -> impl Iterator<Item = &Lexeme> {
        self.tokens.iter()
    }

    /// The tokens of what is not a unit test.
    pub(crate) fn code(&self) -> Vec<&Lexeme> {
        self.tokens.iter().filter(|token| !self.is_test(token.line)).collect()
    }

    pub(crate) fn is_test(&self, line: usize) -> bool {
        self.tests.iter().any(|lines| lines.contains(&line))
    }

    /// What is wrong there, for whoever must mend it.
    pub(crate) fn at(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

/// The Rust sources of a folder and of those in it, by path.
pub(crate) fn in_folder(folder: &str) -> Vec<Source> {
    read(&root().join(folder), &is_rust)
}

/// Every source and manifest of the repository.
pub(crate) fn everything() -> Vec<Source> {
    read(&root(), &|path| is_rust(path) || path.ends_with(".toml"))
}

fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package stands in the repository").to_owned()
}

fn read(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<Source> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a folder that can be read").path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| read_one(path, wanted)).collect()
}

fn read_one(path: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<Source> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if path.is_dir() {
        let built_or_hidden = name == "target" || name.starts_with('.');
        return if built_or_hidden { Vec::new() } else { read(path, wanted) };
    }
    if !wanted(&name) {
        return Vec::new();
    }
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let relative = path.strip_prefix(root()).expect("it is below the root").to_string_lossy();
    vec![Source::new(&relative, &text)]
}

fn flatten(stream: TokenStream, into: &mut Vec<Lexeme>) {
    for tree in stream {
        let line = tree.span().start().line;
        let mut push = |text: &str, line| into.push(Lexeme { text: text.to_owned(), line });
        match tree {
            TokenTree::Ident(ident) => push(&ident.to_string(), line),
            TokenTree::Punct(punct) => push(&punct.to_string(), line),
            TokenTree::Literal(_) => push("\"\"", line),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                push(open, line);
                flatten(group.stream(), into);
                into.push(Lexeme { text: close.to_owned(), line: group.span_close().start().line });
            }
        }
    }
}

/// The lines of modules and functions that are there for unit tests alone.
struct TestLines(Vec<RangeInclusive<usize>>);

impl TestLines {
    fn note(&mut self, attributes: &[Attribute], item: &dyn Fn() -> proc_macro2::Span) {
        if attributes.iter().any(is_for_tests) {
            self.0.push(item().start().line..=item().end().line);
        }
    }
}

impl<'ast> Visit<'ast> for TestLines {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.note(&module.attrs, &|| module.span());
        syn::visit::visit_item_mod(self, module);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.note(&function.attrs, &|| function.span());
        syn::visit::visit_item_fn(self, function);
    }
}

/// `cfg(test)`, also as one of `all(...)`.
fn is_for_tests(attribute: &Attribute) -> bool {
    let demands_test = |meta: &Meta| match meta {
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|parts| parts.iter().any(|part| part.path().is_ident("test"))),
        other => other.path().is_ident("test"),
    };
    attribute.path().is_ident("cfg") && attribute.parse_args::<Meta>().is_ok_and(|meta| demands_test(&meta))
}

#[test]
fn comments_and_strings_are_no_code() {
    let source = Source::new("a.rs", "//! std\nfn f() { /* std */ g(\"std\", r#\"std\"#, 's') } // std");
    let texts: Vec<_> = source.code().iter().map(|token| token.text.as_str()).collect();
    assert!(!texts.contains(&"std"));
    assert_eq!(texts.iter().filter(|&&text| text == "\"\"").count(), 4); // the head is an attribute
}

#[test]
fn unit_tests_are_told_from_code() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\n#[cfg(all(test, not(x)))]\nmod c;\n#[cfg(not(test))]\nfn d() {}";
    let source = Source::new("core/src/a.rs", text);
    let code: Vec<_> = (1..=9).filter(|&line| !source.is_test(line)).collect();
    assert_eq!(code, [1, 8, 9]);
    assert!(Source::new("core/src/a/tests.rs", "").is_test(1));
    assert!(Source::new("core/src/a/tests/model.rs", "").is_test(1));
    assert!(!Source::new("tests/tests/a.rs", "").is_test(1));
}
