//! `telecast debug entities`: JSON lines in, Telegram's verdict out.

use crate::support::Home;

#[track_caller]
fn check(args: &[&str], input: &str, expected: &str) {
    let words = ["debug", "entities"].iter().chain(args);
    let answer = Home::new().run_with_input(words, input);
    assert_eq!(answer.ok().trim_end(), expected);
}

#[test]
fn a_text_is_parsed_in_its_mode_and_an_error_is_an_answer() {
    check(
        &["--parse-mode", "HTML"],
        "{\"input\": \"<b>x</b> \"}\n{\"input\": \"<b>x\", \"line\": 7}\n",
        "{\"text\":\"x \",\"entities\":[{\"type\":\"bold\",\"offset\":0,\"length\":1}]}\n\
         {\"error\":\"Can't parse entities: Can't find end tag corresponding to start tag \\\"b\\\"\"}",
    );
    check(
        &["--parse-mode", "markdownv2"],
        "{\"input\": \"a.\"}",
        "{\"error\":\"Can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\\\'\"}",
    );
}

#[test]
fn a_text_without_a_mode_brings_its_own_entities() {
    let line =
        "{\"input\": \" a\\tb \", \"in_entities\": [{\"type\": \"bold\", \"offset\": 1, \"length\": 3}]}";
    check(
        &["--stage", "fixed"],
        line,
        "{\"text\":\" a b \",\"entities\":[{\"type\":\"bold\",\"offset\":1,\"length\":3}]}",
    );
    check(
        &["--parse-mode", "none", "--stage", "sent"],
        line,
        "{\"text\":\"a b\",\"entities\":[{\"type\":\"bold\",\"offset\":0,\"length\":3}]}",
    );
}

#[test]
fn a_repaired_time_keeps_its_format() {
    check(
        &["--parse-mode", "HTML", "--stage", "fixed"],
        "{\"input\": \"<tg-time unix='7' format='wDT'>x</tg-time>\"}",
        "{\"text\":\"x\",\"entities\":[{\"type\":\"date_time\",\"offset\":0,\"length\":1,\"unix_time\":7,\
         \"date_time_format\":\"wDT\"}]}",
    );
}

#[test]
fn what_is_sent_has_the_links_that_are_found() {
    check(
        &["--stage", "sent"],
        "{\"input\": \"see a.com\"}",
        "{\"text\":\"see a.com\",\"entities\":[{\"type\":\"url\",\"offset\":4,\"length\":5}]}",
    );
    check(&["--stage", "sent"], "{\"input\": \" \"}", "{\"error\":\"Text must be non-empty\"}");
}

#[test]
fn a_line_that_is_no_request_ends_it_with_its_number() {
    let answer = Home::new().run_with_input(["debug", "entities"], "{\"input\": \"a\"}\n[]\n");
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert_eq!(answer.out, "{\"text\":\"a\",\"entities\":[]}\n");
    assert!(answer.err.contains("line 2"), "{answer:?}");
}
