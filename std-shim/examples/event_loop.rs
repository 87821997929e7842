//! Signals in an event loop of mio, beside its sockets: a server on a port of its own that says who has come.

use std::{io::ErrorKind, os::fd::AsRawFd, process::ExitCode};

use mio::{Events, Interest, Poll, Token, net::TcpListener, unix::SourceFd};
use sigtrip::{Interrupt, Signal, Signals};

const SIGNALS: Token = Token(0);
const LISTENER: Token = Token(1);

fn serve() -> Result<(), Interrupt> {
    let signals = Signals::new([Signal::USR1, Signal::INT, Signal::TERM])?;
    let readiness = signals.readiness()?;
    let mut listener = TcpListener::bind(([127, 0, 0, 1], 0).into())?;
    let (mut poll, mut events) = (Poll::new()?, Events::with_capacity(16));
    let descriptor = readiness.as_raw_fd();
    poll.registry().register(&mut SourceFd(&descriptor), SIGNALS, Interest::READABLE)?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            polled => polled?,
        }
        for event in &events {
            match event.token() {
                SIGNALS => {
                    for signal in signals.pending() {
                        println!("{signal}");
                        if signal != Signal::USR1 {
                            return Ok(());
                        }
                    }
                }
                _ => {
                    while let Ok((_connection, from)) = listener.accept() {
                        println!("a guest: {}", from.ip());
                    }
                }
            }
        }
    }
}

pub(crate) fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(interrupt) => {
            eprintln!("{interrupt}");
            ExitCode::FAILURE
        }
    }
}
