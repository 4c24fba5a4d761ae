//! The data of the sample workspace, such as its files and its test chat. The files are compiled in from `assets/demo`.
//!
//! This module contains only the data. The module `demo` writes the files.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct File {
    /// The path relative to the workspace, with `/` as separator.
    pub path: &'static str,
    pub contents: &'static str,
}

// This is a macro and not a function, because `include_str!` needs a literal path.
macro_rules! file {
    ($path:literal) => {
        File { path: $path, contents: include_str!(concat!("../../assets/demo/", $path)) }
    };
}

/// The file of [`FILES`] that is imported as profiles. The file stays in the workspace after the import, so that the
/// user can import it again.
pub(crate) const PROFILES_FILE: &str = "profiles.csv";

/// All files, sorted by path.
pub(crate) const FILES: &[File] = &[
    file!("campaigns/cart-reminder.json.liquid"),
    file!("campaigns/cart-reminder.toml"),
    file!("campaigns/clevertap-sample.json.liquid"),
    file!("campaigns/clevertap-sample.toml"),
    file!("campaigns/order-note.toml"),
    file!("campaigns/order-note.txt.liquid"),
    file!("campaigns/spring-sale.json.liquid"),
    file!("campaigns/spring-sale.toml"),
    file!("campaigns/welcome.json.liquid"),
    file!("campaigns/welcome.toml"),
    file!("partials/footer.liquid"),
    file!("profiles.csv"),
    file!("samples/charged.json"),
    file!("telecast.toml"),
    file!("webhooks/bot.toml"),
    file!("webhooks/crm.toml"),
];

/// The stem of the campaign that is opened first.
pub const FIRST: &str = "spring-sale";

pub(crate) const TOKEN_NAME: &str = "BOT_TOKEN";

/// The sample token, a well-formed token that no real bot has. Only a sandbox accepts it.
pub(crate) const TOKEN: &str = "4242424242:SAMPLE-sandbox-only-not-a-real-bot-";

/// The name and the id of the test chat.
pub const TEST_CHAT: (&str, &str) = ("me", "1099500000001");

/// The identities of the profiles that have blocked the bot.
pub(crate) const BLOCKED: &[&str] =
    &["h004", "h018", "h031", "c0005", "c0017", "c0042", "c0077", "c0101", "c0150", "c0203"];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::campaign::{Campaign, Manifest, Webhook};

    #[test]
    fn every_demo_file_is_listed_in_sorted_order() {
        let mut found = Vec::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo"), "", &mut found);
        found.sort();
        let listed: Vec<&str> = FILES.iter().map(|file| file.path).collect();
        assert_eq!(listed, found);
    }

    fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                collect(&entry.path(), &format!("{path}/"), found);
            } else {
                found.push(path);
            }
        }
    }

    #[test]
    fn demo_definitions_have_no_problems() {
        for file in FILES {
            let problems = match file.path {
                path if !path.ends_with(".toml") => continue,
                path if path.starts_with("campaigns/") => Campaign::parse(file.contents).1,
                path if path.starts_with("webhooks/") => Webhook::parse(file.contents).1,
                _ => Manifest::parse(file.contents).1,
            };
            assert_eq!(problems, [], "{}", file.path);
        }
    }

    #[test]
    fn blocked_profiles_have_a_chat() {
        for identity in BLOCKED {
            let start = format!("{identity},");
            let profiles = FILES.iter().find(|file| file.path == PROFILES_FILE).unwrap().contents;
            let line = profiles.lines().find(|line| line.starts_with(&start)).unwrap();
            assert!(line.contains(",1099500000"), "{line}");
        }
    }

    #[test]
    fn the_demo_token_has_the_form_of_a_bot_token() {
        let (id, secret) = TOKEN.split_once(':').unwrap();
        assert!(id.parse::<i64>().is_ok());
        assert_eq!(secret.len(), 35);
        assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    }
}
