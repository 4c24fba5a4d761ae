//! Reads the argument `reaction` of setMessageReaction.

use super::error::RequestError;
use super::value::{self, ArgumentValue};
use crate::telegram::api_error::ArgumentLocation;
use crate::telegram::arguments::Arguments;
use crate::telegram::fields;

/// The most reactions that a bot can give to a message.
const MAX_REACTIONS: usize = 1;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reaction {
    Emoji(String),
    CustomEmoji,
}

/// Checks the reactions. They are not kept, because no answer shows the reaction of a bot.
pub(super) fn check(arguments: &Arguments) -> Result<(), RequestError> {
    value::read(arguments, "reaction", "reaction types", || Ok(()), check_value)
}

fn check_value(value: &ArgumentValue<'_>) -> Result<(), RequestError> {
    let items = value.array("ReactionType")?;
    let mut reactions = Vec::new();
    for item in &items {
        reactions.push(read(item).map_err(|error| error.with_prefix("Can't parse ReactionType: "))?);
    }
    // Telegram's remote server makes these checks.
    if MAX_REACTIONS < reactions.len() {
        return Err(RequestError::at(ArgumentLocation::argument("reaction"), "REACTIONS_TOO_MANY"));
    }
    match (reactions.first(), items.first()) {
        (Some(Reaction::Emoji(emoji)), Some(item)) if !is_reaction(emoji) => {
            Err(item.member("emoji").as_ref().unwrap_or(item).error("REACTION_INVALID"))
        }
        _ => Ok(()),
    }
}

fn read(item: &ArgumentValue<'_>) -> Result<Reaction, RequestError> {
    if !item.is_object() {
        return Err(item.error("expected an Object"));
    }
    match item.required_string("type")?.as_str() {
        "emoji" => item.required_string("emoji").map(Reaction::Emoji),
        "custom_emoji" => item.required_integer::<i64>("custom_emoji_id").map(|_| Reaction::CustomEmoji),
        _ => Err(item.error("invalid reaction type specified")),
    }
}

fn is_reaction(emoji: &str) -> bool {
    // Clients write some of the emoji with a variation selector, and Telegram accepts both.
    let plain = |text: &str| text.replace('\u{fe0f}', "");
    let known = fields::of_object("ReactionType").iter().find(|field| field.name == "emoji");
    known.is_some_and(|field| field.values.iter().any(|value| plain(value) == plain(emoji)))
}
