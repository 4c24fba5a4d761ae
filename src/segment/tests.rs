use indexmap::IndexMap;
use jiff::tz::TimeZone;

use super::*;
use crate::profile::{Event, Profile, PropertySummary, Reachability, Value, ValueKind, Vocabulary};

fn vocabulary() -> Vocabulary {
    let property = |(name, kind): (&str, ValueKind)| PropertySummary {
        name: name.to_owned(),
        kind,
        n_set: 1,
        samples: Vec::new(),
    };
    let properties = [
        ("First Name", ValueKind::Text),
        ("address", ValueKind::Object),
        ("birthday", ValueKind::Date),
        ("country", ValueKind::Text),
        ("last_seen", ValueKind::Date),
        ("ltv", ValueKind::Number),
        ("plan", ValueKind::Text),
        ("tags", ValueKind::List),
        ("vip", ValueKind::Boolean),
    ];
    Vocabulary { properties: properties.map(property).to_vec(), n_profiles: 1, ..Vocabulary::default() }
}

fn events() -> Vec<EventSummary> {
    vec![
        EventSummary { name: "App Launched".to_owned(), properties: Vec::new() },
        EventSummary { name: "Charged".to_owned(), properties: vec!["amount".to_owned(), "item".to_owned()] },
    ]
}

fn segments() -> IndexMap<String, String> {
    let segments = [
        ("broken", "country = \"DE\""),
        ("circle", "segment(\"other\")"),
        ("other", "vip and segment(\"circle\")"),
        ("vip", "vip and ltv > 100"),
    ];
    segments.map(|(name, text)| (name.to_owned(), text.to_owned())).into_iter().collect()
}

fn with_schema<T>(use_schema: impl FnOnce(&Schema<'_>) -> T) -> T {
    let (vocabulary, events, segments) = (vocabulary(), events(), segments());
    let zone = berlin();
    use_schema(&Schema { vocabulary: &vocabulary, events: &events, segments: &segments, zone: &zone })
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// Checks the explanation of an expression, and that it has no problem.
#[track_caller]
fn explained(text: &str, expected: &str) {
    let reading = with_schema(|schema| read(text, schema));
    assert_eq!(reading.problems, [], "{text}");
    assert_eq!(explain(&reading.condition.unwrap(), &berlin()), expected, "{text}");
}

/// Checks the problems of an expression, each as `code at "marked text": message`, followed by the expression after its
/// first fix.
#[track_caller]
fn problems(text: &str, expected: &[&str]) {
    let reading = with_schema(|schema| read(text, schema));
    let shown: Vec<String> = reading
        .problems
        .iter()
        .map(|problem| {
            let fixed = problem.fixes.first().map(|fix| format!(" => {}", fix.apply(text).unwrap()));
            let marked = problem.span.of(text);
            format!("{} at `{marked}`: {}{}", problem.code, problem.message, fixed.unwrap_or_default())
        })
        .collect();
    assert_eq!(shown, expected, "{text}");
    assert_eq!(
        reading.condition.is_none(),
        reading.problems.iter().any(|problem| problem.is_error()),
        "{text}"
    );
}

#[test]
fn the_forms_of_the_language_are_read_and_explained() {
    explained(
        r#"country == "DE" and ltv > 100 and last_seen within 30 days"#,
        r#"country is "DE", and ltv is more than 100, and last_seen is within the last 30 days"#,
    );
    explained(
        r#"`First Name` starts_with "A" or plan in ("pro", "team") or tags contains "vip""#,
        r#"`First Name` starts with "A", or plan is one of "pro", "team", or tags contains "vip""#,
    );
    explained(
        r#"did "Charged" at least 2 times within 30 days where amount > 10"#,
        r#"did "Charged" at least 2 times within the last 30 days where amount is more than 10"#,
    );
    explained(
        r#"did not "App Launched" within 7 days and sum(amount) of "Charged" within 90 days >= 500"#,
        r#"did not do "App Launched" within the last 7 days, and the sum of amount in "Charged" within the last 90 days is at least 500"#,
    );
    explained(
        "birthday is set and not (reachable == false) and test_profile == false",
        "birthday is set, and is reachable, and is not a test profile",
    );
    explained(
        r#"birthday >= date("2026-01-31") and not segment("vip")"#,
        r#"birthday is at least 2026-01-31, and is not in the segment "vip""#,
    );
    explained(
        r#"vip and (plan != "pro" or plan is not set) and address.city == "Köln""#,
        r#"vip is true, and (plan is not "pro" (or not set), or plan is not set), and `address.city` is "Köln""#,
    );
    explained(
        r#"count of "Charged" where (amount > 1 and item ends_with "\"x\\") < 3 and telegram_chat_id < 0"#,
        r#"did "Charged" less than 3 times where (amount is more than 1, and item ends with "\"x\\"), and telegram_chat_id is less than 0"#,
    );
}

#[test]
fn not_binds_before_and_and_and_before_or() {
    explained(
        r#"not vip and plan == "a" or vip and not plan == "b" or vip"#,
        r#"(vip is not true (or not set), and plan is "a"), or (vip is true, and plan is not "b" (or not set)), or vip is true"#,
    );
}

#[test]
fn mistakes_have_a_place_and_what_is_meant() {
    problems("", &["audience-syntax at ``: the expression is empty"]);
    problems(r#"country = "DE""#, &[r#"audience-syntax at `=`: `=` is `==` here => country == "DE""#]);
    problems(r#"vip && ltv => 5"#, &["audience-syntax at `&&`: `&&` is `and` here => vip and ltv => 5"]);
    problems("ltv => 5", &["audience-syntax at `=>`: `=>` is `>=` here => ltv >= 5"]);
    problems("!vip", &["audience-syntax at `!`: `!` is `not` here => not vip"]);
    problems("vip AND vip", &["audience-syntax at `AND`: `and` is written in lower case => vip and vip"]);
    problems("country == DE", &[r#"audience-syntax at `DE`: `DE` is not a value => country == "DE""#]);
    problems(
        "country == 'D\"E'",
        &[r#"audience-syntax at `'D"E'`: a text is in double quotes here => country == "D\"E""#],
    );
    problems("country == ‘DE’", &["audience-syntax at `‘`: unexpected `‘`"]);
    problems(
        "last_seen within 30 dayz",
        &[
            "audience-syntax at `dayz`: `dayz` is no unit: write hours, days or weeks => last_seen within 30 days",
        ],
    );
    problems(
        "last_seen within 30days",
        &["audience-syntax at `30days`: `30days` is neither a number nor a name"],
    );
    problems(
        "First Name == \"A\"",
        &[
            "unknown-property at `First`: no profile has the property `First`",
            "audience-syntax at `Name`: expected a comparison of `First`",
        ],
    );
    problems(r#"(vip"#, &["audience-syntax at ``: expected `)`, found the end"]);
    problems(r#"country == "DE"#, &["audience-syntax at `\"`: this text has no end"]);
    problems(r#"did "Charged" 2 times"#, &["audience-syntax at `2`: expected `and` or `or`, found `2`"]);
}

#[test]
fn what_other_tools_write_has_a_fix() {
    problems(
        "Profile.plan == \"a\"",
        &[r#"audience-syntax at `Profile.plan`: in an expression, the property is `plan` => plan == "a""#],
    );
    problems(
        "plan starts with \"a\"",
        &[r#"audience-syntax at `starts with`: `starts_with` is one word => plan starts_with "a""#],
    );
    problems("plan in \"a\"", &["audience-syntax at `\"a\"`: `in` needs a list"]);
    problems("plan", &["audience-syntax at ``: expected a comparison of `plan`, which is a text"]);
    problems(
        "did Charged",
        &[
            "unknown-property at `did`: no profile has the property `did`",
            r#"audience-syntax at `Charged`: the name of an event is in double quotes => did "Charged""#,
        ],
    );
}

#[test]
fn unknown_names_are_warnings_and_segments_must_exist() {
    problems(
        r#"contry == "DE" or did "Chargd" or did "Charged" where amuont > 1"#,
        &[
            r#"unknown-property at `contry`: no profile has the property `contry` => country == "DE" or did "Chargd" or did "Charged" where amuont > 1"#,
            r#"unknown-event at `"Chargd"`: no profile has the event `Chargd` => contry == "DE" or did "Charged" or did "Charged" where amuont > 1"#,
            r#"unknown-property at `amuont`: no event "Charged" has the property `amuont` => contry == "DE" or did "Chargd" or did "Charged" where amount > 1"#,
        ],
    );
    problems(
        r#"segment("vpi")"#,
        &[r#"unknown-segment at `"vpi"`: there is no segment `vpi` => segment("vip")"#],
    );
    problems(
        r#"segment("circle")"#,
        &[
            r#"segment-circle at `"circle"`: the segment `circle` has an error: the segment `other` has an error: this segment refers to itself: circle → other → circle"#,
        ],
    );
    problems(
        r#"segment("broken")"#,
        &[r#"audience-syntax at `"broken"`: the segment `broken` has an error: `=` is `==` here"#],
    );
}

#[test]
fn wrong_types_are_errors() {
    problems(r#"ltv > "5""#, &[r#"wrong-type at `"5"`: `ltv` is a number, and this is a text => ltv > 5"#]);
    problems("plan == 5", &[r#"wrong-type at `5`: `plan` is a text, and this is a number => plan == "5""#]);
    problems(
        r#"birthday == "2026-01-31""#,
        &[
            r#"wrong-type at `"2026-01-31"`: `birthday` is a date, and this is a text => birthday == date("2026-01-31")"#,
        ],
    );
    problems(
        r#"vip == "True""#,
        &[r#"wrong-type at `"True"`: `vip` is true or false, and this is a text => vip == true"#],
    );
    problems(r#"tags == "a""#, &[r#"wrong-type at `"a"`: `tags` is a list, and this is a text"#]);
    problems("ltv within 3 days", &["wrong-type at `ltv`: `within` needs a date, and `ltv` is a number"]);
    problems(r#"plan > "a""#, &["wrong-type at `>`: texts have no order here"]);
    problems(
        "ltv contains 5",
        &["wrong-type at `ltv`: `contains` needs a list, or a text and a part of it, and `ltv` is a number"],
    );
    problems(
        "telegram_chat_id == true",
        &["wrong-type at `true`: `telegram_chat_id` is a text, and this is true or false"],
    );
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!("{}vip{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(with_schema(|schema| read(&deep, schema)).problems[0].message.contains("more than 50 levels"));
    let wide = vec!["vip"; 501].join(" or ");
    assert!(
        with_schema(|schema| read(&wide, schema)).problems[0].message.contains("more than 500 comparisons")
    );
}

/// The time of the tests is 12:00 on Monday, 2 March 2026, in Berlin.
fn now() -> jiff::Timestamp {
    "2026-03-02T11:00:00Z".parse().unwrap()
}

fn anna() -> (Profile, Vec<Event>) {
    let instant = |text: &str| Value::Date(text.parse().unwrap());
    let properties = [
        ("telegram_chat_id", Value::Integer(-1001)),
        ("country", Value::Text("DE".into())),
        ("ltv", Value::Integer(9_007_199_254_740_993)),
        ("last_seen", instant("2026-02-28T23:00:00Z")),
        ("tags", Value::List(vec![Value::Text("vip".into()), Value::Integer(5)])),
        ("vip", Value::Boolean(true)),
        ("address", Value::Object(IndexMap::from([("city".to_owned(), Value::Text("Köln".into()))]))),
    ];
    let profile = Profile {
        identity: "anna".to_owned(),
        properties: properties.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
        reachability: Reachability::Unknown,
    };
    let charged = |at: &str, amount: Value| Event {
        name: "Charged".to_owned(),
        at: at.parse().unwrap(),
        properties: IndexMap::from([("amount".to_owned(), amount)]),
    };
    let events = vec![
        charged("2026-03-01T12:00:00Z", Value::Integer(10)),
        charged("2026-02-01T12:00:00Z", Value::Decimal(2.5)),
        charged("2026-03-02T11:00:01Z", Value::Text("a lot".into())),
    ];
    (profile, events)
}

/// Checks whether Anna matches.
#[track_caller]
fn check(text: &str, expected: bool) {
    let reading = with_schema(|schema| read(text, schema));
    let condition = reading.condition.unwrap_or_else(|| panic!("{text}: {:?}", reading.problems));
    let (profile, events) = anna();
    let zone = berlin();
    let subject = Subject { profile: &profile, events: &events };
    assert_eq!(matches(&condition, subject, Moment { now: now(), zone: &zone }), expected, "{text}");
}

#[test]
fn what_is_not_set_is_unequal_to_everything() {
    check(r#"plan == "pro""#, false);
    check(r#"plan != "pro""#, true);
    check(r#"plan not in ("pro")"#, true);
    check("plan is set", false);
    check("plan is not set", true);
    check("birthday within 9 weeks", false);
    check("not (birthday < date(\"2026-01-31\"))", true);
}

#[test]
fn values_are_compared_exactly() {
    check(r#"country == "de""#, false);
    check("ltv > 9007199254740992.0", true);
    check("ltv == 9007199254740993", true);
    check("ltv <= 9007199254740992", false);
    check(r#"tags contains "vi""#, false);
    check("tags contains 5.0", true);
    check(r#"country contains "E""#, true);
    check(r#"address.city starts_with "Kö""#, true);
    check("address.city > 5", false);
}

#[test]
fn a_chat_id_is_compared_as_a_number_and_as_a_text() {
    check("telegram_chat_id < 0", true);
    check("telegram_chat_id == -1001", true);
    check(r#"telegram_chat_id == "-1001""#, true);
    check(r#"telegram_chat_id starts_with "-100""#, true);
    check("reachable and not test_profile", true);
}

#[test]
fn days_begin_at_midnight_in_the_zone_and_periods_end_now() {
    check("last_seen within 1 day", true);
    check("last_seen within 35 hours", false);
    check("last_seen within 36 hours", true);
    check("last_seen within 0 days", false);
    check("last_seen within 4294967295 weeks", true);
    check(r#"did "Charged" at least 3 times"#, true);
    check(r#"did "Charged" at least 3 times within 9 weeks"#, false);
    check(r#"did "Charged" within 1 day where amount > 10"#, false);
    check(r#"did "Charged" within 1 day where amount >= 10"#, true);
}

#[test]
fn totals_leave_out_what_is_no_number() {
    check(r#"sum(amount) of "Charged" == 12.5"#, true);
    check(r#"count(amount) of "Charged" == 3"#, true);
    check(r#"count of "Charged" within 9 weeks == 2"#, true);
    check(
        r#"min(amount) of "Charged" == 2.5 and max(amount) of "Charged" == 10 and avg(amount) of "Charged" == 6.25"#,
        true,
    );
    check(r#"sum(amount) of "App Launched" == 0"#, true);
    check(r#"max(amount) of "App Launched" < 5"#, false);
    check(r#"did not "App Launched""#, true);
}
