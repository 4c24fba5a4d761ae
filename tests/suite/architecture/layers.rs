//! The layers of the console: each uses only the layers before it, and no screen uses another screen.

use super::cycles::{files, uses};
use super::sources;

/// The layers, lowest first.
const LAYERS: [&str; 6] = ["widget", "editor", "shared", "screen", "app", "runtime"];

#[test]
fn a_console_layer_uses_only_the_layers_before_it() {
    let wrong = forbidden_uses(points_up);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_screen_uses_another_screen() {
    let wrong = forbidden_uses(is_between_screens);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_console_file_is_in_a_layer() {
    let of_ui: Vec<String> = sources().into_iter().map(|source| source.path).collect();
    let stray = of_ui.iter().filter_map(|path| path.strip_prefix("src/ui/"));
    let stray: Vec<&str> =
        stray.filter(|path| !LAYERS.contains(&path.split(['/', '.']).next().unwrap_or_default())).collect();
    assert!(stray.is_empty(), "{stray:?}");
}

/// Returns the uses between files that a rule forbids.
fn forbidden_uses(is_wrong: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let files = files(&sources());
    let uses = uses(&files);
    let all = uses.iter().flat_map(|(own, used)| used.iter().map(move |used| (*own, *used)));
    all.filter(|(own, used)| is_wrong(own, used)).map(|(own, used)| format!("{own} uses {used}")).collect()
}

fn points_up(own: &str, used: &str) -> bool {
    matches!((layer(own), layer(used)), (Some(own), Some(used)) if own < used)
}

fn is_between_screens(own: &str, used: &str) -> bool {
    matches!((screen(own), screen(used)), (Some(own), Some(used)) if own != used)
}

fn layer(path: &str) -> Option<usize> {
    let name = path.strip_prefix("ui/")?.split('/').next();
    LAYERS.iter().position(|layer| Some(*layer) == name)
}

fn screen(path: &str) -> Option<&str> {
    path.strip_prefix("ui/screen/")?.split('/').next()
}

/// Without this test, a rule that never finds anything would go unnoticed.
#[test]
fn the_rules_detect_violations() {
    assert!(points_up("ui/widget/form", "ui/screen/compose/state"));
    assert!(points_up("ui/screen/compose", "ui/app/dialog"));
    assert!(!points_up("ui/runtime/start", "ui/app") && !points_up("ui/editor/view", "text"));
    assert!(is_between_screens("ui/screen/compose/state", "ui/screen/audience"));
    assert!(!is_between_screens("ui/screen", "ui/screen/compose"));
    assert!(!is_between_screens("ui/screen/compose", "ui/screen/compose/state"));
    let files = files(&sources());
    let uses = uses(&files);
    assert!(uses["ui/screen"].contains("ui/screen/compose/state"), "paths are followed to their files");
}
