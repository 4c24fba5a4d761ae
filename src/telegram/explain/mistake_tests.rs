//! Tests with generated mistakes: a valid text is broken in the ways in which people break markup. Either the safe
//! fixes restore the original message, or no fix is safe and the author must choose. A safe fix never leads to another
//! message.

use proptest::prelude::*;

use super::diagnose;
use crate::diagnostic::{Diagnostic, Rewritten, merged};
use crate::telegram::markup::CollectAll;
use crate::telegram::parse::parse_with;
use crate::telegram::{EscapeContext, FormattedText, ParseMode, escape, parse};
use crate::text::Span;

fn config() -> ProptestConfig {
    ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() }
}

/// A text and its formatting, from which the markup of each mode is written.
#[derive(Debug, Clone)]
enum Piece {
    Text(&'static str),
    Style(usize, Vec<Piece>),
    Code(&'static str),
    Block(&'static str),
    Link(&'static str, &'static str),
}

const WORDS: [&str; 18] = [
    "Sale",
    "today",
    "3.5",
    "file_name",
    "2*3",
    "(new)",
    "x>y",
    "A&B",
    "5 < 7",
    "wow!",
    "#1",
    "a-b",
    "me@x.de",
    "x | y",
    "[b]",
    "~5",
    "you're",
    "5 * 3",
];
const CODES: [&str; 5] = ["ls -l", "a_b", "x < y", "C:\\new", "f(*p)"];
const BLOCKS: [&str; 3] = ["ls `date`x", "let a = b;", "echo `x"];
const ADDRESSES: [&str; 4] = [
    "https://ex.example/a",
    "https://ex.example/Go_(lang)",
    "https://ex.example/a_b_c",
    "https://ex.example/?a=1&b=2",
];

fn piece() -> impl Strategy<Value = Piece> {
    let word = || prop::sample::select(WORDS.to_vec());
    let leaf = prop_oneof![
        5 => word().prop_map(Piece::Text),
        1 => prop::sample::select(CODES.to_vec()).prop_map(Piece::Code),
        1 => prop::sample::select(BLOCKS.to_vec()).prop_map(Piece::Block),
        1 => (word(), prop::sample::select(ADDRESSES.to_vec())).prop_map(|(text, url)| Piece::Link(text, url)),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        (0..5_usize, prop::collection::vec(inner, 1..3))
            .prop_map(|(style, pieces)| Piece::Style(style, pieces))
    })
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    prop::collection::vec(piece(), 1..5)
}

fn written(mode: ParseMode, pieces: &[Piece]) -> String {
    let written: Vec<String> = pieces.iter().map(|piece| write(mode, piece, true)).collect();
    written.join(" ")
}

fn write(mode: ParseMode, piece: &Piece, may_nest: bool) -> String {
    let text = |text: &str| match mode {
        // In legacy Markdown, an entity has no escapes.
        ParseMode::Markdown if !may_nest => text.replace(['_', '*', '`', '[', ']'], "x"),
        _ => escape(mode, EscapeContext::Text, text),
    };
    let code = |code: &str| escape(mode, EscapeContext::Code, code);
    match (mode, piece) {
        (_, Piece::Text(word)) => text(word),
        (ParseMode::Html, Piece::Style(style, inner)) => {
            let tag = ["b", "i", "u", "s", "tg-spoiler"][*style];
            format!("<{tag}>{}</{tag}>", written(mode, inner))
        }
        (ParseMode::Html, Piece::Code(inner)) => format!("<code>{}</code>", code(inner)),
        (ParseMode::Html, Piece::Block(inner)) => format!("<pre>{}</pre>", code(inner)),
        (ParseMode::Html, Piece::Link(word, url)) => {
            format!("<a href=\"{}\">{}</a>", escape(mode, EscapeContext::LinkAddress, url), text(word))
        }
        (ParseMode::Markdown, Piece::Style(..) | Piece::Code(_) | Piece::Block(_) | Piece::Link(..))
            if !may_nest =>
        {
            "x".to_owned()
        }
        (ParseMode::Markdown, Piece::Style(style, inner)) => {
            let inner: Vec<String> = inner.iter().map(|piece| write(mode, piece, false)).collect();
            let delimiter = ["*", "_"][style % 2];
            format!("{delimiter}{}{delimiter}", inner.join(" "))
        }
        (ParseMode::MarkdownV2, Piece::Style(style, inner)) => {
            let delimiter = ["*", "_", "__", "~", "||"][*style];
            format!("{delimiter}{}{delimiter}", written(mode, inner))
        }
        (_, Piece::Code(inner)) => format!("`{}`", code(inner)),
        (_, Piece::Block(inner)) => format!("```\n{}\n```", code(inner)),
        (_, Piece::Link(word, url)) => {
            let word = match mode {
                ParseMode::Markdown => word.replace(['_', '*', '`', '[', ']'], "x"),
                _ => text(word),
            };
            format!("[{word}]({})", escape(mode, EscapeContext::LinkAddress, url))
        }
    }
}

/// Returns the text with each mistake that people make in this mode, one at a time.
fn mistakes(mode: ParseMode, markup: &str) -> Vec<String> {
    let mut collected = CollectAll::default();
    parse_with(mode, markup, &mut collected).unwrap();
    let without = |span: Span| format!("{}{}", &markup[..span.start], &markup[span.end..]);
    let mut broken = Vec::new();
    for element in &collected.elements {
        broken.extend([without(element.close), without(element.open)]);
        if element.close.of(markup).ends_with(['>', ')']) {
            broken.push(without(Span::new(element.close.end - 1, element.close.end)));
        }
        if element.open.of(markup).ends_with('>') {
            broken.push(without(Span::new(element.open.end - 1, element.open.end)));
        }
    }
    let literals: &[(&str, &str)] = match mode {
        ParseMode::Html => &[("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&#39;", "'")],
        ParseMode::Markdown | ParseMode::MarkdownV2 => &[("\\", "")],
    };
    for (escaped, literal) in literals {
        let places = markup.match_indices(escaped);
        broken.extend(
            places.map(|(at, _)| format!("{}{literal}{}", &markup[..at], &markup[at + escaped.len()..])),
        );
    }
    if mode == ParseMode::Html {
        broken.extend(swapped_end_tags(markup));
    }
    broken
}

fn swapped_end_tags(markup: &str) -> Vec<String> {
    let ends: Vec<Span> = markup
        .match_indices("</")
        .map(|(at, _)| Span::new(at, at + markup[at..].find('>').unwrap() + 1))
        .collect();
    ends.windows(2)
        .map(|pair| {
            let (first, second) = (pair[0], pair[1]);
            let (before, between, after) =
                (&markup[..first.start], &markup[first.end..second.start], &markup[second.end..]);
            format!("{before}{}{between}{}{after}", second.of(markup), first.of(markup))
        })
        .collect()
}

/// Returns the text after the safe fixes of all problems, or `None` if there are none.
fn fixed(mode: ParseMode, markup: &str) -> Option<String> {
    let problems = diagnose(Some(mode), markup);
    let safe = problems.iter().filter_map(Diagnostic::safe_fix);
    let edits = merged(safe.map(|fix| fix.edits.as_slice())).expect("safe fixes fit together");
    (!edits.is_empty()).then(|| Rewritten::new(markup, &edits).unwrap().text)
}

fn check_mistakes(mode: ParseMode, markup: &str) -> Result<(), TestCaseError> {
    // Delimiters that touch, such as `_` and `__`, can be read as markup other than that of the pieces.
    let Ok(right): Result<FormattedText, _> = parse(mode, markup) else { return Ok(()) };
    for broken in mistakes(mode, markup) {
        let as_sent = parse(mode, &broken);
        match fixed(mode, &broken) {
            // Some broken texts are valid: Telegram sends another message, and nothing shows that the author did not
            // mean it.
            Some(fixed) => {
                let message = parse(mode, &fixed);
                let is_known = message.as_ref() == Ok(&right) || (message.is_ok() && message == as_sent);
                prop_assert!(is_known, "{markup:?} broken to {broken:?} became {fixed:?}");
            }
            None if as_sent.is_err() => {
                let problems = diagnose(Some(mode), &broken);
                let is_offered = problems.iter().any(|problem| !problem.fixes.is_empty());
                prop_assert!(is_offered, "no offer for {broken:?}, from {markup:?}");
            }
            None => {}
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_mistake_in_html_is_undone_or_a_choice(pieces in pieces()) {
        check_mistakes(ParseMode::Html, &written(ParseMode::Html, &pieces))?;
    }

    #[test]
    fn a_mistake_in_markdown_v2_is_undone_or_a_choice(pieces in pieces()) {
        check_mistakes(ParseMode::MarkdownV2, &written(ParseMode::MarkdownV2, &pieces))?;
    }

    #[test]
    fn a_mistake_in_legacy_markdown_is_undone_or_a_choice(pieces in pieces()) {
        check_mistakes(ParseMode::Markdown, &written(ParseMode::Markdown, &pieces))?;
    }
}

/// Checks the text after all safe fixes; an empty text means that there are only choices.
#[track_caller]
fn check(mode: ParseMode, markup: &str, expected: &str) {
    assert!(parse(mode, markup).is_err(), "{markup:?} is right");
    assert_eq!(fixed(mode, markup).unwrap_or_default(), expected, "{markup:?}");
    if expected.is_empty() {
        assert!(diagnose(Some(mode), markup).iter().any(|problem| !problem.fixes.is_empty()), "{markup:?}");
    }
}

#[test]
fn the_stray_character_is_escaped_and_not_the_entity() {
    let v2 = ParseMode::MarkdownV2;
    check(v2, "[a_b](https://ex.example)", "[a\\_b](https://ex.example)");
    check(v2, "*file_name*", "*file\\_name*");
    check(v2, "*Order user_name* and *x*", "*Order user\\_name* and *x*");
    check(v2, "*file_name* and *a_b_c*", "*file\\_name* and *a\\_b\\_c*");
    check(v2, "_2*3_ costs 1.5", "_2\\*3_ costs 1\\.5");
    check(v2, "5 * 3", "5 \\* 3");
    check(v2, "```sh\nls `date\n```", "```sh\nls \\`date\n```");
    check(v2, "[Wiki](https://ex.example/Go_(lang))", "[Wiki](https://ex.example/Go_(lang\\))");
    check(v2, "([shop](https://ex.example))", "\\([shop](https://ex.example)\\)");
    check(v2, "*>one*", "*\\>one*");
    check(ParseMode::Markdown, "user_name is *here*", "user\\_name is *here*");
    check(ParseMode::Markdown, "user_name is *file_x*", "user\\_name is *file_x*");
}

#[test]
fn a_less_than_sign_that_starts_a_tag_by_chance_is_text() {
    let html = ParseMode::Html;
    check(html, "if a<b and c>d", "if a&lt;b and c&gt;d");
    check(html, "<i>if a<b and c>d</i>", "<i>if a&lt;b and c&gt;d</i>");
    check(html, "a<b", "a&lt;b");
    check(html, "1 < 2 <b>x</b>", "1 &lt; 2 <b>x</b>");
    check(html, "Hello <name>!", "Hello &lt;name&gt;!");
    check(html, "<b>a</b> b<i or c <u>d</u>", "<b>a</b> b&lt;i or c <u>d</u>");
}

#[test]
fn where_nobody_can_know_there_are_only_choices() {
    check(ParseMode::Html, "<b>Hi\n\nNext paragraph", "");
    check(ParseMode::Html, "<b>Sale", "");
    check(ParseMode::Html, "Sale</b>", "");
    check(ParseMode::Html, "<b>a<i>b</b>c</i>", "");
    check(ParseMode::Html, "<b>a<i>b</b>", "");
    check(ParseMode::Html, "<stong>x</stong>", "");
    check(ParseMode::MarkdownV2, "*Sale", "");
    check(ParseMode::MarkdownV2, "[text(https://a.b/c)", "");
    check(ParseMode::MarkdownV2, "[x](https://a.b/c)d)", "");
    check(ParseMode::MarkdownV2, "*a _b*", "");
    check(ParseMode::Markdown, "*Sale", "");
    check(ParseMode::Markdown, "_Sale [x](https://a.b/c_d_e)", "");
}

#[test]
fn a_quote_in_an_entity_can_be_moved_before_it() {
    let problems = diagnose(Some(ParseMode::MarkdownV2), "*>one*");
    let fixes = problems[0].fixes.iter().map(|fix| (fix.safe, fix.apply("*>one*").unwrap()));
    assert_eq!(fixes.collect::<Vec<_>>(), [(true, "*\\>one*".to_owned()), (false, ">*one*".to_owned())]);
}

/// Checks that no fix is safe, and that the first fix gives the expected text.
#[track_caller]
fn check_offer(mode: ParseMode, markup: &str, expected: &str) {
    assert_eq!(fixed(mode, markup), None, "{markup:?}");
    let problems = diagnose(Some(mode), markup);
    let offers = problems.iter().filter_map(|problem| problem.fixes.first()?.apply(markup));
    let offers: Vec<String> = offers.collect();
    assert!(offers.iter().any(|offer| offer == expected), "{markup:?} gets {offers:?}");
}

#[test]
fn mistyped_liquid_is_never_made_text() {
    let v2 = ParseMode::MarkdownV2;
    check_offer(v2, "Hi { Profile.name | tg_markdown_v2 }}", "Hi \\{ Profile.name | tg_markdown_v2 }}");
    check_offer(v2, "Hi { Profile.a }!", "Hi \\{ Profile.a }!");
    check_offer(v2, "Hi { { Profile.a }}", "Hi \\{ { Profile.a }}");
    check_offer(v2, "a { else %} b.", "a \\{ else %} b.");
    check_offer(v2, "a % else %} b.", "a % else %\\} b.");
    check_offer(v2, "Anna}", "Anna\\}");
    check_offer(ParseMode::Markdown, "Hi { Profile.first_name }}", "Hi { Profile.first\\_name }}");
    check_offer(ParseMode::Html, "a % if n < 2 %} b", "a % if n &lt; 2 %} b");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_text_with_mistyped_liquid_has_a_safe_fix(
        name in "[a-z]{1,4}(\\.|_)?[a-z]{0,4}",
        cut in 1..4_usize,
        end in "[.!>_-]?",
        mode in prop::sample::select(vec![ParseMode::Html, ParseMode::Markdown, ParseMode::MarkdownV2]),
    ) {
        let written = format!("Hi {{{{ {name} }}}}{end} a_b <c");
        let first = written.find('{').unwrap();
        let last = written.rfind('}').unwrap();
        // One brace is missing at the start, at the end, or one is too much.
        let broken = match cut {
            1 => format!("{}{}", &written[..first], &written[first + 1..]),
            2 => format!("{}{}", &written[..last], &written[last + 1..]),
            _ => format!("{}}}{}", &written[..last], &written[last..]),
        };
        prop_assert_eq!(fixed(mode, &broken), None, "{:?}", broken);
    }
}

#[test]
fn a_tag_with_a_character_too_much_is_a_choice() {
    let html = ParseMode::Html;
    check_offer(html, "<<b>Hi</b>", "<b>Hi</b>");
    check_offer(html, "<b>Hi<</b>", "<b>Hi</b>");
    check_offer(html, "<b>Hi</ b>", "<b>Hi</b>");
    check_offer(html, "< b>Hi</b>", "<b>Hi</b>");
    check(html, "a << 2", "a &lt;&lt; 2");
}

#[test]
fn a_mistyped_link_is_a_choice() {
    let v2 = ParseMode::MarkdownV2;
    check_offer(v2, "[x] (https://x.example) 1.5", "[x](https://x.example) 1.5");
    check_offer(v2, "(x)[https://x.example]", "[x](https://x.example)");
    check(v2, "(see [x](https://x.example))", "\\(see [x](https://x.example)\\)");
    check(v2, "\\[x\\] (y)", "\\[x\\] \\(y\\)");
}
