//! Faults of our own: a panic in a task becomes words in the footer, one of the loop ends the console in good order.
//!
//! ```text
//! panic ─▶ hook: notes place and words, secrets masked ─▶ unwinds to catch ─▶ Fault ─▶ Msg::Fault, or the end
//!                └ in a thread that nobody catches in ─▶ Msg::Fault at once
//! ```

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use crate::text::visible;

/// Provokes faults, for tests of what follows from them: names of works by [`Work::id`], of which each panics the
/// first time that it is done, and `update` or `draw`, the loop's own, which panic once a body has unsaved edits;
/// parted by commas. Read once, at the start. Other words in it only end up in the panic's message.
pub const VARIABLE: &str = "TELECAST_FAULT";

thread_local! {
    // The hook runs before the stack is unwound, and only on the panicking thread: it has no other way to the catch.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that was caught: its place and its words, secrets masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.0))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Compose,
    Survey,
    CheckCampaigns,
    People,
    Reload,
    Draft,
    Save,
    Change,
    CheckBot,
    Tests,
    SendTest,
    Capture,
    Compare,
    Colours,
    Copy,
    Editor,
    Background,
}

impl Work {
    pub fn id(self) -> &'static str {
        match self {
            Work::Compose => "compose",
            Work::Survey => "survey",
            Work::CheckCampaigns => "check-campaigns",
            Work::People => "people",
            Work::Reload => "reload",
            Work::Draft => "draft",
            Work::Save => "save",
            Work::Change => "change",
            Work::CheckBot => "check-bot",
            Work::Tests => "tests",
            Work::SendTest => "send-test",
            Work::Capture => "capture",
            Work::Compare => "compare",
            Work::Colours => "colours",
            Work::Copy => "copy",
            Work::Editor => "editor",
            Work::Background => "background",
        }
    }

    /// Returns what was being done, as it follows "a fault in".
    fn words(self) -> &'static str {
        match self {
            Work::Compose => "making the message",
            Work::Survey => "trying the recipients",
            Work::CheckCampaigns => "checking the campaigns",
            Work::People => "reading the profiles",
            Work::Reload => "reading the workspace",
            Work::Draft => "writing the draft",
            Work::Save => "saving",
            Work::Change => "changing the workspace",
            Work::CheckBot => "asking the bot",
            Work::Tests => "reading the test chats",
            Work::SendTest => "sending the test",
            Work::Capture => "catching the chat",
            Work::Compare => "comparing the parse modes",
            Work::Colours => "colouring",
            Work::Copy => "copying",
            Work::Editor => "running $EDITOR",
            Work::Background => "the background",
        }
    }

    pub fn in_words(self, fault: &Fault) -> String {
        format!("telecast had a fault in {}; {}; please report it: {fault}", self.words(), self.outcome())
    }

    fn outcome(self) -> &'static str {
        match self {
            Work::Save | Work::Change => "it was perhaps not saved, and nothing in the editor was lost",
            Work::SendTest => "the test may have arrived, and nothing was lost",
            Work::Compose
            | Work::Survey
            | Work::CheckCampaigns
            | Work::People
            | Work::Reload
            | Work::Draft
            | Work::CheckBot
            | Work::Tests
            | Work::Capture
            | Work::Compare
            | Work::Colours
            | Work::Copy
            | Work::Editor
            | Work::Background => "nothing was lost",
        }
    }
}

/// Notes each panic for the one who catches it, with secrets masked by `redact`; one that nobody catches goes to
/// `report`. Nothing is printed, and the terminal stays whose it is.
pub fn install_hook(
    redact: impl Fn(&str) -> String + Send + Sync + 'static,
    report: impl Fn(Fault) + Send + Sync + 'static,
) {
    std::panic::set_hook(Box::new(move |info| {
        let words = redact(&in_words(info));
        if IS_CAUGHT.get() {
            LAST.set(Some(words));
        } else {
            report(Fault(words));
        }
    }));
}

fn in_words(info: &PanicHookInfo<'_>) -> String {
    let words = info.payload_as_str().unwrap_or("a panic without words");
    info.location().map_or_else(|| words.to_owned(), |place| format!("{place}: {words}"))
}

/// Runs `work` and returns what came out of it, or its panic.
///
/// What the panic left half changed is seen afterwards: leave it, or only read it.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    let was_caught = IS_CAUGHT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(was_caught);
    result.map_err(|payload| Fault(LAST.take().unwrap_or_else(|| without_hook(payload.as_ref()))))
}

/// Where no hook is installed, as in tests, the words are all that is left.
fn without_hook(payload: &(dyn Any + Send)) -> String {
    let words = payload.downcast_ref::<String>().map(String::as_str);
    words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}

pub async fn catch_task<T>(task: impl Future<Output = T>) -> Result<T, Fault> {
    let mut task = pin!(task);
    std::future::poll_fn(|context| match catch(|| task.as_mut().poll(context)) {
        Ok(poll) => poll.map(Ok),
        Err(fault) => Poll::Ready(Err(fault)),
    })
    .await
}

#[derive(Debug, Default)]
pub struct Provoked {
    text: String,
    left: Mutex<Vec<String>>,
}

impl Provoked {
    pub fn new(text: &str) -> Self {
        let left = text.split(',').map(|word| word.trim().to_owned()).collect();
        Self { text: text.to_owned(), left: Mutex::new(left) }
    }

    pub fn awaits(&self, id: &str) -> bool {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|left| left == id)
    }

    /// Panics where this fault was asked for and has not struck yet.
    pub fn strike(&self, id: &str) {
        if self.awaits(id) {
            self.left.lock().unwrap_or_else(PoisonError::into_inner).retain(|left| left != id);
            panic!("{id}, as {VARIABLE} asks: {}", self.text);
        }
    }
}
