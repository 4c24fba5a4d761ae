//! The worst recipients of a body, named while one types.

use telecast::ui::widget::Input;

use super::Console;

/// Takes the escape out of the name of the first campaign's body: whoever has markup in the name fails now.
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
fn a_body_that_fails_only_for_some_names_one_of_them() {
    let mut console = unescaped();
    console.shows("Hi Anna");
    console.hides(" of 306");
    console.survey_is_due();
    console.shows("all 306: ");
    console.shows(" fail · ");
    console.shows(" of 306, Marie <3 Dupont: ");
    console.resize(200, 40);
    console.shows(" no chat id");
    console.shows("│longest ");
}

#[test]
fn a_sound_body_fails_for_nobody_and_skips_are_no_failures() {
    let mut console = Console::demo();
    console.survey_is_due();
    console.shows("all 306: none fail · ");
    console.shows("No problems for this profile");
}

#[test]
fn the_sample_in_words_takes_two_lines_where_there_is_room_and_breaks_no_part() {
    let mut console = Console::demo();
    console.survey_is_due();
    console.shows("│all 306: none fail · 45 no chat id ");
    console.shows("│longest ");
    console.resize(80, 24);
    console.shows("│all 306: none fail · 45 no chat id ");
    console.hides("│longest ");
}

#[test]
fn shift_f7_goes_round_those_who_fail_and_says_why() {
    let mut console = unescaped();
    console.press("shift-f7");
    console.shows("still being checked");
    console.survey_is_due();
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
    assert_eq!(console.app().shared.profile_identity().as_ref(), seen.first(), "round: {seen:?}");
    console.press("esc P");
    assert_eq!(console.app().shared.profile_identity().as_ref(), seen.get(1));
}

#[test]
fn where_none_fails_shift_f7_goes_through_the_longest() {
    let mut console = Console::demo();
    console.survey_is_due();
    console.press("shift-f7");
    console.shows("none of 306 fail; ");
    let first = console.app().shared.profile_identity();
    console.press("shift-f7");
    assert_ne!(console.app().shared.profile_identity(), first);
}

#[test]
fn enter_on_such_a_problem_goes_to_its_place_and_to_the_recipient() {
    let mut console = unescaped();
    console.survey_is_due();
    console.click_text(" of 306, Marie <3 Dupont: ");
    console.shows("Marie <3 Dupont ▾");
    let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
    assert!(console.body()[cursor..].starts_with("{{ Profile.first_name"), "{}", &console.body()[cursor..]);
    console.hides("│✘ 3:18 1 of 306, Marie");
    let composed = console.app().screens.compose.composed().unwrap();
    assert!(composed.diagnostics.iter().any(|problem| problem.is_error()));
}

#[test]
fn a_fix_mends_it_for_those_who_fail_without_going_to_them() {
    let mut console = unescaped();
    console.survey_is_due();
    console.go_before("{{ Profile.first_name");
    console.press("alt-enter");
    console.shows("add `| tg_html`");
    console.survey_is_due();
    console.shows("all 306: none fail");
    console.shows("profile Anna Petrova");
}

#[test]
fn asking_for_the_next_recipient_meanwhile_does_not_lose_the_sample() {
    let mut console = unescaped();
    console.survey_starts();
    console.input(Input::Key("shift-f7".parse().unwrap()));
    console.shows("the audience is still being checked");
    console.settle();
    console.shows("of 306, ");
    console.press("shift-f7");
    console.shows(", 1 of ");
}

#[test]
fn typing_goes_on_while_the_sample_is_tried_and_places_follow() {
    let mut console = unescaped();
    console.survey_starts();
    console.go_before("20% off");
    console.type_unsettled("Hooray: ");
    assert!(console.body().contains("Hooray: 20% off"));
    console.settle();
    console.survey_is_due();
    console.go_before("{\n");
    console.type_text("\n\n");
    console.shows("5:");
    console.shows(" of 306, Marie <3 Dupont: ");
}
