use clap::CommandFactory;

use super::*;

#[test]
fn the_definitions_hold_together() {
    Args::command().debug_assert();
}

#[test]
fn every_command_says_what_it_does_and_without_a_full_stop() {
    fn walk(command: &clap::Command) {
        for command in command.get_subcommands() {
            let about = command
                .get_about()
                .unwrap_or_else(|| panic!("{} has no help", command.get_name()))
                .to_string();
            assert!(!about.ends_with('.'), "{}: {about}", command.get_name());
            for arg in command.get_arguments() {
                assert!(arg.get_help().is_some(), "{} {} has no help", command.get_name(), arg.get_id());
            }
            walk(command);
        }
    }
    walk(&Args::command());
}

#[test]
fn what_answers_can_answer_in_json() {
    for line in [
        "render a --json",
        "check --json",
        "test a --to 1 --json",
        "convert a --to html --json",
        "import clevertap - --json",
        "export clevertap a --json",
        "campaigns list --json",
        "profiles import a.csv --json",
        "profiles list --json",
        "profiles show a --json",
        "webhooks list --json",
        "webhooks check bot --json",
        "secrets list --json",
        "paths --json",
        "init a --json",
    ] {
        let words = std::iter::once("telecast").chain(line.split(' '));
        assert!(Args::try_parse_from(words).is_ok(), "{line}");
    }
}

#[test]
fn a_chat_may_be_a_group() {
    for line in ["test a --to -100123", "sandbox --chat -5 --chat 7"] {
        let words = std::iter::once("telecast").chain(line.split(' '));
        assert!(Args::try_parse_from(words).is_ok(), "{line}");
    }
}

#[test]
fn a_property_ends_its_name_at_the_first_equals_sign() {
    assert_eq!("a=b=c".parse(), Ok(Property { name: "a".into(), value: "b=c".into() }));
    assert!("=b".parse::<Property>().is_err());
    assert!("b".parse::<Property>().is_err());
}

#[test]
fn the_readme_has_every_command() {
    let readme = include_str!("../../../README.md");
    for command in Args::command().get_subcommands() {
        let name = command.get_name();
        let is_row_of = |line: &str| line.starts_with("| `") && line.contains(&format!("`{name}"));
        assert!(readme.lines().any(is_row_of), "{name}");
    }
}
