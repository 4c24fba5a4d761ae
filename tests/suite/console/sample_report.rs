//! The check of the body against a sample of the recipients: failing recipients, longest messages, navigation to them.

use telecast::ui::widget::Input;

use super::Console;

/// The demo without the name's escape filter in its body: recipients with markup in their name now fail.
fn unescaped() -> Console {
    let mut console = Console::demo();
    let escaped = r#"{{ Profile.first_name | default: "there" | tg_html | json_escape }}"#;
    assert!(console.body().contains(escaped));
    console.go_before(" | tg_html");
    for _ in " | tg_html".chars() {
        console.press("delete");
    }
    console
}

#[test]
fn body_that_fails_for_some_recipients_names_one_of_them() {
    let mut console = unescaped();
    console.shows("Hi Anna");
    console.hides(" of 306");
    console.run_survey();
    console.shows("│306: ");
    console.shows(" fail, ");
    console.shows(" of 306, Marie <3 Dupont: ");
    console.resize(200, 40);
    console.shows(" without chat id");
    console.shows("│longest ");
}

#[test]
fn skipped_recipients_do_not_count_as_failures() {
    let mut console = Console::demo();
    console.run_survey();
    console.shows("│306: no errors, ");
    console.shows("No problems for this profile");
}

#[test]
fn sample_summary_takes_a_second_line_only_if_there_is_room() {
    let mut console = Console::demo();
    console.run_survey();
    console.shows("│306: no errors, 45 without chat id ");
    console.shows("│longest ");
    console.resize(80, 24);
    console.shows("│306: no errors, 45 without chat id │");
    console.hides("│longest ");
}

#[test]
fn shift_f7_cycles_through_failing_recipients_and_shows_the_reason() {
    let mut console = unescaped();
    console.press("shift-f7");
    console.shows("still being checked");
    console.run_survey();
    let mut seen = Vec::new();
    for _ in 0..20 {
        console.press("shift-f7");
        console.shows(" failing: ");
        let identity = console.app().shared.profile_identity().unwrap();
        console.shows(console.app().shared.people.profile.as_ref().unwrap().display_name());
        if seen.contains(&identity) {
            break;
        }
        seen.push(identity);
    }
    assert!(seen.contains(&"marie-love".to_owned()), "{seen:?}");
    assert_eq!(console.app().shared.profile_identity().as_ref(), seen.first(), "not cyclic: {seen:?}");
    console.press("esc P");
    assert_eq!(console.app().shared.profile_identity().as_ref(), seen.get(1));
}

#[test]
fn shift_f7_cycles_through_the_longest_messages_if_none_fail() {
    let mut console = Console::demo();
    console.run_survey();
    console.press("shift-f7");
    console.shows("no message fails; showing ");
    let first = console.app().shared.profile_identity();
    console.press("shift-f7");
    assert_ne!(console.app().shared.profile_identity(), first);
}

#[test]
fn opening_a_recipients_problem_selects_the_recipient_and_the_code() {
    let mut console = unescaped();
    console.run_survey();
    console.click_text(" of 306, Marie <3 Dupont: ");
    console.shows("Marie <3 Dupont ▾");
    let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
    assert!(console.body()[cursor..].starts_with("{{ Profile.first_name"), "{}", &console.body()[cursor..]);
    console.hides("│✘ 3:18 1 of 306, Marie");
    let composed = console.app().screens.compose.composed().unwrap();
    assert!(composed.diagnostics.iter().any(|problem| problem.is_error()));
}

#[test]
fn quick_fix_works_for_failing_recipients_without_selecting_them() {
    let mut console = unescaped();
    console.run_survey();
    console.go_before("{{ Profile.first_name");
    console.press("alt-enter");
    console.shows("add `| tg_html`");
    console.run_survey();
    console.shows("│306: no errors");
    console.shows("profile Anna Petrova");
}

#[test]
fn shift_f7_during_the_check_does_not_lose_its_result() {
    let mut console = unescaped();
    console.start_survey();
    console.input(Input::Key("shift-f7".parse().unwrap()));
    console.shows("the audience is still being checked");
    console.settle();
    console.shows("of 306, ");
    console.press("shift-f7");
    console.shows(", 1 of ");
}

#[test]
fn typing_continues_during_the_check_and_problem_positions_follow() {
    let mut console = unescaped();
    console.start_survey();
    console.go_before("20% off");
    console.type_unsettled("Hooray: ");
    assert!(console.body().contains("Hooray: 20% off"));
    console.settle();
    console.run_survey();
    console.go_before("{\n");
    console.type_text("\n\n");
    console.shows("5:");
    console.shows(" of 306, Marie <3 Dupont: ");
}
