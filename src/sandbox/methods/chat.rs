//! getChat, the methods about its members, and sendChatAction.

use serde_json::{Value, json};

use super::lookup;
use super::result::MethodResult;
use crate::sandbox::bot::SandboxBot;
use crate::sandbox::call::MethodCall;
use crate::sandbox::chats::{Membership, SandboxChat};
use crate::telegram::request::ChatKind;
use crate::telegram::{ApiError, Method};

/// Handles getChat. As on Telegram, it succeeds for a user who has blocked the bot.
pub(super) fn get_chat(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let checked = lookup::check(bot, Method::GetChat, call)?;
    let chat = checked.required_chat()?;
    let mut full = chat.to_full_json();
    let pinned = bot.pins.latest(chat.id).and_then(|id| bot.messages.find(chat.id, id));
    if let Some(pinned) = pinned.and_then(|message| serde_json::from_str::<Value>(message).ok()) {
        full["pinned_message"] = pinned;
    }
    Ok(full.into())
}

pub(super) fn send_chat_action(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    lookup::check(bot, Method::SendChatAction, call)?.required_chat()?.check_writable()?;
    Ok(Value::Bool(true).into())
}

pub(super) fn member(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let checked = lookup::check(bot, Method::GetChatMember, call)?;
    let chat = checked.required_chat()?;
    let user = call.arguments.integer("user_id");
    if user == bot.identity.id {
        return Ok(own_member(bot, chat).into());
    }
    // The sandbox does not know who is in a group, so it counts every user that the bot knows as a member.
    let is_member = match chat.kind {
        ChatKind::Private => user == chat.id,
        ChatKind::Group | ChatKind::Supergroup | ChatKind::Channel => bot.chats.knows_user(user),
    };
    match is_member {
        true => Ok(json!({ "user": bot.chats.user(user), "status": "member" }).into()),
        false => Err(ApiError::bad_request("Member not found")),
    }
}

pub(super) fn member_count(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    lookup::check(bot, Method::GetChatMemberCount, call)?;
    // A private chat has two members: the bot and the user. The sandbox does not know how many members a group has, so
    // it gives the same number.
    Ok(Value::from(2).into())
}

pub(super) fn administrators(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    let checked = lookup::check(bot, Method::GetChatAdministrators, call)?;
    let chat = checked.required_chat()?;
    if chat.kind == ChatKind::Private {
        return Err(ApiError::bad_request("there are no administrators in the private chat"));
    }
    Ok(json!([own_member(bot, chat)]).into())
}

/// Returns the bot's own membership: the bot is an administrator of its groups and channels.
fn own_member(bot: &SandboxBot, chat: &SandboxChat) -> Value {
    let user = bot.identity.to_json();
    match (chat.kind, chat.membership) {
        (ChatKind::Private, _) => json!({ "user": user, "status": "member" }),
        (_, Membership::Writable) => {
            let mut member = json!({ "user": user, "status": "administrator", "can_be_edited": false, "is_anonymous": false });
            for right in rights(chat.kind) {
                member[right] = true.into();
            }
            member
        }
        (_, Membership::Kicked) => json!({ "user": user, "status": "kicked", "until_date": 0 }),
        (_, Membership::Left | Membership::Migrated(_)) => json!({ "user": user, "status": "left" }),
    }
}

/// Returns the rights of an administrator, by their fields in ChatMemberAdministrator.
fn rights(kind: ChatKind) -> Vec<&'static str> {
    let mut rights = vec![
        "can_manage_chat",
        "can_change_info",
        "can_delete_messages",
        "can_invite_users",
        "can_restrict_members",
        "can_promote_members",
        "can_manage_video_chats",
        "can_manage_voice_chats",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_send_welcome_messages",
    ];
    rights.extend(match kind {
        ChatKind::Channel => {
            ["can_post_messages", "can_edit_messages", "can_manage_direct_messages"].as_slice()
        }
        ChatKind::Supergroup => ["can_pin_messages", "can_manage_topics", "can_manage_tags"].as_slice(),
        ChatKind::Group | ChatKind::Private => ["can_pin_messages", "can_manage_tags"].as_slice(),
    });
    rights
}
