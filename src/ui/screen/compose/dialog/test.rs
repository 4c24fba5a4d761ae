//! F5, Preview and Test: who, where to, the very request, Enter, the answer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::capture::CapturedChat;
use crate::compose::{Composed, Skip, Unset};
use crate::diagnostic::Code;
use crate::service::{BotStatus, Outcome, TestAnswer};
use crate::text::LineIndex;
use crate::ui::screen::compose::derived::Kept;
use crate::ui::screen::compose::pane::preview::masked;
use crate::ui::shared::{Latest, Request};
use crate::ui::widget::{Theme, dialog::frame, draw};
use crate::workspace::{TestChats, TestSend};

type Bot = Request<BotStatus>;

type Rows = Vec<(String, Style)>;

#[derive(Debug)]
pub struct TestDialog {
    pub profile: String,
    pub chats: TestChats,
    /// The name, id or `@name` of the chat chosen.
    pub chat: Option<String>,
    /// Whether it goes out as it is, to the chat of the body.
    pub as_is: bool,
    pub request: Request<Latest<Composed>>,
    /// The request in rows of the room's width.
    pub rows: Kept<(Option<Latest<Composed>>, u16), Rows>,
    /// Earlier tests, newest first.
    pub history: Vec<TestSend>,
    pub state: TestState,
    pub is_loaded: bool,
    pub sends_when_loaded: bool,
    pub scroll: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TestState {
    /// Sending it; idle until Enter.
    Send(Request<Box<TestAnswer>>),
    /// Waiting for a message to the bot, for its chat.
    Capture(Request<CapturedChat>),
    /// The webhook was just trusted: Enter sends now.
    Trusted,
    Refused(String),
}

/// The rows above the request: profile, chat, bot.
const HEAD: u16 = 3;

impl TestState {
    pub fn is_sending(&self) -> bool {
        matches!(self, TestState::Send(request) if request.is_pending())
    }

    pub fn is_capturing(&self) -> bool {
        matches!(self, TestState::Capture(request) if request.is_pending())
    }

    /// Waits no more, where its task ended without an answer.
    pub fn end_pending(&mut self, words: String) {
        match self {
            TestState::Send(request) => request.end_pending(Err(words)),
            TestState::Capture(request) => request.end_pending(Err(words)),
            TestState::Trusted | TestState::Refused(_) => {}
        }
    }
}

impl TestDialog {
    /// Returns the chat id or `@name` that the test goes to; none as it is, or where none is chosen.
    pub fn target(&self) -> Option<String> {
        if self.as_is { None } else { self.chats.resolve(self.chat.as_deref()?) }
    }

    pub fn can_set_chat(&self) -> bool {
        self.unset().is_none()
    }

    /// Why no test chat can be put into this request, where that is so.
    fn unset(&self) -> Option<Unset> {
        let composed = self.request.value().filter(|composed| composed.http.is_some())?;
        composed.chat_unset
    }

    fn chat_line(&self) -> (String, bool) {
        if self.as_is {
            return ("as it is: the chat of the body, a real recipient".into(), true);
        }
        match (&self.chat, self.target()) {
            (Some(name), Some(id)) if *name == id => (id, false),
            (Some(name), Some(id)) => (format!("{name} · {id}"), false),
            (Some(name), None) => (format!("{name}: no chat by that name; c chooses another"), true),
            (None, _) => ("none yet: c types one, g catches yours".into(), true),
        }
    }

    /// Lays out the request where it or the room is another, and takes back what was scrolled beyond the end.
    pub fn follow(&mut self, room: Rect, bot: &Bot, theme: &Theme) {
        let of = (self.request.value().cloned(), room.width);
        self.rows.renew(of, |(composed, width)| request_lines(composed.as_ref(), usize::from(*width), theme));
        let most = Self::request_height(room, self.answer_lines(bot, usize::from(room.width)).len());
        self.scroll = self.scroll.min(self.rows.value.len().saturating_sub(usize::from(most)));
    }

    fn request_height(room: Rect, answer: usize) -> u16 {
        let available = room.height.saturating_sub(HEAD.min(room.height) + 1);
        let answer = u16::try_from(answer).unwrap_or(u16::MAX).min(room.height / 2);
        available.saturating_sub(answer + u16::from(0 < answer))
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, bot: &Bot, theme: &Theme) {
        let room = frame(buf, area, "Preview and Test", self.keys(), theme);
        let mut y = room.y;
        let mut row = |buf: &mut Buffer, label: &str, text: &str, style| {
            if y < room.bottom() {
                draw::put(buf, room, room.x, y, label, theme.popup.patch(theme.dim));
                let rest = Rect { x: room.x + 9, width: room.width.saturating_sub(9), ..room };
                draw::put_line(buf, rest, y, text, style);
                y += 1;
            }
        };
        row(buf, "Profile", &self.profile, theme.popup);
        let (chat, is_open) = self.chat_line();
        row(buf, "To", &chat, theme.popup.patch(if is_open { theme.warning } else { theme.title }));
        let (status, style) = Self::bot_line(bot, theme);
        row(buf, "Bot", &status, theme.popup.patch(style));
        y += 1;
        let answer = self.answer_lines(bot, usize::from(room.width));
        let most = Self::request_height(room, answer.len());
        let gap = u16::from(!answer.is_empty());
        let lines = &self.rows.value;
        let top = self.scroll.min(lines.len().saturating_sub(1));
        let height = u16::try_from(lines.len() - top).unwrap_or(u16::MAX);
        let request = Rect { y, height: height.min(most), ..room };
        for ((line, style), y) in lines.iter().skip(top).zip(request.y..request.bottom()) {
            draw::put_line(buf, request, y, line, theme.popup.patch(*style));
        }
        // Right below the request, where one looks.
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

    fn bot_line(bot: &Bot, theme: &Theme) -> (String, Style) {
        let Some(status) = bot.value() else { return ("…".into(), theme.dim) };
        match status {
            BotStatus::Sandbox { bot } => (format!("SANDBOX {bot}: nothing reaches a person"), theme.success),
            BotStatus::Live { bot, host } => (format!("LIVE {bot} at {host}"), theme.error),
            BotStatus::NotTrusted(question) => {
                (format!("NOT TRUSTED: it would send {}; Enter asks", question.what()), theme.warning)
            }
            BotStatus::Invalid(words) => (words.clone(), theme.error),
            BotStatus::OtherHost { host } => (format!("no Bot API: {host}"), theme.warning),
            BotStatus::Trouble { words, .. } => (words.clone(), theme.error),
        }
    }

    /// What is known to go wrong before anything is sent: it can be sent all the same.
    fn known_error(&self) -> Option<String> {
        let composed = self.request.value().filter(|composed| composed.http.is_some())?;
        composed.method.as_ref()?;
        if let Some(problem) = composed.diagnostics.iter().find(|problem| problem.is_error()) {
            let place = LineIndex::new(&composed.body).position(&composed.body, problem.span.start);
            let refuses = if problem.code == Code::Refused { "" } else { " — Telegram will refuse this" };
            return Some(format!("✘ {}:{} {}{refuses}", place.line, place.column, problem.message));
        }
        let (_, problem) = composed.webhook_problems.iter().find(|(_, problem)| problem.is_error())?;
        Some(format!("✘ webhook: {}", problem.message))
    }

    fn answer_lines(&self, bot: &Bot, width: usize) -> Vec<(String, Tone)> {
        let mut lines = Vec::new();
        let mut say = |text: &str, tone: Tone| {
            lines.extend(draw::wrap(text, width).into_iter().map(|line| (line, tone)));
        };
        match &self.state {
            TestState::Send(Request::Idle) => {
                if let Some(words) = self.known_error() {
                    say(&words, Tone::Bad);
                }
                if let Some(unset) = self.unset().filter(|_| !self.as_is) {
                    say(&format!("No test chat can be put into this request: {unset}."), Tone::Bad);
                    say("a sends it as it is, to whomever it names.", Tone::Plain);
                }
            }
            TestState::Send(Request::Pending { .. }) => {
                say("sending… Esc closes this, and it is sent all the same", Tone::Plain);
            }
            TestState::Capture(Request::Idle | Request::Pending { .. }) => {
                let bot = match bot.value() {
                    Some(BotStatus::Sandbox { bot } | BotStatus::Live { bot, .. }) => bot.as_str(),
                    _ => "the bot",
                };
                say(
                    &format!(
                        "Write anything to {bot} in Telegram now; your chat is caught. Esc stops waiting."
                    ),
                    Tone::Plain,
                );
            }
            TestState::Capture(Request::Ready { answer: chat, .. }) => {
                say(&format!("✔ caught {} · {}", chat.title, chat.id), Tone::Good);
            }
            TestState::Trusted => say("✔ trusted as it is: Enter sends the test", Tone::Good),
            TestState::Refused(words)
            | TestState::Send(Request::Failed { words, .. })
            | TestState::Capture(Request::Failed { words, .. }) => say(&format!("✘ {words}"), Tone::Bad),
            TestState::Send(Request::Ready { answer, .. }) => {
                let status = answer.status.map_or_else(String::new, |status| format!("{status} "));
                let ms = answer.elapsed.as_millis();
                if answer.is_sent() {
                    let id = answer.message_id.map_or_else(String::new, |id| format!(" · message {id}"));
                    say(&format!("✔ {status}{}{id} · {ms} ms", answer.description), Tone::Good);
                } else {
                    let (mark, tone) = match answer.outcome {
                        Outcome::Unknown => ("? unknown whether it was sent:", Tone::Unsure),
                        Outcome::Withheld | Outcome::Unreachable => ("✘ not sent:", Tone::Bad),
                        Outcome::Sent | Outcome::Refused => ("✘", Tone::Bad),
                    };
                    say(&format!("{mark} {}", answer.description), tone);
                    if let Some(help) = &answer.help {
                        say(help, Tone::Plain);
                    }
                    if answer.problem.is_some() {
                        say("j goes to the place in the body", Tone::Plain);
                    }
                }
            }
        }
        lines
    }

    fn keys(&self) -> &'static str {
        match &self.state {
            TestState::Send(Request::Pending { .. }) => "Esc",
            TestState::Capture(Request::Pending { .. }) => "Esc stops waiting",
            TestState::Send(Request::Ready { answer, .. }) if answer.problem.is_some() => {
                "Enter sends again · j to the place · c chat · p profile · h earlier · Esc"
            }
            _ => "Enter sends · c chat · p profile · g catch my chat · h earlier tests · Esc",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Good,
    Bad,
    Unsure,
    Plain,
}

fn request_lines(composed: Option<&Latest<Composed>>, width: usize, theme: &Theme) -> Rows {
    let Some(composed) = composed else { return vec![("…".to_owned(), theme.dim)] };
    let styled =
        |text: &str, style: Style| draw::wrap(text, width).into_iter().map(move |line| (line, style));
    let mut lines: Rows = Vec::new();
    match (&composed.http, &composed.skip) {
        (Some(http), _) => {
            let first = format!("{} {}", http.method.as_str(), masked(&http.url.shown()));
            lines.extend(styled(&first, theme.accent));
            let headers = http.shown_headers();
            lines.extend(headers.map(|(name, value)| (format!("{name}: {}", masked(&value)), theme.dim)));
            lines.push((String::new(), theme.text));
            lines.extend(http.body.lines().flat_map(|line| styled(line, theme.text)));
        }
        (None, Some(Skip::Aborted(_))) => {
            lines.push(("the body aborts for this profile: nothing is sent".into(), theme.warning));
        }
        (None, _) => {
            let problem = composed.diagnostics.iter().find(|problem| problem.is_error());
            let words =
                problem.map_or("this campaign has no webhook: F4 chooses one", |problem| &problem.message);
            lines.extend(styled(words, theme.error));
        }
    }
    lines
}
