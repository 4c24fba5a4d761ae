use super::*;

const PATH: &str = "/bot1:a/sendMessage";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn to_77(target: &str, types: &[&str], body: &str) -> Result<(), DestinationError> {
    let headers: Vec<(String, String)> =
        types.iter().map(|value| ("Content-Type".to_owned(), (*value).to_owned())).collect();
    check_destination(&OutgoingRequest { target, headers: &headers, body: body.as_bytes() }, "77")
}

/// Checks a JSON body of sendMessage. `expected` is the error or empty, `about` the part of the body in its span.
#[track_caller]
fn check_json(body: &str, expected: &str, about: &str) {
    match to_77(PATH, &[JSON], body) {
        Ok(()) => assert_eq!("", expected, "{body}"),
        Err(astray) => {
            assert_eq!(astray.to_string(), expected, "{body}");
            assert_eq!(astray.span().map_or("", |span| span.of(body)), about, "{body}");
        }
    }
}

const OTHER: &str = "the body has the chat_id 999, which is not the chat 77";

#[test]
fn a_plain_body_reaches_the_chat() {
    check_json(r#"{"chat_id": 77, "text": "a"}"#, "", "");
    check_json(r#"{"text": "a", "chat_id": "77"}"#, "", "");
    check_json(r#"{"chat_id": 77, "text": "&chat_id=999& \"chat_id\": 999", "x": {"chat_id": 999}}"#, "", "");
    check_json(r#"{"chat_id": 77, "from_chat_id": 999, "reply_parameters": {"chat_id": 999}}"#, "", "");
    check_json(r#"{"chat_id": 77, "business_connection_id": "", "text": "a",}"#, "", "");
}

#[test]
fn every_chat_in_the_body_counts() {
    check_json(r#"{"chat_id": 999}"#, OTHER, r#""chat_id": 999"#);
    check_json(r#"{"chat_id": 77, "chat_id": 999}"#, OTHER, r#""chat_id": 999"#);
    check_json(r#"{"chat_id": 77, "chat\u005fid": 999}"#, OTHER, r#""chat\u005fid": 999"#);
    check_json(r#"{"chat_id": 77, "\u0063hat_\u0069d": "999"}"#, OTHER, r#""\u0063hat_\u0069d": "999""#);
    let in_value = r#"{"chat_id": 77, "text": "Hi Bob", "chat\u005fid": 999, "z": ""}"#;
    check_json(in_value, OTHER, r#""chat\u005fid": 999"#);
    for (value, shown) in
        [("null", "null"), ("77.0", "77.0"), ("\"77x\"", "77x"), ("\"\"", "\"\""), ("7e1", "7e1")]
    {
        let expected = format!("the body has the chat_id {shown}, which is not the chat 77");
        check_json(&format!("{{\"chat_id\": {value}}}"), &expected, &format!("\"chat_id\": {value}"));
    }
}

#[test]
fn in_a_broken_body_every_string_may_be_a_key() {
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
    let words = "the body is not valid JSON, and it has `inline_message_id`: the message with this id is changed, wherever it is";
    check_json(id, words, r#""inline_message_id": "AA""#);
    let escapes = format!("{{\"chat_id\": 77, \"text\": {}", "\\\"".repeat(200_000));
    check_json(&escapes, "", "");
}

#[test]
fn other_destinations_are_refused_beside_the_chat() {
    for (name, reason) in OTHER_DESTINATIONS {
        let member = format!("\"{name}\": \"1\"");
        check_json(
            &format!("{{\"chat_id\": 77, {member}}}"),
            &format!("the body has `{name}`: {reason}"),
            &member,
        );
        let target = format!("{PATH}?chat_id=77&{}=1", name.replace('_', "%5f"));
        assert_eq!(
            to_77(&target, &[], "").unwrap_err().to_string(),
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
        assert_eq!(to_77(&target, &[JSON], body).unwrap_err().to_string(), other, "{query}");
    }
    assert_eq!(to_77(&format!("{PATH}?chat_id=77&text=a+b%26chat_id=999"), &[], ""), Ok(()));
}

#[test]
fn a_form_and_an_ambiguous_type_are_read_in_every_way() {
    assert_eq!(to_77(PATH, &[FORM], "chat_id=77&text=a"), Ok(()));
    let both = r#"{"chat_id": 77, "text": "&chat_id=999&"}"#;
    assert_eq!(to_77(PATH, &[JSON], both), Ok(()));
    let typed = |types: &[&str]| to_77(PATH, types, both).unwrap_err().to_string();
    for types in [
        &["application/x-www-form-urlencoded; application/json"][..],
        &["APPLICATION/JSON; x=Application/X-WWW-Form-Urlencoded"],
        &[JSON, FORM],
        &[FORM, JSON],
        &[FORM],
    ] {
        assert_eq!(typed(types), OTHER, "{types:?}");
    }
    // Read as a file it reaches nobody, read as JSON it reaches the chat.
    for types in [&["text/plain"][..], &["text/plain", JSON], &[JSON, "text/plain"], &[]] {
        assert_eq!(to_77(PATH, types, both), Ok(()), "{types:?}");
        let other = r#"{"chat_id": 77, "chat_id": 999}"#;
        assert_eq!(to_77(PATH, types, other).unwrap_err().to_string(), OTHER, "{types:?}");
    }
    for (types, body) in
        [(&[JSON][..], r#"{"text": "a"}"#), (&[FORM], r#"{"chat_id": 77}"#), (&[], "hello"), (&[], "")]
    {
        assert_eq!(to_77(PATH, types, body), Err(DestinationError::NoChat), "{types:?} {body}");
    }
    assert_eq!(
        typed(&["multipart/form-data; boundary=x; application/json"]),
        DestinationError::Multipart.to_string()
    );
}

#[test]
fn a_multipart_body_is_split_as_the_server_does() {
    let part =
        |head: &str, text: &str| format!("--B\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n");
    let typed =
        |parts: String| to_77(PATH, &["multipart/form-data; boundary=B"], &format!("{parts}--B--\r\n"));
    let chat = part("name=\"chat_id\"", "77");
    assert_eq!(typed(format!("{chat}{}", part("name=text", "chat_id=999"))), Ok(()));
    let other = part("name=\"chat_id\"", "999");
    assert_eq!(typed(format!("{chat}{other}")).unwrap_err().to_string(), OTHER);
    let form = part("name=x\r\nContent-Type: application/x-www-form-urlencoded", "a=1&chat%5Fid=999");
    assert_eq!(typed(format!("{chat}{form}")).unwrap_err().to_string(), OTHER);
    for odd in [
        part("name=\"chat_\\id\"", "999"),
        part("name*=utf-8''chat%5Fid", "999"),
        part("name=a; name=chat_id", "999"),
        part("name=a\r\n x", "1"),
        "--B\nContent-Disposition: form-data; name=chat_id\n\n999\n".to_owned(),
    ] {
        assert_eq!(typed(format!("{chat}{odd}")), Err(DestinationError::Multipart), "{odd}");
    }
    assert_eq!(typed(format!("{chat}--B--\r\n{other}")), Err(DestinationError::Multipart));
}

#[test]
fn what_packs_the_body_differently_is_refused() {
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
fn only_a_bot_apis_address_can_be_judged() {
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
        assert_eq!(to_77(&format!("{path}?chat_id=77"), &[], "").is_ok(), is_known, "{path}");
    }
}

#[test]
fn a_name_is_compared_without_case() {
    let headers = [("Content-Type".to_owned(), JSON.to_owned())];
    let to = |chat: &str, body: &str| {
        check_destination(&OutgoingRequest { target: PATH, headers: &headers, body: body.as_bytes() }, chat)
            .is_ok()
    };
    assert!(to("@Shop", r#"{"chat_id": "@shop"}"#));
    assert!(to("+5", r#"{"chat_id": 5}"#));
    assert!(to("-1001234", r#"{"chat_id": -1001234}"#));
    assert!(!to("shop", r#"{"chat_id": "shop"}"#));
    assert!(!to("@shop", r#"{"chat_id": "@shop "}"#));
}
