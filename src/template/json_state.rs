//! Where in a JSON text a place is, from all that comes before it; forgiving, for bodies that are not finished.
//!
//! Reads text piece by piece. What a `{{ … }}` prints is not known: in a string it is part of it, anywhere else a value.

use std::rc::Rc;

use indexmap::IndexSet;

use crate::json::{Quote, Quoting};

/// How deep it follows; deeper is not told apart.
const MAX_DEPTH: usize = 200;

const MAX_WORD: usize = 256;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct JsonState {
    frames: Vec<Frame>,
    mode: Mode,
    /// Objects are numbered in the order they open.
    n_objects: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Frame {
    /// The number of the object; `None` for an array.
    object: Option<usize>,
    /// The key whose value comes or came last.
    key: Option<Rc<str>>,
    expects: Expects,
    keys: Keys,
}

/// So many keys are copied where a branch adds one to an object: of all of them, a body with a branch at each key would
/// take quadratic time.
const MAX_RECENT: usize = 256;

/// Keys in their order, each once; cheap to clone.
#[derive(Debug, Clone, PartialEq, Default)]
struct Keys {
    older: Rc<IndexSet<Rc<str>>>,
    recent: Rc<Vec<Rc<str>>>,
}

impl Keys {
    fn contains(&self, key: &Rc<str>) -> bool {
        self.older.contains(key) || self.recent.contains(key)
    }

    /// Adds a key; returns whether it was there.
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

    fn join(&mut self, other: &Keys) {
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
    /// A comma or the end.
    Comma,
    /// Branches differ in it.
    Anything,
}

#[derive(Debug, Clone, PartialEq)]
enum Mode {
    Between,
    /// In a string; `word` is what it holds so far, as written.
    String {
        is_key: bool,
        quoting: Quoting,
        word: String,
    },
    Bare,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    /// A key ended; `is_repeated` where the object had it already.
    Key { name: Rc<str>, is_repeated: bool },
    /// A text value without any `{{ }}` ended.
    Text { object: usize, key: Rc<str>, value: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Key,
    String,
    Value,
    /// Anywhere else: between members, behind a value.
    Structure,
}

/// Marks a word as not known, by a character that no text holds. Once is enough: a mark for each of many `{{ }}` made
/// the word long, and it is cloned at each branch.
fn mark_unknown(word: &mut String) {
    if !word.ends_with('\0') {
        word.push('\0');
    }
}

impl JsonState {
    pub fn new() -> Self {
        Self { frames: Vec::new(), mode: Mode::Between, n_objects: 0 }
    }

    /// Reads `text`, with the offset of each event's last byte.
    pub fn read(&mut self, text: &str, on_event: &mut dyn FnMut(usize, Event)) {
        for (at, c) in text.char_indices() {
            if let Some(event) = self.step(c) {
                on_event(at, event);
            }
        }
    }

    /// Reads `text` up to and with the first event's last byte; returns how much it read.
    pub fn read_to_event(&mut self, text: &str, on_event: &mut dyn FnMut(Event)) -> usize {
        for (at, c) in text.char_indices() {
            if let Some(event) = self.step(c) {
                on_event(event);
                return at + c.len_utf8();
            }
        }
        text.len()
    }

    /// Reads what a `{{ … }}` prints.
    pub fn read_hole(&mut self) {
        match &mut self.mode {
            Mode::String { word, quoting, .. } => {
                quoting.pass_hole();
                mark_unknown(word);
            }
            Mode::Between => {
                if let Some(frame) = self.frames.last_mut()
                    && frame.expects == Expects::Value
                {
                    frame.expects = Expects::Comma;
                }
            }
            Mode::Bare => {}
        }
    }

    pub fn within(&self) -> Within {
        match &self.mode {
            Mode::String { is_key: true, .. } => Within::Key,
            Mode::String { is_key: false, .. } => Within::String,
            Mode::Bare => Within::Structure,
            Mode::Between => match self.frames.last() {
                None => Within::Structure,
                Some(frame) if frame.expects == Expects::Value => Within::Value,
                Some(frame) if frame.expects == Expects::Anything && frame.object.is_none() => Within::Value,
                Some(_) => Within::Structure,
            },
        }
    }

    /// What the innermost object or array expects, where the place is not in a string.
    pub fn expects(&self) -> Option<Expects> {
        match self.mode {
            Mode::Between | Mode::Bare => self.frames.last().map(|frame| frame.expects),
            Mode::String { .. } => None,
        }
    }

    /// The number of the innermost object, and the key whose value the place is in or before.
    pub fn member(&self) -> Option<(usize, Option<&str>)> {
        let frame = self.frames.last()?;
        frame.object.map(|object| (object, frame.key.as_deref()))
    }

    /// The keys that lead to the place, `[]` for arrays.
    pub fn path(&self) -> Vec<String> {
        self.frames
            .iter()
            .filter_map(|frame| match frame.object {
                None => Some("[]".to_owned()),
                Some(_) => frame.key.as_deref().map(str::to_owned),
            })
            .collect()
    }

    /// The keys that lead to the place, `[]` for arrays, where all of them are known.
    pub fn whole_path(&self) -> Option<Vec<&str>> {
        let steps = self.frames.iter().map(|frame| match frame.object {
            None => Some("[]"),
            Some(_) => frame.key.as_deref(),
        });
        steps.collect()
    }

    pub fn keys(&self) -> Vec<String> {
        self.frames
            .last()
            .map(|frame| frame.keys.iter().map(|key| key.to_string()).collect())
            .unwrap_or_default()
    }

    /// What of a key or string stands in front of the place.
    pub fn word(&self) -> Option<&str> {
        match &self.mode {
            Mode::String { word, .. } => Some(word),
            Mode::Between | Mode::Bare => None,
        }
    }

    /// Whether the two stand in the same string or between, in as many objects and arrays.
    pub fn has_shape_of(&self, other: &JsonState) -> bool {
        let in_string = |state: &JsonState| match &state.mode {
            Mode::String { is_key, .. } => (true, *is_key),
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

    /// Goes on where both may have been; they have the same shape.
    pub fn join(&mut self, other: &JsonState) {
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
        if let (Mode::String { word, .. }, Mode::String { word: others, .. }) = (&mut self.mode, &other.mode)
            && word != others
        {
            mark_unknown(word);
        }
    }

    fn step(&mut self, c: char) -> Option<Event> {
        if let Mode::String { is_key, quoting, word } = &mut self.mode {
            if quoting.read(c) == Some(Quote::Closes) {
                let (is_key, word) = (*is_key, std::mem::take(word));
                self.mode = Mode::Between;
                return self.string_ended(is_key, word);
            }
            if word.len() < MAX_WORD {
                word.push(c);
            }
            return None;
        }
        match c {
            '"' => {
                let is_key = self.frames.last().is_some_and(|frame| {
                    frame.object.is_some() && matches!(frame.expects, Expects::Key | Expects::Anything)
                });
                self.mode = Mode::String { is_key, quoting: Quoting::Inside, word: String::new() };
            }
            '{' | '[' => self.open(c == '{'),
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
        self.frames.push(Frame { object, key: None, expects, keys: Keys::default() });
    }

    fn expect(&mut self, expects: Expects) {
        if let Some(frame) = self.frames.last_mut() {
            frame.expects = expects;
        }
    }

    fn value_ended(&mut self) {
        if let Some(frame) = self.frames.last_mut()
            && frame.expects != Expects::Key
        {
            frame.expects = Expects::Comma;
        }
    }

    fn string_ended(&mut self, is_key: bool, word: String) -> Option<Event> {
        let is_known = !word.contains('\0');
        let frame = self.frames.last_mut()?;
        if is_key {
            frame.expects = Expects::Colon;
            let name: Rc<str> = word.into();
            frame.key = Some(Rc::clone(&name));
            let is_repeated = is_known && frame.keys.insert(&name);
            return Some(Event::Key { name, is_repeated });
        }
        frame.expects = Expects::Comma;
        let (object, key) = (frame.object?, frame.key.clone()?);
        is_known.then_some(Event::Text { object, key, value: word })
    }
}
