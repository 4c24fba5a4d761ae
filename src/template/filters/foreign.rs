//! Filters of other template engines, with what to write instead: those of Shopify's shops, Braze, Customer.io,
//! Klaviyo, Jinja, Twig, Django, PHP, Ruby, and JavaScript.

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
    of("camelcase", Nothing("no filter joins words: write the text as it has to be")),
    of("camelize", Nothing("no filter joins words: write the text as it has to be")),
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
    of("gsub", Close("replace", "`replace` takes no regular expression")),
    of("handle", Close("downcase | replace: ' ', '-'", "`handle` also removes special characters")),
    of("handleize", Close("downcase | replace: ' ', '-'", "`handleize` also removes special characters")),
    of("html_escape", Same("escape")),
    of("img_url", Nothing(SHOP)),
    of("int", Same("plus: 0")),
    of("js_escape", Same("json_escape")),
    of(
        "lcfirst",
        Nothing("no filter changes only the first letter to lower case; `downcase` changes all of them"),
    ),
    of("length", Same("size")),
    of("list", Close("split: ','", "`split` makes a list of a text; a list needs no filter")),
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
    of("replace_all", Same("replace")),
    of("round2", Close("round: 2", "the number of digits is an argument")),
    of("rounded_currency", Close("round", PRICE)),
    of("rtrim", Same("rstrip")),
    of("splice", Close("slice", "`slice` takes a part of a text or list and removes nothing")),
    of("string", Same("append: ''")),
    of("striptags", Same("strip_html")),
    of("sub", Close("minus", "in Ruby, `sub` replaces text as `replace_first` does")),
    of("substr", Close("slice", "the second number is a length, as in `slice: 0, 3`")),
    of("substring", Close("slice", "the second number is a length, as in `slice: 0, 3`")),
    of("subtract", Same("minus")),
    of("t", Nothing("there are no translations: write the text itself")),
    of(
        "tg_escape",
        Close("tg_html", "`tg_html` is for HTML, `tg_markdown` and `tg_markdown_v2` are for Markdown"),
    ),
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
    of("truncate_words", Same("truncatewords")),
    of("truncatechars", Same("truncate")),
    of("ucfirst", Close("capitalize", "`capitalize` also changes the other letters to lower case")),
    of("ucwords", Close("capitalize", "`capitalize` changes only the first letter of the text")),
    of("unescape", Nothing("no filter turns `&lt;` back into `<`: print the value itself")),
    of("unique", Same("uniq")),
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
