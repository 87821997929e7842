//! Alarms: a pause of four seconds that an alarm ends after two.

use std::{process::ExitCode, time::Duration};

use jiff::Zoned;
use sigtrip::{Delivery, Signal, alarm, pause_for, run, signal};

fn receive_alarm(_: &Delivery) {
    println!("Alarm : {}", now());
}

/// As C's `ctime`.
fn now() -> String {
    Zoned::now().strftime("%a %b %e %H:%M:%S %Y").to_string()
}

/// Two seconds, not four. (`sigtrip::sleep` would last its four, with the handler run in between.)
pub(crate) fn main() -> ExitCode {
    run(|| {
        // Call receive_alarm in 2 seconds
        signal(Signal::ALRM, receive_alarm)?;
        alarm(Duration::from_secs(2))?;

        println!("Before: {}", now());
        pause_for(Duration::from_secs(4))?;
        println!("After : {}", now());
        Ok(())
    })
}
