//! A state machine that reads the JSON of a body from the start up to an offset. Its state then shows where in the JSON
//! the offset is, for example inside a key or at a position where a value is due. The body may be unfinished.
//!
//! The machine reads only the text outside Liquid, one piece after another. What a `{{ … }}` prints is unknown. Inside
//! a string, a `{{ … }}` counts as a part of the string. If a value is due, the `{{ … }}` counts as this value.
//! Anywhere else, a `{{ … }}` does not change the state.

use std::rc::Rc;

use indexmap::IndexSet;

use crate::json::{Quote, QuoteState};

// The state is cloned at each branch of the template, so the number of open brackets in it must be limited. The Bot API
// server refuses JSON that is nested deeper than 100 levels, so a limit of 100 would be enough. 200 leaves a margin.
/// The deepest nesting that is tracked. Opening brackets beyond this depth are ignored.
const MAX_DEPTH: usize = 200;

// The state, including the content of the current string, is cloned at each branch of the template, so it must stay
// small. Only keys and short values, such as a parse mode, are compared with known texts. So the rest of a longer
// string is not needed.
/// The number of bytes of a string after which further characters are dropped.
const MAX_CONTENT: usize = 256;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct JsonState {
    frames: Vec<OpenContainer>,
    mode: Mode,
    /// The number of objects opened so far. Objects are numbered from 0, in the order in which they open.
    n_objects: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct OpenContainer {
    /// The number of the object; `None` for an array.
    object: Option<usize>,
    /// The key of the current member. It is `None` before the first key, after a comma, and if branches differ.
    key: Option<Rc<str>>,
    expects: Expects,
    keys: Keys,
}

// The keys of an object are split into older and recent keys. A branch of the template that adds a key copies only the
// recent keys. Copying all keys would take quadratic time for a body with a branch at each key.
const MAX_RECENT: usize = 256;

/// The keys of an object in order, each listed once. Cloning is cheap.
#[derive(Debug, Clone, PartialEq, Default)]
struct Keys {
    older: Rc<IndexSet<Rc<str>>>,
    recent: Rc<Vec<Rc<str>>>,
}

impl Keys {
    fn contains(&self, key: &Rc<str>) -> bool {
        self.older.contains(key) || self.recent.contains(key)
    }

    /// Adds a key. Returns whether the key was there already.
    fn insert(&mut self, key: &Rc<str>) -> bool {
        if self.contains(key) {
            return true;
        }
        Rc::make_mut(&mut self.recent).push(Rc::clone(key));
        if MAX_RECENT <= self.recent.len() {
            let recent = std::mem::take(&mut self.recent);
            Rc::make_mut(&mut self.older).extend(recent.iter().cloned());
        }
        false
    }

    fn iter(&self) -> impl Iterator<Item = &Rc<str>> {
        self.older.iter().chain(self.recent.iter())
    }

    /// Adds the keys of another branch.
    fn join(&mut self, other: &Keys) {
        // Both branches usually start from the same state. They then share the older keys, which need no comparison.
        let is_shared = Rc::ptr_eq(&self.older, &other.older);
        if is_shared && Rc::ptr_eq(&self.recent, &other.recent) {
            return;
        }
        let older = other.older.iter().filter(|_| !is_shared);
        older.chain(other.recent.iter()).for_each(|key| {
            self.insert(key);
        });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expects {
    Key,
    Colon,
    Value,
    /// A comma or the closing bracket.
    Comma,
    /// Unknown, because branches of the template differ.
    Anything,
}

#[derive(Debug, Clone, PartialEq)]
enum Mode {
    /// Outside strings and bare words.
    Between,
    /// In a string; `content` is its content so far, not decoded.
    String { role: StringRole, quoting: QuoteState, content: String },
    /// In a bare word: a number, `true`, `false`, or `null`.
    Bare,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StringRole {
    Key,
    /// A value of an object or an item of an array.
    Value,
    /// A string where no object or array expects one. After a missing quote, the text between two strings is read as
    /// such a string.
    Stray,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum JsonEvent {
    /// A key ended. `is_repeated` is true if the object already had the key. `is_repeated` is always false for a key
    /// with a `{{ }}`.
    Key { name: Rc<str>, is_repeated: bool },
    /// A string without any `{{ }}` ended, and it is the value of the member `key`.
    Text { object: usize, key: Rc<str>, value: String },
}

/// What [`JsonState::read_to_quote`] has read.
#[derive(Debug, PartialEq)]
pub(super) struct ReadToQuote {
    /// The number of bytes read, including the quote.
    pub length: usize,
    /// Whether the quote begins or ends a string. `None` if there is no such quote.
    pub quote: Option<Quote>,
    pub event: Option<JsonEvent>,
}

/// Where in the JSON an output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonSlot {
    /// Inside a key.
    Key,
    /// Inside a string that is not a key.
    String,
    /// At a position where a value is due.
    Value,
    /// Anywhere else, for example between members, after a value, or in a bare word.
    Structure,
}

// The mark is a NUL at the end of the content. JSON does not allow a NUL in a string, so the mark cannot be mistaken
// for content. Adjacent `{{ }}` share one mark, because the content is cloned at each branch and should stay short.
/// Marks the content of a string as not fully known.
fn mark_unknown(content: &mut String) {
    if !content.ends_with('\0') {
        content.push('\0');
    }
}

impl JsonState {
    pub(super) fn new() -> Self {
        Self { frames: Vec::new(), mode: Mode::Between, n_objects: 0 }
    }

    /// Continues as if a member began here. Does nothing in an array.
    pub(super) fn begin_member(&mut self) {
        if let Some(innermost) = self.frames.last_mut().filter(|innermost| innermost.object.is_some()) {
            innermost.expects = Expects::Key;
            self.mode = Mode::Between;
        }
    }

    /// Reads `text`. Calls `on_event` with each event and the offset of the quote that ends the key or string.
    pub(super) fn read(&mut self, text: &str, on_event: &mut dyn FnMut(usize, JsonEvent)) {
        let mut at = 0;
        while at < text.len() {
            let read = self.read_to_quote(&text[at..]);
            at += read.length;
            if let Some(event) = read.event {
                on_event(at - 1, event);
            }
        }
    }

    /// Reads `text` up to the end of the first event, or all of it if there is no event. Returns the number of bytes
    /// read.
    pub(super) fn read_to_event(&mut self, text: &str, on_event: &mut dyn FnMut(JsonEvent)) -> usize {
        let mut at = 0;
        while at < text.len() {
            let read = self.read_to_quote(&text[at..]);
            at += read.length;
            if let Some(event) = read.event {
                on_event(event);
                break;
            }
        }
        at
    }

    /// Reads `text` up to the end of the first quote that begins or ends a string, or all of it if there is none.
    pub(super) fn read_to_quote(&mut self, text: &str) -> ReadToQuote {
        let mut at = 0;
        loop {
            at += self.read_plain(&text[at..]);
            let Some(c) = text[at..].chars().next() else {
                return ReadToQuote { length: at, quote: None, event: None };
            };
            at += c.len_utf8();
            let was_inside = self.is_in_string();
            let event = self.step(c);
            let quote = match (was_inside, self.is_in_string()) {
                (false, true) => Quote::Opens,
                (true, false) => Quote::Closes,
                _ => continue,
            };
            return ReadToQuote { length: at, quote: Some(quote), event };
        }
    }

    /// Reads the start of `text` up to the first character that may change the state. Returns the number of bytes read,
    /// which is 0 outside strings.
    fn read_plain(&mut self, text: &str) -> usize {
        let Mode::String { quoting: QuoteState::Inside, content, .. } = &mut self.mode else { return 0 };
        // Most of a body is the content of strings. Searching it for the next quote or backslash is many times faster
        // than reading each character.
        let plain = memchr::memchr2(b'"', b'\\', text.as_bytes()).unwrap_or(text.len());
        let room = MAX_CONTENT.saturating_sub(content.len());
        content.push_str(&text[..text.ceil_char_boundary(plain.min(room))]);
        plain
    }

    fn is_in_string(&self) -> bool {
        matches!(self.mode, Mode::String { .. })
    }

    /// Returns whether the position is in a string that is a value of an object or an item of an array.
    pub(super) fn is_in_value(&self) -> bool {
        matches!(self.mode, Mode::String { role: StringRole::Value, .. })
    }

    /// Advances over a `{{ … }}` with unknown output.
    pub(super) fn read_interpolation(&mut self) {
        match &mut self.mode {
            Mode::String { content, quoting, .. } => {
                quoting.skip_interpolation();
                mark_unknown(content);
            }
            Mode::Between => {
                // If a value is due, the output counts as this value. If a key, colon, or comma is due, the output may
                // be anything, so the object or array still expects a key, colon, or comma.
                if let Some(frame) = self.frames.last_mut()
                    && frame.expects == Expects::Value
                {
                    frame.expects = Expects::Comma;
                }
            }
            // `1{{ x }}`: the output continues the word or number.
            Mode::Bare => {}
        }
    }

    pub(super) fn slot(&self) -> JsonSlot {
        match &self.mode {
            Mode::String { role: StringRole::Key, .. } => JsonSlot::Key,
            Mode::String { .. } => JsonSlot::String,
            Mode::Bare => JsonSlot::Structure,
            Mode::Between => match self.frames.last() {
                None => JsonSlot::Structure,
                Some(frame) if frame.expects == Expects::Value => JsonSlot::Value,
                // One branch of the template ended before a value of the array and another branch ended after a value,
                // so it is unknown whether a value is due. The output is taken for a value.
                Some(frame) if frame.expects == Expects::Anything && frame.object.is_none() => {
                    JsonSlot::Value
                }
                Some(_) => JsonSlot::Structure,
            },
        }
    }

    /// Returns what the innermost object or array expects next. Returns `None` inside a string and outside all objects
    /// and arrays.
    pub(super) fn expects(&self) -> Option<Expects> {
        match self.mode {
            Mode::Between | Mode::Bare => self.frames.last().map(|frame| frame.expects),
            Mode::String { .. } => None,
        }
    }

    /// Returns the number of the innermost object and the key of its current member. Returns `None` directly inside an
    /// array and outside all objects and arrays.
    pub(super) fn member(&self) -> Option<(usize, Option<&str>)> {
        let frame = self.frames.last()?;
        frame.object.map(|object| (object, frame.key.as_deref()))
    }

    /// Returns the keys that lead to the current position, with `[]` for each array. A key that is not known, because
    /// branches of the template differ, is left out.
    pub(super) fn path(&self) -> Vec<String> {
        self.frames
            .iter()
            .filter_map(|frame| match frame.object {
                None => Some("[]".to_owned()),
                Some(_) => frame.key.as_deref().map(str::to_owned),
            })
            .collect()
    }

    /// Returns the keys that lead to the current position, with `[]` for each array, or `None` if a key is unknown.
    pub(super) fn known_path(&self) -> Option<Vec<&str>> {
        let steps = self.frames.iter().map(|frame| match frame.object {
            None => Some("[]"),
            Some(_) => frame.key.as_deref(),
        });
        steps.collect()
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.frames
            .last()
            .map(|frame| frame.keys.iter().map(|key| key.to_string()).collect())
            .unwrap_or_default()
    }

    /// Returns the part of the current key or string that was read so far, not decoded, or `None` outside strings.
    pub(super) fn string_prefix(&self) -> Option<&str> {
        match &self.mode {
            Mode::String { content, .. } => Some(content),
            Mode::Between | Mode::Bare => None,
        }
    }

    /// Whether both states are at the same kind of position (in a key, in any other string, or outside strings) and
    /// have the same sequence of open objects and arrays.
    pub(super) fn has_same_shape(&self, other: &JsonState) -> bool {
        let in_string = |state: &JsonState| match &state.mode {
            Mode::String { role, .. } => (true, *role == StringRole::Key),
            Mode::Between | Mode::Bare => (false, false),
        };
        in_string(self) == in_string(other)
            && self.frames.len() == other.frames.len()
            && self
                .frames
                .iter()
                .zip(&other.frames)
                .all(|(own, other)| own.object.is_some() == other.object.is_some())
    }

    /// Merges the state at the end of another branch into this state. Both states must have the same shape.
    pub(super) fn join(&mut self, other: &JsonState) {
        // Objects that open after the join need new numbers, so the counter continues from the larger of the two
        // counters.
        self.n_objects = self.n_objects.max(other.n_objects);
        for (own, other) in self.frames.iter_mut().zip(&other.frames) {
            if own.expects != other.expects {
                own.expects = Expects::Anything;
            }
            if own.key != other.key {
                own.key = None;
            }
            own.keys.join(&other.keys);
        }
        if matches!((&self.mode, &other.mode), (Mode::Bare, Mode::Between)) {
            self.mode = Mode::Between;
        }
        if let (Mode::String { content, .. }, Mode::String { content: others, .. }) =
            (&mut self.mode, &other.mode)
            && content != others
        {
            mark_unknown(content);
        }
    }

    fn step(&mut self, c: char) -> Option<JsonEvent> {
        if let Mode::String { role, quoting, content } = &mut self.mode {
            if quoting.read(c) == Some(Quote::Closes) {
                let (is_key, content) = (*role == StringRole::Key, std::mem::take(content));
                self.mode = Mode::Between;
                return self.string_ended(is_key, content);
            }
            if content.len() < MAX_CONTENT {
                content.push(c);
            }
            return None;
        }
        match c {
            '"' => {
                let is_key = self.frames.last().is_some_and(|frame| {
                    frame.object.is_some() && matches!(frame.expects, Expects::Key | Expects::Anything)
                });
                let role = match self.slot() {
                    _ if is_key => StringRole::Key,
                    JsonSlot::Value => StringRole::Value,
                    _ => StringRole::Stray,
                };
                self.mode = Mode::String { role, quoting: QuoteState::Inside, content: String::new() };
            }
            '{' | '[' => self.open(c == '{'),
            // The kind of bracket is not checked here, because the strict JSON parser reports a wrong bracket when it
            // reads the rendered body.
            '}' | ']' => {
                self.mode = Mode::Between;
                self.frames.pop();
                self.value_ended();
            }
            ':' => self.expect(Expects::Value),
            ',' => {
                self.mode = Mode::Between;
                if let Some(frame) = self.frames.last_mut() {
                    frame.key = None;
                    frame.expects = if frame.object.is_some() { Expects::Key } else { Expects::Value };
                }
            }
            // Whitespace ends a bare word. The word was counted as a value at its first character.
            _ if c.is_whitespace() => {
                if self.mode == Mode::Bare {
                    self.mode = Mode::Between;
                }
            }
            _ => {
                self.mode = Mode::Bare;
                self.value_ended();
            }
        }
        None
    }

    fn open(&mut self, is_object: bool) {
        self.mode = Mode::Between;
        if MAX_DEPTH <= self.frames.len() {
            return;
        }
        let object = is_object.then_some(self.n_objects);
        self.n_objects += usize::from(is_object);
        let expects = if is_object { Expects::Key } else { Expects::Value };
        self.frames.push(OpenContainer { object, key: None, expects, keys: Keys::default() });
    }

    fn expect(&mut self, expects: Expects) {
        if let Some(frame) = self.frames.last_mut() {
            frame.expects = expects;
        }
    }

    fn value_ended(&mut self) {
        // A value in place of a key is an error that the strict JSON parser reports. After such a value, the object
        // still expects a key.
        if let Some(frame) = self.frames.last_mut()
            && frame.expects != Expects::Key
        {
            frame.expects = Expects::Comma;
        }
    }

    fn string_ended(&mut self, is_key: bool, content: String) -> Option<JsonEvent> {
        let is_known = !content.contains('\0');
        let frame = self.frames.last_mut()?;
        if is_key {
            frame.expects = Expects::Colon;
            let name: Rc<str> = content.into();
            frame.key = Some(Rc::clone(&name));
            let is_repeated = is_known && frame.keys.insert(&name);
            return Some(JsonEvent::Key { name, is_repeated });
        }
        frame.expects = Expects::Comma;
        let (object, key) = (frame.object?, frame.key.clone()?);
        is_known.then_some(JsonEvent::Text { object, key, value: content })
    }
}
