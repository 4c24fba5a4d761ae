//! Draws the screen into cells; changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::service::BotStatus;
use crate::text::width;
use crate::ui::screen::compose::{
    Compose, Pane, completion, hover,
    pane::{body, campaigns, preview, problems},
};
use crate::ui::shared::{Action, Cursor, HeaderPart, Shared};
use crate::ui::widget::{Link, draw};

pub fn view(screen: &Compose, shared: &Shared, buf: &mut Buffer) -> Option<Cursor> {
    if let Some(tabs) = screen.plan.tabs {
        draw_tabs(screen, shared, tabs, buf);
    }
    let mut cursor = None;
    for (pane, area) in &screen.plan.panes {
        let at = match pane {
            Pane::Campaigns => {
                campaigns::draw(screen, shared, *area, buf);
                None
            }
            Pane::Webhook => screen.webhook.draw(screen, shared, *area, buf),
            Pane::Body => body::draw(screen, shared, *area, buf),
            Pane::Preview => {
                preview::draw(screen, shared, *area, buf);
                None
            }
            Pane::Problems => {
                problems::draw(screen, shared, *area, buf);
                None
            }
        };
        cursor = at.or(cursor);
    }
    hover::draw(screen, shared, buf);
    completion::draw(screen, shared, buf);
    let cursor = match &screen.dialog {
        Some(dialog) => {
            let area = Rect::new(0, 0, shared.size.0, shared.size.1);
            dialog.draw(buf, area, &screen.bot, &shared.theme)
        }
        None => cursor,
    };
    cursor.map(|(x, y)| Cursor { x, y, is_block: screen.has_block_cursor() })
}

pub fn links(screen: &Compose, shared: &Shared) -> Vec<Link> {
    let is_covered = screen.dialog.is_some() || screen.hover.is_some() || screen.completion.is_some();
    let area = screen.plan.pane(Pane::Preview).filter(|_| shared.settings.hyperlinks && !is_covered);
    area.map_or_else(Vec::new, |area| preview::links(screen, area))
}

/// Returns what is on the right of the header, from right to left: where messages go, the profile, the sample event.
pub fn header(screen: &Compose, shared: &Shared) -> Vec<HeaderPart> {
    let (target, style) = match screen.bot.value() {
        Some(BotStatus::Sandbox { bot }) => (format!(" SANDBOX {bot} "), shared.theme.sandbox),
        Some(BotStatus::Live { bot, .. }) => (format!(" LIVE {bot} "), shared.theme.live),
        Some(BotStatus::OtherHost { host }) => (format!(" LIVE {host} "), shared.theme.live),
        Some(BotStatus::NotTrusted(_) | BotStatus::Invalid(_)) => {
            (" NOT TRUSTED ".to_owned(), shared.theme.warning)
        }
        Some(BotStatus::Trouble { .. }) => (" no bot ".to_owned(), shared.theme.error),
        None if screen.bot.is_pending() => (" … ".to_owned(), shared.theme.dim),
        None if screen.webhook.expected.is_some() => (" not asked yet ".to_owned(), shared.theme.dim),
        None => (" no webhook ".to_owned(), shared.theme.dim),
    };
    let profile = match (&shared.people.profile, &shared.people.trouble) {
        (Some(profile), _) => format!(" {} ▾ ", profile.display_name()),
        (None, Some(_)) => " people cannot be read ".to_owned(),
        (None, None) => " nobody ▾ ".to_owned(),
    };
    let part = |text: String, style: Style, action: Option<Action>| HeaderPart { text, style, action };
    let (switch, choose) = (Some(Action::SwitchProfile), Some(Action::SampleEvent));
    let mut parts = vec![
        part(target, style, None),
        part(profile, shared.theme.accent, switch),
        part("profile".to_owned(), shared.theme.dim, switch),
    ];
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

/// The panes' names and their cells; where not all fit, only the focused one has more than its number.
fn tab_places(screen: &Compose, area: Rect) -> Vec<(Pane, String, Rect)> {
    let whole = |pane: Pane| format!("{} {}", pane.number(), pane.title());
    let needed: usize = Pane::ALL.into_iter().map(|pane| width(&whole(pane)) + 2).sum();
    let is_short = usize::from(area.width) <= needed;
    let mut x = area.x + 1;
    let mut places = Vec::new();
    for pane in Pane::ALL {
        let name =
            if is_short && pane != screen.focus.pane { pane.number().to_string() } else { whole(pane) };
        let wide = u16::try_from(width(&name)).unwrap_or(0);
        places.push((pane, name, Rect { x, y: area.y, width: wide, height: 1 }));
        x += wide + 2;
    }
    places
}

fn draw_tabs(screen: &Compose, shared: &Shared, area: Rect, buf: &mut Buffer) {
    for (pane, name, place) in tab_places(screen, area) {
        let style = if pane == screen.focus.pane {
            shared.theme.accent.patch(shared.theme.title)
        } else if screen.plan.pane(pane).is_some() {
            shared.theme.text
        } else {
            shared.theme.dim
        };
        draw::put(buf, area, place.x, place.y, &name, style);
    }
}

pub fn tab_at(screen: &Compose, area: Rect, x: u16) -> Option<Pane> {
    let found = tab_places(screen, area).into_iter().find(|(_, _, place)| place.x <= x && x < place.right());
    found.map(|(pane, ..)| pane)
}
