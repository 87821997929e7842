//! All receivers of signals that there are, for fork, and for the helper thread of the streams. Guarded by the writers' lock.
//!
//! None is freed while it stands here, and memory is neither allocated nor freed with the lock held.

use std::{mem, sync::Arc, vec::Vec};

use super::{instance::Instance, table::Table};

pub(in crate::owner) struct Instances(Vec<Arc<Instance>>);

impl Instances {
    pub(in crate::owner) const fn new() -> Self {
        Self(Vec::new())
    }

    /// In the child of a fork: each goes on as the child's own.
    pub(in crate::owner) fn inherit(&self) {
        for instance in &self.0 {
            instance.inherit();
        }
    }

    #[cfg(feature = "async")]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Instance>> {
        self.0.iter()
    }
}

/// Enters it. Any thread.
pub(super) fn enlist(instance: &Arc<Instance>) {
    let mut room = Vec::new();
    loop {
        let mut table = Table::lock();
        let list = &mut table.instances.0;
        if list.len() == list.capacity() && room.capacity() > list.len() {
            room.append(list);
            mem::swap(&mut room, list);
        }
        if list.len() < list.capacity() {
            list.push(Arc::clone(instance));
            return drop(table);
        }
        let more = 2 * list.len() + 2;
        drop(table);
        room = Vec::with_capacity(more);
    }
}

/// Strikes it out. Any thread.
pub(super) fn strike(instance: &Arc<Instance>) {
    let mut table = Table::lock();
    let list = &mut table.instances.0;
    let place = list.iter().position(|it| Arc::ptr_eq(it, instance));
    let struck = place.map(|place| list.swap_remove(place));
    drop(table);
    drop(struck); // with the lock released
}
