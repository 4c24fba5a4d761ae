//! Lays out inline keyboards: rows of buttons of equal width.

use crate::compose::MessagePart;
use crate::telegram::request::{Button, ButtonAction};
use crate::text;
use crate::ui::shared::message::wrap::centered;
use crate::ui::shared::message::{LayoutOptions, MessageLine, RunRole, StyledRun};

/// The smallest width of a button in cells: two brackets, two spaces, and one cell of text.
const MIN_BUTTON_WIDTH: usize = 5;

/// Lays out the rows of a keyboard. A row with too many buttons for the width is split into several rows.
pub(super) fn lines(rows: &[Vec<Button>], options: LayoutOptions) -> Vec<MessageLine> {
    // There is a gap of one cell between buttons, so n buttons need n · (MIN_BUTTON_WIDTH + 1) − 1 cells.
    let max_per_row = ((options.keyboard_width + 1) / (MIN_BUTTON_WIDTH + 1)).max(1);
    let mut first = 0;
    let rows = rows.iter().flat_map(|row| row.chunks(max_per_row)).map(|row| {
        let line = line(row, first, options);
        first += row.len();
        line
    });
    rows.collect()
}

/// Lays out one row. `first` is the index of the row's first button in the whole keyboard.
fn line(row: &[Button], first: usize, options: LayoutOptions) -> MessageLine {
    let gaps = row.len().saturating_sub(1);
    let width = options.keyboard_width.saturating_sub(gaps);
    let mut runs = Vec::new();
    for (nth, button) in row.iter().enumerate() {
        if 0 < nth {
            runs.push(StyledRun::of(" ", RunRole::Text));
        }
        // If the width cannot be divided evenly, each of the first buttons gets one of the remaining cells.
        let share = width / row.len() + usize::from(nth < width % row.len());
        runs.push(run(button, share, options).for_part(MessagePart::Button(first + nth)));
    }
    MessageLine { runs }
}

fn run(button: &Button, width: usize, options: LayoutOptions) -> StyledRun {
    let mark = mark(&button.action, options.is_ascii);
    let room = width.saturating_sub(4);
    let label = match mark {
        "" => centered(&button.text, room, options.is_ascii),
        // The mark is a symbol that shows what the button does, such as `↗` for a link. So if the button's text and the
        // mark do not both fit, the text is shortened first. The mark is cut only in a very narrow button.
        mark => {
            let shown = crate::ui::shared::message::wrap::shortened(
                &button.text,
                room.saturating_sub(text::width(mark) + 1),
                options.is_ascii,
            );
            centered(&format!("{shown} {mark}"), room, options.is_ascii)
        }
    };
    let text = if width < MIN_BUTTON_WIDTH {
        centered(&button.text, width, options.is_ascii)
    } else {
        format!("[ {label} ]")
    };
    StyledRun { link: address(&button.action), ..StyledRun::of(text, RunRole::Button(button.style)) }
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
