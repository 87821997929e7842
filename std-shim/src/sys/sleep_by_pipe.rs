//! Sleeping on a word and waking who sleeps there, with what every Unix has: a pipe for each sleeper.
//!
//! Linux, FreeBSD, OpenBSD and NetBSD each have a futex of their own, and macOS has one that is private. One way that is the same
//! everywhere and asks for nothing but `poll` and `write` can be read once, and run on Linux too (`cfg(sigtrip_posix)`).
//!
//! A sleeper takes one of a few *places*. A place's word is:
//!
//! - *free* → *taken*: whoever wants to sleep, by a compare-and-swap; it sees to the pipe, and empties it;
//! - *taken* → an address: the same, when the place is ready; then it looks at the word of that address, and sleeps if it is as expected;
//! - an address → *free*: the same, when it is awake.
//!
//! A waker has changed the word before, and writes a byte to each place that has its address. What can not happen: that a sleeper sees
//! the word unchanged and the waker does not see the sleeper.
//!
//! ```text
//! sleeper                              waker
//! (a) swap the address in              (x) swap the word
//! (b) look at the word                 (y) add 0 to the place
//! ```
//!
//! (a) and (y) are read-modify-writes of one word. If (y) comes later it finds the address. If (a) comes later it acquires what (y) has
//! released, (x) among it, and (b) sees the change. A waker that has found the address may write when the place is another's already:
//! that one wakes in vain. Pipes are kept for the life of the process, since a waker may be about to write; a child of fork
//! has none of its parent's. Where there is no place left, or no pipe to be had, a sleeper looks again every few milliseconds.

use core::{
    ffi::c_int,
    sync::atomic::{AtomicI32, AtomicU32, AtomicUsize, Ordering},
    time::Duration,
};

use super::{
    POLL_INVALID, WakeEnds, Woken, close_ends, new_wake_descriptor, now, poll_until, quiet_descriptor,
    readable, wake_descriptor,
};

/// So many threads can sleep at once: the owner, the helper of the streams, and those that wait for iterators.
const PLACES: usize = 32;

/// How long a sleeper without a place sleeps.
const GLANCE: Duration = Duration::from_millis(5);

const FREE: usize = 0;
const TAKEN: usize = 1;
const NONE: c_int = -1;

struct Place {
    word: AtomicUsize,
    reads: AtomicI32,
    writes: AtomicI32,
}

static SLEEPERS: [Place; PLACES] = [const { Place::new() }; PLACES];

/// Sleeps while the word is `expected`, until `deadline` on the monotonic clock (`None`: without end). It may also wake in vain.
pub(crate) fn sleep_on(word: *mut u32, expected: u32, deadline: Option<Duration>) -> Woken {
    let woken = match SLEEPERS.iter().find(|place| place.take()) {
        Some(place) => {
            let woken = place.sleep(word, expected, deadline);
            place.leave();
            woken
        }
        None => None,
    };
    woken.unwrap_or_else(|| glance(word, expected, deadline))
}

/// Wakes who sleeps on the word. Async-signal-safe, but it may change `errno`: the caller keeps it.
pub(crate) fn wake(word: *mut u32) {
    for place in &SLEEPERS {
        // AcqRel, (y) above: Release pairs with the Acquire of the swap in `sleep`, Acquire with its Release, for the number.
        if place.word.fetch_add(0, Ordering::AcqRel) == word.addr() {
            // Relaxed: written before the swap.
            wake_descriptor(place.writes.load(Ordering::Relaxed));
        }
    }
}

/// Wakes all that sleep on the word, as [`wake`] does here.
#[cfg(feature = "std")]
pub(crate) fn wake_all(word: *mut u32) {
    wake(word);
}

/// In the child of a fork: who slept is not there, and the pipes are the parent's.
pub(crate) fn forget_sleepers() {
    for place in &SLEEPERS {
        place.give_up_ends();
        // Relaxed: there is no other thread.
        place.word.store(FREE, Ordering::Relaxed);
    }
}

impl Place {
    const fn new() -> Self {
        Self { word: AtomicUsize::new(FREE), reads: AtomicI32::new(NONE), writes: AtomicI32::new(NONE) }
    }

    fn take(&self) -> bool {
        // Acquire: pairs with the Release in `leave`, so that the numbers are seen. Relaxed where it fails: nothing is looked at then.
        self.word.compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    fn leave(&self) {
        // AcqRel, a swap: Release pairs with the Acquire in `take`; Acquire keeps the chain of the wakers' additions.
        self.word.swap(FREE, Ordering::AcqRel);
    }

    /// `None` if there is no pipe to be had.
    fn sleep(&self, word: *mut u32, expected: u32, deadline: Option<Duration>) -> Option<Woken> {
        let ends = self.ends()?;
        quiet_descriptor(ends.read);
        // AcqRel, (a) above: Release pairs with the Acquire in `wake`, Acquire with its Release.
        self.word.swap(word.addr(), Ordering::AcqRel);
        if is_another(word, expected) {
            return Some(Woken::Changed);
        }
        let mut entries = [readable(ends.read)];
        let woken = poll_until(&mut entries, deadline, None).unwrap_or(Woken::Changed);
        if entries.iter().any(|entry| entry.revents & POLL_INVALID != 0) {
            // Somebody has closed it, as a program does that closes all it does not know: the next sleep makes another.
            self.set_ends(WakeEnds { read: NONE, write: NONE });
        }
        Some(woken)
    }

    fn ends(&self) -> Option<WakeEnds> {
        // Relaxed, both: the numbers are those of who has the place.
        let ends =
            WakeEnds { read: self.reads.load(Ordering::Relaxed), write: self.writes.load(Ordering::Relaxed) };
        if ends.read != NONE {
            return Some(ends);
        }
        let new = new_wake_descriptor().ok()?;
        self.set_ends(new);
        Some(new)
    }

    fn set_ends(&self, ends: WakeEnds) {
        // Relaxed, both: as above; a waker reads the number behind the swap in `sleep`.
        self.reads.store(ends.read, Ordering::Relaxed);
        self.writes.store(ends.write, Ordering::Relaxed);
    }

    fn give_up_ends(&self) {
        // Relaxed, both: there is no other thread.
        let ends =
            WakeEnds { read: self.reads.load(Ordering::Relaxed), write: self.writes.load(Ordering::Relaxed) };
        if ends.read != NONE {
            close_ends(ends);
            self.set_ends(WakeEnds { read: NONE, write: NONE });
        }
    }
}

/// Sleeps a little, if the word is as expected.
fn glance(word: *mut u32, expected: u32, deadline: Option<Duration>) -> Woken {
    if is_another(word, expected) {
        return Woken::Changed;
    }
    let soon = now() + GLANCE;
    let first = deadline.map_or(soon, |deadline| deadline.min(soon));
    match poll_until(&mut [], Some(first), None) {
        Ok(Woken::TimedOut) if deadline != Some(first) => Woken::Changed,
        Ok(woken) => woken,
        Err(_) => Woken::Changed,
    }
}

fn is_another(word: *mut u32, expected: u32) -> bool {
    // SAFETY: the address of an atomic that lives.
    let word = unsafe { AtomicU32::from_ptr(word) };
    // Acquire: pairs with the Release of who changes it. (b) above.
    word.load(Ordering::Acquire) != expected
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::{sync::atomic::AtomicUsize, thread, vec::Vec};

    use super::*;

    fn soon() -> Option<Duration> {
        Some(now() + Duration::from_millis(20))
    }

    /// Sleeps while the word is this, as the library's waits do; but nobody who is stranded hangs the test.
    fn while_it_is(word: &AtomicU32, expected: u32) {
        let deadline = Some(now() + Duration::from_secs(30));
        // Acquire: pairs with the Release of the test that changes it.
        while word.load(Ordering::Acquire) == expected {
            assert_ne!(sleep_on(word.as_ptr(), expected, deadline), Woken::TimedOut, "stranded");
        }
    }

    #[test]
    fn a_sleep_ends_at_its_deadline_and_not_before() {
        let word = AtomicU32::new(1);
        let deadline = soon();
        while sleep_on(word.as_ptr(), 1, deadline) != Woken::TimedOut {}
        assert!(Some(now()) >= deadline);
        assert_eq!(sleep_on(word.as_ptr(), 0, soon()), Woken::Changed, "the word is another");
    }

    #[test]
    fn more_sleepers_than_places_are_all_woken_and_no_wake_is_lost() {
        static WORD: AtomicU32 = AtomicU32::new(1);
        static ENDED: AtomicUsize = AtomicUsize::new(0);
        let sleepers = (0..PLACES + 8).map(|_| {
            thread::spawn(|| {
                while_it_is(&WORD, 1);
                // Relaxed: the join is what orders it.
                ENDED.fetch_add(1, Ordering::Relaxed);
            })
        });
        let sleepers = sleepers.collect::<Vec<_>>();
        // AcqRel, a swap: pairs with the Acquire of the sleepers; (x) above.
        WORD.swap(0, Ordering::AcqRel);
        wake(WORD.as_ptr());
        sleepers.into_iter().for_each(|sleeper| sleeper.join().unwrap());
        // Relaxed: as above.
        assert_eq!(ENDED.load(Ordering::Relaxed), PLACES + 8);
    }

    #[test]
    fn many_hand_overs_strand_nobody() {
        const ROUNDS: u32 = 20_000;
        static TURN: AtomicU32 = AtomicU32::new(0);
        let wait_for = |mine: u32| {
            for _ in 0..ROUNDS {
                while_it_is(&TURN, 1 - mine);
                // AcqRel: (x) above.
                TURN.swap(1 - mine, Ordering::AcqRel);
                wake(TURN.as_ptr());
            }
        };
        let other = thread::spawn(move || wait_for(1));
        wait_for(0);
        other.join().unwrap();
    }
}
