use super::*;
use crate::json;
use crate::telegram::api_error::CheckFailure;
use crate::telegram::arguments::Arguments;

#[track_caller]
fn check_body(method: &str, body: &str, expected: &str) {
    let document = json::parse(body).unwrap();
    let checked = check(method, &Arguments::from_json(&document, body).unwrap());
    let shown = match &checked.result {
        Ok(request) => format!("ok {}", show(request)),
        Err(error) => {
            let place = error.location.as_ref().and_then(|place| pointed_at(&document, body, place));
            format!("{} {} @ {}", error.error_code, error.description, place.unwrap_or("-"))
        }
    };
    assert_eq!(shown, expected, "{body}");
}

fn pointed_at<'a>(document: &json::Document, body: &'a str, place: &ArgumentLocation) -> Option<&'a str> {
    if place.path.is_empty() {
        return None;
    }
    let node = document.root.at_path(&place.path)?;
    let span = match (place.decoded, node.as_text()) {
        (Some(part), Some(text)) => text.raw_span(part),
        _ => node.span,
    };
    Some(span.of(body))
}

fn show(request: &ApiRequest) -> String {
    let chat = request.chat_id().map_or("-".to_owned(), ChatId::to_string);
    let text = request.text().map_or("-", |text| &text.sent.text);
    let kinds: Vec<&str> =
        request.text().iter().flat_map(|text| &text.sent.entities).map(|entity| entity.kind.name()).collect();
    let mut shown = format!("{chat} {text:?} {}", kinds.join(","));
    if let Some(ReplyMarkup::InlineKeyboard(rows)) = request.reply_markup() {
        let rows: Vec<String> =
            rows.iter().map(|row| row.iter().map(|button| format!("[{}]", button.text)).collect()).collect();
        shown.push_str(&format!(" {}", rows.join("/")));
    }
    shown.trim_end().to_owned()
}

fn send(body: &str, expected: &str) {
    check_body("sendMessage", body, expected);
}

#[test]
fn message_text_is_checked_before_chat_id() {
    send(r#"{"chat_id": 7, "text": "hi"}"#, r#"ok 7 "hi""#);
    send(r#"{"chat_id": "7", "text": 5}"#, r#"ok 7 "5""#);
    send(r#"{"chat_id": "@news", "text": "hi"}"#, r#"ok @news "hi""#);
    send(r#"{"text": "hi"}"#, "400 Bad Request: chat_id is empty @ -");
    send(r#"{}"#, "400 Bad Request: message text is empty @ -");
    send(r#"{"text": ""}"#, r#"400 Bad Request: message text is empty @ """#);
    send(r#"{"text": null, "chat_id": null}"#, r#"ok 0 "null""#);
}

#[test]
fn method_names_ignore_case_and_must_be_known() {
    check_body("SENDmessage", r#"{"chat_id": 7, "text": "hi"}"#, r#"ok 7 "hi""#);
    check_body("sendMesage", "{}", "404 Not Found: method not found @ -");
    check_body("getMe", "{}", r#"ok - "-""#);
    check_body("getChat", "{}", "400 Bad Request: chat_id is empty @ -");
    check_body("sendChatAction", r#"{"chat_id": 1, "action": "TYPING"}"#, r#"ok 1 "-""#);
    check_body(
        "sendChatAction",
        r#"{"chat_id": 1}"#,
        "400 Bad Request: wrong parameter action in request @ -",
    );
}

#[test]
fn markup_is_parsed_and_its_error_points_into_the_string() {
    send(r#"{"chat_id": 7, "text": "<b>x</b>", "parse_mode": "html"}"#, r#"ok 7 "x" bold"#);
    send(
        r#"{"chat_id": 7, "text": "a\n<br>", "parse_mode": "HTML"}"#,
        r#"400 Bad Request: can't parse entities: Unsupported start tag "br" at byte offset 2 @ <br"#,
    );
    send(r#"{"text": "x", "parse_mode": "HTM"}"#, r#"400 Bad Request: unsupported parse_mode @ "HTM""#);
    send(r#"{"text": "x", "parse_mode": null}"#, r#"400 Bad Request: unsupported parse_mode @ null"#);
    send(r#"{"chat_id": 7, "text": "x", "parse_mode": "None"}"#, r#"ok 7 "x""#);
    let long = format!(r#"{{"text": "{}"}}"#, "a".repeat(32_769));
    let expected = format!(r#"400 Bad Request: text is too long @ "{}""#, "a".repeat(32_769));
    send(&long, &expected);
}

#[test]
fn a_copy_names_its_message_and_parses_its_caption() {
    let copy = |fields: &str, expected: &str| check_body("copyMessage", fields, expected);
    copy(r#"{"chat_id": 7, "from_chat_id": 1001, "message_id": 12}"#, r#"ok 7 "-""#);
    copy(
        r#"{"chat_id": 7, "from_chat_id": 1001, "message_id": 12, "caption": "<b>x</b>", "parse_mode": "HTML"}"#,
        r#"ok 7 "x" bold"#,
    );
    copy(
        r#"{"chat_id": 7, "from_chat_id": 1, "message_id": 12, "caption": "<br>", "parse_mode": "HTML"}"#,
        r#"400 Bad Request: can't parse entities: Unsupported start tag "br" at byte offset 0 @ <br"#,
    );
    copy(
        r#"{"chat_id": 7, "message_id": 12}"#,
        r#"400 Bad Request: parameter "from_chat_id" is required @ -"#,
    );
    copy(r#"{"chat_id": 7, "from_chat_id": 1}"#, "400 Bad Request: message to copy not found @ -");
    copy(
        r#"{"chat_id": 7, "from_chat_id": 1, "message_id": "abc"}"#,
        r#"400 Bad Request: message to copy not found @ "abc""#,
    );
    check_body(
        "forwardMessages",
        r#"{"chat_id": 7, "from_chat_id": 1, "message_ids": [1, "x"]}"#,
        r#"400 Bad Request: can't parse message identifier as a Number @ "x""#,
    );
    check_body(
        "editMessageText",
        r#"{"text": "x"}"#,
        "400 Bad Request: message identifier is not specified @ -",
    );
    check_body("editMessageText", r#"{"text": "x", "inline_message_id": "A"}"#, r#"ok - "x""#);
}

#[test]
fn entities_are_read_only_without_a_parse_mode() {
    let bold = r#"[{"type": "bold", "offset": 0, "length": 1}]"#;
    send(&format!(r#"{{"chat_id": 7, "text": "x", "entities": {bold}}}"#), r#"ok 7 "x" bold"#);
    send(
        &format!(r#"{{"chat_id": 7, "text": "x", "entities": {bold}, "parse_mode": "HTML"}}"#),
        r#"ok 7 "x""#,
    );
    send(r#"{"chat_id": 7, "text": "x", "entities": "no JSON"}"#, r#"ok 7 "x""#);
    send(r#"{"chat_id": 7, "text": "x", "entities": {}}"#, r#"ok 7 "x""#);
    send(
        r#"{"chat_id": 7, "text": "x", "entities": [{"type": "bold", "offset": 0}]}"#,
        r#"400 Bad Request: can't parse MessageEntity: Can't find field "length" @ {"type": "bold", "offset": 0}"#,
    );
    send(
        r#"{"chat_id": 7, "text": "x", "entities": [{"type": "huge", "offset": 0, "length": 1}]}"#,
        r#"400 Bad Request: can't parse MessageEntity: Unsupported type specified @ "huge""#,
    );
}

#[test]
fn nested_objects_are_strict() {
    let with = |field: &str| format!(r#"{{"chat_id": 7, "text": "x", {field}}}"#);
    send(&with(r#""link_preview_options": {"is_disabled": true}"#), r#"ok 7 "x""#);
    send(&with(r#""link_preview_options": "{\"is_disabled\": true}""#), r#"ok 7 "x""#);
    send(
        &with(r#""link_preview_options": {"is_disabled": "true"}"#),
        r#"400 Bad Request: field "is_disabled" must be of type Boolean @ "true""#,
    );
    send(
        &with(r#""link_preview_options": "{\"is_disabled\": 1}""#),
        r#"400 Bad Request: field "is_disabled" must be of type Boolean @ 1"#,
    );
    send(
        &with(r#""link_preview_options": null"#),
        "400 Bad Request: object expected as link preview options @ null",
    );
    send(
        &with(r#""link_preview_options": "{""#),
        r#"400 Bad Request: can't parse link preview options JSON object @ "{""#,
    );
    send(&with(r#""reply_parameters": {}"#), r#"ok 7 "x""#);
    send(
        &with(r#""reply_parameters": {"quote": "q"}"#),
        r#"400 Bad Request: can't find field "message_id" @ {"quote": "q"}"#,
    );
    send(
        &with(r#""reply_parameters": {"message_id": 1.5}"#),
        r#"400 Bad Request: field "message_id" must be a valid Number @ 1.5"#,
    );
    send(
        &with(r#""reply_parameters": {"message_id": 1, "quote": "<b>q", "quote_parse_mode": "HTML"}"#),
        r#"400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag "b" @ <b>"#,
    );
    send(
        &with(r#""suggested_post_parameters": {"price": {"currency": "EUR", "amount": 1}}"#),
        r#"400 Bad Request: invalid suggested post price currency specified @ {"currency": "EUR", "amount": 1}"#,
    );
}

fn keyboard(rows: &str, expected: &str) {
    send(
        &format!(r#"{{"chat_id": 7, "text": "x", "reply_markup": {{"inline_keyboard": {rows}}}}}"#),
        expected,
    );
}

#[test]
fn inline_keyboards_are_rows_of_buttons_with_an_action() {
    keyboard(r#"[[{"text": "Shop", "url": "example.com"}], []]"#, r#"ok 7 "x"  [Shop]"#);
    keyboard(r#"[[{"text": "", "url": "example.com"}]]"#, r#"ok 7 "x""#);
    keyboard(
        r#"[[{"text": "Shop"}]]"#,
        r#"400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard @ {"text": "Shop"}"#,
    );
    keyboard(
        r#"[{"text": "Shop"}]"#,
        r#"400 Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays @ {"text": "Shop"}"#,
    );
    keyboard(
        r#"[[{"text": "Shop", "url": "https://nodot"}]]"#,
        r#"400 Bad Request: inline keyboard button URL 'https://nodot' is invalid: Wrong HTTP URL @ "https://nodot""#,
    );
    keyboard(
        r#"[[{"text": "Shop", "web_app": {"url": "http://a.b"}}]]"#,
        r#"400 Bad Request: inline keyboard button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed @ "http://a.b""#,
    );
    keyboard(
        r#"[[{"text": "Shop", "url": "a.b", "style": "red"}]]"#,
        r#"400 Bad Request: can't parse inline keyboard button: invalid button style specified @ "red""#,
    );
    let long = "x".repeat(65);
    keyboard(
        &format!(r#"[[{{"text": "Go", "callback_data": "{long}"}}]]"#),
        &format!(r#"400 Bad Request: BUTTON_DATA_INVALID @ "{long}""#),
    );
}

#[test]
fn buttons_beyond_twelve_in_a_row_are_dropped() {
    let button = r#"{"text": "b", "callback_data": "d"}"#;
    keyboard(&format!("[[{}]]", [button; 14].join(",")), &format!(r#"ok 7 "x"  {}"#, "[b]".repeat(12)));
}

#[test]
fn reply_markup_kinds_have_a_precedence() {
    let markup = |markup: &str| {
        let body = format!(r#"{{"chat_id": 7, "text": "x", "reply_markup": {markup}}}"#);
        let document = json::parse(&body).unwrap();
        let arguments = Arguments::from_json(&document, &body).unwrap();
        check("sendMessage", &arguments).result.unwrap().reply_markup().cloned()
    };
    assert_eq!(markup("{}"), None);
    assert_eq!(
        markup(r#"{"remove_keyboard": true, "force_reply": true}"#),
        Some(ReplyMarkup::RemoveKeyboard)
    );
    assert_eq!(markup(r#"{"force_reply": true, "inline_keyboard": []}"#), Some(ReplyMarkup::ForceReply));
    assert_eq!(
        markup(r#"{"keyboard": [["a", {"text": "b"}]], "inline_keyboard": [[{"text": "c", "url": "a.b"}]]}"#),
        Some(ReplyMarkup::Keyboard(vec![vec!["a".into(), "b".into()]]))
    );
}

#[test]
fn media_are_urls_file_ids_or_uploads() {
    check_body("sendPhoto", r#"{"chat_id": 7, "photo": "https://a.b/c.png"}"#, r#"ok 7 """#);
    check_body(
        "sendPhoto",
        r#"{"chat_id": 7, "photo": "AgAC", "caption": "<i>c</i>", "parse_mode": "HTML"}"#,
        r#"ok 7 "c" italic"#,
    );
    check_body("sendVideo", r#"{"chat_id": 7}"#, "400 Bad Request: there is no video in the request @ -");
    check_body(
        "sendDocument",
        r#"{"document": "attach://file"}"#,
        r#"400 Bad Request: there is no document in the request @ "attach://file""#,
    );
    let uploaded = Arguments::from_pairs([("chat_id".into(), "7".into())]).with_files([("photo".into(), 3)]);
    let request = check("sendPhoto", &uploaded).result.unwrap();
    let MessageContent::Media(media) = request.content() else { panic!("expected media content") };
    assert_eq!(media.file, MediaFile::Upload("photo".into()));
}

#[test]
fn albums_are_checked_item_by_item() {
    let album = |items: &str, expected: &str| {
        check_body("sendMediaGroup", &format!(r#"{{"chat_id": 7, "media": {items}}}"#), expected);
    };
    album(
        r#"[{"type": "photo", "media": "AgAC", "caption": "one"}, {"type": "video", "media": "BAAC"}]"#,
        r#"ok 7 "one""#,
    );
    album(
        r#"[{"type": "photo", "media": "AgAC", "caption": "_x", "parse_mode": "MarkdownV2"}]"#,
        r#"400 Bad Request: can't parse InputMedia: Can't parse entities: Can't find end of Italic entity at byte offset 0 @ _"#,
    );
    album(
        r#"[{"type": "photo"}]"#,
        r#"400 Bad Request: can't parse InputMedia: media not found @ {"type": "photo"}"#,
    );
    album(
        r#"[{"type": "animation", "media": "AgAC"}]"#,
        r#"400 Bad Request: can't parse InputMedia: type "animation" can't be used in sendMediaGroup @ {"type": "animation", "media": "AgAC"}"#,
    );
    album("[]", "400 Bad Request: there are no messages to send @ []");
    album(
        r#"[{"type": "photo", "media": "AgAC"}, {"type": "audio", "media": "BAAC"}]"#,
        r#"400 Bad Request: audio can't be mixed with other media types @ [{"type": "photo", "media": "AgAC"}, {"type": "audio", "media": "BAAC"}]"#,
    );
}

#[test]
fn polls_have_a_question_and_options() {
    let poll = |rest: &str, expected: &str| {
        check_body("sendPoll", &format!(r#"{{"chat_id": 7, {rest}}}"#), expected)
    };
    poll(r#""question": "Q?", "options": ["a", {"text": "b"}]"#, r#"ok 7 "Q?""#);
    poll(r#""question": "Q?", "options": "[\"a\"]""#, r#"ok 7 "Q?""#);
    poll(r#""question": "Q?""#, "400 Bad Request: can't parse options JSON object @ -");
    poll(
        r#""question": "Q?", "options": []"#,
        "400 Bad Request: poll must have at least one answer option @ []",
    );
    poll(
        r#""question": "Q?", "options": [1]"#,
        "400 Bad Request: expected an option to be of type String @ 1",
    );
    poll(
        r#""question": "Q?", "options": ["a"], "type": "quiz""#,
        "400 Bad Request: correct quiz option list must be non-empty @ -",
    );
    poll(
        r#""question": "Q?", "options": ["a"], "type": "quiz", "correct_option_ids": [1]"#,
        "400 Bad Request: wrong quiz correct_option_id @ [1]",
    );
    poll(
        r#""question": "Q?", "options": ["a"], "type": "exam""#,
        r#"400 Bad Request: unsupported poll type specified @ "exam""#,
    );
}

#[test]
fn location_fields_are_validated() {
    let at = |rest: &str, expected: &str| {
        check_body("sendLocation", &format!(r#"{{"chat_id": 7, {rest}}}"#), expected)
    };
    at(r#""latitude": 52.5, "longitude": "13.4""#, r#"ok 7 "-""#);
    at(r#""latitude": 52.5"#, "400 Bad Request: longitude is empty @ -");
    at(r#""latitude": 99, "longitude": 1"#, "400 Bad Request: invalid location specified @ 99");
    at(
        r#""latitude": 9, "longitude": 1, "live_period": 5"#,
        "400 Bad Request: wrong live location period specified @ 5",
    );
}

#[test]
fn the_chat_is_looked_up_before_the_text_is_cleaned() {
    let checked = |body: &str| {
        let document = json::parse(body).unwrap();
        check("sendMessage", &Arguments::from_json(&document, body).unwrap())
    };
    assert_eq!(checked(r#"{"chat_id": 7, "text": "<b>", "parse_mode": "HTML"}"#).chat, None);
    let empty = checked(r#"{"chat_id": 7, "text": "<b></b>", "parse_mode": "HTML"}"#);
    assert_eq!(empty.chat, Some(ChatId::Id(7)));
    assert_eq!(empty.result.unwrap_err().description, "Bad Request: text must be non-empty");
}

#[track_caller]
fn warn(members: &str, expected: &str) {
    let body = format!(r#"{{"chat_id": 7, "text": "x", {members}}}"#);
    let document = json::parse(&body).unwrap();
    let checked = check("sendMessage", &Arguments::from_json(&document, &body).unwrap());
    let lines: Vec<String> = checked
        .warnings
        .iter()
        .map(|finding| {
            let place = pointed_at(&document, &body, &finding.place).unwrap_or("-");
            let help = finding.help.as_deref().unwrap_or("-");
            format!("{}: {} ({help}) @ {place}", finding.code, finding.message)
        })
        .collect();
    assert_eq!(lines.join("\n"), expected, "{body}");
}

#[test]
fn unknown_fields_are_reported_at_any_depth() {
    warn(
        r#""parsemode": "HTML""#,
        r#"unknown-field: `sendMessage` has no field `parsemode`: it is ignored (did you mean `parse_mode`?) @ "HTML""#,
    );
    warn(
        r#""link_preview_options": {"isdisabled": true}"#,
        "unknown-field: `LinkPreviewOptions` has no field `isdisabled`: it is ignored (did you mean `is_disabled`?) @ true",
    );
    warn(
        r#""reply_markup": {"inline_keyboard": [[{"text": "a", "url": "a.b", "colour": 1}]]}"#,
        "unknown-field: `InlineKeyboardButton` has no field `colour`: it is ignored \
         (remove it) @ 1",
    );
}

#[test]
fn misread_values_are_reported() {
    warn(
        r#""disable_notification": "on""#,
        r#"odd-boolean: Telegram reads "on" as false (write true or false) @ "on""#,
    );
    warn(r#""disable_notification": false, "protect_content": "Yes""#, "");
    warn(
        r#""message_thread_id": "12th""#,
        r#"odd-number: Telegram reads "12th" as 12 (write a whole number) @ "12th""#,
    );
    warn(
        r#""disable_notification": null"#,
        "null-value: Telegram reads `null` as the text \"null\", which has the same effect as no `disable_notification` \
         (leave the field out if it has no value) @ null",
    );
    warn(
        r#""disable_web_page_preview": true"#,
        "old-field: `disable_web_page_preview` is the old name of this field (write `link_preview_options` instead) @ true",
    );
    warn(
        r#""text": "y""#,
        "repeated-field: `text` is given more than once: Telegram uses the first (remove the others) @ \"x\"",
    );
}

#[test]
fn invalid_chat_ids_are_errors() {
    let chat = |chat: &str| {
        let body = format!(r#"{{"chat_id": {chat}, "text": "x"}}"#);
        let document = json::parse(&body).unwrap();
        let checked = check("sendMessage", &Arguments::from_json(&document, &body).unwrap());
        checked.warnings.into_iter().map(|finding| (finding.severity, finding.message)).collect::<Vec<_>>()
    };
    let error = |message: &str| vec![(Severity::Error, message.to_owned())];
    assert_eq!(chat("-1001234567890"), []);
    assert_eq!(chat("\"@news\""), []);
    assert_eq!(chat("\"NULL\""), error("\"NULL\" is not a chat id: Telegram reads it as 0"));
    assert_eq!(chat("\"123abc\""), error("\"123abc\" is not a chat id: Telegram reads it as 123"));
    assert_eq!(chat("1.5e8"), error("\"1.5e8\" is not a chat id: Telegram reads it as 1"));
    assert_eq!(chat("\"@a b\""), error("\"@a b\" is not a valid @username"));
}

#[test]
fn silently_ignored_values_are_reported() {
    warn(
        r#""parse_mode": "HTML", "entities": []"#,
        "ignored-value: `entities` is ignored because `parse_mode` is set (keep one of them) @ []",
    );
    warn(
        r#""entities": {"type": "bold"}"#,
        "ignored-value: not a JSON array of entities: Telegram ignores it \
         (write [{\"type\": …, \"offset\": …, \"length\": …}]) @ {\"type\": \"bold\"}",
    );
    warn(
        r#""reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "d", "url": "a.b"}]]}"#,
        "ignored-value: a button has one action: `url` is used, `callback_data` is ignored (split it into two buttons) @ \"d\"",
    );
    warn(
        r#""link_preview_options": {"url": "example"}"#,
        "bad-link: no link preview: the host has no dot (write a full address: https://…) @ \"example\"",
    );
}

#[test]
fn the_limit_counts_characters_not_utf16_units() {
    let wide = |count: usize| {
        let body = format!(r#"{{"chat_id": 7, "text": "{}"}}"#, "😀".repeat(count));
        let document = json::parse(&body).unwrap();
        let checked = check("sendMessage", &Arguments::from_json(&document, &body).unwrap());
        let codes: Vec<&str> = checked.warnings.iter().map(|finding| finding.code.as_str()).collect();
        (checked.result.err().map(|error| error.description), codes)
    };
    assert_eq!(wide(2049), (None, vec![]));
    assert_eq!(wide(4096), (None, vec![]));
    assert_eq!(wide(4097), (Some("Bad Request: message is too long".into()), vec![]));
}

#[test]
fn a_wrong_entity_is_shown_at_the_field_at_fault() {
    let entity = |text: &str, entity: &str, expected: &str| {
        let bold = r#"{"type": "bold", "offset": 0, "length": 1}"#;
        let body = format!(r#"{{"chat_id": 7, "text": "{text}", "entities": [{bold}, {entity}]}}"#);
        send(&body, expected);
    };
    entity(
        "ab",
        r#"{"type": "text_link", "offset": 0, "length": 2, "url": "buy"}"#,
        r#"400 Bad Request: entity URL 'buy' is invalid: Wrong HTTP URL @ "buy""#,
    );
    entity(
        "ab",
        r#"{"type": "custom_emoji", "offset": 0, "length": 2, "custom_emoji_id": "0"}"#,
        r#"400 Bad Request: invalid custom emoji identifier specified @ "0""#,
    );
    entity(
        "ab",
        r#"{"type": "date_time", "offset": 0, "length": 2, "unix_time": -5}"#,
        "400 Bad Request: invalid date specified @ -5",
    );
    entity(
        "a😀",
        r#"{"type": "italic", "offset": 2, "length": 1}"#,
        "400 Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 5 @ 2",
    );
    entity(
        "a😀",
        r#"{"type": "italic", "offset": 0, "length": 2}"#,
        "400 Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 5 @ 2",
    );
    entity(
        "ab",
        r#"{"type": "italic", "offset": 1000001, "length": 2}"#,
        "400 Bad Request: receive an entity with incorrect offset 1000001 @ 1000001",
    );
}

#[track_caller]
fn to_chat(chat: &str, members: &str, expected: &str) {
    send(&format!(r#"{{"chat_id": {chat}, "text": "x", {members}}}"#), expected);
}

#[test]
fn only_private_chats_accept_buttons_that_request_something() {
    let keyboard =
        |button: &str| format!(r#""reply_markup": {{"keyboard": [["Hi", {{"text": "K", {button}}}]]}}"#);
    for (button, what) in [
        (r#""request_contact": true"#, "phone number can be requested"),
        (r#""request_location": true"#, "location can be requested"),
        (r#""request_poll": {}"#, "poll can be requested"),
        (r#""request_users": {"request_id": 1}"#, "users can be requested"),
        (r#""request_user": {"request_id": 1}"#, "users can be requested"),
        (r#""request_chat": {"request_id": 1, "chat_is_channel": false}"#, "chats can be requested"),
        (r#""request_managed_bot": {"request_id": 1}"#, "managed bots can be requested"),
        (r#""web_app": {"url": "https://a.b"}"#, "web App buttons can be used"),
    ] {
        to_chat("7", &keyboard(button), r#"ok 7 "x""#);
        for chat in ["-7", "-1001234567890", "\"@news\""] {
            let expected =
                format!(r#"400 Bad Request: {what} in private chats only @ {{"text": "K", {button}}}"#);
            to_chat(chat, &keyboard(button), &expected);
        }
    }
}

#[test]
fn the_other_rules_of_the_chat_follow_the_form_of_its_id() {
    let inline =
        |button: &str| format!(r#""reply_markup": {{"inline_keyboard": [[{{"text": "K", {button}}}]]}}"#);
    let web_app = inline(r#""web_app": {"url": "https://a.b"}"#);
    to_chat("7", &web_app, r#"ok 7 "x"  [K]"#);
    to_chat("-7", &web_app, r#"400 Bad Request: BUTTON_TYPE_INVALID @ {"url": "https://a.b"}"#);
    to_chat("-1001234567890", &web_app, r#"400 Bad Request: BUTTON_TYPE_INVALID @ {"url": "https://a.b"}"#);
    let effect = r#""message_effect_id": "5104841245755180586""#;
    to_chat("7", effect, r#"ok 7 "x""#);
    to_chat(
        "-7",
        effect,
        r#"400 Bad Request: can't use message effects in the chat @ "5104841245755180586""#,
    );
    // Only a channel refuses these, and the id may be of a supergroup.
    for markup in [r#"{"keyboard": [["a"]]}"#, r#"{"force_reply": true}"#, r#"{"remove_keyboard": true}"#] {
        to_chat("-1001234567890", &format!(r#""reply_markup": {markup}"#), r#"ok -1001234567890 "x""#);
    }
    to_chat("-1001234567890", &inline(r#""switch_inline_query": """#), r#"ok -1001234567890 "x"  [K]"#);
}

#[test]
fn a_channel_that_is_known_refuses_what_only_channels_refuse() {
    let refused = |method: &str, body: &str| {
        let document = json::parse(body).unwrap();
        let arguments = Arguments::from_json(&document, body).unwrap();
        let checked = check_with_chats(method, &arguments, &|_| Some(ChatKind::Channel));
        checked.result.map_or_else(|error| error.description, |_| "ok".to_owned())
    };
    let markup = |markup: &str| {
        refused("sendMessage", &format!(r#"{{"chat_id": "@news", "text": "x", "reply_markup": {markup}}}"#))
    };
    let inline = "Bad Request: inline keyboard expected";
    assert_eq!(markup(r#"{"keyboard": [["a"]]}"#), inline);
    assert_eq!(markup(r#"{"force_reply": true}"#), inline);
    assert_eq!(markup(r#"{"remove_keyboard": true}"#), inline);
    assert_eq!(markup(r#"{"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}"#), "ok");
    let switch = markup(r#"{"inline_keyboard": [[{"text": "a", "switch_inline_query_current_chat": ""}]]}"#);
    assert!(
        switch.starts_with("Bad Request: can't use switch_inline_query_current_chat button in a channel")
    );
    let poll = |rest: &str| {
        refused("sendPoll", &format!(r#"{{"chat_id": "@news", "question": "Q", "options": ["a"]{rest}}}"#))
    };
    assert_eq!(poll(""), "ok");
    assert_eq!(
        poll(r#", "is_anonymous": false"#),
        "Bad Request: non-anonymous polls can't be sent to channel chats"
    );
}

#[test]
fn every_feature_has_a_rule_and_private_chats_accept_it() {
    use super::chat_rules::ChatFeature::*;
    for feature in [
        ReplyKeyboard,
        RequestContact,
        RequestLocation,
        RequestPoll,
        RequestUsers,
        RequestChat,
        RequestManagedBot,
        KeyboardWebApp,
        InlineWebApp,
        SwitchInlineQuery,
        SwitchInlineQueryCurrentChat,
        MessageEffect,
        NamedPoll,
    ] {
        let place = ArgumentLocation::argument("x");
        let refusing: Vec<ChatKind> =
            ChatKind::ALL.into_iter().filter(|kind| feature.check_in(*kind, &place).is_err()).collect();
        assert!(refusing.contains(&ChatKind::Channel), "{feature:?}: {refusing:?}");
        assert!(!refusing.contains(&ChatKind::Private), "{feature:?}: {refusing:?}");
    }
}

#[test]
fn the_remote_servers_limits_of_keyboards_are_checked_last() {
    let copy = |text: &str| format!(r#"[[{{"text": "K", "copy_text": {{"text": "{text}"}}}}]]"#);
    keyboard(&copy(&"я".repeat(256)), r#"ok 7 "x"  [K]"#);
    keyboard(&copy(""), r#"400 Bad Request: BUTTON_COPY_TEXT_INVALID @ """#);
    let long = "я".repeat(257);
    keyboard(&copy(&long), &format!(r#"400 Bad Request: BUTTON_COPY_TEXT_INVALID @ "{long}""#));
    let button = format!(r#"{{"text": "{}", "callback_data": "1234567890"}}"#, "1234567890".repeat(6));
    let rows = format!("[{}]", vec![format!("[{button}]"); 100].join(", "));
    let expected = format!(r#"400 Bad Request: reply markup is too long @ {{"inline_keyboard": {rows}}}"#);
    keyboard(&rows, &expected);
    let small = format!("[{}]", vec![format!("[ {button} ]"); 90].join(",          "));
    keyboard(
        &small,
        &format!(r#"ok 7 "x"  {}"#, vec![format!("[{}]", "1234567890".repeat(6)); 90].join("/")),
    );
    // An error of the text is found before an error of Telegram's remote server.
    let body = r#"{"chat_id": 7, "text": " ", "reply_markup": {"inline_keyboard": [[{"text": "K", "copy_text": {"text": ""}}]]}}"#;
    send(body, r#"400 Bad Request: text must be non-empty @ " ""#);
}

#[test]
fn buttons_of_reply_keyboards_are_checked() {
    let button = |button: &str, expected: &str| {
        to_chat("7", &format!(r#""reply_markup": {{"keyboard": [[{button}]]}}"#), expected);
    };
    button(r#"{"text": ""}, """#, r#"ok 7 "x""#);
    button(
        r#"{"text": "K", "web_app": {"url": "http://a.b"}}"#,
        r#"400 Bad Request: keyboard button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed @ "http://a.b""#,
    );
    button(
        r#"{"text": "K", "request_users": {}}"#,
        r#"400 Bad Request: can't parse keyboard button: Can't find field "request_id" @ {}"#,
    );
    button(
        r#"{"text": "K", "request_contact": "yes"}"#,
        r#"400 Bad Request: can't parse keyboard button: Field "request_contact" must be of type Boolean @ "yes""#,
    );
    button(
        r#"{"text": "", "icon_custom_emoji_id": "7"}"#,
        r#"400 Bad Request: keyboard button text must be non-empty @ {"text": "", "icon_custom_emoji_id": "7"}"#,
    );
}

#[test]
fn a_file_is_checked_before_its_caption() {
    let photo = |photo: &str, expected: &str| {
        let body = format!(r#"{{"chat_id": 7, "photo": "{photo}", "caption": "{}"}}"#, "x".repeat(1025));
        check_body("sendPhoto", &body, expected);
    };
    photo(
        "hello",
        r#"400 Bad Request: wrong remote file identifier specified: Wrong string length @ "hello""#,
    );
    photo(
        "ipfs://Qm/5.png",
        r#"400 Bad Request: invalid file HTTP URL specified: Unsupported URL protocol @ "ipfs://Qm/5.png""#,
    );
    check_body(
        "sendMediaGroup",
        r#"{"chat_id": 7, "media": [{"type": "photo", "media": "AgAC"}, {"type": "photo", "media": "/tmp/a.png"}]}"#,
        r#"400 Bad Request: invalid file HTTP URL specified: URL host is empty @ "/tmp/a.png""#,
    );
    let empty = Arguments::from_pairs([("chat_id".into(), "7".into())]).with_files([("photo".into(), 0)]);
    let error = check("sendPhoto", &empty).result.unwrap_err();
    assert_eq!(error.description, "Bad Request: file must be non-empty");
}

#[test]
fn an_empty_member_of_a_button_is_skipped() {
    let button = |members: &str, expected: &str| {
        let button = format!(r#"{{"text": "K", {members}}}"#);
        warn(&format!(r#""reply_markup": {{"inline_keyboard": [[{button}]]}}"#), expected);
    };
    button(r#""callback_data": "a", "url": """#, "");
    button(r#""url": "a.b", "callback_data": """#, "");
    button(
        r#""callback_data": "", "pay": true, "switch_inline_query": "a""#,
        "ignored-value: a button has one action: `pay` is used, `switch_inline_query` is ignored \
         (split it into two buttons) @ \"a\"",
    );
    button(r#""callback_data": "", "pay": true, "switch_inline_query": """#, "");
}

#[test]
fn a_decimal_comma_in_a_location_is_reported() {
    let warnings = |latitude: &str| {
        let body = format!(r#"{{"chat_id": 7, "latitude": {latitude}, "longitude": 1}}"#);
        let document = json::parse(&body).unwrap();
        let checked = check("sendLocation", &Arguments::from_json(&document, &body).unwrap());
        let shown = checked.warnings.iter().map(|found| (found.message.clone(), found.help.clone()));
        shown.collect::<Vec<_>>()
    };
    let expected = |message: &str, help: &str| vec![(message.to_owned(), Some(help.to_owned()))];
    assert_eq!(
        warnings("\"55,75\""),
        expected(r#"Telegram reads "55,75" as 55"#, "write a decimal point: 55.75")
    );
    assert_eq!(
        warnings("\"55°\""),
        expected(r#"Telegram reads "55°" as 55"#, "write a number with a decimal point: 55.75")
    );
    for right in ["55.75", "\"55.75\"", "\" 55.75 \"", "-5", "\"5e1\""] {
        assert_eq!(warnings(right), [], "{right}");
    }
}

#[test]
fn errors_in_the_message_text_or_a_button_carry_a_cause() {
    let cause = |method: &str, body: &str| {
        let document = json::parse(body).unwrap();
        check(method, &Arguments::from_json(&document, body).unwrap()).result.unwrap_err().cause
    };
    let caption = format!(r#"{{"chat_id": 7, "photo": "AgAC", "caption": "{}"}}"#, "x".repeat(1025));
    let input = format!(r#"{{"chat_id": 7, "text": "{}"}}"#, "x".repeat(100_000));
    let button =
        r#"{"chat_id": 7, "text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "url": "b"}]]}}"#;
    let album = r#"{"chat_id": 7, "media": [{"type": "photo", "media": "AgAC", "caption": "*", "parse_mode": "Markdown"}]}"#;
    for (method, body, expected) in [
        ("sendMessage", r#"{"chat_id": 7, "text": "<b>", "parse_mode": "HTML"}"#, Some(CheckFailure::Markup)),
        ("sendMessage", r#"{"chat_id": 7, "text": " "}"#, Some(CheckFailure::NoText)),
        ("sendMessage", r#"{"chat_id": 7, "text": "a", "parse_mode": "XML"}"#, Some(CheckFailure::ParseMode)),
        ("sendMessage", &input, Some(CheckFailure::InputTooLong)),
        ("sendPhoto", &caption, Some(CheckFailure::TooLong(crate::telegram::Limit::Caption))),
        ("sendMessage", button, Some(CheckFailure::ButtonUrl)),
        ("sendMessage", r#"{"text": "a"}"#, None),
        ("sendMediaGroup", album, None),
    ] {
        assert_eq!(cause(method, body), expected, "{body:.99}");
    }
}
