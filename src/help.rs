//! The reference: the Markdown pages of `assets/help`, which `telecast help TOPIC` and F1 show.
//!
//! Some tables in the pages are generated from code. Such a table is between two comments in its page. A test next to
//! the generating code checks that the table is current. If `UPDATE_HELP=1` is set, the test rewrites the table
//! instead.

mod layout;

pub(crate) use layout::{Backticks, PageLine, Role, layout};

/// One page of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Topic {
    /// The stem of the page's file, which is also the topic's name on the command line.
    pub name: &'static str,
    pub title: &'static str,
    /// What the page is about, in a few words without a full stop.
    pub summary: &'static str,
    /// Markdown, in the subset that [`layout()`] reads.
    pub markdown: &'static str,
}

macro_rules! topics {
    ($($name:literal, $title:literal, $summary:literal;)*) => {
        /// All pages, in reading order.
        pub(crate) static TOPICS: &[Topic] = &[$(Topic {
            name: $name,
            title: $title,
            summary: $summary,
            markdown: include_str!(concat!("../assets/help/", $name, ".md")),
        }),*];
    };
}

topics! {
    "keys", "Keys", "keys of the console, completion, find and replace";
    "vim", "Vim mode", "the keys and commands of vim mode";
    "files", "Files", "a workspace's files, and where your own files are kept";
    "settings", "Settings", "config.toml and keymap.toml";
    "sending", "Sending and trust", "what is sent where, trust, secrets, test chats";
    "audience", "Audiences", "expressions that select profiles";
    "liquid", "Liquid", "dialects, and differences from Shopify";
    "problems", "Problems", "every diagnostic code";
    "sandbox", "Sandbox", "the Bot API on your machine";
    "scripting", "Scripting", "exit codes and the output of --json";
}

pub(crate) fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

#[cfg(test)]
pub(crate) mod tests;
