//! `telecast debug`: looking at what happens inside.

use clap::{Subcommand, ValueEnum};

/// `telecast debug`
#[derive(Debug, Subcommand)]
pub enum DebugCommand {
    /// Answer texts with what Telegram makes of them, one JSON line each
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
pub struct ParseEntities {
    /// How the texts are marked up
    #[arg(long, value_enum, ignore_case = true, default_value_t = MarkupArg::None, value_name = "MODE")]
    pub parse_mode: MarkupArg,

    /// How far Telegram goes
    #[arg(long, value_enum, default_value_t = Stage::Parsed)]
    pub stage: Stage,
}

/// A parse mode, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MarkupArg {
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

/// How far a text is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Markup is parsed
    Parsed,
    /// Cleaned and repaired too, neither trimmed nor searched for links
    Fixed,
    /// All that the server does
    Sent,
}
