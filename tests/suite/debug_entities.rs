//! `telecast debug entities`: reads JSON lines, and writes the entities or the error that Telegram would return.

use crate::support::Home;

#[track_caller]
fn check(args: &[&str], input: &str, expected: &str) {
    let args = ["debug", "entities"].iter().chain(args);
    let answer = Home::new().run_with_input(args, input);
    assert_eq!(answer.ok().trim_end(), expected);
}

#[test]
fn a_text_is_parsed_in_the_given_mode_and_errors_are_results() {
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
fn a_text_without_a_mode_uses_the_given_entities() {
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
fn the_sent_stage_detects_links() {
    check(
        &["--stage", "sent"],
        "{\"input\": \"see a.com\"}",
        "{\"text\":\"see a.com\",\"entities\":[{\"type\":\"url\",\"offset\":4,\"length\":5}]}",
    );
    check(&["--stage", "sent"], "{\"input\": \" \"}", "{\"error\":\"Text must be non-empty\"}");
}

#[test]
fn an_invalid_line_stops_the_command_with_its_line_number() {
    let answer = Home::new().run_with_input(["debug", "entities"], "{\"input\": \"a\"}\n[]\n");
    assert_eq!(answer.code, Some(1), "{answer:?}");
    assert_eq!(answer.out, "{\"text\":\"a\",\"entities\":[]}\n");
    assert!(answer.err.contains("line 2"), "{answer:?}");
}
