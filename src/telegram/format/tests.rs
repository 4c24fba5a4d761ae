//! Tests of formats on marked texts: `⟦` and `⟧` are the ends of a selection, and `‸` is the cursor.

use proptest::prelude::*;

use super::*;
use crate::diagnostic::apply_edits;
use crate::telegram::unparse::tests::texts;
use crate::telegram::{EntityKind, FixOptions, FormattedText, fix, parse, unparse};

use ParseMode::{Html, Markdown, MarkdownV2};
use TextFormat::{Bold, Code, Italic, Link, Quote, Spoiler, Strikethrough, Underline};

/// Returns the edited text with the new selection, or the refusal. Without a new selection, no place is marked.
fn toggled(mode: ParseMode, marked: &str, format: TextFormat) -> String {
    let bare = |text: &str| text.replace(['⟦', '⟧', '‸'], "");
    let text = bare(marked);
    let offset_of = |mark: char| marked.find(mark).map(|at| bare(&marked[..at]).len());
    let selection = match offset_of('‸') {
        Some(at) => Span::at(at),
        None => Span::new(offset_of('⟦').unwrap(), offset_of('⟧').unwrap()),
    };
    match toggle_format(&text, &liquid_in(&text), mode, format, selection) {
        Ok(edit) => {
            let mut edited = apply_edits(&edit.edits, &text).unwrap();
            match edit.select {
                None => {}
                Some(at) if at.is_empty() => edited.insert(at.start, '‸'),
                Some(span) => {
                    edited.insert(span.end, '⟧');
                    edited.insert(span.start, '⟦');
                }
            }
            edited
        }
        Err(refusal) => format!("✘ {refusal}"),
    }
}

fn liquid_in(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(['{']).map(|at| from + at) {
        let end = text[at..]
            .find("}}")
            .into_iter()
            .chain(text[at..].find("%}"))
            .min()
            .map_or(text.len(), |end| at + end + 2);
        spans.push(Span::new(at, end));
        from = end;
    }
    spans
}

#[track_caller]
fn check(mode: ParseMode, format: TextFormat, marked: &str, expected: &str) {
    assert_eq!(toggled(mode, marked, format), expected, "{marked}");
}

#[track_caller]
fn html(format: TextFormat, marked: &str, expected: &str) {
    check(Html, format, marked, expected);
}

#[track_caller]
fn v2(format: TextFormat, marked: &str, expected: &str) {
    check(MarkdownV2, format, marked, expected);
}

#[track_caller]
fn markdown(format: TextFormat, marked: &str, expected: &str) {
    check(Markdown, format, marked, expected);
}

#[test]
fn the_selection_or_the_word_at_the_cursor_is_formatted() {
    html(Bold, "Hi ⟦Anna⟧!", "Hi <b>⟦Anna⟧</b>!");
    html(Italic, "Hi An‸na!", "Hi <i>Anna</i>!");
    html(Underline, "Hi Anna‸!", "Hi <u>Anna</u>!");
    html(Strikethrough, "Hi ‸don't go", "Hi <s>don't</s> go");
    html(Spoiler, "🎉‸ Hi", "<tg-spoiler>🎉</tg-spoiler> Hi");
    html(Code, "a ⟦ b c ⟧ d", "a  <code>⟦b c⟧</code>  d");
    v2(Bold, "1\\.5 ‸eur", "1\\.5 *eur*");
    v2(Spoiler, "a ⟦b⟧", "a ||⟦b⟧||");
    v2(Underline, "a ⟦b⟧", "a __⟦b⟧__");
    markdown(Bold, "a b‸", "a *b*");
}

#[test]
fn a_format_that_is_there_is_removed() {
    html(Bold, "<b>⟦Hi⟧</b>", "⟦Hi⟧");
    html(Bold, "⟦<strong>Hi</strong>⟧ x", "⟦Hi⟧ x");
    html(Bold, "⟦a <b>Hi</b> c⟧", "<b>⟦a Hi c⟧</b>");
    html(Bold, "<b>a big‸ sale</b>", "<b>a </b>big<b> sale</b>");
    html(Bold, "<b><b>⟦Hi⟧</b></b>", "⟦Hi⟧");
    html(Spoiler, "<span class='tg-spoiler'>⟦a⟧</span>", "⟦a⟧");
    v2(Italic, "_a ⟦b⟧ c_", "_a _⟦b⟧_ c_");
    v2(Code, "`a.b ⟦c-d⟧`", "`a.b `⟦c\\-d⟧");
    markdown(Code, "`⟦a_b⟧`", "⟦a\\_b⟧");
    markdown(Bold, "*a‸ b_c*", "a* b_c*");
}

#[test]
fn a_selection_beside_the_same_format_extends_it() {
    html(Bold, "<b>one</b>⟦ two⟧", "<b>one</b> <b>⟦two⟧</b>");
    html(Bold, "<b>on⟦e</b> two⟧", "<b>on⟦e two⟧</b>");
    html(Bold, "⟦one <b>two</b> three⟧", "<b>⟦one two three⟧</b>");
    v2(Bold, "*on⟦e* two⟧", "*on⟦e two⟧*");
    markdown(Bold, "*on⟦e* tw\\_o⟧", "*on⟦e tw_o⟧*");
}

#[test]
fn formats_nest_and_never_cross() {
    html(Italic, "⟦a <b>b⟧ c</b>", "<i>⟦a </i><b><i>b⟧</i> c</b>");
    html(Italic, "<b>a ⟦b</b> c⟧", "<b>a <i>⟦b</i></b><i> c⟧</i>");
    html(Italic, "⟦<b>a</b>⟧", "<i><b>⟦a⟧</b></i>");
    html(Italic, "<a href='h.io'>a ⟦b</a> c⟧ d", "<a href='h.io'>a <i>⟦b</i></a><i> c⟧</i> d");
    v2(Italic, "⟦*a*⟧", "_*⟦a⟧*_");
    v2(Italic, "__⟦a⟧__", "_**__⟦a⟧__**_");
    v2(Underline, "⟦_a_⟧", "__**_⟦a⟧_**__");
    v2(Bold, "__*_⟦a⟧_*__", "__**_⟦a⟧_**__");
    v2(Bold, "⟦>a\n>b\nc⟧", "*>⟦a\n>b\nc⟧*");
}

#[test]
fn code_has_no_other_formatting() {
    html(Bold, "<code>⟦a⟧</code>", "✘ code and times have no other formatting");
    html(Code, "⟦a <b>b</b>⟧", "✘ code cannot have other formatting: remove that first");
    html(Code, "<b>⟦a⟧</b>", "✘ code cannot have other formatting: remove that first");
    v2(Italic, "```c\n⟦a⟧```", "✘ code and times have no other formatting");
}

#[test]
fn modes_lack_formats_and_say_so() {
    for format in [Underline, Strikethrough, Spoiler, Quote] {
        let expected = format!("✘ Markdown has no {}; HTML and MarkdownV2 have it", format.name());
        markdown(format, "a⟦b⟧", &expected);
    }
    markdown(Bold, "_a ⟦b⟧ c_", "✘ Markdown cannot put one format inside another; HTML and MarkdownV2 can");
    markdown(Bold, "⟦2 \\* 3⟧", "✘ in Markdown, bold cannot contain *");
}

#[test]
fn markup_with_an_error_is_not_touched() {
    html(
        Bold,
        "<i>a ⟦b⟧",
        "✘ fix the markup of this text first: Can't find end tag corresponding to start tag \"i\"",
    );
}

#[test]
fn an_empty_place_gets_both_delimiters() {
    html(Bold, "a ‸ b", "a <b>‸</b> b");
    html(Bold, "‸", "<b>‸</b>");
    html(Code, "a <‸b> c</b>", "a <b><code>‸</code> c</b>");
    v2(Italic, "‸", "_‸_");
    v2(Underline, "a ‸", "a __‸__");
    v2(Quote, "a\n‸\nb", "a\n>‸\nb");
    html(Quote, "a\n‸", "a\n<blockquote>‸</blockquote>");
    html(Bold, "<b>a ‸ b</b>", "✘ the cursor is inside bold; select text to remove it");
}

#[test]
fn link_gets_an_address_to_type_or_uses_the_selected_address() {
    html(Link, "see ⟦this⟧", "see <a href='⟦https://⟧'>this</a>");
    html(Link, "see th‸is", "see <a href='⟦https://⟧'>this</a>");
    html(
        Link,
        "see ⟦https://a.io/?b=1&amp;c='2'⟧",
        "see <a href='https://a.io/?b=1&amp;c=&#39;2&#39;'>⟦https://a.io/?b=1&amp;c='2'⟧</a>",
    );
    html(Link, "see https://a.i‸o/b.", "see <a href='https://a.io/b'>https://a.io/b</a>.");
    html(Link, "a ‸", "a <a href='⟦https://⟧'></a>");
    v2(Link, "a ‸", "a [‸](https://)");
    html(Link, "see <a href='https://'>⟦this⟧</a>", "see ⟦this⟧");
    html(Link, "see <a href='a.io'>all ‸of this</a>", "see all of this");
    html(
        Link,
        "⟦a <b>b⟧ c</b>",
        "✘ a link must begin and end in the same formatting, and outside of other links",
    );
    v2(Link, "see ⟦th\\-is⟧", "see [th\\-is](⟦https://⟧)");
    v2(Link, "see ⟦https://a\\.io/\\(b\\)⟧", "see [⟦https://a\\.io/\\(b\\)⟧](https://a.io/(b\\))");
    v2(Link, "see [⟦this⟧](a.io)", "see ⟦this⟧");
    markdown(Link, "see ⟦th\\_is⟧", "see [th_is](⟦https://⟧)");
    markdown(Link, "see [⟦th_is⟧](a.io)", "see ⟦th\\_is⟧");
}

#[test]
fn quotes_have_whole_lines_in_markdown_v2() {
    v2(Quote, "a\nb ⟦*c*\nd⟧\ne", "a\n>b *⟦c*\n>d⟧\ne");
    v2(Quote, "a\nb‸", "a\n>b");
    v2(Quote, "a\n>b‸\n>c\nd", "a\nb\nc\nd");
    v2(Quote, ">a\n**>b‸||\nc", ">a\nb\nc");
    v2(Quote, "*a\n⟦b*⟧", "✘ a quote has whole lines, no other quote, and no formatting that ends after it");
    html(Quote, "a\nb ‸c\nd", "a\n<blockquote>b c</blockquote>\nd");
    html(Quote, "a\nb ⟦c⟧", "a\nb <blockquote>⟦c⟧</blockquote>");
    html(Quote, "<blockquote expandable>a\n⟦b⟧</blockquote>", "a\n⟦b⟧");
}

#[test]
fn liquid_is_formatted_as_a_whole() {
    html(Bold, "Hi {{ x‸ }}!", "Hi <b>{{ x }}</b>!");
    html(Bold, "Hi {{ x }}‸!", "Hi <b>{{ x }}</b>!");
    html(Bold, "⟦Hi {{ x⟧ | a }}!", "<b>⟦Hi {{ x | a }}⟧</b>!");
    html(Bold, "⟦Hi {% if x %}a{% endif %}⟧", "<b>⟦Hi {% if x %}a{% endif %}⟧</b>");
    html(
        Bold,
        "⟦Hi {% if x %}a⟧{% endif %}",
        "✘ the selection begins and ends in different branches of the Liquid",
    );
    html(Bold, "{% if x‸ %}a{% endif %}", "{% if x %}<b>a</b>{% endif %}");
    html(Italic, "<a href='{{ u }}'>a ⟦b</a> c⟧", "<a href='{{ u }}'>a <i>⟦b</i></a><i> c⟧</i>");
    html(Link, "<a href='{{ u }}'>a‸ b</a>", "a b");
    markdown(Bold, "⟦a\\_{{ x }}⟧", "*⟦a_{{ x }}⟧*");
}

/// Returns the message that the recipients get.
fn sent(mode: ParseMode, markup: &str) -> FormattedText {
    fix(parse(mode, markup).unwrap(), FixOptions::CLEAN_AND_REPAIR).unwrap()
}

fn has_format(text: &FormattedText, format: TextFormat, at: usize) -> bool {
    let is_of = |kind: &EntityKind| match format {
        Bold => *kind == EntityKind::Bold,
        Italic => *kind == EntityKind::Italic,
        Underline => *kind == EntityKind::Underline,
        Strikethrough => *kind == EntityKind::Strikethrough,
        Spoiler => *kind == EntityKind::Spoiler,
        Code => *kind == EntityKind::Code,
        Quote => matches!(kind, EntityKind::Blockquote | EntityKind::ExpandableBlockquote),
        Link => matches!(kind, EntityKind::TextLink { .. } | EntityKind::TextMention { .. }),
    };
    text.entities
        .iter()
        .zip(text.byte_ranges())
        .any(|(entity, range)| is_of(&entity.kind) && range.contains(&at))
}

/// Returns the formats of each character of a message, line breaks excepted.
fn formats(text: &FormattedText, except: TextFormat) -> Vec<Vec<TextFormat>> {
    let others: Vec<TextFormat> = TextFormat::ALL.into_iter().filter(|format| *format != except).collect();
    let all = |at: usize| others.iter().copied().filter(|format| has_format(text, *format, at)).collect();
    text.text.char_indices().filter(|(_, c)| *c != '\n').map(|(at, _)| all(at)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn a_format_changes_nothing_else(
        text in texts(),
        mode in prop::sample::select(ParseMode::ALL.to_vec()),
        format in prop::sample::select(TextFormat::ALL.to_vec()),
        ends in (0..80usize, 0..80usize),
    ) {
        let markup = unparse(&text, mode).markup;
        let before = sent(mode, &markup);
        let end = |at: usize| markup.floor_char_boundary(at);
        let selection = Span::new(end(ends.0.min(ends.1)), end(ends.0.max(ends.1)));
        let Ok(edit) = toggle_format(&markup, &[], mode, format, selection) else { return Ok(()) };
        let edited = apply_edits(&edit.edits, &markup).unwrap();
        if edit.select.is_some_and(Span::is_empty) {
            // Empty markup formats what is typed inside it.
            let at = edit.select.unwrap().start;
            let typed = format!("{}x{}", &edited[..at], &edited[at..]);
            prop_assert!(parse(mode, &typed).is_ok(), "{markup} → {edited}");
            return Ok(());
        }
        let after = sent(mode, &edited);
        prop_assert_eq!(&after.text, &before.text, "{} → {}", markup, edited);
        prop_assert_eq!(formats(&after, format), formats(&before, format), "{} → {}", markup, edited);
        let Some(select) = edit.select.filter(|_| !matches!(format, Quote | Link)) else { return Ok(()) };
        // Toggling the format again restores the message. Quotes and links are left out, because they are removed as a
        // whole.
        let Ok(back) = toggle_format(&edited, &[], mode, format, select) else { return Ok(()) };
        let reverted = apply_edits(&back.edits, &edited).unwrap();
        let reverted = sent(mode, &reverted);
        prop_assert_eq!(&reverted.text, &before.text);
        let changed: Vec<usize> = before.text.char_indices().filter(|(_, c)| !c.is_whitespace()).map(|(at, _)| at)
            .filter(|at| has_format(&after, format, *at) != has_format(&before, format, *at)).collect();
        for at in changed {
            let (now, then) = (has_format(&reverted, format, at), has_format(&before, format, at));
            prop_assert_eq!(now, then, "{} → {}", markup, edited);
        }
    }
}
