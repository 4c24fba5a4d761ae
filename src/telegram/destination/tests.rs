use super::*;

const PATH: &str = "/bot1:a/sendMessage";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Checks a request that must go only to the chat 77. `types` are the values of its Content-Type headers.
fn check_77(target: &str, types: &[&str], body: &str) -> Result<(), DestinationError> {
    let headers: Vec<(String, String)> =
        types.iter().map(|value| ("Content-Type".to_owned(), (*value).to_owned())).collect();
    check_destination(&OutgoingRequest { target, headers: &headers, body: body.as_bytes() }, "77")
}

/// Checks a JSON body of sendMessage. `expected` is the error message or empty, `marked` the text under its span.
#[track_caller]
fn check_json(body: &str, expected: &str, marked: &str) {
    match check_77(PATH, &[JSON], body) {
        Ok(()) => assert_eq!("", expected, "{body}"),
        Err(error) => {
            assert_eq!(error.to_string(), expected, "{body}");
            assert_eq!(error.span().map_or("", |span| span.of(body)), marked, "{body}");
        }
    }
}

const WRONG_CHAT: &str = "the body has the chat_id 999, which is not the chat 77";

#[test]
fn body_with_the_right_chat_id_is_accepted() {
    check_json(r#"{"chat_id": 77, "text": "a"}"#, "", "");
    check_json(r#"{"text": "a", "chat_id": "77"}"#, "", "");
    check_json(r#"{"chat_id": 77, "text": "&chat_id=999& \"chat_id\": 999", "x": {"chat_id": 999}}"#, "", "");
    check_json(r#"{"chat_id": 77, "from_chat_id": 999, "reply_parameters": {"chat_id": 999}}"#, "", "");
    check_json(r#"{"chat_id": 77, "business_connection_id": "", "text": "a",}"#, "", "");
}

#[test]
fn every_chat_id_in_the_body_is_checked() {
    check_json(r#"{"chat_id": 999}"#, WRONG_CHAT, r#""chat_id": 999"#);
    check_json(r#"{"chat_id": 77, "chat_id": 999}"#, WRONG_CHAT, r#""chat_id": 999"#);
    check_json(r#"{"chat_id": 77, "chat\u005fid": 999}"#, WRONG_CHAT, r#""chat\u005fid": 999"#);
    check_json(r#"{"chat_id": 77, "\u0063hat_\u0069d": "999"}"#, WRONG_CHAT, r#""\u0063hat_\u0069d": "999""#);
    let in_value = r#"{"chat_id": 77, "text": "Hi Bob", "chat\u005fid": 999, "z": ""}"#;
    check_json(in_value, WRONG_CHAT, r#""chat\u005fid": 999"#);
    for (value, shown) in
        [("null", "null"), ("77.0", "77.0"), ("\"77x\"", "77x"), ("\"\"", "\"\""), ("7e1", "7e1")]
    {
        let expected = format!("the body has the chat_id {shown}, which is not the chat 77");
        check_json(&format!("{{\"chat_id\": {value}}}"), &expected, &format!("\"chat_id\": {value}"));
    }
}

#[test]
fn in_invalid_json_every_string_may_be_a_key() {
    let broken = "the body is not valid JSON, and it has the chat_id 999, which is not the chat 77";
    check_json(r#"{"chat_id": 77, "text": "Say "hi" now"}"#, "", "");
    check_json(r#"{"chat_id": 77, "text": "a"} x"#, "", "");
    check_json(r#"{"chat_id": 0999}"#, &broken.replace("999", "0999"), r#""chat_id": 0999"#);
    check_json(r#"{"chat_id": 77, "text": "Say "hi now", "chat_id": 999}"#, broken, r#""chat_id": 999"#);
    check_json(r#"{"chat_id": 77} {"chat_id": 999}"#, broken, r#""chat_id": 999"#);
    check_json(r#"{"chat_id": 77, "a": True, "\chat\_id" : 999}"#, broken, r#""\chat\_id" : 999"#);
    check_json(
        "{\"chat_id\": 77, \"a\": \"\t\", \"\\chat_id\":\n\"999\"}",
        broken,
        "\"\\chat_id\":\n\"999\"",
    );
    let id = r#"{"chat_id": 77, "text": "x"} "inline_message_id": "AA""#;
    let expected = "the body is not valid JSON, and it has `inline_message_id`: the message with \
                    this id is changed, wherever it is";
    check_json(id, expected, r#""inline_message_id": "AA""#);
    let escapes = format!("{{\"chat_id\": 77, \"text\": {}", "\\\"".repeat(200_000));
    check_json(&escapes, "", "");
}

#[test]
fn other_destinations_are_refused_even_with_the_right_chat_id() {
    for (name, reason) in OTHER_DESTINATIONS {
        let member = format!("\"{name}\": \"1\"");
        check_json(
            &format!("{{\"chat_id\": 77, {member}}}"),
            &format!("the body has `{name}`: {reason}"),
            &member,
        );
        let target = format!("{PATH}?chat_id=77&{}=1", name.replace('_', "%5f"));
        assert_eq!(
            check_77(&target, &[], "").unwrap_err().to_string(),
            format!("the query has `{name}`: {reason}")
        );
    }
    assert!(OTHER_DESTINATIONS.is_sorted_by_key(|(name, _)| name));
}

#[test]
fn the_query_is_decoded() {
    let other = "the query has the chat_id 999, which is not the chat 77";
    for query in [
        "chat_id=999",
        "chat%5Fid=999",
        "%63%68%61%74%5f%69%64=9%399",
        "chat_id=77&chat_id=999",
        "chat_id=77&text=hi&chat%5Fid=999",
        "&&chat_id=999",
    ] {
        let body = r#"{"chat_id": 77, "text": "a"}"#;
        let target = format!("{PATH}?{query}");
        assert_eq!(check_77(&target, &[JSON], body).unwrap_err().to_string(), other, "{query}");
    }
    assert_eq!(check_77(&format!("{PATH}?chat_id=77&text=a+b%26chat_id=999"), &[], ""), Ok(()));
}

#[test]
fn forms_and_ambiguous_types_are_read_in_every_possible_way() {
    assert_eq!(check_77(PATH, &[FORM], "chat_id=77&text=a"), Ok(()));
    let both = r#"{"chat_id": 77, "text": "&chat_id=999&"}"#;
    assert_eq!(check_77(PATH, &[JSON], both), Ok(()));
    let error_for = |types: &[&str]| check_77(PATH, types, both).unwrap_err().to_string();
    for types in [
        &["application/x-www-form-urlencoded; application/json"][..],
        &["APPLICATION/JSON; x=Application/X-WWW-Form-Urlencoded"],
        &[JSON, FORM],
        &[FORM, JSON],
        &[FORM],
    ] {
        assert_eq!(error_for(types), WRONG_CHAT, "{types:?}");
    }
    // Read as a file, the body has no chat id; read as JSON, it has the right one.
    for types in [&["text/plain"][..], &["text/plain", JSON], &[JSON, "text/plain"], &[]] {
        assert_eq!(check_77(PATH, types, both), Ok(()), "{types:?}");
        let other = r#"{"chat_id": 77, "chat_id": 999}"#;
        assert_eq!(check_77(PATH, types, other).unwrap_err().to_string(), WRONG_CHAT, "{types:?}");
    }
    for (types, body) in
        [(&[JSON][..], r#"{"text": "a"}"#), (&[FORM], r#"{"chat_id": 77}"#), (&[], "hello"), (&[], "")]
    {
        assert_eq!(check_77(PATH, types, body), Err(DestinationError::NoChat), "{types:?} {body}");
    }
    assert_eq!(
        error_for(&["multipart/form-data; boundary=x; application/json"]),
        DestinationError::Multipart.to_string()
    );
}

#[test]
fn a_multipart_body_is_split_as_the_server_does() {
    let part =
        |head: &str, text: &str| format!("--B\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n");
    let check_parts =
        |parts: String| check_77(PATH, &["multipart/form-data; boundary=B"], &format!("{parts}--B--\r\n"));
    let chat = part("name=\"chat_id\"", "77");
    assert_eq!(check_parts(format!("{chat}{}", part("name=text", "chat_id=999"))), Ok(()));
    let other = part("name=\"chat_id\"", "999");
    assert_eq!(check_parts(format!("{chat}{other}")).unwrap_err().to_string(), WRONG_CHAT);
    let form = part("name=x\r\nContent-Type: application/x-www-form-urlencoded", "a=1&chat%5Fid=999");
    assert_eq!(check_parts(format!("{chat}{form}")).unwrap_err().to_string(), WRONG_CHAT);
    for odd in [
        part("name=\"chat_\\id\"", "999"),
        part("name*=utf-8''chat%5Fid", "999"),
        part("name=a; name=chat_id", "999"),
        part("name=a\r\n x", "1"),
        "--B\nContent-Disposition: form-data; name=chat_id\n\n999\n".to_owned(),
    ] {
        assert_eq!(check_parts(format!("{chat}{odd}")), Err(DestinationError::Multipart), "{odd}");
    }
    assert_eq!(check_parts(format!("{chat}--B--\r\n{other}")), Err(DestinationError::Multipart));
}

#[test]
fn headers_that_change_how_the_body_is_read_are_refused() {
    for (name, value, is_refused) in [
        ("Content-Encoding", "gzip", true),
        ("Content-Encoding", " Identity ", false),
        ("content-length", "3", true),
        ("Transfer-Encoding", "chunked", true),
        ("X-Anything", "gzip", false),
    ] {
        let headers = [("Content-Type".to_owned(), JSON.to_owned()), (name.to_owned(), value.to_owned())];
        let request = OutgoingRequest { target: PATH, headers: &headers, body: br#"{"chat_id": 77}"# };
        assert_eq!(check_destination(&request, "77").is_err(), is_refused, "{name}: {value}");
    }
}

#[test]
fn only_bot_api_paths_are_accepted() {
    for (path, is_known) in [
        (PATH, true),
        ("/x/bot1:a/test/sendPhoto", true),
        ("/bot1:a/", false),
        ("/bot1:a/sendMessage/", false),
        ("/bot1:a/sendMessage%3Fchat_id=77", false),
        ("/bot/sendMessage", false),
        ("/test/sendMessage", false),
        ("/hook", false),
    ] {
        assert_eq!(check_77(&format!("{path}?chat_id=77"), &[], "").is_ok(), is_known, "{path}");
    }
}

#[test]
fn usernames_are_compared_without_case() {
    let headers = [("Content-Type".to_owned(), JSON.to_owned())];
    let is_accepted = |chat: &str, body: &str| {
        check_destination(&OutgoingRequest { target: PATH, headers: &headers, body: body.as_bytes() }, chat)
            .is_ok()
    };
    assert!(is_accepted("@Shop", r#"{"chat_id": "@shop"}"#));
    assert!(is_accepted("+5", r#"{"chat_id": 5}"#));
    assert!(is_accepted("-1001234", r#"{"chat_id": -1001234}"#));
    assert!(!is_accepted("shop", r#"{"chat_id": "shop"}"#));
    assert!(!is_accepted("@shop", r#"{"chat_id": "@shop "}"#));
}
