//! Filters of other template engines, with what to write instead: those of Shopify's shops, Braze, Customer.io,
//! Klaviyo, Jinja, Twig, and JavaScript.

use crate::dialect::Dialect;

/// A filter that another engine has.
pub(super) struct ForeignFilter {
    name: &'static str,
    instead: Instead,
}

enum Instead {
    /// Filters that do the same.
    Same(&'static str),
    /// Filters that do nearly the same, and how they differ.
    Close(&'static str, &'static str),
    /// Nothing here does this; the text says what to do.
    Nothing(&'static str),
}

use Instead::{Close, Nothing, Same};

const PRICE: &str = "write the currency yourself, as in `{{ price | round: 2 }} €`";
const SHOP: &str = "this filter belongs to a shop's theme: print the value itself";

/// Sorted by name.
const FOREIGN: &[ForeignFilter] = &[
    of("add", Same("plus")),
    of("asset_url", Nothing(SHOP)),
    of("capitalize_all", Close("capitalize", "`capitalize` changes only the first letter of the text")),
    of("count", Same("size")),
    of("currency", Close("round: 2", PRICE)),
    of("d", Same("default")),
    of("divide", Same("divided_by")),
    of("e", Same("escape")),
    of("escapejs", Same("json_escape")),
    of("float", Same("plus: 0.0")),
    of("format_currency", Close("round: 2", PRICE)),
    of("format_date", Same("date")),
    of("formatdate", Same("date")),
    of("handle", Close("downcase | replace: ' ', '-'", "`handle` also removes special characters")),
    of("handleize", Close("downcase | replace: ' ', '-'", "`handleize` also removes special characters")),
    of("html_escape", Same("escape")),
    of("img_url", Nothing(SHOP)),
    of("int", Same("plus: 0")),
    of("js_escape", Same("json_escape")),
    of("length", Same("size")),
    of("lower", Same("downcase")),
    of("lowercase", Same("downcase")),
    of("ltrim", Same("lstrip")),
    of("money", Close("round: 2", PRICE)),
    of("money_with_currency", Close("round: 2", PRICE)),
    of("money_without_currency", Same("round: 2")),
    of("money_without_trailing_zeros", Close("round", PRICE)),
    of("multiply", Same("times")),
    of("nl2br", Nothing("Telegram has no `<br>`: a line break in the text is enough")),
    of(
        "number_with_delimiter",
        Nothing("no filter groups digits: upload the number as text, with its separators"),
    ),
    of("pluralize", Nothing("use `{% if n == 1 %}item{% else %}items{% endif %}`")),
    of("random", Nothing("no filter draws a random value: use a property that differs between profiles")),
    of("rounded_currency", Close("round", PRICE)),
    of("rtrim", Same("rstrip")),
    of("string", Same("append: ''")),
    of("striptags", Same("strip_html")),
    of("subtract", Same("minus")),
    of("t", Nothing("there are no translations: write the text itself")),
    of(
        "timezone",
        Nothing("`date_tz` prints a date in a time zone: `{{ now | date_tz: '%H:%M', 'Europe/Berlin' }}`"),
    ),
    of("title", Close("capitalize", "`capitalize` changes only the first letter of the text")),
    of("titlecase", Close("capitalize", "`capitalize` changes only the first letter of the text")),
    of("titleize", Close("capitalize", "`capitalize` changes only the first letter of the text")),
    of("to_json", Same("json")),
    of("to_number", Same("plus: 0")),
    of("to_string", Same("append: ''")),
    of("tojson", Same("json")),
    of("translate", Nothing("there are no translations: write the text itself")),
    of("trim", Same("strip")),
    of("upper", Same("upcase")),
    of("uppercase", Same("upcase")),
    of("url_escape", Same("url_encode")),
    of("urlencode", Same("url_encode")),
];

const fn of(name: &'static str, instead: Instead) -> ForeignFilter {
    ForeignFilter { name, instead }
}

pub(super) fn find(name: &str) -> Option<&'static ForeignFilter> {
    FOREIGN.binary_search_by(|foreign| foreign.name.cmp(name)).ok().and_then(|index| FOREIGN.get(index))
}

impl ForeignFilter {
    pub(super) fn help(&self) -> String {
        match self.instead {
            Same(written) => format!("write `{written}`"),
            Close(written, difference) => format!("`{written}` is the closest filter; {difference}"),
            Nothing(help) => help.to_owned(),
        }
    }

    /// Returns what to write instead in this dialect, and whether it does the same.
    pub(super) fn fix(&self, dialect: Dialect) -> Option<(&'static str, bool)> {
        let (written, is_exact) = match self.instead {
            Same(written) => (written, true),
            Close(written, _) => (written, false),
            Nothing(_) => return None,
        };
        let first = written.split([':', ' ']).next().unwrap_or_default();
        super::find(first).filter(|filter| filter.dialects.contains(&dialect)).map(|_| (written, is_exact))
    }
}

#[cfg(test)]
mod tests {
    use super::super::FILTERS;
    use super::*;

    #[test]
    fn the_table_is_sorted_and_leads_to_filters_that_exist() {
        assert!(FOREIGN.is_sorted_by(|one, next| one.name < next.name));
        for foreign in FOREIGN {
            assert!(FILTERS.iter().all(|filter| filter.name != foreign.name), "{} exists here", foreign.name);
            let is_nothing = matches!(foreign.instead, Nothing(_));
            assert_eq!(foreign.fix(Dialect::Telecast).is_none(), is_nothing, "{}", foreign.name);
        }
    }
}
