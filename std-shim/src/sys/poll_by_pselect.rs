//! Waiting for descriptors, where there is no `ppoll`: `poll`, and with a mask `pselect`, which POSIX has.
//!
//! `pselect` knows descriptors below `FD_SETSIZE` alone, which is 1024 on macOS and Linux. With a mask the library waits for its own wake descriptor and
//! nothing else.

use core::{mem::MaybeUninit, ptr, time::Duration};

use super::{Errno, POLL_INVALID, POLL_READ, PollEntry, SigSet, Woken, now, sigset, time::timespec};

/// The call that waits.
pub(crate) const POLL_CALL: &str = "poll";

/// The longest wait that is handed to the system at once: macOS refuses more than 100 million seconds, `poll` counts milliseconds
/// in an int. A longer one is several.
const LONGEST: Duration = Duration::from_secs(1_000_000);

/// So many descriptors a set has room for: a bit for each, from 0 on.
const ROOM: usize = size_of::<libc::fd_set>() * 8;

/// Waits until one of the entries is ready, until `deadline` on the monotonic clock, or until a handler runs on this
/// thread. With a mask it is the thread's for the time of the wait, and changed with the beginning of the wait in one step;
/// the entries are then all for reading.
pub(crate) fn poll_until(
    entries: &mut [PollEntry],
    deadline: Option<Duration>,
    mask: Option<&SigSet>,
) -> Result<Woken, Errno> {
    loop {
        let left = deadline.map_or(LONGEST, |deadline| deadline.saturating_sub(now()).min(LONGEST));
        let found = match mask {
            None => poll(entries, left),
            Some(mask) => select(entries, left, mask),
        };
        match found {
            // The clock that was asked may be a little behind the one that was waited on.
            Ok(0) if deadline.is_none_or(|deadline| deadline > now()) => {}
            Ok(0) => return Ok(Woken::TimedOut),
            Ok(_) => return Ok(Woken::Changed),
            Err(errno) if errno.is(libc::EINTR) => return Ok(Woken::Interrupted),
            Err(errno) => return Err(errno),
        }
    }
}

/// How many entries are ready by then.
fn poll(entries: &mut [PollEntry], left: Duration) -> Result<i32, Errno> {
    let rounded_up = left.saturating_add(Duration::from_nanos(999_999)).as_millis() as i32;
    // SAFETY: the entries are a live slice of that length.
    Errno::check(unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, rounded_up) })
}

fn select(entries: &mut [PollEntry], left: Duration, mask: &SigSet) -> Result<i32, Errno> {
    let mut set = set_of(entries)?;
    let above_all = entries.iter().map(|entry| entry.fd + 1).max().unwrap_or(0);
    let (left, mask) = (timespec(left), sigset::to_libc(*mask));
    let null = ptr::null_mut;
    // SAFETY: the set has room for descriptors below `above_all`; set, time and mask outlive the call.
    let found =
        unsafe { libc::pselect(above_all, &raw mut set, null(), null(), &raw const left, &raw const mask) };
    match Errno::check(found) {
        Ok(found) => {
            tell(entries, |entry| if found > 0 && is_in(&set, entry.fd) { POLL_READ } else { 0 });
            Ok(found)
        }
        Err(errno) if errno.is(libc::EBADF) => {
            tell(entries, |_| POLL_INVALID); // as `poll` has it
            Ok(1)
        }
        Err(errno) => Err(errno),
    }
}

fn tell(entries: &mut [PollEntry], what: impl Fn(&PollEntry) -> i16) {
    for entry in entries.iter_mut().filter(|entry| entry.fd >= 0) {
        entry.revents = what(entry);
    }
}

/// The descriptors of the entries; `EINVAL` if one is too large.
fn set_of(entries: &[PollEntry]) -> Result<libc::fd_set, Errno> {
    let mut set = MaybeUninit::<libc::fd_set>::zeroed();
    for entry in entries.iter().filter(|entry| entry.fd >= 0) {
        if usize::try_from(entry.fd).is_ok_and(|number| number >= ROOM) {
            return Err(Errno::from_return(libc::EINVAL));
        }
        // SAFETY: a set of zeroes is the empty one, and the number is one that it has room for.
        unsafe { libc::FD_SET(entry.fd, set.as_mut_ptr()) };
    }
    // SAFETY: zeroed it was valid.
    Ok(unsafe { set.assume_init() })
}

fn is_in(set: &libc::fd_set, descriptor: i32) -> bool {
    // SAFETY: `set_of` has put every descriptor of the entries into a set, so that it is in range.
    unsafe { libc::FD_ISSET(descriptor, set) }
}
