//! Whole sessions: a broken body repaired with quick fixes alone, and bodies converted to another parse mode and back.

use std::collections::BTreeSet;
use std::sync::Arc;

use telecast::clock;
use telecast::service::MessageJob;
use telecast::store::{SqliteStore, Store};
use telecast::telegram::{EntityKind, FormattedText, ParseMode};
use telecast::ui::screen::compose::dialog::Dialog;

use super::Console;

/// Returns every profile's identity and the message that the current body gives it; `None` if nothing would be sent.
fn messages(console: &Console) -> Vec<(String, Option<FormattedText>)> {
    let store =
        SqliteStore::open(&console.app().shared.workspace.root.join(".telecast/audience.db")).unwrap();
    let profiles = store.list("", None, 1000).unwrap().profiles;
    assert!(300 < profiles.len(), "expected the demo's whole audience");
    let now = clock::now();
    let message = |profile: telecast::profile::Profile| {
        let identity = profile.identity.clone();
        let profile = Some(Arc::new(profile));
        let job = MessageJob {
            profile,
            test_chat: Some("1".into()),
            ..console.app().screens.compose.job(&console.app().shared).unwrap()
        };
        let sent = job.compose(now).request.and_then(|request| request.text().map(|text| text.sent.clone()));
        (identity, sent.map(without_line_breaks_after_quotes))
    };
    profiles.into_iter().map(message).collect()
}

/// Excludes the final line break from each quote: MarkdownV2 cannot end a quote before the line break that follows it.
fn without_line_breaks_after_quotes(mut message: FormattedText) -> FormattedText {
    let units: Vec<u16> = message.text.encode_utf16().collect();
    for entity in &mut message.entities {
        let is_quote = matches!(entity.kind, EntityKind::Blockquote | EntityKind::ExpandableBlockquote);
        let last = (entity.offset + entity.length).checked_sub(1).and_then(|last| units.get(last as usize));
        if is_quote && last == Some(&u16::from(b'\n')) {
            entity.length -= 1;
        }
    }
    message
}

/// Converts the open body in the comparison dialog.
fn convert(console: &mut Console, to: ParseMode) {
    console.press("f6");
    while let Some(Dialog::Compare(compare)) = &console.app().screens.compose.dialog {
        match compare.chosen().map(|(mode, _)| *mode) == Some(to) {
            true => console.press("enter"),
            false => console.press("right"),
        }
    }
    assert!(console.body().contains(&format!("\"parse_mode\": \"{}\"", to.as_str())), "{}", console.screen());
}

/// Converts the body to each mode in turn. Fails if any profile's message changes.
#[track_caller]
fn check_round_trip(console: &mut Console, modes: [ParseMode; 2]) {
    let before = messages(console);
    let n_sent = before.iter().filter(|(_, sent)| sent.is_some()).count();
    assert!(before.len() - n_sent <= 1, "more than one profile gets no message from\n{}", console.body());
    for mode in modes {
        convert(console, mode);
        for (after, before) in messages(console).iter().zip(&before) {
            assert_eq!(after, before, "as {}:\n{}", mode.as_str(), console.body());
        }
    }
}

const HTML: ParseMode = ParseMode::Html;
const V2: ParseMode = ParseMode::MarkdownV2;

#[test]
fn converting_demo_bodies_and_back_keeps_every_message() {
    let mut console = Console::demo();
    check_round_trip(&mut console, [V2, HTML]);
    let mut console = Console::prepared("welcome", |_| {});
    check_round_trip(&mut console, [HTML, V2]);
    let mut console = Console::prepared("clevertap-sample", |_| {});
    check_round_trip(&mut console, [V2, HTML]);
}

#[test]
fn converting_every_kind_of_markup_and_back_keeps_every_message() {
    for text in [
        r#"<b>a <i>b <u>c <s>d</s></u></i></b> <i><u>e</u></i><u>f</u> 1 &lt; 2 &amp; 3 &gt; 2. (a_b*c~d`e|f) \\ #x +y -z =w {v}!"#,
        r#"<a href=\"https://x.example/?q=a_b&amp;r=(1)*2#z\">link (1)</a> and <a href='tg://user?id=42'>you</a>, {{ Profile.name | tg_html | json_escape }}."#,
        r#"<a href=\"https://x.example/{{ Profile.city | url_encode }}?a={{ Profile.plan | url_encode }}&amp;b=2\">{{ Profile.city | default: "here" | tg_html | json_escape }}</a>"#,
        r#"<pre><code class=\"language-rust\">fn f() { a\\\\b `c` }</code></pre>\nand <code>x`y\\\\z*</code> then <pre>plain *</pre>"#,
        r#"<tg-spoiler>hidden || <b>{{ Profile.first_name | escape | json_escape }}</b></tg-spoiler> <tg-emoji emoji-id=\"5368324170671202286\">👍</tg-emoji>"#,
        r#"<blockquote>one\ntwo <b>three</b>\n\nfour</blockquote>\n\n<blockquote expandable>1\n2\n3\n4\n5</blockquote>\nend"#,
        r#"{% if Profile.plan == "pro" %}<b>Pro, {{ Profile.first_name | tg_html | json_escape }}!</b>{% else %}<i>Hello.</i>{% endif %}\n{% for i in (1..3) %}- <u>no. {{ i }}</u>\n{% endfor %}{% assign x = Profile.city | default: "nowhere" %}{{ x | tg_html | json_escape }}"#,
        r#"{%- capture who -%}{{ Profile.first_name | default: "you" | tg_html | json_escape }}{%- endcapture -%}<b>{{ Profile.name | tg_html | json_escape }}</b> {%- comment -%} a *b* {%- endcomment -%} text"#,
    ] {
        let body = format!(
            "{{\n  \"chat_id\": {{{{ Profile.telegram_chat_id | default: \"NULL\" }}}},\n  \"text\": \"{text}\",\n  \"parse_mode\": \"HTML\"\n}}\n"
        );
        let mut console = Console::prepared("spring-sale", |root| {
            std::fs::write(root.join("campaigns/spring-sale.json.liquid"), &body).unwrap();
        });
        check_round_trip(&mut console, [V2, HTML]);
    }
}

#[test]
fn broken_body_can_be_repaired_with_quick_fixes_alone() {
    let body = "{
  \"chat_id\": {{ Profile.telegram_chat_id | default: \"NULL\" }},
  \"text\": \"<b>Hi {{ Profile.frist_name | capitalise | default: \"there\" }}, 2 < 3</b> & <i>more\\n{% if Profile.plan == \"pro\" %}Thanks{% endfi %}\",
  \"parse_mod\": \"HTML\",
  \"link_preview_options\": { \"is_disabled\": true },
}
";
    let mut console = Console::prepared("spring-sale", |root| {
        std::fs::write(root.join("campaigns/spring-sale.json.liquid"), body).unwrap();
    });
    let mut seen = BTreeSet::new();
    let mut log = String::new();
    for _ in 0..60 {
        let problems = console.app().screens.compose.problems();
        let codes: Vec<&str> = problems.iter().map(|problem| problem.diagnostic().code.as_str()).collect();
        seen.extend(codes.iter().copied());
        log.push_str(&format!("{codes:?}\n"));
        if !problems.iter().any(|problem| !problem.diagnostic().fixes.is_empty()) {
            break;
        }
        console.press("f8 alt-enter");
        if console.app().has_dialog() {
            console.press("enter");
        }
    }
    let left: Vec<String> = console
        .app()
        .screens
        .compose
        .problems()
        .iter()
        .map(|problem| format!("{}: {}", problem.diagnostic().code, problem.diagnostic().message))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "{log}\n{}", console.body());
    assert!(6 <= seen.len(), "{seen:?}");
    console.shows("Hi Anna, 2 < 3 & more");
}
