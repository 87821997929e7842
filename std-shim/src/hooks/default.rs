//! What a signal does by default, done although it has a handler.

use crate::{DefaultAction, Error, Signal, sys};

/// Does what this signal does by default, although a hook or a handler stands there.
///
/// - One that ends the process ends it, so that whoever waits for it sees that signal, with a core dump where there is one. As PID 1,
///   which the kernel protects from that, it exits with 128 + number. It does not return. Real-time signals are of these.
/// - One that stops stops every thread, until SIGCONT; then it returns. A process that nobody could continue (its group is orphaned) is
///   not stopped by SIGTSTP, SIGTTIN and SIGTTOU: that is the default too.
/// - One that is ignored by default does nothing, and SIGCONT, which has let the process go on already, too.
///
/// While it stops, the signal has its default action: another one that comes just then does that, and no hook runs.
///
/// Either context: async-signal-safe, and `errno` is kept. It does not panic.
///
/// # Errors
///
/// - [`Error::Reserved`] for a number that libc keeps;
/// - [`Error::System`] with what `sigaction` says, which it does not for any other.
///
/// ```
/// use sigtrip::{Signal, hooks};
///
/// hooks::emulate_default(Signal::CHLD)?; // nothing, by default
/// if std::env::args().any(|argument| argument == "stop") {
///     hooks::emulate_default(Signal::TSTP)?; // stops here, as Ctrl-Z does
/// }
/// # Ok::<(), sigtrip::Error>(())
/// ```
pub fn emulate_default(signal: Signal) -> Result<(), Error> {
    if signal.is_reserved() {
        return Err(Error::Reserved(signal));
    }
    match signal.default_action() {
        DefaultAction::Terminate | DefaultAction::Core => sys::die_by(signal.signum()),
        DefaultAction::Stop => sys::stop_by(signal.signum()).map_err(Error::system("sigaction")),
        DefaultAction::Ignore | DefaultAction::Continue => Ok(()),
    }
}
