//! Draws the screen into cells. Drawing never changes the state.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::service::{BotFailureKind, BotStatus};
use crate::text::{shorten, width};
use crate::ui::screen::compose::{
    Compose, Pane, completion, hover,
    pane::{body, campaigns, preview, problems, webhook},
};
use crate::ui::shared::{Action, Cursor, HeaderPart, KeyContext, SharedState};
use crate::ui::widget::{Link, draw};

/// The largest number of characters of a profile's name in the header. A longer name would leave no room for the bot's
/// state beside it.
const NAME_CHARS: usize = 32;

pub(crate) fn view(screen: &Compose, shared: &SharedState, buf: &mut Buffer) -> Option<Cursor> {
    if let Some(tabs) = screen.layout.tabs {
        draw_tabs(screen, shared, tabs, buf);
    }
    let mut cursor = None;
    for (pane, area) in &screen.layout.panes {
        let at = match pane {
            Pane::Campaigns => campaigns::draw(screen, shared, *area, buf),
            Pane::Webhook => {
                webhook::draw(screen, shared, *area, buf);
                None
            }
            Pane::Body => body::draw(screen, shared, *area, buf),
            Pane::Preview => {
                preview::draw(screen, shared, *area, buf);
                None
            }
            Pane::Problems => problems::draw(screen, shared, *area, buf),
        };
        cursor = at.or(cursor);
    }
    // The info box and the completion picker are drawn after all panes, because they may extend over neighboring panes.
    hover::draw(screen, shared, buf);
    completion::draw(screen, shared, buf);
    let cursor = match &screen.dialog {
        Some(dialog) => dialog.draw(buf, shared.area(), screen, &shared.theme),
        None => cursor,
    };
    cursor.map(|(x, y)| Cursor { x, y, is_block: screen.has_block_cursor() })
}

pub(crate) fn links(screen: &Compose, shared: &SharedState) -> Vec<Link> {
    // A hyperlink is attached to cells of the screen. While a dialog or a box is open, there are no links. Otherwise,
    // text of the dialog or box over these cells would become clickable.
    let is_covered = screen.dialog.is_some() || screen.hover.is_some() || screen.completion.is_some();
    let area = screen.layout.pane(Pane::Preview).filter(|_| shared.settings.hyperlinks && !is_covered);
    area.map_or_else(Vec::new, |area| preview::links(screen, area))
}

/// Returns the parts on the right side of the header, from right to left: the bot, the profile, and the sample event.
pub(crate) fn header(screen: &Compose, shared: &SharedState) -> Vec<HeaderPart> {
    let (target, style) = match screen.bot.value() {
        Some(BotStatus::Sandbox { bot }) => (format!(" SANDBOX {bot} "), shared.theme.sandbox),
        Some(BotStatus::Live { bot, .. }) => (format!(" LIVE {bot} "), shared.theme.live),
        // Every host that is not a sandbox counts as live.
        Some(BotStatus::OtherHost { host }) => (format!(" LIVE {host} "), shared.theme.live),
        // An invalid webhook is shown as not trusted, because nothing is sent to it either.
        Some(BotStatus::NotTrusted(_) | BotStatus::Invalid(_)) => {
            (" NOT TRUSTED ".to_owned(), shared.theme.untrusted)
        }
        Some(BotStatus::Failed { kind: BotFailureKind::NoAnswer, .. }) => {
            (" bot not reachable ".to_owned(), shared.theme.error)
        }
        Some(BotStatus::Failed { .. }) => (" bot check failed ".to_owned(), shared.theme.error),
        None if screen.bot.is_pending() => (" … ".to_owned(), shared.theme.dim),
        None if screen.webhook.expected.is_some() => (" bot not checked ".to_owned(), shared.theme.dim),
        None => (" no webhook ".to_owned(), shared.theme.dim),
    };
    let profile = match (&shared.people.profile, &shared.people.load_error) {
        (Some(profile), _) => format!(" {} ▾ ", shorten(profile.display_name(), NAME_CHARS)),
        (None, Some(_)) => " cannot be read ".to_owned(),
        (None, None) => " none ▾ ".to_owned(),
    };
    let part = |text: String, style: Style, action: Option<Action>| HeaderPart { text, style, action };
    let (switch, choose) = (Some(Action::SwitchProfile), Some(Action::SampleEvent));
    let mut parts = vec![
        part(target, style, None),
        part(profile, shared.theme.accent, switch),
        part("profile".to_owned(), shared.theme.dim, switch),
    ];
    // The header is short of room, so the sample event is shown only for a body that uses an event.
    if screen.composed().is_some_and(|composed| composed.uses_event) {
        let sample = screen.derived.sample();
        let (name, style) = match &sample.name {
            Some(name) if sample.is_readable => (name.as_str(), shared.theme.accent),
            Some(name) => (name.as_str(), shared.theme.error),
            None => ("none", shared.theme.warning),
        };
        parts.push(part(format!(" {name} ▾  "), style, choose));
        parts.push(part("event".to_owned(), shared.theme.dim, choose));
    }
    parts
}

/// Returns each pane with its label and the area of the label on the tab line. If the full labels do not fit, the panes
/// without the focus are labeled with only their numbers.
fn tab_labels(screen: &Compose, shared: &SharedState, area: Rect) -> Vec<(Pane, String, Rect)> {
    let full_label = |pane: Pane| format!("{} {}", pane.number(), pane.title());
    let needed: usize = Pane::ALL.into_iter().map(|pane| width(&full_label(pane)) + 2).sum();
    let area = Rect { width: area.width - zoom_label(screen, shared, area).1.width, ..area };
    // The focused pane keeps its name, because its number alone would not show which pane gets the keys.
    let is_short = usize::from(area.width) <= needed;
    let mut x = area.x + 1;
    let mut labels = Vec::new();
    for pane in Pane::ALL {
        let label =
            if is_short && pane != screen.focus.pane { pane.number().to_string() } else { full_label(pane) };
        let label_width = u16::try_from(width(&label)).unwrap_or(0);
        labels.push((pane, label, Rect { x, y: area.y, width: label_width, height: 1 }));
        x += label_width + 2;
    }
    labels
}

/// Returns the label that says that the screen is zoomed and which key ends that, and its area at the end of the tab
/// line. Both are empty if the screen is not zoomed.
fn zoom_label(screen: &Compose, shared: &SharedState, area: Rect) -> (String, Rect) {
    let key = shared.keymap.shown_key(&[KeyContext::Anywhere, KeyContext::Panes], Action::Zoom);
    let label = match (screen.is_zoomed, key) {
        (false, _) => String::new(),
        (true, None) => " zoomed ".to_owned(),
        (true, Some(key)) => format!(" zoomed: {key} "),
    };
    let label_width = u16::try_from(width(&label)).unwrap_or(0).min(area.width);
    (label, Rect { x: area.right() - label_width, width: label_width, ..area })
}

fn draw_tabs(screen: &Compose, shared: &SharedState, area: Rect, buf: &mut Buffer) {
    let (label, label_area) = zoom_label(screen, shared, area);
    draw::put_line(buf, label_area, area.y, &label, shared.theme.chosen);
    for (pane, label, label_area) in tab_labels(screen, shared, area) {
        let style = if pane == screen.focus.pane {
            shared.theme.accent.patch(shared.theme.title)
        } else if screen.layout.pane(pane).is_some() {
            shared.theme.text
        } else {
            shared.theme.dim
        };
        draw::put(buf, area, label_area.x, label_area.y, &label, style);
    }
}

/// Returns whether the label "zoomed" on the tab line is at this column.
pub(crate) fn is_zoom_label(screen: &Compose, shared: &SharedState, area: Rect, x: u16) -> bool {
    let (_, label) = zoom_label(screen, shared, area);
    label.x <= x && x < label.right()
}

pub(crate) fn tab_at(screen: &Compose, shared: &SharedState, area: Rect, x: u16) -> Option<Pane> {
    let mut labels = tab_labels(screen, shared, area).into_iter();
    labels.find(|(_, _, area)| area.x <= x && x < area.right()).map(|(pane, ..)| pane)
}
