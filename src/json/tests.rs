use proptest::prelude::*;

use super::*;

/// Compares the result of `parse`: the value as serde_json prints it, or the error with the text under its span.
#[track_caller]
fn check(text: &str, expected: &str) {
    let actual = match parse(text) {
        Ok(document) => document.root.to_serde().to_string(),
        Err(error) => format!("{} at {:?}", error.message(), error.span.of(text)),
    };
    assert_eq!(actual, expected);
}

#[test]
fn valid_values_are_parsed() {
    check(
        r#" {"a": [1, -2.5e3, true, null], "b": "\u00e9\ud83d\ude00\n\/"} "#,
        r#"{"a":[1,-2500.0,true,null],"b":"é😀\n/"}"#,
    );
    check("5", "5");
}

#[test]
fn errors_point_at_the_cause() {
    check(r#"{"chat_id": NULL}"#, "`NULL` is not a JSON value at \"NULL\"");
    check(r#"{"chat_id": @shop}"#, "`@shop` is not a JSON value at \"@shop\"");
    check(r#"{"chat_id": }"#, "expected a value at \"}\"");
    check(r#"{"a": 1 "b": 2}"#, "expected `,` or `}` at \"\\\"\"");
    check(r#"{"a": "x"y"}"#, "expected `,` or `}` at \"y\"");
    check("{\"a\": \"x\ny\"}", "a line break inside a JSON string at \"\\n\"");
    check(r#"{"a": 01}"#, "invalid number at \"01\"");
    check(r#"["\ud83dx"]"#, "half of a surrogate pair at \"\\\\ud83d\"");
    check(r#"["\ud83d\u0041"]"#, "half of a surrogate pair at \"\\\\ud83d\"");
    check(r#"["\ude00\ud83d"]"#, "half of a surrogate pair at \"\\\\ude00\"");
    check(r#"["\ud83d\u00"]"#, "invalid escape sequence at \"\\\\u00\\\"]\"");
    check(r#"[1,]"#, "a comma with nothing after it at \",\"");
    check("  ", "the text is empty at \"\"");
    check("{} x", "text after the end of the JSON value at \"x\"");
    check("{} x \n y", "text after the end of the JSON value at \"x\"");
    check("{\"a\": [1", "the text ends before this is closed: expected `,` or `]` at \"\"");
    check(&"[".repeat(101), "nested deeper than 100 levels at \"[\"");
}

#[test]
fn trailing_comma_in_the_top_level_object_is_recorded() {
    let document = parse(r#"{"a": 1,}"#).unwrap();
    assert_eq!(document.trailing_comma, Some(Span::new(7, 8)));
    assert!(parse(r#"{"a": {"b": 1,}}"#).is_err());
}

#[test]
fn decoded_offsets_map_back_to_the_source() {
    let source = r#"["aé\n\ud83d\ude00z"]"#;
    let document = parse(source).unwrap();
    let JsonValue::Array(items) = &document.root.value else { panic!("expected an array") };
    let text = items[0].as_text().unwrap();
    assert_eq!(text.decoded, "aé\n😀z");
    let raw = |decoded: usize| &source[text.raw_offset(decoded)..];
    assert!(raw(0).starts_with("aé"));
    assert!(raw(1).starts_with('é'));
    assert!(raw(3).starts_with("\\n"));
    assert!(raw(4).starts_with("\\ud83d"));
    assert!(raw(6).starts_with("\\ud83d"), "inside the emoji");
    assert!(raw(8).starts_with('z'));
    assert_eq!(raw(9), "\"]");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_serde_json(text in r#"[\[\]{}",:0-9a-z\\u \.\-\+]{0,24}"#) {
        let strict = serde_json::from_str::<serde_json::Value>(&text);
        match parse(&text) {
            Ok(document) if document.trailing_comma.is_none() => prop_assert_eq!(document.root.to_serde(), strict.unwrap()),
            Ok(_) => prop_assert!(strict.is_err()),
            // serde_json may be stricter (it rejects numbers outside f64), but never more lenient.
            Err(_) => prop_assert!(strict.is_err()),
        }
    }

    #[test]
    fn quoted_text_parses_to_itself(text in ".*") {
        let quoted = quote(&text);
        let document = parse(&quoted).unwrap();
        prop_assert_eq!(&document.root.as_text().unwrap().decoded, &text);
    }

    #[test]
    fn decoded_characters_map_back_to_themselves_or_an_escape(text in "[a-zé😀\"\\\\\n]{0,12}") {
        let quoted = quote(&text);
        let document = parse(&quoted).unwrap();
        let decoded = document.root.as_text().unwrap();
        for (at, c) in text.char_indices() {
            let raw = quoted[decoded.raw_offset(at)..].chars().next().unwrap();
            prop_assert!(raw == c || raw == '\\');
        }
    }
}

/// Compares the tokens of `text`, each with the first letter of its kind.
#[track_caller]
fn check_tokens(text: &str, expected: &str) {
    let shown = tokens(text).map(|token| {
        let kind = format!("{:?}", token.kind);
        format!("{}‹{}›", &kind[..1], token.span.of(text))
    });
    assert_eq!(shown.collect::<Vec<_>>().join(" "), expected);
}

#[test]
fn any_text_is_split_into_tokens() {
    check_tokens(
        r#"{"a\"" : [-1.5e3, null], "b":NULL}"#,
        r#"P‹{› S‹"a\""› P‹:› P‹[› N‹-1.5e3› P‹,› W‹null› P‹]› P‹,› S‹"b"› P‹:› W‹NULL› P‹}›"#,
    );
    check_tokens("@shop 1é\u{a0}\t\\\"", "O‹@› W‹shop› N‹1› W‹é› O‹\u{a0}› O‹\\› S‹\"›");
    check_tokens("\"a\nb\" \"open\\", "S‹\"a\nb\"› S‹\"open\\›");
    check_tokens(" \n", "");
}

#[test]
fn backslash_does_not_escape_liquid() {
    let mut quoting = QuoteState::after("{\"a\": \"x\\");
    assert_eq!(quoting, QuoteState::Escaped);
    quoting.skip_interpolation();
    assert_eq!(quoting.read('"'), Some(Quote::Closes));
    assert!(!quoting.is_inside());
    quoting.skip_interpolation();
    assert_eq!(quoting.read(b'"'), Some(Quote::Opens));
}

proptest! {
    #[test]
    fn tokens_cover_everything_but_whitespace(text in "(?s).*") {
        let mut end = 0;
        for token in tokens(&text) {
            prop_assert!(text[end..token.span.start].trim_ascii().is_empty());
            prop_assert!(!token.span.is_empty());
            end = token.span.end;
        }
        prop_assert!(text[end..].trim_ascii().is_empty());
    }

    #[test]
    fn a_string_is_one_token(inside in ".*") {
        let string = quote(&inside);
        let found: Vec<JsonToken> = tokens(&string).collect();
        let whole = JsonToken { span: Span::new(0, string.len()), kind: JsonTokenKind::String };
        prop_assert_eq!(found, vec![whole]);
        prop_assert!(!is_escaped(&string, string.len() - 1));
    }
}
