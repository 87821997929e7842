//! Signals and threads: a thread that waits for a signal in vain, since handlers run in the main thread alone.

use std::{
    process::ExitCode,
    thread::{self, Builder},
    time::Duration,
};

use sigtrip::{Delivery, Signal, alarm, kill, pause, run, signal, sleep, spawn_with};

fn signal_handler(delivery: &Delivery) {
    println!("Received signal {} in {}", delivery.signal().number(), this_thread());
}

fn this_thread() -> String {
    describe(&thread::current())
}

fn describe(thread: &thread::Thread) -> String {
    format!("<Thread({}, started)>", thread.name().unwrap_or("unnamed"))
}

fn wait_for_signal() {
    println!("Waiting for signal in {}", this_thread());
    let _ = pause(); // in a thread that is not the owner: until a handler has run in this very thread
    println!("Done waiting");
}

fn send_signal() {
    println!("Sending signal in {}", this_thread());
    let me = std::process::id().cast_signed();
    kill(me, Signal::USR1).expect("a process may signal itself");
}

/// The alarm, with its default action, ends the program after two seconds.
pub(crate) fn main() -> ExitCode {
    run(|| {
        signal(Signal::USR1, signal_handler)?;

        // Start a thread that will not receive the signal
        let mut receiver = spawn_with(Builder::new().name("receiver".into()), wait_for_signal)?;
        sleep(Duration::from_millis(100))?;

        let mut sender = spawn_with(Builder::new().name("sender".into()), send_signal)?;
        let _ = sender.join()?;

        // Wait for the thread to see the signal (not going to happen!)
        println!("Waiting for {}", describe(receiver.thread()));
        alarm(Duration::from_secs(2))?;
        let _ = receiver.join()?;
        Ok(())
    })
}
