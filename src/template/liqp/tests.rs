//! LiqP's own answers to templates, one or more for each kind of difference from Shopify's rules.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::super::{Limits, RenderOutcome, parse_shopify};
use super::grammar;
use crate::profile::Value;
use crate::template::Partials;

const DATA: &str = r#"{
    "name": "Anna", "n": 5, "f": 1.5, "big": 12500000.5, "t": "12", "e": "", "nil": null, "l": [3, 1, 2],
    "w": ["b", "a", "B"], "x": [1, null, [2, 3]], "o": {"a": 1, "size": 9}, "os": [{"k": "b"}, {"k": "a"}],
    "p": "<i>it's</i> \"q\"", "flag": true
}"#;

/// The templates with what LiqP 0.7.9 prints, or `None` if it refuses the template or fails. The answers were recorded
/// from that release, built from its source, in UTC.
#[rustfmt::skip]
const ANSWERS: &[(&str, Option<&str>)] = &[
    // grammar
    ("{% for i in l reversed %}{{ i }}{% endfor %}", None),
    ("{% for i in l limit:2, offset:1 %}{{ i }}{% endfor %}", None),
    ("{% for i in l limit:2 offset:1 %}{{ i }}{% endfor %}", Some("12")),
    ("{% unless flag %}a{% elsif n %}b{% endunless %}", None),
    ("{% case n %}{% else %}b{% endcase %}", None),
    ("{% case n %}{% comment %}c{% endcomment %}{% when 5 %}five{% endcase %}", None),
    ("{% case n %} text {% when 5 %}five{% endcase %}", Some("five")),
    ("{% for x in \"text\" %}{{ x }}{% endfor %}", None),
    ("{% for i in (1..2) %}a{% else %}b{% endfor %}", None),
    ("{% tablerow i in (1..3) %}{{ i }}{% endtablerow %}", None),
    ("{% assign r = (1..3) %}", None),
    ("{{ }}", None),
    ("{{ name | upcase-}}", None),
    ("{% if n %}a{%-else-%}b{% endif %}", None),
    ("{% assign in = 1 %}", None),
    ("{% assign endpoint = 1 %}", None),
    ("{{ o.blank }}", None),
    ("{{ [\"name\"] }}", Some("Anna")),
    ("{{ [name].x }}", None),
    ("{% echo name %}", None),
    ("{% # note %}", None),
    ("{{ name | nosuch }}", None),
    ("{% if false %}{{ name | nosuch }}{% endif %}", None),
    ("{% comment %} \"quoted {{ \" }} {% endcomment %}", None),
    ("{% comment %} it's {% endcomment %}ok", Some("ok")),
    ("{% comment %}{{ ' }}{% endcomment %}", None),
    ("{% raw %}{{ name }}{%- endraw %}", None),
    ("{% raw %}{{ name }}{% endraw %}", Some("{{ name }}")),
    ("{{ name | append: \"x\", }}", None),
    ("{{ 99999999999999999999 }}", None),
    ("{% include name %}", None),
    ("{% include 'x', a: 1 %}", None),
    ("{% break %}{% comment %}{% comment %}a{% endcomment %}{% endcomment %}", Some("")),
    // truth and comparison
    ("{% if nil == blank %}a{% else %}b{% endif %}", Some("b")),
    ("{% if e != blank %}a{% else %}b{% endif %}", Some("a")),
    ("{% if e == empty %}a{% endif %}", Some("a")),
    ("{% if o == empty %}a{% else %}b{% endif %}", Some("b")),
    ("{% if empty == nil %}a{% else %}b{% endif %}", Some("b")),
    ("{% if 'a' < 'b' %}a{% else %}b{% endif %}", Some("b")),
    ("{% if t > 5 %}a{% else %}b{% endif %}", Some("b")),
    ("{% if n > 4.5 %}a{% endif %}", Some("a")),
    ("{% if n == 5.0 %}a{% endif %}", Some("a")),
    ("{% if l contains 1 %}a{% else %}b{% endif %}", Some("b")),
    ("{% if w contains 'a' %}a{% endif %}", Some("a")),
    ("{% if name contains nil %}a{% else %}b{% endif %}", Some("a")),
    ("{% if o contains 'a' %}a{% else %}b{% endif %}", Some("b")),
    ("{% assign a = 'x,y' | split: ',' %}{% assign b = 'x,y' | split: ',' %}{% if a == b %}a{% else %}b{% endif %}", Some("b")),
    ("{% case e %}{% when blank %}blank{% when empty %}empty{% endcase %}", Some("empty")),
    ("{% case n %}{% when 5 %}a{% when 5 %}b{% endcase %}", Some("a")),
    ("{% if 0 %}a{% endif %}", Some("a")),
    // values
    ("{{ big }}", Some("1.25000005E7")),
    ("{{ 100000.0 }} {{ 0.00001 }}", Some("100000.0 1.0E-5")),
    ("{{ x }}", Some("1null[2, 3]")),
    ("{% for i in n %}{{ x }}{% endfor %}", Some("123")),
    ("{% for i in (1..1) %}{{ x }}{% endfor %}", Some("1null[2, 3]")),
    ("{{ o }}", Some("{a=1, size=9}")),
    ("{{ o.size }} {{ w.size }} {{ name.size }}", Some("9 3 4")),
    ("{{ w[\"first\"] }}{{ o[\"size\"] }}", Some("9")),
    ("{{ l[9] }}", None),
    ("{{ l[-1] }}", None),
    ("{{ name[0] }}", Some("")),
    ("{{ n.size }}", Some("")),
    ("{{ name? }}", Some("Anna")),
    ("{{ nil }}{{ e }}", Some("")),
    // whitespace and loops
    ("[{% if n %}\n{% assign y = 1 %}\n{% endif %}]", Some("[\n\n]")),
    ("[{% for i in l %} {% endfor %}]", Some("[   ]")),
    ("{% for i in n %}{{ i }}{% endfor %}{% for i in e %}[{{ i }}]{% endfor %}", Some("5[]")),
    ("{% for i in o %}{{ i[0] }}={{ i[1] }},{% endfor %}", Some("a=1,size=9,")),
    ("{% for i in o %}{{ i }},{% endfor %}", Some("a1,size9,")),
    ("{% for i in l limit: 2 %}{{ forloop.length }}{{ forloop.rindex }}{{ forloop.last }} {% endfor %}", Some("22false 21true ")),
    ("{% for i in l offset: 1 %}{{ forloop.length }}{{ forloop.rindex }} {% endfor %}", Some("33 32 ")),
    ("{% for i in (1..3) %}{{ forloop.length }}{{ forloop.rindex0 }}{{ forloop.name }} {% endfor %}", Some("21 20 2-1 ")),
    ("{% for i in l %}{{ forloop.name }}{{ forloop.parentloop.index }}{% break %}{% endfor %}", Some("i-l")),
    ("{% for i in l %}a{% if i == 1 %}b{% break %}{% endif %}c{% endfor %}", Some("aca")),
    ("a{% break %}b", Some("")),
    ("{% capture c %}a{% break %}b{% endcapture %}[{{ c }}]", Some("")),
    ("{% for i in l limit: 1 %}{{ i }}{% endfor %}{% for i in l offset: continue %}{{ i }}{% endfor %}", Some("312")),
    ("{% for i in l limit: 'x' %}{{ i }}{% endfor %}", Some("312")),
    ("{% for i in l offset: -1 %}{{ i }}{% endfor %}", None),
    ("{% for i in (1..3) %}{{ i }}{{ l[i] }},{% endfor %}", Some("11,22,3")),
    ("{% for i in (nil..3) %}{{ i }}{% endfor %}", Some("")),
    ("{% tablerow i in l cols: 2 %}{{ i }}{{ tablerowloop.length }}{% endtablerow %}", Some("<tr class=\"row1\">\n<td class=\"col1\">33</td><td class=\"col2\">13</td></tr>\n<tr class=\"row2\"><td class=\"col1\">23</td></tr>\n")),
    ("{% tablerow i in l limit: 0 %}{% endtablerow %}{{ i }}", Some("<tr class=\"row1\">\n</tr>\n")),
    // tags
    ("{% cycle 'a', 'b' %}{% cycle 'c', 'd' %}{% cycle n: 'x', 'y' %}{% cycle '5': 'x', 'y' %}", Some("adxy")),
    ("{% increment c %}{% increment c %}{{ c }}{% decrement c %}{% decrement c %}", Some("012-1-2")),
    ("{% increment n %}{{ n }}{% increment n %}", Some("051")),
    ("{% for i in l %}{% increment c %}{% endfor %}{% increment c %}", Some("0120")),
    ("{% for i in w %}{% ifchanged %}{{ i | downcase }}{% endifchanged %}{% endfor %}", Some("ba")),
    ("{% ifchanged %}a{% endifchanged %}", None),
    ("{% for i in l %}{% ifchanged %}a{% endifchanged %}{% ifchanged %}b{% endifchanged %}{% endfor %}", None),
    ("{% for i in l %}{% assign last = i %}{% endfor %}{{ last }}{{ i }}", Some("2")),
    // numbers
    ("{{ 1.1 | plus: 2.2 }}", Some("3.3000000000000003")),
    ("{{ t | plus: 1 }}", Some("13")),
    ("{{ name | plus: 1 }}", None),
    ("{{ e | times: 2 }}", None),
    ("{{ nil | minus: 1 }}", Some("-1")),
    ("{{ n | divided_by: 0 }}", None),
    ("{{ n | divided_by: 2 }} {{ -7 | divided_by: 2 }} {{ -7 | modulo: 2 }}", Some("2 -3 -1")),
    ("{{ f | divided_by: 0 }}", Some("Infinity")),
    ("{{ 5 | round: 2 }} {{ 2.675 | round: 2 }} {{ 2.5 | round }} {{ -0.4 | round }} {{ name | round }}", Some("5.00 2.67 3 -0 0")),
    ("{{ \"1.0\" | abs }} {{ name | abs }} {{ f | ceil }} {{ nil | floor }}", Some("1.0 Anna 2 ")),
    ("{{ '0012' | at_most: 100 }} {{ n | at_least: 7 }} {{ name | at_least: 7 }}", Some("12.0 7 Anna")),
    ("{{ flag | plus: 1 }}", None),
    // texts
    ("{{ p | escape }}", Some("&lt;i&gt;it's&lt;/i&gt; &quot;q&quot;")),
    ("{{ '&lt; & <' | escape_once }}", Some("&lt; &amp; &lt;")),
    ("{{ 'aNNA' | capitalize }} {{ 'ß' | capitalize }}", Some("ANNA ß")),
    ("{{ ',a,b,' | split: ',' | size }}", Some("2")),
    ("{{ 'abc' | split: '' | join: '-' }}", Some("a-b-c")),
    ("{{ '' | split: ',' | size }}", Some("1")),
    ("{{ p | strip_html }}", Some("it's \"q\"")),
    ("{{ 'a<br>b<p>c</p> &amp;' | strip_html }}", Some("a b c &")),
    ("{{ 'a b c' | truncatewords: 2 }} {{ '' | truncatewords: 0 }} {{ 'a b c' | truncatewords: 0 }}", Some("a b... ... ...")),
    ("{{ 'abcdef' | truncate: 4, '.' }} {{ 'abc' | truncate: 0 }} {{ nil | truncate: 5 }}", Some("abc. ... ")),
    ("{{ 'a b*~é' | url_encode }} {{ 'a%2' | url_decode }} {{ 'a%20b+c' | url_decode }}", Some("a+b*%7E%C3%A9 a%2 a b c")),
    ("{{ name | replace: nil, 'x' }}", None),
    ("{{ name | replace: 'n' }} {{ name | replace: 'n', nil }}", None),
    ("{{ name | remove: 'n' }} {{ name | replace_first: 'n', '-' }}", Some("Aa A-na")),
    ("{{ name | slice: -2, 9 }}|{{ name | slice: 9 }}|{{ l | slice: 1, 2 }}", Some("na||12")),
    ("{{ name | slice: 'x' }}", None),
    ("{{ l | append: 'x' }} {{ x | upcase }} {{ nil | append: name }}", Some("312x 123 Anna")),
    ("{{ ' a ' | strip }}|{{ n | lstrip }}", Some("a|5")),
    ("{{ name | size }} {{ n | size }} {{ o | size }} {{ flag | size }} {{ '😀' | size }}", Some("4 8 0 0 2")),
    // lists
    ("{{ l | sort }} {{ w | sort }} {{ w | sort_natural }}", Some("123 Bab abB")),
    ("{{ os | sort: 'k' | map: 'k' }}", Some("ab")),
    ("{{ os | sort }}", None),
    ("{{ l | sort: 'k' }}", None),
    ("{{ x | sort }}", None),
    ("{{ name | sort }}", None),
    ("{{ w | map: 'k' }}", None),
    ("{{ nil | map: 'k' }}{{ nil | sort }}{{ nil | join }}", Some("")),
    ("{{ l | concat: w }} {{ l | concat: n }}", None),
    ("{{ name | concat: l }}", Some("312")),
    ("{{ l | reverse }} {{ name | reverse }}", Some("213 Anna")),
    ("{{ w | first }} {{ name | first }} {{ nil | last }}", Some("b Anna ")),
    ("{{ x | compact | size }}", Some("2")),
    ("{{ w | join }} {{ x | join: '-' }} {{ n | join: ',' }}", Some("b a B 1--23 5")),
    ("{{ 'a,b,a' | split: ',' | uniq | join }}", Some("a b")),
    // dates
    ("{{ '2026-03-04 15:06:07' | date: '%Y-%m-%d %H:%M:%S' }}", Some("2026-03-04 15:06:07")),
    ("{{ '2026-03-04 15:06:07 +0300' | date: '%H:%M' }}", Some("15:06")),
    ("{{ '2026-03-04T15:06:07Z' | date: '%Y' }}", Some("2026-03-04T15:06:07Z")),
    ("{{ 'March 4, 2026' | date: '%Y' }}", Some("March 4, 2026")),
    ("{{ 'Wed Mar 04 03:06:07 2026' | date: '%d.%m.%Y' }}", Some("04.03.2026")),
    ("{{ 1700000000 | date: '%Y' }} {{ '1700000000' | date: '%Y' }}", Some("2023 2023")),
    ("{{ 1700000000 | date: '%-d %e %F %T %s %P %p %L %z %Z' }}", Some("%-d 14 %F %T %s %P PM %L %z UTC")),
    ("{{ 1700000000 | date: '%a %A %b %B %c %d %h %I %j %k %l %M %S %U %W %w %x %X %y %%' }}", Some("Tue Tuesday Nov November Tue Nov 14 22:13:20 2023 14 Nov 10 318 22 10 13 20 46 46 2 11/14/23 22:13:20 23 %")),
    ("{{ 1672531200 | date: '%U %W %w %j' }} {{ 1735603199 | date: '%U' }}", Some("01 01 1 001 01")),
    ("{{ nil | date: '%Y' }}{{ name | date: '%Y' }}", Some("Anna")),
    ("{{ '2026-13-40 25:61:61' | date: '%F' }}", Some("%F")),
    ("{{ '2026-13-01 25:00:00' | date: '%Y-%m-%d %H' }}", Some("2027-01-02 01")),
];

/// Templates that LiqP reads as something else. They are reported, and not rendered by its rules.
const READ_OTHERWISE: &[&str] = &[
    "{{ name-}}",
    "{% raw -%}{{ name }}{% endraw %}",
    "{% for i in l %}{% increment c %}-{% ifchanged %}{{ i }}{% endifchanged %}{% endfor %}",
];

fn data() -> Value {
    serde_json::from_str::<serde_json::Value>(DATA).unwrap().into()
}

/// Returns what both engines print; `None` if they refuse the template or fail.
fn print(source: &str) -> (Option<String>, Option<String>) {
    let (template, _) = parse_shopify(source, &Partials::default());
    let now = "2026-11-22T22:30:00Z".parse().unwrap();
    let text = |outcome: RenderOutcome| match outcome {
        RenderOutcome::Rendered(rendered) => Some(rendered.text),
        RenderOutcome::Aborted { .. } | RenderOutcome::Failed(_) => None,
    };
    let own = text(template.render_data(&data(), now, &TimeZone::UTC, Limits::default()));
    let elsewhere = match grammar::check(source).as_slice() {
        [] => text(template.render_data_in_clevertap(&data(), now, &TimeZone::UTC, Limits::default())),
        _ => None,
    };
    (own, elsewhere)
}

#[test]
fn answers_are_those_of_the_engine() {
    let mut wrong = Vec::new();
    for (source, expected) in ANSWERS {
        let (_, printed) = print(source);
        if printed.as_deref() != *expected {
            wrong.push(format!("{source}\n  expected {expected:?}\n  printed  {printed:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), ANSWERS.len(), wrong.join("\n"));
}

#[test]
fn templates_that_are_read_otherwise_are_reported() {
    for source in READ_OTHERWISE {
        assert_ne!(grammar::check(source), [], "{source}");
    }
}

#[test]
fn clevertaps_own_tag_is_accepted() {
    assert_eq!(grammar::check("{% if n %}{% abort %}{% endif %}"), []);
}

/// Pieces that mean the same to both engines, in any order.
const PORTABLE: &[&str] = &[
    "text, é😀 ",
    "{{ name }}",
    "{{- n -}}",
    "{{ name | upcase | append: '!' }}",
    "{{ n | plus: 2 | times: 3 }}",
    "{{ missing | default: 'none' }}",
    "{{ w | join: ', ' }}{{ w.size }}{{ w[0] }}{{ w.first }}{{ w.last }}",
    "{{ p | replace: '\"', '' | downcase | size }}",
    "{{ '2026-03-04 15:06:07' | date: '%d.%m.%Y %H:%M' }}",
    "{{ o.a }}{{ os[1].k }}{{ os | map: 'k' | join }}",
    "{% if name == 'Anna' and n > 3 %}yes{% elsif flag %}maybe{% else %}no{% endif %}",
    "{% unless e == '' %}full{% else %}empty{% endunless %}",
    "{% case n %}{% when 4, 5 %}five{% else %}other{% endcase %}",
    "{% for i in l %}{{ forloop.index }}:{{ i }}{% unless forloop.last %},{% endunless %}{% endfor %}",
    "{% for i in (1..3) %}{{ i }} {% endfor %}",
    "{% for i in missing %}a{% else %}none{% endfor %}",
    "{% for i in l limit:2 offset:1 %}{{ i }}{% if i == 1 %}{% continue %}{% endif %}.{% endfor %}",
    "{% assign v = name | default: \"\" %}{% if v == \"\" %}none{% else %}{{ v }}{% endif %}",
    "{% capture c %}{{ name }}-{{ n }}{% endcapture %}{{ c }}",
    "{% comment %}note{% endcomment %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% cycle 'a', 'b', 'c' %}",
];

/// Pieces of templates, valid and not.
const PARTS: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{{-",
    "-}}",
    "{%-",
    "-%}",
    " ",
    "\n",
    "'",
    "\"",
    "if ",
    "else",
    "endif",
    "for i in ",
    "endfor",
    "case ",
    "when ",
    "comment",
    "endcomment",
    "raw",
    "endraw",
    "name",
    "l[0]",
    "(1..3)",
    "((",
    "[[",
    "| ",
    "plus: 1",
    "date: '%'",
    "split: ''",
    "round: 9999999999",
    "-1",
    "1.",
    "é😀",
    "!",
    "#",
    "increment c",
    "ifchanged",
    "endifchanged",
    "break",
    "cycle 'a'",
    "reversed",
    "limit:-1",
    "offset:-9",
    "tablerow i in ",
    "endtablerow",
];

proptest! {
    #[test]
    fn portable_templates_print_the_same(pieces in prop::collection::vec(prop::sample::select(PORTABLE), 1..12)) {
        let source = pieces.concat();
        prop_assert_eq!(grammar::check(&source), []);
        let (own, elsewhere) = print(&source);
        prop_assert!(own.is_some());
        prop_assert_eq!(own, elsewhere);
    }

    #[test]
    fn any_source_is_read_without_a_panic(parts in prop::collection::vec(prop::sample::select(PARTS), 0..40)) {
        let source = parts.concat();
        for problem in grammar::check(&source) {
            let span = problem.span;
            prop_assert!(span.start <= span.end && span.end <= source.len());
            prop_assert!(source.is_char_boundary(span.start) && source.is_char_boundary(span.end));
            for fix in &problem.fixes {
                prop_assert!(fix.apply(&source).is_some());
            }
        }
        let (template, _) = parse_shopify(&source, &Partials::default());
        let now = "2026-11-22T22:30:00Z".parse().unwrap();
        template.render_data_in_clevertap(&data(), now, &TimeZone::UTC, Limits::default());
    }

    #[test]
    fn any_text_is_read_without_a_panic(source in ".{0,80}") {
        grammar::check(&source);
    }
}
