//! Draws pane 2: a summary of the campaign's webhook. Enter opens the form in which the webhook is edited.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::campaign::{Auth, Webhook, find_placeholders, format_duration, parse_bot_api_url};
use crate::service::BotStatus;
use crate::ui::screen::compose::{
    Compose, Pane,
    pane::{frame, preview::mask_secrets},
    webhook_form::is_literal_secret,
};
use crate::ui::shared::{Query, SharedState};
use crate::ui::widget::{NoteTone, draw};

const HIDDEN: &str = "••••••";

pub(crate) fn draw(screen: &Compose, shared: &SharedState, area: Rect, buf: &mut Buffer) {
    let form = &screen.webhook;
    let mark = if form.is_modified() { " ●" } else { "" };
    let title = form.stem.as_deref().map_or("Webhook".to_owned(), |stem| format!("Webhook {stem}{mark}"));
    let room = frame(screen, shared, Pane::Webhook, &title, area, buf);
    for ((line, style), y) in lines(screen, shared, room.width).iter().zip(room.y..room.bottom()) {
        draw::put_line(buf, room, y, line, *style);
    }
}

/// Returns the number of lines that the summary needs.
pub(crate) fn n_lines(screen: &Compose, shared: &SharedState, width: u16) -> usize {
    lines(screen, shared, width).len()
}

fn lines(screen: &Compose, shared: &SharedState, width: u16) -> Vec<(String, Style)> {
    let form = &screen.webhook;
    let theme = &shared.theme;
    if form.expected.is_none() {
        let message = match &form.stem {
            Some(stem) => {
                format!("webhooks/{stem}.toml not found. Press F4 to choose another, n to create one.")
            }
            None if shared.workspace.webhooks.is_empty() => {
                "No webhook yet. Press n in this pane to create one, S for the set-up guide.".to_owned()
            }
            None => "No webhook chosen. Press F4 to choose one, n to create one.".to_owned(),
        };
        let lines = draw::wrap(&message, usize::from(width)).into_iter();
        return lines.map(|line| (line, theme.dim)).collect();
    }
    let (status, tone) = status(&screen.bot);
    let style = match tone {
        NoteTone::Plain => theme.dim,
        NoteTone::Good => theme.success,
        NoteTone::Warning => theme.warning,
        NoteTone::Bad => theme.error,
    };
    let mut lines = vec![(status, style)];
    if let Some(webhook) = form.current(&shared.workspace) {
        lines.extend(
            summary(&webhook, &screen.bot)
                .map(|(line, is_bad)| (line, if is_bad { theme.error } else { theme.text })),
        );
    }
    lines
}

/// Returns the bot's status as one line, and the line's tone.
pub(crate) fn status(bot: &Query<BotStatus>) -> (String, NoteTone) {
    let Some(status) = bot.value() else {
        let message = if bot.is_pending() { "checking…" } else { "not checked yet" };
        return (message.to_owned(), NoteTone::Plain);
    };
    match status {
        BotStatus::Sandbox { bot } => (format!("✔ {bot} (sandbox)"), NoteTone::Good),
        BotStatus::Live { bot, .. } => (format!("✔ {bot} LIVE"), NoteTone::Good),
        BotStatus::OtherHost { host } => (format!("{host} (not a bot)"), NoteTone::Plain),
        BotStatus::NotTrusted(question) => {
            (format!("NOT TRUSTED: {}", question.describe_grant()), NoteTone::Warning)
        }
        BotStatus::Invalid(message) | BotStatus::Failed { message, .. } => {
            (format!("✘ {message}"), NoteTone::Bad)
        }
    }
}

/// Returns the lines of the summary, each with whether its secret is missing. Secrets are shown by name, and values
/// that may be secret are hidden.
fn summary(webhook: &Webhook, bot: &Query<BotStatus>) -> impl Iterator<Item = (String, bool)> {
    let mut lines = vec![(webhook.name.clone(), false)];
    let url = &webhook.url;
    let bot_method = parse_bot_api_url(url).map(|parts| parts.method);
    let method = webhook.method.as_str();
    lines.push((
        bot_method.map_or_else(|| method.to_owned(), |span| format!("{method} {}", span.of(url))),
        false,
    ));
    let host = webhook.destination().map(|destination| destination.to_string());
    lines.push((host.unwrap_or_else(|| "the URL is not valid".to_owned()), false));
    for name in webhook.secret_names() {
        let is_in_url = find_placeholders(url).iter().any(|found| found.name == name);
        // Only the secrets in the URL are read to ask the bot for its name.
        let (mark, is_missing) = match bot.value() {
            Some(BotStatus::Failed { missing_secrets, .. }) if missing_secrets.contains(&name) => {
                (" missing", true)
            }
            Some(BotStatus::Sandbox { .. } | BotStatus::Live { .. }) if is_in_url => (" ✓", false),
            _ => ("", false),
        };
        lines.push((format!("{name}{mark}"), is_missing));
    }
    for (name, value) in &webhook.headers {
        let value = if is_literal_secret(name, value) { HIDDEN.to_owned() } else { mask_secrets(value) };
        lines.push((format!("{name}: {value}"), false));
    }
    for (name, value) in &webhook.params {
        let value = if is_literal_secret(name, value) { HIDDEN.to_owned() } else { mask_secrets(value) };
        lines.push((format!("?{name}={value}"), false));
    }
    let auth = match &webhook.auth {
        None => None,
        Some(Auth::Basic { .. }) => Some(format!("basic {HIDDEN}")),
        Some(Auth::Bearer { .. }) => Some(format!("bearer {HIDDEN}")),
    };
    lines.extend(auth.map(|auth| (auth, false)));
    let timeout = webhook.timeout.map(|timeout| format!("timeout {}", format_duration(timeout)));
    lines.extend(timeout.map(|timeout| (timeout, false)));
    lines.into_iter()
}
