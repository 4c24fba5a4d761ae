use proptest::prelude::*;

use super::*;
use crate::telegram::{Entity, FixOptions, fix, parse};

#[track_caller]
fn check(mode: ParseMode, html: &str, expected: &str) {
    let unparsed = unparse(&parse(ParseMode::Html, html).unwrap(), mode);
    let mut shown = unparsed.markup;
    for lost in unparsed.lost {
        shown.push_str(&format!(" - {lost}"));
    }
    assert_eq!(shown, expected, "{html}");
}

fn v2(html: &str, expected: &str) {
    check(ParseMode::MarkdownV2, html, expected);
}

fn legacy(html: &str, expected: &str) {
    check(ParseMode::Markdown, html, expected);
}

#[test]
fn html_is_written_in_its_shortest_form() {
    let html = |html: &str, expected: &str| check(ParseMode::Html, html, expected);
    html("<strong>don't</strong> &amp; &lt;3", "<b>don't</b> &amp; &lt;3");
    html(
        "<a href='http://a.b/?q=\"'>x</a><pre><code class=\"language-rust\">y</code></pre>",
        "<a href=\"http://a.b/?q=&quot;\">x</a><pre><code class=\"language-rust\">y</code></pre>",
    );
    html(
        "<tg-emoji emoji-id=\"5\">x</tg-emoji><blockquote expandable>q</blockquote>",
        "<tg-emoji emoji-id=\"5\">x</tg-emoji><blockquote expandable>q</blockquote>",
    );
}

#[test]
fn markdown_v2_escapes_and_nests() {
    v2("<b>1.5</b> <i>a_b</i>!", "*1\\.5* _a\\_b_\\!");
    v2("<u><i>x</i></u>", "_**__x__**_");
    v2("<b><i>x</i><u>y</u></b>", "*_x_~~__y__*");
    v2("<b>a <i>b</i> <a href='a.b'>l</a> <code>c</code></b>", "*a _b_ [l](http://a.b/) *`c`");
    v2("<a href='https://a.b/(x)'>l</a> <code>`\\</code>", "[l](https://a.b/(x\\)) `\\`\\\\`");
    v2("<pre><code class='language-c'>a\nb</code></pre>", "```c\na\nb```");
    v2(
        "<tg-spoiler>s</tg-spoiler><tg-time unix='9' format='wT'>t</tg-time>",
        "||s||![t](tg://time?unix=9&format=wT)",
    );
}

#[test]
fn markdown_v2_quotes_cover_whole_lines() {
    v2("<blockquote>a\nb</blockquote>\nc", ">a\n>b\nc");
    v2("<blockquote>a</blockquote>\n<blockquote expandable>b</blockquote>", ">a\n**>b||");
    v2("<blockquote expandable><tg-spoiler>a</tg-spoiler>\n</blockquote>b", ">||a||||\nb");
    v2(
        "x<blockquote>a</blockquote>y",
        "x\n>a\ny - a quote that starts within a line on \"a\" - a quote that ends within a line on \"a\"",
    );
    v2("<blockquote><b>a\n</b></blockquote>b", ">*a*\nb");
}

#[test]
fn legacy_markdown_reports_what_it_cannot_express() {
    legacy("a_b <b>x*y</b>", "a\\_b *x*\\**y* - bold around * on \"x*y\"");
    legacy("<b>Hi <a href='a.b'>l</a>!</b>", "*Hi *[l](http://a.b/)*!* - bold on \"Hi l!\"");
    legacy("<u>u</u> <tg-spoiler>s</tg-spoiler>", "u s - underline on \"u\" - spoiler on \"s\"");
    legacy("\\<b>x</b>", "*\\x* - bold begins with the backslash before it on \"x\"");
    legacy("<pre><code class='language-c'>a</code></pre>", "```c\na```");
    legacy(
        "<a href='a.b/(x)'>l</a>",
        "[l](http://a.b/(x%29) - the \")\" in the address http://a.b/(x), written %29",
    );
}

/// Returns a strategy for messages as the server has them after parsing.
pub(in crate::telegram) fn texts() -> impl Strategy<Value = FormattedText> {
    let character = prop_oneof![
        4 => proptest::sample::select(vec!['a', 'b', ' ', 'é', '😀']),
        3 => proptest::sample::select("_*[]()~`>#+-=|{}.!\\<&\"'".chars().collect::<Vec<_>>()),
        1 => Just('\n'),
    ];
    let text = proptest::collection::vec(character, 1..40);
    let kind = prop_oneof![
        Just(EntityKind::Bold),
        Just(EntityKind::Italic),
        Just(EntityKind::Underline),
        Just(EntityKind::Strikethrough),
        Just(EntityKind::Spoiler),
        Just(EntityKind::Blockquote),
        Just(EntityKind::ExpandableBlockquote),
        Just(EntityKind::Code),
        Just(EntityKind::Pre { language: None }),
        Just(EntityKind::Pre { language: Some("c++".into()) }),
        Just(EntityKind::TextLink { url: "https://a.b/(x)\\?q=\"&<".into() }),
        Just(EntityKind::TextMention { user_id: 7 }),
        Just(EntityKind::CustomEmoji { custom_emoji_id: -5 }),
        Just(EntityKind::DateTime { unix_time: 9, format: "wT".into() }),
    ];
    let entities = proptest::collection::vec((kind, 0usize..40, 1usize..12), 0..8);
    (text, entities).prop_filter_map("the text is refused", |(chars, entities)| {
        let text: String = chars.iter().collect();
        let units: Vec<u32> = chars
            .iter()
            .scan(0, |at, c| {
                let start = *at;
                *at += c.len_utf16() as u32;
                Some(start)
            })
            .collect();
        let unit = |at: usize| units.get(at).copied().unwrap_or_else(|| crate::text::utf16_len(&text) as u32);
        let entities = entities
            .into_iter()
            .map(|(kind, start, len)| Entity {
                kind,
                offset: unit(start),
                length: unit(start + len) - unit(start),
            })
            .collect();
        fixed(FormattedText { text, entities })
    })
}

fn fixed(text: FormattedText) -> Option<FormattedText> {
    fix(text, FixOptions::CLEAN_AND_REPAIR).ok()
}

fn reparsed(mode: ParseMode, markup: &str) -> FormattedText {
    match parse(mode, markup) {
        Ok(parsed) => fixed(parsed).unwrap_or_default(),
        Err(error) => FormattedText { text: error.message(), entities: Vec::new() },
    }
}

/// Makes quotes whole lines, including their line break, as MarkdownV2 requires.
fn with_whole_line_quotes(text: FormattedText) -> FormattedText {
    let unparsed = unparse(&text, ParseMode::MarkdownV2);
    reparsed(ParseMode::MarkdownV2, &unparsed.markup)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn html_round_trips(text in texts()) {
        let markup = unparse(&text, ParseMode::Html).markup;
        prop_assert_eq!(reparsed(ParseMode::Html, &markup), text, "{}", markup);
    }

    #[test]
    fn markdown_v2_round_trips_if_quotes_are_whole_lines(text in texts()) {
        let text = with_whole_line_quotes(text);
        let unparsed = unparse(&text, ParseMode::MarkdownV2);
        prop_assert_eq!(&unparsed.lost, &Vec::<String>::new());
        prop_assert_eq!(reparsed(ParseMode::MarkdownV2, &unparsed.markup), text, "{}", unparsed.markup);
    }

    #[test]
    fn markdown_v2_keeps_everything_but_quote_boundaries(text in texts()) {
        let unparsed = unparse(&text, ParseMode::MarkdownV2);
        let parsed = reparsed(ParseMode::MarkdownV2, &unparsed.markup);
        let has_quote = text.entities.iter().any(|entity| entity.kind.name().ends_with("blockquote"));
        if has_quote {
            let visible = |text: &FormattedText| text.text.replace('\n', "");
            prop_assert_eq!(visible(&parsed), visible(&text), "{}", unparsed.markup);
        } else {
            prop_assert_eq!(parsed, text, "{}", unparsed.markup);
        }
    }

    #[test]
    fn legacy_markdown_keeps_the_text_and_reports_losses(text in texts()) {
        let unparsed = unparse(&text, ParseMode::Markdown);
        let parsed = reparsed(ParseMode::Markdown, &unparsed.markup);
        prop_assert_eq!(&parsed.text, &text.text, "{}", unparsed.markup);
        prop_assert!(parsed == text || !unparsed.lost.is_empty(), "{} {:?}", unparsed.markup, text);
    }
}
