//! The door: signals that a thread's mask holds though nobody has blocked them.
//!
//! It is back-pressure: when the owner has more records than it takes, the kernel is to keep the signals that would bring more. Which
//! signals, and on whose thread, is set by the owner; the mask is a thread's, so the door is one thread's too. It is
//!
//! - *open*: of the mask nothing is the door's;
//! - *closed*: `SHUT` is what the mask holds for the door and not for the user. What he has blocked himself is never in it.
//!
//! Open → closed: [`close`], in signal context, in the mask of the frame that is about to return to the thread. Closed → open:
//! [`open`], at the end of each pass over what is pending, whatever the pass has come to; [`remove`], when the session ends;
//! [`forked`], in the child of a fork. `SHUT` changes with them, and with each change of the mask by [`change_mask`]: what the user
//! blocks is his from then on; what he blocks no more is shut while the door is closed.
//!
//! All of it is one thread's, in both its contexts. In owner context it is looked at and changed while every signal of the thread
//! is blocked; in signal context our functions run so. So there is no race, and each change of mask and `SHUT` is one step.
//!
//! *Nested.* A frame's mask lasts until another frame restores its own. Ours never nest in each other, for each has all
//! signals blocked; but they may nest in a foreign handler's, and then the mask is open again when that one returns. So *closed* is no
//! fact about the mask: it is what each delivery finds out for itself, from the number of records, and it closes the frame that it
//! is in, also when the door is closed already. A foreign frame lets through one signal more, no others; and who opens or strips
//! a door that is not in the mask takes nothing away that is the user's. The other way round nothing of the door is in the mask while
//! it is not closed, but in a critical section, where all is blocked: what was opened there leaves the mask at its end.
//!
//! What can not happen: a closed door with nothing to open it. Who closes trips a bit in the same frame; it is taken in a pass
//! alone, whose end opens. So no wait sleeps with it closed: there is something pending.
//!
//! What can happen: who sets a mask past this library which he has read with the door closed has blocked it, himself; and who starts
//! a thread or a program without it (`posix_spawn`) passes the closed door on.

use core::{
    ffi::c_void,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use sigtrip_core::Signum;

use super::{Blocked, Errno, MaskChange, SigSet, WORDS, current_thread, frame_mask, mask};

/// Whether anybody has asked for it, ever. Where no code of a program does, an optimised build knows that this is false, and what is
/// behind it is not in the program.
static ASKED_FOR: AtomicBool = AtomicBool::new(false);
/// Those that it shuts.
static SIGNALS: Words = Words::new();
/// Whose mask it is in, or `NOBODY`.
static THREAD: AtomicUsize = AtomicUsize::new(NOBODY);
static CLOSED: AtomicBool = AtomicBool::new(false);
/// What the mask holds for it.
static SHUT: Words = Words::new();
/// The thread, while it is in a critical section: there every signal is blocked, whatever the door does.
static SECTION: AtomicUsize = AtomicUsize::new(NOBODY);

const NOBODY: usize = 0;

/// Whether a door can be had: where a frame has its mask is known for this processor.
pub(crate) const KNOWN: bool = frame_mask::IS_KNOWN;

/// A set that one thread changes.
struct Words([AtomicUsize; WORDS]);

impl Words {
    const fn new() -> Self {
        Self([const { AtomicUsize::new(0) }; WORDS])
    }

    fn get(&self) -> SigSet {
        // Relaxed: one thread's, see above.
        self.0.each_ref().map(|word| word.load(Ordering::Relaxed))
    }

    fn set(&self, set: SigSet) {
        for (word, bits) in self.0.iter().zip(set) {
            word.store(bits, Ordering::Relaxed); // Relaxed: as in `get`
        }
    }
}

/// Whether the calling thread is the one with the door: where there is none, one load. Any context.
#[inline]
fn is_mine() -> bool {
    // Relaxed, both: a thread sees its own store, and no other thread's identity equals its own.
    ASKED_FOR.load(Ordering::Relaxed) && THREAD.load(Ordering::Relaxed) == current_thread()
}

fn in_a_section() -> bool {
    // Relaxed: as in `is_mine`.
    let thread = SECTION.load(Ordering::Relaxed);
    thread != NOBODY && thread == current_thread()
}

/// Whether it is closed. Of its thread.
pub(crate) fn is_closed() -> bool {
    // Relaxed, both: one thread's, see above.
    ASKED_FOR.load(Ordering::Relaxed) && CLOSED.load(Ordering::Relaxed)
}

fn set_closed(closed: bool) {
    // Relaxed: as in `is_closed`.
    CLOSED.store(closed, Ordering::Relaxed);
}

/// Closes the door, if this is its thread: when the handler returns its signals stay blocked. Async-signal-safe, at the end of a
/// delivery that has every signal blocked and trips a bit.
///
/// # Safety
///
/// - `context` is what the kernel gave this delivery's handler, which has not returned yet, or null.
#[cold]
pub(crate) unsafe fn close(context: *mut c_void) {
    if context.is_null() || !is_mine() {
        return;
    }
    // SAFETY: by the caller's promise, and it is not null.
    let Some(frame) = (unsafe { frame_mask::frame_mask(context) }) else { return };
    set_closed(true);
    for ((word, signals), shut) in frame.iter_mut().zip(&SIGNALS.0).zip(&SHUT.0) {
        // Relaxed, all of them: one thread's, see above.
        let new = signals.load(Ordering::Relaxed) & !*word;
        shut.store(shut.load(Ordering::Relaxed) | new, Ordering::Relaxed); // Relaxed: as above
        *word |= new;
    }
}

/// Opens it, if it is closed and this is its thread: what has waited is delivered before this returns, until it is closed again.
/// Owner context.
pub(crate) fn open() {
    if is_closed() && is_mine() {
        let mut blocked = Blocked::all();
        set_closed(false);
        if !in_a_section() {
            clear(&mut blocked);
        }
    }
}

/// Nothing of it is in the mask that is set next.
fn clear(blocked: &mut Blocked) {
    blocked.will_set(and_not(blocked.earlier(), SHUT.get()));
    SHUT.set([0; WORDS]);
}

/// As the system's, of the mask that the user knows: without the door, which stays as it is. Async-signal-safe.
pub(crate) fn change_mask(how: MaskChange, set: SigSet) -> Result<SigSet, Errno> {
    if !is_mine() || in_a_section() {
        return mask::change_mask(how, set);
    }
    let mut blocked = Blocked::all();
    let before = and_not(blocked.earlier(), SHUT.get());
    let after = match how {
        MaskChange::Block => or(before, set),
        MaskChange::Unblock => and_not(before, set),
        MaskChange::Set => set,
    };
    let shut = if is_closed() { and_not(SIGNALS.get(), after) } else { [0; WORDS] };
    SHUT.set(shut);
    blocked.will_set(or(after, shut));
    Ok(before)
}

/// What waits and is blocked, without what waits at the door. Async-signal-safe.
pub(crate) fn pending() -> SigSet {
    let pending = mask::pending();
    if is_mine() { and_not(pending, SHUT.get()) } else { pending }
}

/// The calling thread's mask without the door, if it is the one that has it: for a thread that it starts. Every signal is blocked
/// until what comes with it is dropped, so that the mask is this until then.
#[cfg(feature = "std")]
pub(crate) fn mask_to_pass_on() -> Option<(SigSet, Blocked)> {
    is_mine().then(|| {
        let blocked = Blocked::all();
        (and_not(blocked.earlier(), SHUT.get()), blocked)
    })
}

/// Has the calling thread's door shut this signal too, or no more. [`settle`] follows. Owner context, with every signal blocked.
pub(crate) fn include(signal: Signum, wanted: bool) {
    let bit = signal.get() as usize - 1;
    let only = core::array::from_fn(|word| {
        if bit / usize::BITS as usize == word { 1 << (bit % usize::BITS as usize) } else { 0 }
    });
    let signals = SIGNALS.get();
    SIGNALS.set(if wanted { or(signals, only) } else { and_not(signals, only) });
    if wanted {
        // Relaxed, both: as in `is_mine`.
        ASKED_FOR.store(true, Ordering::Relaxed);
        THREAD.store(current_thread(), Ordering::Relaxed);
    }
}

/// After that: the mask is as it is to be. With no signal left there is no door.
pub(crate) fn settle() {
    // Relaxed: as in `is_mine`.
    if !ASKED_FOR.load(Ordering::Relaxed) {
        return;
    }
    if SIGNALS.get() == [0; WORDS] {
        return remove();
    }
    // It can not fail with this: the user's mask stays.
    let _ = change_mask(MaskChange::Block, [0; WORDS]);
}

/// Takes the door away; if it was closed what has waited is delivered, all of it, before this returns. Owner context.
pub(crate) fn remove() {
    if is_mine() {
        SIGNALS.set([0; WORDS]); // so that it is not closed again
        open();
        // Relaxed: as in `is_mine`.
        THREAD.store(NOBODY, Ordering::Relaxed);
        set_closed(false); // what came just now has found no signal to shut
    }
}

/// The calling thread is inside a critical section, with every signal blocked. Async-signal-safe.
#[cfg(feature = "critical-section-impl")]
pub(crate) fn enter_section() {
    if is_mine() {
        // Relaxed: as in `is_mine`.
        SECTION.store(current_thread(), Ordering::Relaxed);
    }
}

/// It is about to set the mask that it had before. If the door was opened inside, that is without it. Async-signal-safe.
#[cfg(feature = "critical-section-impl")]
pub(crate) fn leave_section(blocked: &mut Blocked) {
    if in_a_section() {
        // Relaxed: as in `is_mine`.
        SECTION.store(NOBODY, Ordering::Relaxed);
        if !is_closed() {
            clear(blocked);
        }
    }
}

/// In the child of a fork, with every signal blocked: the door is open. It is the forking thread's from now on, if that is the owner.
pub(crate) fn forked(blocked: Option<&mut Blocked>, is_owner: bool) {
    // Relaxed: there is no other thread.
    if !ASKED_FOR.load(Ordering::Relaxed) {
        return;
    }
    set_closed(false);
    if !is_mine() {
        // The mask with the door was another thread's, which is not here.
        SHUT.set([0; WORDS]);
        // Relaxed, all of them: there is no other thread.
        SECTION.store(NOBODY, Ordering::Relaxed);
        if THREAD.load(Ordering::Relaxed) != NOBODY {
            let thread = if is_owner { current_thread() } else { NOBODY };
            THREAD.store(thread, Ordering::Relaxed); // Relaxed: as above
        }
    } else if let Some(blocked) = blocked
        && !in_a_section()
    {
        clear(blocked);
    }
}

fn or(set: SigSet, other: SigSet) -> SigSet {
    core::array::from_fn(|at| set[at] | other[at])
}

fn and_not(set: SigSet, other: SigSet) -> SigSet {
    core::array::from_fn(|at| set[at] & !other[at])
}
