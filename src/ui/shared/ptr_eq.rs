//! A shared value that is compared by its address, so that comparing messages with large results takes constant time.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A shared value that is equal only to itself and its clones.
pub struct PtrEq<T>(Arc<T>);

impl<T> PtrEq<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> From<Arc<T>> for PtrEq<T> {
    fn from(shared: Arc<T>) -> Self {
        Self(shared)
    }
}

impl<T> Clone for PtrEq<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> PartialEq for PtrEq<T> {
    fn eq(&self, other: &Self) -> bool {
        // Two separate values with equal content count as different. That is safe, because a comparison only decides
        // whether derived values are computed again.
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for PtrEq<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for PtrEq<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The content is left out. It may be megabytes long, and a failing test would print all of it.
        f.write_str("PtrEq(…)")
    }
}
