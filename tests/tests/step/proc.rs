//! What the kernel tells of a process that nobody has stopped.

use std::{
    ffi::c_int,
    fs,
    ops::Range,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
};

fn read(pid: c_int, file: &str) -> String {
    fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default()
}

/// Its state, a letter, and the number of the system call that it is in.
pub(crate) fn whereabouts(pid: c_int) -> (String, String) {
    let (stat, call) = (read(pid, "stat"), read(pid, "syscall"));
    let first = |text: &str| text.split_whitespace().next().unwrap_or("?").to_owned();
    (first(stat.rsplit(')').next().unwrap_or_default()), first(&call))
}

/// Whether it sleeps in this very system call.
pub(crate) fn sleeps_in(pid: c_int, call: u64) -> bool {
    let (state, now) = whereabouts(pid);
    state == "S" && now == call.to_string()
}

/// The numbers of its descriptors that are event counters.
pub(crate) fn event_counters(pid: c_int) -> Vec<c_int> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).expect("it is ours");
    let counters = entries.filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = fs::read_link(&path).ok()?;
        (name.to_str() == Some("anon_inode:[eventfd]")).then(|| path.file_name()?.to_str()?.parse().ok())?
    });
    counters.collect()
}

/// Where the kernel has put the code that it gives to every process.
pub(crate) fn kernels_code(pid: c_int) -> Range<u64> {
    let maps = read(pid, "maps");
    let line = maps.lines().find(|line| line.ends_with("[vdso]"));
    line.and_then(range).unwrap_or_default()
}

fn range(line: &str) -> Option<Range<u64>> {
    let (start, end) = line.split_whitespace().next()?.split_once('-')?;
    Some(hex(start)?..hex(end)?)
}

fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

/// An address as the offset into the file that is mapped there.
pub(crate) fn mapping(pid: c_int, address: u64) -> String {
    for line in read(pid, "maps").lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        let Some(mapped) = range(line) else { continue };
        if mapped.contains(&address) {
            let file = words.last().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            return format!("{file}+{:#x}", address - mapped.start + hex(words[2]).unwrap_or(0));
        }
    }
    format!("{address:#x}")
}

/// A descriptor of a process, which never means another one.
pub(crate) fn open(pid: c_int) -> OwnedFd {
    // SAFETY: numbers in, a descriptor or -1 out.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })
}

/// A descriptor of ours for the open file that a process has by this number.
pub(crate) fn descriptor_of(pid: c_int, number: c_int) -> OwnedFd {
    let process = open(pid);
    // SAFETY: an open descriptor and numbers in, a descriptor or -1 out.
    owned(unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), number, 0) })
}

fn owned(number: libc::c_long) -> OwnedFd {
    assert!(number >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: new, and nobody else's.
    unsafe { OwnedFd::from_raw_fd(c_int::try_from(number).expect("a descriptor")) }
}

/// From now on the children of a child that ends are this process's.
pub(crate) fn adopt_orphans() {
    // SAFETY: numbers in, a number out.
    let done = unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) };
    assert_eq!(done, 0, "prctl: {}", std::io::Error::last_os_error());
}
