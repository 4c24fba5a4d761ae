//! The arguments of `telecast debug`, which runs the parsers and the template engine on JSON lines.

use clap::{Subcommand, ValueEnum};

/// `telecast debug`
#[derive(Debug, Subcommand)]
pub(crate) enum DebugCommand {
    /// Parse texts as Telegram does, one JSON line each
    ///
    /// Reads lines such as {"input": "<b>x</b>"} from stdin and answers each with {"text": …, "entities": […]} or
    /// {"error": …}. With no parse mode a line can bring its own "in_entities".
    Entities(ParseEntities),
    /// Render templates by the rules of Shopify's Liquid, one JSON line each
    ///
    /// Reads lines such as {"template": "{{ x }}", "data": {"x": 1}, "templates": {"partial": "…"}} from stdin and
    /// answers each with {"result": …} or {"error": …, "line": …, "column": …}. No dialect, dates in UTC.
    Liquid,
}

/// `telecast debug entities`
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
pub(crate) struct ParseEntities {
    /// The parse mode of the texts
    #[arg(long, value_enum, ignore_case = true, default_value_t = MarkupArg::None, value_name = "MODE")]
    pub parse_mode: MarkupArg,

    /// The last processing step to run
    #[arg(long, value_enum, default_value_t = Stage::Parsed)]
    pub stage: Stage,
}

/// A parse mode, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MarkupArg {
    /// HTML
    #[value(name = "HTML")]
    Html,
    /// Markdown, the legacy mode
    #[value(name = "Markdown")]
    Markdown,
    /// MarkdownV2
    #[value(name = "MarkdownV2")]
    MarkdownV2,
    /// Plain text, with the entities that the line brings
    #[value(name = "none")]
    None,
}

/// The last processing step to run on a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// Markup is parsed
    Parsed,
    /// Cleaned and repaired too, but neither trimmed nor searched for links
    Fixed,
    /// All steps of the server
    Sent,
}
