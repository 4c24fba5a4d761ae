//! Comparison with the `liquid` crate: a template that telecast and the crate both accept must print the same in both,
//! except for the crate's known faults.

use super::tests::{profile, render_with};
use super::{Limits, Partials, RenderOutcome, parse};
use crate::dialect::Dialect;

/// The crate's known differences from Shopify: the part of a template that shows the fault, and the fault.
const FAULTS: &[(&str, &str)] = &[
    ("| first", "a text has a first item, its first letter"),
    ("| last", "a text has a last item, its last letter"),
    ("| url_encode", "a space becomes %20 instead of +"),
    ("| capitalize", "the letters after the first are not changed"),
    ("| size", "counts bytes instead of letters"),
    ("| truncate:", "counts bytes instead of letters"),
    ("| truncatewords", "whitespace is kept and counted as words"),
    ("| modulo", "the remainder of a negative number is negative"),
    ("| divided_by", "rounds towards zero instead of down"),
    ("| times", "5.0 becomes 5"),
    ("| date", "whole numbers are not epoch seconds"),
    ("| map", "a text has no parts"),
    ("{% case", "only the first matching branch is rendered; `true` equals anything"),
    ("== true", "`true` equals anything"),
    ("true ==", "`true` equals anything"),
    ("== Profile.gold", "`true` equals anything"),
    ("Profile.gold ==", "`true` equals anything"),
    ("false == nil", "false equals nil"),
    ("nil == false", "false equals nil"),
    ("false <", "booleans have an order"),
    ("false contains", "the text `false` has parts"),
];

const VALUES: &[&str] = &[
    "'Anna'",
    "'a b  c'",
    "'ÄÖ ü'",
    "'Straße İ ŉ'",
    "''",
    "'<a>&amp;\"'",
    "'5'",
    "'-7.5'",
    "'a,b,,c'",
    "0",
    "5",
    "-3",
    "2.5",
    "-1.5",
    "true",
    "false",
    "nil",
    "Profile.name",
    "Profile.score",
    "Profile.ratio",
    "Profile.tags",
    "Profile.gold",
    "Profile[\"First Name\"]",
    "Profile.tags[0]",
    "Profile.tags.size",
    "Profile.tags.first",
];

const FILTERS: &[&str] = &[
    "abs",
    "append: 'x'",
    "at_least: 2",
    "at_most: 2",
    "capitalize",
    "ceil",
    "compact",
    "concat: Profile.tags",
    "date: '%Y'",
    "default: 'd'",
    "divided_by: 2",
    "downcase",
    "escape",
    "escape_once",
    "first",
    "floor",
    "join: '-'",
    "last",
    "lstrip",
    "map: 'a'",
    "minus: 1",
    "modulo: 2",
    "newline_to_br",
    "plus: 1",
    "prepend: 'x'",
    "remove: 'a'",
    "remove_first: 'a'",
    "replace: 'a', 'b'",
    "replace_first: 'a', 'b'",
    "reverse",
    "round",
    "rstrip",
    "size",
    "slice: 1, 2",
    "sort",
    "sort_natural",
    "split: ','",
    "strip",
    "strip_html",
    "strip_newlines",
    "times: 2",
    "truncate: 4",
    "truncatewords: 1",
    "uniq",
    "upcase",
    "url_decode",
    "url_encode",
];

const TAGS: &[&str] = &[
    "{% if V == W %}1{% else %}2{% endif %}",
    "{% if V < W %}1{% endif %}",
    "{% if V and W or V %}1{% endif %}",
    "{% if V contains 'a' %}1{% endif %}",
    "{% unless V %}1{% endunless %}",
    "{% case V %}{% when W %}1{% when 'Anna', 5 %}2{% else %}3{% endcase %}",
    "{% for x in Profile.tags %}{{ forloop.index }}{{ x }}{% if forloop.last %}.{% endif %}{% endfor %}",
    "{% for x in (1..4) reversed limit: 2 %}{{ x }}{% endfor %}",
    "{% assign x = V %}[{{ x }}]",
    "{% capture x %}a{{ V }}{% endcapture %}[{{ x }}]",
    "{% for i in (1..3) %}{% cycle V, W %}{% endfor %}",
    "{% increment x %}{% decrement x %}",
    " {%- if true -%} {{- V -}} {%- endif -%} !",
    "{% raw %}{{ V }}{% endraw %}{% comment %}{{ V }}{% endcomment %}",
];

fn templates() -> Vec<String> {
    let mut all = Vec::new();
    for value in VALUES {
        all.push(format!("{{{{ {value} }}}}"));
        for (index, filter) in FILTERS.iter().enumerate() {
            all.push(format!("{{{{ {value} | {filter} }}}}"));
            let next = FILTERS[(index * 7 + value.len()) % FILTERS.len()];
            all.push(format!("{{{{ {value} | {filter} | {next} }}}}"));
        }
        for tag in TAGS {
            for other in VALUES {
                all.push(tag.replace('V', value).replace('W', other));
            }
        }
    }
    all
}

#[test]
fn templates_that_both_accept_print_the_same_except_for_known_faults() {
    let json = r#"{"name": "Anna", "score": 7, "ratio": 2.5, "tags": ["b", "A", "a"], "gold": true, "First Name": "Anna Maria"}"#;
    let row = profile(json);
    let stock_row = liquid::object!({ "Profile": serde_json::from_str::<liquid::Object>(json).unwrap() });
    let stock = liquid::ParserBuilder::with_stdlib().build().unwrap();
    let mut n_compared = 0;
    let mut seen = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for source in templates() {
        let Ok(theirs) = stock.parse(&source).and_then(|template| template.render(&stock_row)) else {
            continue;
        };
        let (template, _) = parse(&source, &Partials::default(), Dialect::Telecast);
        let RenderOutcome::Rendered(ours) = render_with(&template, &row, Limits::default()) else { continue };
        n_compared += 1;
        // If a filter expects a text, the crate concatenates the items of a list. telecast prints the list in the
        // format of Ruby's `inspect`, as Shopify does.
        let is_inspected = ours.text.contains('[') && !theirs.contains('[');
        if ours.text == theirs || is_inspected {
            continue;
        }
        match FAULTS.iter().find(|(part, _)| source.contains(part)) {
            Some((part, _)) => {
                seen.insert(*part);
            }
            None => wrong.push(format!("{source}: ours {:?}, theirs {theirs:?}", ours.text)),
        }
    }
    assert_eq!(seen.len(), FAULTS.len(), "every listed fault must still occur: {seen:?}");
    assert!(wrong.is_empty(), "{} of {n_compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(2000 < n_compared, "both accept only {n_compared} templates");
}
