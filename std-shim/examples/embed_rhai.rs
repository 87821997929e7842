//! An interpreter with Ctrl-C: a prompt for `rhai`, whose runaway script a signal interrupts with `KeyboardInterrupt`, after
//! which the prompt goes on. Ctrl-D ends it.
//!
//! ```text
//! $ cargo run --release -p sigtrip --example embed_rhai
//! > loop {}
//! ^CKeyboardInterrupt
//! > 6 * 7
//! 42
//! ```
//!
//! The parts of an embedding, in order: a flag that the interpreter looks at between its steps (its *eval breaker*); a notify hook
//! that sets it in signal context; a host whose words are its own; a safe point that drains; a prompt that waits for a line
//! *or* a signal.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write, stdin, stdout},
    os::fd::AsFd,
    process::ExitCode,
    rc::Rc,
    sync::atomic::{AtomicBool, Ordering},
};

use rhai::{Dynamic, Engine, EvalAltResult, Scope};
use sigtrip::{
    Options, Signal,
    embed::{Disposition, Host, Waited, Word},
};

/// Looked at between two steps of a script: one load.
static EVAL_BREAKER: AtomicBool = AtomicBool::new(false);

/// What the interpreter raises.
struct KeyboardInterrupt;

/// The host's handlers, by the number that is their word.
const RAISE_KEYBOARD_INTERRUPT: usize = 1;
const SAY_WHERE: usize = 2;

/// The prompt.
pub(crate) fn main() -> ExitCode {
    match prompt() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("embed_rhai: {error}");
            ExitCode::FAILURE
        }
    }
}

fn prompt() -> Result<(), Box<dyn std::error::Error>> {
    let host = Rc::new(open()?);
    let engine = engine(Rc::clone(&host));
    let mut scope = Scope::new();
    // A buffer of our own, so that we know whether there is anything in it.
    let mut input = BufReader::new(File::from(stdin().as_fd().try_clone_to_owned()?));
    loop {
        print!("> ");
        stdout().flush()?;
        let line = match read_line(&host, &mut input) {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(()),
            Err(Stopped::Failed(error)) => return Err(error.into()),
            Err(Stopped::Interrupted) => {
                println!("\nKeyboardInterrupt");
                continue;
            }
        };
        match engine.eval_with_scope::<Dynamic>(&mut scope, &line).map_err(|error| *error) {
            Ok(value) if value.is_unit() => {}
            Ok(value) => println!("{value}"),
            Err(EvalAltResult::ErrorTerminated(what, _)) => println!("{what}"),
            Err(error) => println!("{error}"),
        }
    }
}

/// The interpreter: between its steps it looks at the eval breaker, and ends the script with what the safe point raises.
fn engine(host: Rc<Host>) -> Engine {
    let mut engine = Engine::new();
    engine.on_progress(move |_| {
        at_a_safe_point(&host).err().map(|KeyboardInterrupt| "KeyboardInterrupt".into())
    });
    engine
}

/// Why there is no line.
enum Stopped {
    Interrupted,
    Failed(io::Error),
}

/// A line, or `None` at the end; a signal that comes while it waits is handled at once.
fn read_line(host: &Host, input: &mut BufReader<File>) -> Result<Option<String>, Stopped> {
    let mut line = String::new();
    while !line.ends_with('\n') {
        at_a_safe_point(host).map_err(|KeyboardInterrupt| Stopped::Interrupted)?;
        if input.buffer().is_empty() {
            let waited = host.wait_readable(input.get_ref().as_fd(), None);
            if waited.map_err(|error| Stopped::Failed(error.into()))? != Waited::Readable {
                continue;
            }
        }
        // What is there, up to the end of the line.
        let there = input.fill_buf().map_err(Stopped::Failed)?;
        let length = there.iter().position(|&byte| byte == b'\n').map_or(there.len(), |at| at + 1);
        if length == 0 {
            return Ok(Some(line).filter(|line| !line.is_empty()));
        }
        line += &String::from_utf8_lossy(&there[..length]);
        input.consume(length);
    }
    Ok(Some(line))
}

fn open() -> Result<Host, sigtrip::Error> {
    let host = Host::open(Options::python())?;
    // SAFETY: the hook stores to a static atomic, which may be done anywhere.
    #[allow(unsafe_code)]
    unsafe {
        host.set_notify(Some(|_| EVAL_BREAKER.store(true, Ordering::Relaxed)));
    }
    for (signal, handler) in [(Signal::INT, RAISE_KEYBOARD_INTERRUPT), (Signal::USR1, SAY_WHERE)] {
        host.set(signal, Disposition::Handler(Word::new(handler).expect("a small number")))?;
    }
    Ok(host)
}

/// The host's safe point: clears the flag, then drains; the order matters, for a signal that comes in between.
fn at_a_safe_point(host: &Host) -> Result<(), KeyboardInterrupt> {
    if !EVAL_BREAKER.swap(false, Ordering::Relaxed) {
        return Ok(());
    }
    host.drain(|signal, disposition| match disposition {
        Disposition::Handler(word) if word.get() == RAISE_KEYBOARD_INTERRUPT => Err(KeyboardInterrupt),
        Disposition::Handler(_) => {
            println!("[{signal}: at a safe point]");
            Ok(())
        }
        Disposition::Default | Disposition::Ignore | Disposition::Foreign(_) => Ok(()),
    })
}
