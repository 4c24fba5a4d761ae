//! setWebhook, deleteWebhook, and getWebhookInfo. The sandbox stores the webhook, because getUpdates is refused while one
//! is set. The sandbox never sends anything to its address.

use serde_json::{Value, json};

use super::lookup;
use super::result::MethodResult;
use crate::sandbox::bot::{Conflict, SandboxBot, Webhook};
use crate::sandbox::call::MethodCall;
use crate::telegram::{ApiError, Method};

/// The maximum number of connections to a webhook if setWebhook gives no number.
const DEFAULT_CONNECTIONS: i64 = 40;

const MAX_CONNECTIONS: i64 = 100;

/// Handles setWebhook. As on Telegram, an empty address deletes the webhook.
pub(super) fn set(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    lookup::check(bot, Method::SetWebhook, call)?;
    let url = call.text("url");
    if url.is_empty() {
        return delete(bot, call);
    }
    let webhook = Webhook {
        url: url.to_owned(),
        has_certificate: call.arguments.has_file("certificate"),
        max_connections: match call.arguments.integer("max_connections") {
            ..=0 => DEFAULT_CONNECTIONS,
            given => given.min(MAX_CONNECTIONS),
        },
        ip_address: call.text("ip_address").to_owned(),
        secret_token: call.text("secret_token").to_owned(),
    };
    // `allowed_updates` and `drop_pending_updates` take effect even if the webhook does not change.
    bot.updates.set_allowed(call.text("allowed_updates"));
    drop_pending(bot, call);
    if bot.webhook.as_ref() == Some(&webhook) {
        return Ok(MethodResult::with_description("Webhook is already set"));
    }
    bot.end_poll(Conflict::SetWebhook);
    bot.webhook = Some(webhook);
    Ok(MethodResult::with_description("Webhook was set"))
}

pub(super) fn delete(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    drop_pending(bot, call);
    match bot.webhook.take() {
        Some(_) => Ok(MethodResult::with_description("Webhook was deleted")),
        None => Ok(MethodResult::with_description("Webhook is already deleted")),
    }
}

fn drop_pending(bot: &mut SandboxBot, call: &MethodCall) {
    if call.arguments.boolean("drop_pending_updates") {
        bot.updates.clear();
    }
}

pub(super) fn info(bot: &SandboxBot) -> Result<MethodResult, ApiError> {
    let webhook = bot.webhook.as_ref();
    let mut info = json!({
        "url": webhook.map_or("", |webhook| &webhook.url),
        "has_custom_certificate": webhook.is_some_and(|webhook| webhook.has_certificate),
        "pending_update_count": bot.updates.len(),
    });
    if let Some(webhook) = webhook {
        info["max_connections"] = webhook.max_connections.into();
        // Telegram returns the address that it has looked up for the host. The sandbox looks up no host.
        if !webhook.ip_address.is_empty() {
            info["ip_address"] = webhook.ip_address.as_str().into();
        }
    }
    if let Some(allowed) = bot.updates.allowed() {
        info["allowed_updates"] = Value::from(allowed);
    }
    Ok(info.into())
}
