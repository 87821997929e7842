//! What may be reached from each entry. Everything else is an error, and so is what is listed and can not be reached.

use std::collections::BTreeMap;

use crate::walk::{Walk, what_it_does};

pub(crate) struct Rules {
    pub(crate) entry: &'static str,
    /// The functions of libc that it may call.
    imports: &'static [&'static [&'static str]],
    /// Calls of what a variable says.
    unknown_calls: &'static [Known],
    /// Loops.
    loops: &'static [Known],
    /// The most bytes of stack that its own functions may use, with the address to return to.
    stack: i64,
}

/// So many in the function whose name ends so; and why that is right.
type Known = (&'static str, usize, &'static str);

/// Where `errno` is: an address, computed from the thread pointer. The one thing of the thread's own that is touched.
const ERRNO: &[&str] = &["__errno_location"];
/// `syscall` moves its arguments into registers and enters the kernel: the futex, `tgkill`. `write` is on POSIX's list.
const WAKE: &[&str] = &["syscall", "write"];
/// For a kick: a system call without arguments, Linux's own.
const KICK: &[&str] = &["gettid"];
/// The default action is put back: on POSIX's list.
const DEFAULT: &[&str] = &["sigaction"];
/// The second request for the end: on POSIX's list, all of them.
const DIE: &[&str] = &["sigaddset", "sigemptyset", "pthread_sigmask", "raise", "_exit"];

const HOOK: Known = ("extras::run", 1, "the host's notify hook, whose promise is `Host::set_notify`'s");
const EARLIER: Known =
    ("hand_over", 2, "the handler that was there before, as the kernel would have called it");
/// A write that was interrupted, `TRIES` times at most; in the one function or, for a byte and for an eventfd's eight, in the
/// other.
const WRITE: &[Known] = &[("descriptor::write_whole", 1, "`TRIES`"), ("extras::run", 2, "`TRIES`")];

/// The stack of a delivery: without extras, with them, and where the program is about to die.
const SMALL: i64 = 64;
const MIDDLE: i64 = 160;
const LARGE: i64 = 512;

pub(crate) const LEAN: Rules =
    Rules { entry: "lean", imports: &[], unknown_calls: &[], loops: &[], stack: SMALL };

pub(crate) const ALL: &[Rules] = &[
    LEAN,
    Rules { entry: "kick", ..LEAN },
    Rules { entry: "armed", imports: &[ERRNO, WAKE], ..LEAN },
    Rules {
        entry: "full",
        imports: &[ERRNO, WAKE, KICK],
        unknown_calls: &[HOOK],
        loops: WRITE,
        stack: MIDDLE,
    },
    Rules {
        entry: "embed::trip",
        imports: &[ERRNO, WAKE, KICK],
        unknown_calls: &[HOOK],
        loops: WRITE,
        stack: MIDDLE,
    },
    Rules {
        entry: "fault",
        imports: &[ERRNO, WAKE, KICK, DEFAULT],
        unknown_calls: &[HOOK, EARLIER],
        loops: WRITE,
        stack: LARGE,
    },
    Rules {
        entry: "shutdown",
        imports: &[ERRNO, WAKE, KICK, DEFAULT, DIE],
        unknown_calls: &[HOOK],
        loops: WRITE,
        stack: LARGE,
    },
    Rules { entry: "counted lean", ..LEAN },
    Rules { entry: "counted", imports: &[ERRNO, WAKE], ..LEAN },
    Rules { entry: "recording", imports: &[ERRNO, WAKE], stack: MIDDLE, ..LEAN },
    Rules {
        entry: "recording all",
        imports: &[ERRNO, WAKE, KICK],
        unknown_calls: &[HOOK],
        loops: WRITE,
        stack: LARGE,
    },
    Rules {
        entry: "recording fault",
        imports: &[ERRNO, WAKE, KICK, DEFAULT],
        unknown_calls: &[HOOK, EARLIER],
        loops: WRITE,
        stack: LARGE,
    },
    Rules { entry: "hooks", imports: &[ERRNO], unknown_calls: &[], loops: &[], stack: LARGE },
    Rules {
        entry: "fault hooks",
        imports: &[ERRNO, DEFAULT],
        unknown_calls: &[EARLIER],
        loops: &[],
        stack: LARGE,
    },
    Rules {
        entry: "informed",
        imports: &[ERRNO, WAKE, KICK],
        unknown_calls: &[HOOK],
        loops: WRITE,
        stack: LARGE,
    },
    Rules {
        entry: "informed fault",
        imports: &[ERRNO, WAKE, KICK, DEFAULT],
        unknown_calls: &[HOOK, EARLIER],
        loops: WRITE,
        stack: LARGE,
    },
];

/// What is planted, and a part of what must be said of it.
pub(crate) const PLANTED: &[(&str, &str)] = &[
    ("indexes", "panics: "),
    ("allocates", "allocates: "),
    ("locks", "is not ours: "),
    ("loops", "loops in "),
    ("has a thread-local", "a thread-local"),
    ("asks the system", "is not ours: getpid"),
    ("enters the kernel", "enters the kernel past libc"),
    ("calls it knows not what", "unknown calls in "),
    ("recurses", "recurses: "),
    ("is deep", "bytes of stack"),
];

impl Rules {
    /// In what a walk breaks them, and which of them it has no need of.
    pub(crate) fn broken(&self, walk: &Walk) -> Vec<String> {
        let allowed: Vec<_> = self.imports.iter().flat_map(|names| names.iter().copied()).collect();
        let mut broken: Vec<String> = walk.findings.iter().cloned().collect();
        let others = walk.imports.iter().filter(|name| !allowed.contains(&name.as_str()));
        broken.extend(others.map(|name| format!("{}: {name}", what_it_does(name))));
        let idle = allowed.iter().filter(|name| !walk.imports.contains(**name));
        broken.extend(idle.map(|name| format!("{name} is not called, and need not be allowed")));
        broken.extend(more("unknown calls", &walk.unknown_calls, self.unknown_calls));
        broken.extend(self::idle("unknown calls", &walk.unknown_calls, self.unknown_calls));
        // A short loop may have been unrolled: then there is none.
        broken.extend(more("loops", &walk.loops, self.loops));
        if walk.stack > self.stack {
            broken.push(format!("{} bytes of stack, of {}", walk.stack, self.stack));
        }
        broken
    }
}

/// What is more than is known of.
fn more(what: &str, found: &BTreeMap<String, usize>, known: &[Known]) -> Vec<String> {
    let allowed = |name: &str| known.iter().find(|(end, ..)| name.ends_with(end)).map_or(0, |known| known.1);
    let more = found.iter().filter(|(name, count)| **count > allowed(name));
    more.map(|(name, count)| format!("{count} {what} in {name}, of {}", allowed(name))).collect()
}

/// What is known of and is not there.
fn idle(what: &str, found: &BTreeMap<String, usize>, known: &[Known]) -> Vec<String> {
    let idle = known.iter().filter(|(end, ..)| !found.keys().any(|name| name.ends_with(end)));
    idle.map(|(end, ..)| format!("no {what} in {end}, which need not be listed")).collect()
}
