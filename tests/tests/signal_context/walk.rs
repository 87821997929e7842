//! Everything that can be reached from one entry, function by function, and what it comes to.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    function::Function,
    program::{Callee, Program},
};

/// What runs in signal context; and what the library calls there that is not its own.
const OURS: &[&str] = &["sigtrip::", "sigtrip_core::", "<sigtrip::", "<sigtrip_core::"];
/// What is followed too where the program is compiled for its size, and little is inlined.
const CORE: &[&str] = &["core::", "<core::"];

/// What a function that must not be reached is about, by a part of its name.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("panics", &["panic", "unwrap_failed", "expect_failed", "slice_index", "_Unwind"]),
    (
        "allocates",
        &[
            "__rust_alloc",
            "__rust_dealloc",
            "__rust_realloc",
            "alloc::",
            "malloc",
            "calloc",
            "realloc",
            "free",
        ],
    ),
    ("locks", &["mutex", "Mutex", "rwlock", "RwLock", "spin", "pthread_once", "sem_"]),
    ("is thread-local", &["__tls_get_addr", "thread_local", "pthread_getspecific", "thread::local"]),
];

#[derive(Debug, Default)]
pub(crate) struct Walk {
    follows_core: bool,
    functions: BTreeMap<u64, Function>,
    names: BTreeMap<u64, String>,
    /// Functions of other files that it can call.
    pub(crate) imports: BTreeSet<String>,
    /// How many of its instructions call what a variable says, by function.
    pub(crate) unknown_calls: BTreeMap<String, usize>,
    /// How many loops there are, by function.
    pub(crate) loops: BTreeMap<String, usize>,
    pub(crate) findings: BTreeSet<String>,
    /// The deepest stack, and the most instructions, of the program's own functions alone.
    pub(crate) stack: i64,
    pub(crate) longest: usize,
}

impl Walk {
    pub(crate) fn from(program: &Program, entry: u64) -> Self {
        Self::default().walked(program, entry)
    }

    /// The same, also through what the core library has.
    #[allow(dead_code, reason = "the audit without std, in `minimal.rs`, needs it")]
    pub(crate) fn through_core(program: &Program, entry: u64) -> Self {
        Self { follows_core: true, ..Self::default() }.walked(program, entry)
    }

    fn walked(mut self, program: &Program, entry: u64) -> Self {
        let walk = &mut self;
        walk.visit(program, entry, entry, &mut vec![]);
        let mut stacks = BTreeMap::new();
        walk.stack = 8 + walk.deepest(entry, &mut stacks);
        walk.longest = walk.most(entry, &mut BTreeMap::new());
        self
    }

    pub(crate) fn functions(&self) -> usize {
        self.functions.len()
    }

    pub(crate) fn instructions(&self) -> usize {
        self.functions.values().map(Function::instructions).sum()
    }

    fn visit(&mut self, program: &Program, entry: u64, at: u64, path: &mut Vec<u64>) {
        if path.contains(&at) {
            self.findings.insert(format!("recurses: {}", self.name(at)));
            return;
        }
        if self.functions.contains_key(&at) {
            return;
        }
        let name = program.function(at).map_or_else(|| format!("{at:#x}"), |symbol| symbol.name.clone());
        self.names.insert(at, name.clone());
        let followed = if self.follows_core { [OURS, CORE].concat() } else { OURS.to_vec() };
        let goes_on = followed.iter().any(|part| name.starts_with(part)) && is_allowed(&name);
        if at != entry && !goes_on {
            self.findings.insert(format!("{}: {name}", what_it_does(&name)));
            return;
        }
        let function = Function::read(program, at);
        self.findings.extend(function.findings.iter().map(|finding| format!("{name}: {finding}")));
        note(&mut self.loops, &name, function.loops.len());
        note(&mut self.unknown_calls, &name, function.unknown_calls());
        let callees: BTreeSet<_> = function.calls.values().map(|call| call.callee.clone()).collect();
        self.functions.insert(at, function);
        path.push(at);
        for callee in callees {
            match callee {
                Callee::Function(callee) => self.visit(program, entry, callee, path),
                Callee::Import(name) => drop(self.imports.insert(name)),
            }
        }
        path.pop();
    }

    fn name(&self, at: u64) -> &str {
        self.names.get(&at).map_or("?", String::as_str)
    }

    fn deepest(&self, at: u64, known: &mut BTreeMap<u64, i64>) -> i64 {
        if let Some(&known) = known.get(&at) {
            return known;
        }
        known.insert(at, 0); // of a recursion, which is a finding
        let Some(function) = self.functions.get(&at) else { return 0 };
        let mut deepest = function.depth;
        for call in function.calls.values() {
            if let Callee::Function(callee) = call.callee {
                deepest = deepest.max(call.depth + self.deepest(callee, known));
            }
        }
        known.insert(at, deepest);
        deepest
    }

    fn most(&self, at: u64, known: &mut BTreeMap<u64, usize>) -> usize {
        if let Some(&known) = known.get(&at) {
            return known;
        }
        known.insert(at, 0); // as above
        let Some(function) = self.functions.get(&at) else { return 0 };
        let most = function.longest(at, &mut |callee| match callee {
            Callee::Function(callee) => self.most(*callee, known),
            Callee::Import(_) => 0,
        });
        known.insert(at, most);
        most
    }
}

fn note(counts: &mut BTreeMap<String, usize>, name: &str, count: usize) {
    if count > 0 {
        *counts.entry(name.to_owned()).or_default() += count;
    }
}

fn is_allowed(name: &str) -> bool {
    !FORBIDDEN.iter().any(|(_, parts)| parts.iter().any(|part| name.contains(part)))
}

/// In one word, for whoever reads the finding.
pub(crate) fn what_it_does(name: &str) -> &'static str {
    let about = FORBIDDEN.iter().find(|(_, parts)| parts.iter().any(|part| name.contains(part)));
    about.map_or("is not ours", |(what, _)| what)
}
