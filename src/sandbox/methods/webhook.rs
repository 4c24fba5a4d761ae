//! setWebhook, deleteWebhook, and getWebhookInfo. The sandbox stores the webhook's address, because getUpdates is
//! refused while a webhook is set. The sandbox never sends anything to this address.

use serde_json::{Value, json};

use super::result::MethodResult;
use crate::sandbox::bot::{Conflict, SandboxBot};
use crate::sandbox::call::MethodCall;
use crate::telegram::ApiError;

/// Handles setWebhook. As on Telegram, an empty address deletes the webhook.
pub(super) fn set(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let url = call.text("url");
    if url.is_empty() {
        return delete(bot, call);
    }
    if !url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
        return Err(ApiError::bad_request("bad webhook: An HTTPS URL must be provided for webhook"));
    }
    // `allowed_updates` and `drop_pending_updates` take effect even if the address does not change.
    bot.updates.set_allowed(call.text("allowed_updates"));
    drop_pending(bot, call);
    if bot.webhook == url {
        return Ok(MethodResult::with_description("Webhook is already set"));
    }
    bot.end_poll(Conflict::SetWebhook);
    bot.webhook = url.to_owned();
    Ok(MethodResult::with_description("Webhook was set"))
}

pub(super) fn delete(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    drop_pending(bot, call);
    if bot.webhook.is_empty() {
        return Ok(MethodResult::with_description("Webhook is already deleted"));
    }
    bot.webhook.clear();
    Ok(MethodResult::with_description("Webhook was deleted"))
}

fn drop_pending(bot: &mut SandboxBot, call: &MethodCall) {
    if call.arguments.boolean("drop_pending_updates") {
        bot.updates.clear();
    }
}

pub(super) fn info(bot: &mut SandboxBot, _: &MethodCall) -> Result<MethodResult, ApiError> {
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
