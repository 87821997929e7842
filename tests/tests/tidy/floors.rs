//! The floors: a module names only what stands below it.
//!
//! `crate::X` and a `super::X` that reaches the root are looked up: X is a module, or what `lib.rs` takes from one.
//! Names from outside the crate are not looked at; neither is `lib.rs`, which stands above all.

use std::collections::HashMap;

use syn::{Item, UseTree};

use crate::source::{Lexeme, Source};

/// A crate's floors, lowest first; those on one floor may use each other.
pub(crate) struct Floors {
    floors: &'static [&'static [&'static str]],
    /// Modules that may use less than what is below them.
    only: &'static [(&'static str, &'static [&'static str])],
}

pub(crate) const CORE: Floors = Floors {
    floors: &[
        &["atomic"],
        &["signum"],
        &["set"],
        &["pending"],
        &["table"],
        &["wake"],
        &["gate"],
        &["count"],
        &["record"],
        &["inbox"],
        &["kernel"],
        &["dispatcher"],
    ],
    only: &[],
};

pub(crate) const SHIM: Floors = Floors {
    floors: &[
        &["sys"],
        &["critical_section"],
        // An error names the signal that it is about, and a number that is no signal is an error.
        &["error", "signal"],
        &["origin", "signal_set", "strsignal"],
        &["siginfo"],
        &["record"],
        &["frame"],
        &["interrupt"],
        &["trip"],
        &["records"],
        &["handler"],
        &["owner"],
        &["python", "embed", "hooks", "signals"],
        &["run"],
        &["capi"],
        &["coming_from", "how_it_is_tested"],
    ],
    // Signal context: the system, the error of the core's `Kernel`, a signal and what is known of it as values, and nothing else.
    only: &[("trip", &["sys", "error", "signal", "siginfo"])],
};

impl Floors {
    /// What names something that does not stand below it.
    pub(crate) fn upward(&self, sources: &[Source]) -> Vec<String> {
        let root =
            sources.iter().find(|source| source.path.ends_with("src/lib.rs")).expect("a crate has a root");
        let homes = homes(root);
        let mut broken = Vec::new();
        for source in sources.iter().filter(|&source| source.path != root.path) {
            let path = module_path(&source.path);
            let module = path[0].clone();
            if self.floor(&module).is_none() {
                broken.push(source.at(1, format_args!("the module {module} has no floor")));
            }
            for name in names_at_the_root(&source.code(), &path) {
                let named = homes.get(&name.text).map_or("?", String::as_str);
                let named = if name.is_module { name.text.as_str() } else { named };
                if !self.may_use(&module, named) {
                    broken
                        .push(source.at(name.line, format_args!("{module} uses {}, of {named}", name.text)));
                }
            }
        }
        broken
    }

    fn floor(&self, module: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.contains(&module))
    }

    fn may_use(&self, module: &str, named: &str) -> bool {
        let only = self.only.iter().find(|(it, _)| *it == module);
        module == named
            || self.floor(named).is_some()
                && self.floor(named) <= self.floor(module)
                && only.is_none_or(|(_, few)| few.contains(&named))
    }
}

/// `src/owner/wait.rs` is `owner::wait`, `src/owner/mod.rs` and `src/owner.rs` are `owner`.
fn module_path(path: &str) -> Vec<String> {
    let inside = path.rsplit_once("src/").map_or(path, |(_, inside)| inside);
    let inside = inside.trim_end_matches(".rs").trim_end_matches("/mod");
    inside.split('/').map(str::to_owned).collect()
}

/// Where each name at the root comes from: the modules themselves, and what `lib.rs` takes from them.
fn homes(root: &Source) -> HashMap<String, String> {
    let file = syn::parse_file(&root.lines.join("\n")).expect("it was parsed before");
    let mut homes = HashMap::new();
    for item in &file.items {
        if let Item::Mod(module) = item {
            homes.entry(module.ident.to_string()).or_insert_with(|| module.ident.to_string());
        }
        if let Item::Use(item) = item
            && let UseTree::Path(path) = &item.tree
        {
            // A function may be called as a module is; the name alone means the function.
            leaves(&path.tree, &mut |name| {
                homes.insert(name, path.ident.to_string());
            });
        }
    }
    homes
}

fn leaves(tree: &UseTree, each: &mut impl FnMut(String)) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, each),
        UseTree::Name(name) => each(name.ident.to_string()),
        UseTree::Rename(rename) => each(rename.rename.to_string()),
        UseTree::Glob(_) => panic!("the root names what it takes, one by one"),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, each)),
    }
}

/// A name that is looked up at the crate's root.
struct AtTheRoot {
    text: String,
    line: usize,
    /// Something is named inside it.
    is_module: bool,
}

fn names_at_the_root(code: &[&Lexeme], file: &[String]) -> Vec<AtTheRoot> {
    let mut found = Vec::new();
    let mut inline = Vec::new(); // how many braces were open where each inline module starts
    let mut open = 0_usize;
    let mut at = 0;
    while at < code.len() {
        match code[at].text.as_str() {
            "mod" if is(code, at + 2, "{") => inline.push(open),
            "{" => open += 1,
            "}" => {
                open -= 1;
                inline.pop_if(|start| *start == open);
            }
            "crate" if is_path(code, at + 1) => names_after(code, at + 3, &mut found),
            "super" if is_path(code, at + 1) => {
                let mut up = 1;
                while is(code, at + 3, "super") && is_path(code, at + 4) {
                    up += 1;
                    at += 3;
                }
                if up == file.len() + inline.len() {
                    names_after(code, at + 3, &mut found);
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The name there, or the first of each path of the group there.
fn names_after(code: &[&Lexeme], at: usize, found: &mut Vec<AtTheRoot>) {
    let name = |at: usize| AtTheRoot {
        text: code[at].text.clone(),
        line: code[at].line,
        is_module: is_path(code, at + 1),
    };
    if !is(code, at, "{") {
        found.push(name(at));
        return;
    }
    let mut depth = 0_usize;
    for here in at..code.len() {
        match code[here].text.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return,
            "}" => depth -= 1,
            "," => {}
            _ if depth == 1 && matches!(code[here - 1].text.as_str(), "{" | ",") => found.push(name(here)),
            _ => {}
        }
    }
}

fn is(code: &[&Lexeme], at: usize, text: &str) -> bool {
    code.get(at).is_some_and(|token| token.text == text)
}

fn is_path(code: &[&Lexeme], at: usize) -> bool {
    is(code, at, ":") && is(code, at + 1, ":")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUSE: Floors = Floors {
        floors: &[&["cellar"], &["hall", "stairs"], &["roof"], &["attic"]],
        only: &[("roof", &["hall"])],
    };
    const ROOT: &str = "mod attic; mod cellar; mod hall; mod roof; mod stairs;
        pub use hall::{Door, window::Pane as Glass}; pub use roof::hall;";

    fn upward(path: &str, text: &str) -> Vec<String> {
        HOUSE.upward(&[Source::new("x/src/lib.rs", ROOT), Source::new(path, text)])
    }

    #[test]
    fn downward_and_sideways_is_allowed() {
        let text =
            "use crate::{Glass, cellar::{self, Wine}, stairs}; use super::Door; fn f() { crate::cellar::g() }
            mod inner { use super::up; use super::super::cellar; }";
        assert_eq!(upward("x/src/hall.rs", text), [""; 0]);
        assert_eq!(upward("x/src/hall/mod.rs", text), [""; 0]);
        assert_eq!(upward("x/src/hall/corner.rs", "use super::up; use super::super::Door;"), [""; 0]);
    }

    #[test]
    fn upward_is_found_however_it_is_said() {
        for text in [
            "use crate::Door;",
            "use crate::hall::Door;",
            "use crate::{cellar::{self, Wine}, Glass};",
            "use super::Door;",
            "mod inner { mod most { fn f() { super::super::super::Door } } }",
            "macro_rules! m { () => { $crate::hall::f() } }",
            "fn f() { crate::hall() }", // the function, which the root takes from the roof
            "use crate::nowhere;",
            "use crate::*;",
        ] {
            assert_eq!(upward("x/src/cellar.rs", text).len(), 1, "{text}");
        }
        let message = &upward("x/src/cellar.rs", "\nuse crate::Glass;")[0];
        assert_eq!(message, "x/src/cellar.rs:2: cellar uses Glass, of hall");
    }

    #[test]
    fn a_module_may_be_held_to_less_than_what_is_below() {
        assert_eq!(upward("x/src/roof.rs", "use crate::hall::Door;"), [""; 0]);
        assert_eq!(upward("x/src/roof.rs", "use crate::cellar::Wine;").len(), 1);
    }

    #[test]
    fn a_module_without_a_floor_is_found() {
        assert_eq!(upward("x/src/shed.rs", "").len(), 1);
    }
}
