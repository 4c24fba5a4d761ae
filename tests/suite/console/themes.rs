//! Themes: the list in the palette, the settings file, and the background that the terminal reports.

use ratatui::style::Color;
use telecast::settings::ThemeName;
use telecast::ui::shared::msg::Msg;
use telecast::ui::widget::theme::Rgb;

use super::harness::Console;

/// Opens the list of themes from the palette.
fn open_list(console: &mut Console) {
    console.press("ctrl-p");
    console.type_text("choose a theme");
    console.press("enter");
    console.shows("high-contrast");
}

fn background(console: &Console) -> Color {
    console.cells()[(0, 0)].bg
}

#[test]
fn list_of_themes_previews_the_selected_theme_until_esc() {
    let mut console = Console::demo();
    console.show_theme(ThemeName::Ansi);
    open_list(&mut console);
    assert_eq!(background(&console), Color::Reset);
    console.type_text("light");
    assert_ne!(background(&console), Color::Reset);
    console.press("esc");
    assert_eq!(background(&console), Color::Reset);
    assert!(!console.paths().settings_file().exists());
}

#[test]
fn chosen_theme_is_saved_in_the_settings() {
    let mut console = Console::demo();
    let file = console.paths().settings_file();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "vim = true # always\n").unwrap();
    open_list(&mut console);
    console.press("down enter");
    console.shows("theme dark, saved in config.toml");
    assert_ne!(background(&console), Color::Reset);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "vim = true # always\ntheme = \"dark\"\n");
}

#[test]
fn theme_that_cannot_be_saved_is_kept_until_the_console_quits() {
    let mut console = Console::demo();
    let file = console.paths().settings_file();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "vim = \n").unwrap();
    open_list(&mut console);
    console.press("down enter");
    console.shows("theme dark until you quit: ");
    assert_ne!(background(&console), Color::Reset);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "vim = \n");
}

#[test]
fn theme_auto_follows_the_reported_background() {
    let mut console = Console::demo();
    console.show_theme(ThemeName::Auto);
    assert_eq!(console.style_at("Demo shop").fg, Some(Color::Reset));
    let mut on = |background: Rgb| {
        console.deliver(Msg::BackgroundReported(background));
        // Results are drawn when the next frame is due.
        console.settle();
        console.style_at("Demo shop").fg
    };
    let (on_light, on_dark) = (on(Rgb(253, 246, 227)), on(Rgb(0, 43, 54)));
    assert!(matches!((on_light, on_dark), (Some(Color::Rgb(..)), Some(Color::Rgb(..)))));
    assert_ne!(on_light, on_dark);
    assert_eq!(background(&console), Color::Reset);
}

#[test]
fn open_dialogs_and_tabs_follow_a_change_of_the_theme() {
    for keys in ["f5", "f6", "f5 enter h enter", "esc 4 ["] {
        let mut console = Console::demo();
        console.press(keys);
        console.show_theme(ThemeName::Dark);
        let area = console.cells().area;
        let cells = console.cells();
        for (x, y) in (0..area.height).flat_map(|y| (0..area.width).map(move |x| (x, y))) {
            assert!(matches!(cells[(x, y)].fg, Color::Rgb(..)), "{keys}: {x},{y}:\n{}", console.screen());
        }
    }
}
