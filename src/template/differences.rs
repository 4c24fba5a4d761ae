//! The cases in which message bodies render differently from Shopify's Liquid, which the command `debug liquid`
//! follows, and the cases in which CleverTap's engine prints something other than telecast.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Difference {
    /// What differs, in one line without a full stop. The help page `assets/help/liquid.md` repeats this line, and a
    /// test checks that both texts are equal.
    pub summary: &'static str,
    pub template: &'static str,
    /// What the template prints in a body.
    pub body: &'static str,
    /// What the other engine prints.
    pub other: &'static str,
}

pub(crate) static DIFFERENCES: &[Difference] = &[
    Difference {
        summary: "`default` without an argument leaves its input unchanged",
        template: "{{ false | default }}",
        body: "false",
        other: "",
    },
    Difference {
        summary: "`date` also accepts fractional epoch seconds",
        template: "{{ 86400.5 | date: '%Y' }}",
        body: "1970",
        other: "86400.5",
    },
    Difference {
        summary: "`now` is the current time, in the workspace's time zone (India's in the `clevertap` dialect)",
        template: "{{ now | date: '%Y' }}",
        body: "2026",
        other: "",
    },
    Difference {
        summary: "a date with a UTC offset is converted to the workspace's time zone; Shopify keeps the date's offset",
        template: "{{ '2016-03-04 15:06 +0300' | date: '%H:%M' }}",
        body: "13:06",
        other: "15:06",
    },
    Difference {
        summary: "`size` of a number is 0; Shopify counts its bytes",
        template: "{{ 5 | size }}",
        body: "0",
        other: "8",
    },
    Difference {
        summary: "`default` accepts no named argument except `allow_false`; Shopify accepts any",
        template: "{{ 'a' | default: 'b', maybe: true }}",
        body: "`default` has no `maybe`",
        other: "a",
    },
    Difference {
        summary: "a partial called with `render` can read the profile and the event; Shopify hides all data from it",
        template: "{% render 'name' %}",
        body: "Anna",
        other: "",
    },
    Difference {
        summary: "an argument of `include` that is named like the partial reaches the partial; Shopify passes the calling template's variable of that name instead, which is not set here",
        template: "{% include 'name', name: 'Dr ' %}",
        body: "Dr Anna",
        other: "Anna",
    },
    Difference {
        summary: "`abort` skips the recipient; Shopify has no such tag",
        template: "{% if false %}{% abort %}{% endif %}sent",
        body: "sent",
        other: "unknown tag `abort`",
    },
];

const fn differs(
    summary: &'static str,
    template: &'static str,
    body: &'static str,
    other: &'static str,
) -> Difference {
    Difference { summary, template, body, other }
}

/// What LiqP, which is said to be CleverTap's engine, refuses or prints otherwise. `other` is what it prints, or the
/// problem that the template has in the dialect.
// One row each.
#[rustfmt::skip]
pub(crate) static IN_CLEVERTAP: &[Difference] = &[
    differs("nothing equals `blank`", "{% if '' == blank %}none{% endif %}", "none", ""),
    differs("only numbers are less or greater", "{% if 'a' < 'b' %}less{% endif %}", "less", ""),
    differs("`contains` finds no key of an object", "{% if Profile contains 'name' %}yes{% endif %}", "yes", ""),
    differs("the whitespace of a branch is printed even if the branch contains nothing else", "[{% if true %} {% endif %}]", "[]", "[ ]"),
    differs("a `break` removes what its `if` has printed", "{% for i in (1..3) %}{% if i == 2 %}last{% break %}{% endif %}{{ i }}{% endfor %}", "1last", "1"),
    differs("`forloop.length` leaves out the last number of a range", "{% for i in (1..3) %}{{ forloop.length }}{% endfor %}", "333", "222"),
    differs("all `cycle` with the same number of values share a position", "{% cycle 'a', 'b' %}{% cycle 'c', 'd' %}", "ac", "ad"),
    differs("a large or a very small decimal has an exponent", "{{ 12500000.5 }}", "12500000.5", "1.25000005E7"),
    differs("decimals have rounding errors", "{{ 1.1 | plus: 2.2 }}", "3.3", "3.3000000000000003"),
    differs("`round` prints all decimals", "{{ 5 | round: 2 }}", "5", "5.00"),
    differs("`size` of a number is 8", "{{ 5 | size }}", "0", "8"),
    differs("`escape` keeps an apostrophe", "{{ \"it's\" | escape }}", "it&#39;s", "it's"),
    differs("`capitalize` changes only the first letter", "{{ 'aNNA' | capitalize }}", "Anna", "ANNA"),
    differs("`split` ignores a separator at the start", "{{ ',a,b' | split: ',' | size }}", "3", "2"),
    differs("`date` reads only `2026-03-04 15:06:00`, `Wed Mar 04 03:06:00 2026` and epoch seconds", "{{ '2026-03-04T15:06:00Z' | date: '%Y' }}", "2026", "2026-03-04T15:06:00Z"),
    differs("`date` knows directives of one letter only, and not all of them", "{{ 0 | date: '%F %-d' }}", "1970-01-01 1", "%F %-d"),
    differs("`plus` and the like fail on text that is no number", "{{ 'a' | plus: 1 }}", "1", "CleverTap fails here: `plus`: `a` is not a number"),
    differs("an index that a list does not have fails", "{% assign l = 'a,b' | split: ',' %}{{ l[2] }}", "", "CleverTap fails: the list has no item here"),
    differs("`for` has no `reversed`", "{% for i in (1..3) reversed %}{{ i }}{% endfor %}", "321", "CleverTap has no `reversed`"),
    differs("no comma comes between `limit` and `offset`", "{% for i in (1..3) limit: 1, offset: 1 %}{{ i }}{% endfor %}", "2", "CleverTap accepts no comma here"),
    differs("`unless` has no `elsif`", "{% unless true %}a{% elsif true %}b{% endunless %}", "b", "`unless` has no `elsif` in CleverTap"),
    differs("`case` needs a `when`", "{% case 1 %}{% else %}a{% endcase %}", "a", "CleverTap's `case` needs a `when` before `else`"),
    differs("a range is only in `for`", "{% assign r = (1..3) %}{{ r | join }}", "1 2 3", "CleverTap has ranges only in `for`, as in `for i in (1..3)`"),
    differs("`{{ }}` needs a value", "a{{ }}", "a", "CleverTap does not accept an output without a value"),
    differs("a dash directly after a name belongs to the name; put a space before `-}}`", "{{ Profile.name-}}", "Anna", "CleverTap reads the name as `name-`"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::profile::Value;
    use crate::template::tests::{profile, render_with};
    use crate::template::{Limits, Partials, RenderOutcome, parse, parse_shopify};

    fn shown(outcome: RenderOutcome) -> String {
        match outcome {
            RenderOutcome::Rendered(rendered) => rendered.text,
            RenderOutcome::Failed(problem) => problem.message,
            RenderOutcome::Aborted { .. } => "aborted".to_owned(),
        }
    }

    #[track_caller]
    fn check_list(name: &str, columns: &str, differences: &[Difference]) {
        let row = |Difference { summary, template, body, other }: &Difference| {
            let row = format!("| {summary} | `{}` | {body} | {other} |\n", template.replace('|', "\\|"));
            row.replace("|  |", "| |")
        };
        let rows: String = differences.iter().map(row).collect();
        let table = format!("| difference | example | {columns} |\n| --- | --- | --- | --- |\n{rows}");
        crate::help::tests::check_generated("assets/help/liquid.md", name, &table);
    }

    #[test]
    fn the_generated_list_of_differences_is_current() {
        check_list("differences", "a body | `debug liquid`", DIFFERENCES);
    }

    #[test]
    fn the_generated_list_for_clevertap_is_current() {
        check_list("in-clevertap", "telecast | CleverTap", IN_CLEVERTAP);
    }

    #[test]
    fn clevertap_renders_as_listed() {
        let anna = profile(r#"{"name": "Anna"}"#);
        for Difference { template: source, body, other, .. } in IN_CLEVERTAP {
            let (template, _) = parse(source, &Partials::default(), Dialect::Telecast);
            assert_eq!(shown(render_with(&template, &anna, Limits::default())), *body, "{source}");
            let (template, problems) = parse(source, &Partials::default(), Dialect::CleverTap);
            let context = crate::template::RenderContext {
                profile: Some(&anna),
                event: None,
                external_trigger: None,
                campaign_id: "",
                now: "2026-11-22T22:30:00Z".parse().unwrap(),
                zone: &jiff::tz::TimeZone::UTC,
                limits: Limits::default(),
            };
            let printed = match problems.first() {
                Some(problem) => problem.message.clone(),
                None => {
                    let (_, elsewhere) = template.render_in_both(&context);
                    match elsewhere.rendered {
                        Some(rendered) => rendered.text,
                        None => elsewhere.problems[0].message.clone(),
                    }
                }
            };
            assert_eq!(printed, *other, "{source}");
        }
    }

    #[test]
    fn differences_render_as_listed() {
        let partials = Partials([("name".to_owned(), "{{ name }}{{ Profile.name }}".to_owned())].into());
        let anna = profile(r#"{"name": "Anna"}"#);
        let data = Value::Object([("Profile".to_owned(), Value::Object(anna.properties.clone()))].into());
        let now = "2026-11-22T22:30:00Z".parse().unwrap();
        for difference in DIFFERENCES {
            let (own, _) = parse(difference.template, &partials, Dialect::CleverTap);
            let (shopify, _) = parse_shopify(difference.template, &partials);
            let own = render_with(&own, &anna, Limits::default());
            let shopify = shopify.render_data(&data, now, &jiff::tz::TimeZone::UTC, Limits::default());
            assert_eq!(shown(own), difference.body, "{}", difference.template);
            assert_eq!(shown(shopify), difference.other, "{}", difference.template);
        }
    }
}
