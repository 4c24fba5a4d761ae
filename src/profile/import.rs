//! How cells of a file become typed values: what all of a column's cells could be, and then each cell by itself.
//!
//! Files have no say in types but by their cells: a property that is known keeps its type, a new one gets the type that
//! all of its cells fit. Knows nothing of files and their forms.

use jiff::tz::TimeZone;

use super::{Kind, Value};

mod date;
mod number;

pub use date::DateFormat;

#[derive(Debug, Clone, Default)]
pub struct Column {
    n: u64,
    n_numbers: u64,
    n_booleans: u64,
    n_lists: u64,
    n_objects: u64,
    /// By the order of [`DateFormat::ALL`].
    n_dates: [u64; DateFormat::ALL.len()],
    /// Whether some value came with its type and that type was text: then `"5"` is no number.
    has_typed_text: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    Text,
    Number,
    Boolean,
    Date(DateFormat),
    /// As JSON arrays.
    List,
    /// As JSON objects.
    Object,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {}", article(*wanted))]
pub struct Misfit {
    /// The cell, cut and made visible.
    pub found: String,
    pub wanted: Kind,
}

impl Column {
    /// Takes one more cell into account; an empty one says nothing.
    pub fn see(&mut self, cell: &str) {
        if cell.is_empty() {
            return;
        }
        self.n += 1;
        self.n_numbers += u64::from(number::parse(cell).is_some());
        self.n_booleans += u64::from(matches!(cell, "true" | "false"));
        self.see_dates(cell);
    }

    /// Takes one more value into account that came with its type, as in JSON.
    pub fn see_value(&mut self, value: &Value) {
        let Some(kind) = value.kind() else { return };
        self.n += 1;
        match kind {
            Kind::Text => self.has_typed_text = true,
            Kind::Number => self.n_numbers += 1,
            Kind::Boolean => self.n_booleans += 1,
            Kind::Date => self.n_dates.iter_mut().for_each(|n| *n += 1),
            Kind::List => self.n_lists += 1,
            Kind::Object => self.n_objects += 1,
        }
        if let Value::Text(text) = value {
            self.see_dates(text);
        }
    }

    fn see_dates(&mut self, cell: &str) {
        // Most cells are no dates: looking once saves trying every format.
        if !cell.starts_with(|c: char| c.is_ascii_digit() || c == '$') {
            return;
        }
        for (n, format) in self.n_dates.iter_mut().zip(DateFormat::ALL) {
            *n += u64::from(format.fits(cell));
        }
    }

    /// Returns how to read the column's cells, or `None` where all were empty and the property is not known.
    ///
    /// A known type stays, whatever the cells are; else the type is the one that all of them have.
    pub fn reading(&self, known: Option<Kind>) -> Option<Reading> {
        match known {
            Some(Kind::Text) => Some(Reading::Text),
            Some(Kind::Number) => Some(Reading::Number),
            Some(Kind::Boolean) => Some(Reading::Boolean),
            Some(Kind::Date) => Some(Reading::Date(self.most_frequent_date())),
            Some(Kind::List) => Some(Reading::List),
            Some(Kind::Object) => Some(Reading::Object),
            None if self.n == 0 => None,
            None => Some(self.common_reading()),
        }
    }

    /// Returns another way to read the dates that fits as many cells, where there is one: day and month may be swapped.
    pub fn rival(&self, format: DateFormat) -> Option<DateFormat> {
        let rival = format.swapped()?;
        (0 < self.n_of(format) && self.n_of(rival) == self.n_of(format)).then_some(rival)
    }

    fn common_reading(&self) -> Reading {
        let date = self.most_frequent_date();
        match self.n {
            n if n == self.n_numbers => Reading::Number,
            n if n == self.n_booleans => Reading::Boolean,
            n if n == self.n_lists => Reading::List,
            n if n == self.n_objects => Reading::Object,
            n if n == self.n_of(date) && !self.has_typed_text => Reading::Date(date),
            _ => Reading::Text,
        }
    }

    /// Returns the format that most cells fit; of those that fit as many, the first.
    fn most_frequent_date(&self) -> DateFormat {
        let most = self.n_dates.iter().max().copied().unwrap_or_default();
        DateFormat::ALL.into_iter().find(|format| self.n_of(*format) == most).unwrap_or(DateFormat::Iso)
    }

    fn n_of(&self, format: DateFormat) -> u64 {
        DateFormat::ALL.iter().zip(self.n_dates).find(|(other, _)| **other == format).map_or(0, |(_, n)| n)
    }
}

impl Reading {
    pub fn kind(self) -> Kind {
        match self {
            Reading::Text => Kind::Text,
            Reading::Number => Kind::Number,
            Reading::Boolean => Kind::Boolean,
            Reading::Date(_) => Kind::Date,
            Reading::List => Kind::List,
            Reading::Object => Kind::Object,
        }
    }

    /// Reads one cell that is not empty; a date without a zone is one of `zone`, without a time its first instant.
    pub fn read(self, cell: &str, zone: &TimeZone) -> Result<Value, Misfit> {
        let value = match self {
            Reading::Text => Some(Value::Text(cell.to_owned())),
            Reading::Number => number::parse(cell),
            Reading::Boolean => boolean(cell),
            Reading::Date(format) => format.parse(cell, zone).map(Value::Date),
            Reading::List | Reading::Object => json(cell).filter(|value| value.kind() == Some(self.kind())),
        };
        value.ok_or_else(|| self.misfit(cell))
    }

    /// Fits a value that came with its type: text is read as a cell is, and numbers and booleans have a text.
    pub fn fit(self, value: Value, zone: &TimeZone) -> Result<Value, Misfit> {
        match (self, &value) {
            _ if value.kind() == Some(self.kind()) => Ok(value),
            (_, Value::Text(text)) => self.read(text, zone),
            (Reading::Text, Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_)) => {
                Ok(Value::Text(value.to_json().to_string()))
            }
            (Reading::Date(_), Value::Integer(_)) => self.read(&value.to_json().to_string(), zone),
            _ => Err(self.misfit(&value.to_json().to_string())),
        }
    }

    fn misfit(self, found: &str) -> Misfit {
        const LONGEST: usize = 40;
        let mut cut: String = found.chars().take(LONGEST).collect();
        if cut.len() < found.len() {
            cut.push('…');
        }
        Misfit { found: crate::text::visible(&cut).into_owned(), wanted: self.kind() }
    }
}

/// Reads a single value as typed by a person: of the type that is known, else of the one it looks like.
///
/// ```
/// use telecast::profile::{Kind, Value, import};
///
/// let zone = jiff::tz::TimeZone::UTC;
/// assert_eq!(import::read_one("49", None, &zone), Ok(Value::Integer(49)));
/// assert_eq!(import::read_one("0049", None, &zone), Ok(Value::Text("0049".into())));
/// assert!(import::read_one("many", Some(Kind::Number), &zone).is_err());
/// ```
pub fn read_one(text: &str, known: Option<Kind>, zone: &TimeZone) -> Result<Value, Misfit> {
    let mut column = Column::default();
    column.see(text);
    column.reading(known).unwrap_or(Reading::Text).read(text, zone)
}

/// A type that is known admits capitals, as spreadsheets write them; a new property of them is text.
fn boolean(cell: &str) -> Option<Value> {
    match cell {
        _ if cell.eq_ignore_ascii_case("true") => Some(Value::Boolean(true)),
        _ if cell.eq_ignore_ascii_case("false") => Some(Value::Boolean(false)),
        _ => None,
    }
}

fn json(cell: &str) -> Option<Value> {
    serde_json::from_str::<serde_json::Value>(cell).ok().map(Value::from)
}

fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a text",
        Kind::Number => "a number",
        Kind::Boolean => "`true` or `false`",
        Kind::Date => "a date in this column's format",
        Kind::List => "a list (a JSON array)",
        Kind::Object => "an object (of JSON)",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(cells: &[&str], expected: &str) {
        let mut column = Column::default();
        cells.iter().for_each(|cell| column.see(cell));
        let shown = match column.reading(None) {
            None => "nothing".to_owned(),
            Some(reading) => {
                let zone = TimeZone::get("Europe/Berlin").unwrap();
                let values: Vec<_> = cells
                    .iter()
                    .filter(|cell| !cell.is_empty())
                    .map(|cell| reading.read(cell, &zone).unwrap().to_json().to_string())
                    .collect();
                format!("{}: {}", reading.kind().as_str(), values.join(" "))
            }
        };
        assert_eq!(shown, expected, "{cells:?}");
    }

    #[test]
    fn whole_and_decimal_numbers_are_numbers() {
        check(&["1", "-2", "", "0", "9223372036854775807"], "number: 1 -2 0 9223372036854775807");
        check(&["-1001234567890", "5.0", "-0.25"], "number: -1001234567890 5.0 -0.25");
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for cell in [
            "007",
            "-01",
            "00",
            "+1",
            "9223372036854775808",
            "12345678901234567890.5",
            "1e5",
            "1,5",
            ".5",
            "5.",
            " 5",
            "NaN",
            "inf",
            "0x1F",
            "-",
            "1 000",
            "٣",
            "00.5",
        ] {
            check(&["1", cell], &format!("text: \"1\" \"{cell}\""));
        }
    }

    #[test]
    fn true_and_false_are_booleans_and_their_capitals_only_where_known() {
        check(&["true", "false", ""], "boolean: true false");
        check(&["TRUE", "false"], "text: \"TRUE\" \"false\"");
        let zone = TimeZone::UTC;
        assert_eq!(read_one("TRUE", Some(Kind::Boolean), &zone), Ok(Value::Boolean(true)));
    }

    #[test]
    fn dates_are_read_in_the_zone_in_the_format_that_fits_all() {
        check(&["2026-01-31", "1999-12-31 23:59:59"], r#"date: "$D_1769814000" "$D_946681199""#);
        check(&["31/01/2026"], r#"date: "$D_1769814000""#);
        check(&["01/31/2026", "01/02/2026"], r#"date: "$D_1769814000" "$D_1767308400""#);
        check(&["2026/01/31"], r#"date: "$D_1769814000""#);
        check(&["2026/31/01"], r#"date: "$D_1769814000""#);
        check(&["31 Jan 2026 00:00:01"], r#"date: "$D_1769814001""#);
        check(&["$D_1769814000", "2026-01-31"], r#"date: "$D_1769814000" "$D_1769814000""#);
    }

    #[test]
    fn what_is_no_date_is_text() {
        for cell in
            ["2026-02-30", "31/13/2026", "2026-1-31", "2026-01-31T00:00:00Z", "2026-01-31 25:00:00", "$D_x"]
        {
            check(&[cell], &format!("text: \"{cell}\""));
        }
        check(&["31/01/2026", "01/31/2026"], "text: \"31/01/2026\" \"01/31/2026\"");
        check(&[""], "nothing");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_cell_of_a_new_column_can_be_read(
            cells in proptest::collection::vec("[-+0-9./: $D_a-eJn]{1,12}|true|false|\\PC{1,5}", 1..5),
        ) {
            let mut column = Column::default();
            cells.iter().for_each(|cell| column.see(cell));
            let reading = column.reading(None).unwrap();
            for cell in &cells {
                match reading.read(cell, &TimeZone::UTC).unwrap() {
                    Value::Text(text) => prop_assert_eq!(&text, cell),
                    Value::Integer(number) if cell != "-0" => prop_assert_eq!(&number.to_string(), cell),
                    Value::Boolean(value) => prop_assert_eq!(&value.to_string(), cell),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn days_and_months_that_may_be_swapped_are_told() {
        let mut column = Column::default();
        column.see("01/02/2026");
        assert_eq!(column.reading(None), Some(Reading::Date(DateFormat::DayMonthYear)));
        assert_eq!(column.rival(DateFormat::DayMonthYear), Some(DateFormat::MonthDayYear));
        column.see("13/02/2026");
        assert_eq!(column.rival(DateFormat::DayMonthYear), None);
    }

    #[test]
    fn a_known_type_stays_and_misfits_are_named() {
        let zone = TimeZone::UTC;
        let told = |text, kind| read_one(text, Some(kind), &zone).unwrap_err().to_string();
        assert_eq!(told("ab\x1bc", Kind::Number), "`ab␛c` is not a number");
        assert_eq!(told("ja", Kind::Boolean), "`ja` is not `true` or `false`");
        assert_eq!(told("soon", Kind::Date), "`soon` is not a date in this column's format");
        assert_eq!(told("a,b", Kind::List), "`a,b` is not a list (a JSON array)");
        assert_eq!(read_one("49", Some(Kind::Text), &zone), Ok(Value::Text("49".into())));
        assert_eq!(
            read_one("1664890781", Some(Kind::Date), &zone).unwrap().to_json(),
            serde_json::json!("$D_1664890781")
        );
    }

    #[test]
    fn typed_values_keep_their_type_and_mixed_ones_become_text() {
        let values = |json: &str| match Value::from(serde_json::from_str::<serde_json::Value>(json).unwrap())
        {
            Value::List(items) => items,
            other => panic!("{other:?}"),
        };
        for (json, expected) in [
            (r#"["5","6"]"#, r#"["5","6"]"#),
            (r#"[5,null,6.5]"#, r#"[5,6.5]"#),
            (r#"[5,"x",true]"#, r#"["5","x","true"]"#),
            (r#"["2026-01-31"]"#, r#"["2026-01-31"]"#),
            (r#"[["a"],["b"]]"#, r#"[["a"],["b"]]"#),
        ] {
            let mut column = Column::default();
            values(json).iter().for_each(|value| column.see_value(value));
            let reading = column.reading(None).unwrap();
            let read = values(json).into_iter().filter(|value| value.kind().is_some());
            let read: Vec<_> = read.map(|value| reading.fit(value, &TimeZone::UTC).unwrap()).collect();
            assert_eq!(Value::List(read).to_json().to_string(), expected);
        }
    }
}
