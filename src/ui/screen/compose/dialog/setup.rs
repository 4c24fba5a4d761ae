//! The set-up guide: a dialog with five steps, from the workspace's name to the first test. Each step can be skipped,
//! and the user can return to it. `update::dialogs::setting_up` handles its input.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::campaign::SANDBOX;
use crate::capture::CapturedChat;
use crate::service::{BotStatus, ConnectedBot, WebhookInUse, starter::Starter};
use crate::ui::screen::compose::dialog::test::capture_request;
use crate::ui::shared::Query;
use crate::ui::widget::{
    Form, FormField, Theme,
    dialog::{content_area, draw_frame},
    draw,
};
use crate::workspace::Workspace;

#[derive(Debug)]
pub struct SetupDialog {
    pub step: SetupStep,
    pub form: Form,
    /// The check of the bot that is being connected.
    pub connecting: Query<ConnectedBot>,
    /// The wait for a message to the bot.
    pub capture: Query<CapturedChat>,
    /// The webhook whose token is missing, if there is one.
    pub incomplete: Option<Box<WebhookInUse>>,
    /// Whether the last check got no answer from the server. Enter then creates the webhook without a check.
    pub is_unreachable: bool,
    /// Whether a change of the workspace is being made. After the change, the next step follows.
    pub is_changing: bool,
    /// The result of the last action, and whether it is an error.
    pub message: Option<(String, bool)>,
    pub done: SetupProgress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetupStep {
    Name,
    Bot,
    Chat,
    Campaign,
    Test,
}

/// What the workspace already has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SetupProgress {
    pub is_named: bool,
    pub has_bot: bool,
    pub has_chat: bool,
    pub has_campaign: bool,
    pub has_test: bool,
}

/// The ids of the buttons.
pub(crate) const NEXT: &str = "next";
pub(crate) const SKIP: &str = "skip";
pub(crate) const BACK: &str = "back";
pub(crate) const WAIT: &str = "wait";

const TELEGRAM: &str = "Telegram";
const OTHER: &str = "another Bot API server";
const NONE: &str = "the sandbox: no bot, nothing leaves this machine";
const SERVERS: [&str; 3] = [TELEGRAM, OTHER, NONE];

impl SetupStep {
    const ALL: [SetupStep; 5] =
        [SetupStep::Name, SetupStep::Bot, SetupStep::Chat, SetupStep::Campaign, SetupStep::Test];

    fn title(self) -> &'static str {
        match self {
            SetupStep::Name => "Name",
            SetupStep::Bot => "Bot",
            SetupStep::Chat => "Test chat",
            SetupStep::Campaign => "Campaign",
            SetupStep::Test => "First test",
        }
    }

    fn text(self) -> &'static str {
        match self {
            SetupStep::Name => {
                "The workspace is a folder with your campaigns. Its name is shown in the header."
            }
            SetupStep::Bot => {
                "Send /newbot to @BotFather in Telegram, and paste the token that it gives you. The token is stored \
                 with your secrets, not in the workspace."
            }
            SetupStep::Chat => {
                "Tests go only to a chat that you choose. Write to the bot, and telecast finds your chat: it becomes \
                 the test chat and the first test profile. Or enter a chat id."
            }
            SetupStep::Campaign => "The message of the first campaign opens in the editor, ready to type in.",
            SetupStep::Test => "Preview and Test shows the exact request and sends it to the test chat.",
        }
    }

    pub fn next(self) -> Option<SetupStep> {
        SetupStep::ALL.get(self as usize + 1).copied()
    }

    pub fn previous(self) -> Option<SetupStep> {
        (self as usize).checked_sub(1).map(|at| SetupStep::ALL[at])
    }
}

impl SetupProgress {
    fn is_done(self, step: SetupStep) -> bool {
        match step {
            SetupStep::Name => self.is_named,
            SetupStep::Bot => self.has_bot,
            SetupStep::Chat => self.has_chat,
            SetupStep::Campaign => self.has_campaign,
            SetupStep::Test => self.has_test,
        }
    }

    /// Returns the first step that is not done, or the last step if all are done.
    pub fn first_open(self) -> SetupStep {
        SetupStep::ALL.into_iter().find(|step| !self.is_done(*step)).unwrap_or(SetupStep::Test)
    }
}

impl SetupDialog {
    pub fn new(step: SetupStep, done: SetupProgress) -> Self {
        Self {
            step,
            form: Form::default(),
            connecting: Query::Idle,
            capture: Query::Idle,
            incomplete: None,
            is_unreachable: false,
            is_changing: false,
            message: None,
            done,
        }
    }

    /// Shows a step with empty fields.
    pub fn show(&mut self, step: SetupStep, workspace: &Workspace) {
        self.step = step;
        self.form = match step {
            SetupStep::Name => self.with_buttons(
                vec![FormField::proposal("name", "Name", &workspace.display_name())],
                "Continue",
            ),
            SetupStep::Bot => self.with_buttons(
                vec![
                    FormField::secret("token", "Token", ""),
                    FormField::choice("server", "Server", SERVERS.map(str::to_owned).to_vec(), TELEGRAM),
                    FormField::text("url", "URL", ""),
                ],
                "Connect",
            ),
            SetupStep::Chat => {
                let button = FormField::button(WAIT, "Wait for my message");
                let mut form = self
                    .with_buttons(vec![button, FormField::text("chat", "Chat id", "")], "Use this chat id");
                form.focus_on(WAIT);
                form
            }
            SetupStep::Campaign => {
                let starters: Vec<String> =
                    Starter::ALL.iter().map(|starter| starter.title().to_owned()).collect();
                let fields = vec![
                    FormField::proposal("name", "Name", "First campaign"),
                    FormField::choice("starter", "Starts as", starters, ""),
                ];
                self.with_buttons(fields, "Create")
            }
            SetupStep::Test => self.with_buttons(Vec::new(), "Preview and Test"),
        };
        self.update_fields();
    }

    fn with_buttons(&self, mut fields: Vec<FormField>, next: &str) -> Form {
        fields.push(FormField::button(NEXT, next));
        let skip = if self.step == SetupStep::Test { "Start writing" } else { "Skip this step" };
        fields.push(FormField::button(SKIP, skip));
        if self.step.previous().is_some() {
            fields.push(FormField::button(BACK, "Back"));
        }
        Form::new(fields)
    }

    /// Clears the message, and shows only the fields that belong to the chosen server. Call this after the form has
    /// changed.
    pub fn update_fields(&mut self) {
        self.message = None;
        self.is_unreachable = false;
        let server = self.form.value("server");
        let has_webhook = self.incomplete.is_some();
        self.form.hide("token", server == NONE && !has_webhook);
        self.form.hide("server", has_webhook);
        self.form.hide("url", server != OTHER || has_webhook);
    }

    /// Returns the chosen Bot API server; `None` if the webhook exists already.
    pub fn server(&self) -> Option<String> {
        if self.incomplete.is_some() {
            return None;
        }
        match self.form.value("server").as_str() {
            TELEGRAM => Some(crate::ui::screen::compose::update::TELEGRAM.to_owned()),
            OTHER => Some(self.form.value("url")),
            NONE => Some(format!("${{{SANDBOX}}}")),
            _ => None,
        }
    }

    /// Scrolls the form in a dialog that fills `area`.
    pub fn follow(&mut self, area: Rect, bot: &Query<BotStatus>) {
        let form = self.form_area(area, bot);
        self.form.follow(form);
    }

    /// Returns the area of the form in a dialog that fills `area`.
    pub fn form_area(&self, area: Rect, bot: &Query<BotStatus>) -> Rect {
        let room = content_area(area);
        let above = 3 + u16::try_from(self.lines(bot, area.width).len()).unwrap_or(u16::MAX);
        let below = u16::try_from(self.message_lines(room.width).len()).unwrap_or(u16::MAX).min(3);
        let y = room.y.saturating_add(above).min(room.bottom());
        Rect { y, height: room.bottom().saturating_sub(y).saturating_sub(below), ..room }
    }

    fn message_lines(&self, width: u16) -> Vec<String> {
        let message = match &self.message {
            _ if self.connecting.is_pending() => Some("asking the bot for its name…"),
            message => message.as_ref().map(|(text, _)| text.as_str()),
        };
        message.map_or_else(Vec::new, |text| draw::wrap(text, usize::from(width)))
    }

    pub fn is_waiting(&self) -> bool {
        self.connecting.is_pending() || self.capture.is_pending() || self.is_changing
    }

    pub fn area(&self, stage: Rect) -> Rect {
        let width = 78.min(stage.width);
        let text = self.lines(&Query::Idle, width).len();
        let height = self.form.height(width.saturating_sub(4)) + text + 6;
        draw::centered(stage, width, u16::try_from(height).unwrap_or(u16::MAX).max(15))
    }

    fn lines(&self, bot: &Query<BotStatus>, width: u16) -> Vec<String> {
        let mut text = self.step.text().to_owned();
        if let Some(webhook) = self.incomplete.as_ref().filter(|_| self.step == SetupStep::Bot) {
            text = format!("The webhook {} has no token yet. {text}", webhook.stem);
        }
        if self.step == SetupStep::Bot && self.form.value("server") == NONE && self.incomplete.is_none() {
            text = "The sandbox on this machine answers as Telegram does. You can connect a real bot later: press n in \
                    the webhook pane."
                .to_owned();
        }
        if self.step == SetupStep::Test && self.done.has_test {
            text = format!("The set-up is done: a test was sent. {text}");
        }
        if self.capture.is_pending() {
            text = capture_request(bot);
        }
        draw::wrap(&text, usize::from(width.saturating_sub(4)))
    }

    fn keys(&self, bot: &Query<BotStatus>) -> &'static str {
        match () {
            () if self.capture.is_pending() && bot.value().is_some_and(BotStatus::is_sandbox) => {
                "Enter simulate a message · Esc stop waiting"
            }
            () if self.capture.is_pending() => "Esc stop waiting",
            () if self.is_waiting() => "Esc close",
            () => "Enter continue · Tab next · ←→ choose · Esc close",
        }
    }

    pub fn draw(
        &self,
        buf: &mut Buffer,
        area: Rect,
        bot: &Query<BotStatus>,
        theme: &Theme,
    ) -> Option<(u16, u16)> {
        let room = draw_frame(buf, area, "Set-up guide", self.keys(bot), theme);
        self.draw_steps(buf, room, theme);
        for (line, y) in self.lines(bot, area.width).iter().zip(room.y + 2..room.bottom()) {
            draw::put_line(buf, room, y, line, theme.popup);
        }
        let form = self.form_area(area, bot);
        let cursor = self.form.draw(buf, form, theme, !self.is_waiting());
        let style = match &self.message {
            Some((_, true)) => theme.error,
            Some((_, false)) => theme.success,
            None => theme.text,
        };
        for (line, y) in self.message_lines(room.width).iter().zip(form.bottom()..room.bottom()) {
            draw::put_line(buf, room, y, line, theme.popup.patch(style));
        }
        cursor
    }

    fn draw_steps(&self, buf: &mut Buffer, room: Rect, theme: &Theme) {
        let mut x = room.x;
        for step in SetupStep::ALL {
            let (mark, style) = match step {
                step if step == self.step => ("›", theme.accent),
                step if self.done.is_done(step) => ("✔", theme.success),
                _ => ("·", theme.dim),
            };
            x = draw::put(
                buf,
                room,
                x,
                room.y,
                &format!("{mark} {}", step.title()),
                theme.popup.patch(style),
            );
            x += 2;
        }
    }
}

/// Returns the webhook if its bot could not be checked because a secret has no value.
pub(crate) fn incomplete_webhook(
    bot: &Query<BotStatus>,
    webhook: Option<WebhookInUse>,
) -> Option<Box<WebhookInUse>> {
    let lacks_token = matches!(
        bot.value(),
        Some(BotStatus::Failed { missing_secrets, .. }) if !missing_secrets.is_empty()
    );
    webhook.filter(|_| lacks_token).map(Box::new)
}
