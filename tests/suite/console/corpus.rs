//! The corpus of recorded screens: many states at several sizes, as text and styles, compared with files. A refactoring
//! must leave them unchanged; a change of a screen shows up here.

use std::fmt::Write as _;
use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use telecast::settings::ThemeName;
use telecast::ui::screen::compose::dialog::Dialog;
use telecast::ui::screen::compose::dialog::test::TestState;
use telecast::ui::widget::input::MouseKind;
use telecast::ui::widget::theme::Rgb;

use super::Console;

/// A usual terminal, two columns, and one column with the preview below the body.
const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (60, 30)];

/// Further sizes, for the first state only: wide, one pane, almost no room, and too small.
const MORE_SIZES: [(u16, u16); 4] = [(160, 45), (40, 12), (24, 6), (20, 4)];

/// The letters for styles, in order of appearance on a screen. The first one is for unstyled cells.
const LETTERS: &[u8] = b".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A state: its name, which is also its file's, and how to reach it from the demo.
type State = (&'static str, fn() -> Console);

const STATES: &[State] = &[
    ("start", Console::demo),
    ("surveyed", || {
        let mut console = Console::demo();
        console.run_survey();
        console
    }),
    ("campaigns", || after("esc 1")),
    ("campaigns-second", || after("esc 1 down")),
    ("webhook", || after("esc 2")),
    ("webhook-form", || after("esc 2 enter")),
    ("webhook-edited", || {
        let mut console = after("esc 2 enter down end");
        console.type_text("x");
        console
    }),
    ("webhook-unsaved", || {
        let mut console = after("esc 2 enter down down down down down");
        console.type_text("X-Api: 5");
        console.press("esc");
        console
    }),
    ("webhook-basic", || after("esc 2 enter up up up up up up b")),
    ("body-left", || after("esc")),
    ("body-scrolled", || after("esc down down down")),
    ("preview-json", || after("esc 4 ]")),
    ("preview-json-scrolled", || after("esc 4 ] pagedown")),
    ("preview-request", || after("esc 4 [")),
    ("preview-spoilers", || after("esc 4 r x")),
    ("selection", || after("ctrl-home shift-down shift-down shift-right")),
    ("unwrapped", || after("alt-z")),
    ("blanks", || after("esc alt-w")),
    ("unclosed-tag", || typed("<b>Hi", "<u>")),
    ("unclosed-tag-walked", || {
        let mut console = typed("<b>Hi", "<u>");
        console.press("f8");
        console
    }),
    ("problems", || {
        let mut console = typed("<b>Hi", "<u><x>{{ Profile.nme }}");
        console.press("esc 5 down");
        console
    }),
    ("not-json", || typed("\"parse_mode\"", "\"a\" ")),
    ("many-problems", || {
        let mut console = Console::demo();
        console.press("ctrl-a delete");
        console.paste(&format!("{{\"text\": \"{}\"}}", "{{ Profile.nobody }} _ ".repeat(40)));
        console.press("esc 5 end down");
        console
    }),
    ("empty-body", || after("ctrl-a delete")),
    ("picker", || typed("20% off", "<<")),
    ("picker-narrowed", || typed("20% off", "<<fi")),
    ("picker-filters", || typed("20% off", "{{ Profile.city | up")),
    ("hover", || {
        let mut console = Console::demo();
        console.go_before("first_name");
        console.press("ctrl-k");
        console
    }),
    ("search", || {
        let mut console = after("ctrl-f");
        console.type_text("Profile");
        console
    }),
    ("replace", || {
        let mut console = after("ctrl-f");
        console.type_text("off");
        console.press("tab");
        console.type_text("away");
        console
    }),
    ("formats", || {
        let mut console = Console::demo();
        console.go_before("off everything");
        console.press("ctrl-t b ctrl-t");
        console
    }),
    ("help", || after("f1")),
    ("help-outside", || after("esc ?")),
    ("filter", || {
        let mut console = after("esc 1 /");
        console.type_text("e");
        console
    }),
    ("filter-kept", || {
        let mut console = after("esc 1 /");
        console.type_text("cart");
        console.press("enter");
        console
    }),
    ("filter-problems", || {
        let mut console = typed("<b>Hi", "<u><x>{{ Profile.nme }}");
        console.press("esc 5 /");
        console.type_text("nme");
        console
    }),
    ("zoomed-body", || after("f3")),
    ("zoomed-preview", || after("esc 4 z")),
    ("trash", || {
        let mut console = after("esc 1 x d x d 2 esc x d");
        console.press("U");
        console
    }),
    ("palette-found", || {
        let mut console = after("ctrl-p");
        console.type_text("anna");
        console
    }),
    ("help-page-find", || {
        let mut console = after("f1");
        console.type_text("help: keys");
        console.press("enter /");
        console.type_text("esc");
        console
    }),
    ("palette", || {
        let mut console = after("ctrl-p");
        console.type_text("prev");
        console
    }),
    ("profiles", || after("f7")),
    ("profiles-none", || {
        let mut console = after("f7");
        console.type_text("zzzz");
        console
    }),
    ("other-profile", || {
        let mut console = after("f7");
        console.type_text("Иван");
        console.press("enter");
        console
    }),
    ("profile-new", || {
        let mut console = after("f7");
        console.type_text("zzzz");
        console.press("enter");
        console
    }),
    ("profile-edit", || after("f7 ctrl-e")),
    ("profile-delete", || after("f7 ctrl-d")),
    ("settings", || after("f4")),
    ("test", || after("f5")),
    ("test-chats", || after("f5 c")),
    ("test-answered", || with_fixed_duration(after("f5 enter"))),
    ("test-history", || after("f5 enter h")),
    ("past-test", || with_fixed_duration(after("f5 enter h enter"))),
    ("past-test-compared", || {
        let mut console = after("f5 enter esc");
        console.go_before("<b>Hi");
        console.type_text("<u>");
        console.press("f5 h enter tab");
        with_fixed_duration(console)
    }),
    ("test-refused", || {
        let mut console = typed("<b>Hi", "<u>");
        console.press("f5 enter");
        with_fixed_duration(console)
    }),
    ("compare", || after("f6")),
    ("compare-next", || after("f6 right down")),
    ("fixes", || {
        let mut console = typed("<b>Hi", "<u>");
        console.press("f8 alt-enter");
        console
    }),
    ("starters", || after("esc n")),
    ("new-campaign", || after("esc n enter")),
    ("rename", || after("esc 1 r")),
    ("delete", || after("esc 1 x")),
    ("deleted", || after("esc 1 x d")),
    ("quit", || {
        let mut console = Console::demo();
        console.type_text("x");
        console.press("ctrl-q");
        console
    }),
    ("go-to-line", || after("ctrl-g")),
    ("vim", || {
        let mut console = Console::demo();
        console.app_mut().screens.compose.vim = Some(telecast::ui::editor::vim::Vim::default());
        console.press("esc j v w");
        console
    }),
    ("read-only", || {
        let mut console = Console::demo();
        console.app_mut().shared.read_only = Some("another console has this workspace open".to_owned());
        console
    }),
    ("other-webhook", || open_campaign("order-note")),
    ("with-event", || open_campaign("cart-reminder")),
    ("chips", || open_campaign("clevertap-sample")),
    ("samples", || {
        let mut console = open_campaign("cart-reminder");
        console.press("esc v");
        console
    }),
    ("code-in-message", || {
        let mut console = Console::demo();
        console.press("ctrl-a delete");
        console.paste(CODE);
        console
    }),
    ("deleted-on-disk", || {
        let mut console = Console::demo();
        console.type_text("Zebra");
        std::fs::remove_file(console.root().join("campaigns/spring-sale.toml")).unwrap();
        console.files_changed();
        console
    }),
    ("no-campaigns", || {
        Console::prepared("", |root| {
            std::fs::remove_dir_all(root.join("campaigns")).unwrap();
            std::fs::create_dir(root.join("campaigns")).unwrap();
        })
    }),
    ("broken-definition", || {
        Console::prepared("spring-sale", |root| {
            std::fs::write(root.join("campaigns/spring-sale.toml"), "name = \nwebhook = 5\n").unwrap();
        })
    }),
    ("mouse-in-preview", || {
        let mut console = Console::demo();
        console.click_text("▌");
        console
    }),
    ("wheel", || {
        let mut console = Console::demo();
        let area = console.body_area();
        console.mouse(MouseKind::Scroll(3), area.x + 2, area.y + 2);
        console.settle();
        console
    }),
];

const CODE: &str = r#"{"parse_mode": "MarkdownV2", "text": "a ||secret|| [link](https://example.com)\n```rust\nfn main() { let x = 1; }\n```\n**>long\n>quote\n>three\n>four||",
 "reply_markup": {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "Site", "url": "https://example.com"}]]}}"#;

/// The demo after these keys.
fn after(keys: &str) -> Console {
    let mut console = Console::demo();
    console.press(keys);
    console
}

/// The demo after `text` was typed in front of the first `before` of the body.
fn typed(before: &str, text: &str) -> Console {
    let mut console = Console::demo();
    console.go_before(before);
    console.type_text(text);
    console
}

/// Sets the duration of a test's answer to a fixed value, so that every run draws the same.
fn with_fixed_duration(mut console: Console) -> Console {
    match &mut console.app_mut().screens.compose.dialog {
        Some(Dialog::Test(test)) => {
            if let TestState::Send(request) = &mut test.state
                && let Some(answer) = request.value_mut()
            {
                answer.elapsed = std::time::Duration::from_millis(5);
            }
        }
        Some(Dialog::PastTest(test)) => test.record.ms = 5,
        _ => {}
    }
    console
}

/// The sample workspace with this campaign open.
fn open_campaign(campaign: &str) -> Console {
    Console::prepared(campaign, |_| {})
}

#[test]
fn screens_are_as_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/screens");
    let should_update = std::env::var_os("UPDATE_SCREENS").is_some_and(|value| value == "1");
    let mut changed = Vec::new();
    for (name, drawn) in draw_all() {
        let file = folder.join(format!("{name}.txt"));
        if should_update {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &drawn).unwrap();
        }
        let recorded = std::fs::read_to_string(&file).unwrap_or_default();
        if recorded != drawn {
            changed.push(format!("{name}: {}", first_difference(&recorded, &drawn)));
        }
    }
    assert!(
        changed.is_empty(),
        "screens changed; run UPDATE_SCREENS=1 cargo test corpus and review the difference:\n{}",
        changed.join("\n")
    );
}

#[test]
fn every_recorded_screen_belongs_to_a_state() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/screens");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(STATES.iter().any(|(state, _)| *state == name), "no state is named {name}");
    }
}

/// Draws every state. Two threads, because most of a state's time is spent waiting for results.
fn draw_all() -> Vec<(&'static str, String)> {
    let (first, second) = STATES.split_at(STATES.len() / 2);
    let draw = |states: &[State]| -> Vec<(&'static str, String)> {
        states.iter().map(|(name, make)| (*name, draw_at_each_size(name, make()))).collect()
    };
    std::thread::scope(|scope| {
        let second = scope.spawn(|| draw(second));
        let mut all = draw(first);
        all.extend(second.join().unwrap());
        all
    })
}

/// Draws the state at each size.
fn draw_at_each_size(name: &str, mut console: Console) -> String {
    let mut out = String::new();
    let more = MORE_SIZES.into_iter().filter(|_| name == STATES[0].0);
    for (columns, rows) in SIZES.into_iter().chain(more) {
        console.resize(columns, rows);
        console.settle();
        writeln!(out, "== {columns}×{rows}").unwrap();
        write_cells(&mut out, &console.cells());
    }
    console.resize(SIZES[0].0, SIZES[0].1);
    for theme in [ThemeName::Dark, ThemeName::Light] {
        console.show_theme(theme);
        assert_readable(name, &console.cells());
    }
    out
}

/// Checks the contrast of every cell of a theme in RGB, whatever styles were drawn over each other.
fn assert_readable(name: &str, cells: &Buffer) {
    let rgb = |color: Color| match color {
        Color::Rgb(red, green, blue) => Rgb(red, green, blue),
        other => panic!("{name}: not a color of a theme in RGB: {other}"),
    };
    // Borders may have less contrast.
    let is_text = |c: char| !c.is_whitespace() && !('\u{2500}'..='\u{257f}').contains(&c);
    for (y, row) in (0..).zip(super::harness::rows(cells)) {
        for x in (0..cells.area.width).filter(|x| cells[(*x, y)].symbol().contains(is_text)) {
            let (text, background) = (rgb(cells[(x, y)].fg), rgb(cells[(x, y)].bg));
            assert!(
                4.5 <= text.contrast(background),
                "{name}: column {x} has {text:?} on {background:?}: {row}"
            );
        }
    }
}

/// Writes the rows of the cells as text, then each row's styles as letters with the number of cells, then what the
/// letters mean.
fn write_cells(out: &mut String, cells: &Buffer) {
    for row in super::harness::rows(cells) {
        writeln!(out, "{}", mask_times(row.trim_end())).unwrap();
    }
    let mut styles = vec![Style::reset()];
    out.push_str("--\n");
    for y in 0..cells.area.height {
        let mut letters: Vec<(char, usize)> = Vec::new();
        for x in 0..cells.area.width {
            let style = cells[(x, y)].style();
            let at = styles.iter().position(|known| *known == style).unwrap_or_else(|| {
                styles.push(style);
                styles.len() - 1
            });
            let letter = char::from(LETTERS[at]);
            match letters.last_mut() {
                Some((last, n)) if *last == letter => *n += 1,
                _ => letters.push((letter, 1)),
            }
        }
        letters.pop_if(|(letter, _)| *letter == '.');
        let row: Vec<String> = letters.iter().map(|(letter, n)| format!("{letter}{n}")).collect();
        writeln!(out, "{}", row.join(" ")).unwrap();
    }
    for (style, letter) in styles.iter().zip(LETTERS) {
        writeln!(out, "{} {}", char::from(*letter), describe_style(style)).unwrap();
    }
}

fn describe_style(style: &Style) -> String {
    let color =
        |color: Option<ratatui::style::Color>| color.map_or("-".to_owned(), |color| color.to_string());
    let modifiers = if style.add_modifier == Modifier::empty() {
        String::new()
    } else {
        format!(" {:?}", style.add_modifier)
    };
    let underline = match style.underline_color {
        Some(color) if color != ratatui::style::Color::Reset => format!(" underlined {color}"),
        _ => String::new(),
    };
    format!("{} on {}{modifiers}{underline}", color(style.fg), color(style.bg))
}

/// Masks the times at which tests were sent and campaigns were deleted, which differ in every run.
fn mask_times(row: &str) -> String {
    let clock = regex::Regex::new(r"\d\d-\d\d \d\d:\d\d(:\d\d)? [A-Z]+").unwrap();
    let row = clock.replace_all(row, "MM-DD HH:MM ZONE");
    let year = regex::Regex::new(r"\d{4}-MM").unwrap();
    let row = year.replace_all(&row, "YYYY-MM");
    let date = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d").unwrap();
    date.replace_all(&row, "YYYY-MM-DD HH:MM").into_owned()
}

fn first_difference(recorded: &str, drawn: &str) -> String {
    let lines = recorded.lines().zip(drawn.lines()).enumerate();
    let different = lines.into_iter().find(|(_, (recorded, drawn))| recorded != drawn);
    match different {
        Some((at, (recorded, drawn))) => format!("line {}\n  was {recorded}\n  is  {drawn}", at + 1),
        None => "one of the two has more lines".to_owned(),
    }
}
