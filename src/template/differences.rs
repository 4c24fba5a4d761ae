//! The cases in which CleverTap's engine renders differently from Shopify's. Message bodies are rendered by CleverTap's
//! rules. The command `debug liquid` renders by Shopify's rules.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Difference {
    /// What differs, in one line without a full stop. The help page `assets/help/liquid.md` repeats this line, and a
    /// test checks that both texts are equal.
    pub summary: &'static str,
    pub template: &'static str,
    /// What the template prints in a body.
    pub clevertap: &'static str,
    pub shopify: &'static str,
}

pub(crate) static DIFFERENCES: &[Difference] = &[
    Difference {
        summary: "`default` without an argument leaves its input unchanged",
        template: "{{ false | default }}",
        clevertap: "false",
        shopify: "",
    },
    Difference {
        summary: "`date` also accepts fractional epoch seconds",
        template: "{{ 86400.5 | date: '%Y' }}",
        clevertap: "1970",
        shopify: "86400.5",
    },
    Difference {
        summary: "`now` is the current time, in the workspace's time zone (India's in the `clevertap` dialect)",
        template: "{{ now | date: '%Y' }}",
        clevertap: "2026",
        shopify: "",
    },
    Difference {
        summary: "a date with a UTC offset is converted to the workspace's time zone; Shopify keeps the date's offset",
        template: "{{ '2016-03-04 15:06 +0300' | date: '%H:%M' }}",
        clevertap: "13:06",
        shopify: "15:06",
    },
    Difference {
        summary: "`size` of a number is 0; Shopify counts its bytes",
        template: "{{ 5 | size }}",
        clevertap: "0",
        shopify: "8",
    },
    Difference {
        summary: "`default` accepts no named argument except `allow_false`; Shopify accepts any",
        template: "{{ 'a' | default: 'b', maybe: true }}",
        clevertap: "`default` has no `maybe`",
        shopify: "a",
    },
    Difference {
        summary: "a partial called with `render` can read the profile and the event; Shopify hides all data from it",
        template: "{% render 'name' %}",
        clevertap: "Anna",
        shopify: "",
    },
    Difference {
        summary: "an argument of `include` with the same name as the partial keeps its value; Shopify replaces the value with the caller's variable of that name (in the example, there is none)",
        template: "{% include 'name', name: 'Dr ' %}",
        clevertap: "Dr Anna",
        shopify: "Anna",
    },
    Difference {
        summary: "`abort` skips the recipient; Shopify has no such tag",
        template: "{% if false %}{% abort %}{% endif %}sent",
        clevertap: "sent",
        shopify: "unknown tag `abort`",
    },
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

    #[test]
    fn the_generated_list_of_differences_is_current() {
        let row = |Difference { summary, template, clevertap, shopify }: &Difference| {
            let row =
                format!("| {summary} | `{}` | {clevertap} | {shopify} |\n", template.replace('|', "\\|"));
            row.replace("|  |", "| |")
        };
        let rows: String = DIFFERENCES.iter().map(row).collect();
        let table =
            format!("| difference | example | a body | `debug liquid` |\n| --- | --- | --- | --- |\n{rows}");
        crate::help::tests::check_generated("assets/help/liquid.md", "differences", &table);
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
            assert_eq!(shown(own), difference.clevertap, "{}", difference.template);
            assert_eq!(shown(shopify), difference.shopify, "{}", difference.template);
        }
    }
}
