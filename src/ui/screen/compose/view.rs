//! Draws the state into cells; changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::service::{BotStatus, SampleEvent};
use crate::text::width;
use crate::ui::screen::compose::completion;
use crate::ui::screen::compose::focus::Pane;
use crate::ui::screen::compose::hover;
use crate::ui::screen::compose::layout::Layout;
use crate::ui::screen::compose::pane::{body, campaigns, preview, problems};
use crate::ui::screen::compose::sample_event::sample_name;
use crate::ui::screen::compose::state::App;
use crate::ui::screen::compose::update::contexts;
use crate::ui::shared::action::Action;
use crate::ui::widget::draw;
use crate::ui::widget::hyperlinks::Link;

/// The actions of the footer, from left to right.
const FOOTER: [Action; 17] = [
    Action::Help,
    Action::Palette,
    Action::CampaignForm,
    Action::PreviewAndTest,
    Action::CompareModes,
    Action::SwitchProfile,
    Action::NextProblem,
    Action::Fix,
    Action::Save,
    Action::Quit,
    Action::New,
    Action::Duplicate,
    Action::Rename,
    Action::Delete,
    Action::CheckWebhook,
    Action::NextTab,
    Action::NextPane,
];

/// What stays in the footer where not all of it fits, the most needed first; the others follow in their order.
const NEEDED: [Action; 7] = [
    Action::Help,
    Action::Palette,
    Action::Save,
    Action::NextProblem,
    Action::PreviewAndTest,
    Action::Quit,
    Action::SwitchProfile,
];

/// Draws everything; returns the cursor's cell where one types.
pub fn view(app: &App, plan: &Layout, buf: &mut Buffer) -> Option<(u16, u16)> {
    draw::fill(buf, plan.area, app.theme.text);
    if plan.is_too_small {
        let words = format!("too small: {}×{}", plan.area.width, plan.area.height);
        draw::put_line(buf, plan.area, plan.area.y, &words, app.theme.warning);
        return None;
    }
    draw_header(app, plan.header, buf);
    if let Some(tabs) = plan.tabs {
        draw_tabs(app, tabs, plan, buf);
    }
    let mut cursor = None;
    for (pane, area) in &plan.panes {
        let at = match pane {
            Pane::Campaigns => {
                campaigns::draw(app, *area, buf);
                None
            }
            Pane::Webhook => app.webhook.draw(app, *area, buf),
            Pane::Body => body::draw(app, *area, buf),
            Pane::Preview => {
                preview::draw(app, *area, buf);
                None
            }
            Pane::Problems => {
                problems::draw(app, *area, buf);
                None
            }
        };
        cursor = at.or(cursor);
    }
    draw_footer(app, plan.footer, buf);
    hover::draw(app, buf);
    completion::draw(app, buf);
    match &app.dialog {
        Some(dialog) => dialog.draw(buf, plan.area, &app.theme),
        None => cursor,
    }
}

/// Returns the cells that lead to addresses; none while something lies over the panes.
pub fn links(app: &App, plan: &Layout) -> Vec<Link> {
    let is_covered = app.dialog.is_some() || app.hover.is_some() || app.completion.is_some();
    let area = plan.pane(Pane::Preview).filter(|_| app.settings.hyperlinks && !is_covered);
    area.map_or_else(Vec::new, |area| preview::links(app, area))
}

/// A part of the header that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderPart {
    /// The profile of the preview.
    Profile,
    /// The sample event.
    Sample,
}

/// The pieces of the header's right side, from right to left, with their styles.
fn header_right(app: &App) -> Vec<(String, Style, Option<HeaderPart>)> {
    let (target, style) = match &app.bot {
        BotStatus::Sandbox { bot } => (format!(" SANDBOX {bot} "), app.theme.sandbox),
        BotStatus::Live { bot, .. } => (format!(" LIVE {bot} "), app.theme.live),
        BotStatus::OtherHost { host } => (format!(" LIVE {host} "), app.theme.live),
        BotStatus::NotTrusted(_) | BotStatus::Invalid(_) => (" NOT TRUSTED ".to_owned(), app.theme.warning),
        BotStatus::Trouble { .. } => (" no bot ".to_owned(), app.theme.error),
        BotStatus::Asking => (" … ".to_owned(), app.theme.dim),
        BotStatus::Unknown if app.webhook.expected.is_some() => (" not asked yet ".to_owned(), app.theme.dim),
        BotStatus::Unknown => (" no webhook ".to_owned(), app.theme.dim),
    };
    let profile = match (&app.people.profile, &app.people.trouble) {
        (Some(profile), _) => format!(" {} ▾ ", profile.display_name()),
        (None, Some(_)) => " people cannot be read ".to_owned(),
        (None, None) => " nobody ▾ ".to_owned(),
    };
    let mut parts = vec![
        (target, style, None),
        (profile, app.theme.accent, Some(HeaderPart::Profile)),
        ("profile".to_owned(), app.theme.dim, Some(HeaderPart::Profile)),
    ];
    if app.composed.as_ref().is_some_and(|composed| composed.uses_event) {
        let (name, style) = match app.sample() {
            Some(sample) if SampleEvent::read(sample).is_some() => (sample_name(sample), app.theme.accent),
            Some(sample) => (sample_name(sample), app.theme.error),
            None => ("none", app.theme.warning),
        };
        parts.push((format!(" {name} ▾  "), style, Some(HeaderPart::Sample)));
        parts.push(("event".to_owned(), app.theme.dim, Some(HeaderPart::Sample)));
    }
    parts
}

fn draw_header(app: &App, area: Rect, buf: &mut Buffer) {
    let mut right = area.right();
    for (text, style, _) in header_right(app) {
        let room = Rect { width: right.saturating_sub(area.x), ..area };
        if usize::from(room.width) < width(&text) + 12 {
            continue;
        }
        right = draw::put_right(buf, room, area.y, &text, style);
    }
    let left = Rect { width: right.saturating_sub(area.x + 1), ..area };
    let x = draw::put_line(buf, left, area.y, " telecast", app.theme.title);
    let view_only = if app.read_only.is_some() { " · view only" } else { "" };
    let rest = Rect { x, width: left.right().saturating_sub(x), ..left };
    draw::put_line(
        buf,
        rest,
        area.y,
        &format!(" · {}{view_only}", app.workspace.display_name()),
        app.theme.dim,
    );
}

/// Returns what of the header is at a column.
pub fn header_at(app: &App, area: Rect, x: u16) -> Option<HeaderPart> {
    let mut right = area.right();
    for (text, _, part) in header_right(app) {
        let left = right.saturating_sub(u16::try_from(width(&text)).unwrap_or(0));
        if left <= x && x < right {
            return part;
        }
        right = left;
    }
    None
}

/// The panes' names and their cells; where not all fit, only the focused one has more than its number.
fn tab_places(app: &App, area: Rect) -> Vec<(Pane, String, Rect)> {
    let whole = |pane: Pane| format!("{} {}", pane.number(), pane.title());
    let needed: usize = Pane::ALL.into_iter().map(|pane| width(&whole(pane)) + 2).sum();
    let is_short = usize::from(area.width) <= needed;
    let mut x = area.x + 1;
    let mut places = Vec::new();
    for pane in Pane::ALL {
        let name = if is_short && pane != app.focus.pane { pane.number().to_string() } else { whole(pane) };
        let wide = u16::try_from(width(&name)).unwrap_or(0);
        places.push((pane, name, Rect { x, y: area.y, width: wide, height: 1 }));
        x += wide + 2;
    }
    places
}

fn draw_tabs(app: &App, area: Rect, plan: &Layout, buf: &mut Buffer) {
    for (pane, name, place) in tab_places(app, area) {
        let style = if pane == app.focus.pane {
            app.theme.accent.patch(app.theme.title)
        } else if plan.pane(pane).is_some() {
            app.theme.text
        } else {
            app.theme.dim
        };
        draw::put(buf, area, place.x, place.y, &name, style);
    }
}

/// Returns the pane whose name is at a column of the line of tabs.
pub fn tab_at(app: &App, area: Rect, x: u16) -> Option<Pane> {
    let found = tab_places(app, area).into_iter().find(|(_, _, place)| place.x <= x && x < place.right());
    found.map(|(pane, ..)| pane)
}

/// An action in the footer: its key, its word, and the column where it begins.
struct Hint {
    action: Action,
    key: String,
    word: &'static str,
    x: u16,
}

impl Hint {
    fn width(&self) -> u16 {
        u16::try_from(width(&self.key) + 1 + width(self.word)).unwrap_or(u16::MAX)
    }
}

/// The blanks between two hints.
const HINT_GAP: u16 = 2;

/// The hints that fit, from left to right.
fn hints(app: &App, area: Rect) -> Vec<Hint> {
    let here = contexts(app);
    let hint = |action: Action| {
        let word = action.row().hint;
        let key = app.keymap.shown_key(here, action).filter(|_| !word.is_empty())?.to_string();
        Some(Hint { action, key, word, x: 0 })
    };
    let mut hints: Vec<Hint> = FOOTER.into_iter().filter_map(hint).collect();
    let fitting = fitting(&hints, area.width.saturating_sub(1));
    hints.retain(|hint| fitting.contains(&hint.action));
    let mut x = area.x + 1;
    for hint in &mut hints {
        hint.x = x;
        x += hint.width() + HINT_GAP;
    }
    hints
}

/// Chooses the hints for a line of this width: the most needed first, until one does not fit.
fn fitting(hints: &[Hint], width: u16) -> Vec<Action> {
    let needed = NEEDED.iter().filter_map(|action| hints.iter().find(|hint| hint.action == *action));
    let others = hints.iter().filter(|hint| !NEEDED.contains(&hint.action));
    let mut end = 0u16;
    let fits = needed.chain(others).take_while(|hint| {
        end = end.saturating_add(hint.width());
        let fits = end <= width;
        end = end.saturating_add(HINT_GAP);
        fits
    });
    fits.map(|hint| hint.action).collect()
}

fn draw_footer(app: &App, area: Rect, buf: &mut Buffer) {
    if let Some(notice) = &app.notice {
        let style = if notice.is_error { app.theme.error } else { app.theme.accent };
        draw::put_line(buf, area, area.y, &format!(" {}", notice.text), style);
        return;
    }
    if let Some(search) = &app.search {
        let mut x = area.x + 1;
        for (key, hint) in search.hints() {
            x = draw_hint(app, area, buf, x, key, hint) + 2;
        }
        return;
    }
    for hint in hints(app, area) {
        draw_hint(app, area, buf, hint.x, &hint.key, hint.word);
    }
}

/// Draws a key and what it does; returns the column behind.
fn draw_hint(app: &App, area: Rect, buf: &mut Buffer, x: u16, key: &str, hint: &str) -> u16 {
    let x = draw::put(buf, area, x, area.y, key, app.theme.accent);
    draw::put(buf, area, x + 1, area.y, hint, app.theme.key_hint)
}

/// Returns the action whose hint is at a column of the footer.
pub fn footer_action_at(app: &App, area: Rect, x: u16) -> Option<Action> {
    if app.notice.is_some() || app.search.is_some() {
        return None;
    }
    let found = hints(app, area).into_iter().find(|hint| hint.x <= x && x < hint.x + hint.width());
    found.map(|hint| hint.action)
}
