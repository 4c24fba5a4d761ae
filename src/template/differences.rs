//! Where CleverTap's engine renders other than Shopify's. telecast follows CleverTap, `debug liquid` follows Shopify.

/// One difference, shown by what a template prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// What differs; one line, no full stop.
    pub summary: &'static str,
    /// A template that shows it.
    pub template: &'static str,
    /// What it prints in a body.
    pub clevertap: &'static str,
    /// What it prints by Shopify's rules.
    pub shopify: &'static str,
}

/// All differences.
pub static DIFFERENCES: &[Difference] = &[
    Difference {
        summary: "`default` without a value leaves the value as it is",
        template: "{{ false | default }}",
        clevertap: "false",
        shopify: "",
    },
    Difference {
        summary: "`date` takes decimals for epoch seconds too",
        template: "{{ 86400.5 | date: '%Y' }}",
        clevertap: "1970",
        shopify: "86400.5",
    },
    Difference {
        summary: "`now` is a name, in the workspace's zone, in CleverTap's dialect India's",
        template: "{{ now | date: '%Y' }}",
        clevertap: "2026",
        shopify: "",
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
    use crate::profile::{Profile, Value};
    use crate::template::tests::render_with;
    use crate::template::{Dialect, Limits, Outcome, Partials, parse, parse_shopify};

    fn shown(outcome: Outcome) -> String {
        match outcome {
            Outcome::Rendered(rendered) => rendered.text,
            Outcome::Failed(problem) => problem.message,
            Outcome::Aborted { .. } => "aborted".to_owned(),
        }
    }

    #[test]
    fn each_difference_is_one() {
        let now = "2026-11-22T22:30:00Z".parse().unwrap();
        for difference in DIFFERENCES {
            let (own, _) = parse(difference.template, &Partials::default(), Dialect::CleverTap);
            let (shopify, _) = parse_shopify(difference.template, &Partials::default());
            let own = render_with(&own, &Profile::default(), Limits::default());
            let shopify = shopify.render_data(&Value::Null, now, &jiff::tz::TimeZone::UTC, Limits::default());
            assert_eq!(shown(own), difference.clevertap, "{}", difference.template);
            assert_eq!(shown(shopify), difference.shopify, "{}", difference.template);
        }
    }
}
