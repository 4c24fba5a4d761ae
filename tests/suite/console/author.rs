//! The main workflow: write a body, preview it, send a test, save.

use ratatui::style::Color;
use telecast::ui::screen::compose::focus::{Focus, Pane};
use telecast::ui::shared::msg::Msg;

use super::Console;

#[test]
fn typed_text_appears_in_the_body_and_the_preview() {
    let mut console = Console::demo();
    console.shows("SANDBOX @");
    console.shows("profile Anna Petrova");
    console.go_before("20% off");
    console.type_text("Hooray: ");
    assert!(console.body().contains("<blockquote>Hooray: 20% off everything"));
    console.shows("▌ Hooray: 20% off everything");
    console.press("esc 4 ]");
    console.shows("\"parse_mode\": \"HTML\"");
    console.shows("Hooray: 20%");
    console.press("]");
    console.shows("POST");
    console.hides("SAMPLE-sandbox-only");
}

#[test]
fn double_angle_brackets_insert_a_variable_with_matching_escapes() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("<<");
    console.shows("first_name");
    console.type_text("city");
    console.press("enter");
    assert!(
        console.body().contains(r#"{{ Profile.city | default: "" | tg_html | json_escape }}20% off"#),
        "{}",
        console.body()
    );
}

#[test]
fn at_sign_picker_takes_enter_only_after_an_arrow_key() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("@ci");
    console.shows("↑↓ to choose");
    console.press("enter");
    assert!(console.body().contains(r"@ci\n20% off"), "{}", console.body());
    console.press("ctrl-z");
    console.go_before("20% off");
    console.type_text(" @ci");
    console.press("down enter");
    assert!(console.body().contains("Profile."), "{}", console.body());
}

#[test]
fn choosing_another_profile_changes_the_message() {
    let mut console = Console::demo();
    console.shows("Hi Anna");
    console.press("f7");
    console.type_text("Иван");
    console.press("enter");
    console.shows("Hi Иван");
    console.hides("profile Anna");
}

#[test]
fn test_can_be_sent_if_the_chat_list_opens_before_chats_are_read() {
    use telecast::ui::widget::input::Input;
    let mut console = Console::demo();
    for key in ["f5", "c"] {
        console.input(Input::Key(key.parse().unwrap()));
    }
    console.settle();
    console.press("esc enter");
    console.shows("delivered · message ");
}

#[test]
fn parse_modes_are_compared_first_and_converting_is_one_undo_step() {
    let mut console = Console::demo();
    let before = console.body();
    console.press("f6");
    console.shows("HTML · current");
    console.shows("MarkdownV2");
    assert_eq!(console.body(), before);
    console.press("right enter");
    assert!(
        console.body().contains(r#""parse_mode": "MarkdownV2""#)
            || console.body().contains(r#""parse_mode": "Markdown""#),
        "{}",
        console.body()
    );
    console.press("ctrl-z");
    assert_eq!(console.body(), before);
}

#[test]
fn a_test_goes_to_the_sandbox_and_its_answer_is_shown() {
    let mut console = Console::demo();
    console.press("f5");
    console.shows("Preview and Test");
    console.shows("me · 1099500000001");
    console.hides("SAMPLE-sandbox-only");
    console.press("enter");
    console.shows("✔ 200");
    console.shows("message ");
    console.press("h");
    console.shows("✔ spring-sale");
}

#[test]
fn refusal_is_shown_and_one_key_leads_to_its_cause() {
    let mut console = Console::demo();
    console.go_before("<b>Hi");
    console.type_text("<u>");
    console.shows("✘");
    console.press("f5 enter");
    console.shows("can't parse entities");
    console.press("j");
    assert!(!console.app().has_dialog());
    let cursor = console.app().screens.compose.buffer().unwrap().editor.cursor();
    console.press("ctrl-home f8");
    assert_eq!(console.app().screens.compose.buffer().unwrap().editor.cursor(), cursor);
    assert_eq!(cursor, console.app().screens.compose.problems()[0].diagnostic().span.start);
}

#[test]
fn saving_writes_the_file_and_clears_the_mark() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("Up to ");
    console.shows("● spring-sale");
    assert_eq!(console.style_at("● spring-sale").fg, Some(Color::Yellow));
    console.press("ctrl-s");
    console.shows("saved campaigns/spring-sale.json.liquid");
    console.hides("● spring-sale");
    assert_eq!(console.file("campaigns/spring-sale.json.liquid"), console.body());
}

#[test]
fn quitting_with_unsaved_edits_asks_first() {
    let mut console = Console::demo();
    console.type_text("x");
    console.press("ctrl-q");
    console.shows("Not saved: spring-sale.");
    console.press("esc");
    assert!(!console.has_quit && !console.app().has_dialog());
    console.press("ctrl-q s");
    assert!(console.has_quit);
    assert!(console.file("campaigns/spring-sale.json.liquid").starts_with('x'));
}

#[test]
fn drafts_left_by_a_crash_are_offered_and_restored() {
    let mut console = Console::demo();
    console.type_text("unsaved");
    console.fire_draft_timer();
    let mut next = console.second(None);
    next.shows("Unsaved edits of spring-sale");
    next.press("b");
    assert!(next.body().starts_with("unsaved"));
    assert!(next.app().screens.compose.is_unsaved("spring-sale"));
    assert!(!console.file("campaigns/spring-sale.json.liquid").starts_with("unsaved"));
}

#[test]
fn undoing_all_edits_removes_the_draft() {
    let draft = ".telecast/drafts/spring-sale.json";
    let mut console = Console::demo();
    let undo_edits = |console: &mut Console| {
        console.fire_draft_timer();
        assert!(console.has_file(draft));
        console.press("ctrl-z");
        assert!(!console.app().screens.compose.is_unsaved("spring-sale") && !console.has_file(draft));
        console.fire_draft_timer();
        assert!(!console.has_file(draft));
    };
    console.type_text("xyz");
    undo_edits(&mut console);
    console.paste("a paste that is longer than what one types, and so one step");
    undo_edits(&mut console);
    let body = console.body();
    let result = Ok(format!("{body}\n"));
    console.deliver(Msg::EditedExternally { stem: "spring-sale".into(), result });
    undo_edits(&mut console);
    console.press("ctrl-q");
    assert!(console.has_quit);
    console.second(None).hides("Unsaved edits");
}

#[test]
fn discarding_edits_on_quit_removes_the_draft() {
    let mut console = Console::demo();
    console.type_text("unsaved");
    console.fire_draft_timer();
    console.press("ctrl-q q enter");
    assert!(console.has_quit);
    console.second(None).hides("Unsaved edits");
}

#[test]
fn draft_is_dropped_once_another_program_saved_the_same_text() {
    let mut console = Console::demo();
    console.type_text("same");
    console.fire_draft_timer();
    console.write("campaigns/spring-sale.json.liquid", &console.body());
    console.files_changed();
    console.second(None).hides("Unsaved edits");
}

#[test]
fn draft_postponed_with_later_survives_quitting() {
    let mut console = Console::demo();
    console.type_text("unsaved");
    console.fire_draft_timer();
    let mut next = console.second(None);
    next.shows("Later asks again");
    next.press("l ctrl-q");
    assert!(next.has_quit);
    let mut last = console.second(None);
    last.shows("Unsaved edits of spring-sale");
    last.press("b ctrl-z ctrl-q");
    assert!(last.has_quit);
    console.second(None).hides("Unsaved edits");
}

#[test]
fn unedited_body_is_reloaded_when_its_file_changes() {
    let mut console = Console::demo();
    console.write("campaigns/spring-sale.json.liquid", r#"{"chat_id": 1, "text": "from outside"}"#);
    console.files_changed();
    assert_eq!(console.body(), r#"{"chat_id": 1, "text": "from outside"}"#);
    console.hides("●");
}

#[test]
fn file_changed_on_disk_is_not_overwritten_without_asking() {
    let mut console = Console::demo();
    let path = "campaigns/spring-sale.json.liquid";
    console.type_text("mine");
    console.write(path, "theirs");
    console.files_changed();
    assert!(console.body().starts_with("mine"));
    console.press("ctrl-s");
    console.shows("was changed on disk");
    for (columns, rows) in [(120, 40), (80, 24)] {
        console.resize(columns, rows);
        for answer in
            ["[ Overwrite with mine ]", "[ Take the file's text (undo restores mine) ]", "[ Decide later ]"]
        {
            console.shows(answer);
        }
    }
    assert_eq!(console.file(path), "theirs");
    // Over a dialog, an Alt key counts as Esc: it closes the dialog and types nothing.
    console.press("alt-3");
    assert!(!console.app().has_dialog());
    assert!(console.body().starts_with("mine"), "{}", console.body());
    console.press("ctrl-s");
    console.press("o");
    assert!(console.file(path).starts_with("mine"));
}

#[test]
fn second_console_is_view_only() {
    let console = Console::demo();
    let mut second = console.second(Some("another console has it open"));
    second.shows("view only");
    let before = second.body();
    second.type_text("x");
    second.paste("y");
    assert_eq!(second.body(), before);
    second.shows("another console has it open");
}

#[test]
fn campaigns_are_created_copied_renamed_deleted_and_restored() {
    let mut console = Console::demo();
    console.press("esc n enter");
    console.shows("Name of the new campaign");
    console.type_text("Autumn");
    console.press("enter");
    assert_eq!(console.app().screens.compose.open.as_deref(), Some("autumn"));
    console.press("esc 1 d");
    console.type_text("Autumn again");
    console.press("enter");
    console.shows("autumn-again");
    console.press("esc 1 r");
    console.type_text("Winter");
    console.press("enter");
    assert_eq!(console.app().screens.compose.open.as_deref(), Some("winter"));
    console.hides("autumn-again");
    console.press("esc 1 x");
    console.shows("Delete the campaign winter");
    console.press("d");
    assert!(console.app().shared.workspace.campaign("winter").is_none());
    console.press("esc 1 u");
    assert!(console.app().shared.workspace.campaign("winter").is_some());
}

#[test]
fn editing_a_webhook_keeps_its_comments() {
    let mut console = Console::demo();
    console.press("esc 2 enter");
    console.type_text(" of ours");
    console.press("ctrl-s");
    let saved = console.file("webhooks/bot.toml");
    assert!(saved.contains("name = \"Telegram bot of ours\""), "{saved}");
    assert!(saved.starts_with("# ${SANDBOX} is the address of the sandbox"), "{saved}");
}

#[test]
fn token_pasted_into_the_url_moves_to_the_secrets_and_is_never_shown() {
    let token = "1234567890:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr";
    let mut console = Console::demo();
    console.press("esc 2 enter down ctrl-a");
    console.paste(&format!("http://127.0.0.1:9/bot{token}/sendMessage"));
    console.shows("saving moves this token to the secret store");
    console.shows("/bot•••••");
    console.hides("AAbbCC");
    console.press("esc 4 ] ]");
    console.shows("/bot••••••");
    console.hides("AAbbCC");
    console.press("ctrl-s");
    let saved = console.file("webhooks/bot.toml");
    assert!(!saved.contains("AAbbCC") && saved.contains("/bot${"), "{saved}");
    console.hides("Webhook bot ●");
    for keys in ["2", "enter", "esc 4", "f5", "esc 5"] {
        console.press(keys);
        console.hides("AAbbCC");
    }
}

#[test]
fn edited_url_is_not_called_the_sandbox_before_it_answers_as_one() {
    let mut console = Console::demo();
    console.shows("SANDBOX @demo_bot");
    console.press("esc 2 enter down ctrl-a");
    console.paste("http://127.0.0.1:9/bot${BOT_TOKEN}/sendMessage");
    console.hides("SANDBOX @demo_bot");
    console.press("esc f5");
    console.hides("SANDBOX @demo_bot");
    console.shows("127.0.0.1:9");
}

#[test]
fn invalid_webhook_field_shows_its_error_and_is_not_saved() {
    let mut console = Console::demo();
    let before = console.file("webhooks/bot.toml");
    console.press("alt-2 enter up up up up up up ctrl-a 2 0 s");
    console.press("ctrl-s");
    console.shows("saved webhooks/bot.toml");
    console.hides("●");
    let saved = console.file("webhooks/bot.toml");
    assert_ne!(saved, before);
    console.press("ctrl-a 1");
    console.shows("`1` is not a duration; write it as `10s`");
    assert_eq!(console.style_at("`1` is not").fg, Some(Color::LightRed));
    console.shows("Webhook bot ●");
    console.hides("checking…");
    console.press("esc 3");
    console.type_text("x");
    console.press("alt-2 ctrl-s");
    console.shows("webhook not saved: Timeout: `1` is not a duration");
    console.press("esc");
    console.shows("● spring-sale");
    assert_eq!(console.file("webhooks/bot.toml"), saved);
    console.press("ctrl-q");
    console.shows("webhook bot");
    console.press("s");
    assert!(!console.has_quit);
    console.shows("webhook not saved: Timeout: `1` is not a duration");
    console.press("esc 3 ctrl-s");
    console.shows("webhook not saved");
    console.hides("● spring-sale");
    console.press("alt-2 enter end s ctrl-s");
    console.shows("saved webhooks/bot.toml");
    assert!(console.file("webhooks/bot.toml").contains("timeout = \"1s\""));
}

#[test]
fn editing_the_webhook_keeps_the_layout_and_the_sandbox_badge() {
    let mut console = Console::demo();
    let before = console.body_area();
    console.press("alt-2");
    assert_eq!(console.body_area(), before);
    console.press("enter");
    console.type_text("x");
    console.shows("SANDBOX @");
    console.press("down end");
    console.type_text("x");
    console.shows("not checked");
    console.press("backspace esc");
    console.shows("SANDBOX @");
    assert_eq!(console.body_area(), before);
}

#[test]
fn unknown_method_is_a_problem_of_the_webhook_not_of_the_body() {
    let mut console = Console::demo();
    console.press("alt-2 enter down end");
    console.type_text("xx");
    console.press("esc 3");
    console.shows("`sendMessagexx`");
    let problems = console.app().screens.compose.problems();
    assert!(problems[0].diagnostic().message.contains("method `sendMessagexx`"), "{problems:?}");
    assert!(console.app().screens.compose.problems().iter().all(|problem| problem.in_body().is_none()));
    console.press("3 f8");
    console.shows("did you mean sendMessage?");
    // F8 only selects the pane, so that it can go on to the next problem. Enter opens the form at the problem.
    assert_eq!(console.app().screens.compose.focus, Focus::select(Pane::Webhook));
    assert_eq!(console.app().screens.compose.webhook.form.focused().unwrap().id, "url");
    let (before, n) =
        (console.app().screens.compose.chosen_problem, console.app().screens.compose.problems().len());
    assert!(1 < n);
    console.press("f8");
    assert_eq!(console.app().screens.compose.chosen_problem, (before + 1) % n);
    console.press("esc 5 down down enter");
    console.shows("Bot API method");
    console.press("backspace backspace");
    assert_eq!(
        console.app().screens.compose.webhook.form.value("url"),
        "${SANDBOX}/bot${BOT_TOKEN}/sendMessage"
    );
}

#[test]
fn campaign_list_marks_broken_campaigns_before_they_are_opened() {
    let mut console = Console::demo();
    console.shows("✘ cart-reminder");
    console.go_before("<b>Hi");
    console.type_text("<u>");
    console.shows("✘● spring-sale");
    console.press("alt-1 end");
    assert_ne!(console.app().screens.compose.open.as_deref(), Some("spring-sale"));
    console.shows("✘● spring-sale");
    console.write("campaigns/welcome.json.liquid", "{");
    console.files_changed();
    console.shows("✘ welcome");
}

#[test]
fn copied_and_restored_campaigns_are_selected_in_the_list() {
    let mut console = Console::demo();
    let body = console.body();
    console.press("alt-1 d enter");
    let copy = console.app().screens.compose.open.clone().unwrap();
    assert_ne!(copy, "spring-sale");
    console.press("x");
    console.shows(&format!("Delete the campaign {copy}"));
    console.press("d u");
    console.shows(&format!("restored {copy}"));
    assert_eq!(console.app().screens.compose.open, Some(copy));
    assert_eq!(console.body(), body);
}

#[test]
fn rename_requires_a_new_and_unused_name() {
    let mut console = Console::demo();
    console.press("alt-1 r enter");
    console.shows("nothing changed");
    console.press("r ctrl-a");
    console.type_text("welcome");
    console.press("enter");
    console.shows("there is already a campaign named welcome");
    assert!(console.app().shared.workspace.campaign("welcome-2").is_none());
}

#[test]
fn test_dialog_shows_the_problem_before_and_after_sending() {
    let mut console = Console::prepared("cart-reminder", |_| ());
    console.press("f5");
    console.shows("Telegram will refuse this");
    console.shows("/bot••••••/sendMessage");
    let cause = console.app().screens.compose.problems()[0].diagnostic().message.clone();
    console.press("enter");
    console.shows("can't parse entities");
    console.hides("escape the values");
    let answer_row = console.position_of("✘ Bad Request").1;
    let rows = console.screen();
    let rows: Vec<&str> = rows.lines().collect();
    assert!(rows[usize::from(answer_row) + 1].contains(&cause[..20]), "{}", console.screen());
    assert!(rows[usize::from(answer_row) - 2].contains('}'), "{}", console.screen());
}

#[test]
fn webhook_is_created_in_the_empty_webhook_pane() {
    let mut console = Console::prepared("a", |root| {
        std::fs::remove_file(root.join("webhooks/bot.toml")).unwrap();
        std::fs::remove_file(root.join("webhooks/crm.toml")).unwrap();
        std::fs::write(root.join("campaigns/a.toml"), "name = 'a'\nwebhook = ''\n").unwrap();
        std::fs::write(root.join("campaigns/a.json.liquid"), "{}").unwrap();
    });
    console.resize(120, 40);
    console.press("f4");
    console.shows("none yet: n in the webhook pane creates one");
    console.press("esc alt-2");
    console.shows("No webhook yet.");
    for key in ["n", "enter"] {
        console.press(key);
        console.shows("Name of the new webhook");
        console.press("esc");
    }
    console.press("n enter");
    assert!(console.has_file("webhooks/telegram-bot.toml"));
    // The form of the new webhook opens, so that the user can go on with its settings.
    console.shows("Bot API method");
    console.type_text(" 2");
    console.press("ctrl-s");
    assert!(console.file("webhooks/telegram-bot.toml").contains("name = \"Telegram bot 2\""));
}
