use clap::CommandFactory;

use super::*;

#[test]
fn the_clap_definition_is_valid() {
    Args::command().debug_assert();
}

#[test]
fn every_command_has_help_without_a_full_stop() {
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
fn commands_with_output_accept_json() {
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
        let args = std::iter::once("telecast").chain(line.split(' '));
        assert!(Args::try_parse_from(args).is_ok(), "{line}");
    }
}

#[test]
fn a_chat_id_may_be_negative() {
    for line in ["test a --to -100123", "sandbox --chat -5 --chat 7"] {
        let args = std::iter::once("telecast").chain(line.split(' '));
        assert!(Args::try_parse_from(args).is_ok(), "{line}");
    }
}

#[test]
fn the_usage_in_an_error_shows_both_alternatives() {
    for (line, usage) in [
        ("test a", "test <--to <CHAT>|--as-is> <CAMPAIGN>"),
        ("test a --to 1 --as-is", "test <--to <CHAT>|--as-is> <CAMPAIGN>"),
        ("render a --profile x --profile-json -", "<--profile <ID>|--profile-json <FILE|->> <CAMPAIGN>"),
    ] {
        let args = std::iter::once("telecast").chain(line.split(' '));
        let error = Args::try_parse_from(args).unwrap_err().to_string();
        assert!(error.contains(usage), "{line}: {error}");
    }
}

#[test]
fn a_property_is_split_at_the_first_equals_sign() {
    assert_eq!("a=b=c".parse(), Ok(Property { name: "a".into(), value: "b=c".into() }));
    assert!("=b".parse::<Property>().is_err());
    assert!("b".parse::<Property>().is_err());
}

#[test]
fn the_readme_lists_every_command() {
    let readme = include_str!("../../../README.md");
    for command in Args::command().get_subcommands() {
        let name = command.get_name();
        let is_row_of = |line: &str| line.starts_with("| `") && line.contains(&format!("`{name}"));
        assert!(readme.lines().any(is_row_of), "{name}");
    }
}
