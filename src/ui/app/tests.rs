use std::sync::Arc;

use super::*;
use crate::settings::{ThemeName, Whitespace};
use crate::ui::shared::Clipboard;
use crate::ui::widget::{Key, Mouse};
use crate::workspace::MANIFEST;

fn console() -> App {
    let folder = tempfile::tempdir().expect("create a temporary folder");
    std::fs::write(folder.path().join(MANIFEST), "").expect("write the manifest");
    let workspace = Workspace::open(folder.path()).expect("open the workspace");
    let settings = UiSettings {
        theme: ThemeName::Ansi,
        mouse: true,
        hyperlinks: true,
        wrap: true,
        whitespace: Whitespace::None,
        clipboard: Clipboard::default(),
        vim: false,
    };
    let mut app = App::new(Arc::new(workspace), TerminalColors::default(), settings);
    app.current = ScreenId::Empty;
    app.resize(40, 8);
    app
}

fn press(app: &mut App, key: &str) -> Vec<Effect> {
    let key: Key = key.parse().expect("parse the key");
    update(app, Msg::Input(Input::Key(key)))
}

fn rows(app: &App) -> Vec<String> {
    let mut buf = Buffer::empty(app.area());
    view(app, &mut buf);
    let row = |y| (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (0..buf.area.height).map(|y| row(y).trim_end().to_owned()).collect()
}

#[test]
fn a_screen_gets_the_header_the_footer_and_the_keys() {
    let mut app = console();
    assert!(rows(&app)[0].starts_with(" telecast · "), "{:?}", rows(&app)[0]);
    assert_eq!(rows(&app)[1], "0 keys");
    assert!(rows(&app)[7].starts_with(" ? help  ^P palette"), "{:?}", rows(&app)[7]);
    press(&mut app, "x");
    assert_eq!(rows(&app)[1], "1 keys");
}

#[test]
fn footer_clicks_run_actions_and_outside_clicks_close_the_dialog() {
    let mut app = console();
    let click = |app: &mut App, x, y| {
        let mouse = Mouse { kind: MouseKind::Down { clicks: 1 }, x, y, shift: false };
        update(app, Msg::Input(Input::Mouse(mouse)))
    };
    click(&mut app, 2, 7);
    assert!(rows(&app).iter().any(|row| row.contains("Help")), "{:?}", rows(&app));
    press(&mut app, "x");
    assert!(app.dialog.is_some(), "keys go to the dialog");
    click(&mut app, 0, 0);
    assert!(app.dialog.is_none());
    assert_eq!(rows(&app)[1], "0 keys");
}

#[test]
fn palette_actions_are_passed_to_the_screen() {
    let mut app = console();
    app.act(Action::Palette);
    for key in ["f", "o", "r", "m", "a", "t", "enter"] {
        press(&mut app, key);
    }
    assert!(app.dialog.is_none());
    assert_eq!(rows(&app)[7], " Format the JSON of the body");
}

#[test]
fn quitting_without_unsaved_changes_asks_nothing() {
    let mut app = console();
    app.act(Action::Palette);
    for key in ["q", "u", "i", "t"] {
        press(&mut app, key);
    }
    assert_eq!(press(&mut app, "enter"), [Effect::Loop(LoopEffect::Quit)]);
}
