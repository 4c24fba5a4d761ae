//! The list of profiles and the form of a profile: making, editing, deleting, and bringing back.

use telecast::ui::screen::compose::dialog::Dialog;

use super::Console;

/// The demo with the form of a new test profile open.
fn new_profile() -> Console {
    let mut console = Console::demo();
    console.press("ctrl-p");
    console.type_text("new test profile");
    console.press("enter");
    console.shows("New test profile");
    console
}

/// The sample workspace with a body that reads one property.
fn with_property(name: &str) -> Console {
    Console::with_body(&format!(
        "{{\"chat_id\": {{{{ Profile.telegram_chat_id }}}}, \"text\": \"got {{{{ Profile.{name} }}}}!\"}}"
    ))
}

fn is_closed(console: &Console) -> bool {
    console.app().screens.compose.dialog.is_none()
}

#[test]
fn a_test_profile_is_made_in_the_console_and_previewed_at_once() {
    let mut console = with_property("shoe_size");
    console.press("f7");
    console.type_text("Zoe");
    console.shows("New test profile…");
    console.press("enter");
    // The name that was searched for, and the properties that the body reads, are proposed.
    console.shows("Zoe");
    console.shows("shoe_size");
    console.type_text("zoe@shop.example");
    console.press("tab tab");
    console.type_text("77");
    console.press("tab tab tab");
    console.type_text("41");
    console.shows("number");
    console.press("ctrl-s");
    assert!(is_closed(&console), "{}", console.screen());
    console.shows("saved the profile Zoe");
    console.shows("profile Zoe");
    console.shows("got 41!");
    // The list begins with the test profiles.
    console.press("f7");
    console.shows("test · 77");
    // It is in the store: another console finds it.
    let mut second = console.second(None);
    second.press("f7");
    second.type_text("zoe@shop");
    second.shows("test · 77");
}

#[test]
fn a_profile_needs_a_free_identity_and_a_valid_chat() {
    let mut console = new_profile();
    console.shows("enter an identity that no other profile has");
    console.press("ctrl-s");
    console.shows("not saved: Identity: enter an identity");
    console.type_text("anna");
    console.press("tab");
    console.type_text("Another Anna");
    console.press("tab");
    console.type_text("me");
    console.shows("✘ enter a chat id such as 123456789");
    console.shows("or @name");
    console.press("ctrl-a 5 ctrl-s");
    console.shows("✘ not saved: there is already a profile `anna`: choose another");
    console.shows(" identity  ");
    // Nothing is lost, and another identity is accepted.
    console.shows("Another Anna");
    console.click_text("Identity");
    console.press("end 2 ctrl-s");
    assert!(is_closed(&console), "{}", console.screen());
    console.shows("profile Another Anna");
}

#[test]
fn a_profile_is_edited_with_the_types_of_its_properties() {
    let mut console = with_property("ltv");
    console.press("f7 ctrl-e");
    console.shows("Profile Anna Petrova");
    console.shows("anna@shop.example");
    let table = |console: &Console, name: &str| {
        let Some(Dialog::Profile(profile)) = &console.app().screens.compose.dialog else { panic!("no form") };
        let table = profile.form.table("properties").unwrap();
        table.pairs().position(|(found, _)| found == name).unwrap()
    };
    console.press("down down down");
    for _ in 0..table(&console, "ltv") {
        console.press("down");
    }
    console.press("tab ctrl-a");
    console.type_text("many");
    console.shows("`many` is not a number");
    console.press("ctrl-s");
    console.shows("not saved: Properties: `many` is not a number");
    console.press("tab ctrl-a");
    console.type_text("1.5");
    console.press("ctrl-s");
    assert!(is_closed(&console), "{}", console.screen());
    console.shows("got 1.5!");
}

#[test]
fn an_emptied_name_or_value_removes_the_property_and_the_rest_is_kept() {
    let mut console = Console::demo();
    let before = console.app().shared.people.profile.clone().unwrap();
    console.press("f7 ctrl-e down down down");
    let rows: Vec<String> = before
        .properties
        .keys()
        .filter(|name| !["name", "telegram_chat_id", "ct_is_test_user"].contains(&name.as_str()))
        .cloned()
        .collect();
    console.press("ctrl-a delete down tab ctrl-a delete");
    console.shows("not set");
    console.press("ctrl-s");
    let after = console.app().shared.people.profile.clone().unwrap();
    let mut expected = before.properties.clone();
    expected.shift_remove(&rows[0]);
    expected.shift_remove(&rows[1]);
    assert_eq!(after.properties, expected);
}

#[test]
fn nested_and_long_values_are_shown_and_kept() {
    let mut console = Console::demo();
    let long = "x".repeat(40_000);
    let json = format!(
        "{{\"tags2\": [\"a\", {{\"b\": 1}}], \"poem\": \"one\\ntwo\", \"long\": \"{long}\", \"ct_is_test_user\": \"Yes\"}}"
    );
    console.store_profile("nest", &json);
    console.press("f7");
    console.type_text("nest");
    console.press("ctrl-e");
    console.shows("[\"a\",{\"b\":1}]");
    console.shows("list");
    // The value cannot be edited, but its property can be renamed.
    console.press("down down down tab x backspace ctrl-u");
    console.paste("x");
    console.press("shift-tab end 2 ctrl-s");
    let profile = console.app().shared.people.profile.clone().unwrap();
    let value = |name: &str| profile.properties[name].to_json().to_string();
    assert_eq!(profile.properties.len(), 4);
    assert_eq!(
        (value("tags22"), value("poem")),
        ("[\"a\",{\"b\":1}]".to_owned(), "\"one\\ntwo\"".to_owned())
    );
    assert_eq!(value("long"), format!("\"{long}\""));
}

#[test]
fn esc_in_an_edited_form_asks_before_it_drops_the_edits() {
    let mut console = new_profile();
    console.press("esc");
    assert!(is_closed(&console));
    let mut console = new_profile();
    console.type_text("zoe");
    console.press("esc");
    console.shows("not saved: ^S saves the profile, Esc again drops the edits");
    console.type_text("e");
    console.shows("zoee");
    console.press("esc esc");
    assert!(is_closed(&console));
    console.press("f7");
    console.type_text("zoee");
    console.hides("test ·");
}

#[test]
fn a_deleted_profile_can_be_brought_back() {
    let mut console = Console::demo();
    console.press("f7");
    console.type_text("marie");
    console.press("ctrl-d");
    console.shows("Delete the profile Marie <3 Dupont (marie-love)?");
    // The letters that follow the search must not answer the question.
    console.press("d");
    console.shows("Delete the profile Marie");
    console.press("enter");
    console.shows("deleted the profile Marie <3 Dupont; F7 can bring it back");
    console.press("f7");
    console.type_text("marie-love");
    console.shows("Bring back Marie <3 Dupont");
    console.hides("test ·");
    console.press("down enter");
    console.shows("profile Marie <3 Dupont");
    let profile = console.app().shared.people.profile.clone().unwrap();
    assert_eq!((profile.identity.as_str(), profile.properties.len()), ("marie-love", 14));
    console.press("f7");
    console.hides("Bring back");
}

#[test]
fn deleting_the_previewed_profile_previews_another_one() {
    let mut console = Console::demo();
    console.shows("profile Anna Petrova");
    console.press("ctrl-p");
    console.type_text("delete the preview");
    console.press("enter left enter");
    console.shows("deleted the profile Anna Petrova");
    console.shows("profile Иван_Петров");
    console.press("f7 ctrl-d enter esc");
    console.shows("profile Иван_Петров");
}

#[test]
fn a_profile_made_from_the_test_dialog_is_tested_next() {
    let mut console = Console::demo();
    console.press("f5 p");
    console.type_text("Zoe");
    console.press("enter");
    // The test chat is proposed as the profile's chat.
    console.shows("1099500000001");
    console.type_text("zoe");
    console.press("ctrl-s");
    console.shows("Preview and Test");
    console.shows("Zoe (zoe)");
}

#[test]
fn profiles_of_a_foreign_folder_or_a_read_only_console_are_not_changed() {
    let mut console = Console::demo();
    console.app_mut().screens.compose.is_private_foreign = true;
    for keys in ["f7 ctrl-e", "ctrl-d", "home", "esc"] {
        console.press(keys);
    }
    for title in ["new test profile", "edit the preview's profile", "delete the preview's profile"] {
        console.press("ctrl-p");
        console.type_text(title);
        console.press("enter");
        console.shows("the .telecast folder was not made here");
        assert!(is_closed(&console));
    }
    console.app_mut().screens.compose.is_private_foreign = false;
    console.app_mut().shared.read_only = Some("another console has this workspace open".to_owned());
    for keys in ["f7 ctrl-e", "ctrl-d"] {
        console.press(keys);
        console.shows("View only: another console");
        console.shows("Preview profile");
    }
    console.type_text("zzzz");
    console.press("enter");
    console.shows("View only: another console");
    assert!(is_closed(&console));
}

#[test]
fn a_hostile_profile_is_drawn_safely() {
    let mut console = Console::demo();
    let name = format!("\\u001b[2J\\u202e{}", "漢".repeat(10_000));
    let json = format!("{{\"name\": \"{name}\", \"a\\u001bb\": \"x\\u001b\", \"ct_is_test_user\": \"Yes\"}}");
    console.store_profile("evil\u{7}\u{1b}[2J\u{202e}", &json);
    for (columns, rows) in [(120, 40), (60, 16), (24, 6)] {
        for keys in [
            "f7",
            "e v i l",
            "ctrl-e",
            "down",
            "down down down down",
            "x",
            "esc",
            "esc",
            "f7",
            "e v i l",
            "ctrl-d",
            "esc",
        ] {
            console.press(keys);
            console.resize(columns, rows);
            for row in super::harness::rows(&console.cells()) {
                assert!(!row.chars().any(|c| c.is_control() || c == '\u{202e}'), "{row:?}");
            }
        }
        console.press("esc esc");
    }
    console.resize(120, 40);
    console.press("f7");
    console.type_text("evil");
    console.press("ctrl-d");
    // The answers fit on the screen beside a long name.
    console.shows("[ Delete ]");
}

#[test]
fn keys_of_the_list_do_not_collide_with_typing_a_search() {
    let mut console = Console::demo();
    console.press("f7");
    console.type_text("ed");
    console.press("delete");
    console.shows("› ed");
    console.shows("Enter · ^E edit · ^D delete · Esc");
    // Enter after a search chooses a profile, and not the row that makes a new one.
    console.press("ctrl-a");
    console.type_text("marie-love");
    console.press("enter");
    console.shows("profile Marie <3 Dupont");
    assert!(is_closed(&console));
}
