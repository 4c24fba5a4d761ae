//! Tests of Shopify's Liquid rules, which `debug liquid` follows.

use serde_json::{Value as Json, json};

use super::*;

fn render(source: &str, data: Json, partials: &[(&str, &str)]) -> Result<String, String> {
    let named = |(name, source): &(&str, &str)| ((*name).to_owned(), (*source).to_owned());
    let (template, _) = parse_shopify(source, &Partials(partials.iter().map(named).collect()));
    let now = "2026-11-22T22:30:00Z".parse().unwrap();
    match template.render_data(&Value::from(data), now, &TimeZone::UTC, Limits::default()) {
        RenderOutcome::Rendered(rendered) => Ok(rendered.text),
        RenderOutcome::Failed(problem) => Err(problem.message),
        RenderOutcome::Aborted { .. } => Err("aborted".to_owned()),
    }
}

#[track_caller]
fn check(source: &str, data: Json, expected: &str) {
    assert_eq!(render(source, data, &[]).as_deref(), Ok(expected), "{source}");
}

#[track_caller]
fn check_partials(source: &str, partials: &[(&str, &str)], expected: &str) {
    assert_eq!(render(source, json!({}), partials).as_deref(), Ok(expected), "{source}");
}

#[track_caller]
fn check_failure(source: &str, expected: &str) {
    assert_eq!(render(source, json!({}), &[]).unwrap_err(), expected, "{source}");
}

#[test]
fn rendered_partial_cannot_include() {
    let partials = [("a", "{% include 'p' %}"), ("b", "{% render 'p' %}"), ("p", "p")];
    let failure = render("{% render 'a' %}", json!({}), &partials).unwrap_err();
    assert_eq!(
        failure,
        "`include` is not allowed in a partial called with `render` (in partials/a.liquid:1:1)"
    );
    check_partials("{% include 'a' %}{% render 'b' %}{% include 'b' %}", &partials, "ppp");
}

#[test]
fn included_partial_reads_the_variable_of_its_name() {
    let rendered = |source| render(source, json!({"p": [1, 2]}), &[("p", "[{{ p }}{{ q }}]")]);
    assert_eq!(rendered("{% include 'p' %}").as_deref(), Ok("[1][2]"));
    assert_eq!(rendered("{% include 'p', q: 3 %}").as_deref(), Ok("[13][23]"));
    assert_eq!(rendered("{% include 'p' with 5 %}").as_deref(), Ok("[5]"));
    check_partials("{% include 'p', p: 4 %}{% include 'p' %}", &[("p", "[{{ p }}]")], "[][]");
}

#[test]
fn rendered_partial_iterates_an_object_and_nil_keeps_its_argument() {
    let pairs = [("p", "{{ forloop.index }}{{ p[0] }}{{ p[1] }};")];
    let list = [("p", "{{ x }};")];
    let rendered =
        |source, partials| render(source, json!({"h": {"a": 1, "b": 2}, "l": [1, null]}), partials);
    assert_eq!(rendered("{% render 'p' for h %}", &pairs).as_deref(), Ok("1a1;2b2;"));
    assert_eq!(rendered("{% render 'p' for l as x, x: 5 %}", &list).as_deref(), Ok("1;5;"));
    assert_eq!(rendered("{% render 'p' with nothing as x, x: 5 %}", &list).as_deref(), Ok("5;"));
    assert_eq!(rendered("{% render 'p' with false as x, x: 5 %}", &list).as_deref(), Ok("false;"));
}

#[test]
fn each_line_of_an_inline_comment_needs_a_hash_sign() {
    check_failure("{% # a\n b %}x", "this comment line has no `#`");
    check_failure("{%- #\n\n a\n b -%}x", "this comment line has no `#`");
    check("{% # a\n # b\n\n\t#c\r\n %}x", json!({}), "x");
}

#[test]
fn liquid_can_be_commented_out() {
    check("{% # {{ x }} %}a", json!({}), "a");
    check("{% liquid\n # {{ x }}\n echo 'a' %}", json!({}), "a");
    check("{%- liquid\n comment\n {{ x }}\n endcomment\n echo 'a' -%}", json!({}), "a");
    check_failure("{% liquid\nraw\n{{ a }}\nendraw\n%}", "`raw` is not allowed in `liquid`");
    check_failure("{% # {{ x }} a {% if x %}", "`{%` is never closed");
    check_failure("{% liquid echo 1\n{{ x }} a", "`{%` is never closed");
}

#[test]
fn cycles_of_the_same_constants_share_their_position() {
    check("{% cycle 'a', 'b' %}{% cycle 'a',\"b\" %}{% cycle 1, 'b' %}", json!({}), "ab1");
    check("{% cycle 1, 2 %}{% cycle '1', '2' %}", json!({}), "11");
    check("{% cycle 1: 'a', 'b' %}{% cycle '1': 'a', 'b' %}{% cycle 1: 'a', 'b' %}", json!({}), "aab");
    check("{% cycle a, b %}{% cycle a, b %}", json!({"a": 1, "b": 2}), "11");
    check("{% for i in (1..3) %}{% cycle a, b %}{% endfor %}", json!({"a": 1, "b": 2}), "121");
}

#[test]
fn url_safe_base64_needs_no_padding() {
    check("{{ 'XyMvLg' | base64_url_safe_decode }}", json!({}), "_#/.");
    check("{{ 'XyMvLg==' | base64_url_safe_decode }}", json!({}), "_#/.");
    check_failure(
        "{{ 'XyMvLg=' | base64_url_safe_decode }}",
        "`base64_url_safe_decode`: this is not valid base64",
    );
}

#[test]
fn filters_see_lists_and_objects_as_ruby_inspects_them() {
    let data = || json!({"a": [1, null, "x", [true, 2.5]], "o": {"a": 1, "b": ["c"]}});
    check(
        "{{ a }} {{ o }} {{ a | join: '-' }}",
        data(),
        "1xtrue2.5 {\"a\"=>1, \"b\"=>[\"c\"]} 1--x-true-2.5",
    );
    check("{{ a | append: '' }}", data(), r#"[1, nil, "x", [true, 2.5]]"#);
    check(
        "{{ '' | append: a }}{{ a | upcase }}",
        data(),
        r#"[1, nil, "x", [true, 2.5]][1, NIL, "X", [TRUE, 2.5]]"#,
    );
    check(
        "{{ o | prepend: '' }}{{ o | replace: '\"', '' }}",
        data(),
        r#"{"a"=>1, "b"=>["c"]}{a=>1, b=>[c]}"#,
    );
    check("{{ a | truncate: 8 }} {{ o | escape | slice: 0, 8 }}", data(), "[1, n... {&quot;a");
    check("{{ a | split: ', ' | first }} {{ a | url_encode | slice: 0, 7 }}", data(), "[1 %5B1%2C");
    check("{{ a | size }} {{ a | first }} {{ o | size }}", data(), "4 1 2");
    check("{% if '[1, nil]' contains b %}yes{% endif %}", json!({"b": [1, null]}), "yes");
}

#[test]
fn inspected_texts_are_escaped_as_in_ruby() {
    let inspected = |text: &str| render("{{ a | append: '' }}", json!({"a": [text]}), &[]).unwrap();
    assert_eq!(inspected("a\"\\\n\t\r\u{1b}\u{7}\u{b}"), r#"["a\"\\\n\t\r\e\a\v"]"#);
    assert_eq!(inspected("#{a} #$ #@ # #a é"), r##"["\#{a} \#$ \#@ # #a é"]"##);
    assert_eq!(inspected("\u{0}\u{7f}\u{85}\u{2028}"), r#"["\u0000\x7F\u0085\u2028"]"#);
}

#[test]
fn a_date_keeps_the_zone_it_is_written_with() {
    let dates = [
        ("2016-03-04 15:06:07 +0300", "2016-03-04 15:06:07 +0300"),
        ("Sat Mar 5 10:00:00 EST 2016", "2016-03-05 10:00:00 -0500"),
        ("March 5, 2016 10:00 pm PST", "2016-03-05 22:00:00 -0800"),
        ("20160304T150607Z", "2016-03-04 15:06:07 +0000"),
        ("20160304t1506+0530", "2016-03-04 15:06:00 +0530"),
        ("2016-03-04T15:06:07.5-02:00", "2016-03-04 15:06:07 -0200"),
        ("2016-03-04 15:06:07", "2016-03-04 15:06:07 +0000"),
        ("14-oct-2016", "2016-10-14 00:00:00 +0000"),
        ("20160304T15Z", "20160304T15Z"),
    ];
    for (text, expected) in dates {
        check("{{ d | date: '%F %T %z' }}", json!({"d": text}), expected);
    }
    check("{{ 1457103967 | date: '%F %T %z' }}", json!({}), "2016-03-04 15:06:07 +0000");
}

#[test]
fn counters_start_from_the_data_of_the_same_name() {
    check("{% increment x %}{{ x }}", json!({"x": 5}), "56");
    check("{% decrement x %}{{ x }}", json!({"x": 5}), "44");
    check("{% assign x = 9 %}{% increment x %}{% increment x %}{{ x }}", json!({"x": null}), "019");
    let error = render("{% increment x %}", json!({"x": "5"}), &[]).unwrap_err();
    assert_eq!(error, "`x` is not a whole number, so it cannot be a counter");
    check_failure("{% increment %}", "expected a counter name");
    check_failure("{% decrement 'x' %}", "expected a counter name");
}

#[test]
fn rendered_partial_does_not_see_the_data() {
    let rendered = |source| render(source, json!({"x": 5}), &[("p", "[{{ x }}{% increment x %}{{ x }}]")]);
    assert_eq!(rendered("{% render 'p' %}{% render 'p' %}{{ x }}").as_deref(), Ok("[01][01]5"));
    assert_eq!(rendered("{% render 'p', x: 7 %}{% include 'p' %}").as_deref(), Ok("[707][556]"));
}

#[test]
fn broken_partial_fails_only_if_it_is_reached() {
    let partials = [("bad", "{% if %}"), ("good", "good"), ("worse", "{% render 'gone' %}")];
    check_partials("{% if false %}{% include 'bad' %}{% render 'gone' %}{% endif %}a", &partials, "a");
    check_partials("{% assign name = 'good' %}{% include name %}", &partials, "good");
    let failure = |source| render(source, json!({}), &partials).unwrap_err();
    assert_eq!(failure("{% include 'bad' %}"), "expected a value (in partials/bad.liquid:1:6)");
    assert_eq!(
        failure("{% assign name = 'bad' %}{% include name %}"),
        "expected a value (in partials/bad.liquid:1:6)"
    );
    assert_eq!(failure("{% render 'worse' %}"), "there is no partial `gone` (in partials/worse.liquid:1:11)");
    let severities = |source| -> Vec<_> {
        let partials = Partials(partials.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
        parse_shopify(source, &partials).1.iter().map(|problem| problem.severity.as_str()).collect()
    };
    assert_eq!(severities("{% include name %}"), ["warning"; 3]);
    assert_eq!(severities("{% include 'bad' %}"), ["error"; 2]);
    assert_eq!(severities("{% include name %}{% include 'bad' %}"), ["warning", "error", "error"]);
}

#[test]
fn text_is_converted_to_numbers_as_in_ruby() {
    check("{{ '1_000' | plus: 1 }} {{ '1__0' | plus: 1 }} {{ '_1' | plus: 1 }}", json!({}), "1001 2 1");
    check("{{ '1_000.5' | plus: 1 }} {{ '+7 apples' | plus: 1 }}", json!({}), "1001 8");
    check("{{ 'hello' | slice: '1', ' 1_0 ' }}", json!({}), "ello");
    check_failure("{{ 'hello' | slice: '1_' }}", "`slice`: expected a whole number");
}

#[test]
fn case_changes_letter_by_letter_as_in_ruby() {
    check("{{ 'Straße ŉ' | upcase }}", json!({}), "STRASSE ʼN");
    // There is no special rule for a final sigma or for a Turkish i.
    check("{{ 'ΟΔΟΣ' | downcase }} {{ 'İI' | downcase }}", json!({}), "οδοσ i\u{307}i");
    check(
        "{{ x | upcase }}{{ true | upcase }} {{ x | downcase }}{{ 1.5 | downcase }}",
        json!({}),
        "TRUE 1.5",
    );
}

#[test]
fn escape_also_escapes_existing_entities() {
    check(
        "{{ t | escape }} {{ t | h }}",
        json!({"t": "<'&lt;\">"}),
        "&lt;&#39;&amp;lt;&quot;&gt; &lt;&#39;&amp;lt;&quot;&gt;",
    );
    check(
        "{{ x | escape }}{{ false | escape }}{{ l | escape }}",
        json!({"l": ["<"]}),
        "false[&quot;&lt;&quot;]",
    );
}

#[test]
fn strip_removes_the_same_characters_as_ruby() {
    let data = || json!({"a": "\u{0} \u{b}\ta\u{a0}\n\u{0}"});
    check("[{{ a | strip }}]", data(), "[a\u{a0}]");
    check("[{{ a | lstrip }}]", data(), "[a\u{a0}\n\u{0}]");
    check("[{{ a | rstrip }}]", data(), "[\u{0} \u{b}\ta\u{a0}]");
}

#[test]
fn unexpected_types_behave_as_in_shopify() {
    check("{{ 5 | size }} {{ x.size }} {{ 5.5 | size }} {{ true | size }}", json!({"x": 1}), "8 8 0 0");
    check("[{{ a[1.5] }}{{ a[1] }}]", json!({"a": [1, 2]}), "[2]");
    check("{{ nil | default: 'b', maybe: true }}", json!({}), "b");
    check("{{ false | default: 'b', maybe: true, allow_false: true }}", json!({}), "false");
}

#[test]
fn tablerow_truncates_numbers_and_ignores_reversed() {
    let cells = |source: &str| {
        let table = render(source, json!({"n": null}), &[]).unwrap();
        table
            .replace("<tr class=\"row", "r")
            .replace("<td class=\"col", "c")
            .replace("</td>", "")
            .replace("</tr>", "")
    };
    let whole = "r1\">\nc1\">1c2\">2\nr2\">c1\">3\n";
    assert_eq!(cells("{% tablerow i in (1..3) cols: 2.9 %}{{ i }}{% endtablerow %}"), whole);
    assert_eq!(cells("{% tablerow i in (1..3) cols: '2x' %}{{ i }}{% endtablerow %}"), whole);
    assert_eq!(cells("{% tablerow i in (1..3) reversed cols: 2 %}{{ i }}{% endtablerow %}"), whole);
    assert_eq!(
        cells("{% tablerow i in (0..9) offset: 1.5, limit: '3', cols: 2 %}{{ i }}{% endtablerow %}"),
        whole
    );
    assert_eq!(cells("{% tablerow i in (1..3) limit: 'all' %}{{ i }}{% endtablerow %}"), "r1\">\n\n");
    assert_eq!(cells("{% tablerow i in (1..3) limit: n %}{{ i }}{% endtablerow %}"), "r1\">\n\n");
    assert_eq!(
        cells("{% tablerow i in (1..2) cols: 0 %}{{ tablerowloop.col_last }}{% endtablerow %}"),
        "r1\">\nc1\">falsec2\">false\n"
    );
    check_failure("{% tablerow i in (1..3) cols: true %}{% endtablerow %}", "expected a whole number");
}
