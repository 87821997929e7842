//! Alarms and threads: an alarm that a thread sets is handled in the main thread.
//!
//! It is handled after one second, *during* the join. The article's Python 2.5 had to wait for the join to end, two seconds
//! more; today's Python does as this program.

use std::{
    process::ExitCode,
    thread::{self, Builder},
    time::Duration,
};

use jiff::Zoned;
use sigtrip::{Delivery, Signal, alarm, run, signal, sleep, spawn_with};

fn signal_handler(_: &Delivery) {
    println!("{} Alarm in {}", now(), this_thread());
}

/// As C's `ctime`.
fn now() -> String {
    Zoned::now().strftime("%a %b %e %H:%M:%S %Y").to_string()
}

fn this_thread() -> String {
    describe(&thread::current())
}

fn describe(thread: &thread::Thread) -> String {
    format!("<Thread({}, started)>", thread.name().unwrap_or("unnamed"))
}

fn use_alarm() {
    println!("{} Setting alarm in {}", now(), this_thread());
    alarm(Duration::from_secs(1)).expect("one second is a time");
    println!("{} Sleeping in {}", now(), this_thread());
    sleep(Duration::from_secs(3)).expect("handlers do not run here, so none can fail");
    println!("{} Done with sleep", now());
}

/// The alarm does not cut the thread's own sleep short.
pub(crate) fn main() -> ExitCode {
    run(|| {
        signal(Signal::ALRM, signal_handler)?;

        // Start a thread that will not receive the signal
        let mut alarm_thread = spawn_with(Builder::new().name("alarm_thread".into()), use_alarm)?;
        sleep(Duration::from_millis(100))?;

        // Wait for the thread to see the signal (not going to happen!)
        println!("{} Waiting for {}", now(), describe(alarm_thread.thread()));
        let _ = alarm_thread.join()?;

        println!("{} Exiting normally", now());
        Ok(())
    })
}
