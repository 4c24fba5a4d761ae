//! The dialog "Preview and Test" (F5). It shows the profile, the test chat, and the exact request. After Enter has sent
//! the test, it also shows the answer. `update::dialogs` handles its keys.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::capture::CapturedChat;
use crate::compose::{Composed, Skip, TestChatError};
use crate::diagnostic::Code;
use crate::service::{BotFailureKind, BotStatus, TestOutcome, TestResult};
use crate::text::LineIndex;
use crate::ui::screen::compose::derived::Memo;
use crate::ui::screen::compose::pane::preview::mask_secrets;
use crate::ui::shared::{Generation, PtrEq, Query};
use crate::ui::widget::{Theme, ThemeOrigin, dialog::draw_frame, draw};
use crate::workspace::{TestChats, TestSendRecord};

type BotRequest = Query<BotStatus>;

pub(super) type Rows = Vec<(String, Style)>;

pub(super) type AnswerLines = Vec<(String, Tone)>;

#[derive(Debug)]
pub struct TestDialog {
    pub profile: String,
    pub chats: TestChats,
    /// The chosen chat: its name in the list of test chats, its id, or its `@name`.
    pub chat: Option<String>,
    /// Whether the request is sent unchanged: to the chat that the body or the URL's query names.
    pub as_is: bool,
    /// The text to show if the campaign has no webhook.
    pub no_webhook: &'static str,
    /// Whether the request shown is the one to the workspace's own sandbox.
    pub in_sandbox: bool,
    pub request: Query<PtrEq<Composed>>,
    /// The rows of the request, wrapped at the width of the dialog.
    pub rows: Memo<(Option<PtrEq<Composed>>, u16, ThemeOrigin), Rows>,
    /// Earlier tests, newest first.
    pub history: Vec<TestSendRecord>,
    pub state: TestState,
    /// Whether the test chats and the history have been read.
    pub is_loaded: bool,
    // Whether Enter was pressed before the test chats were read. The test is sent as soon as they have been read.
    pub sends_when_loaded: bool,
    pub scroll: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TestState {
    /// Sending the test. The query is idle until Enter is pressed.
    Send(Query<Box<TestResult>>),
    /// Waiting for somebody to send a message to the bot. The chat that the message comes from becomes the test chat.
    Capture(Query<CapturedChat>),
    /// The webhook was just trusted. Enter sends the test.
    // The test is not sent as soon as the user trusts the webhook, because the question was only about trust.
    Trusted,
    /// telecast did not send the test, for this reason.
    Refused(String),
}

/// The chat of a test to the sandbox if no test chat is chosen. The sandbox has a user with every valid id.
pub(crate) const SANDBOX_CHAT: &str = "1001";

/// The number of rows above the request: profile, chat, and bot.
pub(super) const HEAD_ROWS: u16 = 3;

impl TestState {
    pub fn is_sending(&self) -> bool {
        matches!(self, TestState::Send(request) if request.is_pending())
    }

    pub fn is_capturing(&self) -> bool {
        matches!(self, TestState::Capture(request) if request.is_pending())
    }

    /// Returns the generation of the capture that is waiting; `None` if no capture is waiting.
    pub fn capture_generation(&self) -> Option<Generation> {
        match self {
            TestState::Capture(query) if query.is_pending() => query.latest(),
            _ => None,
        }
    }

    /// Ends a pending send or capture with an error. Call this when the task of the send or capture has ended without
    /// an answer.
    pub fn end_pending(&mut self, message: String) {
        match self {
            TestState::Send(request) => request.end_pending(Err(message)),
            TestState::Capture(request) => request.end_pending(Err(message)),
            TestState::Trusted | TestState::Refused(_) => {}
        }
    }
}

impl TestDialog {
    /// Returns the chat id or `@name` that the test goes to. `None` if the test is sent as is, if no chat is chosen, or
    /// if the chosen name is not in the list of test chats.
    pub fn target(&self) -> Option<String> {
        if self.as_is { None } else { self.chats.resolve(self.chat.as_deref()?) }
    }

    pub fn can_set_chat(&self) -> bool {
        self.test_chat_error().is_none()
    }

    /// Returns why the test chat cannot be set in the request. `None` if the chat can be set, or if there is no
    /// request.
    fn test_chat_error(&self) -> Option<TestChatError> {
        let composed = self.request.value().filter(|composed| composed.http.is_some())?;
        composed.test_chat_error
    }

    /// Returns whether the webhook's URL is known not to be a Bot API URL. A request to such a URL has no chat.
    fn is_to_other_host(&self, bot: &BotRequest) -> bool {
        matches!(bot.value(), Some(BotStatus::OtherHost { .. }))
            || self
                .request
                .value()
                .is_some_and(|composed| composed.http.is_some() && composed.method.is_none())
    }

    /// Returns the text of the row `To`, and whether it is a warning.
    fn chat_line(&self, bot: &BotRequest) -> (String, bool) {
        if self.in_sandbox {
            return match self.target() {
                Some(id) => (id, false),
                None => (format!("{SANDBOX_CHAT}, a made-up user"), false),
            };
        }
        if self.is_to_other_host(bot) {
            let host = match bot.value() {
                Some(BotStatus::OtherHost { host }) => host.as_str(),
                Some(BotStatus::NotTrusted(question)) => question.host.as_str(),
                _ => "the webhook's URL",
            };
            let unchanged = if self.as_is { ", unchanged" } else { "" };
            return (format!("{host}{unchanged}: this request has no chat"), true);
        }
        if self.as_is {
            return ("as is: the chat_id in the body, a real recipient".into(), true);
        }
        match (&self.chat, self.target()) {
            (Some(name), Some(id)) if *name == id => (id, false),
            (Some(name), Some(id)) => (format!("{name} · {id}"), false),
            (Some(name), None) => (format!("{name}: no such chat; press c to choose another"), true),
            (None, _) => ("not set: press c to choose a chat, g to capture yours".into(), true),
        }
    }

    /// Lays out the request if the request or the width of `room` has changed, and limits the scroll position to the
    /// content.
    pub fn follow(&mut self, room: Rect, bot: &BotRequest, theme: &Theme) {
        let key = (self.shown_request(), room.width, theme.origin);
        let no_webhook = self.no_webhook;
        self.rows.refresh(key, |(composed, width, _)| {
            request_lines(composed.as_ref(), no_webhook, usize::from(*width), theme)
        });
        let most = request_height(room, self.answer_lines(bot, usize::from(room.width)).len());
        self.scroll = self.scroll.min(self.rows.value.len().saturating_sub(usize::from(most)));
    }

    /// Returns the request to show. An answer is shown together with the request that it answers, even if another
    /// request has been prepared since.
    fn shown_request(&self) -> Option<PtrEq<Composed>> {
        match &self.state {
            TestState::Send(Query::Ready { answer, .. }) => Some(PtrEq::from(Arc::clone(&answer.composed))),
            _ => self.request.value().cloned(),
        }
    }

    /// Returns by how many rows a page key scrolls the request. `room` is the content area of the dialog.
    pub fn page(&self, room: Rect, bot: &BotRequest) -> usize {
        let answer = self.answer_lines(bot, usize::from(room.width));
        // Two pages have one row in common, so that the reader finds the place again.
        request_height(room, answer.len()).saturating_sub(1).into()
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, bot: &BotRequest, theme: &Theme) {
        let room = draw_frame(buf, area, "Preview and Test", self.keys(bot), theme);
        put_label(buf, room, 0, "Profile", &self.profile, Style::new(), theme);
        let (chat, is_warning) = self.chat_line(bot);
        put_label(buf, room, 1, "To", &chat, if is_warning { theme.warning } else { theme.title }, theme);
        let is_to_other_host = self.is_to_other_host(bot) && !self.in_sandbox;
        let (status, style) = match self.in_sandbox {
            true => ("SANDBOX of this workspace: nothing leaves this machine".to_owned(), theme.success),
            false => Self::bot_line(bot, is_to_other_host, theme),
        };
        put_label(buf, room, 2, if is_to_other_host { "Host" } else { "Bot" }, &status, style, theme);
        let answer = self.answer_lines(bot, usize::from(room.width));
        draw_exchange(buf, room, &self.rows.value, self.scroll, &answer, theme);
    }

    fn bot_line(bot: &BotRequest, is_to_other_host: bool, theme: &Theme) -> (String, Style) {
        let Some(status) = bot.value() else { return ("…".into(), theme.dim) };
        match status {
            BotStatus::Sandbox { bot } => (format!("SANDBOX {bot}: no real recipients"), theme.success),
            BotStatus::Live { bot, host } => (format!("LIVE {bot} at {host}"), theme.error),
            BotStatus::NotTrusted(question) if is_to_other_host => (
                format!("NOT TRUSTED: {} (not a bot); Enter to review", question.describe_grant()),
                theme.warning,
            ),
            BotStatus::NotTrusted(question) => (
                format!("NOT TRUSTED: would send {}; Enter to review", question.describe_grant()),
                theme.warning,
            ),
            BotStatus::Invalid(message) => (message.clone(), theme.error),
            BotStatus::OtherHost { host } => (format!("{host} (not a bot)"), theme.warning),
            BotStatus::Failed { message, .. } => (message.clone(), theme.error),
        }
    }

    // Returns the first error that is known before sending. The test can be sent anyway, because the user may want to
    // see Telegram's own answer.
    fn known_error(&self) -> Option<String> {
        let composed = self.request.value().filter(|composed| composed.http.is_some())?;
        composed.method.as_ref()?;
        if let Some(problem) = composed.diagnostics.iter().find(|problem| problem.is_error()) {
            let position = LineIndex::new(&composed.body).position(&composed.body, problem.span.start);
            // The message of a `Refused` problem is Telegram's own error text, so nothing is added about Telegram.
            let refuses = if problem.code == Code::Refused { "" } else { " (Telegram will refuse this)" };
            return Some(format!("✘ {}:{} {}{refuses}", position.line, position.column, problem.message));
        }
        let (_, problem) = composed.webhook_problems.iter().find(|(_, problem)| problem.is_error())?;
        Some(format!("✘ webhook: {}", problem.message))
    }

    fn answer_lines(&self, bot: &BotRequest, width: usize) -> Vec<(String, Tone)> {
        let mut lines = Vec::new();
        let mut add = |text: &str, tone: Tone| {
            lines.extend(draw::wrap(text, width).into_iter().map(|line| (line, tone)));
        };
        match &self.state {
            TestState::Send(Query::Idle) => {
                if let Some(message) = self.known_error() {
                    add(&message, Tone::Bad);
                }
                let is_incomplete =
                    matches!(bot.value(), Some(BotStatus::Failed { kind: BotFailureKind::Incomplete, .. }));
                if is_incomplete && !self.in_sandbox {
                    add(
                        "The set-up guide asks for the token: press Esc, then S outside the text.",
                        Tone::Plain,
                    );
                }
                if let Some(error) = self.test_chat_error().filter(|_| !self.as_is) {
                    if error == TestChatError::NotBotApi {
                        add("This webhook is not a bot, so the request has no test chat.", Tone::Bad);
                        add("Press a, then Enter, to send it unchanged.", Tone::Plain);
                    } else {
                        add(&format!("The test chat cannot be set in this request: {error}."), Tone::Bad);
                        add(
                            "Press a, then Enter, to send it unchanged, to the chat that it names.",
                            Tone::Plain,
                        );
                    }
                }
            }
            TestState::Send(Query::Pending { .. }) => {
                add("sending… Esc closes this dialog; the test is still sent", Tone::Plain);
            }
            TestState::Capture(Query::Idle | Query::Pending { .. }) => {
                add(&format!("{} Esc stops waiting.", capture_request(bot)), Tone::Plain);
            }
            TestState::Capture(Query::Ready { answer: chat, .. }) => {
                add(&format!("✔ captured {} · {}", chat.title, chat.id), Tone::Good);
            }
            TestState::Trusted => add("✔ trusted; press Enter to send the test", Tone::Good),
            TestState::Refused(message)
            | TestState::Send(Query::Failed { message, .. })
            | TestState::Capture(Query::Failed { message, .. }) => {
                add(&format!("✘ {message}"), Tone::Bad);
            }
            TestState::Send(Query::Ready { answer, .. }) => {
                lines.extend(result_lines(answer, width));
                if !answer.is_sent() && answer.problem.is_some() {
                    lines.push(("Press j to go to the error in the body.".to_owned(), Tone::Plain));
                }
            }
        }
        lines
    }

    fn keys(&self, bot: &BotRequest) -> &'static str {
        match &self.state {
            TestState::Send(Query::Pending { .. }) => "Esc close",
            TestState::Capture(Query::Pending { .. }) if bot.value().is_some_and(BotStatus::is_sandbox) => {
                "Enter simulate a message · Esc stop waiting"
            }
            TestState::Capture(Query::Pending { .. }) => "Esc stop waiting",
            _ if self.in_sandbox => {
                "Enter send again · s back to the webhook · c chat · p profile · h history · Esc close"
            }
            TestState::Send(Query::Ready { answer, .. }) if answer.problem.is_some() => {
                "Enter send again · j go to error · c chat · s sandbox · h history · Esc close"
            }
            _ if self.as_is => "Enter send unchanged · a undo · c chat · p profile · h history · Esc close",
            _ if !self.can_set_chat() => {
                "Enter send · a send unchanged · c chat · p profile · h history · Esc close"
            }
            _ => "Enter send · c chat · g capture · s sandbox · p profile · h history · Esc close",
        }
    }
}

/// Returns the text that asks the user to write to the bot, while a capture waits for that message.
pub(crate) fn capture_request(bot: &BotRequest) -> String {
    match bot.value() {
        Some(BotStatus::Sandbox { bot }) => {
            format!("{bot} is in the sandbox: press Enter, and a made-up user writes to it.")
        }
        Some(BotStatus::Live { bot, .. }) => {
            format!("Send any message to {bot} in Telegram now; its chat becomes your test chat.")
        }
        _ => "Send any message to the bot in Telegram now; its chat becomes your test chat.".to_owned(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Unsure,
    Plain,
}

/// Draws a label and its text on row `row` of the head.
pub(super) fn put_label(
    buf: &mut Buffer,
    room: Rect,
    row: u16,
    label: &str,
    text: &str,
    style: Style,
    theme: &Theme,
) {
    if room.height <= row {
        return;
    }
    let y = room.y + row;
    draw::put(buf, room, room.x, y, label, theme.popup.patch(theme.dim));
    let rest = Rect { x: room.x + 9, width: room.width.saturating_sub(9), ..room };
    draw::put_line(buf, rest, y, text, theme.popup.patch(style));
}

/// Draws a request below the head, and its answer below the request.
pub(super) fn draw_exchange(
    buf: &mut Buffer,
    room: Rect,
    lines: &Rows,
    scroll: usize,
    answer: &AnswerLines,
    theme: &Theme,
) {
    let most = request_height(room, answer.len());
    let gap = u16::from(!answer.is_empty());
    let top = scroll.min(lines.len().saturating_sub(1));
    let height = u16::try_from(lines.len() - top).unwrap_or(u16::MAX);
    let y = room.y + HEAD_ROWS.min(room.height) + 1;
    let request = Rect { y, height: height.min(most), ..room };
    for ((line, style), y) in lines.iter().skip(top).zip(request.y..request.bottom()) {
        draw::put_line(buf, request, y, line, theme.popup.patch(*style));
    }
    draw::scroll_marks(buf, request, 0 < top, most < height, theme.popup.patch(theme.accent));
    // The answer is right below the request and not at the bottom of the dialog, because the user is looking at the
    // request.
    for ((line, tone), y) in answer.iter().zip(request.bottom() + gap..room.bottom()) {
        let style = match tone {
            Tone::Good => theme.success,
            Tone::Bad => theme.error,
            Tone::Unsure => theme.warning,
            Tone::Plain => theme.text,
        };
        draw::put_line(buf, room, y, line, theme.popup.patch(style));
    }
}

/// Returns the largest number of rows for the request, if the answer has `answer` rows.
pub(super) fn request_height(room: Rect, answer: usize) -> u16 {
    let available = room.height.saturating_sub(HEAD_ROWS.min(room.height) + 1);
    // A long answer gets at most half of the dialog, so that the request stays visible.
    let answer = u16::try_from(answer).unwrap_or(u16::MAX).min(room.height / 2);
    available.saturating_sub(answer + u16::from(0 < answer))
}

/// Describes the result of a test.
pub(super) fn result_lines(answer: &TestResult, width: usize) -> AnswerLines {
    let mut lines = Vec::new();
    let mut add = |text: &str, tone: Tone| {
        lines.extend(draw::wrap(text, width).into_iter().map(|line| (line, tone)));
    };
    let status = answer.status.map_or_else(String::new, |status| format!("{status} "));
    let ms = answer.elapsed.as_millis();
    if answer.is_sent() {
        let id = answer.message_id.map_or_else(String::new, |id| format!(" · message {id}"));
        add(&format!("✔ {status}{}{id} · {ms} ms", answer.description), Tone::Good);
    } else {
        let (mark, tone) = match answer.outcome {
            TestOutcome::Unknown => ("? unknown whether it was sent:", Tone::Unsure),
            TestOutcome::NotSent | TestOutcome::Unreachable => ("✘ not sent:", Tone::Bad),
            TestOutcome::Sent | TestOutcome::Refused => ("✘", Tone::Bad),
        };
        add(&format!("{mark} {}", answer.description), tone);
        if let Some(help) = &answer.help {
            add(help, Tone::Plain);
        }
    }
    lines
}

pub(super) fn wrapped(text: &str, width: usize, style: Style) -> impl Iterator<Item = (String, Style)> {
    draw::wrap(text, width).into_iter().map(move |line| (line, style))
}

pub(super) fn request_lines(
    composed: Option<&PtrEq<Composed>>,
    no_webhook: &str,
    width: usize,
    theme: &Theme,
) -> Rows {
    let Some(composed) = composed else { return vec![("…".to_owned(), theme.dim)] };
    let Some(http) = &composed.http else { return no_request(composed, no_webhook, width, theme) };
    let first = format!("{} {}", http.method.as_str(), mask_secrets(&http.url.masked()));
    let mut lines: Rows = wrapped(&first, width, theme.accent).collect();
    let headers = http.masked_headers();
    lines.extend(headers.map(|(name, value)| (format!("{name}: {}", mask_secrets(&value)), theme.dim)));
    lines.push((String::new(), theme.text));
    lines.extend(http.body.lines().flat_map(|line| wrapped(line, width, theme.text)));
    lines
}

/// Explains why there is no request. `no_webhook` is the explanation if the campaign has no webhook.
pub(super) fn no_request(composed: &Composed, no_webhook: &str, width: usize, theme: &Theme) -> Rows {
    if let Some(Skip::Aborted(_)) = &composed.skip {
        return vec![("the body aborts for this profile, so nothing is sent".into(), theme.warning)];
    }
    let problem = composed.diagnostics.iter().find(|problem| problem.is_error());
    let message = problem.map_or(no_webhook, |problem| &problem.message);
    wrapped(message, width, theme.error).collect()
}
