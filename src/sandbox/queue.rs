//! The updates that wait for a bot: their ids, confirmation by offset, and the kinds that the bot asked for.
//!
//! This module imitates getUpdates of the Bot API server, but without the server's two defenses against busy loops. If
//! an offset is repeated within 3 s, the real server raises the timeout to 3 s. If an offset is repeated within 0.5 s,
//! the real server also returns only one update. In a sandbox, these defenses would only slow down tests.

use std::collections::{BTreeMap, BTreeSet};

use super::limits::ENTRY_OVERHEAD;

/// The largest update id, as on Telegram.
pub(super) const MAX_UPDATE_ID: i64 = i32::MAX as i64;

/// The maximum size of an answer of getUpdates, in bytes; about the same as on Telegram.
const MAX_ANSWER: usize = 1 << 22;

/// The kinds of updates (Bot API, `Update`), and whether a bot receives them by default.
pub(super) const UPDATE_KINDS: [(&str, UpdateSelection); 27] = [
    ("message", UpdateSelection::ByDefault),
    ("edited_message", UpdateSelection::ByDefault),
    ("channel_post", UpdateSelection::ByDefault),
    ("edited_channel_post", UpdateSelection::ByDefault),
    ("business_connection", UpdateSelection::ByDefault),
    ("business_message", UpdateSelection::ByDefault),
    ("edited_business_message", UpdateSelection::ByDefault),
    ("deleted_business_messages", UpdateSelection::ByDefault),
    ("guest_message", UpdateSelection::ByDefault),
    ("message_reaction", UpdateSelection::ByName),
    ("message_reaction_count", UpdateSelection::ByName),
    ("inline_query", UpdateSelection::ByDefault),
    ("chosen_inline_result", UpdateSelection::ByDefault),
    ("callback_query", UpdateSelection::ByDefault),
    ("shipping_query", UpdateSelection::ByDefault),
    ("pre_checkout_query", UpdateSelection::ByDefault),
    ("purchased_paid_media", UpdateSelection::ByDefault),
    ("poll", UpdateSelection::ByDefault),
    ("poll_answer", UpdateSelection::ByDefault),
    ("my_chat_member", UpdateSelection::ByDefault),
    ("chat_member", UpdateSelection::ByName),
    ("chat_join_request", UpdateSelection::ByDefault),
    ("chat_boost", UpdateSelection::ByDefault),
    ("removed_chat_boost", UpdateSelection::ByDefault),
    ("managed_bot", UpdateSelection::ByDefault),
    ("subscription", UpdateSelection::ByDefault),
    ("stopped_message_generation", UpdateSelection::ByDefault),
];

/// Whether a bot receives a kind of update by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UpdateSelection {
    /// Received if `allowed_updates` names the kind, or if `allowed_updates` is not set.
    ByDefault,
    /// Received only if `allowed_updates` names the kind.
    ByName,
}

#[derive(Debug, Default)]
pub(super) struct UpdateQueue {
    /// Update objects as JSON text, by id.
    waiting: BTreeMap<i64, Box<str>>,
    /// Roughly how much memory `waiting` uses, in bytes.
    size: usize,
    /// The highest id that an update ever had, including updates that the bot did not ask for.
    last_id: i64,
    /// All updates up to this id are confirmed.
    confirmed: i64,
    /// The kinds named in `allowed_updates`; `None` for the default.
    allowed: Option<BTreeSet<&'static str>>,
}

#[derive(Debug, PartialEq)]
pub(super) enum UpdateIdError {
    /// Not in 1..=[`MAX_UPDATE_ID`].
    OutOfRange,
    /// An update with this id is waiting, or the bot has confirmed the id.
    Taken,
}

impl UpdateQueue {
    /// Returns the id for the next update: `wanted`, or the highest id so far plus 1 if `wanted` is `None`.
    pub(super) fn next_id(&self, wanted: Option<i64>) -> Result<i64, UpdateIdError> {
        let id = wanted.unwrap_or(self.last_id + 1);
        if !(1..=MAX_UPDATE_ID).contains(&id) {
            return Err(UpdateIdError::OutOfRange);
        }
        // An update with a confirmed id would never be delivered, because the next getUpdates skips it.
        if id <= self.confirmed || self.waiting.contains_key(&id) {
            return Err(UpdateIdError::Taken);
        }
        Ok(id)
    }

    /// Queues an update under an id that [`UpdateQueue::next_id`] returned.
    pub(super) fn push(&mut self, id: i64, update: Box<str>) {
        self.last_id = self.last_id.max(id);
        self.size += update.len() + ENTRY_OVERHEAD;
        self.waiting.insert(id, update);
    }

    /// Returns roughly how much memory the updates use, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Marks an id as used by an update that the bot did not ask for.
    pub(super) fn skip(&mut self, id: i64) {
        self.last_id = self.last_id.max(id);
    }

    /// Confirms updates by `offset`, as getUpdates does. Returns at most `limit` of the remaining updates, as a JSON
    /// array. Returns `None` if no updates remain. Returned updates stay in the queue until a later offset confirms
    /// them.
    ///
    /// A positive offset confirms all updates with lower ids, and a negative offset -N confirms all but the last N.
    /// Confirmed updates are dropped.
    pub(super) fn confirm_and_read(&mut self, offset: i64, limit: usize) -> Option<String> {
        if 0 < offset {
            // The offset is lowered to at most the next id. A bot's stored offset may come from another server and be
            // far too high. It would then confirm updates that do not exist yet.
            self.confirm_before(offset.min(self.last_id + 1));
        } else if offset < 0 {
            let before = usize::try_from(offset.unsigned_abs() - 1).unwrap_or(usize::MAX);
            if let Some(first) = self.waiting.keys().nth_back(before).copied() {
                self.confirm_before(first);
            }
        }
        let mut left = MAX_ANSWER;
        let mut answer = String::new();
        for update in self.waiting.values().take(limit) {
            // As in the Bot API server, each update counts 50 bytes more, for the JSON around it. The first update is
            // returned even if it is larger than `MAX_ANSWER`. If it were held back, it would block the queue forever.
            left = left.saturating_sub(update.len() + 50);
            if left == 0 && !answer.is_empty() {
                break;
            }
            answer.push(if answer.is_empty() { '[' } else { ',' });
            answer.push_str(update);
        }
        if answer.is_empty() {
            return None;
        }
        answer.push(']');
        Some(answer)
    }

    fn confirm_before(&mut self, id: i64) {
        let waiting = self.waiting.split_off(&id);
        let confirmed = std::mem::replace(&mut self.waiting, waiting);
        self.size -= confirmed.values().map(|update| update.len() + ENTRY_OVERHEAD).sum::<usize>();
        self.confirmed = self.confirmed.max(id - 1);
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.size = 0;
        self.confirmed = self.last_id;
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Stores the kinds named in `allowed_updates`. As on Telegram, the kinds stay set until the next valid array. A
    /// missing or malformed array changes nothing, and an empty array restores the default.
    pub(super) fn set_allowed(&mut self, allowed_updates: &str) {
        let Ok(names) = serde_json::from_str::<Vec<String>>(allowed_updates) else { return };
        let known: BTreeSet<&'static str> = names
            .iter()
            .filter_map(|name| {
                UPDATE_KINDS.iter().map(|(kind, _)| *kind).find(|kind| kind.eq_ignore_ascii_case(name))
            })
            .collect();
        // Unknown names are ignored, so an array that contains only unknown names is like an empty array.
        self.allowed = Some(known).filter(|known| !known.is_empty());
    }

    pub(super) fn wants(&self, kind: &str, selection: UpdateSelection) -> bool {
        match &self.allowed {
            Some(allowed) => allowed.contains(kind),
            None => selection == UpdateSelection::ByDefault,
        }
    }

    pub(super) fn allowed(&self) -> Option<Vec<&'static str>> {
        self.allowed.as_ref().map(|allowed| allowed.iter().copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(ids: impl IntoIterator<Item = i64>) -> UpdateQueue {
        let mut queue = UpdateQueue::default();
        for id in ids {
            let id = queue.next_id(Some(id)).unwrap();
            queue.push(id, id.to_string().into());
        }
        queue
    }

    #[track_caller]
    fn check(queue: &mut UpdateQueue, offset: i64, limit: usize, expected: &str) {
        assert_eq!(queue.confirm_and_read(offset, limit).as_deref().unwrap_or("[]"), expected);
    }

    #[test]
    fn nothing_is_confirmed_without_an_offset() {
        let mut queue = queue(1..=3);
        check(&mut queue, 0, 2, "[1,2]");
        check(&mut queue, 0, 100, "[1,2,3]");
    }

    #[test]
    fn an_offset_confirms_all_before_it_for_good() {
        let mut queue = queue(1..=3);
        check(&mut queue, 3, 100, "[3]");
        check(&mut queue, 0, 100, "[3]");
        check(&mut queue, 4, 100, "[]");
        assert_eq!(queue.next_id(Some(2)), Err(UpdateIdError::Taken));
        assert_eq!(queue.next_id(None), Ok(4));
    }

    #[test]
    fn negative_offset_keeps_the_last_updates() {
        let mut queue = queue(1..=5);
        check(&mut queue, -2, 100, "[4,5]");
        check(&mut queue, -9, 1, "[4]");
        check(&mut queue, i64::MIN, 100, "[4,5]");
    }

    #[test]
    fn unknown_offset_does_not_lose_later_updates() {
        let mut queue = queue([7]);
        check(&mut queue, 1_000_000, 100, "[]");
        let id = queue.next_id(None).unwrap();
        assert_eq!(id, 8);
        queue.push(id, "8".into());
        check(&mut queue, 0, 100, "[8]");
    }

    #[test]
    fn ids_stay_in_telegrams_range_and_are_used_once() {
        let queue = queue([10, MAX_UPDATE_ID]);
        assert_eq!(queue.next_id(Some(10)), Err(UpdateIdError::Taken));
        assert_eq!(queue.next_id(Some(0)), Err(UpdateIdError::OutOfRange));
        assert_eq!(queue.next_id(Some(i64::MAX)), Err(UpdateIdError::OutOfRange));
        assert_eq!(queue.next_id(None), Err(UpdateIdError::OutOfRange));
        assert_eq!(queue.next_id(Some(11)), Ok(11));
    }

    #[test]
    fn allowed_updates_stick_until_an_array_changes_them() {
        let mut queue = UpdateQueue::default();
        assert!(queue.wants("message", UpdateSelection::ByDefault));
        assert!(!queue.wants("chat_member", UpdateSelection::ByName));
        queue.set_allowed(r#"["Chat_Member", "nonsense"]"#);
        for unchanged in ["", "null", "message", "[1]"] {
            queue.set_allowed(unchanged);
            assert!(queue.wants("chat_member", UpdateSelection::ByName), "{unchanged}");
            assert!(!queue.wants("message", UpdateSelection::ByDefault), "{unchanged}");
        }
        queue.set_allowed("[]");
        assert_eq!(queue.allowed(), None);
        assert!(queue.wants("message", UpdateSelection::ByDefault));
    }
}
