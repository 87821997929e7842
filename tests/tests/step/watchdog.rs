//! The watchdog: what does not end in time is killed, and that is the failure.
//!
//! It waits for a long time, which no load of the machine explains; what is asleep or spins then would do so for ever.

use std::{
    ffi::c_int,
    os::fd::{AsRawFd, OwnedFd},
    sync::{Arc, Mutex, Weak},
    thread,
    time::{Duration, Instant},
};

use super::proc;

/// How often it looks.
const ROUND: Duration = Duration::from_millis(100);

/// Watches one process at a time.
pub(crate) struct Watchdog {
    watched: Arc<Mutex<Watched>>,
}

#[derive(Default)]
struct Watched {
    /// By a descriptor, which never means another process.
    process: Option<(OwnedFd, c_int)>,
    until: Option<Instant>,
    /// Where the process was when it was killed.
    expired: Option<String>,
}

impl Watchdog {
    pub(crate) fn new() -> Self {
        let watched = Arc::<Mutex<Watched>>::default();
        let there = Arc::downgrade(&watched);
        thread::spawn(move || look_for_ever(&there));
        Self { watched }
    }

    /// Does this, which waits for the process. Returns where it was killed too, if it was.
    pub(crate) fn watch<T>(
        &self,
        pid: c_int,
        patience: Duration,
        wait: impl FnOnce() -> T,
    ) -> (T, Option<String>) {
        self.set(Watched {
            process: Some((proc::open(pid), pid)),
            until: Some(Instant::now() + patience),
            expired: None,
        });
        let waited = wait();
        (waited, self.set(Watched::default()).expired)
    }

    fn set(&self, watched: Watched) -> Watched {
        std::mem::replace(&mut *self.watched.lock().expect("no panic"), watched)
    }
}

fn look_for_ever(watched: &Weak<Mutex<Watched>>) {
    while let Some(watched) = watched.upgrade() {
        watched.lock().expect("no panic").look();
        drop(watched);
        thread::sleep(ROUND);
    }
}

impl Watched {
    fn look(&mut self) {
        if let Some((process, pid)) = &self.process
            && self.until.is_some_and(|until| until < Instant::now())
        {
            self.expired = Some(format!("{:?}", proc::whereabouts(*pid)));
            self.until = None;
            kill(process);
        }
    }
}

fn kill(process: &OwnedFd) {
    let no_info = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: an open descriptor, and numbers. If the process has ended by itself nothing happens.
    unsafe {
        libc::syscall(libc::SYS_pidfd_send_signal, process.as_raw_fd(), libc::SIGKILL, no_info, 0);
    }
}
