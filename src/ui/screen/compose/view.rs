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
use crate::ui::screen::compose::state::Compose;
use crate::ui::screen::compose::update::contexts;
use crate::ui::shared::Shared;
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
pub fn view(screen: &Compose, shared: &Shared, plan: &Layout, buf: &mut Buffer) -> Option<(u16, u16)> {
    draw::fill(buf, plan.area, shared.theme.text);
    if plan.is_too_small {
        let words = format!("too small: {}×{}", plan.area.width, plan.area.height);
        draw::put_line(buf, plan.area, plan.area.y, &words, shared.theme.warning);
        return None;
    }
    draw_header(screen, shared, plan.header, buf);
    if let Some(tabs) = plan.tabs {
        draw_tabs(screen, shared, tabs, plan, buf);
    }
    let mut cursor = None;
    for (pane, area) in &plan.panes {
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
    draw_footer(screen, shared, plan.footer, buf);
    hover::draw(screen, shared, buf);
    completion::draw(screen, shared, buf);
    match &screen.dialog {
        Some(dialog) => dialog.draw(buf, plan.area, &shared.theme),
        None => cursor,
    }
}

/// Returns the cells that lead to addresses; none while something lies over the panes.
pub fn links(screen: &Compose, shared: &Shared, plan: &Layout) -> Vec<Link> {
    let is_covered = screen.dialog.is_some() || screen.hover.is_some() || screen.completion.is_some();
    let area = plan.pane(Pane::Preview).filter(|_| shared.settings.hyperlinks && !is_covered);
    area.map_or_else(Vec::new, |area| preview::links(screen, area))
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
fn header_right(screen: &Compose, shared: &Shared) -> Vec<(String, Style, Option<HeaderPart>)> {
    let (target, style) = match &screen.bot {
        BotStatus::Sandbox { bot } => (format!(" SANDBOX {bot} "), shared.theme.sandbox),
        BotStatus::Live { bot, .. } => (format!(" LIVE {bot} "), shared.theme.live),
        BotStatus::OtherHost { host } => (format!(" LIVE {host} "), shared.theme.live),
        BotStatus::NotTrusted(_) | BotStatus::Invalid(_) => {
            (" NOT TRUSTED ".to_owned(), shared.theme.warning)
        }
        BotStatus::Trouble { .. } => (" no bot ".to_owned(), shared.theme.error),
        BotStatus::Asking => (" … ".to_owned(), shared.theme.dim),
        BotStatus::Unknown if screen.webhook.expected.is_some() => {
            (" not asked yet ".to_owned(), shared.theme.dim)
        }
        BotStatus::Unknown => (" no webhook ".to_owned(), shared.theme.dim),
    };
    let profile = match (&shared.people.profile, &shared.people.trouble) {
        (Some(profile), _) => format!(" {} ▾ ", profile.display_name()),
        (None, Some(_)) => " people cannot be read ".to_owned(),
        (None, None) => " nobody ▾ ".to_owned(),
    };
    let mut parts = vec![
        (target, style, None),
        (profile, shared.theme.accent, Some(HeaderPart::Profile)),
        ("profile".to_owned(), shared.theme.dim, Some(HeaderPart::Profile)),
    ];
    if screen.composed.as_ref().is_some_and(|composed| composed.uses_event) {
        let (name, style) = match screen.sample(shared) {
            Some(sample) if SampleEvent::read(sample).is_some() => (sample_name(sample), shared.theme.accent),
            Some(sample) => (sample_name(sample), shared.theme.error),
            None => ("none", shared.theme.warning),
        };
        parts.push((format!(" {name} ▾  "), style, Some(HeaderPart::Sample)));
        parts.push(("event".to_owned(), shared.theme.dim, Some(HeaderPart::Sample)));
    }
    parts
}

fn draw_header(screen: &Compose, shared: &Shared, area: Rect, buf: &mut Buffer) {
    let mut right = area.right();
    for (text, style, _) in header_right(screen, shared) {
        let room = Rect { width: right.saturating_sub(area.x), ..area };
        if usize::from(room.width) < width(&text) + 12 {
            continue;
        }
        right = draw::put_right(buf, room, area.y, &text, style);
    }
    let left = Rect { width: right.saturating_sub(area.x + 1), ..area };
    let x = draw::put_line(buf, left, area.y, " telecast", shared.theme.title);
    let view_only = if shared.read_only.is_some() { " · view only" } else { "" };
    let rest = Rect { x, width: left.right().saturating_sub(x), ..left };
    draw::put_line(
        buf,
        rest,
        area.y,
        &format!(" · {}{view_only}", shared.workspace.display_name()),
        shared.theme.dim,
    );
}

/// Returns what of the header is at a column.
pub fn header_at(screen: &Compose, shared: &Shared, area: Rect, x: u16) -> Option<HeaderPart> {
    let mut right = area.right();
    for (text, _, part) in header_right(screen, shared) {
        let left = right.saturating_sub(u16::try_from(width(&text)).unwrap_or(0));
        if left <= x && x < right {
            return part;
        }
        right = left;
    }
    None
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

fn draw_tabs(screen: &Compose, shared: &Shared, area: Rect, plan: &Layout, buf: &mut Buffer) {
    for (pane, name, place) in tab_places(screen, area) {
        let style = if pane == screen.focus.pane {
            shared.theme.accent.patch(shared.theme.title)
        } else if plan.pane(pane).is_some() {
            shared.theme.text
        } else {
            shared.theme.dim
        };
        draw::put(buf, area, place.x, place.y, &name, style);
    }
}

/// Returns the pane whose name is at a column of the line of tabs.
pub fn tab_at(screen: &Compose, area: Rect, x: u16) -> Option<Pane> {
    let found = tab_places(screen, area).into_iter().find(|(_, _, place)| place.x <= x && x < place.right());
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
fn hints(screen: &Compose, shared: &Shared, area: Rect) -> Vec<Hint> {
    let here = contexts(screen);
    let hint = |action: Action| {
        let word = action.row().hint;
        let key = shared.keymap.shown_key(here, action).filter(|_| !word.is_empty())?.to_string();
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

fn draw_footer(screen: &Compose, shared: &Shared, area: Rect, buf: &mut Buffer) {
    if let Some(notice) = &shared.notice {
        let style = if notice.is_error { shared.theme.error } else { shared.theme.accent };
        draw::put_line(buf, area, area.y, &format!(" {}", notice.text), style);
        return;
    }
    if let Some(search) = &screen.search {
        let mut x = area.x + 1;
        for (key, hint) in search.hints() {
            x = draw_hint(shared, area, buf, x, key, hint) + 2;
        }
        return;
    }
    for hint in hints(screen, shared, area) {
        draw_hint(shared, area, buf, hint.x, &hint.key, hint.word);
    }
}

/// Draws a key and what it does; returns the column behind.
fn draw_hint(shared: &Shared, area: Rect, buf: &mut Buffer, x: u16, key: &str, hint: &str) -> u16 {
    let x = draw::put(buf, area, x, area.y, key, shared.theme.accent);
    draw::put(buf, area, x + 1, area.y, hint, shared.theme.key_hint)
}

/// Returns the action whose hint is at a column of the footer.
pub fn footer_action_at(screen: &Compose, shared: &Shared, area: Rect, x: u16) -> Option<Action> {
    if shared.notice.is_some() || screen.search.is_some() {
        return None;
    }
    let found = hints(screen, shared, area).into_iter().find(|hint| hint.x <= x && x < hint.x + hint.width());
    found.map(|hint| hint.action)
}
