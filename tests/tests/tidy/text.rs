//! What needs no parser: unfinished work, machine paths, heads and lengths.

use crate::{orderings::has_word, source::Source};

/// Split, or this file would be found.
const MARKERS: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX"), concat!("HA", "CK")];
const MACROS: &[&str] = &["todo", "unimplemented"];
const MACHINE: &[&str] = &[
    concat!("/", "work"),
    concat!("/", "root"),
    concat!("/", "home"),
    concat!("/", "tmp"),
    concat!("/", "Users"),
];

/// The longest file.
const LINES: usize = 400;

pub(crate) fn unfinished(source: &Source) -> Vec<String> {
    let marked = numbered(source).filter(|(_, line)| MARKERS.iter().any(|marker| has_word(line, marker)));
    let mut broken: Vec<_> = marked.map(|(at, _)| source.at(at, "unfinished work")).collect();
    let tokens: Vec<_> = source.everywhere().collect();
    for pair in
        tokens.windows(2).filter(|pair| pair[1].text == "!" && MACROS.contains(&pair[0].text.as_str()))
    {
        broken.push(source.at(pair[0].line, "unfinished work"));
    }
    broken
}

/// A path that is absolute and somebody's own.
pub(crate) fn machine_paths(source: &Source) -> Vec<String> {
    let named = numbered(source).filter(|(_, line)| MACHINE.iter().any(|path| names_path(line, path)));
    named.map(|(at, _)| source.at(at, "a path of somebody's machine")).collect()
}

/// Whether the path stands there from its start on, and is not the end of a longer name.
fn names_path(line: &str, path: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    line.match_indices(path).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + path.len()..]);
        !before.ends_with(|c| inside(c) || c == '/' || c == '}') && !after.starts_with(inside)
    })
}

pub(crate) fn too_long(source: &Source) -> Option<String> {
    let lines = source.lines.len();
    (lines > LINES).then(|| source.at(LINES + 1, format_args!("{lines} lines are too many: {LINES} at most")))
}

pub(crate) fn headless(source: &Source) -> Option<String> {
    let head = source.lines.first().is_some_and(|line| line.starts_with("//! "));
    (!head).then(|| source.at(1, "a file starts with what it is for"))
}

fn numbered(source: &Source) -> impl Iterator<Item = (usize, &String)> {
    (1..).zip(&source.lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_is_found() {
        let found = |text: &str| unfinished(&Source::new("a.rs", text)).len();
        for marker in MARKERS {
            assert_eq!(found(&format!("fn f() {{}} // {marker}: later")), 1);
        }
        assert_eq!(found("fn f() { todo!() }\nfn g() { core::unimplemented!() }"), 2);
        assert_eq!(found("fn todo() { mastodon() } // not todo!()"), 0);
    }

    #[test]
    fn machine_paths_are_found() {
        let found = |text: String| machine_paths(&Source::new("a.toml", &text)).len();
        for path in MACHINE {
            assert_eq!(found(format!("a = \"{path}/x\"")), 1);
            assert_eq!(found(format!("# in {path}")), 1);
            assert_eq!(found(format!("a = \"src{path}/x\" # {path}er")), 0);
        }
    }

    #[test]
    fn a_file_that_is_long_or_has_no_head_is_found() {
        let of = |text: &str| Source::new("a.rs", text);
        assert!(too_long(&of(&"\n".repeat(LINES))).is_none());
        assert!(too_long(&of(&"\n".repeat(LINES + 1))).is_some());
        assert!(headless(&of("//! What it is for.")).is_none());
        assert!(headless(&of("// What it is for.")).is_some());
        assert!(headless(&of("")).is_some());
    }
}
