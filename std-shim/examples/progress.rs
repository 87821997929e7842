//! Copies its input to nowhere, and tells at SIGUSR1 how far it is, as `dd` does: also while it waits for input.

use std::{
    io::{self, Read, Write},
    os::fd::AsFd,
    process::ExitCode,
    time::Instant,
};

use sigtrip::{Interrupt, PollFd, Signal, Signals, poll};

fn copy(mut input: impl Read + AsFd, output: &mut impl Write) -> Result<(), Interrupt> {
    let signals = Signals::new(Signal::USR1)?;
    let readiness = signals.readiness()?;
    let (start, mut copied, mut buffer) = (Instant::now(), 0, vec![0; 1 << 16]);
    let tell = |copied: usize| eprintln!("{copied} bytes copied, {:.1?}", start.elapsed());
    eprintln!("copying; ask with: kill -USR1 {}", std::process::id());
    loop {
        let mut fds = [PollFd::readable(input.as_fd()), PollFd::readable(readiness.as_fd())];
        poll(&mut fds, None)?;
        if signals.pending().count() > 0 {
            tell(copied);
        }
        if fds[0].is_readable() || fds[0].has_hung_up() {
            let read = input.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            output.write_all(&buffer[..read])?;
            copied += read;
        }
    }
    tell(copied);
    Ok(())
}

pub(crate) fn main() -> ExitCode {
    // Not `stdin()`, which reads ahead: what it has read already no descriptor tells of.
    let input = io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
    match input.map_err(Interrupt::from).and_then(|input| copy(input, &mut io::sink())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(interrupt) => {
            eprintln!("{interrupt}");
            ExitCode::FAILURE
        }
    }
}
