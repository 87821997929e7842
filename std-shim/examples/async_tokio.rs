//! Signals in tokio, in two ways: as a stream, which needs nothing of the runtime, and by a descriptor that its reactor watches,
//! which needs no thread.

use std::process::ExitCode;

use sigtrip::{Interrupt, Signal, SignalStream, Signals, first_of, signals::Readiness};
use tokio::io::unix::AsyncFd;

/// Has tokio's reactor watch it.
#[allow(unsafe_code)]
fn watch(readiness: Readiness) -> Result<AsyncFd<Readiness>, Interrupt> {
    // SAFETY: it owns its descriptor, always names the same one, and closes it when it is dropped.
    unsafe { AsyncFd::register(readiness) }.map_err(|error| Interrupt::other(error.into_parts().1))
}

async fn hangups(mut stream: SignalStream) {
    while let Some(signal) = stream.recv().await {
        println!("a stream: {signal}");
    }
}

async fn users(signals: Signals) -> Result<(), Interrupt> {
    let readiness = watch(signals.readiness()?)?;
    loop {
        readiness.readable().await?.clear_ready(); // before the look
        for signal in signals.pending() {
            println!("a descriptor: {signal}");
        }
    }
}

async fn serve() -> Result<(), Interrupt> {
    let end = first_of([Signal::INT, Signal::TERM]);
    let hangups = tokio::spawn(hangups(SignalStream::new(Signal::HUP)?));
    let users = tokio::spawn(users(Signals::new([Signal::USR1, Signal::USR2])?));
    println!("waiting");
    let signal = end.await?;
    println!("ends by {signal}");
    hangups.abort();
    users.abort();
    Ok(())
}

pub(crate) fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(serve())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(interrupt) => {
            eprintln!("{interrupt}");
            ExitCode::FAILURE
        }
    }
}
