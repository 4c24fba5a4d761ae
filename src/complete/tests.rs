//! Types keys at `‸` and compares the text afterwards: one `‸` marks the cursor, two mark the selection.

use proptest::prelude::*;

use super::*;
use crate::diagnostic::Code;
use crate::editor::{Command, Editor, Motion};
use crate::profile::{PropertySummary, SampleProperties, ValueKind as Type};

fn vocabulary() -> Vocabulary {
    let property = |name: &str, kind, n_set, samples: &[&str]| PropertySummary {
        name: name.into(),
        kind,
        n_set,
        samples: samples.iter().map(|sample| (*sample).to_owned()).collect(),
    };
    Vocabulary {
        properties: vec![
            property("First Name", Type::Text, 3, &[]),
            property("cart_items", Type::Number, 7, &["2"]),
            property("first_name", Type::Text, 9, &["Anna", "Иван_Петров"]),
            property("plan", Type::Text, 8, &["pro"]),
            property("telegram_chat_id", Type::Number, 9, &[]),
            property("vip", Type::Boolean, 1, &[]),
        ],
        n_profiles: 12,
        event: SampleProperties::from([("Amount".into(), vec![]), ("Charged ID".into(), vec![])]),
        external_trigger: SampleProperties::new(),
    }
}

fn context(vocabulary: &Vocabulary, dialect: Dialect, is_json: bool) -> CompletionContext<'_> {
    CompletionContext {
        vocabulary,
        dialect,
        is_json,
        method: Method::SendMessage,
        partials: vec!["footer", "greeting"],
        values: None,
    }
}

struct TypingResult {
    editor: Editor,
    session: Option<Session>,
}

/// Handles keys as the screen does: `\t` accepts if the picker is armed, and `↓` chooses the next row.
fn type_keys(marked: &str, keys: &str, dialect: Dialect, is_json: bool) -> TypingResult {
    let vocabulary = vocabulary();
    let context = context(&vocabulary, dialect, is_json);
    let mut editor = Editor::new(&marked.replace('‸', ""));
    editor.apply(Command::Move(Motion::To(marked.find('‸').unwrap())));
    let mut session: Option<Session> = None;
    for c in keys.chars() {
        match (c, &mut session) {
            ('↓', Some(open)) => open.choose_next(),
            ('\t', Some(open)) if open.armed => {
                let completion = open.accept(&editor.text(), editor.cursor(), &context).unwrap();
                editor.apply(Command::Complete { edit: completion.edit, select: completion.select });
                session = None;
            }
            ('\t', _) => {
                editor.apply(Command::Tab);
                session = None;
            }
            ('\n', _) => {
                editor.apply(Command::Newline);
                session = None;
            }
            _ => {
                editor.apply(Command::Type(c.into()));
                session = update_session(session, &editor.text(), editor.cursor(), &context);
            }
        }
    }
    TypingResult { editor, session }
}

fn marked(editor: &Editor) -> String {
    let span = editor.selection().span();
    let mut text = editor.text();
    if !span.is_empty() {
        text.insert(span.end, '‸');
    }
    text.insert(span.start, '‸');
    text
}

#[track_caller]
fn check(before: &str, keys: &str, after: &str) {
    assert_eq!(marked(&type_keys(before, keys, Dialect::Telecast, true).editor), after);
}

#[track_caller]
fn check_clevertap(before: &str, keys: &str, after: &str) {
    assert_eq!(marked(&type_keys(before, keys, Dialect::CleverTap, true).editor), after);
}

/// Compares the rows of the open picker, at most five.
#[track_caller]
fn check_open(before: &str, keys: &str, rows: &[&str]) {
    let typed = type_keys(before, keys, Dialect::Telecast, true);
    let labels: Vec<&str> =
        typed.session.iter().flat_map(Session::rows).map(|(item, _)| item.label.as_str()).take(5).collect();
    assert_eq!(labels, rows);
}

const HTML: &str = ", \"parse_mode\": \"HTML\"}";
const V2: &str = ", \"parse_mode\": \"MarkdownV2\"}";

#[test]
fn a_trigger_inserts_a_variable_with_the_escapes_it_needs() {
    let html = |text: &str| format!("{{\"text\": \"Hi {text}\"{HTML}");
    let whole = html("{{ Profile.first_name | default: \"‸\" | tg_html | json_escape }}");
    for trigger in ["<<", "{{", "{{ "] {
        check(&html("‸"), &format!("{trigger}fir\t"), &whole);
    }
    check(
        &html("‸"),
        "@fir↓↓\t",
        &html("{{ Profile[\"First Name\"] | default: \"‸\" | tg_html | json_escape }}"),
    );
    check(
        &format!("{{\"text\": \"‸\"{V2}"),
        "<<fir\t",
        &format!(
            "{{\"text\": \"{{{{ Profile.first_name | default: \"‸\" | tg_markdown_v2 | json_escape }}}}\"{V2}"
        ),
    );
    check(
        "{\"note\": \"‸\"}",
        "<<plan\t",
        "{\"note\": \"{{ Profile.plan | default: \"‸\" | json_escape }}\"}",
    );
}

#[test]
fn a_variable_outside_quotes_is_inserted_as_json() {
    check("{\"a\": ‸}", "<<plan\t", "{\"a\": {{ Profile.plan | default: \"‸\" | json }}}");
    check(
        &format!("{{\"text\": ‸{HTML}"),
        "<<plan\t",
        &format!("{{\"text\": {{{{ Profile.plan | default: \"‸\" | tg_html | json }}}}{HTML}"),
    );
    check("{\"a\": ‸}", "<<cart\t", "{\"a\": {{ Profile.cart_items | default: ‸0‸ }}}");
    check("{\"a\": ‸}", "<<vip\t", "{\"a\": {{ Profile.vip | default: ‸false‸ }}}");
    check(
        "{\"chat_id\": ‸}",
        "<<tele\t",
        "{\"chat_id\": {{ Profile.telegram_chat_id | default: \"‸NULL‸\" }}}",
    );
    check(
        "{\"chat_id\": ‸}",
        "{{ tele\t",
        "{\"chat_id\": {{ Profile.telegram_chat_id | default: \"‸NULL‸\" }}}",
    );
}

#[test]
fn clevertap_bodies_get_only_filters_that_clevertap_has() {
    let json =
        crate::template::escape_filters(None, crate::template::EscapePosition::InString, Dialect::CleverTap)
            .remove(0);
    check_clevertap(
        &format!("{{\"text\": \"‸\"{HTML}"),
        "<<fir\t",
        &format!("{{\"text\": \"{{{{ Profile.first_name | default: \"‸\" | escape | {json} }}}}\"{HTML}"),
    );
    check_clevertap(
        &format!("{{\"text\": \"‸\"{HTML}"),
        "<<cart\t",
        &format!("{{\"text\": \"{{{{ Profile.cart_items | default: ‸0‸ }}}}\"{HTML}"),
    );
    check_clevertap(
        "{\"a\": ‸}",
        "<<plan\t",
        &format!("{{\"a\": \"{{{{ Profile.plan | default: \"‸\" | {json} }}}}\"}}"),
    );
}

#[test]
fn existing_closing_braces_are_not_doubled() {
    let whole = "\"{{ Profile.plan | default: \"‸\" | json_escape }}\"";
    check("\"{{ Profile.‸ }}\"", "<<plan\t", whole);
    check("\"{{‸}}\"", "<<plan\t", whole);
    check("\"{{ ‸ }}\"", "plan\t", whole);
    check("\"{{ Profile‸ }}\"", ".pla\t", whole);
    check("\"{{ ‸ | upcase }}\"", "<<plan\t", "\"{{ Profile.plan‸ | upcase }}\"");
    check("\"{{ Profile.‸ | upcase }}\"", "<<plan\t", "\"{{ Profile.plan‸ | upcase }}\"");
    check("\"{% if ‸ %}\"", "<<plan\t", "\"{% if Profile.plan‸ %}\"");
    check("\"{% if Profile‸ == 1 %}\"", ".plan\t", "\"{% if Profile.plan‸ == 1 %}\"");
}

#[test]
fn built_in_names_are_offered() {
    check("\"‸\"", "<<ident\t", "\"{{ Profile.identity | default: \"‸\" | json_escape }}\"");
    check("\"‸\"", "<<campaign\t", "\"{{ Campaign.campaignId | default: \"‸\" | json_escape }}\"");
    check("\"‸\"", "<<charged\t", "\"{{ Event[\"Charged ID\"] | default: \"‸\" | json_escape }}\"");
    check_open("\"‸\"", "<<Event.", &["Event.Amount", "Event.Charged ID"]);
}

#[test]
fn after_a_brace_or_an_at_sign_tab_needs_an_arrow_key_first() {
    check("\"‸\"", "@\t", "\"@  ‸\"");
    check("\"‸\"", "@fir\n", "\"@fir\n‸\"");
    check("‸", "{\n", "{\n  ‸\n}");
    check_open("\"‸\"", "@fir", &["first_name", "First Name"]);
    check("\"‸\"", "@pla↓\t", "\"{{ Profile.plan | default: \"‸\" | json_escape }}\"");
    check("\"‸\"", "{pla↓\t", "\"{{ Profile.plan | default: \"‸\" | json_escape }}\"");
}

#[test]
fn the_picker_closes_at_a_space_or_quote_or_without_matches() {
    for keys in ["@fir ", "<<fir ", "<<fir\"", "<<zzz", "{{ plan ", "me@shop", "{{ 'pl", "\\{"] {
        check_open("\"‸\"", keys, &[]);
    }
    check_open("‸", "<<fir\n", &[]);
}

#[test]
fn common_properties_are_listed_first() {
    check_open("\"‸\"", "<<", &["first_name", "telegram_chat_id", "plan", "cart_items", "First Name"]);
    let typed = type_keys("\"‸\"", "<<first", Dialect::Telecast, true);
    let session = typed.session.unwrap();
    let (item, letters) = session.rows().next().unwrap();
    assert_eq!((item.detail.as_str(), item.doc.as_str()), ("text · 9 of 12", "Anna, Иван_Петров"));
    assert_eq!(letters, [0, 1, 2, 3, 4]);
}

#[test]
fn filters_are_offered_after_a_pipe() {
    check("{{ x ‸ }}", "|defa\t", "{{ x | default: \"‸\" }}");
    check("{{ x | ‸ }}", "app\t", "{{ x | append: ‸ }}");
    check_open("{{ \"a‸\" }}", "|", &[]);
    check_open("a ‸", "|", &[]);
}

#[test]
fn tags_are_inserted_as_snippets() {
    check("\"‸\"", "{% if\t", "\"{% if ‸ %}{% endif %}\"");
    check("\"‸\"", "{%abort\t", "\"{% abort %}‸\"");
}

#[test]
fn keys_and_values_of_the_method_are_offered() {
    check("‸", "{\"chat\t", "{\"chat_id\": ‸}");
    check("{\"chat_id\": 1, ‸}", "\"te\t", "{\"chat_id\": 1, \"text\": \"‸\"}");
    check("{\"‸\": 1}", "pa", "{\"pa‸\": 1}");
    check("{\"parse_mode\": ‸}", "\"v2\t", "{\"parse_mode\": \"MarkdownV2\"‸}");
    check("{‸}", "\"silent\t", "{\"silent  ‸\"}");
    check_open("{\"link_preview_options\": {‸}}", "\"small", &["prefer_small_media"]);
    check_open("{\"reply_markup\": {\"inline_keyboard\": [[{‸}]]}}", "\"url", &["url", "login_url"]);
    check_open("‸", "{", &["chat_id", "text", "parse_mode", "reply_markup", "link_preview_options"]);
    check("‸", "{te↓\t", "{\"text\": \"‸\"}");
    check_open("{‸}", "\"tex", &["text"]);
    check_open("{‸, \"text\": \"x\"}", "\"tex", &[]);
    check_open("{\"a\": ‸}", "{", &["first_name", "telegram_chat_id", "plan", "cart_items", "First Name"]);
}

#[test]
fn markup_needs_an_arrow_key_and_inserts_its_closing_tag() {
    let html = |text: &str| format!("{{\"text\": \"{text}\"{HTML}");
    check(&html("‸"), "<b↓\t", &html("<b>‸</b>"));
    check(&html("a ‸"), "<↓↓↓\t", &html("a <a href='‸https://‸'></a>"));
    check(&html("‸"), "<spoi↓\t", &html("<tg-spoiler>‸</tg-spoiler>"));
    check(
        &html("<b>x {{ Profile.plan }} <i>y</i> z‸"),
        "</↓\t",
        &html("<b>x {{ Profile.plan }} <i>y</i> z</b>‸"),
    );
    check(&html("‸"), "<b\n", &html("<b\n‸"));
    check(&html("‸"), "<<plan\t", &html("{{ Profile.plan | default: \"‸\" | tg_html | json_escape }}"));
    check_open(&html("‸"), "1 < 2", &[]);
    check_open("{\"note\": \"‸\"}", "<", &[]);
    // Without a parse mode, HTML is offered too: the mode may be typed later.
    check("{\"text\": \"‸\"}", "<b↓\t", "{\"text\": \"<b>‸</b>\"}");
}

#[test]
fn opening_markdown_markers_are_completed_in_pairs() {
    let v2 = |text: &str| format!("{{\"text\": \"{text}\"{V2}");
    check(&v2("‸"), "*↓\t", &v2("*‸*"));
    check(&v2("a ‸"), "_under↓\t", &v2("a __‸__"));
    check(&v2("‸"), "|↓\t", &v2("||‸||"));
    check(&v2("‸"), "[↓\t", &v2("[‸](https://)"));
    check(&v2("*a‸"), "*", &v2("*a*‸"));
    check_open(&v2("*a‸"), "*", &[]);
    check_open(&v2("a \\\\‸"), "*", &[]);
    check_open("{\"text\": \"‸\"}", "*", &[]);
    check_open("{\"text\": \"‸\", \"parse_mode\": \"Markdown\"}", "_", &["italic"]);
}

#[test]
fn comparisons_offer_the_values_found_in_profiles() {
    check("\"{% if Profile.plan == ‸ %}\"", "\"pr\t", "\"{% if Profile.plan == \"pro\"‸ %}\"");
    check("\"{% if Profile.plan != ‸ %}\"", "'\t", "\"{% if Profile.plan != \"pro\"‸ %}\"");
    check("\"{% if Profile.cart_items == ‸ %}\"", "\"\t", "\"{% if Profile.cart_items == 2‸ %}\"");
    check_open("\"{% if a and Profile[\"first_name\"] contains ‸ %}\"", "\"", &["Anna", "Иван_Петров"]);
    check_open("\"{% case Profile.plan %}{% when ‸ %}\"", "\"", &["pro"]);
    check_open("\"{{ Profile.plan | default: ‸ }}\"", "\"", &[]);
    check_open("\"{% if Profile.plan == \"pro\" and ‸ %}\"", "\"", &[]);
}

#[test]
fn partials_are_offered_by_name() {
    check("\"{% render ‸ %}\"", "'foo\t", "\"{% render 'footer'‸ %}\"");
    check("\"{% include ‸ %}\"", "\"gre\t", "\"{% include 'greeting'‸ %}\"");
    check("\"‸\"", "{% rend\t", "\"{% render '‸' %}\"");
}

#[test]
fn template_variables_are_offered_in_their_scope() {
    check(
        "\"{% assign total = 3 %}{{ ‸ }}\"",
        "tot\t",
        "\"{% assign total = 3 %}{{ total | default: \"‸\" | json_escape }}\"",
    );
    check_open("\"{% for item in Event.Items %}{{ ‸ }}{% endfor %}\"", "item", &["item", "cart_items"]);
    check_open("\"{% for item in Event.Items %}{% endfor %}{{ ‸ }}\"", "forl", &[]);
    check_open(
        "\"{% for item in Event.Items %}{{ ‸ }}\"",
        "forloop.ind",
        &["forloop.index", "forloop.index0", "forloop.rindex"],
    );
    check_open("\"{% capture greeting %}Hi{% endcapture %}{{ ‸ }}\"", "greet", &["greeting"]);
}

#[test]
fn closing_and_branch_tags_are_offered_inside_their_block() {
    check("\"{% if a %}x‸\"", "{% end\t", "\"{% if a %}x{% endif %}‸\"");
    check_open("\"{% if a %}‸\"", "{% els", &["else", "elsif"]);
    check_open("\"‸\"", "{% els", &[]);
    check_open("\"{% case a %}‸\"", "{% whe", &["when"]);
}

#[track_caller]
fn check_values(before: &str, keys: &str, rows: &[&str]) {
    let vocabulary = vocabulary();
    let zone = jiff::tz::TimeZone::UTC;
    let value =
        |json: &str| crate::profile::Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap());
    let mut profile = crate::profile::Profile::default();
    profile.properties.insert("first_name".into(), value("\"anna\""));
    profile.properties.insert("address".into(), value("{\"city\": \"Kyiv\"}"));
    let event =
        value("{\"Amount\": 3, \"Items\": [{\"title\": \"Knots\"}], \"to\": {\"Payment Mode\": \"Card\"}}");
    let context = CompletionContext {
        values: Some(template::RenderContext {
            profile: Some(&profile),
            event: Some(&event),
            external_trigger: None,
            campaign_id: "spring",
            now: jiff::Timestamp::UNIX_EPOCH,
            zone: &zone,
            limits: Default::default(),
        }),
        ..context(&vocabulary, Dialect::Telecast, true)
    };
    let typed = before.replacen('‸', &format!("{keys}‸"), 1);
    let (text, at) = (typed.replace('‸', ""), typed.find('‸').unwrap());
    let session = open_here(&text, at, &context).unwrap();
    let shown: Vec<String> =
        session.rows().map(|(item, _)| format!("{} {}", item.label, item.detail)).take(rows.len()).collect();
    assert_eq!(shown, rows);
}

#[test]
fn filters_show_their_result_for_the_current_value() {
    check_values("{{ Profile.first_name | ‸ }}", "upc", &["upcase  → ANNA"]);
    check_values("{{ Profile.first_name | upcase | ‸ }}", "appe", &["append : '!' → ANNA!"]);
    check_values("{{ Profile.none | ‸ }}", "upc", &["upcase  → empty"]);
    check_values("{% assign n = Event.Amount %}{{ n | ‸ }}", "plus", &["plus : 2 → 5"]);
    check_values("{% for item in Event.Items %}{{ item.title | ‸ }}", "downc", &["downcase  → knots"]);
    check_values("{% assign n = Profile.first_name | ‸ %}", "capi", &["capitalize  → Anna"]);
}

#[test]
fn paths_into_samples_and_nested_properties_are_offered() {
    check_values(
        "{{ ‸ }}",
        "Event.",
        &["Event.Amount number · event", "Event.Items list · event", "Event.to object · event"],
    );
    check_values("{{ ‸ }}", "mode", &["Event.to.Payment Mode text · event"]);
    check_values("{{ ‸ }}", "city", &["Profile.address.city text · this profile"]);
    check_values("{% for item in Event.Items %}{{ ‸ }}", "item.", &["item.title text · from the sample"]);
}

#[test]
fn variables_in_plain_text_get_no_json_escape() {
    let typed = type_keys("Hi ‸", "<<plan\t", Dialect::Telecast, false);
    assert_eq!(marked(&typed.editor), "Hi {{ Profile.plan | default: \"‸\" }}");
}

#[test]
fn the_picker_can_be_opened_on_request() {
    let vocabulary = vocabulary();
    let context = context(&vocabulary, Dialect::Telecast, true);
    let accepted = |marked: &str| {
        let (text, at) = (marked.replace('‸', ""), marked.find('‸').unwrap());
        let completion = open_here(&text, at, &context)?.accept(&text, at, &context)?;
        crate::diagnostic::Fix { title: String::new(), edits: vec![completion.edit], safe: true }.apply(&text)
    };
    assert_eq!(accepted("\"pla‸\"").unwrap(), "\"{{ Profile.plan | default: \"\" | json_escape }}\"");
    assert_eq!(accepted("{{ x | appe‸ }}").unwrap(), "{{ x | append:  }}");
    assert_eq!(accepted("{{ \"pla‸\" }}"), None);
    assert_eq!(accepted("‸").unwrap(), "{\n  \"chat_id\": \n}");
    assert_eq!(accepted("{\n \"chat_id\": 1‸\n}").unwrap(), "{\n \"chat_id\": 1,\n \"text\": \"\"\n}");
    assert_eq!(accepted("{\"chat_id\": 1 ‸}").unwrap(), "{\"chat_id\": 1, \"text\": \"\"}");
    assert_eq!(
        accepted("{\"chat_id\": ‸}").unwrap(),
        "{\"chat_id\": {{ Profile.telegram_chat_id | default: \"NULL\" }}}"
    );
    assert_eq!(accepted("{\"parse_mode\": \"‸\"}").unwrap(), "{\"parse_mode\": \"HTML\"}");
    assert_eq!(accepted("{\"protect_content\": ‸}").unwrap(), "{\"protect_content\": true}");
    assert_eq!(
        accepted("{\"text\": \"spoiler‸\", \"parse_mode\": \"HTML\"}").unwrap(),
        "{\"text\": \"<tg-spoiler></tg-spoiler>\", \"parse_mode\": \"HTML\"}"
    );
    assert_eq!(accepted("{% if Profile.plan == ‸ %}").unwrap(), "{% if Profile.plan == \"pro\" %}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_completed_anywhere(
        text in "[a{}%<|\"': @.,\\[\\]\n\\\\é漢-]{0,40}",
        typed in proptest::sample::select(vec!["<<", "{{", "{", "@", "{%", "|", "\"", "p", "."]),
        at in 0..40usize,
        row in 0..6usize,
    ) {
        let vocabulary = vocabulary();
        let context = context(&vocabulary, Dialect::Telecast, true);
        let at = crate::text::floor_char_boundary(&text, at);
        let text = format!("{}{typed}{}", &text[..at], &text[at..]);
        let cursor = at + typed.len();
        for session in [open(&text, cursor, &context), open_here(&text, cursor, &context)].into_iter().flatten() {
            let mut session = session;
            (0..row).for_each(|_| session.choose_next());
            let completion = session.accept(&text, cursor, &context).unwrap();
            let fix = crate::diagnostic::Fix { title: String::new(), edits: vec![completion.edit], safe: true };
            let after = fix.apply(&text);
            prop_assert!(after.is_some_and(|after| after.get(completion.select.range()).is_some()));
        }
    }
}

#[test]
fn inserted_text_is_valid_in_its_dialect() {
    let vocabulary = vocabulary();
    for dialect in Dialect::ALL {
        let context = context(&vocabulary, dialect, true);
        for mode in ["HTML", "Markdown", "MarkdownV2", "none"] {
            for place in
                ["{\"text\": \"‸\"", "{\"note\": \"‸\"", "{\"n\": ‸", "{\"chat_id\": ‸", "{\"a\": [‸]"]
            {
                let (before, after) = place.split_once('‸').unwrap();
                let text = format!("{before}<<{after}, \"parse_mode\": \"{mode}\"}}");
                let cursor = before.len() + 2;
                let mut session = open(&text, cursor, &context).unwrap();
                for _ in 0..session.n_rows() {
                    let edit = session.accept(&text, cursor, &context).unwrap().edit;
                    let fix = crate::diagnostic::Fix { title: String::new(), edits: vec![edit], safe: true };
                    let body = fix.apply(&text).unwrap();
                    let (template, mut problems) =
                        crate::template::parse(&body, &Default::default(), dialect);
                    problems.extend(crate::template::check(
                        &template,
                        &vocabulary,
                        crate::template::Content::Json,
                    ));
                    // The default `NULL` is CleverTap's convention for a missing chat id, which `compose` reports.
                    problems.retain(|problem| problem.code != Code::DefaultNotJson);
                    assert_eq!(problems, [], "{body}");
                    session.choose_next();
                }
            }
        }
    }
}
