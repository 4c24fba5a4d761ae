use proptest::prelude::*;

use super::*;
use crate::telegram::request::{ButtonAction, ButtonStyle};
use crate::telegram::{FixOptions, Limit, ParseMode, fix, parse, process_text};
use crate::text;

fn message(html: &str) -> FormattedText {
    process_text(parse(ParseMode::Html, html).unwrap(), Limit::Message).unwrap().text
}

fn shown(lines: &[MessageLine]) -> String {
    lines.iter().map(MessageLine::text).collect::<Vec<String>>().join("\n")
}

#[track_caller]
fn check_with(options: LayoutOptions, html: &str, expected: &str) {
    assert_eq!(shown(&layout(&message(html), &[], options).body), expected, "{html}");
}

#[track_caller]
fn check(html: &str, expected: &str) {
    check_with(LayoutOptions::new(20), html, expected);
}

#[test]
fn words_wrap_and_long_words_are_split() {
    check("The quick brown fox jumps over", "The quick brown fox\njumps over");
    check("Donaudampfschifffahrtsgesellschaft ok", "Donaudampfschifffahr\ntsgesellschaft ok");
    check("one\n\ntwo", "one\n\ntwo");
    check("well-known-hyphenated-words", "well-known-\nhyphenated-words");
}

#[test]
fn closing_punctuation_stays_with_its_word() {
    check("The quick brown <b>jumps</b>.", "The quick brown\njumps.");
    check("Look (<i>the brown fox</i>), ok", "Look (the brown\nfox), ok");
    check("one tw <b>twenty-three-</b>; ok", "one tw twenty-\nthree-; ok");
    check("Donaudampfschifffahr.", "Donaudampfschifffah\nr.");
    check("!!!!!!!!!!!!!!!!!!!!!!!", "!!!!!!!!!!!!!!!!!!!!\n!!!");
    check_with(LayoutOptions::new(6), "漢字漢。漢字", "漢字\n漢。漢\n字");
    check_with(LayoutOptions::new(6), "漢字「漢」", "漢字\n「漢」");
}

#[test]
fn inline_code_breaks_only_if_it_is_wider_than_a_line() {
    check("The quicker <code>let a = 1;</code> fox", "The quicker\nlet a = 1; fox");
    check("The quick <code>a-b c/d</code>.", "The quick a-b c/d.");
    check("The quick brown <code>a-b c/d</code>.", "The quick brown\na-b c/d.");
    check("See <code>let a = b + c + d + e;</code>", "See let a = b + c +\nd + e;");
    check("(<code>let a = b + c + 12</code>).", "(let a = b + c +\n12).");
}

#[test]
fn wide_and_joined_characters_keep_their_width() {
    check_with(LayoutOptions::new(6), "漢字漢字漢字", "漢字漢\n字漢字");
    check_with(LayoutOptions::new(4), "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦\n👩‍👩‍👧‍👦");
    check("שלום עולם", "שלום עולם");
}

#[test]
fn quotes_have_a_bar_and_their_own_lines() {
    check("a<blockquote>one two three four five</blockquote>b", "a\n▌ one two three four\n▌ five\nb");
    check("a\n<blockquote>q\n</blockquote>b", "a\n▌ q\nb");
    check("<blockquote>q</blockquote>\n\nb", "▌ q\n\nb");
}

#[test]
fn long_expandable_quotes_start_collapsed() {
    let html = "<blockquote expandable>1\n2\n3\n4\n5</blockquote>";
    check(html, "▌ 1\n▌ 2\n▌ 3\n▌ ▾ 2 more");
    check_with(
        LayoutOptions { expands_quotes: true, ..LayoutOptions::new(20) },
        html,
        "▌ 1\n▌ 2\n▌ 3\n▌ 4\n▌ 5\n▌ ▴ less",
    );
    check("<blockquote expandable>1\n2\n3</blockquote>", "▌ 1\n▌ 2\n▌ 3");
}

#[test]
fn code_blocks_are_boxes_that_never_wrap() {
    check(
        "x<pre><code class=\"language-rust\">fn main() {\n    println!(\"a\");\n}</code></pre>y",
        "x\n╭─ rust ───────────╮\n│ fn main() {      │\n│     println!(\"a… │\n│ }                │\n╰──────────────────╯\ny",
    );
    check("<pre>a\n\nb</pre>", "╭───╮\n│ a │\n│   │\n│ b │\n╰───╯");
    check("<pre><code class=\"language-c\">a</code></pre>", "╭─ c ─╮\n│ a   │\n╰─────╯");
    check_with(
        LayoutOptions { is_ascii: true, ..LayoutOptions::new(20) },
        "<pre>a</pre>",
        "+---+\n| a |\n+---+",
    );
}

#[test]
fn spoilers_keep_their_width_until_they_are_revealed() {
    check("a <tg-spoiler>漢 b</tg-spoiler>", "a ░░░░");
    check_with(
        LayoutOptions { reveals_spoilers: true, ..LayoutOptions::new(20) },
        "a <tg-spoiler>漢 b</tg-spoiler>",
        "a 漢 b",
    );
}

#[test]
fn hidden_link_urls_are_listed_once_in_full() {
    check("<a href='example.com'>a</a> <a href='example.com'>b</a>", "a b\n↗ http://example.com\n  /");
    check("see example.com", "see example.com");
}

#[test]
fn control_characters_are_shown_as_pictures() {
    let text = FormattedText { text: "a\u{202e}b\x1bc".into(), entities: Vec::new() };
    assert_eq!(shown(&layout(&text, &[], LayoutOptions::new(20)).body), "a\u{2424}b␛c");
}

#[test]
fn runs_have_a_style_a_source_and_a_link() {
    let laid_out = layout(&message("é <b><i>bi</i></b> <a href='a.b'>l</a>"), &[], LayoutOptions::new(40));
    let runs: Vec<_> =
        laid_out.body[0].runs.iter().map(|run| (run.text.as_str(), run.source.clone().unwrap())).collect();
    assert_eq!(runs, [("é ", 0..3), ("bi", 3..5), (" ", 5..6), ("l", 6..7)]);
    let styles: Vec<_> =
        laid_out.body[0].runs.iter().map(|run| (run.style.bold, run.style.italic, run.style.role)).collect();
    assert_eq!(styles[1], (true, true, RunRole::Text));
    assert_eq!(styles[3], (false, false, RunRole::Link));
    assert_eq!(laid_out.body[0].runs[3].link.as_deref(), Some("http://a.b/"));
}

fn button(text: &str, action: ButtonAction) -> Button {
    Button { text: text.into(), action, style: ButtonStyle::Default, icon_custom_emoji_id: None }
}

#[test]
fn buttons_of_a_row_have_equal_widths() {
    let url = |text: &str| button(text, ButtonAction::Url("https://a.b/".into()));
    let data = |text: &str| button(text, ButtonAction::CallbackData("d".into()));
    let check = |rows: &[Vec<Button>], width: usize, expected: &str| {
        let options = LayoutOptions { keyboard_width: width, ..LayoutOptions::new(6) };
        assert_eq!(shown(&layout(&message("x"), rows, options).keyboard), expected);
    };
    check(&[vec![url("Shop now")]], 20, "[    Shop now ↗    ]");
    check(
        &[vec![data("Yes"), data("No")], vec![url("A very long label")]],
        21,
        "[  Yes   ] [   No   ]\n[ A very long la… ↗ ]",
    );
    check(&[vec![data("a"), data("b"), data("c")]], 11, "[ a ] [ b ]\n[    c    ]");
}

#[test]
fn a_copied_message_is_shown_with_what_it_says() {
    let check = |method: &str, body: &str, known: Option<&str>, expected: &str| {
        let document = crate::json::parse(body).unwrap();
        let arguments = crate::telegram::Arguments::from_json(&document, body).unwrap();
        let request = crate::telegram::check(method, &arguments).result.unwrap();
        assert_eq!(shown(&layout_request(&request, known, LayoutOptions::new(40)).body), expected);
    };
    let copy = r#"{"chat_id": 1, "from_chat_id": 1001, "message_id": 12}"#;
    let unknown = "▣ copies message 12 of chat 1001\n▣ only Telegram knows what it says";
    check("copyMessage", copy, None, unknown);
    check("copyMessage", copy, Some("Hello Anna"), "▣ copies message 12 of chat 1001\n▣ Hello Anna");
    let captioned = r#"{"chat_id": 1, "from_chat_id": "@news", "message_id": 12, "caption": "New"}"#;
    let expected = "▣ copies message 12 of chat @news\n▣ only Telegram knows what it says\nNew";
    check("copyMessage", captioned, None, expected);
    let several = r#"{"chat_id": 1, "from_chat_id": 1001, "message_ids": [1, 2]}"#;
    let expected = "▣ forwards 2 messages of chat 1001\n▣ only Telegram knows what they say";
    check("forwardMessages", several, None, expected);
}

#[test]
fn media_polls_and_locations_are_shown() {
    let check = |method: &str, body: &str, expected: &str| {
        let document = crate::json::parse(body).unwrap();
        let arguments = crate::telegram::Arguments::from_json(&document, body).unwrap();
        let request = crate::telegram::check(method, &arguments).result.unwrap();
        assert_eq!(shown(&layout_request(&request, None, LayoutOptions::new(30)).body), expected);
    };
    check(
        "sendPhoto",
        r#"{"chat_id": 1, "photo": "https://a.b/c.png", "caption": "C"}"#,
        "▣ photo https://a.b/c.png\nC",
    );
    check("sendPhoto", r#"{"chat_id": 1, "photo": "AgAC"}"#, "▣ photo AgAC");
    check(
        "sendPoll",
        r#"{"chat_id": 1, "question": "Q?", "options": ["a", "b"], "type": "quiz", "correct_option_ids": [1]}"#,
        "Q?\n○ a\n◉ b",
    );
    check("sendLocation", r#"{"chat_id": 1, "latitude": 1.5, "longitude": 2}"#, "▣ location 1.5, 2");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_line_is_wider_than_asked_and_nothing_panics(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "<b>", "</b>", "<pre>", "</pre>", "<blockquote>", "</blockquote>", "<tg-spoiler>", "</tg-spoiler>",
                "a", "bb ", "漢", "\n", "👩‍👩‍👧‍👦", "é", "example.com", "\u{202e}", "longerword", "<code>", "</code>",
            ]),
            0..40,
        ),
        width in 6usize..30,
        reveals_spoilers: bool,
    ) {
        let parsed = parse(ParseMode::Html, &words.concat()).unwrap_or_default();
        let text = fix(parsed, FixOptions::CAPTION).unwrap_or_default();
        let options = LayoutOptions { reveals_spoilers, ..LayoutOptions::new(width) };
        for line in layout(&text, &[], options).body {
            prop_assert!(text::width(&line.text()) <= width, "{:?} in {width}", line.text());
        }
    }
}
