//! Files that another program deletes while there are unsaved edits: no edit is lost, and the console reports it.

use super::Console;

const DEFINITION: &str = "campaigns/spring-sale.toml";
const BODY: &str = "campaigns/spring-sale.json.liquid";

impl Console {
    fn remove(&mut self, paths: &[&str]) {
        for path in paths {
            std::fs::remove_file(self.root().join(path)).unwrap();
        }
        self.files_changed();
    }
}

#[test]
fn unsaved_edits_stay_open_when_their_campaign_is_deleted() {
    for paths in [&[DEFINITION, BODY][..], &[BODY], &[DEFINITION]] {
        let mut console = Console::demo();
        let definition = console.file(DEFINITION);
        console.type_text("Zebra");
        console.remove(paths);
        assert_eq!(console.app().screens.compose.open.as_deref(), Some("spring-sale"), "{paths:?}");
        assert!(console.body().starts_with("Zebra"));
        if paths.contains(&BODY) {
            console.shows("spring-sale was deleted on disk; your edits are kept: ^S restores it");
        }
        console.shows("● spring-sale");
        console.files_changed();
        assert!(console.body().starts_with("Zebra"));
        console.press("ctrl-q");
        console.shows("Not saved: spring-sale");
        assert!(!console.has_quit);
        console.press("esc ctrl-s");
        assert_eq!(console.file(BODY), console.body(), "{paths:?}");
        assert_eq!(console.file(DEFINITION), definition, "{paths:?}");
        console.hides("● spring-sale");
        console.press("ctrl-q");
        assert!(console.has_quit);
    }
}

#[test]
fn undoing_the_edits_of_a_deleted_campaign_leaves_it_unsaved() {
    let mut console = Console::demo();
    console.type_text("Z");
    console.remove(&[DEFINITION, BODY]);
    console.press("ctrl-z");
    console.files_changed();
    assert_eq!(console.app().screens.compose.open.as_deref(), Some("spring-sale"));
    console.press("ctrl-q");
    console.shows("Not saved: spring-sale");
}

#[test]
fn unedited_deleted_campaign_closes_and_a_recreated_one_is_saved() {
    let mut console = Console::demo();
    let (definition, body) = (console.file(DEFINITION), console.file(BODY));
    console.remove(&[DEFINITION, BODY]);
    assert_ne!(console.app().screens.compose.open.as_deref(), Some("spring-sale"));
    console.shows("spring-sale was deleted on disk");
    let mut console = Console::demo();
    console.type_text("Z");
    console.remove(&[DEFINITION, BODY]);
    std::fs::write(console.root().join(DEFINITION), definition).unwrap();
    std::fs::write(console.root().join(BODY), body).unwrap();
    console.files_changed();
    console.press("ctrl-s");
    assert!(console.file(BODY).starts_with('Z'));
}

#[test]
fn edits_of_a_deleted_campaign_can_be_discarded() {
    let mut console = Console::demo();
    console.type_text("Z");
    console.remove(&[DEFINITION, BODY]);
    console.press("esc 1 x");
    console.shows("The files of spring-sale are already deleted.");
    console.press("d");
    assert_ne!(console.app().screens.compose.open.as_deref(), Some("spring-sale"));
    console.hides("● spring-sale");
    console.shows("deleted the unsaved edits of spring-sale");
    console.press("ctrl-q");
    assert!(console.has_quit);
}

#[test]
fn saving_recreates_a_webhook_deleted_with_unsaved_edits() {
    let mut console = Console::demo();
    console.press("alt-2 enter");
    console.type_text("Zebra");
    console.remove(&["webhooks/bot.toml"]);
    console.shows("botZebra");
    console.shows("webhook bot was deleted on disk; your edits are kept: ^S restores it");
    console.press("esc ctrl-q");
    console.shows("Not saved: webhook bot");
    console.press("esc ctrl-s");
    assert!(console.file("webhooks/bot.toml").contains("name = \"Telegram botZebra\""));
    console.press("ctrl-q");
    assert!(console.has_quit);
}

#[test]
fn unsaved_edits_of_a_deleted_background_campaign_are_kept() {
    let mut console = Console::demo();
    console.type_text("Zebra");
    console.press("esc 1 j");
    assert_eq!(console.app().screens.compose.open.as_deref(), Some("welcome"));
    console.remove(&[DEFINITION, BODY]);
    console.shows("spring-sale was deleted on disk; your edits are kept");
    assert_eq!(console.app().screens.compose.open.as_deref(), Some("welcome"));
    console.press("ctrl-q");
    console.shows("Not saved: spring-sale");
    console.press("s");
    assert!(console.has_quit);
    assert!(console.file(BODY).starts_with("Zebra"));
}
