//! Giving back, when a session ends: to the kernel what stood there before, and the handlers to who made them.
//!
//! What can not happen: a disposition given back that was no longer ours.

use sigtrip_core::Disposition as CoreDisposition;

use super::{
    install::taken,
    session,
    siginterrupt::Restarts,
    table::{Guarded, Table},
};
use crate::{
    Foreign, Handler, Signal,
    sys::{self, Action},
    trip::{DISPATCHER, Unix, Word},
};

/// Gives back to the kernel what the session changed, where ours is still installed. The handlers stay in the table, for
/// what is still pending.
pub(super) fn dispositions() {
    let mut table = Table::lock();
    let Guarded { earlier, restarts, hooked, .. } = &mut *table;
    for (&signum, action) in &*earlier {
        let (signal, ours) = (Signal::of(signum), DISPATCHER.disposition(signum));
        // Where it is there already nothing is done: if foreign code has put it there, over hooks, those stay without deliveries.
        let still = |now: Action| {
            !now.same_request(action)
                && (is_still(&Unix::classify(now), ours) || restarts.made(signal, now, *action))
        };
        if hooked.query(signum).is_ok_and(still) {
            // It can not be refused: this very disposition was there before.
            let _ = hooked.replace(signum, action);
        }
    }
    earlier.clear();
    *restarts = Restarts::new();
}

/// Whether the kernel has what we put there, whatever the table says of it: a host's has no word for the kick. What the user put
/// back himself is his.
pub(super) fn is_still(kernel: &CoreDisposition<(), Foreign>, ours: CoreDisposition<Word>) -> bool {
    matches!(
        (kernel, ours),
        (CoreDisposition::Handler(()), _)
            | (CoreDisposition::Default, CoreDisposition::Default)
            | (CoreDisposition::Ignore, CoreDisposition::Ignore)
    )
}

/// Takes every handler out of the table, and frees those that are ours to free.
pub(super) fn free_handlers() {
    let mut handlers = heapless::Vec::<Handler, { sys::SIGNAL_MAX as usize }>::new();
    let writing = Table::lock();
    for signal in Signal::all() {
        let entry = DISPATCHER.note_disposition(signal.signum(), CoreDisposition::Default);
        if let Ok(CoreDisposition::Handler(word)) = entry
            && !session::is_hosted()
        {
            // There is room for every signal.
            let _ = handlers.push(taken(word));
        }
    }
    drop(writing);
    // With the lock released: the destructors are the user's code. If one panics the others run all the same.
    drop(handlers);
}
