//! 4: what the recipient gets: the message, the JSON, the request.

mod json_rows;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::compose::{AuthDraft, Composed, Lit, Skip};
use crate::json;
use crate::text::Span;
use crate::ui::editor::highlight::{self, StyledRow};
use crate::ui::screen::compose::{Compose, Pane, pane::frame};
use crate::ui::shared::{
    Shared,
    bubble::{self, Bubble, Over},
};
use crate::ui::widget::{Link, Theme, draw, draw::inside};

pub use json_rows::JsonRows;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    pub tab: Tab,
    pub scroll: usize,
    pub options: bubble::Options,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    #[default]
    Message,
    Json,
    Request,
}

impl Tab {
    pub const ALL: [Tab; 3] = [Tab::Message, Tab::Json, Tab::Request];

    pub fn title(self) -> &'static str {
        match self {
            Tab::Message => "Message",
            Tab::Json => "JSON",
            Tab::Request => "Request",
        }
    }

    /// Returns the view `by` steps on, around the ends.
    pub fn step(self, by: isize) -> Tab {
        let n = Tab::ALL.len() as isize;
        Tab::ALL[(self as isize + by).rem_euclid(n) as usize]
    }
}

/// Returns how many cells the pane has from left to right, inside its border; 0 where it is not on screen.
pub fn width(screen: &Compose) -> u16 {
    screen.plan.pane(Pane::Preview).map_or(0, |area| inside(area).width)
}

pub fn last_top(screen: &Compose, shared: &Shared, area: Rect) -> usize {
    let room = inside(area);
    let Some(composed) = screen.composed() else { return 0 };
    let (n_rows, height) = match screen.preview.tab {
        Tab::Message => {
            let area = message_area(composed, room);
            match screen.derived.bubble() {
                Some(bubble) => (bubble.n_rows(), area.height),
                None => match WithoutMessage::new(screen, shared, composed, area).before {
                    Some((before, below)) => (before.n_rows(), below.height),
                    None => (0, 0),
                },
            }
        }
        Tab::Json => {
            let rows = screen.linked.json().filter(|_| composed.rendered.is_some());
            (rows.map_or(0, JsonRows::n_rows), room.height)
        }
        Tab::Request => (screen.derived.request().len(), room.height),
    };
    n_rows.saturating_sub(usize::from(height))
}

pub fn draw(screen: &Compose, shared: &Shared, area: Rect, buf: &mut Buffer) {
    let room = frame(screen, shared, Pane::Preview, title(area), area, buf);
    draw_tabs(screen, shared, area, buf);
    let Some(composed) = screen.composed() else {
        let words = without_message(screen, shared);
        for (line, y) in draw::wrap(&words, usize::from(room.width)).iter().zip(room.y..room.bottom()) {
            draw::put_line(buf, room, y, line, shared.theme.dim);
        }
        return;
    };
    match screen.preview.tab {
        Tab::Message => draw_message(screen, shared, composed, room, buf),
        Tab::Json => draw_json(screen, shared, composed, room, buf),
        Tab::Request => draw_lines(buf, room, screen.preview.scroll, screen.derived.request()),
    }
}

/// What is said while there is no message: why none is made, else that one is on its way.
fn without_message(screen: &Compose, shared: &Shared) -> String {
    let Some(campaign) = screen.open_campaign(shared) else { return String::new() };
    if screen.buffer().is_some_and(|buffer| !buffer.is_readable) {
        return campaign.body.problems.first().map_or_else(String::new, |problem| problem.message.clone());
    }
    match screen.hints_off() {
        Some(words) => format!(
            "{words}, or each key would wait for them. F5 tests and ^S saves as ever; Telegram takes 4096 \
             characters a message."
        ),
        None => "…".to_owned(),
    }
}

/// What the pane is called: nothing where its tabs need the room.
fn title(area: Rect) -> &'static str {
    if tabs_width(&Tab::ALL) + BEFORE_TABS + TITLE_WIDTH <= area.width { TITLE } else { "" }
}

const TITLE: &str = "Preview";

/// The cells of the title, with a line and a blank behind it.
const TITLE_WIDTH: u16 = 10;

/// The cells of the corner and the pane's number.
const BEFORE_TABS: u16 = 3;

const TAB_GAP: u16 = 3;

fn tabs_width(tabs: &[Tab]) -> u16 {
    tabs.iter().map(|tab| name_width(*tab) + TAB_GAP).sum::<u16>().saturating_sub(TAB_GAP) + 2
}

fn name_width(tab: Tab) -> u16 {
    u16::try_from(tab.title().len()).unwrap_or(0)
}

/// The cells of each tab's name in the pane's border; where not all fit, of the chosen one alone.
fn tab_places(chosen: Tab, area: Rect) -> Vec<(Tab, Rect)> {
    let all_fit = tabs_width(&Tab::ALL) + BEFORE_TABS <= area.width;
    let shown = if all_fit { Tab::ALL.to_vec() } else { vec![chosen] };
    let mut x = area.x + BEFORE_TABS + if title(area).is_empty() { 0 } else { TITLE_WIDTH };
    let mut places = Vec::new();
    for tab in shown {
        places.push((tab, Rect { x, y: area.y, width: name_width(tab), height: 1 }));
        x += name_width(tab) + TAB_GAP;
    }
    places
}

fn draw_tabs(screen: &Compose, shared: &Shared, area: Rect, buf: &mut Buffer) {
    let line = Rect { width: area.width.saturating_sub(1), height: 1, ..area };
    let places = tab_places(screen.preview.tab, area);
    let n_places = places.len();
    for (at, (tab, place)) in places.into_iter().enumerate() {
        if at == 0 {
            draw::put(buf, line, place.x.saturating_sub(1), place.y, " ", shared.theme.dim);
        }
        let style = if tab == screen.preview.tab {
            shared.theme.accent.patch(shared.theme.title)
        } else {
            shared.theme.dim
        };
        draw::put(buf, line, place.x, place.y, tab.title(), style);
        if at + 1 < n_places {
            draw::put(buf, line, place.right(), place.y, " · ", shared.theme.dim);
        } else {
            draw::put(buf, line, place.right(), place.y, " ", shared.theme.dim);
        }
    }
}

pub fn tab_at(screen: &Compose, area: Rect, x: u16, y: u16) -> Option<Tab> {
    tab_places(screen.preview.tab, area)
        .into_iter()
        .find(|(_, place)| place.contains((x, y).into()))
        .map(|(tab, _)| tab)
}

pub fn links(screen: &Compose, area: Rect) -> Vec<Link> {
    let Some(composed) =
        screen.composed().map(|composed| &**composed).filter(|_| screen.preview.tab == Tab::Message)
    else {
        return Vec::new();
    };
    let area = message_area(composed, inside(area));
    screen.derived.bubble().map_or_else(Vec::new, |bubble| bubble.links(area, screen.preview.scroll))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    Spoiler,
    /// A long quote is to be opened or closed.
    Toggle,
    Place(Span),
}

/// Returns what is at a cell of the pane; places only of what came out of the body as it stands in the editor.
pub fn hit(screen: &Compose, area: Rect, x: u16, y: u16) -> Option<Hit> {
    let composed = screen.composed_now()?;
    let room = inside(area);
    match screen.preview.tab {
        Tab::Message => {
            let area = message_area(composed, room);
            match screen.derived.bubble()?.hit(area, screen.preview.scroll, x, y)? {
                bubble::Hit::Spoiler => Some(Hit::Spoiler),
                bubble::Hit::Toggle => Some(Hit::Toggle),
                bubble::Hit::Part(part) => screen.linked.links()?.place_of(composed, part).map(Hit::Place),
            }
        }
        Tab::Json => {
            let rendered = composed.rendered.as_deref()?;
            let row = screen.preview.scroll + usize::from(y.checked_sub(room.y)?);
            let at = screen.linked.json()?.byte_at(rendered, row, usize::from(x.checked_sub(room.x)?))?;
            composed.origin(Span::new(at, at + 1)).map(Hit::Place)
        }
        Tab::Request => None,
    }
}

/// Returns the room of the message: a line above it says who would be skipped, one below it how long it is.
pub fn message_area(composed: &Composed, room: Rect) -> Rect {
    let above = u16::from(composed.skip.is_some()).min(room.height);
    Rect { y: room.y + above, height: room.height.saturating_sub(above + 1), ..room }
}

fn draw_message(screen: &Compose, shared: &Shared, composed: &Composed, room: Rect, buf: &mut Buffer) {
    if let Some(skip) = &composed.skip {
        let words = match skip {
            Skip::Aborted(_) => "aborted: this recipient would be skipped",
            Skip::NoChatId => "no chat id: this recipient would be skipped",
        };
        draw::put_line(buf, room, room.y, words, shared.theme.warning);
    }
    let area = message_area(composed, room);
    if let Some(bubble) = screen.derived.bubble() {
        let over = Over { lit: &screen.linked.lit, code: screen.code.pieces() };
        bubble.draw(buf, area, screen.preview.scroll, &shared.theme, over);
        draw::put_line(buf, room, area.bottom(), &status_line(composed), shared.theme.dim);
        return;
    }
    let WithoutMessage { lines, before } = WithoutMessage::new(screen, shared, composed, area);
    for ((line, style), y) in lines.iter().zip(area.y..area.bottom()) {
        draw::put_line(buf, area, y, line, *style);
    }
    if let Some((before, below)) = before {
        draw_before_error(screen, shared, before, below, buf);
    }
}

struct WithoutMessage<'a> {
    lines: Vec<(String, Style)>,
    before: Option<(&'a Bubble, Rect)>,
}

impl<'a> WithoutMessage<'a> {
    fn new(screen: &'a Compose, shared: &'a Shared, composed: &Composed, area: Rect) -> Self {
        let of_webhook = composed.webhook_problems.iter().map(|(_, problem)| problem);
        let first = composed.diagnostics.iter().chain(of_webhook).find(|problem| problem.is_error());
        let (words, style) = match (first, &composed.method) {
            (Some(problem), _) => (format!("✘ {}", problem.message), shared.theme.error),
            (None, None) => (
                "This webhook is no Bot API: JSON and Request show what it gets.".to_owned(),
                shared.theme.dim,
            ),
            (None, Some(_)) => ("nothing to show".to_owned(), shared.theme.dim),
        };
        let width = usize::from(area.width);
        let help = first.and_then(|problem| problem.help.as_deref()).unwrap_or_default();
        let mut lines: Vec<(String, Style)> =
            draw::wrap(&words, width).into_iter().map(|line| (line, style)).collect();
        lines.extend(draw::wrap(help, width).into_iter().map(|line| (line, shared.theme.dim)));
        let before = screen.derived.bubble_before_error().filter(|_| first.is_some());
        if before.is_some() {
            // The message before has half of the room at least.
            lines.truncate(usize::from(area.height / 2));
            let words = draw::wrap(BEFORE_ERROR, width).into_iter();
            lines.extend(words.map(|line| (line, shared.theme.warning)));
        }
        let above = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
        let below = Rect { y: area.y + above, height: area.height - above, ..area };
        Self { lines, before: before.map(|before| (before, below)) }
    }
}

/// What is said above the message before an error: its looks alone must not say that it is not what would be sent.
const BEFORE_ERROR: &str = "! Not sent: the message before the error";

fn draw_before_error(screen: &Compose, shared: &Shared, before: &Bubble, area: Rect, buf: &mut Buffer) {
    let over = Over { lit: &Lit::default(), code: &[] };
    before.draw(buf, area, screen.preview.scroll, &shared.theme, over);
    buf.set_style(area, shared.theme.dim);
}

fn status_line(composed: &Composed) -> String {
    let Some(text) = composed.request.as_ref().and_then(|request| request.text()) else {
        return String::new();
    };
    let mode = text.parse_mode.map_or("no parse mode", |mode| mode.as_str());
    let chars = text.sent.text.chars().count();
    let entities = text.sent.entities.len();
    let s = if entities == 1 { "y" } else { "ies" };
    format!("{mode} · {chars}/4096 · {entities} entit{s}")
}

fn draw_lines(buf: &mut Buffer, room: Rect, scroll: usize, lines: &[StyledRow]) {
    let top = scroll.min(lines.len().saturating_sub(1));
    for (line, y) in lines.iter().skip(top).zip(room.y..room.bottom()) {
        let mut x = room.x;
        for (text, style) in line {
            x = draw::put(buf, room, x, y, text, *style);
        }
    }
}

fn draw_json(screen: &Compose, shared: &Shared, composed: &Composed, room: Rect, buf: &mut Buffer) {
    if let Some((rendered, rows)) = composed.rendered.as_deref().zip(screen.linked.json()) {
        rows.draw(buf, room, rendered, screen.preview.scroll, &screen.linked.lit, &shared.theme);
        return;
    }
    let words = composed.diagnostics.iter().find(|problem| problem.is_error());
    let words = words.map_or("not rendered", |problem| problem.message.as_str());
    for (line, y) in draw::wrap(words, usize::from(room.width)).iter().zip(room.y..room.bottom()) {
        draw::put_line(buf, room, y, line, shared.theme.error);
    }
}

/// Returns the request as it would go out, in rows of at most `width` cells.
pub fn request_lines(theme: &Theme, composed: &Composed, width: usize) -> Vec<StyledRow> {
    let plain = |text: &str, style: Style| -> Vec<StyledRow> {
        draw::wrap(text, width).into_iter().map(|line| vec![(line, style)]).collect()
    };
    let Some(http) = &composed.http else {
        return plain("no request: the body did not render, or there is no webhook", theme.dim);
    };
    let mut lines = plain(&format!("{} {}", http.method.as_str(), masked(&http.url.shown())), theme.accent);
    for (name, value) in http.shown_headers() {
        lines.extend(plain(&format!("{name}: {}", masked(&value)), theme.text));
    }
    match &http.auth {
        Some(AuthDraft::Basic { .. }) => lines.extend(plain("Authorization: Basic ••••••", theme.text)),
        Some(AuthDraft::Bearer { .. }) => lines.extend(plain("Authorization: Bearer ••••••", theme.text)),
        None => {}
    }
    lines.push(Vec::new());
    let body = json::parse(&http.body).map(|document| document.root.to_serde());
    let pretty = body.ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    let pieces = pretty.as_deref().map(highlight::json_pieces).unwrap_or_default();
    let text = pretty.as_deref().unwrap_or(&http.body);
    let rows = draw::wrap_words(text, width).into_iter();
    lines.extend(rows.map(|row| highlight::row(text, row, &pieces, theme)));
    lines
}

/// Returns an address or a header with a mask in place of each secret's name, as one reads it where it is sent.
pub fn masked(shown: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for found in crate::campaign::placeholders(shown) {
        out.push_str(&shown[from..found.span.start]);
        out.push_str(if found.name == crate::campaign::SANDBOX {
            "${SANDBOX}"
        } else {
            "••••••"
        });
        from = found.span.end;
    }
    out.push_str(&shown[from..]);
    out
}
