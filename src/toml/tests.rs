use proptest::prelude::*;

use super::*;
use crate::diagnostic::FileProblem;

#[track_caller]
fn check_edit(text: &str, change: impl FnOnce(&mut Editor), expected: &str) {
    let mut editor = edit(text).unwrap();
    change(&mut editor);
    assert_eq!(editor.to_string(), expected);
}

#[track_caller]
fn check_read(text: &str, expected: &[&str]) {
    let (_, problems) = read(text, |table| {
        table.string("name");
        table.number("rate");
        table.strings("labels");
        table.pairs("headers");
        table.table("who", |who| who.boolean("everyone"));
    });
    let lines: Vec<String> =
        FileProblem::from_diagnostics("f", text, &problems).iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected);
}

#[test]
fn value_changes_in_place() {
    check_edit(
        "# top\nname = 'a' # why\nb = 1\n",
        |editor| editor.set_string(&["name"], "b\n"),
        "# top\nname = \"\"\"\nb\n\"\"\" # why\nb = 1\n",
    );
}

#[test]
fn windows_line_endings_are_kept() {
    check_edit(
        "# top\r\nname = \"a\"\r\n\r\n[headers]\r\nA = \"1\"\r\n",
        |editor| {
            editor.set_string(&["name"], "b");
            editor.set_string(&["headers", "B"], "2");
        },
        "# top\r\nname = \"b\"\r\n\r\n[headers]\r\nA = \"1\"\r\nB = \"2\"\r\n",
    );
}

#[test]
fn byte_order_mark_is_accepted_and_kept() {
    check_edit(
        "\u{feff}name = \"a\"\n",
        |editor| editor.set_string(&["name"], "b"),
        "\u{feff}name = \"b\"\n",
    );
    check_read("\u{feff}name = 5\n", &["f:1:9: error[wrong-type]: `name` must be a string, not an integer"]);
}

#[test]
fn inline_tables_and_dotted_keys_keep_their_form() {
    check_edit(
        "headers = { A = \"1\" }\nwho.segment = \"x\" # old\n",
        |editor| {
            editor.set_pairs(&["headers"], &[("B".into(), "2".into()), ("A".into(), "1".into())]);
            editor.set_string(&["who", "segment"], "y");
        },
        "headers = { B = \"2\", A = \"1\" }\nwho.segment = \"y\" # old\n",
    );
}

#[test]
fn pairs_keep_their_comments_when_others_change() {
    check_edit(
        "[headers]\n# first\nA = \"1\" # one\nB = \"2\"\n# third\nC = \"3\"\n",
        |editor| editor.set_pairs(&["headers"], &[("C".into(), "3".into()), ("A".into(), "9".into())]),
        "[headers]\n# third\nC = \"3\"\n# first\nA = \"9\" # one\n",
    );
}

#[test]
fn value_in_place_of_a_table_is_left_alone() {
    check_edit("who = 5\n", |editor| editor.set_string(&["who", "segment"], "x"), "who = 5\n");
}

#[test]
fn wrong_types_and_unknown_keys_are_reported_with_their_position() {
    check_read(
        "nam = 1\nname = [\"x\"]\nrate = \"fast\"\nlabels = [\"a\", 5]\nheaders = { A = true }\n[who]\neveryon = true\n[[x]]\n",
        &[
            "f:1:1: warning[unknown-key]: unknown key `nam`\n  help: did you mean `name`?",
            "f:2:8: error[wrong-type]: `name` must be a string, not a list",
            "f:3:8: error[wrong-type]: `rate` must be a number, not a string",
            "f:4:16: error[wrong-type]: `labels` must contain strings, not an integer",
            "f:5:17: error[wrong-type]: `A` must be a string, not a boolean",
            "f:7:1: warning[unknown-key]: unknown key `everyon`\n  help: did you mean `everyone`?",
            "f:8:3: warning[unknown-key]: unknown key `x`",
        ],
    );
}

#[test]
fn invalid_toml_is_reported_once_with_its_position() {
    check_read(
        "name = \"x\nrate = 5\n",
        &["f:1:10: error[not-toml]: this is not TOML: invalid basic string, expected `\"`"],
    );
    check_read("a = 1\na = 2\n", &["f:2:1: error[not-toml]: this is not TOML: duplicate key"]);
}

#[test]
fn value_span_excludes_the_quotes() {
    let text = "a = \"xy\"\n[b]\nc = '''\nz'''\nd = 5\n";
    let value = |path: &[&str]| value_span(text, path).map(|span| span.of(text));
    assert_eq!(value(&["a"]), Some("xy"));
    assert_eq!(value(&["b", "c"]), Some("z"));
    assert_eq!(value(&["b", "d"]), Some("5"));
    assert_eq!(value(&["b", "e"]), None);
}

#[test]
fn hostile_texts_are_reported_and_do_not_crash() {
    for text in
        ["[".repeat(100_000), format!("a = {}", "[".repeat(100_000)), "a.".repeat(50_000), "\"".repeat(9)]
    {
        assert!(read(&text, |_| ()).0.is_none());
        assert!(edit(&text).is_err());
    }
}

#[test]
fn at_most_100_problems_are_reported() {
    let text = (0..20_000).map(|n| format!("a{n}=1,")).collect::<String>();
    let text = format!("headers = {{{}}}", text.trim_end_matches(','));
    let (_, problems) = read(&text, |table| table.pairs("headers"));
    assert_eq!(problems.len(), 100);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_set_and_read_back(key in "\\PC{1,8}", value in any::<String>()) {
        let mut editor = edit("").unwrap();
        editor.set_pairs(&["t"], &[(key.clone(), value.clone())]);
        let (pairs, problems) = read(&editor.to_string(), |table| table.pairs("t"));
        prop_assert_eq!(problems, vec![]);
        let pairs = pairs.flatten().unwrap_or_default();
        prop_assert_eq!((&pairs[0].0.value, &pairs[0].1.value), (&key, &value));
    }

    #[test]
    fn no_text_makes_reading_panic(text in "[\\[\\]{}=\"'#.,a-c0-9\\n\\r é]{0,60}") {
        let (_, _) = read(&text, |table| (table.string("a"), table.pairs("b"), table.groups("c")));
    }
}
