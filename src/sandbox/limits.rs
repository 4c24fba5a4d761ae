//! The memory limits of a sandbox. Without limits, memory could run out, because a sandbox may run for weeks next to a
//! script that never stops sending.

/// The limits for all bots together.
///
/// Above the limits for messages and files, the oldest ones are dropped. Above the other limits, a new update, chat, or
/// bot is refused.
// Old messages are only listed, replied to, and referred to by button presses, so losing them does little harm. But a
// caller that adds an update, a chat, or a bot needs it afterwards. So the caller must learn when there is no room for
// more.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemoryLimits {
    /// Sent and received messages, in bytes.
    pub(super) messages: usize,
    /// The files that were sent, in bytes.
    pub(super) files: usize,
    /// Updates waiting for getUpdates, in bytes.
    pub(super) updates: usize,
    /// Chats added by updates.
    pub(super) chats: usize,
    /// Bots. The tokens given at the start are accepted beyond this limit.
    pub(super) bots: usize,
}

impl MemoryLimits {
    /// Enough for about 200,000 ordinary messages.
    pub(super) const DEFAULT: MemoryLimits =
        MemoryLimits { messages: 128 << 20, files: 64 << 20, updates: 64 << 20, chats: 100_000, bots: 64 };
}

/// The most messages that are pinned in all chats of a bot. Beyond it, the oldest are unpinned.
pub(super) const MAX_PINS: usize = 10_000;

/// The most presses of buttons that a bot can answer. Beyond it, the oldest count as too old.
pub(super) const MAX_PRESSES: usize = 10_000;

/// The longest name, title, or username of a chat, in bytes. Without this limit, the limit on the number of chats would
/// not limit their memory.
pub(super) const MAX_NAME_BYTES: usize = 256;

/// The estimated memory of a stored message or update besides its text, in bytes. Without this overhead, very short
/// texts would count as nearly nothing.
pub(super) const ENTRY_OVERHEAD: usize = 128;
