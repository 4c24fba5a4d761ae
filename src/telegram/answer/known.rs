//! The errors of the Bot API that telecast recognizes, with their meaning and what to do.

use super::ApiErrorKind;

pub(super) struct KnownError {
    codes: &'static [u16],
    /// The description must contain one of these fragments, in lower case. An empty list matches every description.
    fragments: &'static [&'static str],
    pub(super) fault: ApiErrorKind,
    pub(super) meaning: &'static str,
    pub(super) action: &'static str,
}

/// Returns the first row that matches. `description` is in lower case.
pub(super) fn find(error_code: u16, description: &str) -> Option<&'static KnownError> {
    KNOWN.iter().chain(REFUSALS).chain(OTHER_CODES).find(|known| {
        known.codes.contains(&error_code)
            && (known.fragments.is_empty() || known.fragments.iter().any(|part| description.contains(part)))
    })
}

/// A fault in the request's body. Most of these errors occur for every recipient.
const fn body(fragments: &'static [&'static str], meaning: &'static str, action: &'static str) -> KnownError {
    KnownError { codes: &[400], fragments, fault: ApiErrorKind::Body, meaning, action }
}

/// A fault of one chat, or of the values of one recipient.
const fn chat(
    fault: ApiErrorKind,
    fragments: &'static [&'static str],
    meaning: &'static str,
    action: &'static str,
) -> KnownError {
    KnownError { codes: &[400], fragments, fault, meaning, action }
}

// The first matching row counts, so specific rows come before general ones. For example, an error in an item of an
// album has the prefix "can't parse InputMedia: ", so the rows for albums come after the rows for markup and entities.
/// Errors about the text, the chat, and the reply.
const KNOWN: &[KnownError] = &[
    chat(
        ApiErrorKind::Content,
        &["can't parse entities"],
        "the markup is broken for this profile's values",
        "escape the values for the parse mode; sending it again as it is fails again",
    ),
    body(
        &["inline keyboard button text must be non-empty", "keyboard button text must be non-empty"],
        "a button with an icon has no text",
        "give the button a `text`, or remove its `icon_custom_emoji_id`",
    ),
    chat(
        ApiErrorKind::Content,
        &["message text is empty", "text must be non-empty"],
        "the text is empty for this profile's values",
        "add at least one visible character, or give the variable a default",
    ),
    chat(
        ApiErrorKind::Content,
        &["caption is too long"],
        "the caption is too long for this profile's values",
        "shorten it: a caption can have 1,024 characters after parsing",
    ),
    chat(
        ApiErrorKind::Content,
        &["message is too long", "text is too long"],
        "the text is too long for this profile's values",
        "shorten it: a message can have 4,096 characters after parsing, and 32,768 bytes with its markup",
    ),
    chat(
        ApiErrorKind::Content,
        &["must be encoded in utf-8", "url must be in utf-8"],
        "a text is not valid UTF-8",
        "save the body as UTF-8",
    ),
    chat(
        ApiErrorKind::Migrated,
        &["group chat was upgraded"],
        "the group became a supergroup and has a new id",
        "replace the chat id and send again",
    ),
    body(&["chat_id is empty"], "the body has no chat_id", "set chat_id in the body"),
    chat(
        ApiErrorKind::NoChat,
        &["private chat not found", "chat not found", "user not found", "have no access to the user"],
        "the bot does not know this chat: a wrong id, another bot's list, or a deleted chat",
        "check the chat id, and that the recipient has started this bot",
    ),
    body(
        &["message thread not found"],
        "the chat has no topic with this message_thread_id",
        "remove message_thread_id, or use the id of a topic of this chat; the topic General has no id",
    ),
    chat(
        ApiErrorKind::NoRights,
        &[
            "not enough rights",
            "have no rights",
            "need administrator rights",
            "have no write access",
            "chat_write_forbidden",
            "chat_restricted",
            "chat_send_",
            "topic_closed",
            "user restricted receiving",
        ],
        "the bot may not write in that chat",
        "allow the bot to write there, or remove the chat from the audience",
    ),
    chat(
        ApiErrorKind::Reply,
        &["quote_text_invalid"],
        "the message that is replied to does not contain the quote",
        "copy reply_parameters.quote exactly from that message, or remove it",
    ),
    chat(
        ApiErrorKind::Reply,
        &["message to be replied not found", "reply_message_id_invalid"],
        "the message to reply to was not found",
        "remove the reply, or set allow_sending_without_reply",
    ),
    body(
        &[
            "effect_id_invalid",
            "business_connection",
            "business connection",
            "allow_payment_required",
            "privacy_premium_required",
            "balance_too_low",
            "have not enough telegram stars",
        ],
        "an option of the message is not available to this bot or this recipient",
        "remove the option or the recipient",
    ),
    body(
        &["unsupported parse_mode"],
        "the parse mode is unknown",
        "write \"HTML\", \"MarkdownV2\" or \"Markdown\", or leave parse_mode out",
    ),
];

/// Errors about the fields of the body.
const REFUSALS: &[KnownError] = &[
    // The rules of the chat.
    body(
        &["inline keyboard expected"],
        "a channel shows inline keyboards only",
        "use `inline_keyboard`, or leave reply_markup out for channels",
    ),
    body(
        &[
            "phone number can be requested in private chats only",
            "location can be requested in private chats only",
            "poll can be requested in private chats only",
            "users can be requested in private chats only",
            "chats can be requested in private chats only",
            "managed bots can be requested in private chats only",
        ],
        "only a private chat can show a button that requests something",
        "remove the button for groups and channels, or send to users only (ids above 0)",
    ),
    body(
        &["web app buttons can be used in private chats only", "button_type_invalid"],
        "only a private chat can show a Web App button",
        "use a `url` button with a t.me link to the Web App, or send to users only (ids above 0)",
    ),
    body(
        &["button in a channel chat"],
        "a channel cannot show a button that starts an inline query",
        "use a `url` or `callback_data` button for channels",
    ),
    body(
        &["can't use message effects"],
        "only a message to a private chat can have an effect",
        "remove message_effect_id for groups and channels",
    ),
    body(
        &["non-anonymous polls can't be sent"],
        "a poll in a channel is always anonymous",
        "remove is_anonymous, or set it to true",
    ),
    body(
        &["messages can self-destruct only in private chats", "polls can't be sent to"],
        "the chat does not take a message of this kind",
        "send it to another kind of chat",
    ),
    // Buttons and keyboards.
    body(
        &["must be an array of arrays"],
        "the keyboard is not a list of rows",
        "each row is a list of buttons: `[[{…}]]`",
    ),
    body(
        &["text buttons are unallowed"],
        "a button has no action",
        "give the button a `url` or `callback_data`",
    ),
    body(
        &["button_data_invalid"],
        "the data of a button is too long",
        "callback_data may have at most 64 bytes",
    ),
    body(
        &["button_copy_text_invalid"],
        "the text that a button copies is empty or too long",
        "copy_text.text has 1 to 256 characters",
    ),
    body(
        &["reply markup is too long"],
        "the keyboard is too large",
        "a reply_markup may have about 10,000 bytes of JSON: use fewer buttons or shorter texts",
    ),
    body(
        &["only https links are allowed"],
        "a login or Web App button has an address without HTTPS",
        "use an address that starts with https://",
    ),
    body(
        &["link to a user can't be used"],
        "a login or Web App button has the address of a user",
        "use a web address that starts with https://",
    ),
    body(
        &[
            "inline keyboard button url",
            "inline keyboard button login url",
            "button web app url",
            "button_url_invalid",
        ],
        "the address of a button is not valid",
        "a button's URL starts with https://, http:// or tg:// and has a host with a dot",
    ),
    body(
        &["invalid button style"],
        "the style of a button is unknown",
        "style is \"primary\" (blue), \"success\" (green) or \"danger\" (red); leave it out for the usual look",
    ),
    body(
        &["keyboardbutton must be"],
        "a button is neither a text nor an object",
        "write a button as `{\"text\": \"…\", …}`; a plain text is a button of a reply keyboard only",
    ),
    body(
        &["loginurl bot username is invalid"],
        "login_url.bot_username is not a username",
        "write the bot's @username: letters, digits and _ only",
    ),
    body(
        &["can't force quiz mode and regular poll", "chatadministratorrights must be an object"],
        "a button requests something that does not exist",
        "write the field as the Bot API describes it: an object with true and false",
    ),
    body(
        &[
            "reply_markup_invalid",
            "can't parse reply keyboard markup json",
            "object expected as reply markup",
        ],
        "reply_markup is not a keyboard",
        "reply_markup is an object such as `{\"inline_keyboard\": [[{\"text\": \"…\", \"url\": \"…\"}]]}`; \
         leave it out for no keyboard",
    ),
    // Entities.
    body(
        &["entity url"],
        "the address of a text_link is not valid",
        "an entity's `url` starts with https://, http:// or tg:// and has a host with a dot",
    ),
    body(
        &["invalid custom emoji identifier"],
        "a custom_emoji_id is not the id of a custom emoji",
        "custom_emoji_id is a whole number other than 0, as Telegram gave it",
    ),
    body(
        &["invalid date-time format"],
        "the format of a time is unknown",
        "date_time_format is `r`, or any of the letters w, d, D, t and T",
    ),
    body(
        &["invalid date specified"],
        "the time of an entity is not after 1970",
        "unix_time is a number of seconds above 0",
    ),
    body(
        &["receive an entity with incorrect offset", "receive an entity with incorrect length"],
        "the range of an entity is out of bounds",
        "offset and length may be at most 1,000,000 UTF-16 code units, and lie within the text",
    ),
    body(
        &["in a middle of a utf-16 symbol"],
        "an entity begins or ends inside a character",
        "count offset and length in UTF-16 code units: most emoji count as 2",
    ),
    body(
        &["after the end of the text"],
        "an entity lies outside the text",
        "count offset and length in UTF-16 code units, and keep them within the text",
    ),
    body(
        &["can't parse messageentity: type is not specified", "can't parse messageentity: unsupported type"],
        "the type of an entity is unknown",
        "`type` is one of bold, italic, underline, strikethrough, spoiler, blockquote, expandable_blockquote, code, \
         pre, text_link, text_mention, custom_emoji, date_time",
    ),
    body(
        &["can't parse messageentity: expected an object"],
        "an entity is not an object",
        "write an entity as `{\"type\": \"bold\", \"offset\": 0, \"length\": 4}`",
    ),
    // Files.
    body(
        &["unsupported url protocol"],
        "the file's address has a scheme that Telegram does not download from",
        "use an https:// or http:// URL, a file_id, or an upload; Telegram reads no local path, ipfs:// or ftp://",
    ),
    body(
        &["invalid file http url specified", "wrong http url"],
        "the file's address is not a URL",
        "use a whole URL such as https://example.com/photo.jpg, or a file_id; Telegram reads no local path",
    ),
    body(
        &[
            "wrong remote file identifier",
            "remote file identifier",
            "wrong file identifier",
            "wrong file_id",
            "can't use file of type",
        ],
        "the text is neither a URL nor a file_id of this bot",
        "use an https:// URL with a dot in its host, or copy the file_id from a message that this bot sent",
    ),
    body(&["file must be non-empty"], "the uploaded file has no bytes", "upload a file with at least 1 byte"),
    body(
        &["file is too big", "is too big; the maximum size is", "file of size"],
        "the file is too big",
        "a photo may have 10 MB and any other upload 50 MB; by URL, a photo 5 MB and any other file 20 MB",
    ),
    body(
        &["photo_invalid_dimensions", "wrong video note length"],
        "the picture has the wrong shape",
        "a photo's width and height may be 10,000 together, and one at most 20 times the other",
    ),
    body(
        &["failed to get http url", "can't upload file by url", "webpage_", "wrong type of the web page"],
        "Telegram could not download the file from its URL",
        "open the URL in a private window: it must give the file itself, at most 5 MB for a photo and 20 MB otherwise",
    ),
    body(
        &["there is no "],
        "the file is missing",
        "set the field to a URL or a file_id, or upload the file in a part of that name",
    ),
    // Copied and forwarded messages.
    body(
        &["parameter \"from_chat_id\" is required"],
        "the body has no from_chat_id",
        "set from_chat_id to the chat of the message, and message_id to the message",
    ),
    body(
        &["message to copy not found", "message to forward not found", "messages can't be forwarded"],
        "the chat in from_chat_id has no message with this message_id",
        "check from_chat_id and message_id; the bot must be able to read that message",
    ),
    body(
        &["message can't be copied", "message can't be forwarded", "protected content"],
        "Telegram does not send a message of this kind again",
        "choose another message: events, protected messages and, for a copy, paid media are not sent again",
    ),
    body(
        &["message identifier", "can't parse message_ids"],
        "`message_ids` is not a list of messages",
        "write a list of 1 to 100 numbers above 0: `[12, 13]`",
    ),
    // Venues, contacts, dice, and paid media.
    body(
        &["wrong venue location"],
        "a coordinate of the venue is out of range",
        "a venue's latitude is -90 to 90 and its longitude -180 to 180, in degrees",
    ),
    body(
        &["parameter \"phone_number\" is required", "parameter \"first_name\" is required"],
        "the contact is incomplete",
        "set phone_number and first_name",
    ),
    body(&["emoticon_invalid"], "this emoji cannot be thrown", "use 🎲, 🎯, 🏀, ⚽, 🎳 or 🎰"),
    body(
        &["invalid media price", "invalid number of paid media", "can't parse paid media", "inputpaidmedia"],
        "the paid media are not valid",
        "set star_count to 1 or more, and `media` to a list of 1 to 10 photos and videos",
    ),
    // Albums.
    body(
        &["parameter \"media\" is required", "there are no messages to send"],
        "the album has no items",
        "set `media` to a list of 2 to 10 items",
    ),
    body(
        &["too many messages to send as an album"],
        "the album has too many items",
        "an album can have at most 10 items: send the rest as another album",
    ),
    body(
        &["can't parse media json", "expected an array of inputmedia"],
        "`media` is not a list",
        "write a list of 2 to 10 items: `[{\"type\": \"photo\", \"media\": \"https://…\"}, …]`",
    ),
    body(
        &[
            "can't be used in sendmediagroup",
            "can't use the media of the specified type",
            "media_grouped_invalid",
        ],
        "an album cannot have media of this type",
        "use photo, video, audio or document; send an animation with sendAnimation",
    ),
    body(
        &["can't be mixed with other media"],
        "audio files and documents cannot be in one album with other media",
        "put only audio files or only documents into this album; photos and videos can be mixed",
    ),
    body(
        &["show_caption_above_media must be the same"],
        "the items of the album disagree on show_caption_above_media",
        "set show_caption_above_media in every item of `media`, or in none",
    ),
    body(
        &["can't parse inputmedia: media not found"],
        "an item of the album has no file",
        "set the item's `media` to a URL or a file_id, or to `attach://NAME` for an uploaded part",
    ),
    body(
        &["can't parse inputmedia: type"],
        "the type of an album's item is unknown",
        "`type` is photo, video, audio or document",
    ),
    body(
        &["can't parse inputmedia: expected an object"],
        "an item of the album is not an object",
        "write an item as `{\"type\": \"photo\", \"media\": \"https://…\"}`",
    ),
    // The common prefix of several error codes, such as MEDIA_EMPTY.
    body(
        &["media_"],
        "Telegram cannot use the file",
        "send another file, or upload it instead of giving its URL",
    ),
    // Polls.
    body(
        &["poll question length must not exceed"],
        "the question of the poll is too long",
        "shorten it: a question can have 300 characters",
    ),
    body(
        &["poll options length must not exceed", "poll_option_invalid"],
        "an option of the poll is too long",
        "shorten it: an option can have 100 characters",
    ),
    body(
        &["poll can't have more than"],
        "the poll has too many options",
        "a poll can have at most 12 options",
    ),
    body(
        &["poll must have at least", "can't parse options json", "expected an array of string as options"],
        "`options` is not a list of answers",
        "write a list of 1 to 12 options of at most 100 characters: `[\"Yes\", \"No\"]`",
    ),
    body(
        &["expected an option to be of type string"],
        "an option of the poll is not a text",
        "write an option as a text in double quotes, or as `{\"text\": \"…\"}`",
    ),
    body(&["unsupported poll type"], "the type of the poll is unknown", "`type` is \"regular\" or \"quiz\""),
    body(
        &["correct quiz option list must be increasing"],
        "the correct options of the quiz are out of order",
        "list each number once in correct_option_ids, the smallest first",
    ),
    body(
        &[
            "correct quiz option list must be non-empty",
            "can't parse correct option identifiers",
            "expected an array of correct option identifiers",
            "correct option identifier",
            "wrong quiz correct_option_id",
        ],
        "the correct options of the quiz are missing or do not exist",
        "list the numbers of the correct options in correct_option_ids, counted from 0: `[0]`",
    ),
    // Locations.
    body(
        &["latitude is empty", "longitude is empty"],
        "a coordinate is missing",
        "set latitude (-90 to 90) and longitude (-180 to 180) in degrees",
    ),
    body(
        &["invalid location specified", "invalid live location"],
        "a coordinate is out of range",
        "latitude is -90 to 90 and longitude -180 to 180, in degrees",
    ),
    body(
        &["wrong live location period"],
        "the live period is out of range",
        "live_period is 60 to 86400 seconds, or 2147483647 for no end",
    ),
    body(&["wrong live location heading"], "the heading is out of range", "heading is 1 to 360 degrees"),
    body(
        &["wrong live location proximity"],
        "the alert radius is out of range",
        "proximity_alert_radius is 1 to 100000 meters",
    ),
    // Options.
    body(
        &["wrong parameter action"],
        "the chat action is unknown",
        "`action` is typing, upload_photo, record_video, upload_video, record_voice, upload_voice, upload_document, \
         choose_sticker, find_location, record_video_note or upload_video_note",
    ),
    body(
        &["suggested post price must be divisible"],
        "the price in Toncoins has too many digits",
        "`amount` in TON is a multiple of 10000000 nanotoncoins",
    ),
    body(
        &["invalid suggested post price currency"],
        "the currency of the price is unknown",
        "`currency` is \"XTR\" (Telegram Stars) or \"TON\"",
    ),
    body(
        &["suggested post"],
        "suggested_post_parameters is not valid here",
        "write an object such as `{\"price\": {\"currency\": \"XTR\", \"amount\": 5}}`, for the direct messages of a \
         channel only",
    ),
    body(
        &["link preview options"],
        "link_preview_options is not an object",
        "write an object such as `{\"is_disabled\": true}`; leave it out for the usual preview",
    ),
    body(
        &["reply parameters"],
        "reply_parameters is not an object",
        "write an object such as `{\"message_id\": 5}`; leave it out for no reply",
    ),
    // Types of fields.
    body(
        &["can't find field"],
        "an object lacks a field that it needs",
        "add the field to the object that starts here",
    ),
    body(
        &["must be of type boolean"],
        "a field is not a boolean",
        "write true or false without quotes, or leave the field out",
    ),
    body(
        &["must be of type string"],
        "a field is not a text",
        "write a text in double quotes, or leave the field out",
    ),
    body(&["must be of type array"], "a field is not a list", "write a list: `[…]`"),
    body(&["must be of type object"], "a field is not an object", "write an object: `{…}`"),
    body(
        &["must be a number", "must be a valid number", "must be of type number"],
        "a field is not a whole number",
        "write a whole number without a fraction or leading zeros, or leave the field out",
    ),
    body(
        &["object expected as", "can't parse"],
        "a field of the body is not valid for the Bot API",
        "correct the field; it fails for every recipient",
    ),
];

/// Errors with a code other than 400.
const OTHER_CODES: &[KnownError] = &[
    KnownError {
        codes: &[401],
        fragments: &[],
        fault: ApiErrorKind::Token,
        meaning: "the bot token is wrong or was revoked",
        action: "set the token that @BotFather shows for this bot",
    },
    KnownError {
        codes: &[403],
        fragments: &["blocked by the user"],
        fault: ApiErrorKind::Blocked,
        meaning: "the recipient has blocked the bot",
        action: "skip the recipient until they write to the bot again",
    },
    KnownError {
        codes: &[403],
        fragments: &["user is deactivated"],
        fault: ApiErrorKind::Deactivated,
        meaning: "the recipient's account was deleted",
        action: "remove the recipient from the audience",
    },
    KnownError {
        codes: &[403],
        fragments: &["can't initiate conversation"],
        fault: ApiErrorKind::NotStarted,
        meaning: "the recipient has never started this bot, or the id comes from another bot",
        action: "send the recipient a link that starts the bot",
    },
    KnownError {
        codes: &[403],
        // This error reportedly passes within minutes. So a single error of this kind must not remove a recipient from
        // an audience.
        fragments: &["can't send messages to the user"],
        fault: ApiErrorKind::Transient,
        meaning: "the bot cannot write to this recipient now; this can pass within minutes",
        action: "try again later, and keep the recipient",
    },
    KnownError {
        codes: &[403],
        fragments: &["can't send messages to the bot", "can't send messages to bots"],
        fault: ApiErrorKind::Deactivated,
        meaning: "the chat is a bot, and bots cannot write to each other",
        action: "remove the id from the audience",
    },
    KnownError {
        codes: &[403],
        fragments: &["was kicked", "is not a member", "chat was deleted"],
        fault: ApiErrorKind::Left,
        meaning: "the bot is no longer in that chat",
        action: "add the bot to the chat again, or remove the chat from the audience",
    },
    KnownError {
        codes: &[404],
        // This row must come before the row for all other 404s, which says that the token is wrong. With this
        // description, the server knows the token but not the method.
        fragments: &["method not found"],
        fault: ApiErrorKind::Setup,
        meaning: "the server has no such method",
        action: "correct the method's name at the end of the webhook's URL",
    },
    KnownError {
        codes: &[404],
        fragments: &[],
        fault: ApiErrorKind::Token,
        // For a malformed token and for a malformed path, api.telegram.org answers the same "Not Found". So the meaning
        // names both.
        meaning: "the token is malformed, or the path is not /bot<token>/METHOD",
        action: "check the webhook's URL and the token in it",
    },
    KnownError {
        codes: &[409],
        fragments: &["terminated by other getupdates"],
        fault: ApiErrorKind::Conflict,
        meaning: "another program reads this bot's updates",
        action: "stop the other program, or capture with another bot",
    },
    KnownError {
        codes: &[409],
        // This error has a kind of its own, because the help in `crate::capture` differs from that for `Conflict`.
        fragments: &["webhook is active"],
        fault: ApiErrorKind::WebhookActive,
        meaning: "the bot has a webhook, so its updates cannot be read",
        action: "delete the webhook only if nothing else needs it",
    },
    KnownError {
        codes: &[413, 415, 421, 431, 501],
        fragments: &[],
        fault: ApiErrorKind::Setup,
        meaning: "the server does not accept this request",
        action: "check the webhook's URL and headers and the size of the body",
    },
    KnownError {
        codes: &[429],
        fragments: &[],
        fault: ApiErrorKind::Rate,
        meaning: "the bot sends too many requests",
        action: "wait, then send again",
    },
    KnownError {
        codes: &[500, 502, 503, 504],
        fragments: &[],
        fault: ApiErrorKind::Server,
        meaning: "the server failed during the request; the message may or may not have been delivered",
        action: "check the chat before sending again",
    },
];

#[cfg(test)]
mod tests;
