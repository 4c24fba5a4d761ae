//! The rooms of the console: each uses only those before it, and no screen knows another.

use super::circles::{files, uses};
use super::sources;

/// The rooms in their order.
const ROOMS: [&str; 6] = ["widget", "editor", "shared", "screen", "app", "runtime"];

#[test]
fn a_room_of_the_console_uses_only_those_before_it() {
    let wrong = uses_where(goes_back_up);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_screen_knows_another() {
    let wrong = uses_where(is_between_screens);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_of_the_console_is_in_a_room() {
    let of_ui: Vec<String> = sources().into_iter().map(|source| source.path).collect();
    let stray = of_ui.iter().filter_map(|path| path.strip_prefix("src/ui/"));
    let stray: Vec<&str> =
        stray.filter(|path| !ROOMS.contains(&path.split(['/', '.']).next().unwrap_or_default())).collect();
    assert!(stray.is_empty(), "{stray:?}");
}

/// The uses between files that a rule forbids.
fn uses_where(is_wrong: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let files = files(&sources());
    let uses = uses(&files);
    let all = uses.iter().flat_map(|(own, used)| used.iter().map(move |used| (*own, *used)));
    all.filter(|(own, used)| is_wrong(own, used)).map(|(own, used)| format!("{own} uses {used}")).collect()
}

fn goes_back_up(own: &str, used: &str) -> bool {
    matches!((room(own), room(used)), (Some(own), Some(used)) if own < used)
}

fn is_between_screens(own: &str, used: &str) -> bool {
    matches!((screen(own), screen(used)), (Some(own), Some(used)) if own != used)
}

fn room(path: &str) -> Option<usize> {
    let name = path.strip_prefix("ui/")?.split('/').next();
    ROOMS.iter().position(|room| Some(*room) == name)
}

fn screen(path: &str) -> Option<&str> {
    path.strip_prefix("ui/screen/")?.split('/').next()
}

/// A rule that finds nothing must be one that could.
#[test]
fn the_rules_find_what_they_forbid() {
    assert!(goes_back_up("ui/widget/form", "ui/screen/compose/state"));
    assert!(goes_back_up("ui/screen/compose", "ui/app/dialog"));
    assert!(!goes_back_up("ui/runtime/start", "ui/app") && !goes_back_up("ui/editor/view", "text"));
    assert!(is_between_screens("ui/screen/compose/state", "ui/screen/audience"));
    assert!(!is_between_screens("ui/screen", "ui/screen/compose"));
    assert!(!is_between_screens("ui/screen/compose", "ui/screen/compose/state"));
    let files = files(&sources());
    let uses = uses(&files);
    assert!(uses["ui/screen"].contains("ui/screen/compose/state"), "paths are followed to their files");
}
