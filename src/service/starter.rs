//! Defines the bodies with which a new campaign can start: a blank body, CleverTap's sample, and a greeting in each
//! parse mode.

use crate::dialect::Dialect;
use crate::telegram::ParseMode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starter {
    /// A chat id and an empty text.
    Blank,
    /// The custom body from CleverTap's Telegram guide, byte for byte.
    CleverTapSample,
    Greeting(ParseMode),
}

/// The filters that the starters use and CleverTap does not have. Each comes with its replacement in CleverTap's
/// dialect.
// The filters are replaced in this order. If `tg_markdown` came before `tg_markdown_v2`, the start of `tg_markdown_v2`
// would be replaced too, and `_v2` would be left over.
const PORTABLE: [(&str, &str); 4] =
    [(" | tg_markdown_v2", ""), (" | tg_markdown", ""), (" | tg_html", " | escape"), (" | json_escape", "")];

impl Starter {
    /// All starters, in the order in which they are offered.
    pub const ALL: [Starter; 5] = [
        Starter::Greeting(ParseMode::Html),
        Starter::Greeting(ParseMode::MarkdownV2),
        Starter::Greeting(ParseMode::Markdown),
        Starter::CleverTapSample,
        Starter::Blank,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Starter::Blank => "Blank",
            Starter::CleverTapSample => "CleverTap's sample",
            Starter::Greeting(ParseMode::Html) => "A greeting in HTML",
            Starter::Greeting(ParseMode::Markdown) => "A greeting in Markdown",
            Starter::Greeting(ParseMode::MarkdownV2) => "A greeting in MarkdownV2",
        }
    }

    /// Returns the body, using only filters that the dialect has.
    pub fn body(self, dialect: Dialect) -> String {
        let body = self.text();
        match dialect {
            Dialect::Telecast => body.to_owned(),
            Dialect::CleverTap => {
                PORTABLE.iter().fold(body.to_owned(), |body, (own, portable)| body.replace(own, portable))
            }
        }
    }

    fn text(self) -> &'static str {
        match self {
            Starter::Blank => include_str!("../../assets/starters/blank.json.liquid"),
            Starter::CleverTapSample => {
                include_str!("../../assets/demo/campaigns/clevertap-sample.json.liquid")
            }
            Starter::Greeting(ParseMode::Html) => include_str!("../../assets/starters/html.json.liquid"),
            Starter::Greeting(ParseMode::Markdown) => {
                include_str!("../../assets/starters/markdown.json.liquid")
            }
            Starter::Greeting(ParseMode::MarkdownV2) => {
                include_str!("../../assets/starters/markdownv2.json.liquid")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_start_with_a_capital_letter() {
        for starter in Starter::ALL {
            assert!(starter.title().starts_with(char::is_uppercase), "{}", starter.title());
        }
    }

    #[test]
    fn clevertap_starters_use_only_clevertap_filters() {
        for starter in Starter::ALL {
            let body = starter.body(Dialect::CleverTap);
            assert!(!body.contains("tg_") && !body.contains("json_escape"), "{body}");
        }
        let html = Starter::Greeting(ParseMode::Html).body(Dialect::CleverTap);
        assert!(html.contains(r#"default: "there" | escape }}"#), "{html}");
    }
}
