//! Inline keyboards: rows of buttons of equal width.

use crate::compose::Part;
use crate::telegram::request::{Button, ButtonAction};
use crate::text;
use crate::ui::shared::message::wrap::centred;
use crate::ui::shared::message::{Line, Options, Role, Run};

/// The narrowest a button can be: its brackets and one cell.
const NARROWEST: usize = 5;

/// Lays out the rows; a row that is too narrow for its buttons becomes several.
pub(super) fn lines(rows: &[Vec<Button>], options: Options) -> Vec<Line> {
    let most = ((options.width + 1) / (NARROWEST + 1)).max(1);
    let mut first = 0;
    let rows = rows.iter().flat_map(|row| row.chunks(most)).map(|row| {
        let line = line(row, first, options);
        first += row.len();
        line
    });
    rows.collect()
}

/// Lays out one row, whose first button is number `first` of all.
fn line(row: &[Button], first: usize, options: Options) -> Line {
    let gaps = row.len().saturating_sub(1);
    let width = options.width.saturating_sub(gaps);
    let mut runs = Vec::new();
    for (nth, button) in row.iter().enumerate() {
        if 0 < nth {
            runs.push(Run::of(" ", Role::Text));
        }
        // What is left over goes to the first ones, a cell each.
        let share = width / row.len() + usize::from(nth < width % row.len());
        runs.push(run(button, share, options).for_part(Part::Button(first + nth)));
    }
    Line { runs }
}

fn run(button: &Button, width: usize, options: Options) -> Run {
    let mark = mark(&button.action, options.is_ascii);
    let room = width.saturating_sub(4);
    let label = match mark {
        "" => centred(&button.text, room, options.is_ascii),
        // The mark stays to be seen where the text is cut.
        mark => {
            let words = crate::ui::shared::message::wrap::shortened(
                &button.text,
                room.saturating_sub(text::width(mark) + 1),
                options.is_ascii,
            );
            centred(&format!("{words} {mark}"), room, options.is_ascii)
        }
    };
    let text = if width < NARROWEST {
        centred(&button.text, width, options.is_ascii)
    } else {
        format!("[ {label} ]")
    };
    Run { link: address(&button.action), ..Run::of(text, Role::Button(button.style)) }
}

fn mark(action: &ButtonAction, is_ascii: bool) -> &'static str {
    match (action, is_ascii) {
        (ButtonAction::Url(_) | ButtonAction::LoginUrl(_) | ButtonAction::User(_), false) => "↗",
        (ButtonAction::Url(_) | ButtonAction::LoginUrl(_) | ButtonAction::User(_), true) => "->",
        (ButtonAction::WebApp(_), false) => "▣",
        (ButtonAction::WebApp(_), true) => "app",
        (ButtonAction::CopyText(_), false) => "⧉",
        (ButtonAction::CopyText(_), true) => "copy",
        (ButtonAction::SwitchInlineQuery(_) | ButtonAction::SwitchInlineQueryCurrentChat(_), false) => "→",
        (ButtonAction::SwitchInlineQuery(_) | ButtonAction::SwitchInlineQueryCurrentChat(_), true) => ">",
        (ButtonAction::CallbackData(_) | ButtonAction::CallbackGame | ButtonAction::Pay, _) => "",
    }
}

fn address(action: &ButtonAction) -> Option<String> {
    match action {
        ButtonAction::Url(url) | ButtonAction::LoginUrl(url) | ButtonAction::WebApp(url) => Some(url.clone()),
        ButtonAction::User(id) => Some(format!("tg://user?id={id}")),
        ButtonAction::CallbackData(_)
        | ButtonAction::CallbackGame
        | ButtonAction::Pay
        | ButtonAction::SwitchInlineQuery(_)
        | ButtonAction::SwitchInlineQueryCurrentChat(_)
        | ButtonAction::CopyText(_) => None,
    }
}
