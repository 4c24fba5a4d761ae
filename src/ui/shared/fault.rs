//! Catches panics: a panic in a task becomes a message in the footer, and a panic in the event loop ends the console
//! cleanly.
//!
//! ```text
//! panic ─▶ hook: keeps location and message, masks secrets ─▶ unwinds to `catch` ─▶ Msg::Fault, or exit
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

/// The environment variable that injects panics, for tests. It is a comma-separated list of names, read once at the
/// start. A kind of work whose [`Work::id`] is in the list panics the first time that it runs. The names `update` and
/// `draw` make the event loop panic as soon as there is unsaved text. The panic's message contains the whole list. A
/// test can therefore put a secret into the list and check that the message does not show the secret.
pub(crate) const VARIABLE: &str = "TELECAST_FAULT";

thread_local! {
    // `IS_CAUGHT` is true while `catch` runs on this thread. `LAST` passes the panic's message from the panic hook to
    // `catch`, because the payload that `catch` gets does not contain the panic's location. `LAST` can be thread-local,
    // because the hook runs on the panicking thread.
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
    EditProfile,
    Reload,
    Draft,
    Save,
    Change,
    CheckBot,
    Tests,
    SendTest,
    Capture,
    Compare,
    Colors,
    Copy,
    Editor,
    Background,
}

impl Work {
    /// Returns the name of this kind of work in [`VARIABLE`].
    pub fn id(self) -> &'static str {
        self.row().0
    }

    /// Returns the footer's message for a panic in this work.
    pub fn footer_message(self, fault: &CaughtPanic) -> String {
        let (_, what, outcome) = self.row();
        format!("internal error while {what}; {outcome}; please report it: {fault}")
    }

    /// Returns the name for [`VARIABLE`] and two parts of the footer's message: the activity, and the consequence of a
    /// panic for the user's text.
    fn row(self) -> (&'static str, &'static str, &'static str) {
        let safe = "nothing was lost";
        let perhaps = "the change may not be saved, but no text in the editor was lost";
        match self {
            Work::Compose => ("compose", "composing the message", safe),
            Work::Survey => ("survey", "checking a sample of recipients", safe),
            Work::CheckCampaigns => ("check-campaigns", "checking the campaigns", safe),
            Work::People => ("people", "reading the profiles", safe),
            Work::EditProfile => ("edit-profile", "changing a profile", perhaps),
            Work::Reload => ("reload", "reading the workspace", safe),
            Work::Draft => ("draft", "writing the draft", safe),
            Work::Save => ("save", "saving", perhaps),
            Work::Change => ("change", "changing the workspace", perhaps),
            Work::CheckBot => ("check-bot", "asking the bot", safe),
            Work::Tests => ("tests", "reading the test chats", safe),
            Work::SendTest => {
                ("send-test", "sending the test", "the test may have arrived, but no text was lost")
            }
            Work::Capture => ("capture", "capturing the chat", safe),
            Work::Compare => ("compare", "comparing the parse modes", safe),
            Work::Colors => ("colors", "highlighting", safe),
            Work::Copy => ("copy", "copying", safe),
            Work::Editor => ("editor", "running $EDITOR", safe),
            Work::Background => ("background", "working in the background", safe),
        }
    }
}

/// Installs a panic hook that masks secrets with `redact`. If the panic happens inside [`catch`], the hook stores the
/// panic's message, which `catch` returns. The hook passes every other panic to `report`. The hook itself prints
/// nothing, so that a panic does not write over the console's screen.
pub(crate) fn install_hook(
    redact: impl Fn(&str) -> String + Send + Sync + 'static,
    report: impl Fn(CaughtPanic) + Send + Sync + 'static,
) {
    std::panic::set_hook(Box::new(move |info| {
        // The message is masked before it is stored or reported: nothing after this point sees the raw text.
        let message = redact(&describe(info));
        if IS_CAUGHT.get() {
            LAST.set(Some(message));
        } else {
            report(CaughtPanic(message));
        }
    }));
}

const NO_MESSAGE: &str = "a panic without a message";

fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or(NO_MESSAGE);
    info.location().map_or_else(|| message.to_owned(), |place| format!("{place}: {message}"))
}

/// Runs `work` and returns its result, or its panic.
///
/// After a panic, state that `work` was changing may be half changed. The caller must drop that state or only read it.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, CaughtPanic> {
    // Afterward, the flag gets its previous value and not `false`, because calls of `catch` may be nested.
    let was_caught = IS_CAUGHT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(was_caught);
    result.map_err(|payload| CaughtPanic(LAST.take().unwrap_or_else(|| payload_message(payload.as_ref()))))
}

/// Returns the message in a panic's payload. The payload is used only if the hook is not installed, as in unit tests.
/// Nothing else is then known about the panic.
fn payload_message(payload: &(dyn Any + Send)) -> String {
    let message = payload.downcast_ref::<String>().map(String::as_str);
    message.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or(NO_MESSAGE).to_owned()
}

pub(crate) async fn catch_task<T>(task: impl Future<Output = T>) -> Result<T, CaughtPanic> {
    let mut task = pin!(task);
    // Each call of `poll` runs inside `catch`, because a panic in a future unwinds out of `poll`.
    std::future::poll_fn(|context| match catch(|| task.as_mut().poll(context)) {
        Ok(poll) => poll.map(Ok),
        Err(fault) => Poll::Ready(Err(fault)),
    })
    .await
}

#[derive(Debug, Default)]
pub struct InjectedFaults {
    text: String,
    remaining: Mutex<Vec<String>>,
}

impl InjectedFaults {
    pub fn new(text: &str) -> Self {
        let names = text.split(',').map(|name| name.trim().to_owned()).collect();
        Self { text: text.to_owned(), remaining: Mutex::new(names) }
    }

    pub fn is_armed(&self, id: &str) -> bool {
        // The list is valid even if a thread panicked while holding the lock, so a poisoned lock is used as it is.
        self.remaining.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|name| name == id)
    }

    /// Panics if a panic with this name was requested and has not happened yet.
    pub fn trigger(&self, id: &str) {
        if self.is_armed(id) {
            // The name is removed before the panic, so that the panic happens only once. A test can then check that the
            // next attempt works.
            self.remaining.lock().unwrap_or_else(PoisonError::into_inner).retain(|name| name != id);
            panic!("{id}, as {VARIABLE} asks: {}", self.text);
        }
    }
}
