//! Event counters, which a process shares with its copies: what a copy did to one is undone.
//!
//! Otherwise one copy's wake would be the next one's, and hide that it lost its own.

use std::{
    ffi::c_int,
    fs::File,
    io::{Read, Write},
};

use super::proc;

/// The counters of a process, as descriptors of ours for the same open files. None of them blocks.
#[derive(Default)]
pub(crate) struct Counters(Vec<File>);

impl Counters {
    pub(crate) fn of(pid: c_int) -> Self {
        let mut counters = Self::default();
        proc::event_counters(pid).into_iter().for_each(|number| counters.add(pid, number));
        counters
    }

    /// One that the process has just made.
    pub(crate) fn add(&mut self, pid: c_int, number: c_int) {
        self.0.push(File::from(proc::descriptor_of(pid, number)));
    }

    /// What they hold.
    pub(crate) fn look(&self) -> Vec<u64> {
        let held: Vec<_> = self.0.iter().map(take).collect();
        self.put(&held);
        held
    }

    /// Makes them hold this.
    pub(crate) fn restore(&self, held: &[u64]) {
        self.0.iter().for_each(|counter| _ = take(counter));
        self.put(held);
    }

    fn put(&self, held: &[u64]) {
        for (mut counter, value) in self.0.iter().zip(held).filter(|(_, value)| **value != 0) {
            counter.write_all(&value.to_ne_bytes()).expect("there is room for it");
        }
    }
}

fn take(mut counter: &File) -> u64 {
    let mut bytes = [0; 8];
    match counter.read_exact(&mut bytes) {
        Ok(()) => u64::from_ne_bytes(bytes),
        Err(_) => 0, // it holds nothing
    }
}
