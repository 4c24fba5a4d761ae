//! setWebhook, deleteWebhook and getWebhookInfo. An address is remembered, since it forbids polling; nothing is sent there.

use serde_json::{Value, json};

use super::done::Done;
use crate::sandbox::bot::{Bot, Conflict};
use crate::sandbox::call::Call;
use crate::telegram::ApiError;

/// setWebhook; an empty address deletes it.
pub(super) fn set(bot: &mut Bot, call: &Call) -> Result<Done, ApiError> {
    let url = call.text("url");
    if url.is_empty() {
        return delete(bot, call);
    }
    if !url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return Err(ApiError::bad_request("bad webhook: An HTTPS URL must be provided for webhook"));
    }
    bot.updates.allow(call.text("allowed_updates"));
    drop_pending(bot, call);
    if bot.webhook == url {
        return Ok(Done::said("Webhook is already set"));
    }
    bot.end_poll(Conflict::SetWebhook);
    bot.webhook = url.to_owned();
    Ok(Done::said("Webhook was set"))
}

pub(super) fn delete(bot: &mut Bot, call: &Call) -> Result<Done, ApiError> {
    drop_pending(bot, call);
    if bot.webhook.is_empty() {
        return Ok(Done::said("Webhook is already deleted"));
    }
    bot.webhook.clear();
    Ok(Done::said("Webhook was deleted"))
}

fn drop_pending(bot: &mut Bot, call: &Call) {
    if call.arguments.boolean("drop_pending_updates") {
        bot.updates.clear();
    }
}

pub(super) fn info(bot: &mut Bot, _: &Call) -> Result<Done, ApiError> {
    let mut info = json!({
        "url": bot.webhook,
        "has_custom_certificate": false,
        "pending_update_count": bot.updates.len(),
    });
    if !bot.webhook.is_empty() {
        info["max_connections"] = 40.into();
    }
    if let Some(allowed) = bot.updates.allowed() {
        info["allowed_updates"] = Value::from(allowed);
    }
    Ok(info.into())
}
