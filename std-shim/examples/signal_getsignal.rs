//! Which handler stands where: one line for each signal number.

use std::process::ExitCode;

use sigtrip::{Delivery, Disposition, python as signal, run};

const fn alarm_received(_: &Delivery) {}

/// Prints the table.
pub(crate) fn main() -> ExitCode {
    run(|| {
        signal::signal(signal::SIGALRM, alarm_received)?;
        for number in 1..signal::NSIG {
            let handler = match signal::getsignal(number)? {
                Disposition::Default => "SIG_DFL",
                Disposition::Ignore => "SIG_IGN",
                Disposition::Handler(handler) => last_part(handler.name()),
                Disposition::Foreign(_) => "None",
            };
            let name = sigtrip::Signal::from_raw(number)?.name();
            println!("{name:<10} ({number:2}): {handler}");
        }
        Ok(())
    })
}

/// The function's name without its path.
fn last_part(path: &'static str) -> &'static str {
    path.rsplit("::").next().unwrap_or(path)
}
