//! Writes HTML, which can express all entities except those that the server detects itself, such as hashtags. `unparse`
//! removes those before it calls this module.

use super::nesting::{EntityRange, NestingEvent, events};
use super::unparsed::Unparsed;
use crate::telegram::{EntityKind, EscapeContext, FormattedText, ParseMode, escape};

pub(super) fn write(text: &FormattedText) -> Unparsed {
    let entities = text.entities.iter().zip(text.byte_ranges());
    let parts = entities.map(|(entity, range)| EntityRange { range, kind: &entity.kind }).collect();
    let mut markup = String::with_capacity(text.text.len() * 2);
    for event in events(text.text.len(), parts) {
        match event {
            NestingEvent::Open(part) => markup.push_str(&start_tag(part.kind)),
            NestingEvent::Close(part) => markup.push_str(end_tag(part.kind)),
            NestingEvent::Text(range) => push_text(&mut markup, &text.text[range]),
        }
    }
    Unparsed { markup, lost: Vec::new() }
}

fn push_text(markup: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            // Unlike in `escape`, quotation marks stay: between tags, `don't` is easier to read than `don&#39;t`.
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            c => markup.push(c),
        }
    }
}

fn attribute(value: &str) -> String {
    escape(ParseMode::Html, EscapeContext::LinkAddress, value)
}

fn start_tag(kind: &EntityKind) -> String {
    let tag = match kind {
        EntityKind::Bold => "<b>",
        EntityKind::Italic => "<i>",
        EntityKind::Underline => "<u>",
        EntityKind::Strikethrough => "<s>",
        EntityKind::Spoiler => "<tg-spoiler>",
        EntityKind::Blockquote => "<blockquote>",
        EntityKind::ExpandableBlockquote => "<blockquote expandable>",
        EntityKind::Code => "<code>",
        EntityKind::Pre { language: None } => "<pre>",
        EntityKind::Pre { language: Some(language) } => {
            return format!("<pre><code class=\"language-{}\">", attribute(language));
        }
        EntityKind::TextLink { url } => return format!("<a href=\"{}\">", attribute(url)),
        EntityKind::TextMention { user_id } => return format!("<a href=\"tg://user?id={user_id}\">"),
        EntityKind::CustomEmoji { custom_emoji_id } => {
            return format!("<tg-emoji emoji-id=\"{custom_emoji_id}\">");
        }
        // The empty format is the default, so it needs no attribute.
        EntityKind::DateTime { unix_time, format } if format.is_empty() => {
            return format!("<tg-time unix=\"{unix_time}\">");
        }
        EntityKind::DateTime { unix_time, format } => {
            return format!("<tg-time unix=\"{unix_time}\" format=\"{}\">", attribute(format));
        }
        // The kinds that the server detects itself. `unparse` has removed entities of these kinds, so this arm is never
        // used.
        _ => "",
    };
    tag.to_owned()
}

fn end_tag(kind: &EntityKind) -> &'static str {
    match kind {
        EntityKind::Bold => "</b>",
        EntityKind::Italic => "</i>",
        EntityKind::Underline => "</u>",
        EntityKind::Strikethrough => "</s>",
        EntityKind::Spoiler => "</tg-spoiler>",
        EntityKind::Blockquote | EntityKind::ExpandableBlockquote => "</blockquote>",
        EntityKind::Code => "</code>",
        EntityKind::Pre { language: None } => "</pre>",
        EntityKind::Pre { language: Some(_) } => "</code></pre>",
        EntityKind::TextLink { .. } | EntityKind::TextMention { .. } => "</a>",
        EntityKind::CustomEmoji { .. } => "</tg-emoji>",
        EntityKind::DateTime { .. } => "</tg-time>",
        _ => "",
    }
}
