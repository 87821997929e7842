//! The command line, and what is said on standard error.

use core::ffi::{CStr, c_char, c_int};

use crate::system::{self, Failed};

const USAGE: &str = "usage: init [--] program [argument...]

Runs the program as its child, passes every signal on to it, waits for every
orphan, and ends with the program's status, or 128 and the number of the signal
by which it died. 127: there is no such program; 126: it can not be executed;
125: init itself has failed; 2: wrong usage.
";

/// What is wrong with the command line.
const WRONG_USAGE: c_int = 2;

/// The program and its arguments.
pub(crate) struct Command {
    /// As the kernel has them: they end with null, and the first is there.
    arguments: *const *const c_char,
}

/// The command of a command line; otherwise what to end with, and it was said why.
///
/// # Safety
///
/// - `arguments` are so many strings of C's, and a null pointer after them. They stay for ever.
pub(crate) unsafe fn of(count: c_int, arguments: *const *const c_char) -> Result<Command, c_int> {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: by the caller's promise.
    let all = unsafe { core::slice::from_raw_parts(arguments, count) };
    // SAFETY: by the caller's promise.
    let text = |at: usize| all.get(at).map(|&argument| unsafe { CStr::from_ptr(argument) }.to_bytes());
    let first = match text(1) {
        Some(b"-h" | b"--help") => {
            system::write(system::STDOUT, USAGE.as_bytes());
            return Err(0);
        }
        Some(b"--") => 2,
        Some([b'-', _, ..]) => return Err(wrong("there is no such option: ", text(1))),
        _ => 1,
    };
    match text(first) {
        None => Err(wrong("no program is named", None)),
        Some(b"") => Err(wrong("the program's name is empty", None)),
        // SAFETY: it is not beyond the last.
        Some(_) => Ok(Command { arguments: unsafe { arguments.add(first) } }),
    }
}

fn wrong(what: &str, which: Option<&[u8]>) -> c_int {
    say(&[b"init: ", what.as_bytes(), which.unwrap_or_default(), b"\n", USAGE.as_bytes()]);
    WRONG_USAGE
}

impl Command {
    /// Becomes the program. It returns what to end with if that is refused, and has said why.
    pub(crate) fn execute(&self) -> c_int {
        // SAFETY: strings of C's that end with null, of which the first is there; they stay.
        let why = unsafe { system::execute(self.arguments) };
        // SAFETY: as above.
        let name = unsafe { CStr::from_ptr(*self.arguments) };
        say(&[b"init: ", name.to_bytes(), b": ", system::text_of(why).to_bytes(), b"\n"]);
        if why == libc::ENOENT || why == libc::ENOTDIR { 127 } else { 126 }
    }
}

/// Why `init` itself has failed.
pub(crate) fn say_why(failed: &Failed) {
    say(&[b"init: ", failed.call.as_bytes(), b": ", system::text_of(failed.errno).to_bytes(), b"\n"]);
}

fn say(pieces: &[&[u8]]) {
    for piece in pieces {
        system::write(system::STDERR, piece);
    }
}
