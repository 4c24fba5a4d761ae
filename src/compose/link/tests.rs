use super::*;
use crate::compose::ChatTarget;
use crate::compose::tests::{composed_with, profile};

/// Removes the cursor `‸`, or the ends of a selection `⟦⟧`, from a text, and returns the text and the marked span.
fn parse_marks(marked: &str) -> (String, Span) {
    let text: String = marked.chars().filter(|c| !"‸⟦⟧".contains(*c)).collect();
    let at = marked.find(['‸', '⟦']).unwrap();
    match marked.find('⟧') {
        Some(end) => (text, Span::new(at, end - '⟦'.len_utf8())),
        None => (text, Span::at(at)),
    }
}

/// Puts brackets around the spans.
fn bracketed(text: &str, spans: impl IntoIterator<Item = Span>) -> String {
    let mut bracketed = String::new();
    let mut from = 0;
    for span in spans {
        bracketed.push_str(&format!("{}[{}]", &text[from..span.start], span.of(text)));
        from = span.end;
    }
    bracketed + &text[from..]
}

const ANNA: &str =
    r#"{"name": "Anna", "url": "https://a.de/x", "telegram_chat_id": 7, "pets": ["cat", "dog"]}"#;

const PARTIALS: &[(&str, &str)] = &[("greeting", "Dear {{ Profile.name }}")];

#[track_caller]
fn check(mode: &str, text: &str, expected: &str) {
    let body = format!(r#"{{"chat_id": 1, "parse_mode": "{mode}", "text": "{text}"}}"#);
    check_body(&body, expected);
}

#[track_caller]
fn check_body(marked: &str, expected: &str) {
    let (body, selection) = parse_marks(marked);
    let composed = composed_with(&body, &profile(ANNA), ChatTarget::FromBody, PARTIALS);
    let request = composed.request.as_ref().unwrap_or_else(|| panic!("{:?}", composed.diagnostics));
    let text = &request.text().unwrap().sent.text;
    let highlighted = Links::new(&composed).highlight(&composed, selection);
    let parts = highlighted.parts.iter().filter_map(|part| match part {
        MessagePart::Text(span) => Some(*span),
        _ => None,
    });
    assert_eq!(bracketed(text, parts), expected, "{marked}");
}

#[track_caller]
fn check_back(mode: &str, text: &str, sent: &str, expected: &str) {
    let body = format!(r#"{{"chat_id": 1, "parse_mode": "{mode}", "text": "{text}"}}"#);
    let composed = composed_with(&body, &profile(ANNA), ChatTarget::FromBody, PARTIALS);
    let message = &composed.request.as_ref().unwrap().text().unwrap().sent.text;
    let at = message.find(sent).unwrap();
    let found =
        Links::new(&composed).body_span_of(&composed, MessagePart::Text(Span::new(at, at + sent.len())));
    assert_eq!(found.map(|span| span.of(&body)), Some(expected));
}

#[test]
fn a_word_or_the_output_of_an_interpolation_is_highlighted() {
    check("HTML", "Good mor‸ning", "Good [morning]");
    check("HTML", "Good morning‸", "Good [morning]");
    check("HTML", "Wow!‸", "Wow[!]");
    check("HTML", "a ‸👩‍👩‍👧 b", "a [👩‍👩‍👧] b");
    check("HTML", "Hi {{ Prof‸ile.name | upcase }}!", "Hi [ANNA]!");
    check("HTML", "Hi ‸{{ Profile.name }}!", "Hi [Anna]!");
    check("HTML", "⟦Hi {{ Profile⟧.name }}!", "[Hi Anna]!");
    check("HTML", "{% if Pro‸file.name %}yes{% endif %}", "yes");
}

#[test]
fn json_and_markup_escapes_count_as_one_character() {
    check("HTML", r"one\‸ntwo", "one[\n]two");
    check("HTML", r"one\n tw‸o", "one\n [two]");
    check("HTML", r"a ‸\u00e9 b", "a [é] b");
    check("HTML", r#"a ‸\"b\""#, "a [\"]b\"");
    check("HTML", "1 &l‸t; 2", "1 [<] 2");
    check("MarkdownV2", r"1 \\‸. 2", "1 [.] 2");
}

#[test]
fn markup_highlights_its_text() {
    check("HTML", "x <a href='https://‸a.de'>my link</a> y", "x [my link] y");
    check("HTML", "x <a href='{{ Profile.‸url }}'>link</a>", "x [link]");
    check("HTML", "<‸b>one <i>two</i></b>", "[one two]");
    check("HTML", "<b>one <‸i>two</i></b>", "one [two]");
    check("HTML", "<b><i‸>one</i> two</b>", "[one] two");
    check("HTML", "<b>one <i>two</i></‸b>", "[one two]");
    check("HTML", "<b>one <i>two</‸i></b>", "one [two]");
    check("MarkdownV2", "x [my link](https://‸a.de) y", "x [my link] y");
    check("MarkdownV2", "a ‸*bold* b", "a [bold] b");
    check("Markdown", "a _it‸alic_ b", "a [italic] b");
}

#[test]
fn captures_loops_and_partials_are_linked_to_their_output() {
    check("HTML", "{% capture g %}Dear fri‸end{% endcapture %}{{ g }}!", "Dear [friend]!");
    check(
        "HTML",
        "{% for pet in Profile.pets %}my p‸et {{ pet }}; {% endfor %}",
        "my [pet] cat; my [pet] dog;",
    );
    check("HTML", "{% render 'gree‸ting' %}!", "[Dear Anna]!");
    check_back("HTML", "{% capture g %}Dear friend{% endcapture %}{{ g }}!", "friend", "friend");
    check_back("HTML", "{% render 'greeting' %}!", "Anna", "{% render 'greeting' %}");
}

#[test]
fn trimming_and_entity_repair_keep_the_links() {
    check("HTML", r"\n  one tw‸o  \n", "one [two]");
    check("HTML", "<code>a <b>b‸old</b></code>", "a [bold]");
    check("HTML", "  ‸ one", "one");
}

#[test]
fn a_span_of_the_message_maps_back_to_its_source() {
    check_back("HTML", r"one\ntwo &lt; <b>three</b>", "three", "three");
    check_back("HTML", r"one\ntwo &lt; <b>three</b>", "<", "&lt;");
    check_back("HTML", r"a\u00e9b", "é", r"\u00e9");
    check_back("MarkdownV2", r"1 \\. 2", ".", r"\\.");
    check_back("HTML", "Hi {{ Profile.name | upcase }}!", "NN", "{{ Profile.name | upcase }}");
}

#[test]
fn a_missing_chat_and_a_test_chat_do_not_shift_the_links() {
    let missing = r#"{"chat_id": {{ Profile.nobody }}, "text": "Good mor‸ning"}"#;
    check_body(missing, "Good [morning]");
    let (body, cursor) = parse_marks(missing);
    let composed = composed_with(&body, &profile(ANNA), ChatTarget::Test("@a_rather_long_name"), PARTIALS);
    let links = Links::new(&composed);
    let highlighted = links.highlight(&composed, cursor);
    assert_eq!(highlighted.parts, [MessagePart::Text(Span::new(5, 12))]);
    assert_eq!(highlighted.rendered[0].of(composed.rendered.as_deref().unwrap()), "morning");
    assert_eq!(links.body_span_of(&composed, highlighted.parts[0]).unwrap().of(&body), "morning");
}

#[test]
fn buttons_are_linked_too() {
    let body = r#"{"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [
        [{"text": "", "url": "a.de"}], [{"text": "One", "url": "a.de"}, {"text": "Two", "url": "{{ Profile.u‸rl }}"}]]}}"#;
    let (body, cursor) = parse_marks(body);
    let composed = composed_with(&body, &profile(ANNA), ChatTarget::FromBody, PARTIALS);
    let links = Links::new(&composed);
    assert_eq!(links.highlight(&composed, cursor).parts, [MessagePart::Button(1)]);
    let span = links.body_span_of(&composed, MessagePart::Button(0)).unwrap();
    assert_eq!(span.of(&body), r#"{"text": "One", "url": "a.de"}"#);
}
