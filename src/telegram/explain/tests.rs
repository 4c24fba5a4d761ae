use super::diagnose;
use crate::telegram::{ParseMode, parse};

/// Shows each problem as `code at "marked text": message`, followed by the input after its first fix, if it has one.
fn shown(mode: Option<ParseMode>, input: &str) -> Vec<String> {
    let problems = diagnose(mode, input);
    let lines = problems.iter().map(|problem| {
        let fixed = problem.fixes.first().map(|fix| format!(" => {:?}", fix.apply(input).unwrap()));
        let marked = problem.span.of(input);
        format!("{} at {marked:?}: {}{}", problem.code, problem.message, fixed.unwrap_or_default())
    });
    lines.collect()
}

#[track_caller]
fn check(mode: ParseMode, input: &str, expected: &[&str]) {
    assert_eq!(shown(Some(mode), input), expected, "in {input:?}");
}

#[test]
fn browser_html_gets_a_fix_for_each_problem() {
    check(
        ParseMode::Html,
        "a<br/>b<br>\nc <h1>T</h1> 1 < 2 &nbsp;x&apos;",
        &[
            "unsupported-tag at \"<br/>\": Telegram does not support `<br>` => \
             \"a\\nb<br>\\nc <h1>T</h1> 1 < 2 &nbsp;x&apos;\"",
            "unsupported-tag at \"<br>\": Telegram does not support `<br>` => \
             \"a<br/>b\\nc <h1>T</h1> 1 < 2 &nbsp;x&apos;\"",
            "unsupported-tag at \"<h1>\": Telegram does not support `<h1>` => \
             \"a<br/>b<br>\\nc <b>T</b> 1 < 2 &nbsp;x&apos;\"",
            "bare-angle at \"<\": `<` always starts a tag => \
             \"a<br/>b<br>\\nc <h1>T</h1> 1 &lt; 2 &nbsp;x&apos;\"",
            "unknown-reference at \"&nbsp;\": Telegram does not support `&nbsp;` and shows it as text => \
             \"a<br/>b<br>\\nc <h1>T</h1> 1 < 2  x&apos;\"",
            "unknown-reference at \"&apos;\": Telegram does not support `&apos;` and shows it as text => \
             \"a<br/>b<br>\\nc <h1>T</h1> 1 < 2 &nbsp;x'\"",
        ],
    );
}

#[test]
fn crossed_tags_are_swapped() {
    check(
        ParseMode::Html,
        "<b><i>x</b></i>",
        &["crossed-tags at \"</b>\": expected `</i>`, found `</b>` => \"<b><i>x</i></b>\""],
    );
}

#[test]
fn a_fixed_text_parses() {
    for (mode, input) in [
        (ParseMode::Html, "<b>x"),
        (ParseMode::Html, "<i>x</em>"),
        (ParseMode::Html, "<a href=http://a.b>x</a>"),
        (ParseMode::Html, "I <3 you"),
        (ParseMode::Html, "<b>x</b"),
        (ParseMode::Html, "x</b>"),
        (ParseMode::Html, "<!-- note -->x"),
        (ParseMode::Html, "<b/>x</b>"),
        (ParseMode::Html, "&#xD83D;&#xDE00;"),
        (ParseMode::Markdown, "snake_case"),
        (ParseMode::Markdown, "a ``` b"),
        (ParseMode::MarkdownV2, "1.5"),
        (ParseMode::MarkdownV2, "a __b"),
        (ParseMode::MarkdownV2, "[x](a.b"),
        (ParseMode::MarkdownV2, "![x](https://a.b/c.png)"),
    ] {
        assert!(parse(mode, input).is_err(), "{input:?} should not parse");
        let problems = diagnose(Some(mode), input);
        let fixed = problems[0].fixes[0].apply(input).unwrap();
        assert!(parse(mode, &fixed).is_ok(), "{input:?} became {fixed:?}");
    }
}

#[test]
fn silent_changes_are_reported() {
    check(
        ParseMode::Html,
        "<a href='localhost'>x</a> <code>c<b>d</b></code>\t<A HREF='a.b'>y</A>",
        &[
            "dropped-link at \"<a href='localhost'>\": Telegram drops the link: the host has no dot",
            "ignored-attribute at \"HREF='a.b'\": Telegram ignores `HREF` in `<a>` => \
             \"<a href='localhost'>x</a> <code>c<b>d</b></code>\\t<A href='a.b'>y</A>\"",
            "dropped-link at \"<A HREF='a.b'>\": Telegram drops the link: the host has no dot",
            "dropped-style at \"d\": Telegram drops the bold: code cannot contain other formatting",
            "tab at \"\\t\": Telegram replaces the tab with a space",
        ],
    );
}

#[test]
fn markdown_of_other_tools_is_reported() {
    check(
        ParseMode::MarkdownV2,
        "**b** [x] \\!",
        &[
            "doubled-delimiter at \"**\": `**` formats nothing => \"*b* [x] \\\\!\"",
            "doubled-delimiter at \"**\": `**` formats nothing => \"*b* [x] \\\\!\"",
            "bare-brackets at \"[x]\": the brackets are removed: `[…]` without an address makes no link => \
             \"**b** \\\\[x\\\\] \\\\!\"",
        ],
    );
}

#[test]
fn reserved_characters_are_all_reported_and_the_first_quotes_telegram() {
    let problems = diagnose(Some(ParseMode::MarkdownV2), "a. (b)!");
    let starts: Vec<_> = problems.iter().map(|problem| problem.span.start).collect();
    assert_eq!(starts, [1, 3, 5, 6]);
    let help = problems[0].help.as_deref().unwrap();
    assert!(help.ends_with(
        "Telegram answers: `Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'`"
    ));
}

#[test]
fn spans_are_correct_after_escapes_and_references() {
    let problems = diagnose(Some(ParseMode::MarkdownV2), "\\_\\*a\tb");
    assert_eq!(problems[0].span.range(), 5..6);
    let problems = diagnose(Some(ParseMode::Html), "&#128512;<b>&lt;</b>\t");
    assert_eq!(problems[0].span.range(), 20..21);
}

#[test]
fn plain_text_that_looks_like_html_is_reported() {
    assert_eq!(shown(None, "<b>x</b>").len(), 1);
    assert!(shown(None, "a < b").is_empty());
}

/// Checks that Telegram accepts the text, and compares the text after the first fix of its first warning. An empty
/// `expected` means that there is no problem.
#[track_caller]
fn check_offer(mode: ParseMode, input: &str, expected: &str) {
    assert!(parse(mode, input).is_ok(), "{input:?} is refused");
    let problems = diagnose(Some(mode), input);
    assert!(problems.iter().all(|problem| problem.fixes.iter().all(|fix| !fix.safe)), "{input:?}");
    let offered = problems.iter().find_map(|problem| problem.fixes.first()?.apply(input));
    assert_eq!(offered.unwrap_or_default(), expected, "{input:?} has {problems:?}");
}

#[test]
fn words_in_a_tag_are_text() {
    let html = ParseMode::Html;
    check_offer(html, "if a<b and <b>x</b>", "if a&lt;b and <b>x</b>");
    check_offer(html, "<b and c>x</b>", "&lt;b and c&gt;x&lt;/b>");
    check(
        html,
        "a<b and <b>x</b>",
        &["bare-angle at \"<b and <b>\": Telegram reads the words after this `<` as attributes => \
           \"a&lt;b and <b>x</b>\""],
    );
    for right in ["<b hidden>x</b>", "<blockquote expandable>x</blockquote>", "<b>a and b</b>"] {
        check_offer(html, right, "");
    }
}

#[test]
fn markdown_in_html_is_reported() {
    let html = ParseMode::Html;
    check_offer(html, "Big **Sale** today", "Big <b>Sale</b> today");
    check_offer(
        html,
        "a\n**Now**: [shop](https://x.example/a)",
        "a\n<b>Now</b>: [shop](https://x.example/a)",
    );
    check_offer(html, "[shop](https://x.example/a)!", "<a href=\"https://x.example/a\">shop</a>!");
    for right in [
        "<code>**x**</code>",
        "2**3**4",
        "card **** 1234",
        "** a ** b",
        "[1] (https://x.example)",
        "*note*",
        "<a href=\"https://x.example\">[shop]</a>",
    ] {
        check_offer(html, right, "");
    }
}

#[test]
fn a_spoiler_without_a_mode_is_reported() {
    assert_eq!(shown(None, "The code is ||SALE||!").len(), 1);
    for right in ["a || b || c", "a||b||c", "| a || b |", "||"] {
        assert!(shown(None, right).is_empty(), "{right:?}");
    }
}

#[test]
fn styles_that_were_not_meant_are_reported() {
    let v2 = ParseMode::MarkdownV2;
    check_offer(v2, "see __init__\\.py", "see \\_\\_init\\_\\_\\.py");
    check_offer(v2, "* one\n* two", "\\* one\n\\* two");
    check_offer(ParseMode::Markdown, "* one\n* two", "\\* one\n\\* two");
    check_offer(v2, "~~old~~", "~old~");
    check_offer(v2, "||||x||||", "||x||");
    for right in ["__Sale__\\.", "*one\ntwo*", "~old~", "||x||", "__a b__\\.c"] {
        check_offer(v2, right, "");
    }
}

#[test]
fn a_literal_windows_line_break_is_one_mistake() {
    check_offer(ParseMode::Html, "Hi\\r\\nthere", "Hi\nthere");
    check_offer(ParseMode::Html, "C:\\r\\new", "");
}

#[test]
fn each_character_of_a_delimiter_is_escaped_in_the_help() {
    let help = |input: &str| diagnose(Some(ParseMode::MarkdownV2), input)[0].help.clone().unwrap();
    assert!(help("||x").starts_with("end it with `||`, or write `\\|\\|` for"), "{}", help("||x"));
    assert!(help("__x").contains("`\\_\\_`"), "{}", help("__x"));
    assert!(help("a ` b").starts_with("end it with '`', or write '\\`' for"), "{}", help("a ` b"));
}

#[test]
fn a_backslash_that_is_shown_or_removed_is_reported() {
    check(
        ParseMode::MarkdownV2,
        r"C:\new \_ \\a `\d`",
        &[
            r#"literal-escape at "\\n": Telegram removes this backslash: in MarkdownV2 it escapes the next character => "C:\\\\new \\_ \\\\a `\\\\d`""#,
        ],
    );
    check(
        ParseMode::Markdown,
        r"Hi\. a\-b \_x",
        &[
            r#"literal-escape at "\\.": legacy Markdown has no escape `\.`: the message shows the backslash => "Hi. a-b \\_x""#,
        ],
    );
    for (mode, right) in [
        (ParseMode::MarkdownV2, r"C:\\new \. \!"),
        (ParseMode::Markdown, r"C:\.git ¯\(ツ) \\srv\.x \_ `\.`"),
        (ParseMode::Html, r"C:\new a\.b"),
    ] {
        check(mode, right, &[]);
    }
}

#[test]
fn an_address_that_ends_at_its_first_bracket_is_reported() {
    check(
        ParseMode::Markdown,
        "[Go](https://ex.example/Go_(lang)) is here",
        &[
            "cut-address at \"https://ex.example/Go_(lang))\": the link's address ends at the first `)`, and the \
           message shows the second one => \"[Go](https://ex.example/Go_(lang%29) is here\"",
        ],
    );
    check(ParseMode::Markdown, "([Go](https://ex.example/go)) is (here)", &[]);
}

#[test]
fn html_in_markdown_is_reported() {
    check(
        ParseMode::Markdown,
        "<b>Sale</b>",
        &["markup-without-mode at \"<b>Sale</b>\": this looks like HTML, but parse_mode is Markdown"],
    );
    check(ParseMode::Markdown, "`<b>Sale</b>` 1 < 2 <3", &[]);
}
