//! Signals in async-io, the reactor of smol, in two ways: as a stream, and by a descriptor that the reactor watches.

use std::process::ExitCode;

use async_io::Async;
use futures_lite::{StreamExt, future};
use sigtrip::{Interrupt, Signal, SignalStream, Signals};

async fn users(signals: Signals) -> Result<(), Interrupt> {
    let readiness = Async::new(signals.readiness()?)?;
    loop {
        readiness.readable().await?;
        for signal in signals.pending() {
            println!("a descriptor: {signal}");
        }
    }
}

async fn until_the_end(mut stream: SignalStream) -> Result<(), Interrupt> {
    while let Some(signal) = stream.next().await {
        println!("a stream: {signal}");
        if signal == Signal::TERM {
            break;
        }
    }
    Ok(())
}

async fn serve() -> Result<(), Interrupt> {
    let users = users(Signals::new([Signal::USR1, Signal::USR2])?);
    let until_the_end = until_the_end(SignalStream::new([Signal::HUP, Signal::TERM])?);
    println!("waiting");
    future::or(users, until_the_end).await
}

pub(crate) fn main() -> ExitCode {
    match async_io::block_on(serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(interrupt) => {
            eprintln!("{interrupt}");
            ExitCode::FAILURE
        }
    }
}
