//! Converts a file's cells to typed values: determines the type of each column, and then parses each cell.
//!
//! A known property, which profiles already have, keeps its type. A new property gets the type that all cells of the
//! column fit, or text if there is no such type. This module knows no file formats.

use jiff::tz::TimeZone;

use super::{Value, ValueKind};

mod date;
mod number;

pub(crate) use date::DateFormat;

/// For one column, how many of its cells fit each type.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    n: u64,
    n_numbers: u64,
    n_booleans: u64,
    n_lists: u64,
    n_objects: u64,
    /// For each format in the order of [`DateFormat::ALL`], the number of cells that have it.
    n_dates: [u64; DateFormat::ALL.len()],
    /// Whether the column has a value that is already known to be a text, such as a JSON string. If so, a new property
    /// does not get the type date, even if all its texts look like dates.
    has_typed_text: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellType {
    Text,
    Number,
    Boolean,
    Date(DateFormat),
    /// Cells are JSON arrays.
    List,
    /// Cells are JSON objects.
    Object,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {}", describe(*wanted))]
pub(crate) struct CellMismatch {
    /// The cell, shortened, with control characters made visible.
    pub found: String,
    pub wanted: CellType,
}

impl Column {
    /// Counts one more cell. Empty cells do not count: they fit every type.
    pub(crate) fn add_cell(&mut self, cell: &str) {
        if cell.is_empty() {
            return;
        }
        self.n += 1;
        self.n_numbers += u64::from(number::parse(cell).is_some());
        self.n_booleans += u64::from(matches!(cell, "true" | "false"));
        self.count_dates(cell);
    }

    /// Counts one more value that already has a type, such as a JSON value. Null does not count.
    pub(crate) fn add_value(&mut self, value: &Value) {
        let Some(kind) = value.kind() else { return };
        self.n += 1;
        match kind {
            ValueKind::Text => self.has_typed_text = true,
            ValueKind::Number => self.n_numbers += 1,
            ValueKind::Boolean => self.n_booleans += 1,
            // A value that is already a date has no text format, so it counts for all formats.
            ValueKind::Date => self.n_dates.iter_mut().for_each(|n| *n += 1),
            ValueKind::List => self.n_lists += 1,
            ValueKind::Object => self.n_objects += 1,
        }
        // If profiles already have this property as a date, its JSON strings are parsed as dates, in the format that
        // most cells fit. So the formats of JSON strings are counted too.
        if let Value::Text(text) = value {
            self.count_dates(text);
        }
    }

    fn count_dates(&mut self, cell: &str) {
        // Most cells are not dates. This check is cheaper than trying every format.
        if !cell.starts_with(|c: char| c.is_ascii_digit() || c == '$') {
            return;
        }
        for (n, format) in self.n_dates.iter_mut().zip(DateFormat::ALL) {
            *n += u64::from(format.fits(cell));
        }
    }

    /// Returns the type of the column's cells, or `None` if all cells were empty and the property is new.
    ///
    /// A known type stays, even if some cells do not fit it. A new property gets the type that all cells fit, or text
    /// if there is no such type.
    pub(crate) fn cell_type(&self, known: Option<ValueKind>) -> Option<CellType> {
        match known {
            Some(ValueKind::Text) => Some(CellType::Text),
            Some(ValueKind::Number) => Some(CellType::Number),
            Some(ValueKind::Boolean) => Some(CellType::Boolean),
            Some(ValueKind::Date) => Some(CellType::Date(self.most_frequent_date())),
            Some(ValueKind::List) => Some(CellType::List),
            Some(ValueKind::Object) => Some(CellType::Object),
            None if self.n == 0 => None,
            None => Some(self.common_type()),
        }
    }

    /// Returns the format with day and month swapped if it fits as many cells as `format` does. The dates are then
    /// ambiguous. In all other cases, returns `None`.
    pub(crate) fn swapped_alternative(&self, format: DateFormat) -> Option<DateFormat> {
        let swapped = format.swapped()?;
        (0 < self.n_of(format) && self.n_of(swapped) == self.n_of(format)).then_some(swapped)
    }

    fn common_type(&self) -> CellType {
        let date = self.most_frequent_date();
        match self.n {
            n if n == self.n_numbers => CellType::Number,
            n if n == self.n_booleans => CellType::Boolean,
            n if n == self.n_lists => CellType::List,
            n if n == self.n_objects => CellType::Object,
            n if n == self.n_of(date) && !self.has_typed_text => CellType::Date(date),
            _ => CellType::Text,
        }
    }

    /// Returns the format that most cells fit. Of several such formats, returns the first in [`DateFormat::ALL`].
    fn most_frequent_date(&self) -> DateFormat {
        let most = self.n_dates.iter().max().copied().unwrap_or_default();
        DateFormat::ALL.into_iter().find(|format| self.n_of(*format) == most).unwrap_or(DateFormat::Iso)
    }

    fn n_of(&self, format: DateFormat) -> u64 {
        DateFormat::ALL.iter().zip(self.n_dates).find(|(other, _)| **other == format).map_or(0, |(_, n)| n)
    }
}

impl CellType {
    pub(crate) fn kind(self) -> ValueKind {
        match self {
            CellType::Text => ValueKind::Text,
            CellType::Number => ValueKind::Number,
            CellType::Boolean => ValueKind::Boolean,
            CellType::Date(_) => ValueKind::Date,
            CellType::List => ValueKind::List,
            CellType::Object => ValueKind::Object,
        }
    }

    /// Parses one cell, which must not be empty. A date is read in `zone`. A date without a time is the start of that
    /// day.
    pub(crate) fn read(self, cell: &str, zone: &TimeZone) -> Result<Value, CellMismatch> {
        let value = match self {
            CellType::Text => Some(Value::Text(cell.to_owned())),
            CellType::Number => number::parse(cell),
            CellType::Boolean => boolean(cell),
            CellType::Date(format) => format.parse(cell, zone).map(Value::Date),
            CellType::List | CellType::Object => json(cell).filter(|value| value.kind() == Some(self.kind())),
        };
        value.ok_or_else(|| self.mismatch(cell))
    }

    /// Converts a value that already has a type, such as a JSON value, to the type `self`. A text is parsed like a
    /// cell. A number or a boolean can become a text, and an integer can become a date.
    pub(crate) fn fit(self, value: Value, zone: &TimeZone) -> Result<Value, CellMismatch> {
        match (self, &value) {
            _ if value.kind() == Some(self.kind()) => Ok(value),
            (_, Value::Text(text)) => self.read(text, zone),
            (CellType::Text, Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_)) => {
                Ok(Value::Text(value.to_json().to_string()))
            }
            // A plain number counts as epoch seconds.
            (CellType::Date(_), Value::Integer(_)) => self.read(&value.to_json().to_string(), zone),
            _ => Err(self.mismatch(&value.to_json().to_string())),
        }
    }

    fn mismatch(self, found: &str) -> CellMismatch {
        const LONGEST: usize = 40;
        let mut cut: String = found.chars().take(LONGEST).collect();
        if cut.len() < found.len() {
            cut.push('…');
        }
        CellMismatch { found: crate::text::visible(&cut).into_owned(), wanted: self }
    }
}

/// Parses a value that a user typed. The type is `known`, or the type that the value looks like if `known` is `None`.
pub(crate) fn read_one(text: &str, known: Option<ValueKind>, zone: &TimeZone) -> Result<Value, CellMismatch> {
    let mut column = Column::default();
    column.add_cell(text);
    column.cell_type(known).unwrap_or(CellType::Text).read(text, zone)
}

// Spreadsheets write `TRUE`, which a known boolean property accepts. A new property becomes boolean only with
// lower-case values.
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

fn describe(wanted: CellType) -> String {
    let words = match wanted {
        CellType::Text => "a text",
        CellType::Number => "a number",
        CellType::Boolean => "`true` or `false`",
        CellType::Date(format) => return format!("a date; write it as {}", format.example()),
        CellType::List => "a list (JSON array)",
        CellType::Object => "a JSON object",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(cells: &[&str], expected: &str) {
        let mut column = Column::default();
        cells.iter().for_each(|cell| column.add_cell(cell));
        let shown = match column.cell_type(None) {
            None => "nothing".to_owned(),
            Some(cell_type) => {
                let zone = TimeZone::get("Europe/Berlin").unwrap();
                let values: Vec<_> = cells
                    .iter()
                    .filter(|cell| !cell.is_empty())
                    .map(|cell| cell_type.read(cell, &zone).unwrap().to_json().to_string())
                    .collect();
                format!("{}: {}", cell_type.kind().as_str(), values.join(" "))
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
    fn the_type_of_a_single_value_is_inferred() {
        let zone = TimeZone::UTC;
        assert_eq!(read_one("49", None, &zone), Ok(Value::Integer(49)));
        assert_eq!(read_one("0049", None, &zone), Ok(Value::Text("0049".into())));
        assert!(read_one("many", Some(ValueKind::Number), &zone).is_err());
    }

    #[test]
    fn text_that_only_resembles_a_number_stays_text() {
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
    fn booleans_in_capitals_are_read_only_in_known_boolean_columns() {
        check(&["true", "false", ""], "boolean: true false");
        check(&["TRUE", "false"], "text: \"TRUE\" \"false\"");
        let zone = TimeZone::UTC;
        assert_eq!(read_one("TRUE", Some(ValueKind::Boolean), &zone), Ok(Value::Boolean(true)));
    }

    #[test]
    fn the_date_format_that_fits_all_cells_is_used() {
        check(&["2026-01-31", "1999-12-31 23:59:59"], r#"date: "$D_1769814000" "$D_946681199""#);
        check(&["31/01/2026"], r#"date: "$D_1769814000""#);
        check(&["01/31/2026", "01/02/2026"], r#"date: "$D_1769814000" "$D_1767308400""#);
        check(&["2026/01/31"], r#"date: "$D_1769814000""#);
        check(&["2026/31/01"], r#"date: "$D_1769814000""#);
        check(&["31 Jan 2026 00:00:01"], r#"date: "$D_1769814001""#);
        check(&["$D_1769814000", "2026-01-31"], r#"date: "$D_1769814000" "$D_1769814000""#);
    }

    #[test]
    fn invalid_dates_stay_text() {
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
            cells.iter().for_each(|cell| column.add_cell(cell));
            let cell_type = column.cell_type(None).unwrap();
            for cell in &cells {
                match cell_type.read(cell, &TimeZone::UTC).unwrap() {
                    Value::Text(text) => prop_assert_eq!(&text, cell),
                    Value::Integer(number) if cell != "-0" => prop_assert_eq!(&number.to_string(), cell),
                    Value::Boolean(value) => prop_assert_eq!(&value.to_string(), cell),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn an_ambiguous_order_of_day_and_month_is_detected() {
        let mut column = Column::default();
        column.add_cell("01/02/2026");
        assert_eq!(column.cell_type(None), Some(CellType::Date(DateFormat::DayMonthYear)));
        assert_eq!(column.swapped_alternative(DateFormat::DayMonthYear), Some(DateFormat::MonthDayYear));
        column.add_cell("13/02/2026");
        assert_eq!(column.swapped_alternative(DateFormat::DayMonthYear), None);
    }

    #[test]
    fn values_that_do_not_fit_a_known_type_are_rejected() {
        let zone = TimeZone::UTC;
        let error = |text, kind| read_one(text, Some(kind), &zone).unwrap_err().to_string();
        assert_eq!(error("ab\x1bc", ValueKind::Number), "`ab␛c` is not a number");
        assert_eq!(error("ja", ValueKind::Boolean), "`ja` is not `true` or `false`");
        assert_eq!(error("soon", ValueKind::Date), "`soon` is not a date; write it as 2024-03-02");
        assert_eq!(
            CellType::Date(DateFormat::DayMonthYear).read("soon", &zone).unwrap_err().to_string(),
            "`soon` is not a date; write it as 31/03/2024"
        );
        assert_eq!(error("a,b", ValueKind::List), "`a,b` is not a list (JSON array)");
        assert_eq!(read_one("49", Some(ValueKind::Text), &zone), Ok(Value::Text("49".into())));
        assert_eq!(
            read_one("1664890781", Some(ValueKind::Date), &zone).unwrap().to_json(),
            serde_json::json!("$D_1664890781")
        );
    }

    #[test]
    fn json_values_keep_their_type_and_mixed_columns_become_text() {
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
            values(json).iter().for_each(|value| column.add_value(value));
            let cell_type = column.cell_type(None).unwrap();
            let read = values(json).into_iter().filter(|value| value.kind().is_some());
            let read: Vec<_> = read.map(|value| cell_type.fit(value, &TimeZone::UTC).unwrap()).collect();
            assert_eq!(Value::List(read).to_json().to_string(), expected);
        }
    }
}
