//! Translates the condition of an audience to SQL and runs it. The result is the same as that of
//! [`segment::matches`](crate::segment::matches) for each profile.
//!
//! SQL has three truth values: a comparison with NULL is NULL. In `WHERE`, NULL counts as false, also below AND and OR.
//! NOT is different: NOT NULL is NULL. A negation is therefore written as `IS NOT TRUE`.

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params_from_iter};

use crate::profile::{CHAT_ID, ValueKind};
use crate::segment::{
    Aggregate, Comparison, Condition, EventQuery, Field, Literal, Moment, Number, Pattern, Test, bounds,
};
use crate::store::ProfilePage;

use super::read;

/// Returns the number of profiles that match.
pub(super) fn count(
    connection: &Connection,
    condition: &Condition,
    moment: Moment<'_>,
) -> rusqlite::Result<u64> {
    let query = Query::new(condition, moment);
    let sql = format!("SELECT count(*) FROM profiles WHERE {}", query.sql);
    connection
        .prepare_cached(&sql)?
        .query_row(params_from_iter(query.parameters), |row| Ok(read::to_count(row.get(0)?)))
}

/// Returns the profiles that match, in the order of their identities; see
/// [`Store::audience_page`](crate::store::Store::audience_page).
pub(super) fn page(
    connection: &Connection,
    condition: &Condition,
    moment: Moment<'_>,
    after: Option<&str>,
    limit: usize,
) -> rusqlite::Result<ProfilePage> {
    let query = Query::new(condition, moment);
    // Without `after`, the query starts after "". No identity is empty, so all identities come after "".
    let sql = format!(
        "SELECT identity, json(properties), state FROM profiles LEFT JOIN reachability ON profile_id = id \
         WHERE ({}) AND identity > ? ORDER BY identity LIMIT ?",
        query.sql
    );
    let mut parameters = query.parameters;
    parameters.push(after.unwrap_or_default().to_owned().into());
    // One profile more than `limit` is read, to know whether there is a next page.
    parameters.push(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1).into());
    let mut statement = connection.prepare_cached(&sql)?;
    let mut profiles: Vec<_> =
        statement.query_map(params_from_iter(parameters), read::to_profile)?.collect::<Result<_, _>>()?;
    let has_next = limit < profiles.len();
    profiles.truncate(limit);
    let next = profiles.last().filter(|_| has_next).map(|last| last.identity.clone());
    Ok(ProfilePage { profiles, next })
}

/// A condition in SQL, with its parameters in the order of their `?`.
struct Query<'a> {
    sql: String,
    parameters: Vec<SqlValue>,
    moment: Moment<'a>,
}

/// The SQL of a value.
struct Operand {
    /// An expression that is NULL if the value is not set.
    value: String,
    /// An expression for the value's type, as `json_type` names it. `None` if no type needs to be checked, because all
    /// profiles have the property with the same type.
    json_type: Option<String>,
}

impl<'a> Query<'a> {
    fn new(condition: &Condition, moment: Moment<'a>) -> Self {
        let mut query = Self { sql: String::new(), parameters: Vec::new(), moment };
        query.condition(condition, "properties");
        query
    }

    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    fn bind(&mut self, parameter: impl Into<SqlValue>) {
        self.push("?");
        self.parameters.push(parameter.into());
    }

    /// Appends a condition on the row whose properties are in the column `properties`.
    fn condition(&mut self, condition: &Condition, properties: &str) {
        match condition {
            Condition::All(conditions) => self.joined(conditions, " AND ", properties),
            Condition::Any(conditions) => self.joined(conditions, " OR ", properties),
            Condition::Not(condition) => {
                self.push("((");
                self.condition(condition, properties);
                self.push(") IS NOT TRUE)");
            }
            Condition::Segment(_, condition) => self.condition(condition, properties),
            Condition::Field(field, test) => self.field(field, test, properties),
            Condition::Did(query, comparison, n) => {
                let n = Number::Integer(i64::try_from(*n).unwrap_or(i64::MAX));
                self.events(query, "count(*)", Some(Number::Integer(0)), *comparison, n);
            }
            Condition::Total { of, aggregate, property, comparison, number } => {
                let operand = member("properties", property);
                let Operand { value, json_type } = &operand;
                let kind = json_type.as_deref().unwrap_or_default();
                let numbers = format!("CASE WHEN {kind} IN ('integer', 'real') THEN {value} END");
                let (sql, of_none) = match aggregate {
                    // SQLite's sum of integers fails if it is over 64 bits, and that of decimals does not.
                    Aggregate::Sum => (format!("total(CAST({numbers} AS REAL))"), Some(Number::Integer(0))),
                    Aggregate::Count => (format!("count({value})"), Some(Number::Integer(0))),
                    Aggregate::Min => (format!("min({numbers})"), None),
                    Aggregate::Max => (format!("max({numbers})"), None),
                    Aggregate::Average => (format!("avg(CAST({numbers} AS REAL))"), None),
                };
                self.events(of, &sql, of_none, *comparison, *number);
            }
        }
    }

    fn joined(&mut self, conditions: &[Condition], operator: &str, properties: &str) {
        self.push("(");
        for (index, condition) in conditions.iter().enumerate() {
            if 0 < index {
                self.push(operator);
            }
            self.condition(condition, properties);
        }
        self.push(")");
    }

    /// Appends a comparison of `aggregate`, an SQL expression, over the selected events of a profile. `of_none` is its
    /// value without any events, or `None` if it is then not set.
    fn events(
        &mut self,
        query: &EventQuery,
        aggregate: &str,
        of_none: Option<Number>,
        comparison: Comparison,
        number: Number,
    ) {
        // GROUP BY makes no group for a profile without such events. If the comparison holds for these profiles, the
        // subquery selects the profiles for which it does not hold, and NOT IN excludes them.
        let is_inverse = of_none.is_some_and(|none| comparison.holds(none.cmp(&number)));
        self.push(if is_inverse { "id NOT IN (" } else { "id IN (" });
        self.push("SELECT profile_id FROM events WHERE name = ");
        self.bind(query.name.clone());
        if let Some(within) = query.within {
            let (start, end) = bounds(within, self.moment);
            self.push(" AND at BETWEEN ");
            self.bind(start);
            self.push(" AND ");
            self.bind(end);
        }
        if let Some(condition) = &query.condition {
            self.push(" AND ");
            self.condition(condition, "properties");
        }
        self.push(" GROUP BY profile_id HAVING ");
        self.push(if is_inverse { "NOT " } else { "" });
        self.push(&format!("({aggregate} {} ", comparison.as_str()));
        self.bind(parameter(number));
        self.push("))");
    }

    fn field(&mut self, field: &Field, test: &Test, properties: &str) {
        let operand = match field {
            Field::Property(_, None) => {
                self.push("0");
                return;
            }
            Field::Identity => Operand { value: "identity".to_owned(), json_type: None },
            Field::Property(name, Some(_)) => {
                Operand { json_type: None, ..member(properties, std::slice::from_ref(name)) }
            }
            Field::ChatId => member(properties, &[CHAT_ID.to_owned()]),
            Field::Member(path) => member(properties, path),
            Field::Reachable => {
                let chat = member(properties, &[CHAT_ID.to_owned()]).value;
                let value = format!(
                    "({chat} IS NOT NULL AND id NOT IN (SELECT profile_id FROM reachability \
                     WHERE state IN ('blocked', 'gone')))"
                );
                Operand { value, json_type: None }
            }
            Field::TestProfile => Operand { value: "is_test".to_owned(), json_type: None },
        };
        let kind = match field {
            Field::Identity => Some(ValueKind::Text),
            Field::Property(_, kind) => *kind,
            _ => None,
        };
        self.push("(");
        match test {
            // The value of a JSON null is NULL, so the property counts as not set.
            Test::IsSet => self.push(&format!("{} IS NOT NULL", operand.value)),
            Test::Compare(comparison, literal) => self.compare(field, &operand, *comparison, literal),
            Test::OneOf(literals) => {
                for (index, literal) in literals.iter().enumerate() {
                    if 0 < index {
                        self.push(" OR ");
                    }
                    self.compare(field, &operand, Comparison::Equal, literal);
                }
            }
            Test::Text(pattern, part) => {
                let value = self.text(field, &operand);
                // For an empty part, `substr(value, -0)` would return the whole text.
                let part_of = match pattern {
                    Pattern::EndsWith if !part.is_empty() => format!("substr({value}, -length(?))"),
                    _ => format!("substr({value}, 1, length(?))"),
                };
                self.push(&format!("{part_of} = ?"));
                self.parameters.extend([part.clone().into(), part.clone().into()]);
            }
            Test::Within(within) => {
                let (start, end) = bounds(*within, self.moment);
                let date = date(&operand);
                self.push(&format!("{date} BETWEEN "));
                self.bind(start);
                self.push(" AND ");
                self.bind(end);
            }
            Test::Contains(literal) => {
                let is_list = kind == Some(ValueKind::List);
                if kind != Some(ValueKind::Text) {
                    let list = match &operand.json_type {
                        Some(json_type) => {
                            format!("CASE WHEN {json_type} = 'array' THEN {} END", operand.value)
                        }
                        None => operand.value.clone(),
                    };
                    self.push(&format!("EXISTS (SELECT 1 FROM json_each({list}) AS item WHERE "));
                    let item =
                        Operand { value: "item.value".to_owned(), json_type: Some("item.type".to_owned()) };
                    self.compare(&Field::Member(Vec::new()), &item, Comparison::Equal, literal);
                    self.push(")");
                }
                if let Literal::Text(part) = literal
                    && !is_list
                {
                    let text = self.text(field, &operand);
                    self.push(if kind == Some(ValueKind::Text) { "" } else { " OR " });
                    self.push(&format!("instr({text}, "));
                    self.bind(part.clone());
                    self.push(") > 0");
                }
            }
        }
        self.push(")");
    }

    fn compare(&mut self, field: &Field, operand: &Operand, comparison: Comparison, literal: &Literal) {
        let Operand { value, json_type } = operand;
        let (value, parameter) = match literal {
            Literal::Number(number) => {
                let value = match (json_type, field) {
                    (Some(json_type), Field::ChatId) => format!(
                        "CASE {json_type} WHEN 'integer' THEN {value} WHEN 'real' THEN {value} WHEN 'text' THEN \
                         CASE WHEN CAST(CAST({value} AS INTEGER) AS TEXT) = {value} THEN CAST({value} AS INTEGER) END END"
                    ),
                    (Some(json_type), _) => {
                        format!("CASE WHEN {json_type} IN ('integer', 'real') THEN {value} END")
                    }
                    (None, _) => value.clone(),
                };
                (value, parameter(*number))
            }
            Literal::Text(text) => (self.text(field, operand), text.clone().into()),
            Literal::Boolean(wanted) => {
                let value = match json_type {
                    Some(json_type) => format!("CASE WHEN {json_type} IN ('true', 'false') THEN {value} END"),
                    None => value.clone(),
                };
                (value, i64::from(*wanted).into())
            }
            Literal::Date(instant) => (date(operand), instant.as_second().into()),
        };
        self.push(&format!("{value} {} ", comparison.as_str()));
        self.bind(parameter);
    }

    /// Returns the operand as a text, or NULL if it has another type.
    fn text(&self, field: &Field, operand: &Operand) -> String {
        let Operand { value, json_type } = operand;
        match (json_type, field) {
            (None, _) => value.clone(),
            (Some(json_type), Field::ChatId) => {
                let is_date = is_date(value);
                format!(
                    "CASE WHEN {json_type} IN ('text', 'integer') AND NOT ({is_date}) \
                     THEN CAST({value} AS TEXT) END"
                )
            }
            (Some(json_type), _) => {
                format!("CASE WHEN {json_type} = 'text' AND NOT ({}) THEN {value} END", is_date(value))
            }
        }
    }
}

/// Returns the operand as seconds since 1970, or NULL if it has another type. A date is stored as the text
/// `$D_<seconds>`.
fn date(operand: &Operand) -> String {
    let Operand { value, json_type } = operand;
    match json_type {
        None => format!("CAST(substr({value}, 4) AS INTEGER)"),
        Some(json_type) => {
            let is_date = is_date(value);
            format!(
                "CASE WHEN {json_type} = 'text' AND {is_date} THEN CAST(substr({value}, 4) AS INTEGER) END"
            )
        }
    }
}

fn is_date(text: &str) -> String {
    format!("{text} GLOB '$D_*' AND CAST(CAST(substr({text}, 4) AS INTEGER) AS TEXT) = substr({text}, 4)")
}

fn parameter(number: Number) -> SqlValue {
    match number {
        Number::Integer(integer) => integer.into(),
        Number::Decimal(decimal) => decimal.into(),
    }
}

/// Returns a member of the JSON in a column. It is NULL if the member is missing or null.
fn member(column: &str, path: &[String]) -> Operand {
    // In a JSON path of SQLite, a key in quotes cannot contain these characters. A key with one of them is looked up
    // with `json_each`.
    let is_plain = |key: &String| !key.contains(|c: char| matches!(c, '"' | '\\') || c.is_control());
    if path.iter().all(is_plain) {
        let path: String = path.iter().map(|key| format!(".\"{key}\"")).collect();
        let path = format!("'${}'", path.replace('\'', "''"));
        return Operand {
            value: format!("{column} ->> {path}"),
            json_type: Some(format!("json_type({column}, {path})")),
        };
    }
    let member = |json: &str, key: &str, what: &str| {
        let key = key.replace('\'', "''");
        format!("(SELECT {what} FROM json_each({json}) WHERE key = '{key}')")
    };
    let (last, parents) = path.split_last().map_or(("", &[][..]), |(last, parents)| (last.as_str(), parents));
    let parent = parents
        .iter()
        .fold(column.to_owned(), |json, key| member(&json, key, "CASE type WHEN 'object' THEN value END"));
    Operand { value: member(&parent, last, "value"), json_type: Some(member(&parent, last, "type")) }
}

#[cfg(test)]
mod tests;
