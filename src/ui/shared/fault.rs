//! Catches panics: a panic in a task becomes a message in the footer, a panic in the event loop ends the
//! console cleanly.
//!
//! ```text
//! panic ─▶ hook: keeps location and message, secrets masked ─▶ unwinds to `catch` ─▶ Msg::Fault, or exit
//!                └ in a thread without a `catch` ─▶ Msg::Fault at once
//! ```

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use crate::text::visible;

/// Injects panics, for tests. A comma-separated list of names: each [`Work::id`] in it panics the first time
/// that work is done; `update` and `draw` make the event loop panic once a body has unsaved edits. Read once,
/// at the start. Any other text in it only appears in the panic's message, which is how tests check that
/// secrets are masked.
pub(crate) const VARIABLE: &str = "TELECAST_FAULT";

thread_local! {
    // The hook runs before the stack is unwound, on the panicking thread. Thread-local state is the only way to
    // pass the message on to `catch`: the payload has no location.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A caught panic: its location and message, with secrets masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaughtPanic(String);

impl fmt::Display for CaughtPanic {
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
    /// Returns the name in [`VARIABLE`].
    pub fn id(self) -> &'static str {
        self.row().0
    }

    /// Returns the footer's message for a panic in this work.
    pub fn footer_message(self, fault: &CaughtPanic) -> String {
        let (_, what, outcome) = self.row();
        format!("internal error while {what}; {outcome}; please report it: {fault}")
    }

    /// Returns the name, the activity, and what the panic means for the user's text, which is still in the
    /// editor.
    fn row(self) -> (&'static str, &'static str, &'static str) {
        let safe = "nothing was lost";
        let perhaps = "it may not be saved, but no text in the editor was lost";
        match self {
            Work::Compose => ("compose", "composing the message", safe),
            Work::Survey => ("survey", "checking a sample of recipients", safe),
            Work::CheckCampaigns => ("check-campaigns", "checking the campaigns", safe),
            Work::People => ("people", "reading the profiles", safe),
            Work::Reload => ("reload", "reading the workspace", safe),
            Work::Draft => ("draft", "writing the draft", safe),
            Work::Save => ("save", "saving", perhaps),
            Work::Change => ("change", "changing the workspace", perhaps),
            Work::CheckBot => ("check-bot", "asking the bot", safe),
            Work::Tests => ("tests", "reading the test chats", safe),
            Work::SendTest => {
                ("send-test", "sending the test", "the test may have arrived, no text was lost")
            }
            Work::Capture => ("capture", "capturing the chat", safe),
            Work::Compare => ("compare", "comparing the parse modes", safe),
            Work::Colours => ("colours", "highlighting", safe),
            Work::Copy => ("copy", "copying", safe),
            Work::Editor => ("editor", "running $EDITOR", safe),
            Work::Background => ("background", "working in the background", safe),
        }
    }
}

/// Installs a panic hook. A panic inside [`catch`] is kept for it, with secrets masked by `redact`; any other
/// goes to `report`. Nothing is printed, so that a panic does not write over the console's screen.
pub(crate) fn install_hook(
    redact: impl Fn(&str) -> String + Send + Sync + 'static,
    report: impl Fn(CaughtPanic) + Send + Sync + 'static,
) {
    std::panic::set_hook(Box::new(move |info| {
        // Masked before it is stored or reported: nothing after this point sees the raw text.
        let message = redact(&describe(info));
        if IS_CAUGHT.get() {
            LAST.set(Some(message));
        } else {
            report(CaughtPanic(message));
        }
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("a panic, no message");
    info.location().map_or_else(|| message.to_owned(), |place| format!("{place}: {message}"))
}

/// Runs `work` and returns its result, or its panic.
///
/// State that the panic left half changed is visible afterwards: do not use it, or only read it.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, CaughtPanic> {
    // Restored afterwards rather than set to false: `catch` may be nested, as in a task that the loop catches.
    let was_caught = IS_CAUGHT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(was_caught);
    result.map_err(|payload| CaughtPanic(LAST.take().unwrap_or_else(|| payload_message(payload.as_ref()))))
}

/// Without a hook, as in unit tests, the payload is all there is.
fn payload_message(payload: &(dyn Any + Send)) -> String {
    let message = payload.downcast_ref::<String>().map(String::as_str);
    message.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic, no message").to_owned()
}

pub(crate) async fn catch_task<T>(task: impl Future<Output = T>) -> Result<T, CaughtPanic> {
    let mut task = pin!(task);
    // Each poll is caught, because a panic unwinds through `poll`, not through the future.
    std::future::poll_fn(|context| match catch(|| task.as_mut().poll(context)) {
        Ok(poll) => poll.map(Ok),
        Err(fault) => Poll::Ready(Err(fault)),
    })
    .await
}

#[derive(Debug, Default)]
pub struct InjectedFaults {
    text: String,
    left: Mutex<Vec<String>>,
}

impl InjectedFaults {
    pub fn new(text: &str) -> Self {
        let left = text.split(',').map(|word| word.trim().to_owned()).collect();
        Self { text: text.to_owned(), left: Mutex::new(left) }
    }

    pub fn is_armed(&self, id: &str) -> bool {
        // The list is valid even if a thread panicked while holding the lock, so a poisoned lock is used as it
        // is.
        self.left.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|left| left == id)
    }

    /// Panics if this panic was requested and has not happened yet.
    pub fn trigger(&self, id: &str) {
        if self.is_armed(id) {
            // Removed first: the panic happens once, so that a test can check that the next attempt works.
            self.left.lock().unwrap_or_else(PoisonError::into_inner).retain(|left| left != id);
            panic!("{id}, as {VARIABLE} asks: {}", self.text);
        }
    }
}
