//! Tests the colors of a text: the expected row has one letter for each byte, and a space for plain text.

use std::sync::Arc;

use super::*;
use crate::editor::{Command, Editor, Motion};
use crate::telegram::ParseMode;

fn letter(class: SyntaxClass) -> char {
    match class {
        SyntaxClass::Plain => ' ',
        SyntaxClass::Key => 'k',
        SyntaxClass::String => 's',
        SyntaxClass::Escape => 'e',
        SyntaxClass::Number => 'n',
        SyntaxClass::Constant => 'c',
        SyntaxClass::Punctuation => 'p',
        SyntaxClass::Markup => 'm',
        SyntaxClass::LiquidDelimiter => 'D',
        SyntaxClass::LiquidTag => 'T',
        SyntaxClass::LiquidVariable => 'V',
        SyntaxClass::LiquidFilter => 'F',
        SyntaxClass::LiquidString => 'S',
        SyntaxClass::LiquidNumber => 'N',
        SyntaxClass::Type => 't',
        SyntaxClass::LiquidOperator => 'O',
        SyntaxClass::Comment => '#',
        SyntaxClass::Keyword => 'K',
        SyntaxClass::Function => 'f',
        SyntaxClass::Invalid => '!',
    }
}

fn row(length: usize, pieces: &[SyntaxPiece]) -> String {
    let mut row = vec![' '; length];
    for (range, class) in pieces {
        row[range.clone()].fill(letter(*class));
    }
    row.into_iter().collect::<String>().trim_end().to_owned()
}

fn rows(highlighter: &Highlighter, editor: &Editor) -> Vec<String> {
    (0..editor.n_lines()).map(|line| row(editor.line(line).len(), highlighter.pieces(line))).collect()
}

fn highlighter() -> Highlighter {
    highlighter_of(Some(ParseMode::Html))
}

fn highlighter_of(markup: Option<ParseMode>) -> Highlighter {
    let mut highlighter = Highlighter::default();
    highlighter.set_grammar(Arc::new(Grammar::load(markup)));
    highlighter
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    check_markup(Some(ParseMode::Html), text, expected);
}

#[track_caller]
fn check_markup(markup: Option<ParseMode>, text: &str, expected: &[&str]) {
    let editor = Editor::new(text);
    let mut highlighter = highlighter_of(markup);
    while highlighter.follow(&editor, 0..5) {}
    assert_eq!(rows(&highlighter, &editor), expected);
}

#[test]
fn json_is_colored() {
    check("{\"a\": \"b\\n\", \"c\": -1.5, true", &["pkkkp sseesp kkkp nnnnp cccc"]);
}

#[test]
fn liquid_is_colored_inside_and_outside_strings() {
    check("\"a {{ x.y | up: 'z' }}\"", &["sssDD V V O FF  SSS DDs"]);
    check("{% if x == 1 %}b", &["DD TT V OO N DD"]);
    check("{% comment %}\"a\n{% endcomment %}\"b\"", &["###############", "################sss"]);
}

#[test]
fn markup_is_colored_inside_strings() {
    check("\"a<b>c</b> &amp; < d\"", &["ssmmmsmmmmsmmmmmsssss"]);
}

#[test]
fn each_parse_mode_has_its_own_markup() {
    check_markup(None, r#""<b>*a*""#, &["ssssssss"]);
    check_markup(Some(ParseMode::Markdown), r#""*a* [b](c) \\_ <b>""#, &["smsmsmsmmmmseeesssss"]);
    check_markup(
        Some(ParseMode::MarkdownV2),
        r#"">||a|| __b__ \\. [c](d{{ e }})\n>f""#,
        &["smmmsmmsmmsmmseeesmsmmmDD V DDmeemss"],
    );
}

#[test]
fn an_unclosed_string_ends_at_the_end_of_its_line() {
    check("\"a\n\"b\"", &["ss", "sss"]);
}

#[test]
fn edits_give_the_same_colors_as_a_fresh_highlighter() {
    let line = "  \"key\": \"text <b>{{ x | y: 1 }}</b>\", {% if a %}1{% endif %}\n";
    let mut editor = Editor::new(&line.repeat(300));
    let mut incremental = highlighter();
    while incremental.follow(&editor, 0..40) {}
    let edits: [(usize, &str, usize); 7] = [
        (5, "{% comment %}", 0),
        (900, "\n\n", 10),
        (950, "{% endcomment %}", 0),
        (5, "", 13),
        (6000, "\"", 500),
        (0, "x\ny", 0),
        (100, "{{", 7000),
    ];
    for (at, inserted, removed) in edits {
        editor.apply(Command::Move(Motion::To(at)));
        editor.apply(Command::Extend(Motion::To(at + removed)));
        editor.apply(Command::Paste(inserted.into()));
        incremental.follow(&editor, 10..50);
    }
    while incremental.follow(&editor, 10..50) {}
    let mut fresh = highlighter();
    while fresh.follow(&editor, 0..40) {}
    assert_eq!(rows(&incremental, &editor), rows(&fresh, &editor));
}

#[test]
fn visible_lines_are_colored_first_in_bounded_steps() {
    let editor = Editor::new(&"\"key\": \"text\",\n".repeat(20_000));
    let mut highlighter = highlighter();
    assert!(highlighter.follow(&editor, 15_000..15_040));
    assert!(!highlighter.pieces(15_039).is_empty());
    assert!(highlighter.pieces(10_000).is_empty());
}

#[test]
fn code_is_colored_by_its_language() {
    let grammars = CodeGrammars::load();
    let text = "// a\nfn main() { let a = \"b\"; }";
    assert_eq!(row(text.len(), &grammars.pieces("rust", text)), "#### KK ffff     KKK   K sss");
    assert_eq!(grammars.pieces("klingon", "a\nb"), []);
}

#[test]
fn text_outside_json_is_colored_by_its_markup() {
    let check = |mode: ParseMode, text: &str, expected: &str| {
        let pieces = Grammar::load(Some(mode)).pieces_of_text(text);
        assert_eq!(row(text.len(), &pieces), expected, "{text}");
    };
    check(
        ParseMode::Html,
        "a <b>x</b> \"y\" &lt; {{ n | default: \"z\" }}!",
        "  mmm mmmm     mmmm DD V O FFFFFFF  SSS DD",
    );
    check(ParseMode::Html, "<a href=\"https://a.b\">c</a>\nd <i>e", "mmmmmmmmmmmmmmmmmmmmmm mmmm   mmm");
    check(ParseMode::MarkdownV2, "*b* 1\\. x\\\n>q é_i_", "m m  ee  e m    m m");
}
