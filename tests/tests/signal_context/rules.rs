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

/// The monotonic clock, for a record with its time: on POSIX's list.
const CLOCK: &[&str] = &["clock_gettime"];
/// Whether this is the owner's thread, for back-pressure: the thread pointer, on POSIX's list.
const DOOR: &[&str] = &["pthread_self"];

const NOTIFY: Known = ("extras::run", 1, "the host's notify hook, whose promise is `Host::set_notify`'s");
const EARLIER: [Known; 2] = [
    ("earlier::call_plain", 1, "the handler that was there before, as the kernel would have called it"),
    ("earlier::call_with_info", 1, "the same, for one that takes the siginfo"),
];
/// The user's hooks, whose promise is that of who registered them: in the trampoline, where a handler is called before them, where
/// no slot of the gate is free at once.
const fn hooks(trampoline: &'static str) -> [Known; 3] {
    let why = "the user's hook";
    [(trampoline, 1, why), ("hook::run_after_others", 1, why), ("Gate<_>::inside_elsewhere", 1, why)]
}
const fn with_earlier([a, b, c]: [Known; 3]) -> [Known; 5] {
    [a, b, c, EARLIER[0], EARLIER[1]]
}
const fn with_notify([a, b, c, d, e]: [Known; 5]) -> [Known; 6] {
    [a, b, c, d, e, NOTIFY]
}

const FAULT_CALLS: &[Known] = &[NOTIFY, EARLIER[0], EARLIER[1]];

/// A write that was interrupted, `TRIES` times at most, in the one function or, for a byte and for an eventfd's eight, in the
/// other; another try for a record, twice `TRIES` at most; the hooks of a signal, as many as are registered, or the slots of the gate.
const LOOPS: &[Known] = &[
    ("descriptor::write_whole", 1, "`TRIES`"),
    ("extras::run", 2, "`TRIES`"),
    ("keep_trying", 2, "`TRIES`"),
    ("trampoline::hooks", 1, "a hook"),
    ("trampoline::fault_hooks", 1, "a hook"),
    ("trampoline::informed", 1, "a hook"),
    ("trampoline::informed_fault", 1, "a hook"),
    ("hook::run_after_others", 1, "a hook"),
    ("Gate<_>::inside_elsewhere", 1, "a slot"),
];

/// The stack of a delivery: without extras, with them, and where the program is about to die or hooks run.
const SMALL: i64 = 64;
const MIDDLE: i64 = 160;
const LARGE: i64 = 512;

/// One that does next to nothing.
pub(crate) const BARE: Rules =
    Rules { entry: "kick", imports: &[], unknown_calls: &[], loops: &[], stack: SMALL };

/// And those that say, where records are kept of some signal, that there is none of this delivery.
const FULL: Rules = Rules {
    entry: "full",
    imports: &[ERRNO, WAKE, KICK],
    unknown_calls: &[NOTIFY],
    loops: LOOPS,
    stack: MIDDLE,
};

pub(crate) const ALL: &[Rules] = &[
    BARE,
    Rules { entry: "lean", ..FULL },
    Rules { entry: "armed", ..FULL },
    FULL,
    Rules { entry: "embed::trip", ..FULL },
    Rules {
        entry: "fault",
        imports: &[ERRNO, WAKE, KICK, DEFAULT],
        unknown_calls: FAULT_CALLS,
        loops: LOOPS,
        stack: LARGE,
    },
    Rules {
        entry: "shutdown",
        imports: &[ERRNO, WAKE, KICK, DEFAULT, DIE],
        unknown_calls: &[NOTIFY],
        loops: LOOPS,
        stack: LARGE,
    },
    Rules { entry: "counted lean", ..BARE },
    Rules { entry: "counted", imports: &[ERRNO, WAKE], ..BARE },
    Rules { entry: "recording", imports: &[ERRNO, WAKE], loops: LOOPS, ..BARE },
    Rules {
        entry: "recording all",
        imports: &[ERRNO, WAKE, KICK, CLOCK, DOOR],
        unknown_calls: &[NOTIFY],
        loops: LOOPS,
        stack: LARGE,
    },
    Rules {
        entry: "recording fault",
        imports: &[ERRNO, WAKE, KICK, CLOCK, DOOR, DEFAULT],
        unknown_calls: FAULT_CALLS,
        loops: LOOPS,
        stack: LARGE,
    },
    Rules {
        entry: "hooks",
        imports: &[ERRNO],
        unknown_calls: &with_earlier(hooks("trampoline::hooks")),
        loops: LOOPS,
        stack: LARGE,
    },
    Rules {
        entry: "fault hooks",
        imports: &[ERRNO, DEFAULT],
        unknown_calls: &with_earlier(hooks("trampoline::fault_hooks")),
        loops: LOOPS,
        stack: LARGE,
    },
    Rules {
        entry: "informed",
        imports: &[ERRNO, WAKE, KICK, CLOCK, DOOR],
        unknown_calls: &with_notify(with_earlier(hooks("trampoline::informed"))),
        loops: LOOPS,
        stack: LARGE,
    },
    Rules {
        entry: "informed fault",
        imports: &[ERRNO, WAKE, KICK, CLOCK, DOOR, DEFAULT],
        unknown_calls: &with_notify(with_earlier(hooks("trampoline::informed_fault"))),
        loops: LOOPS,
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
