//! The message in its bubble: the layout of [`crate::ui::message`] in the theme's colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::compose::Composed;
use crate::telegram::request::ButtonStyle;
use crate::ui::draw;
use crate::ui::message::{self, Line, Role, RunStyle};
use crate::ui::theme::Theme;

/// A phone shows lines of about this many cells.
const PHONE: u16 = 46;

/// How a message is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether spoilers are revealed.
    pub reveal_spoilers: bool,
    /// Whether long quotes are open.
    pub expand_quotes: bool,
}

/// Draws the message of a composition; returns whether there is one.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    composed: &Composed,
    options: &Options,
    scroll: usize,
    theme: &Theme,
) -> bool {
    let Some(request) = &composed.request else { return false };
    let width = area.width.min(PHONE);
    if width < 6 || area.height < 3 {
        return true;
    }
    let laid_out = message::of_request(
        request,
        message::Options {
            reveals_spoilers: options.reveal_spoilers,
            expands_quotes: options.expand_quotes,
            ..message::Options::new(usize::from(width - 4))
        },
    );
    let n_body = laid_out.body.len();
    let top = scroll.min((n_body + laid_out.keyboard.len()).saturating_sub(1));
    let mut y = area.y;
    let edge = |buf: &mut Buffer, y: u16, left: &str, right: &str| {
        draw::put(buf, area, area.x, y, left, theme.bubble_border);
        for x in area.x + 1..area.x + width - 1 {
            buf[(x, y)].set_symbol("─").set_style(theme.bubble_border);
        }
        draw::put(buf, area, area.x + width - 1, y, right, theme.bubble_border);
    };
    if top == 0 {
        edge(buf, y, "╭", "╮");
        y += 1;
    }
    for line in laid_out.body.iter().skip(top) {
        if area.bottom() <= y {
            return true;
        }
        draw::put(buf, area, area.x, y, "│", theme.bubble_border);
        draw::put(buf, area, area.x + width - 1, y, "│", theme.bubble_border);
        draw_line(buf, Rect { x: area.x + 2, y, width: width - 4, height: 1 }, line, theme);
        y += 1;
    }
    if area.bottom() <= y {
        return true;
    }
    edge(buf, y, "╰", "╯");
    y += 1;
    for line in laid_out.keyboard.iter().skip(top.saturating_sub(n_body)) {
        if area.bottom() <= y {
            break;
        }
        draw_line(buf, Rect { x: area.x + 1, y, width: width - 2, height: 1 }, line, theme);
        y += 1;
    }
    true
}

fn draw_line(buf: &mut Buffer, area: Rect, line: &Line, theme: &Theme) {
    let mut x = area.x;
    for run in &line.runs {
        x = draw::put(buf, area, x, area.y, &run.text, style_of(&run.style, theme));
    }
}

fn style_of(run: &RunStyle, theme: &Theme) -> Style {
    let mut style = match run.role {
        Role::Text | Role::Emoji => theme.text,
        Role::Code | Role::Pre => theme.code,
        Role::PreFrame | Role::PreTitle => theme.pre_bar,
        Role::QuoteBar => theme.quote_bar,
        Role::Toggle => theme.accent,
        Role::Spoiler => theme.spoiler,
        Role::Link => theme.link,
        Role::Address => theme.dim,
        Role::Mention | Role::Time => theme.accent,
        Role::Attachment => theme.title,
        Role::Button(ButtonStyle::Danger) => theme.error,
        Role::Button(ButtonStyle::Success) => theme.success,
        Role::Button(_) => theme.button,
    };
    for (is_on, modifier) in [
        (run.bold, Modifier::BOLD),
        (run.italic, Modifier::ITALIC),
        (run.underline, Modifier::UNDERLINED),
        (run.strike, Modifier::CROSSED_OUT),
    ] {
        if is_on {
            style = style.add_modifier(modifier);
        }
    }
    style
}
