//! How much a sandbox remembers at most: it may run for weeks beside a script that never stops.

/// What all bots together may take.
///
/// Messages that go beyond theirs push the oldest out, since they are only looked at. Of updates, chats and bots the one
/// that would go beyond is refused, since whoever made it waits for what follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Messages sent and shown, in bytes.
    pub(super) messages: usize,
    /// Updates that wait for getUpdates, in bytes.
    pub(super) updates: usize,
    /// Chats that updates brought.
    pub(super) chats: usize,
    /// Bots; the tokens given at the start are let in whatever this says.
    pub(super) bots: usize,
}

impl Limits {
    /// What a sandbox has: some 200,000 usual messages.
    pub(super) const USUAL: Limits =
        Limits { messages: 128 << 20, updates: 64 << 20, chats: 100_000, bots: 64 };
}

/// Each name of a chat, in bytes.
pub(super) const MAX_NAME: usize = 256;

/// What keeping an entry takes beside its text, about.
pub(super) const ENTRY: usize = 128;
