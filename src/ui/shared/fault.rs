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
    /// Returns its name in [`VARIABLE`].
    pub fn id(self) -> &'static str {
        self.row().0
    }

    /// Returns a fault in it for the footer.
    pub fn in_words(self, fault: &Fault) -> String {
        let (_, what, outcome) = self.row();
        format!("telecast had a fault in {what}; {outcome}; please report it: {fault}")
    }

    /// Its name, what was being done, and what became of it: the text is in the editor all the same.
    fn row(self) -> (&'static str, &'static str, &'static str) {
        let safe = "nothing was lost";
        let perhaps = "it was perhaps not saved, and nothing in the editor was lost";
        match self {
            Work::Compose => ("compose", "making the message", safe),
            Work::Survey => ("survey", "trying the recipients", safe),
            Work::CheckCampaigns => ("check-campaigns", "checking the campaigns", safe),
            Work::People => ("people", "reading the profiles", safe),
            Work::Reload => ("reload", "reading the workspace", safe),
            Work::Draft => ("draft", "writing the draft", safe),
            Work::Save => ("save", "saving", perhaps),
            Work::Change => ("change", "changing the workspace", perhaps),
            Work::CheckBot => ("check-bot", "asking the bot", safe),
            Work::Tests => ("tests", "reading the test chats", safe),
            Work::SendTest => {
                ("send-test", "sending the test", "the test may have arrived, and nothing was lost")
            }
            Work::Capture => ("capture", "catching the chat", safe),
            Work::Compare => ("compare", "comparing the parse modes", safe),
            Work::Colours => ("colours", "colouring", safe),
            Work::Copy => ("copy", "copying", safe),
            Work::Editor => ("editor", "running $EDITOR", safe),
            Work::Background => ("background", "the background", safe),
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
