//! Lines from a descriptor, read at a safe point.
//!
//! Std's `read_line` tries again when a signal interrupts it, so that no handler runs until a line is there. Here the owner
//! waits for the descriptor and its own wake at once, and reads only what is there. What was read stays in the reader until
//! a line of it is handed out. What can not happen: bytes that are lost or told twice because a handler failed.

use core::{fmt, str};
use std::{
    io,
    os::fd::{AsFd, AsRawFd},
    string::String,
    vec::Vec,
};

use super::{dispatch, poll};
use crate::{Error, Frame, Interrupt, sys};

/// How much is read at once: what a pipe is written in one piece.
const CHUNK: usize = 4096;

/// Reads lines of text from a descriptor (a terminal, a pipe, a socket, a file), with a buffer of its own.
///
/// Other readers of the same descriptor, std's `stdin()` among them, do not see what is in the buffer, nor this what is in
/// theirs. A plain value that may be sent to another thread.
///
/// ```
/// use sigtrip::LineReader;
///
/// let mut lines = LineReader::new(std::fs::File::open("/dev/null")?);
/// assert_eq!(lines.read_line(&mut String::new())?, 0); // the end of the file
/// # Ok::<(), sigtrip::Interrupt>(())
/// ```
pub struct LineReader<Fd> {
    descriptor: Fd,
    buffer: Vec<u8>,
    /// So many bytes of the buffer are known to hold no line's end.
    searched: usize,
    /// Whether it is known that it can be read at all: `poll` would wait for ever.
    checked: bool,
}

impl LineReader<io::Stdin> {
    /// A reader of standard input, with a buffer of its own: use either this or std's.
    ///
    /// ```no_run
    /// use sigtrip::LineReader;
    ///
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let _session = sigtrip::init()?;
    /// let mut name = String::new();
    /// LineReader::stdin().read_line(&mut name)?; // Ctrl-C ends it at once
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stdin() -> Self {
        Self::new(io::stdin())
    }
}

impl<Fd: AsFd> LineReader<Fd> {
    /// A reader of this descriptor, whose buffer is empty. The descriptor may be blocking or not.
    ///
    /// ```
    /// use sigtrip::LineReader;
    ///
    /// let (input, _output) = std::io::pipe()?;
    /// let lines = LineReader::new(input); // or `&input`, which stays the caller's
    /// assert!(lines.buffer().is_empty());
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    pub const fn new(descriptor: Fd) -> Self {
        Self { descriptor, buffer: Vec::new(), searched: 0, checked: false }
    }

    /// Reads one line and appends it to `line`, with the newline that ends it. Returns how many bytes these are; 0 at the end of
    /// the file. The last line of a file may have no newline.
    ///
    /// Handlers run as their signals come, and the wait goes on. If one fails nothing is lost: the next call continues with
    /// what was read. A line is not limited in length.
    ///
    /// A safe point, also when the line is in the buffer. Any thread; on one that is not the owner no handler runs. If something
    /// else reads from the same file at the same time, and takes what there was, a read may block until there is more; handlers then
    /// run only for signals that this thread receives.
    ///
    /// # Errors
    ///
    /// And `line` is as it was:
    /// - what a handler failed with;
    /// - [`Error::NotUtf8`]: the line is not text. It is skipped, the next call reads what follows;
    /// - [`Error::System`] with what `read` says: the descriptor is a directory (`EISDIR`), was opened for writing alone
    ///   (`EBADF`) and so on;
    /// - [`Error::PollingOnly`].
    ///
    /// ```
    /// use std::io::Write;
    /// use sigtrip::LineReader;
    ///
    /// # fn main() -> Result<(), sigtrip::Interrupt> {
    /// let _session = sigtrip::init()?;
    /// let (input, mut output) = std::io::pipe()?;
    /// output.write_all(b"one\ntwo\n")?;
    /// let mut lines = LineReader::new(input);
    /// let mut line = String::new();
    /// assert_eq!(lines.read_line(&mut line)?, 4);
    /// assert_eq!(line, "one\n");
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn read_line(&mut self, line: &mut String) -> Result<usize, Interrupt> {
        let frame = Frame::caller();
        dispatch::drain(frame)?;
        self.check()?;
        loop {
            if let Some(end) = self.find_newline() {
                return Ok(self.hand_out(end + 1, line)?);
            }
            if self.read_more(frame)? == Some(0) {
                return Ok(self.hand_out(self.buffer.len(), line)?);
            }
        }
    }

    /// What was read and not yet handed out.
    ///
    /// ```
    /// use std::io::Write;
    /// use sigtrip::LineReader;
    ///
    /// let (input, mut output) = std::io::pipe()?;
    /// output.write_all(b"one\ntwo")?;
    /// let mut lines = LineReader::new(input);
    /// lines.read_line(&mut String::new())?;
    /// assert_eq!(lines.buffer(), b"two");
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    #[must_use]
    pub fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    /// Gives the descriptor back. What is in the buffer is lost.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use sigtrip::LineReader;
    ///
    /// let (input, mut output) = std::io::pipe()?;
    /// output.write_all(b"x")?;
    /// let mut byte = [0];
    /// LineReader::new(input).into_inner().read_exact(&mut byte)?; // nothing was read before
    /// assert_eq!(&byte, b"x");
    /// # Ok::<(), sigtrip::Interrupt>(())
    /// ```
    pub fn into_inner(self) -> Fd {
        self.descriptor
    }

    fn check(&mut self) -> Result<(), Error> {
        if !self.checked {
            sys::check_readable(self.descriptor.as_fd().as_raw_fd()).map_err(Error::system("read"))?;
            self.checked = true;
        }
        Ok(())
    }

    fn find_newline(&mut self) -> Option<usize> {
        let found = self.buffer.iter().skip(self.searched).position(|&byte| byte == b'\n');
        let end = found.map(|after| self.searched + after);
        self.searched = end.unwrap_or(self.buffer.len());
        end
    }

    /// Takes so many bytes out of the buffer, as text.
    fn hand_out(&mut self, length: usize, line: &mut String) -> Result<usize, Error> {
        let bytes = self.buffer.drain(..length);
        self.searched = 0;
        let text = str::from_utf8(bytes.as_slice()).map_err(|_| Error::NotUtf8)?;
        line.push_str(text);
        Ok(length)
    }

    /// Waits, and reads what is there. Returns how much; `None` if it was nothing after all.
    fn read_more(&mut self, frame: Frame) -> Result<Option<usize>, Interrupt> {
        poll::until_readable(self.descriptor.as_fd(), frame)?;
        let mut chunk = [0; CHUNK];
        match sys::read(self.descriptor.as_fd().as_raw_fd(), &mut chunk) {
            Ok(length) => {
                self.buffer.extend(chunk.iter().take(length));
                Ok(Some(length))
            }
            Err(errno) if errno.would_block() || errno.interrupted() => Ok(None),
            Err(errno) => Err(Error::system("read")(errno).into()),
        }
    }
}

impl<Fd: fmt::Debug> fmt::Debug for LineReader<Fd> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineReader")
            .field("descriptor", &self.descriptor)
            .field("buffered", &self.buffer.len())
            .finish()
    }
}
