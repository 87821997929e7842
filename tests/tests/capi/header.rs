//! The header, as it stands there, against what the sources export; and that it compiles in C99, in C11 and in C++.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::{
    HERE,
    exported::{Interface, exported},
    library::{checks, has},
};

/// Constants of the header alone, and the guard against taking it twice.
const OF_THE_HEADER: &[&str] = &["SIGTRIP_H", "SIGTRIP_SECOND", "SIGTRIP_MILLISECOND", "SIGTRIP_FOREVER"];

pub(crate) fn text() -> String {
    fs::read_to_string(format!("{HERE}/../std-shim/include/sigtrip.h")).expect("the header")
}

pub(crate) fn declared() -> Interface {
    parsed(&text())
}

/// What a header declares, in the words of `exported`.
fn parsed(text: &str) -> Interface {
    let mut interface = Interface::default();
    let code = without_comments(text);
    for line in code.lines().filter_map(|line| line.strip_prefix("#define ")) {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        if !OF_THE_HEADER.contains(&name) {
            interface.constants.insert(name.to_owned(), value.trim().parse().expect("a number"));
        }
    }
    let lines = code.lines().filter(|line| !line.starts_with('#') && !line.contains("extern \"C\""));
    let code = lines.collect::<Vec<_>>().join(" ");
    for statement in statements(&code) {
        take(&mut interface, &statement);
    }
    interface
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    let rests = parts.map(|part| part.split_once("*/").expect("a comment ends").1);
    rests.fold(first, |code, rest| code + rest)
}

/// What stands between semicolons; those inside braces are a part of it.
fn statements(code: &str) -> Vec<String> {
    let (mut all, mut one, mut open) = (Vec::new(), String::new(), 0);
    for letter in code.chars() {
        match letter {
            '{' => open += 1,
            '}' if open > 0 => open -= 1,
            '}' => continue, // of `extern "C"`
            ';' if open == 0 => {
                all.push(words(&one));
                one.clear();
                continue;
            }
            _ => {}
        }
        one.push(letter);
    }
    all
}

/// With one blank between two words, and one size of word.
fn words(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("uintptr_t", "size_t")
}

fn take(interface: &mut Interface, statement: &str) {
    if let Some(rest) = statement.strip_prefix("typedef struct ") {
        let (name, rest) = rest.split_once(" {").expect("its fields");
        let (fields, alias) = rest.split_once('}').expect("their end");
        assert_eq!(alias.trim(), name, "a type and its alias have one name");
        let fields = fields.split(';').map(str::trim).filter(|field| !field.is_empty());
        interface.structs.insert(name.to_owned(), fields.map(str::to_owned).collect());
        return;
    }
    let (callback, rest) = match statement.strip_prefix("typedef ") {
        Some(rest) => (true, rest),
        None => (false, statement),
    };
    let (head, arguments) = rest.split_once('(').expect("a function");
    let (returned, name) = head.split_once(' ').expect("what it returns");
    let arguments = arguments.strip_suffix(')').expect("their end").split(',').map(str::trim);
    let arguments = arguments.filter(|argument| *argument != "void");
    let all = [returned].into_iter().chain(arguments).map(str::to_owned).collect();
    let map = if callback { &mut interface.callbacks } else { &mut interface.functions };
    assert_eq!(map.insert(name.to_owned(), all), None, "{name} is declared once");
}

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("the_header_is_what_is_exported", is_what_is_exported),
        Trial::test("a_header_that_differs_is_found", a_difference_is_found),
        Trial::test("each_function_is_documented", each_function_is_documented),
        Trial::test("each_function_is_called_in_a_scenario", each_is_called),
    ]
}

fn is_what_is_exported() -> Result<(), Failed> {
    let (declared, exported) = (declared(), exported());
    assert_eq!(declared.functions, exported.functions);
    assert_eq!(declared.callbacks, exported.callbacks);
    assert_eq!(declared.structs, exported.structs);
    assert_eq!(declared.constants, exported.constants);
    assert!(declared.functions.len() > 50 && declared.constants.len() > 25, "{declared:#?}");
    Ok(())
}

fn a_difference_is_found() -> Result<(), Failed> {
    let right = text();
    for (what, with) in [
        ("int sigtrip_close(void);", ""),
        ("int sigtrip_close(void);", "int sigtrip_close(void); int sigtrip_open_again(void);"),
        ("int sigtrip_close(void);", "int sigtrip_close(int how);"),
        ("int sigtrip_close(void);", "void sigtrip_close(void);"),
        ("int signal, void *data);", "int signal, const void *data);"),
        ("int sigtrip_sleep(int64_t", "int sigtrip_sleep(int"),
        ("#define SIGTRIP_FOREIGN 3", "#define SIGTRIP_FOREIGN 4"),
        ("    int64_t interval;\n", ""),
        ("uint64_t bits[2]", "uint64_t bits[1]"),
        ("typedef void sigtrip_notify(int signal);", "typedef int sigtrip_notify(int signal);"),
    ] {
        assert!(right.contains(what), "{what}");
        assert_ne!(parsed(&right.replacen(what, with, 1)), exported(), "{what} to {with}");
    }
    Ok(())
}

/// A comment ends above it, or above those that stand directly before it.
fn each_function_is_documented() -> Result<(), Failed> {
    let text = text();
    let lines: Vec<_> = text.lines().collect();
    let of_a_function = |line: &str| line.starts_with("int sigtrip_") || line.starts_with("typedef int ");
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| of_a_function(line)) {
        let above = lines[..at].iter().rev().find(|above| !of_a_function(above)).expect("a comment");
        assert!(above.ends_with("*/"), "{line}: nothing is said of it");
    }
    Ok(())
}

/// The program in the header's first comment.
fn example(text: &str) -> String {
    let inside = |line: &&str| line.starts_with(" *     ") || *line == " *";
    let lines = text.lines().skip_while(|line| !line.contains("#include <stdio.h>")).take_while(inside);
    let code: Vec<_> = lines.map(|line| line.get(7..).unwrap_or_default()).collect();
    assert!(code.len() > 15 && code.iter().any(|line| line.contains("int main")), "{code:#?}");
    code.join("\n") + "\n"
}

fn each_is_called() -> Result<(), Failed> {
    let folder = fs::read_dir(format!("{HERE}/c"))?;
    let mut sources = String::new();
    for entry in folder {
        sources += &fs::read_to_string(entry?.path())?;
    }
    let called = |name: &String| sources.contains(&format!("{name}("));
    let missing: Vec<_> = declared().functions.into_keys().filter(|name| !called(name)).collect();
    assert_eq!(missing, ["sigtrip_default_int_handler"], "that one is compared and not called");
    Ok(())
}

pub(crate) fn trials_with_a_compiler() -> Vec<Trial> {
    let compiles = |name: &str, compiler: &'static str, arguments: &'static [&'static str]| {
        Trial::test(format!("the_header_compiles_as_{name}"), move || {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{compiler}-header.c"));
            fs::write(
                &file,
                "#include \"sigtrip.h\"\n#include \"sigtrip.h\"\nint main(void) { return SIGTRIP_DEFAULT; }\n",
            )?;
            checks(compiler, arguments, &file);
            Ok(())
        })
    };
    vec![
        Trial::test("the_headers_example_compiles", || {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("header-example.c");
            fs::write(&file, example(&text()))?;
            checks("gcc", &["-std=gnu11"], &file);
            Ok(())
        }),
        compiles("c99", "gcc", &["-std=c99"]),
        compiles("c11", "gcc", &["-std=c11"]),
        compiles("cpp", "g++", &["-x", "c++", "-std=c++11"]).with_ignored_flag(!has("g++")),
    ]
}
