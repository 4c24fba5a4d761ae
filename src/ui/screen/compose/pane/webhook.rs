//! 2: the settings of the campaign's webhook, edited in place, checked as one types.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::campaign::{Auth, Method, Webhook, bot_api, find_token, format_duration, parse_duration};
use crate::service::{BotStatus, WebhookInUse};
use crate::ui::screen::compose::{Compose, Pane, pane::frame};
use crate::ui::shared::Shared;
use crate::ui::widget::{Field, Filled, Form, Key, Mouse, draw};
use crate::workspace::{CampaignFiles, Definition, Fingerprint, Source, Workspace};

#[derive(Debug, Clone, Default)]
pub struct WebhookPane {
    /// The stem of the webhook shown; none where the campaign has none.
    pub stem: Option<String>,
    pub form: Form,
    saved: Webhook,
    /// The file as it was when the form was filled.
    pub expected: Option<Fingerprint>,
    /// What was typed when it was last asked to be saved; none once the form shows the file again.
    saving: Option<Webhook>,
    /// The address at which it was last asked who answers.
    pub asked: Option<String>,
}

const NO_AUTH: &str = "none";
const BASIC: &str = "basic";
const BEARER: &str = "bearer";

impl WebhookPane {
    /// Shows the campaign's webhook; what is typed and not saved stays while it is the same one.
    pub fn show(&mut self, workspace: &Workspace, campaign: Option<&CampaignFiles>) {
        let stem = campaign.and_then(|campaign| campaign.value.as_ref()).map(|value| value.webhook.clone());
        let Some(webhook) = stem.as_deref().and_then(|stem| workspace.webhook(stem)) else {
            // What was typed stays where its file was deleted beneath it.
            if stem.is_some() && self.stem == stem && self.is_modified() {
                return;
            }
            *self = Self { stem: stem.filter(|stem| !stem.is_empty()), ..Self::default() };
            return;
        };
        let is_same = self.stem.as_deref() == Some(webhook.stem.as_str());
        let is_unchanged = self.expected == Some(webhook.source.fingerprint);
        // What was saved is shown as it was written: a token has moved out of it.
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

    fn fill(&mut self, webhook: &Definition<Webhook>) {
        self.stem = Some(webhook.stem.clone());
        self.saved = webhook.value.clone().unwrap_or_default();
        self.expected = Some(webhook.source.fingerprint);
        self.saving = None;
        self.form = Form::new(fields(&self.saved));
        self.check();
    }

    /// Returns the webhook as it is typed, to be saved, where that differs from the file and can be.
    pub fn start_saving(&mut self) -> Option<Webhook> {
        self.saving = self.edited().filter(|_| self.refusal().is_none());
        self.saving.clone()
    }

    pub fn refusal(&self) -> Option<String> {
        self.form.refused()?.problem.clone()
    }

    pub fn focus_on_refused(&mut self) {
        if let Some(id) = self.form.refused().map(|field| field.id.clone()) {
            self.form.focus_on(&id);
        }
    }

    /// Puts the keyboard into the field whose value stands on a line of the file, from 1.
    pub fn focus_on_line(&mut self, source: &Source, line: usize) {
        let text = source.text.lines().nth(line.saturating_sub(1)).unwrap_or("");
        let key = text.split('=').next().unwrap_or("").trim().trim_matches('"');
        let is_header = |field: &&Field| {
            let value = self.form.value(&field.id);
            let name = value.split(':').next().unwrap_or("").trim();
            field.id.starts_with("header") && name.eq_ignore_ascii_case(key)
        };
        let header = self.form.fields.iter().find(is_header).map(|field| field.id.clone());
        self.form.focus_on(&header.unwrap_or_else(|| key.to_owned()));
    }

    pub fn is_asked(&self) -> bool {
        self.asked.as_deref() == Some(self.form.value("url").as_str())
    }

    pub fn stop_saving(&mut self) {
        self.saving = None;
    }

    pub fn is_modified(&self) -> bool {
        self.expected.is_some() && (self.typed() != self.saved || self.form.refused().is_some())
    }

    /// Returns the webhook as it is typed, where that differs from the file.
    pub fn edited(&self) -> Option<Webhook> {
        self.is_modified().then(|| self.typed())
    }

    pub fn current(&self, workspace: &Workspace) -> Option<Webhook> {
        let stem = self.stem.as_deref()?;
        self.edited().or_else(|| workspace.webhook(stem)?.value.clone())
    }

    /// Returns what the file said when the settings on screen were typed over it, where they differ from it.
    pub fn typed_over(&self) -> Option<Webhook> {
        self.is_modified().then(|| self.saved.clone())
    }

    pub fn in_use(&self, workspace: &Workspace) -> Option<WebhookInUse> {
        let (stem, webhook) = (self.stem.clone()?, self.current(workspace)?);
        let typed_over = self.typed_over();
        if typed_over.is_none() {
            return workspace.webhook(&stem).map(WebhookInUse::of_file);
        }
        Some(WebhookInUse { stem, webhook, broken: None, typed_over })
    }

    pub fn current_file<'w>(&self, workspace: &'w Workspace) -> Option<&'w Source> {
        Some(&workspace.webhook(self.stem.as_deref()?)?.source)
    }

    pub fn revert(&mut self) {
        self.form = Form::new(fields(&self.saved));
        self.check();
    }

    pub fn lines(&self) -> usize {
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
            method: Method::from_name(&value("method")).unwrap_or_default(),
            url: value("url"),
            headers: self.headers(),
            auth,
            timeout: if timeout.trim().is_empty() {
                None
            } else {
                parse_duration(timeout.trim()).ok().or(self.saved.timeout)
            },
            ..self.saved.clone()
        }
    }

    fn headers(&self) -> Vec<(String, String)> {
        let lines = self.form.fields.iter().filter(|field| field.id.starts_with("header"));
        let header = |field: &Field| {
            let line = self.form.value(&field.id);
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            (!name.trim().is_empty()).then(|| (name.trim().to_owned(), value.trim().to_owned()))
        };
        lines.filter_map(header).collect()
    }

    pub fn press(&mut self, key: Key) -> Filled {
        let filled = self.form.press(key);
        if filled == Filled::Changed {
            self.changed();
        }
        filled
    }

    pub fn paste(&mut self, text: &str) -> Filled {
        let filled = self.form.paste(text);
        if filled == Filled::Changed {
            self.changed();
        }
        filled
    }

    pub fn point(&mut self, mouse: Mouse, room: Rect) -> Filled {
        let filled = self.form.point(mouse, form_area(room));
        if filled == Filled::Changed {
            self.changed();
        }
        filled
    }

    /// Shows the fields that the choices ask for, one empty header line at the end, and what is wrong.
    fn changed(&mut self) {
        let shown: Vec<(String, String)> =
            self.form.fields.iter().map(|field| (field.id.clone(), self.form.value(&field.id))).collect();
        let typed = self.typed();
        let wanted = fields(&typed);
        let ids = |fields: &[Field]| fields.iter().map(|field| field.id.clone()).collect::<Vec<_>>();
        let has_free_header = shown.iter().any(|(id, line)| id.starts_with("header") && line.is_empty());
        if ids(&wanted) != ids(&self.form.fields) || !has_free_header {
            let focused = self.form.focused().map(|field| field.id.clone());
            let timeout = self.form.value("timeout");
            self.form = Form::new(wanted);
            // One that cannot be read is in no webhook: it stays as it is typed.
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
            Some(_) => Some("a real token: saving moves it to the secret store".to_owned()),
            None if url.trim().is_empty() => Some("where does it go? https://…".to_owned()),
            None if !url.contains("://") && !url.starts_with("${") => {
                Some("begin with https:// or ${SANDBOX}".to_owned())
            }
            None if url.contains("<YOUR") => Some("put ${BOT_TOKEN} in place of <YOUR_BOT_TOKEN>".to_owned()),
            None => None,
        };
        self.form.set_problem("url", problem);
        let timeout = self.form.value("timeout");
        self.form.refuse("timeout", timeout_problem(timeout.trim()));
        let needs_json =
            bot_api(&url).is_some() && Method::from_name(&self.form.value("method")) != Some(Method::Get);
        let has_json = self.headers().iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.contains("application/json")
        });
        let problem =
            (needs_json && !has_json).then(|| "Telegram needs Content-Type: application/json".to_owned());
        self.form.set_problem("header0", problem);
        let lacks = |id: &str| {
            self.form.fields.iter().any(|field| field.id == id) && self.form.value(id).trim().is_empty()
        };
        let missing: Vec<&str> =
            ["name", "username", "password", "token"].into_iter().filter(|id| lacks(id)).collect();
        for id in ["name", "username", "password", "token"] {
            let words = if id == "name" {
                "a webhook needs a name"
            } else {
                "write ${NAME}, and set the secret NAME"
            };
            self.form.set_problem(id, missing.contains(&id).then(|| words.to_owned()));
        }
    }

    pub fn draw(
        &self,
        screen: &Compose,
        shared: &Shared,
        area: Rect,
        buf: &mut Buffer,
    ) -> Option<(u16, u16)> {
        let mark = if self.is_modified() { " ●" } else { "" };
        let title = self.stem.as_deref().map_or("Webhook".to_owned(), |stem| format!("Webhook {stem}{mark}"));
        let room = frame(screen, shared, Pane::Webhook, &title, area, buf);
        if self.expected.is_none() {
            let words = match &self.stem {
                Some(stem) => format!("There is no webhooks/{stem}.toml: F4 chooses another, n makes one."),
                None => "No webhook yet: F4 chooses one, n makes one.".to_owned(),
            };
            for (line, y) in draw::wrap(&words, usize::from(room.width)).iter().zip(room.y..room.bottom()) {
                draw::put_line(buf, room, y, line, shared.theme.dim);
            }
            return None;
        }
        let (words, style) = status(screen, shared);
        draw::put_line(buf, room, room.y, &words, style);
        let has_keyboard =
            screen.focus.pane == Pane::Webhook && screen.focus.entered && screen.is_in_front(shared);
        self.form.draw(buf, form_area(room), &shared.theme, has_keyboard)
    }
}

fn timeout_problem(timeout: &str) -> Option<String> {
    if timeout.is_empty() || parse_duration(timeout).is_ok() {
        return None;
    }
    Some(match timeout.parse::<u64>() {
        Ok(number) => format!("Timeout needs a unit: {number}s"),
        Err(_) => "Timeout is written 10s".to_owned(),
    })
}

fn form_area(room: Rect) -> Rect {
    Rect { y: room.y + 1, height: room.height.saturating_sub(1), ..room }
}

fn status(screen: &Compose, shared: &Shared) -> (String, ratatui::style::Style) {
    let Some(status) = screen.bot.value() else {
        let words = if screen.bot.is_pending() { "asking…" } else { "who answers? Esc asks" };
        return (words.to_owned(), shared.theme.dim);
    };
    match status {
        BotStatus::Sandbox { bot } => (format!("✔ {bot} (sandbox)"), shared.theme.success),
        BotStatus::Live { bot, .. } => (format!("✔ {bot} LIVE"), shared.theme.success),
        BotStatus::OtherHost { host } => (format!("{host}: no Bot API"), shared.theme.dim),
        BotStatus::NotTrusted(question) => {
            (format!("NOT TRUSTED: {}", question.what()), shared.theme.warning)
        }
        BotStatus::Invalid(words) => (format!("✘ {words}"), shared.theme.error),
        BotStatus::Trouble { words, .. } => (format!("✘ {words}"), shared.theme.error),
    }
}

fn fields(webhook: &Webhook) -> Vec<Field> {
    let methods =
        [Method::Post, Method::Get, Method::Put, Method::Delete].map(|method| method.as_str().to_owned());
    let mut fields = vec![
        Field::text("name", "Name", &webhook.name),
        Field::choice("method", "Method", methods.to_vec(), webhook.method.as_str()),
        Field::text("url", "URL", &webhook.url),
    ];
    for (at, (name, value)) in webhook.headers.iter().enumerate() {
        fields.push(Field::text(&format!("header{at}"), "Header", &format!("{name}: {value}")));
    }
    fields.push(Field::text(&format!("header{}", webhook.headers.len()), "Header", ""));
    let kind = match &webhook.auth {
        None => NO_AUTH,
        Some(Auth::Basic { .. }) => BASIC,
        Some(Auth::Bearer { .. }) => BEARER,
    };
    fields.push(Field::choice("auth", "Auth", [NO_AUTH, BASIC, BEARER].map(str::to_owned).to_vec(), kind));
    match &webhook.auth {
        Some(Auth::Basic { username, password }) => {
            fields.push(Field::text("username", "User", username));
            fields.push(Field::text("password", "Password", password));
        }
        Some(Auth::Bearer { token }) => fields.push(Field::text("token", "Token", token)),
        None => {}
    }
    fields.push(Field::text("timeout", "Timeout", &webhook.timeout.map(format_duration).unwrap_or_default()));
    fields.push(Field::button("check", "check the bot"));
    fields
}
