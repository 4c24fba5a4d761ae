//! Pane 2: the form of the campaign's webhook. The webhook is edited in the pane, and the form is checked after each
//! change. `update::saving` saves the webhook.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::campaign::{
    Auth, HttpMethod, Webhook, find_token, format_duration, parse_bot_api_url, parse_duration,
};
use crate::service::{BotStatus, WebhookInUse};
use crate::ui::screen::compose::{Compose, Pane, pane::frame};
use crate::ui::shared::SharedState;
use crate::ui::widget::{Form, FormField, FormOutcome, Key, Mouse, draw};
use crate::workspace::{CampaignFiles, DefinitionFile, Fingerprint, LoadedFile, Workspace};

#[derive(Debug, Clone, Default)]
pub struct WebhookPane {
    /// The file stem of the webhook. `None` if the campaign has no webhook or cannot be read, or if no campaign is
    /// open.
    pub stem: Option<String>,
    pub form: Form,
    /// The settings in the file when the form was filled.
    saved: Webhook,
    /// The fingerprint of the file when the form was filled. `None` if there is no such file.
    pub expected: Option<Fingerprint>,
    // The settings that are being saved. `None` if no save is pending.
    saving: Option<Webhook>,
    /// The URL at which the bot was last checked.
    pub checked_url: Option<String>,
}

const NO_AUTH: &str = "none";
const BASIC: &str = "basic";
const BEARER: &str = "bearer";

impl WebhookPane {
    /// Shows the campaign's webhook. Without a campaign, shows the webhook that a new campaign would use. If the webhook
    /// is already shown, unsaved edits are kept.
    pub fn show(&mut self, workspace: &Workspace, campaign: Option<&CampaignFiles>) {
        let stem = match campaign {
            Some(campaign) => campaign.value.as_ref().map(|value| value.webhook.clone()),
            None => workspace.default_webhook(),
        };
        let Some(webhook) = stem.as_deref().and_then(|stem| workspace.webhook(stem)) else {
            // The file was deleted while the form had unsaved edits. The edits are kept, so that saving can restore the
            // file.
            if stem.is_some() && self.stem == stem && self.is_modified() {
                return;
            }
            *self = Self { stem: stem.filter(|stem| !stem.is_empty()), ..Self::default() };
            return;
        };
        let is_same = self.stem.as_deref() == Some(webhook.stem.as_str());
        let is_unchanged = self.expected == Some(webhook.source.fingerprint);
        // After a save, the form is filled from the file again, because the form and the file may differ: saving moves
        // a pasted token to the secret store, so the file does not have the token.
        let is_saved = self.saving.as_ref().is_some_and(|saved| *saved == self.typed());
        if is_same && (is_unchanged || (self.is_modified() && !is_saved)) {
            return;
        }
        let focus = if is_same { self.form.focus } else { 0 };
        self.fill(webhook);
        if self.form.fields.get(focus).is_some() {
            self.form.focus = focus;
        }
    }

    fn fill(&mut self, webhook: &DefinitionFile<Webhook>) {
        self.stem = Some(webhook.stem.clone());
        self.saved = webhook.value.clone().unwrap_or_default();
        self.expected = Some(webhook.source.fingerprint);
        self.saving = None;
        self.form = Form::new(fields(&self.saved));
        self.check();
    }

    /// Returns the edited webhook to save, and remembers that it is being saved. `None` if the webhook is unchanged or
    /// not valid.
    pub fn start_saving(&mut self) -> Option<Webhook> {
        self.saving = self.edited().filter(|_| self.validation_error().is_none());
        self.saving.clone()
    }

    pub fn validation_error(&self) -> Option<String> {
        self.form.first_error()?.problem.clone()
    }

    pub fn focus_on_error(&mut self) {
        if let Some(id) = self.form.first_error().map(|field| field.id.clone()) {
            self.form.focus_on(&id);
        }
    }

    /// Focuses the field whose value is on line `line` of the file, counted from 1.
    pub fn focus_on_line(&mut self, source: &LoadedFile, line: usize) {
        // The form does not know the positions of its values in the file, so the field is found by the TOML key on line
        // `line`.
        let text = source.text.lines().nth(line.saturating_sub(1)).unwrap_or("");
        let key = text.split('=').next().unwrap_or("").trim().trim_matches('"');
        let is_header = |field: &&FormField| {
            let value = self.form.value(&field.id);
            let name = value.split(':').next().unwrap_or("").trim();
            field.id.starts_with("header") && name.eq_ignore_ascii_case(key)
        };
        let header = self.form.fields.iter().find(is_header).map(|field| field.id.clone());
        self.form.focus_on(&header.unwrap_or_else(|| key.to_owned()));
    }

    pub fn is_url_checked(&self) -> bool {
        self.checked_url.as_deref() == Some(self.form.value("url").as_str())
    }

    pub fn stop_saving(&mut self) {
        self.saving = None;
    }

    pub fn is_modified(&self) -> bool {
        self.expected.is_some() && (self.typed() != self.saved || self.form.first_error().is_some())
    }

    /// Returns the webhook with the edits in the form. `None` if the form has no unsaved edits.
    pub fn edited(&self) -> Option<Webhook> {
        self.is_modified().then(|| self.typed())
    }

    pub fn current(&self, workspace: &Workspace) -> Option<Webhook> {
        let stem = self.stem.as_deref()?;
        self.edited().or_else(|| workspace.webhook(stem)?.value.clone())
    }

    /// Returns the webhook without the edits in the form. `None` if the form has no unsaved edits.
    pub fn before_edit(&self) -> Option<Webhook> {
        self.is_modified().then(|| self.saved.clone())
    }

    pub fn in_use(&self, workspace: &Workspace) -> Option<WebhookInUse> {
        let (stem, webhook) = (self.stem.clone()?, self.current(workspace)?);
        let before_edit = self.before_edit();
        if before_edit.is_none() {
            return workspace.webhook(&stem).map(WebhookInUse::of_file);
        }
        Some(WebhookInUse { stem, webhook, file_error: None, before_edit })
    }

    pub fn current_file<'w>(&self, workspace: &'w Workspace) -> Option<&'w LoadedFile> {
        Some(&workspace.webhook(self.stem.as_deref()?)?.source)
    }

    pub fn revert(&mut self) {
        self.form = Form::new(fields(&self.saved));
        self.check();
    }

    pub fn n_lines(&self) -> usize {
        self.form.height().max(2) + 1
    }

    fn typed(&self) -> Webhook {
        let value = |id: &str| self.form.value(id);
        let timeout = value("timeout");
        let auth = match value("auth").as_str() {
            BASIC => Some(Auth::Basic { username: value("username"), password: value("password") }),
            BEARER => Some(Auth::Bearer { token: value("token") }),
            _ => None,
        };
        Webhook {
            name: value("name"),
            method: HttpMethod::from_name(&value("method")).unwrap_or_default(),
            url: value("url"),
            headers: self.headers(),
            auth,
            timeout: if timeout.trim().is_empty() {
                None
            } else {
                // An invalid timeout counts as unchanged here. The form cannot be saved with an invalid timeout,
                // because `check` reports it as an error.
                parse_duration(timeout.trim()).ok().or(self.saved.timeout)
            },
            // Settings without a field in the form, for example retries and rate, keep their values.
            ..self.saved.clone()
        }
    }

    fn headers(&self) -> Vec<(String, String)> {
        let lines = self.form.fields.iter().filter(|field| field.id.starts_with("header"));
        let header = |field: &FormField| {
            let line = self.form.value(&field.id);
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            (!name.trim().is_empty()).then(|| (name.trim().to_owned(), value.trim().to_owned()))
        };
        lines.filter_map(header).collect()
    }

    pub fn press(&mut self, key: Key) -> FormOutcome {
        let outcome = self.form.press(key);
        if outcome == FormOutcome::Changed {
            self.update_fields();
        }
        outcome
    }

    pub fn paste(&mut self, text: &str) -> FormOutcome {
        let outcome = self.form.paste(text);
        if outcome == FormOutcome::Changed {
            self.update_fields();
        }
        outcome
    }

    pub fn point(&mut self, mouse: Mouse, room: Rect) -> FormOutcome {
        let outcome = self.form.point(mouse, form_area(room));
        if outcome == FormOutcome::Changed {
            self.update_fields();
        }
        outcome
    }

    /// Updates the form after a change: shows the fields of the chosen authentication, adds an empty header field if no
    /// header field is empty, and checks the values.
    fn update_fields(&mut self) {
        let values: Vec<(String, String)> =
            self.form.fields.iter().map(|field| (field.id.clone(), self.form.value(&field.id))).collect();
        let typed = self.typed();
        let wanted = fields(&typed);
        let ids = |fields: &[FormField]| fields.iter().map(|field| field.id.clone()).collect::<Vec<_>>();
        let has_free_header = values.iter().any(|(id, line)| id.starts_with("header") && line.is_empty());
        if ids(&wanted) != ids(&self.form.fields) || !has_free_header {
            let focused = self.form.focused().map(|field| field.id.clone());
            let timeout = self.form.value("timeout");
            self.form = Form::new(wanted);
            // The result of `typed` does not contain an invalid timeout, so the text of the timeout's field is copied
            // separately.
            self.form.set_text("timeout", &timeout);
            if let Some(focused) = focused {
                self.form.focus_on(&focused);
            }
        }
        self.check();
    }

    fn check(&mut self) {
        let url = self.form.value("url");
        let problem = match find_token(&url) {
            Some(_) => Some("saving moves this token to the secret store".to_owned()),
            None if url.trim().is_empty() => Some("enter a URL: https://…".to_owned()),
            None if !url.contains("://") && !url.starts_with("${") => {
                Some("start with https:// or ${SANDBOX}".to_owned())
            }
            None if url.contains("<YOUR") => Some("replace <YOUR_BOT_TOKEN> with ${BOT_TOKEN}".to_owned()),
            None => None,
        };
        self.form.set_warning("url", problem);
        let timeout = self.form.value("timeout");
        self.form.set_error("timeout", timeout_problem(timeout.trim()));
        let needs_json = parse_bot_api_url(&url).is_some()
            && HttpMethod::from_name(&self.form.value("method")) != Some(HttpMethod::Get);
        let has_json = self.headers().iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.contains("application/json")
        });
        let problem =
            (needs_json && !has_json).then(|| "Telegram needs Content-Type: application/json".to_owned());
        self.form.set_warning("header0", problem);
        let lacks = |id: &str| {
            self.form.fields.iter().any(|field| field.id == id) && self.form.value(id).trim().is_empty()
        };
        let missing: Vec<&str> =
            ["name", "username", "password", "token"].into_iter().filter(|id| lacks(id)).collect();
        for id in ["name", "username", "password", "token"] {
            let message = if id == "name" { "enter a name" } else { "enter ${NAME} and set the secret NAME" };
            self.form.set_warning(id, missing.contains(&id).then(|| message.to_owned()));
        }
    }

    pub fn draw(
        &self,
        screen: &Compose,
        shared: &SharedState,
        area: Rect,
        buf: &mut Buffer,
    ) -> Option<(u16, u16)> {
        let mark = if self.is_modified() { " ●" } else { "" };
        let title = self.stem.as_deref().map_or("Webhook".to_owned(), |stem| format!("Webhook {stem}{mark}"));
        let room = frame(screen, shared, Pane::Webhook, &title, area, buf);
        if self.expected.is_none() {
            let message = match &self.stem {
                Some(stem) => {
                    format!("webhooks/{stem}.toml not found. Press F4 to choose another, n to create one.")
                }
                None if shared.workspace.webhooks.is_empty() => {
                    "No webhook yet. Press n in this pane to create one, S for the set-up guide.".to_owned()
                }
                None => "No webhook chosen. Press F4 to choose one, n to create one.".to_owned(),
            };
            for (line, y) in draw::wrap(&message, usize::from(room.width)).iter().zip(room.y..room.bottom()) {
                draw::put_line(buf, room, y, line, shared.theme.dim);
            }
            return None;
        }
        let (message, style) = status(screen, shared);
        draw::put_line(buf, room, room.y, &message, style);
        let has_keyboard =
            screen.focus.pane == Pane::Webhook && screen.focus.entered && screen.is_uncovered(shared);
        self.form.draw(buf, form_area(room), &shared.theme, has_keyboard)
    }
}

fn timeout_problem(timeout: &str) -> Option<String> {
    if timeout.is_empty() || parse_duration(timeout).is_ok() {
        return None;
    }
    Some(match timeout.parse::<u64>() {
        Ok(number) => format!("Timeout needs a unit: {number}s"),
        Err(_) => "Timeout must look like 10s".to_owned(),
    })
}

fn form_area(room: Rect) -> Rect {
    Rect { y: room.y + 1, height: room.height.saturating_sub(1), ..room }
}

fn status(screen: &Compose, shared: &SharedState) -> (String, ratatui::style::Style) {
    let Some(status) = screen.bot.value() else {
        // The bot at an edited URL is checked only after the user has left the form, so that no request goes to an
        // incomplete host name.
        let message = if screen.bot.is_pending() { "checking…" } else { "press Esc to check" };
        return (message.to_owned(), shared.theme.dim);
    };
    match status {
        BotStatus::Sandbox { bot } => (format!("✔ {bot} (sandbox)"), shared.theme.success),
        BotStatus::Live { bot, .. } => (format!("✔ {bot} LIVE"), shared.theme.success),
        BotStatus::OtherHost { host } => (format!("{host} (not a bot)"), shared.theme.dim),
        BotStatus::NotTrusted(question) => {
            (format!("NOT TRUSTED: {}", question.describe_grant()), shared.theme.warning)
        }
        BotStatus::Invalid(message) => (format!("✘ {message}"), shared.theme.error),
        BotStatus::Failed { message, .. } => (format!("✘ {message}"), shared.theme.error),
    }
}

fn fields(webhook: &Webhook) -> Vec<FormField> {
    let methods = [HttpMethod::Post, HttpMethod::Get, HttpMethod::Put, HttpMethod::Delete]
        .map(|method| method.as_str().to_owned());
    let mut fields = vec![
        FormField::text("name", "Name", &webhook.name),
        FormField::choice("method", "Method", methods.to_vec(), webhook.method.as_str()),
        FormField::text("url", "URL", &webhook.url),
    ];
    for (at, (name, value)) in webhook.headers.iter().enumerate() {
        fields.push(FormField::text(&format!("header{at}"), "Header", &format!("{name}: {value}")));
    }
    fields.push(FormField::text(&format!("header{}", webhook.headers.len()), "Header", ""));
    let kind = match &webhook.auth {
        None => NO_AUTH,
        Some(Auth::Basic { .. }) => BASIC,
        Some(Auth::Bearer { .. }) => BEARER,
    };
    fields.push(FormField::choice(
        "auth",
        "Auth",
        [NO_AUTH, BASIC, BEARER].map(str::to_owned).to_vec(),
        kind,
    ));
    match &webhook.auth {
        Some(Auth::Basic { username, password }) => {
            fields.push(FormField::text("username", "User", username));
            fields.push(FormField::secret("password", "Password", password));
        }
        Some(Auth::Bearer { token }) => fields.push(FormField::secret("token", "Token", token)),
        None => {}
    }
    fields.push(FormField::text(
        "timeout",
        "Timeout",
        &webhook.timeout.map(format_duration).unwrap_or_default(),
    ));
    fields.push(FormField::button("check", "Check the bot"));
    fields
}
