//! Tests of faults in branches that the profile does not take, and of correct bodies, which must have no problem.

use proptest::prelude::*;

use crate::campaign::Campaign;
use crate::compose::tests::inputs;
use crate::compose::{Inputs, compose};
use crate::profile::{Profile, Value, Vocabulary};
use crate::template::Partials;
use crate::text::LineIndex;

/// The warnings that the tests look at.
const SHOWN: [&str; 5] =
    ["address-to-end", "dropped-link", "markup-without-mode", "odd-boolean", "trailing-comma"];

/// Returns the problems of a body for a profile, each as `line:column code: message`.
fn problems(body: &str, properties: &[(&str, Value)], partials: &[(&str, &str)]) -> Vec<String> {
    let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let profile = Profile { identity: "anna".to_owned(), properties, ..Profile::default() };
    let partials =
        Partials(partials.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    let (campaign, vocabulary) = (Campaign::default(), Vocabulary::default());
    let inputs = inputs(body, &campaign, Some(&profile), None, &partials);
    let composed = compose(&Inputs { vocabulary: Some(&vocabulary), ..inputs });
    let index = LineIndex::new(body);
    let shown = composed
        .diagnostics
        .iter()
        .filter(|problem| problem.is_error() || SHOWN.contains(&problem.code.as_str()));
    shown
        .map(|problem| {
            let position = index.position(body, problem.span.start);
            format!("{}:{} {}: {}", position.line, position.column, problem.code, problem.message)
        })
        .collect()
}

#[track_caller]
fn check(body: &str, expected: &[&str]) {
    assert_eq!(problems(body, &[], &[]), expected, "{body}");
}

/// Returns a body with this text, in a parse mode.
fn message(text: &str, mode: &str) -> String {
    format!(r#"{{"chat_id": 1, "text": "{text}", "parse_mode": "{mode}"}}"#)
}

/// Returns a body with these items of a keyboard's row.
fn keyboard(items: &str) -> String {
    format!(r#"{{"chat_id": 1, "text": "a", "reply_markup": {{"keyboard": [[{items}]]}}}}"#)
}

#[test]
fn faults_in_an_untaken_branch_name_it() {
    check(
        &message("x{% if Profile.vip %}<b>VIP{% else %}no{% endif %}", "HTML"),
        &["1:46 unclosed-tag: `<b>` is never closed, in the branch `if Profile.vip` (line 1)"],
    );
    check(
        &message("x{% if Profile.vip %} say \"hi\"{% endif %}", "HTML"),
        &["1:52 not-json: not JSON: expected `,` or `}`, in the branch `if Profile.vip` (line 1)"],
    );
    check(
        &message("x{% if Profile.vip %} VIP!{% endif %}", "MarkdownV2"),
        &["1:50 reserved-character: `!` is reserved in MarkdownV2, in the branch `if Profile.vip` (line 1)"],
    );
    check(
        &message("x{% for i in Event.items %}<b>{% endfor %}", "HTML"),
        &[
            "1:52 unclosed-tag: `<b>` is never closed, when the loop `for i in Event.items` (line 1) has one item",
        ],
    );
    check(
        &message("{% case Profile.plan %}{% when 'a' %}A{% when 'b' %}<i>B{% else %}C{% endcase %}", "HTML"),
        &["1:77 unclosed-tag: `<i>` is never closed, in the branch `when 'b'` (line 1)"],
    );
    check(
        &message("{% if Profile.a %}{% if Profile.b > 5 %}<i>{% endif %}{% endif %}x", "HTML"),
        &["1:65 unclosed-tag: `<i>` is never closed, in the branch `if Profile.b > 5` (line 1)"],
    );
    check(
        &message("{% assign h = 'now' | date: '%H' | plus: 0 %}{% if h > 18 %}<i>{% endif %}x", "HTML"),
        &["1:85 unclosed-tag: `<i>` is never closed, in the branch `if h > 18` (line 1)"],
    );
    check(
        &message("<b>x{% if Profile.vip %}</b>{% endif %}", "HTML"),
        &["1:25 unclosed-tag: `<b>` is never closed"],
    );
}

#[test]
fn a_fault_in_a_partial_names_the_partial() {
    let body = message("x{% if Profile.vip %}{% render 'vip' %}{% endif %}", "HTML");
    let found = problems(&body, &[], &[("vip", "<b>V")]);
    assert_eq!(
        found,
        [
            "1:46 unclosed-tag: `<b>` is never closed (in partials/vip.liquid:1:1), in the branch `if Profile.vip` (line 1)"
        ]
    );
}

#[test]
fn commas_in_loops_are_checked() {
    let text = r#"{"text": {{ i | json }}}"#;
    let found = |items: &str| problems(&keyboard(items), &[], &[]);
    for items in [
        format!("{{% for i in Event.items %}}{text}{{% endfor %}}"),
        format!("{{% assign s = Event.items | sort %}}{{% for i in s %}}{text}{{% endfor %}}"),
        format!("{{% for i in Event.items %}}{text},{{% endfor %}}"),
        format!("{{% for i in Event.items %}},{text}{{% endfor %}}"),
        format!(
            "{{% for i in Event.items %}}{{% if i.sold %}}{{% continue %}}{{% endif %}}{text}{{% unless forloop.last %}},{{% endunless %}}{{% endfor %}}"
        ),
        format!(
            "{{% for i in Event.items %}}{text},{{% if i.sold %}}{{% break %}}{{% endif %}}{{% endfor %}}"
        ),
        format!(
            "{{% assign xs = Event.items | where: 'sold', true %}}{{% for i in xs %}}{text}{{% endfor %}}"
        ),
        format!("{{% assign xs = Profile.tags | split: ',' %}}{{% for i in xs %}}{text}{{% endfor %}}"),
    ] {
        let found = found(&items);
        assert!(found.len() == 1 && found[0].contains("not-json"), "{items}: {found:?}");
    }
    let items = format!("{{% for i in Event.items %}}{text}{{% endfor %}}");
    assert_eq!(
        found(&items),
        [
            "1:86 not-json: not JSON: expected `,` or `]`, when the loop `for i in Event.items` (line 1) has two items"
        ]
    );
}

/// Correct ways to put commas between the items of a list.
const IDIOMS: [&str; 11] = [
    "{% for i in Event.items %}{{ i | json }}{% unless forloop.last %},{% endunless %}{% endfor %}",
    "{% for i in Event.items %}{% unless forloop.first %},{% endunless %}{{ i | json }}{% endfor %}",
    "{% for i in Event.items %}{% if forloop.first %}{% else %},{% endif %}{{ i | json }}{% endfor %}",
    "{% for i in Event.items %}{{ i | json }}{% if forloop.index < forloop.length %},{% endif %}{% endfor %}",
    "{% for i in Event.items %}{% if forloop.index > 1 %},{% endif %}{{ i | json }}{% endfor %}",
    "{% assign sep = '' %}{% for i in Event.items %}{{ sep }}{{ i | json }}{% assign sep = ',' %}{% endfor %}",
    "{% capture c %}{% for i in Event.items %}{{ i | json }},{% endfor %}{% endcapture %}{{ c | append: ']' | replace: ',]', ']' | remove: ']' }}",
    "{% assign any = false %}{% for i in Event.items %}{% if i.sold %}{% continue %}{% endif %}{% if any %},{% endif %}{{ i.name | json }}{% assign any = true %}{% endfor %}",
    "{% for i in Event.items limit: 2 %}{{ i.name | json }}{% unless forloop.last %},{% endunless %}{% endfor %}",
    "{% for i in Event.items %}{{ i | json }},{% endfor %}\"z\"",
    "{% for i in Event.items %}{% cycle '', ',', ',', ',' %}{{ i | json }}{% endfor %}",
];

#[test]
fn correct_idioms_have_no_problem() {
    for idiom in IDIOMS {
        check(&keyboard(idiom), &[]);
    }
    check(&message("{% if Profile.x %}<b>{% endif %}x{% if Profile.x %}</b>{% endif %}", "HTML"), &[]);
    check(
        &message(
            "{% if Profile.x %}<b>{% endif %}x{% unless Profile.x == blank %}</b>{% endunless %}",
            "HTML",
        ),
        &[],
    );
    check(
        r#"{"chat_id": 1, "text": {% if Profile.x %}"{% else %}"a {% endif %}x{% if Profile.x %}"{% else %}"{% endif %}}"#,
        &[],
    );
    check(
        r#"{"chat_id": 1, {% if Profile.x %}"text": "{% endif %}{% if Profile.x == nil %}"text": "b{% endif %}x"}"#,
        &[],
    );
    check(
        r#"{"chat_id": {{ Profile.id }}{% if Profile.vip %}, "text": "a"{% else %}, "text": "b"{% endif %}}"#,
        &["1:13 no-chat-id: this profile has no id, so it would be skipped"],
    );
}

#[test]
fn rows_that_a_loop_opens_and_closes_have_no_false_alarm() {
    let button = r#"{"text": {{ i.title | json }}, "url": "https://shop.example"}"#;
    for (first, last) in [
        ("{% if forloop.first %}[{% endif %}", "{% if forloop.last %}]{% else %},{% endif %}"),
        ("{% if forloop.index0 == 0 %}[{% endif %}", "{% if forloop.last %}]{% else %},{% endif %}"),
        ("{% if forloop.first %}[{% endif %}", "{% unless forloop.last %},{% else %}]{% endunless %}"),
        (
            "{% assign m = forloop.index0 | modulo: 2 %}{% if m == 0 %}[{% endif %}",
            "{% if m == 1 or forloop.last %}]{% endif %}{% unless forloop.last %},{% endunless %}",
        ),
    ] {
        let rows = format!("{{% for i in Event.Items %}}{first}{button}{last}{{% endfor %}}");
        for keyboard in [rows.clone(), format!("{{% if Event.Items %}}{rows}{{% endif %}}")] {
            check(
                &format!(
                    r#"{{"chat_id": 1, "text": "a", "reply_markup": {{"inline_keyboard": [{keyboard}]}}}}"#
                ),
                &[],
            );
        }
    }
    let rows = format!(
        r#"{{% for i in Event.Items %}}{{% if forloop.first %}}, "reply_markup": {{"inline_keyboard": [[{{% endif %}}{button}{{% if forloop.last %}}]]}}{{% else %}},{{% endif %}}{{% endfor %}}"#
    );
    check(&format!(r#"{{"chat_id": 1, "text": "Hi"{rows}}}"#), &[]);
}

#[test]
fn commas_after_more_than_two_items_are_checked() {
    let text = r#"{"text": {{ i | json }}}"#;
    let comma = "{% unless forloop.last %},{% endunless %}";
    let all = |body: &str| format!("{{% for i in Event.items %}}{body}{{% endfor %}}");
    for items in [
        all(&format!("{text}{comma}{{% if forloop.index == 2 %}}{{% break %}}{{% endif %}}")),
        all(&format!("{text}{comma}{{% if forloop.index == 3 %}}{{% break %}}{{% endif %}}")),
        all(&format!("{text}{comma}{{% if forloop.index == 4 %}}{{% break %}}{{% endif %}}")),
        all(&format!("{text}{comma}{{% if forloop.index >= 3 %}}{{% break %}}{{% endif %}}")),
        all(&format!("{{% if forloop.index > 3 %}}{{% break %}}{{% endif %}}{text}{comma}")),
        all(&format!("{{% if forloop.index0 > 6 %}}{{% break %}}{{% endif %}}{text}{comma}")),
        all(&format!("{{% if forloop.index <= 3 %}}{text}{comma}{{% endif %}}")),
        all(&format!("{{% if 4 > forloop.index %}}{text}{comma}{{% endif %}}")),
        all(&format!(
            "{{% assign m = forloop.index | modulo: 3 %}}{text}{{% if m != 0 %}}{comma}{{% endif %}}"
        )),
        all(&format!("{text}{{% cycle ',', '],[' %}}")),
        format!("{{% for i in Event.items offset: 5 %}}{text},{{% endfor %}}"),
        format!("{{% for i in Event.items limit: 3 offset: 2 %}}{text},{{% endfor %}}"),
        format!(
            "{{% assign n = 0 %}}{{% for i in Event.items %}}{text}{comma}{{% assign n = n | plus: 1 %}}{{% if n == 3 %}}{{% break %}}{{% endif %}}{{% endfor %}}"
        ),
        format!(
            "{{% assign xs = Profile.tags | split: ',' %}}{{% for i in xs %}}{text}{comma}{{% if forloop.index == 5 %}}{{% break %}}{{% endif %}}{{% endfor %}}"
        ),
    ] {
        let found = problems(&keyboard(&items), &[], &[]);
        let is_right =
            found.len() == 1 && (found[0].contains("not-json") || found[0].contains("trailing-comma"));
        assert!(is_right, "{items}: {found:?}");
    }
    let items = all(&format!("{text}{{% if forloop.index < 3 %}}{comma}{{% endif %}}"));
    assert_eq!(
        problems(&keyboard(&items), &[], &[]),
        [
            "1:86 not-json: not JSON: expected `,` or `]`, when the loop `for i in Event.items` (line 1) has 4 items"
        ]
    );
}

#[test]
fn quotes_around_a_value_are_found() {
    for text in [
        "x{% if Profile.vip %} say \"{{ Profile.first_name | tg_html | json_escape }}\"{% endif %}",
        "x{% unless Profile.free %}\"{{ Profile.points }}\"{% endunless %}",
        "x{% for f in Profile.favs %}\"{{ f | tg_html | json_escape }}\"{% endfor %}",
        "x{% if Profile.vip %}<a href=\"{{ Profile.note | tg_html | json_escape }}\">q</a>{% endif %}",
        "x{% case Profile.lang %}{% when \"de\" %}\"{{ Profile.points }}\" du{% else %}you{% endcase %}",
    ] {
        let found = problems(&message(text, "HTML"), &[], &[]);
        assert!(found.len() == 1 && found[0].contains("not-json"), "{text}: {found:?}");
    }
    let text = "x \"{{ 'Anna' | append: Profile.x | tg_html | json_escape }}\"";
    let found = problems(&message(text, "HTML"), &[], &[]);
    assert!(found.len() == 1 && found[0].contains("this `\"` ends the string"), "{text}: {found:?}");
    // The values are JSON, and the quotes before them are right.
    for more in ["{{ Event.more }}", "{{ Event.more }}, \"protect_content\": true"] {
        let body = format!(r#"{{"chat_id": 1, "text": "a"{{% if Profile.vip %}}{more}{{% endif %}}}}"#);
        let found = problems(&body, &[], &[]);
        assert!(!found.iter().any(|found| found.contains("ends the string")), "{body}: {found:?}");
    }
}

#[test]
fn literals_count_as_typed() {
    for (text, mode, expected) in [
        (
            "{% assign t = 'a' %}{% if Profile.vip %}{% assign t = '<b>VIP' %}{% endif %}x{{ t }}",
            "HTML",
            "unclosed-tag",
        ),
        (
            "{% assign t = 'a' %}{% if Profile.vip %}{% assign t = 'Hallo!' %}{% endif %}x{{ t }}",
            "MarkdownV2",
            "reserved-character",
        ),
        ("x{% if Profile.vip %}{{ '<b>' }}{% endif %}", "HTML", "unclosed-tag"),
        ("x{% if Profile.vip %}{% echo '<b>' %}{% endif %}", "HTML", "unclosed-tag"),
        ("x{% for i in Event.items %}{% cycle 'a', '<b>' %}{% endfor %}", "HTML", "unclosed-tag"),
    ] {
        let found = problems(&message(text, mode), &[], &[]);
        assert!(!found.is_empty() && found.iter().all(|found| found.contains(expected)), "{text}: {found:?}");
    }
    let text = "{% assign t = '<b>a' %}{% if Profile.vip %}{% assign t = Profile.x | tg_html | json_escape %}{% endif %}{{ t }}{% unless Profile.vip %}</b>{% endunless %}";
    check(&message(text, "HTML"), &[]);
}

#[test]
fn requests_of_other_branches_are_checked() {
    let keyboard = |buttons: &str| {
        format!(r#"{{"chat_id": 1, "text": "a", "reply_markup": {{"inline_keyboard": [{buttons}]}}}}"#)
    };
    let all = r#"[{"text": "All", "url": "https://shop.example"}]"#;
    for (body, expected) in [
        (keyboard(&format!(r#"{all}{{% if Profile.vip %}},[{{"text": "VIP"}}]{{% endif %}}"#)), "refused"),
        (
            r#"{"chat_id": 1, "text": "a", "parse_mode": "{% if Profile.vip %}HTLM{% else %}HTML{% endif %}"}"#
                .to_owned(),
            "refused",
        ),
        (
            r#"{"chat_id": 1, "text": "a", "disable_notification": {% if Profile.vip %}"on"{% else %}true{% endif %}}"#
                .to_owned(),
            "odd-boolean",
        ),
        (message("x{% if Profile.vip %}<a href=\\\"localhost\\\">a</a>{% endif %}", "HTML"), "dropped-link"),
    ] {
        let found = problems(&body, &[], &[]);
        let is_right = found.len() == 1
            && found[0].contains(expected)
            && found[0].ends_with("in the branch `if Profile.vip` (line 1)");
        assert!(is_right, "{body}: {found:?}");
    }
    let item = r#"[{"text": {{ i.name | json }}, "url": {{ i.url | json }}}]"#;
    check(&keyboard(&format!("{all}{{% for i in Event.items %}},{item}{{% endfor %}}")), &[]);
    check(
        r#"{"chat_id": 1, "text": "{% if Profile.vip %}a{% endif %}{% for i in Event.items %}b{% endfor %}", "parse_mode": "{{ Profile.mode }}"}"#,
        &["1:24 refused: Telegram would refuse this: Bad Request: message text is empty"],
    );
}

#[test]
fn captured_text_that_is_trimmed_has_no_false_alarm() {
    let body = r#"{% capture b %}{% for i in Event.items %}{"text": {{ i | json }}},{% endfor %}]{% endcapture %}{"chat_id": 1, "text": "a", "reply_markup": {"keyboard": [[{{ b | replace: ",]", "]" }}]}}"#;
    check(body, &[]);
    let body = r#"{% capture b %}{% for i in Event.items %}{"text": {{ i | json }}},{% endfor %}]{% endcapture %}{% assign b = b | replace: ",]", "]" %}{"chat_id": 1, "text": "a", "reply_markup": {"keyboard": [[{{ b }}]}}"#;
    check(body, &[]);
}

#[test]
fn a_counter_before_the_json_is_named() {
    check(
        r#"{% increment c %}{"chat_id": 1, "text": "a"}"#,
        &["1:1 not-json: {% increment c %} prints `0` before the JSON"],
    );
}

#[test]
fn a_fault_of_another_branch_does_not_stop_a_test() {
    let body = message("x{% if Profile.vip %}<b>VIP{% endif %}", "HTML");
    let (campaign, partials) = (Campaign::default(), Partials::default());
    let composed = compose(&inputs(&body, &campaign, None, None, &partials));
    assert_eq!(composed.problems_of_others, composed.diagnostics);
    assert_eq!(composed.diagnostics.len(), 1);
}

/// A valid part of a message. `@` marks where a fault can be inserted.
const PARTS: [&str; 8] = [
    "a@ ",
    "<b>b@</b>",
    "{% if Profile.vip %}a@{% else %}b@{% endif %}",
    "{% unless Profile.vip == blank %}a@{% endunless %}",
    "{% case Profile.plan %}{% when 'gold', 'silver' %}a@{% when 'free' %}b@{% else %}c@{% endcase %}",
    "{% for i in Event.items %}{{ i.name | tg_html | json_escape }}@{% else %}none@{% endfor %}",
    "{% if Profile.score > 5 and Profile.vip %}{% if Profile.city == 'Berlin' %}a@{% elsif Profile.city contains 'ber' %}b@{% endif %}{% endif %}",
    "{% for i in Event.items %}{% if i.sold %}{% continue %}{% endif %}{% if forloop.last %}a@{% endif %}{% endfor %}",
];

const FAULTS: [&str; 4] = ["<b>", "</i>", "\"", "\\q"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_literal_fault_is_found_in_any_branch(
        parts in prop::collection::vec(0..PARTS.len(), 1..5),
        fault in 0..FAULTS.len(),
        at in any::<prop::sample::Index>(),
        is_vip in any::<bool>(),
    ) {
        let text: String = std::iter::once("x").chain(parts.iter().map(|part| PARTS[*part])).collect();
        let pieces: Vec<&str> = text.split('@').collect();
        let at = at.index(pieces.len() - 1);
        let properties: &[(&str, Value)] = if is_vip { &[("vip", Value::Boolean(true))] } else { &[] };
        let right = message(&pieces.concat(), "HTML");
        prop_assert_eq!(problems(&right, properties, &[]), Vec::<String>::new(), "{}", right);
        let before = pieces[..=at].concat();
        let wrong = message(&format!("{before}{}{}", FAULTS[fault], pieces[at + 1..].concat()), "HTML");
        let found = problems(&wrong, properties, &[]);
        prop_assert!(!found.is_empty(), "{}", wrong);
    }

    #[test]
    fn correct_idioms_together_have_no_problem(
        idioms in prop::collection::vec(0..IDIOMS.len(), 1..4),
        text in prop::collection::vec(0..PARTS.len(), 1..4),
    ) {
        // Cycles with the same values share one position, so each needs a name of its own.
        let named = |(row, idiom): (usize, &usize)| {
            format!("[{}]", IDIOMS[*idiom].replace("{% cycle ", &format!("{{% cycle 'row{row}': ")))
        };
        let rows: Vec<String> = idioms.iter().enumerate().map(named).collect();
        let text: String = text.iter().map(|part| PARTS[*part].replace('@', "")).collect();
        let body = format!(
            r#"{{"chat_id": 1, "text": "x{text}", "parse_mode": "HTML", "reply_markup": {{"keyboard": [{}]}}}}"#,
            rows.join(", ")
        );
        prop_assert_eq!(problems(&body, &[], &[]), Vec::<String>::new(), "{}", body);
    }
}
