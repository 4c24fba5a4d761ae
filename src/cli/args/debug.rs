//! The arguments of `telecast debug`, which runs the parsers and the template engine on JSON lines.

use clap::{Subcommand, ValueEnum};

use crate::dialect::Dialect;

/// `telecast debug`
#[derive(Debug, Subcommand)]
pub(crate) enum DebugCommand {
    /// Parse texts as Telegram does, one JSON line each
    ///
    /// Reads lines such as {"input": "<b>x</b>"} from stdin and answers each with {"text": …, "entities": […]} or
    /// {"error": …}. Without a parse mode, a line can have its own "in_entities".
    Entities(ParseEntities),
    /// Render templates by the rules of Shopify's Liquid, one JSON line each
    ///
    /// Reads lines such as {"template": "{{ x }}", "data": {"x": 1}, "templates": {"partial": "…"}} from stdin and
    /// answers each with {"result": …} or {"error": …, "line": …, "column": …}. Dates are in UTC.
    Liquid(RenderLiquid),
}

/// `telecast debug liquid`
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::Args)]
pub(crate) struct RenderLiquid {
    /// Also answer with "problems": what this dialect refuses or prints otherwise
    ///
    /// The result stays Shopify's. Each problem has a "code" and a "message". The code is not-in-clevertap if
    /// CleverTap's engine refuses the template or fails on the data, and differs-in-clevertap if it prints something
    /// else. The dialect telecast has no problems.
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<Dialect>,
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
    /// Plain text, with the entities in "in_entities"
    #[value(name = "none")]
    None,
}

/// The last processing step to run on a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// Markup is parsed
    Parsed,
    /// Markup is parsed, and the text is cleaned and repaired, but not yet trimmed or searched for links
    Fixed,
    /// All steps of the server
    Sent,
}
