//! Every error about a call's arguments has advice of its own.

use super::*;

/// The errors with code 400 of the methods that telecast knows, without their prefix. From `Client.cpp` of the Bot API
/// server, and from TDLib's `MessageEntity.cpp`, `MessageContent.cpp`, `ReplyMarkup.cpp`, `FileManager.cpp`, and
/// `Location.cpp`. Those in capitals come from Telegram's remote server.
const ERRORS: &[&str] = &[
    "message text is empty",
    "text must be non-empty",
    "message is too long",
    "message caption is too long",
    "text is too long",
    "text must be encoded in UTF-8",
    "unsupported parse_mode",
    "can't parse entities: Can't find end of Bold entity at byte offset 0",
    "chat_id is empty",
    "chat not found",
    "private chat not found",
    "group chat was upgraded to a supergroup chat",
    "have no access to the user",
    "message thread not found",
    "message to be replied not found",
    "QUOTE_TEXT_INVALID",
    "not enough rights to send polls to the chat",
    "not enough rights to send text messages to the chat",
    "need administrator rights in the channel chat",
    "have no rights to send a message",
    "CHAT_WRITE_FORBIDDEN",
    "user restricted receiving of voice note messages",
    "inline keyboard expected",
    "phone number can be requested in private chats only",
    "location can be requested in private chats only",
    "poll can be requested in private chats only",
    "users can be requested in private chats only",
    "chats can be requested in private chats only",
    "managed bots can be requested in private chats only",
    "web App buttons can be used in private chats only",
    "BUTTON_TYPE_INVALID",
    "can't use switch_inline_query button in a channel chat, because users will not be able to use the button without knowing bot's username",
    "can't use message effects in the chat",
    "can't use message effects in the method",
    "non-anonymous polls can't be sent to channel chats",
    "polls can't be sent to channel direct messages chats",
    "polls can't be sent to the private chat",
    "messages can self-destruct only in private chats",
    r#"field "keyboard" must be an Array of Arrays"#,
    r#"field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays"#,
    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
    "can't parse inline keyboard button: LoginUrl bot username is invalid",
    "can't parse inline keyboard button: invalid button style specified",
    r#"can't parse inline keyboard button: Can't find field "text""#,
    r#"can't parse inline keyboard button: Field "url" must be of type String"#,
    "can't parse keyboard button: KeyboardButton must be a String or an Object",
    "can't parse keyboard button: ChatAdministratorRights must be an Object",
    r#"can't parse keyboard button: Field "request_id" must be a Number"#,
    "can't force quiz mode and regular poll simultaneously",
    "BUTTON_DATA_INVALID",
    "BUTTON_URL_INVALID",
    "BUTTON_COPY_TEXT_INVALID",
    "REPLY_MARKUP_INVALID",
    "reply markup is too long",
    "keyboard button text must be non-empty",
    "keyboard button text must be encoded in UTF-8",
    "keyboard button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed",
    "inline keyboard button text must be non-empty",
    "inline keyboard button URL 'buy' is invalid: Wrong HTTP URL",
    "inline keyboard button login URL 'buy' is invalid: Wrong HTTP URL",
    "inline keyboard button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed",
    "link to a user can't be used in login URL buttons",
    "link to a user can't be used in Web App URL buttons",
    "can't parse reply keyboard markup JSON object",
    "object expected as reply markup",
    "can't parse MessageEntity: expected an Object",
    "can't parse MessageEntity: Type is not specified",
    "can't parse MessageEntity: Unsupported type specified",
    "can't parse MessageEntity: Invalid date-time format specified",
    r#"can't parse MessageEntity: Can't find field "offset""#,
    r#"can't parse MessageEntity: Field "offset" must be a valid Number"#,
    "entity URL 'buy' is invalid: Wrong HTTP URL",
    "invalid custom emoji identifier specified",
    "invalid date specified",
    "receive an entity with incorrect offset 1000001",
    "receive an entity with incorrect length 1000001",
    "entity begins in a middle of a UTF-16 symbol at byte offset 4",
    "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4",
    "entity begins after the end of the text at UTF-16 offset 9",
    "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9",
    "invalid file HTTP URL specified: Unsupported URL protocol",
    "invalid file HTTP URL specified: URL host is empty",
    "wrong remote file identifier specified: Wrong character in the string",
    "wrong remote file identifier specified: Wrong padding length",
    "wrong remote file identifier specified: can't unserialize it. Wrong last symbol",
    "remote file identifier must be non-empty",
    "invalid remote file identifier",
    "URL must be in UTF-8",
    "can't use file of type Video as Photo",
    "file must be non-empty",
    "file of size 20971520 bytes is too big for a photo; the maximum size is 10485760 bytes",
    "file is too big",
    "PHOTO_INVALID_DIMENSIONS",
    "wrong file identifier/HTTP URL specified",
    "wrong file_id or the file is temporarily unavailable",
    "wrong HTTP URL specified",
    "failed to get HTTP URL content",
    "wrong type of the web page content",
    "can't upload file by URL",
    "MEDIA_EMPTY",
    "there is no photo in the request",
    "there is no video in the request",
    "there is no animation in the request",
    "there is no document in the request",
    "there is no audio in the request",
    "there is no voice in the request",
    r#"parameter "media" is required"#,
    "can't parse media JSON object",
    "expected an Array of InputMedia",
    "can't parse InputMedia: expected an Object",
    "can't parse InputMedia: media not found",
    r#"can't parse InputMedia: type "animation" can't be used in sendMediaGroup"#,
    r#"can't parse InputMedia: type "sticker" is unsupported"#,
    r#"can't parse InputMedia: Field "has_spoiler" must be of type Boolean"#,
    "there are no messages to send",
    "too many messages to send as an album",
    "parameter show_caption_above_media must be the same for all messages",
    "can't use the media of the specified type in the album",
    "audio can't be mixed with other media types",
    "document can't be mixed with other media types",
    "can't parse options JSON object",
    "expected an Array of String as options",
    "expected an option to be of type String",
    "unsupported poll type specified",
    "poll question length must not exceed 300",
    "poll options length must not exceed 100",
    "poll must have at least one answer option",
    "poll can't have more than 12 options",
    "can't parse correct option identifiers JSON object",
    "expected an Array of correct option identifiers",
    "correct option identifier must be of type Number",
    "invalid correct option identifier specified",
    "correct quiz option list must be non-empty",
    "correct quiz option list must be increasing",
    "wrong quiz correct_option_id",
    "latitude is empty",
    "longitude is empty",
    "invalid location specified",
    "invalid live location specified",
    "wrong live location period specified",
    "wrong live location heading specified",
    "wrong live location proximity alert radius specified",
    "wrong parameter action in request",
    "object expected as link preview options",
    "can't parse link preview options JSON object",
    r#"field "is_disabled" must be of type Boolean"#,
    "object expected as reply parameters",
    "can't parse reply parameters JSON object",
    r#"can't find field "message_id""#,
    "object expected as suggested post parameters",
    "can't parse suggested post parameters JSON object",
    "suggested post price must be divisible by 10000000 nanotoncoins",
    "invalid suggested post price currency specified",
    "suggested posts can be sent only to channel direct messages",
    r#"field "price" must be of type Object"#,
    r#"field "currency" must be of type String"#,
    r#"field "keyboard" must be of type Array"#,
];

/// The advice for an error about an argument that no other row recognizes.
const GENERIC: &str = "correct the field; it fails for every recipient";

#[test]
fn every_error_has_advice_of_its_own() {
    for error in ERRORS {
        let description = format!("bad request: {}", error.to_lowercase());
        let found = find(400, &description).map(|known| known.action);
        assert!(found.is_some_and(|action| action != GENERIC), "{error}: {found:?}");
    }
}

#[test]
fn every_row_of_a_refusal_is_used() {
    let used: Vec<&str> = ERRORS
        .iter()
        .filter_map(|error| find(400, &error.to_lowercase()))
        .map(|known| known.action)
        .collect();
    for row in REFUSALS.iter().filter(|row| row.action != GENERIC) {
        assert!(used.contains(&row.action), "no error of the list has the advice {:?}", row.action);
    }
}

#[test]
fn the_advice_names_the_limit() {
    for (error, limit) in [
        ("BUTTON_DATA_INVALID", "64 bytes"),
        ("BUTTON_COPY_TEXT_INVALID", "256 characters"),
        ("reply markup is too long", "10,000 bytes"),
        ("too many messages to send as an album", "10 items"),
        ("poll question length must not exceed 300", "300 characters"),
        ("poll options length must not exceed 100", "100 characters"),
        ("poll can't have more than 12 options", "12 options"),
        ("message is too long", "4,096 characters"),
        ("message caption is too long", "1,024 characters"),
        ("invalid location specified", "-180 to 180"),
    ] {
        let action = find(400, &error.to_lowercase()).map(|known| known.action);
        assert!(action.is_some_and(|action| action.contains(limit)), "{error}: {action:?}");
    }
}
