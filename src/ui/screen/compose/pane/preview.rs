//! Draws pane 4, the preview, and finds what a click on it hits. The preview has three tabs: the message, the rendered
//! JSON, and the request.

mod json_rows;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::compose::{Composed, Highlight, Skip};
use crate::json;
use crate::text::{Span, grouped, visible, wrap_words};
use crate::ui::editor::highlight::{self, StyledRow};
use crate::ui::screen::compose::{Compose, Pane, pane::frame, update::way};
use crate::ui::shared::{
    Action, SharedState,
    bubble::{self, Bubble, BubbleOverlay},
};
use crate::ui::widget::{Link, Theme, draw, draw::inside};

pub(crate) use json_rows::JsonRows;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    pub tab: PreviewTab,
    pub scroll: usize,
    pub options: bubble::BubbleOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PreviewTab {
    #[default]
    Message,
    Json,
    Request,
}

impl PreviewTab {
    pub const ALL: [PreviewTab; 3] = [PreviewTab::Message, PreviewTab::Json, PreviewTab::Request];

    pub fn title(self) -> &'static str {
        match self {
            PreviewTab::Message => "Message",
            PreviewTab::Json => "JSON",
            PreviewTab::Request => "Request",
        }
    }

    /// Returns the tab that is `by` steps after this tab (before it if `by` is negative), wrapping around at both ends.
    pub fn step(self, by: isize) -> PreviewTab {
        let n = PreviewTab::ALL.len() as isize;
        PreviewTab::ALL[(self as isize + by).rem_euclid(n) as usize]
    }
}

/// Returns the width of the pane in cells, inside its border, or 0 if the pane is not on screen.
pub(crate) fn width(screen: &Compose) -> u16 {
    screen.layout.pane(Pane::Preview).map_or(0, |area| inside(area).width)
}

pub(crate) fn max_scroll(screen: &Compose, shared: &SharedState, area: Rect) -> usize {
    let (n_rows, height) = extent(screen, shared, area);
    n_rows.saturating_sub(usize::from(height))
}

/// Returns the number of rows that can be scrolled in the current tab, and how many of them are on screen.
pub(crate) fn extent(screen: &Compose, shared: &SharedState, area: Rect) -> (usize, u16) {
    let room = inside(area);
    let Some(composed) = screen.composed() else { return (0, 0) };
    match screen.preview.tab {
        PreviewTab::Message => {
            let area = message_area(composed, room);
            match screen.derived.bubble() {
                Some(bubble) => (bubble.n_rows(), area.height),
                None => match ErrorView::new(screen, shared, composed, room).last_good {
                    Some((bubble, above)) => (bubble.n_rows(), above.height),
                    None => (0, 0),
                },
            }
        }
        PreviewTab::Json => {
            let rows = screen.preview_sync.json().filter(|_| composed.rendered.is_some());
            (rows.map_or(0, JsonRows::n_rows), room.height)
        }
        PreviewTab::Request => (screen.derived.request().len(), room.height),
    }
}

pub(crate) fn draw(screen: &Compose, shared: &SharedState, area: Rect, buf: &mut Buffer) {
    let room = frame(screen, shared, Pane::Preview, title(area), area, buf);
    draw_tabs(screen, shared, area, buf);
    let Some(composed) = screen.composed() else {
        let message = placeholder(screen, shared);
        for (line, y) in draw::wrap(&message, usize::from(room.width)).iter().zip(room.y..room.bottom()) {
            draw::put_line(buf, room, y, line, shared.theme.dim);
        }
        return;
    };
    match screen.preview.tab {
        PreviewTab::Message => draw_message(screen, shared, composed, room, buf),
        PreviewTab::Json => draw_json(screen, shared, composed, room, buf),
        PreviewTab::Request => draw_lines(buf, room, screen.preview.scroll, screen.derived.request()),
    }
}

/// Returns the text to show while there is no composition. It is the reason why the body is not composed, or `…` if a
/// composition is pending. It is empty if no campaign is open.
fn placeholder(screen: &Compose, shared: &SharedState) -> String {
    let Some(campaign) = screen.open_campaign(shared) else { return String::new() };
    if screen.buffer().is_some_and(|buffer| !buffer.is_readable) {
        return campaign.body.problems.first().map_or_else(String::new, |problem| problem.message.clone());
    }
    match screen.hints_off_message() {
        Some(message) => format!(
            "{message}. The body is too large to be checked after each key. {} and {} still work. \
             A Telegram message has at most 4,096 characters.",
            way(screen, shared, Action::PreviewAndTest),
            way(screen, shared, Action::Save)
        ),
        None => "…".to_owned(),
    }
}

/// Returns the title of the pane, or an empty title if the tabs need its room.
fn title(area: Rect) -> &'static str {
    if tabs_width(&PreviewTab::ALL) + BEFORE_TABS + TITLE_WIDTH <= area.width { TITLE } else { "" }
}

const TITLE: &str = "Preview";

/// The width of the title in cells, including the two spaces and the border line between the title and the first tab.
const TITLE_WIDTH: u16 = 10;

/// The width of the corner, the pane's number, and the space after the number, in cells.
const BEFORE_TABS: u16 = 3;

const TAB_GAP: u16 = 3;

fn tabs_width(tabs: &[PreviewTab]) -> u16 {
    tabs.iter().map(|tab| name_width(*tab) + TAB_GAP).sum::<u16>().saturating_sub(TAB_GAP) + 2
}

fn name_width(tab: PreviewTab) -> u16 {
    u16::try_from(tab.title().len()).unwrap_or(0)
}

/// Returns the area of each tab's name in the top border. If not all names fit, only the name of the chosen tab is
/// shown.
fn tab_areas(chosen: PreviewTab, area: Rect) -> Vec<(PreviewTab, Rect)> {
    let all_fit = tabs_width(&PreviewTab::ALL) + BEFORE_TABS <= area.width;
    let shown = if all_fit { PreviewTab::ALL.to_vec() } else { vec![chosen] };
    let mut x = area.x + BEFORE_TABS + if title(area).is_empty() { 0 } else { TITLE_WIDTH };
    let mut areas = Vec::new();
    for tab in shown {
        areas.push((tab, Rect { x, y: area.y, width: name_width(tab), height: 1 }));
        x += name_width(tab) + TAB_GAP;
    }
    areas
}

fn draw_tabs(screen: &Compose, shared: &SharedState, area: Rect, buf: &mut Buffer) {
    let line = Rect { width: area.width.saturating_sub(1), height: 1, ..area };
    let areas = tab_areas(screen.preview.tab, area);
    let n_tabs = areas.len();
    for (at, (tab, name_area)) in areas.into_iter().enumerate() {
        if at == 0 {
            draw::put(buf, line, name_area.x.saturating_sub(1), name_area.y, " ", shared.theme.dim);
        }
        let style = if tab == screen.preview.tab {
            shared.theme.accent.patch(shared.theme.title)
        } else {
            shared.theme.dim
        };
        draw::put(buf, line, name_area.x, name_area.y, tab.title(), style);
        if at + 1 < n_tabs {
            draw::put(buf, line, name_area.right(), name_area.y, " · ", shared.theme.dim);
        } else {
            draw::put(buf, line, name_area.right(), name_area.y, " ", shared.theme.dim);
        }
    }
}

pub(crate) fn tab_at(screen: &Compose, area: Rect, x: u16, y: u16) -> Option<PreviewTab> {
    tab_areas(screen.preview.tab, area)
        .into_iter()
        .find(|(_, name_area)| name_area.contains((x, y).into()))
        .map(|(tab, _)| tab)
}

pub(crate) fn links(screen: &Compose, area: Rect) -> Vec<Link> {
    let Some(composed) =
        screen.composed().map(|composed| &**composed).filter(|_| screen.preview.tab == PreviewTab::Message)
    else {
        return Vec::new();
    };
    // While the body has an error, the last valid message is shown. Its links cannot be opened, because that message
    // would not be sent.
    let area = message_area(composed, inside(area));
    screen.derived.bubble().map_or_else(Vec::new, |bubble| bubble.links(area, screen.preview.scroll))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PreviewHit {
    Spoiler,
    /// The line that expands or collapses a long quote.
    QuoteToggle,
    /// A part of the message that comes from this span of the body.
    BodySpan(Span),
}

/// Returns what is at a cell of the pane. `None` if nothing there reacts to a click, or if the text has changed since
/// the last composition.
pub(crate) fn hit(screen: &Compose, area: Rect, x: u16, y: u16) -> Option<PreviewHit> {
    // The composition of an older text is not used, because its spans would point to the wrong part of the body.
    let composed = screen.composed_if_current()?;
    let room = inside(area);
    match screen.preview.tab {
        PreviewTab::Message => {
            let area = message_area(composed, room);
            match screen.derived.bubble()?.hit(area, screen.preview.scroll, x, y)? {
                bubble::BubbleHit::Spoiler => Some(PreviewHit::Spoiler),
                bubble::BubbleHit::Toggle => Some(PreviewHit::QuoteToggle),
                bubble::BubbleHit::Part(part) => {
                    screen.preview_sync.links()?.body_span_of(composed, part).map(PreviewHit::BodySpan)
                }
            }
        }
        PreviewTab::Json => {
            let rendered = composed.rendered.as_deref()?;
            let row = screen.preview.scroll + usize::from(y.checked_sub(room.y)?);
            let at =
                screen.preview_sync.json()?.byte_at(rendered, row, usize::from(x.checked_sub(room.x)?))?;
            composed.body_span(Span::new(at, at + 1)).map(PreviewHit::BodySpan)
        }
        PreviewTab::Request => None,
    }
}

/// Returns the area of the message inside the pane. The line below the message is for its length, and the next one for
/// CleverTap's version, if it differs. If the recipient is
/// skipped, the line above the message reports this.
pub(crate) fn message_area(composed: &Composed, room: Rect) -> Rect {
    let above = u16::from(composed.skip.is_some()).min(room.height);
    let below = 1 + u16::from(composed.clevertap.is_some());
    Rect { y: room.y + above, height: room.height.saturating_sub(above + below), ..room }
}

fn draw_message(screen: &Compose, shared: &SharedState, composed: &Composed, room: Rect, buf: &mut Buffer) {
    if let Some(skip) = &composed.skip {
        let message = match skip {
            Skip::Aborted(_) => "aborted: this recipient would be skipped",
            Skip::NoChatId => "no chat id: this recipient would be skipped",
        };
        draw::put_line(buf, room, room.y, message, shared.theme.warning);
    }
    let area = message_area(composed, room);
    if let Some(bubble) = screen.derived.bubble() {
        let overlay = BubbleOverlay { highlight: &screen.preview_sync.highlight, code: screen.code.pieces() };
        bubble.draw(buf, area, screen.preview.scroll, &shared.theme, overlay);
        // The last column stays free, so that a long line does not run into the border.
        let line = Rect { width: room.width.saturating_sub(1), ..room };
        draw::put_line(buf, line, area.bottom(), &status_line(composed), shared.theme.dim);
        if let Some(clevertap) = &composed.clevertap {
            let text = format!("In CleverTap: {}", visible(&clevertap.line));
            draw::put_line(buf, line, area.bottom() + 1, &text, shared.theme.warning);
        }
        return;
    }
    let ErrorView { lines, area, last_good } = ErrorView::new(screen, shared, composed, room);
    for ((line, style), y) in lines.iter().zip(area.y..area.bottom()) {
        draw::put_line(buf, area, y, line, *style);
    }
    if let Some((bubble, above)) = last_good {
        draw_last_good(screen, shared, bubble, above, buf);
    }
}

struct ErrorView<'a> {
    lines: Vec<(String, Style)>,
    /// The area of `lines`.
    area: Rect,
    /// The last valid message, and the area for it above `lines`.
    last_good: Option<(&'a Bubble, Rect)>,
}

impl<'a> ErrorView<'a> {
    fn new(screen: &'a Compose, shared: &'a SharedState, composed: &Composed, room: Rect) -> Self {
        let webhook_problems = composed.webhook_problems.iter().map(|(_, problem)| problem);
        let first = composed.diagnostics.iter().chain(webhook_problems).find(|problem| problem.is_error());
        let (message, style) = match (first, &composed.method) {
            (Some(problem), _) => (format!("✘ {}", problem.message), shared.theme.error),
            (None, None) => (
                "This webhook does not call the Bot API. See the JSON and Request tabs.".to_owned(),
                shared.theme.dim,
            ),
            (None, Some(_)) => ("No message to show.".to_owned(), shared.theme.dim),
        };
        let width = usize::from(room.width);
        let help = first.and_then(|problem| problem.help.as_deref()).unwrap_or_default();
        let styled = |text: &str, style: Style| {
            draw::wrap(text, width).into_iter().map(move |line| (line, style)).collect::<Vec<_>>()
        };
        let error = [styled(&message, style), styled(help, shared.theme.dim)].concat();
        let message = message_area(composed, room);
        let Some(bubble) = screen.derived.last_good_bubble().filter(|_| first.is_some()) else {
            return Self { lines: error, area: message, last_good: None };
        };
        let mut lines = styled(OUTDATED_NOTICE, shared.theme.warning);
        // The lines of the error get at most half of the area, so that the last valid message stays visible.
        lines.extend(error.into_iter().take(usize::from(message.height / 2)));
        // While the user types a tag, the body often has an error for a moment. The error is therefore at the bottom of
        // the pane, where it does not move the message.
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(room.height);
        let area = Rect { y: room.bottom() - height, height, ..room };
        let above = Rect { height: area.y.saturating_sub(message.y).min(message.height), ..message };
        Self { lines, area, last_good: Some((bubble, above)) }
    }
}

// The line below the last valid message. The message is also dimmed, but dimming alone would not tell the user that
// this message would not be sent.
const OUTDATED_NOTICE: &str = "! Outdated: the message before the error";

fn draw_last_good(screen: &Compose, shared: &SharedState, bubble: &Bubble, area: Rect, buf: &mut Buffer) {
    let overlay = BubbleOverlay { highlight: &Highlight::default(), code: &[] };
    bubble.draw(buf, area, screen.preview.scroll, &shared.theme, overlay);
    buf.set_style(area, shared.theme.screen.patch(shared.theme.dim));
}

fn status_line(composed: &Composed) -> String {
    let request = composed.request.as_ref();
    let Some((text, limit)) = request.and_then(|request| request.text().zip(request.text_limit())) else {
        return String::new();
    };
    let mode = text.parse_mode.map_or("no parse mode", |mode| mode.as_str());
    // Telegram's limit counts the characters that are left after the markup was parsed into entities. Unlike
    // the offsets of entities, the limit does not count UTF-16 code units.
    let chars = grouped(text.sent.text.chars().count());
    let entities = text.sent.entities.len();
    let s = if entities == 1 { "y" } else { "ies" };
    format!("{mode} · {chars}/{} · {} entit{s}", grouped(limit), grouped(entities))
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

fn draw_json(screen: &Compose, shared: &SharedState, composed: &Composed, room: Rect, buf: &mut Buffer) {
    if let Some((rendered, rows)) = composed.rendered.as_deref().zip(screen.preview_sync.json()) {
        rows.draw(buf, room, rendered, screen.preview.scroll, &screen.preview_sync.highlight, &shared.theme);
        return;
    }
    let message = composed.diagnostics.iter().find(|problem| problem.is_error());
    let message = message.map_or("not rendered", |problem| problem.message.as_str());
    for (line, y) in draw::wrap(message, usize::from(room.width)).iter().zip(room.y..room.bottom()) {
        draw::put_line(buf, room, y, line, shared.theme.error);
    }
}

/// Returns the request in rows of at most `width` cells. The request is shown as it would be sent, except that secrets
/// are masked and a JSON body is indented.
pub(crate) fn request_lines(theme: &Theme, composed: &Composed, width: usize) -> Vec<StyledRow> {
    let plain = |text: &str, style: Style| -> Vec<StyledRow> {
        draw::wrap(text, width).into_iter().map(|line| vec![(line, style)]).collect()
    };
    let Some(http) = &composed.http else {
        return plain("no request: the body did not render, or there is no webhook", theme.dim);
    };
    let mut lines =
        plain(&format!("{} {}", http.method.as_str(), mask_secrets(&http.url.masked())), theme.accent);
    for (name, value) in http.masked_headers() {
        lines.extend(plain(&format!("{name}: {}", mask_secrets(&value)), theme.text));
    }
    lines.push(Vec::new());
    // A body that is not JSON is not indented.
    let body = json::parse(&http.body).map(|document| document.root.to_serde());
    let pretty = body.ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    let pieces = pretty.as_deref().map(highlight::json_pieces).unwrap_or_default();
    let text = pretty.as_deref().unwrap_or(&http.body);
    let rows = wrap_words(text, width).into_iter();
    lines.extend(rows.map(|row| highlight::row(text, row, &pieces, theme)));
    lines
}

/// Returns a URL or a header value with a mask in place of each `${NAME}`. `${SANDBOX}` stays, because it is not a
/// secret.
pub(crate) fn mask_secrets(shown: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for found in crate::campaign::find_placeholders(shown) {
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
