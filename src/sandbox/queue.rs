//! The updates that wait for a bot: ids, confirmation by offset, and which kinds the bot asks for.
//!
//! Follows getUpdates of the Bot API server, but for two of its defences against busy loops: it answers a repeated
//! offset slowly and with one update only, which would only make work offline slower.

use std::collections::{BTreeMap, BTreeSet};

use super::limits::ENTRY;

/// The largest update id, as on Telegram.
pub(super) const MAX_UPDATE_ID: i64 = i32::MAX as i64;

/// An answer of getUpdates is cut at about this many bytes.
const MAX_ANSWER: usize = 1 << 22;

/// The kinds of updates (Bot API, `Update`), and whether a bot gets them without asking.
pub(super) const KINDS: [(&str, Asked); 27] = [
    ("message", Asked::ByDefault),
    ("edited_message", Asked::ByDefault),
    ("channel_post", Asked::ByDefault),
    ("edited_channel_post", Asked::ByDefault),
    ("business_connection", Asked::ByDefault),
    ("business_message", Asked::ByDefault),
    ("edited_business_message", Asked::ByDefault),
    ("deleted_business_messages", Asked::ByDefault),
    ("guest_message", Asked::ByDefault),
    ("message_reaction", Asked::ByName),
    ("message_reaction_count", Asked::ByName),
    ("inline_query", Asked::ByDefault),
    ("chosen_inline_result", Asked::ByDefault),
    ("callback_query", Asked::ByDefault),
    ("shipping_query", Asked::ByDefault),
    ("pre_checkout_query", Asked::ByDefault),
    ("purchased_paid_media", Asked::ByDefault),
    ("poll", Asked::ByDefault),
    ("poll_answer", Asked::ByDefault),
    ("my_chat_member", Asked::ByDefault),
    ("chat_member", Asked::ByName),
    ("chat_join_request", Asked::ByDefault),
    ("chat_boost", Asked::ByDefault),
    ("removed_chat_boost", Asked::ByDefault),
    ("managed_bot", Asked::ByDefault),
    ("subscription", Asked::ByDefault),
    ("stopped_message_generation", Asked::ByDefault),
];

/// Whether a kind of update comes without being named in `allowed_updates`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// It comes unless others are named.
    ByDefault,
    ByName,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Update objects as JSON text, by id.
    waiting: BTreeMap<i64, Box<str>>,
    /// About how much memory they take, in bytes.
    size: usize,
    /// The highest id ever given or confirmed.
    last_id: i64,
    /// Everything up to this id is confirmed.
    confirmed: i64,
    /// The kinds that `allowed_updates` named; `None` for the default.
    allowed: Option<BTreeSet<&'static str>>,
}

#[derive(Debug, PartialEq)]
pub(super) enum BadId {
    /// Not in 1..=[`MAX_UPDATE_ID`].
    OutOfRange,
    /// There is one with that id, or the bot has confirmed it.
    Taken,
}

impl Queue {
    /// Returns the id that the next update gets: `wanted`, else the one behind the last.
    pub(super) fn next_id(&self, wanted: Option<i64>) -> Result<i64, BadId> {
        let id = wanted.unwrap_or(self.last_id + 1);
        if !(1..=MAX_UPDATE_ID).contains(&id) {
            return Err(BadId::OutOfRange);
        }
        if id <= self.confirmed || self.waiting.contains_key(&id) {
            return Err(BadId::Taken);
        }
        Ok(id)
    }

    /// Puts an update in the queue under an id that [`Queue::next_id`] gave.
    pub(super) fn push(&mut self, id: i64, update: Box<str>) {
        self.last_id = self.last_id.max(id);
        self.size += update.len() + ENTRY;
        self.waiting.insert(id, update);
    }

    /// Returns about how much memory the updates take, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Counts an id as used by an update that the bot did not ask for.
    pub(super) fn skip(&mut self, id: i64) {
        self.last_id = self.last_id.max(id);
    }

    /// Confirms by `offset` as getUpdates does and returns the updates that follow, a JSON array, or `None` for none.
    ///
    /// A positive offset drops all before it, a negative one all but the last so many.
    pub(super) fn take(&mut self, offset: i64, limit: usize) -> Option<String> {
        if 0 < offset {
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
        self.size -= confirmed.values().map(|update| update.len() + ENTRY).sum::<usize>();
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

    /// Remembers the kinds named in `allowed_updates`; what is no array of names changes nothing.
    pub(super) fn allow(&mut self, allowed_updates: &str) {
        let Ok(names) = serde_json::from_str::<Vec<String>>(allowed_updates) else { return };
        let known: BTreeSet<&'static str> = names
            .iter()
            .filter_map(|name| {
                KINDS.iter().map(|(kind, _)| *kind).find(|kind| kind.eq_ignore_ascii_case(name))
            })
            .collect();
        self.allowed = Some(known).filter(|known| !known.is_empty());
    }

    pub(super) fn wants(&self, kind: &str, asked: Asked) -> bool {
        match &self.allowed {
            Some(allowed) => allowed.contains(kind),
            None => asked == Asked::ByDefault,
        }
    }

    pub(super) fn allowed(&self) -> Option<Vec<&'static str>> {
        self.allowed.as_ref().map(|allowed| allowed.iter().copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(ids: impl IntoIterator<Item = i64>) -> Queue {
        let mut queue = Queue::default();
        for id in ids {
            let id = queue.next_id(Some(id)).unwrap();
            queue.push(id, id.to_string().into());
        }
        queue
    }

    #[track_caller]
    fn check(queue: &mut Queue, offset: i64, limit: usize, expected: &str) {
        assert_eq!(queue.take(offset, limit).as_deref().unwrap_or("[]"), expected);
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
        assert_eq!(queue.next_id(Some(2)), Err(BadId::Taken));
        assert_eq!(queue.next_id(None), Ok(4));
    }

    #[test]
    fn a_negative_offset_keeps_the_last() {
        let mut queue = queue(1..=5);
        check(&mut queue, -2, 100, "[4,5]");
        check(&mut queue, -9, 1, "[4]");
        check(&mut queue, i64::MIN, 100, "[4,5]");
    }

    #[test]
    fn an_offset_from_elsewhere_does_not_lose_what_comes_next() {
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
        assert_eq!(queue.next_id(Some(10)), Err(BadId::Taken));
        assert_eq!(queue.next_id(Some(0)), Err(BadId::OutOfRange));
        assert_eq!(queue.next_id(Some(i64::MAX)), Err(BadId::OutOfRange));
        assert_eq!(queue.next_id(None), Err(BadId::OutOfRange));
        assert_eq!(queue.next_id(Some(11)), Ok(11));
    }

    #[test]
    fn allowed_updates_stick_until_an_array_changes_them() {
        let mut queue = Queue::default();
        assert!(queue.wants("message", Asked::ByDefault));
        assert!(!queue.wants("chat_member", Asked::ByName));
        queue.allow(r#"["Chat_Member", "nonsense"]"#);
        for unchanged in ["", "null", "message", "[1]"] {
            queue.allow(unchanged);
            assert!(queue.wants("chat_member", Asked::ByName), "{unchanged}");
            assert!(!queue.wants("message", Asked::ByDefault), "{unchanged}");
        }
        queue.allow("[]");
        assert_eq!(queue.allowed(), None);
        assert!(queue.wants("message", Asked::ByDefault));
    }
}
