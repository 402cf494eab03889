//! Idle sessions of all graphs, and how much memory all sessions may take: what was not used for longest goes first. Knows no runtime: what lies on it may be
//! anything that has a size.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What is kept until somebody wants it again.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    inside: Mutex<Inside<T>>,
}

#[derive(Debug)]
struct Inside<T> {
    /// Bytes that everything may take together; none = no limit.
    most: Option<u64>,
    /// Bytes that everything takes: what lies here and what is being used.
    taken: u64,
    /// Counts up with each use.
    clock: u64,
    /// What lies here, by when it was put down: whose it is, its bytes, itself.
    idle: BTreeMap<u64, (u64, u64, T)>,
}

impl<T> Shelf<T> {
    /// An empty one without a limit.
    pub(super) fn new() -> Shelf<T> {
        let inside = Inside { most: None, taken: 0, clock: 0, idle: BTreeMap::new() };
        Shelf { inside: Mutex::new(inside) }
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Inside<T>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on everything may take so many bytes together. What is being used is never taken away, so one that is larger than the limit is still used, alone.
    pub(super) fn limit(&self, most: Option<u64>) {
        let mut inside = self.inside();
        inside.most = most;
        inside.make_room(0);
    }

    /// A name for an owner, which no other has.
    pub(super) fn owner(&self) -> u64 {
        let mut inside = self.inside();
        inside.clock += 1;
        inside.clock
    }

    /// The owner's thing that was put down last; `None` if there is none, and then room for a new one of so many bytes is made and counted.
    pub(super) fn take(&self, owner: u64, bytes: u64) -> Option<T> {
        let mut inside = self.inside();
        let at = inside.idle.iter().rev().find_map(|(at, (whose, ..))| (*whose == owner).then_some(*at));
        let found = at.and_then(|at| inside.idle.remove(&at));
        if found.is_none() {
            inside.make_room(bytes);
            inside.taken += bytes;
        }
        found.map(|(_, _, thing)| thing)
    }

    /// Puts a thing down that was taken or made; it goes at once if there is no room for it.
    pub(super) fn put(&self, owner: u64, bytes: u64, thing: T) {
        let mut inside = self.inside();
        inside.clock += 1;
        let now = inside.clock;
        inside.idle.insert(now, (owner, bytes, thing));
        inside.make_room(0);
    }

    /// A thing that was taken, or was to be made, is no more.
    pub(super) fn lost(&self, bytes: u64) {
        let mut inside = self.inside();
        inside.taken = inside.taken.saturating_sub(bytes);
    }

    /// Lets go of everything of an owner's.
    pub(super) fn forget(&self, owner: u64) {
        let mut inside = self.inside();
        let own: Vec<u64> =
            inside.idle.iter().filter(|(_, (whose, ..))| *whose == owner).map(|(at, _)| *at).collect();
        own.into_iter().for_each(|at| inside.drop_one(at));
    }
}

impl<T> Inside<T> {
    fn make_room(&mut self, bytes: u64) {
        let Some(most) = self.most else { return };
        while self.taken.saturating_add(bytes) > most
            && let Some(oldest) = self.idle.keys().next().copied()
        {
            self.drop_one(oldest);
        }
    }

    fn drop_one(&mut self, at: u64) {
        if let Some((_, bytes, _)) = self.idle.remove(&at) {
            self.taken = self.taken.saturating_sub(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What lies on it, in the order in which it would go.
    fn lies(shelf: &Shelf<&'static str>) -> Vec<&'static str> {
        shelf.inside().idle.values().map(|(_, _, thing)| *thing).collect()
    }

    /// Takes or makes.
    fn used(shelf: &Shelf<&'static str>, owner: u64, bytes: u64, new: &'static str) -> &'static str {
        let thing = shelf.take(owner, bytes).unwrap_or(new);
        shelf.put(owner, bytes, thing);
        thing
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let shelf = Shelf::new();
        let [a, b, c] = [0; 3].map(|_| shelf.owner());
        shelf.limit(Some(10));
        used(&shelf, a, 4, "a");
        used(&shelf, b, 4, "b");
        assert_eq!(used(&shelf, a, 4, "another a"), "a");
        used(&shelf, c, 4, "c");
        assert_eq!(lies(&shelf), ["a", "c"]);
        assert_eq!(used(&shelf, b, 4, "b again"), "b again");
        assert_eq!(lies(&shelf), ["c", "b again"]);
        shelf.forget(c);
        assert_eq!((lies(&shelf), shelf.inside().taken), (vec!["b again"], 4));
    }

    #[test]
    fn what_is_used_stays_however_large_and_what_is_lost_counts_no_more() {
        let shelf = Shelf::new();
        let [a, b] = [0; 2].map(|_| shelf.owner());
        shelf.limit(Some(10));
        assert_eq!(shelf.take(a, 20), None);
        assert_eq!(shelf.take(b, 5), None);
        assert_eq!(shelf.inside().taken, 25);
        shelf.put(b, 5, "b");
        assert_eq!((lies(&shelf).len(), shelf.inside().taken), (0, 20), "no room beside the large one");
        shelf.lost(20);
        assert_eq!(shelf.inside().taken, 0);
        shelf.limit(None);
        (0..5).for_each(|_| assert_eq!(shelf.take(a, 100), None));
        (0..5).for_each(|_| shelf.put(a, 100, "a"));
        assert_eq!(lies(&shelf).len(), 5);
        shelf.limit(Some(250));
        assert_eq!(lies(&shelf).len(), 2);
    }
}
