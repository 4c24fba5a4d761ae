//! Lists: filters in panes, the palette, page keys, zoom, deleted campaigns and webhooks, and what is remembered for
//! the next start.

use std::path::Path;

use telecast::state::{LastView, WorkspaceState};
use telecast::ui::screen::compose::dialog::Dialog;
use telecast::ui::screen::compose::focus::{Focus, Pane};
use telecast::ui::shared::action::{ACTIONS, Action};
use telecast::ui::widget::input::MouseKind;

use super::Console;

impl Console {
    fn open_stem(&self) -> &str {
        self.app().screens.compose.open.as_deref().unwrap_or("")
    }

    fn focus(&self) -> Focus {
        self.app().screens.compose.focus
    }

    fn cursor(&self) -> usize {
        self.app().screens.compose.buffer().unwrap().editor.cursor()
    }

    /// Returns the rows of a pane inside its border, without empty ones.
    fn rows_of(&self, pane: Pane) -> Vec<String> {
        let area = telecast::ui::widget::draw::inside(self.app().screens.compose.layout.pane(pane).unwrap());
        let cells = self.cells();
        let row = |y| (area.left()..area.right()).map(|x| cells[(x, y)].symbol()).collect::<String>();
        let rows = (area.top()..area.bottom()).map(|y| row(y).trim().to_owned());
        rows.filter(|row| !row.is_empty()).collect()
    }

    /// Runs an action from the palette by its title.
    fn run(&mut self, title: &str) {
        self.press("ctrl-p");
        self.type_text(title);
        self.press("enter");
    }
}

/// The sample workspace with this many more campaigns, named `extra-001` and so on.
fn with_campaigns(n: usize) -> Console {
    Console::prepared("spring-sale", |root| {
        for n in 1..=n {
            let definition = format!("name = \"Extra {n}\"\nwebhook = \"bot\"\n");
            std::fs::write(root.join(format!("campaigns/extra-{n:03}.toml")), definition).unwrap();
            std::fs::write(root.join(format!("campaigns/extra-{n:03}.json.liquid")), "{}").unwrap();
        }
    })
}

#[test]
fn slash_filters_the_campaigns_and_enter_opens_the_highlighted_one() {
    let mut console = Console::demo();
    console.press("esc 1 /");
    console.type_text("welc");
    console.shows("1 Campaigns 1 of 5 ");
    assert_eq!(console.rows_of(Pane::Campaigns), ["welcome", "/ welc"]);
    assert_eq!(console.open_stem(), "spring-sale", "typing opens nothing");
    console.press("enter");
    assert_eq!(console.open_stem(), "welcome");
    assert_eq!(console.focus(), Focus::select(Pane::Campaigns));
    assert_eq!(console.rows_of(Pane::Campaigns), ["welcome"]);
    console.shows("1 Campaigns 1 of 5 /welc");
    console.press("down end pagedown");
    assert_eq!(console.open_stem(), "welcome");
    console.press("esc");
    assert_eq!(console.rows_of(Pane::Campaigns).len(), 5);
    console.hides("/welc");
}

#[test]
fn arrows_move_in_the_filtered_list_while_the_filter_is_being_typed() {
    let mut console = with_campaigns(30);
    console.press("esc 1 /");
    console.type_text("extra 2");
    console.press("down");
    assert_eq!(console.open_stem(), "extra-012", "the first one was highlighted");
    console.press("up");
    assert_eq!(console.open_stem(), "extra-002");
    console.press("end");
    assert_eq!(console.open_stem(), "extra-029");
    console.press("home up");
    assert_eq!(console.open_stem(), "extra-002");
    console.press("backspace enter down");
    assert_eq!(console.open_stem(), "extra-003");
}

#[test]
fn every_printable_key_types_in_the_filter_and_esc_clears_it() {
    let mut console = Console::demo();
    console.press("esc 1 /");
    let printable: String = (' '..='~').collect();
    for c in printable.chars() {
        console.press("ctrl-a delete");
        console.type_text(&format!("x{c}"));
        let typed = console.app().screens.compose.filter_text(Pane::Campaigns);
        assert_eq!(typed, format!("x{c}").trim_end(), "{c:?}");
    }
    console.press("ctrl-a");
    console.paste("sp\nring");
    console.shows("/ sp ring");
    console.press("esc");
    assert!(console.app().screens.compose.filters.is_empty());
    assert_eq!(console.open_stem(), "spring-sale");
    console.press("/");
    console.type_text("cart");
    console.press("alt-x");
    assert!(console.app().screens.compose.filters.is_empty(), "an Alt-key is Esc");
    console.press("/ a ctrl-c");
    assert!(console.app().screens.compose.filters.is_empty(), "Ctrl-C is Esc");
    console.press("/ enter");
    assert!(console.app().screens.compose.filters.is_empty(), "an empty filter is none");
}

#[test]
fn what_is_cut_or_copied_in_the_filter_can_be_pasted() {
    let mut console = Console::demo();
    console.press("esc 1 /");
    console.type_text("cart");
    console.press("ctrl-a ctrl-c");
    console.shows("/ cart");
    assert_eq!(console.copied(), ["cart"]);
    console.press("ctrl-x");
    console.hides("/ cart");
    assert_eq!(console.copied(), ["cart", "cart"]);
    console.press("ctrl-v ctrl-v");
    console.shows("/ cartcart");
    console.press("ctrl-a ctrl-c enter 3");
    console.go_before("{");
    console.press("ctrl-v");
    assert!(console.body().starts_with("cartcart{"), "{}", console.body());
}

#[test]
fn a_dialog_is_as_high_as_its_list_and_keeps_its_size_while_searching() {
    let mut console = Console::demo();
    console.resize(120, 40);
    let height = |console: &Console, title: &str| {
        let (x, top) = console.position_of(&format!("┌─ {title}"));
        let cells = console.cells();
        (top..40).find(|y| cells[(x, *y)].symbol() == "└").unwrap() - top + 1
    };
    console.press("esc n");
    let starters = height(&console, "New campaign");
    assert_eq!(starters, 10, "{}", console.screen());
    console.type_text("blank");
    assert_eq!(height(&console, "New campaign"), starters);
    console.press("esc ctrl-p");
    assert_eq!(height(&console, "Actions"), 26);
}

#[test]
fn a_filter_line_closes_when_the_focus_leaves_but_the_filter_stays() {
    let mut console = Console::demo();
    console.press("esc 1 /");
    console.type_text("cart");
    console.press("tab");
    assert_eq!(console.focus(), Focus::select(Pane::Webhook));
    console.shows("1 Campaigns 1 of 5 /cart");
    assert_eq!(console.rows_of(Pane::Campaigns), ["✘ cart-reminder"]);
    console.press("1 /");
    console.shows("/ cart");
    console.type_text("we");
    console.shows("/ we");
    console.click_text("welcome");
    assert_eq!(console.open_stem(), "welcome");
    console.press("f5");
    console.shows("Preview and Test");
}

#[test]
fn a_filter_never_hides_a_campaign_that_was_just_opened() {
    let mut console = Console::demo();
    console.press("esc 1 /");
    console.type_text("cart");
    console.press("enter");
    console.run("Campaign: Welcome");
    assert_eq!((console.open_stem(), console.focus()), ("welcome", Focus::enter(Pane::Body)));
    console.hides("/cart");
    assert_eq!(console.rows_of(Pane::Campaigns).len(), 5);
}

#[test]
fn a_filter_that_matches_nothing_says_so_and_acts_on_nothing() {
    let mut console = Console::demo();
    console.press("esc 1 /");
    console.type_text("zzz");
    console.shows("No matching campaign");
    console.press("down enter down");
    console.shows("0 of 5 /zzz");
    assert_eq!(console.open_stem(), "spring-sale");
    console.go_before("<b>Hi");
    console.press("3");
    console.type_text("<u>");
    console.press("esc 5 /");
    console.type_text("zzz");
    console.shows("No matching problem");
    let cursor = console.cursor();
    console.press("enter enter");
    assert_eq!((console.focus(), console.cursor()), (Focus::select(Pane::Problems), cursor));
}

#[test]
fn problems_are_filtered_and_enter_goes_to_the_match() {
    let mut console = Console::demo();
    console.resize(160, 40);
    console.press("ctrl-a delete");
    console.paste("{\"text\": \"<b>x {{ Profile.nme }} {{ Profile.ctiy }}\", \"parse_mode\": \"HTML\"}");
    console.press("esc 5 /");
    console.type_text("ctiy");
    let n = console.app().screens.compose.problems().len();
    assert!(1 < n);
    assert!(console.rows_of(Pane::Problems).iter().any(|row| row.contains("ctiy")));
    assert!(!console.rows_of(Pane::Problems).iter().any(|row| row.contains("nme")));
    console.press("enter");
    console.shows(&format!(" of {n} /ctiy"));
    console.press("enter");
    assert_eq!(console.focus(), Focus::enter(Pane::Body));
    assert!(
        console.body()[console.cursor()..].starts_with("Profile.ctiy")
            || console.body()[console.cursor()..].starts_with("{{ Profile.ctiy")
    );
    // F8 goes through all problems, and the pane then shows the nearest one that passes the filter.
    console.press("ctrl-home f8 esc 5");
    let chosen = console.app().screens.compose.chosen_problem;
    assert!(console.app().screens.compose.derived.shown_problems().contains(&chosen));
}

#[test]
fn slash_in_body_and_preview_finds_in_the_body() {
    for pane in ["3", "4"] {
        let mut console = Console::demo();
        console.press("esc");
        console.press(pane);
        console.press(if pane == "3" { "esc /" } else { "/" });
        assert!(console.app().screens.compose.search.is_some(), "{pane}");
    }
}

#[test]
fn a_leading_slash_in_a_list_is_ignored_and_a_later_one_is_not() {
    for key in ["f7", "ctrl-p", "f1"] {
        let mut console = Console::demo();
        console.press(key);
        console.press("/");
        console.type_text("/anna");
        console.shows("› anna");
        console.hides("/anna");
        console.type_text("/x");
        console.shows("› anna/x");
    }
}

#[test]
fn the_palette_opens_campaigns_and_the_forms_of_webhooks() {
    let mut console = Console::demo();
    console.run("Webhook: Telegram bot");
    assert_eq!((console.open_stem(), console.focus()), ("spring-sale", Focus::enter(Pane::Webhook)));
    console.press("esc");
    console.run("campaign: order");
    assert_eq!((console.open_stem(), console.focus()), ("order-note", Focus::enter(Pane::Body)));
    let other = console.app().screens.compose.webhook.stem.clone().unwrap();
    assert_ne!(other, "bot");
    console.run("Webhook: Telegram bot");
    assert_eq!(console.app().screens.compose.webhook.stem.as_deref(), Some("bot"));
    assert_eq!(console.focus(), Focus::enter(Pane::Webhook));
    console.write("webhooks/unused.toml", "name = \"Unused\"\nurl = \"https://example.com\"\n");
    console.files_changed();
    let open = console.open_stem().to_owned();
    console.press("esc");
    console.run("Webhook: Unused");
    console.shows("no campaign uses webhooks/unused.toml");
    assert_eq!(console.open_stem(), open);
}

#[test]
fn the_palette_finds_profiles_in_the_store() {
    let mut console = Console::demo();
    console.press("ctrl-p");
    console.hides("Profile: ");
    console.type_text("иван");
    console.shows("Profile: Иван");
    console.press("enter");
    console.shows("Hi Иван");
    assert_eq!(console.focus(), Focus::enter(Pane::Body));
    // Rows of the palette itself come first if they contain the query, and last if they only have its letters.
    console.press("ctrl-p");
    console.type_text("anna");
    let (_, action) = console.position_of("Go to the matching bracket");
    let (_, profile) = console.position_of("Profile: ");
    assert!(profile < action);
    console.shows("› Profile: Anna");
    console.press("ctrl-a delete");
    console.settle();
    console.hides("Profile: ");
}

#[test]
fn fast_typing_in_the_palette_shows_only_the_profiles_of_the_last_query() {
    let mut console = Console::demo();
    console.press("ctrl-p");
    console.type_unsettled("иван");
    console.type_unsettled("zzzz");
    console.settle();
    console.hides("Profile: ");
    console.shows("No match");
    for _ in 0..4 {
        console.input(telecast::ui::widget::input::Input::Key("backspace".parse().unwrap()));
    }
    console.settle();
    console.shows("Profile: Иван");
    // An answer that arrives after the palette was closed and opened again is dropped.
    console.press("esc ctrl-p");
    console.type_unsettled("иван");
    for key in ["esc", "ctrl-p"] {
        console.input(telecast::ui::widget::input::Input::Key(key.parse().unwrap()));
    }
    console.settle();
    console.hides("Profile: ");
}

#[test]
fn every_action_that_edits_the_body_runs_from_the_palette() {
    for (title, before, at, after) in [
        ("Comment or uncomment the lines", "one\ntwo", "two", "one\n{% comment %}two{% endcomment %}"),
        ("Duplicate the lines", "one\ntwo", "one", "one\none\ntwo"),
        ("Move the lines up", "one\ntwo", "two", "two\none"),
        ("Move the lines down", "one\ntwo", "one", "two\none"),
        ("Indent the lines", "one\ntwo", "two", "one\n  two"),
        ("Outdent the lines", "one\n    two", "two", "one\n  two"),
        ("Delete to the start of the word", "one two", " two", " two"),
        ("Delete to the end of the word", "one two", "one", " two"),
        ("Delete to the start of the line", "one two", "two", "two"),
        ("Delete to the end of the line", "one two", " two", "one"),
        ("Cut the selection, or the line", "one\ntwo", "one", "two"),
    ] {
        let mut console = Console::demo();
        console.press("ctrl-a delete");
        console.paste(before);
        console.go_before(at);
        console.press("esc 1");
        console.run(title);
        assert_eq!(console.body(), after, "{title}");
        assert_eq!(console.focus(), Focus::enter(Pane::Body), "{title}");
        console.press("ctrl-z");
        assert_eq!(console.body(), before, "{title} is one undo step");
    }
    let mut console = Console::demo();
    console.run("Select the whole body");
    console.run("Copy the selection");
    assert_eq!(console.copied(), [console.body()]);
    console.press("ctrl-a delete");
    console.paste("({[x]})");
    console.go_before("[");
    console.run("Go to the matching bracket");
    assert_eq!(console.cursor(), 4);
    console.run("Show completions at the cursor");
    assert!(
        console.app().screens.compose.completion.is_some() || console.screen().contains("no completions")
    );
}

#[test]
fn keys_that_edit_can_be_changed_in_the_keymap() {
    let (keymap, problems) = telecast::ui::shared::keymap::Keymap::parse(
        "duplicate-lines = \"ctrl-l\"\noutdent = [\"shift-tab\", \"f12\"]\nselect-all = []",
    );
    assert_eq!(problems, []);
    let mut console = Console::demo();
    console.app_mut().shared.keymap = keymap;
    let before = console.body();
    console.press("ctrl-home ctrl-d");
    assert_eq!(console.body(), before);
    console.press("ctrl-l");
    assert_eq!(console.body(), format!("{{\n{before}"));
    console.press("ctrl-z tab shift-tab tab f12");
    assert_eq!(console.body(), before);
    console.press("ctrl-a");
    assert!(console.app().screens.compose.buffer().unwrap().editor.selection().is_empty());
    // In a field, the keys are fixed.
    console.press("ctrl-f");
    console.type_text("nothing");
    console.press("ctrl-a delete");
    console.type_text("Profile");
    console.shows("1 of 6");
}

#[test]
fn vim_keys_come_before_the_keys_that_edit() {
    let mut console = Console::demo();
    console.run("toggle vim mode");
    let before = console.body();
    console.press("ctrl-home ctrl-d ctrl-u");
    assert_eq!(console.body(), before, "they scroll in normal mode");
    console.press("ctrl-home i ctrl-d");
    assert_eq!(console.body(), format!("{{\n{before}"), "insert mode is the plain editor");
}

#[test]
fn a_read_only_console_edits_nothing_from_the_palette() {
    let mut console = Console::demo();
    console.app_mut().shared.read_only = Some("another console".to_owned());
    let before = console.body();
    for row in ACTIONS.iter().filter(|row| matches!(row.action, Action::Edit(_))) {
        console.run(row.title);
        assert_eq!(console.body(), before, "{}", row.id);
    }
    console.press("esc 1 U");
    console.shows("View only");
}

#[test]
fn page_keys_move_by_the_height_of_the_list() {
    let mut console = with_campaigns(100);
    console.press("esc 1");
    let height = console.rows_of(Pane::Campaigns).len();
    let index = |console: &Console| console.app().screens.compose.open_index(&console.app().shared).unwrap();
    console.press("home pagedown");
    assert_eq!(index(&console), height);
    console.press("pagedown pageup");
    assert_eq!(index(&console), height);
    console.press("end");
    assert_eq!(index(&console), 104);
    for rows in [16, 32, 60] {
        console.resize(120, rows);
        console.press("ctrl-p home");
        let last = console.app().screens.compose.layout.clone();
        console.press("pagedown");
        assert_eq!(console.app().screens.compose.layout, last);
        console.press("end");
        console.shows("Help: Scripting");
        console.press("home");
        console.shows("› Help for the current pane");
        console.press("esc");
    }
}

#[test]
fn page_keys_move_through_problems_preview_body_test_and_comparison() {
    let mut console = Console::demo();
    console.press("ctrl-a delete");
    console.paste(&format!("{{\"text\": \"{}\"}}", "{{ Profile.nobody }} some more words \\n".repeat(80)));
    console.press("esc 5 home pagedown");
    let chosen = console.app().screens.compose.chosen_problem;
    assert!(3 < chosen && chosen < 40, "{chosen}");
    console.press("pageup");
    assert_eq!(console.app().screens.compose.chosen_problem, 0);
    console.press("end");
    let n = console.app().screens.compose.problems().len();
    assert_eq!(console.app().screens.compose.chosen_problem, n - 1);
    console.press("4 ] end");
    let end = console.app().screens.compose.preview.scroll;
    assert!(0 < end);
    console.press("pageup");
    let page = end - console.app().screens.compose.preview.scroll;
    assert_eq!(page, console.rows_of(Pane::Preview).len() - 1);
    console.press("home");
    assert_eq!(console.app().screens.compose.preview.scroll, 0);
    console.press("3 esc home");
    let top = console.screen();
    console.press("pagedown");
    assert_ne!(console.screen(), top);
    console.press("pageup");
    assert_eq!(console.screen(), top);
    console.press("end");
    assert!(console.rows_of(Pane::Body).last().unwrap().contains("\"}"));
    console.resize(120, 20);
    for (key, scroll) in [("f5", 0), ("f6", 1)] {
        console.press(key);
        let at = |console: &Console| match &console.app().screens.compose.dialog {
            Some(Dialog::Test(test)) => test.scroll,
            Some(Dialog::Compare(compare)) => compare.scroll,
            _ => panic!("{scroll}"),
        };
        console.press("pagedown");
        assert!(1 < at(&console), "{key}");
        console.press("end");
        let end = at(&console);
        console.press("pagedown");
        assert_eq!(at(&console), end, "{key}");
        console.press("home");
        assert_eq!(at(&console), 0, "{key}");
        console.press("esc");
    }
}

#[test]
fn completions_are_paged_too() {
    let mut console = Console::demo();
    console.go_before("20% off");
    console.type_text("<<");
    console.press("pagedown");
    let session = console.app().screens.compose.completion.as_ref().unwrap();
    assert!(2 < session.chosen, "{}", session.chosen);
    console.press("pageup");
    assert_eq!(console.app().screens.compose.completion.as_ref().unwrap().chosen, 0);
}

#[test]
fn a_zoomed_pane_fills_the_screen_and_follows_the_focus() {
    for size in [(60, 16), (80, 24), (120, 40), (200, 50)] {
        let mut console = Console::demo();
        console.resize(size.0, size.1);
        let before = console.app().screens.compose.layout.clone();
        console.press("f3");
        let shown = |console: &Console| {
            let panes = &console.app().screens.compose.layout.panes;
            assert_eq!(panes.len(), 1, "{size:?}");
            let (pane, area) = panes[0];
            assert_eq!((area.width, area.height), (size.0, size.1 - 3), "{size:?}");
            pane
        };
        assert_eq!(shown(&console), Pane::Body);
        console.shows("zoomed");
        console.type_text("x");
        assert!(console.body().starts_with('x'));
        console.press("ctrl-z esc");
        for pane in [Pane::Preview, Pane::Problems, Pane::Campaigns, Pane::Webhook, Pane::Body] {
            console.press("tab");
            assert_eq!(shown(&console), pane, "{size:?}");
        }
        console.press("4");
        console.shows("Hi Anna");
        console.press("f5");
        console.shows("Preview and Test");
        console.press("esc f6");
        console.shows("Parse modes");
        console.press("esc z");
        console.hides("zoomed");
        console.press("alt-3");
        assert_eq!(console.app().screens.compose.layout, before, "{size:?}");
    }
}

#[test]
fn the_mouse_zooms_and_works_in_a_zoomed_pane() {
    let mut console = Console::demo();
    let (x, y) = console.position_of("4 Preview");
    console.mouse(MouseKind::Down { clicks: 2 }, x, y);
    console.settle();
    console.shows("zoomed");
    assert_eq!(console.focus().pane, Pane::Preview);
    console.click_text("Hi Anna");
    assert_eq!(console.focus(), Focus::enter(Pane::Body), "a click in the message leads to the body");
    console.click_text("1 Campaigns");
    console.click_text("welcome");
    assert_eq!(console.open_stem(), "welcome");
    console.click_text("zoomed");
    console.hides("zoomed");
    assert_eq!(console.app().screens.compose.layout.panes.len(), 5);
}

#[test]
fn z_types_in_text_and_zooms_outside_it() {
    let mut console = Console::demo();
    console.press("z");
    assert!(console.body().starts_with('z') && !console.app().screens.compose.is_zoomed);
    console.press("esc z");
    assert!(console.app().screens.compose.is_zoomed);
    console.press("f3");
    assert!(!console.app().screens.compose.is_zoomed);
    console.press("f3 alt-2 f3");
    assert!(!console.app().screens.compose.is_zoomed);
    console.press("f3 ctrl-q");
    assert!(!console.restarted().app().screens.compose.is_zoomed, "it is not remembered");
}

#[test]
fn a_deleted_campaign_can_be_restored_after_a_restart() {
    let mut console = Console::demo();
    let body = console.body();
    console.press("esc 1 x");
    console.shows("u restores it; U lists everything");
    console.press("d ctrl-q");
    assert!(console.has_quit && !console.has_file("campaigns/spring-sale.toml"));
    let mut console = console.restarted();
    console.press("esc 1 u");
    console.shows("restored spring-sale");
    assert_eq!((console.open_stem(), console.body()), ("spring-sale", body));
    console.press("u");
    console.shows("nothing was deleted");
}

#[test]
fn the_list_of_deleted_things_restores_the_chosen_one() {
    let mut console = Console::demo();
    console.press("esc 1 x d x d");
    let deleted = console.app().shared.workspace.campaigns.len();
    assert_eq!(deleted, 3);
    console.press("2 esc x d");
    console.shows("deleted webhooks/");
    console.press("ctrl-q");
    let mut console = console.restarted();
    console.run("deleted campaigns");
    console.shows("Deleted campaigns and webhooks");
    console.shows("spring-sale  campaign");
    console.shows("bot  webhook");
    console.type_text("spring");
    console.press("enter");
    assert_eq!(console.open_stem(), "spring-sale");
    console.press("esc 1 U");
    console.hides("spring-sale  campaign");
    console.type_text("webhook");
    console.press("enter");
    console.shows("restored webhooks/bot.toml");
    console.press("U");
    console.click_text("cart-reminder  campaign");
    console.settle();
    assert_eq!(console.open_stem(), "cart-reminder");
    console.press("esc 1 U");
    console.shows("nothing was deleted");
    assert!(!console.app().has_dialog());
}

#[test]
fn a_campaign_is_restored_under_a_free_name_and_says_so() {
    let mut console = Console::demo();
    let body = console.body();
    console.press("esc 1 x d");
    console.write("campaigns/spring-sale.toml", "name = \"Another\"\nwebhook = \"bot\"\n");
    console.write("campaigns/spring-sale.json.liquid", "{}");
    console.files_changed();
    console.press("u");
    console.shows("restored spring-sale as spring-sale-2, because there is another spring-sale now");
    assert_eq!((console.open_stem(), console.body()), ("spring-sale-2", body));
    assert_eq!(console.file("campaigns/spring-sale.json.liquid"), "{}");
}

#[test]
fn unsaved_edits_of_a_deleted_campaign_come_back_with_it() {
    let mut console = Console::demo();
    console.type_text("Zebra");
    console.press("esc 1 x d");
    assert_ne!(console.open_stem(), "spring-sale");
    console.press("ctrl-q");
    assert!(console.has_quit, "nothing is unsaved any more");
    let mut console = console.restarted();
    console.hides("Unsaved edits");
    console.press("esc 1 u");
    console.shows("Unsaved edits of spring-sale");
    console.press("b");
    assert!(console.body().starts_with("Zebra"));
    assert!(!console.file("campaigns/spring-sale.json.liquid").starts_with("Zebra"));
}

#[test]
fn unsaved_edits_stay_open_if_the_campaign_cannot_be_deleted() {
    let mut console = Console::demo();
    console.type_text("Zebra");
    console.write(".telecast/id", "another machine");
    console.press("esc 1 x d");
    console.shows("was not made here");
    assert_eq!(console.open_stem(), "spring-sale");
    assert!(console.body().starts_with("Zebra") && console.app().screens.compose.is_unsaved("spring-sale"));
}

#[test]
fn the_trash_of_a_foreign_folder_is_not_offered() {
    let mut console = Console::demo();
    console.press("esc 1 x d");
    console.app_mut().screens.compose.is_private_foreign = true;
    console.press("U");
    console.shows("was not made here");
    assert!(!console.app().has_dialog());
}

#[test]
fn the_console_opens_with_the_last_campaign_cursor_and_profile() {
    let mut console = Console::demo();
    console.press("esc 1");
    console.click_text("welcome");
    console.press("f7");
    console.type_text("Иван");
    console.press("enter alt-3");
    console.go_before("parse_mode");
    console.press("right");
    let cursor = console.cursor();
    console.press("ctrl-q");
    assert!(console.has_quit);
    let mut again = console.restarted();
    assert_eq!((again.open_stem(), again.cursor()), ("welcome", cursor));
    again.shows("profile Иван");
    assert_eq!(again.focus(), Focus::enter(Pane::Body));
    again.press("ctrl-q");
    let third = again.restarted();
    assert_eq!((third.open_stem(), third.cursor()), ("welcome", cursor));
    third.shows("profile Иван");
}

#[test]
fn a_view_is_remembered_soon_after_another_campaign_was_opened() {
    let mut console = Console::demo();
    console.press("esc 1");
    console.click_text("welcome");
    console.deliver(telecast::ui::shared::msg::Msg::Due(telecast::ui::shared::effect::Timer::RememberView));
    console.settle();
    assert_eq!(console.restarted().open_stem(), "welcome", "even if the console was killed");
}

#[test]
fn what_no_longer_exists_is_not_opened() {
    let console = Console::demo();
    let state = WorkspaceState::new(&console.paths(), &console.app().shared.workspace.root);
    let view = |campaign: &str, cursor, profile: &str| LastView {
        campaign: Some(campaign.to_owned()),
        cursor,
        profile: Some(profile.to_owned()),
    };
    state.remember_view(&view("gone", Some((9, 9)), "no-such-profile")).unwrap();
    let first = console.app().shared.workspace.campaigns[0].stem.clone();
    assert_eq!(console.restarted().open_stem(), first);
    console.restarted().shows("profile Anna Petrova");
    state.remember_view(&view("welcome", Some((usize::MAX, usize::MAX)), "")).unwrap();
    let again = console.restarted();
    assert_eq!((again.open_stem(), again.cursor()), ("welcome", again.body().len()));
    state.remember_view(&view("../../etc", Some((0, 0)), "\u{1b}[2J")).unwrap();
    assert_eq!(console.restarted().open_stem(), first);
}

#[test]
fn the_view_is_kept_with_the_users_state_and_never_in_the_workspace() {
    let mut console = Console::demo();
    let files = |root: &Path| -> Vec<_> {
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    };
    let before = (files(console.root()), files(&console.root().join(".telecast")));
    console.press("esc 1 down ctrl-q");
    assert_eq!((files(console.root()), files(&console.root().join(".telecast"))), before);
    assert_ne!(console.restarted().open_stem(), "spring-sale");
}

#[test]
fn the_demo_begins_with_the_sample_and_then_where_it_was_left() {
    let mut console = Console::demo().restarted();
    assert_eq!(console.open_stem(), "spring-sale");
    console.press("esc 1");
    console.click_text("order-note");
    console.press("ctrl-q");
    assert_eq!(console.restarted().open_stem(), "order-note");
}

#[test]
fn pages_of_the_help_are_searched() {
    let mut console = Console::demo();
    console.press("f1");
    console.type_text("help: keys");
    console.press("enter");
    console.shows("/ find");
    console.press("/");
    console.type_text("completion");
    console.shows("1 of ");
    console.press("down");
    console.shows("2 of ");
    console.press("enter n");
    console.shows("3 of ");
    console.press("N N N");
    let last = console.screen();
    console.press("n");
    console.shows("1 of ");
    assert_ne!(console.screen(), last);
    console.press("/");
    console.type_text("zzz");
    console.shows("no match");
    console.press("esc");
    console.shows("/ find");
    console.press("esc");
    console.shows("In Body");
}
