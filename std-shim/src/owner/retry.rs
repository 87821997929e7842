//! Foreign blocking calls, made to run handlers.

use std::io;

use super::dispatch;
use crate::{Frame, Interrupt};

/// Makes a system call, or what is one in the end, and makes it again for as long as signals interrupt it
/// (`ErrorKind::Interrupted`), running handlers before each time. PEP 475, for calls of other libraries.
///
/// A safe point. Any thread; on one that is not the owner no handler runs. The call must not retry by itself, and what it did must
/// not be lost when it is interrupted: one `read` or `write` of std is such a call, and nearly all of the crates nix and rustix.
///
/// # The window
///
/// It is best effort. A signal that comes after the handlers were run and before the system call blocks does not interrupt
/// it, and is handled when the call returns or at the next safe point: late, never lost. Nor does one that
/// another thread receives; [`Options::kick`](crate::Options::kick) helps there. The waits of this library have no such window.
///
/// # What retries by itself
///
/// In these std tries again when a signal interrupts, so that `retry` around them does nothing:
///
/// | std | instead |
/// |---|---|
/// | `thread::sleep` | [`sleep`](crate::sleep) |
/// | `JoinHandle::join` | [`spawn`](crate::spawn) and its `join` |
/// | `mpsc`'s `recv` | [`channel`](crate::channel) |
/// | `Mutex::lock`, `RwLock`, `Condvar::wait`, `Barrier`, `thread::park` | a [`channel`](crate::channel), or hold locks for a short time only |
/// | `read_line`, `lines` | [`LineReader`](crate::LineReader) |
/// | `read_to_end`, `read_to_string`, `read_exact`, `io::copy` | a loop of `read` in `retry`, after [`poll`](crate::poll) |
/// | `write_all`, `write!` | a loop of `write` in `retry`, after [`poll`](crate::poll) |
/// | `TcpStream::connect`, `TcpListener::accept`, `File::open` | [`poll`](crate::poll) on a non-blocking socket |
/// | `Child::wait`, `Command::status` | [`wait_child`](crate::wait_child) |
///
/// # Errors
///
/// What a handler failed with: then the call is not made again. Any other error of the call, by
/// [`Interrupt::from`]`(io::Error)`.
///
/// ```
/// use std::io::{Read, Write};
/// use sigtrip::retry;
///
/// # fn main() -> Result<(), sigtrip::Interrupt> {
/// let _session = sigtrip::init()?;
/// let (mut input, mut output) = std::io::pipe()?;
/// output.write_all(b"abc")?;
/// let mut buffer = [0; 16];
/// assert_eq!(retry(|| input.read(&mut buffer))?, 3);
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> Result<T, Interrupt> {
    let frame = Frame::caller();
    loop {
        dispatch::drain(frame)?;
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            ended => return ended.map_err(Interrupt::from),
        }
    }
}
