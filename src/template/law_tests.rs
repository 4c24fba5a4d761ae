//! Properties that hold for every template, tested with generated templates, both valid and broken.

use std::time::Duration;

use proptest::prelude::*;
use rustix::time::{ClockId, clock_gettime};

use super::source_map::Printed;
use super::tests::{profile, render_with};
use super::{Content, Limits, Partials, RenderOutcome, check, json_context_at, parse};
use crate::dialect::Dialect;
use crate::profile::Vocabulary;
use crate::telegram::Method;
use crate::text::Span;

/// The parts that templates are generated from; many of the results are nearly valid.
const PARTS: &[&str] = &[
    "text ",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "\\",
    "é😀",
    "\n",
    ": ",
    ", ",
    "\"text\": \"",
    "{{ ",
    " }}",
    "{{- ",
    " -}}",
    "{% ",
    " %}",
    "{%- ",
    " -%}",
    "Profile.name",
    "Profile[\"First Name\"]",
    "Event.items[0].x",
    "x",
    "xs",
    "'a b'",
    "\"c\"",
    "'",
    "1",
    "-2",
    "3.5",
    "99999999999999999999",
    "(1..5)",
    "(1..99999999999)",
    "(x..xs)",
    "nil",
    "true",
    "empty",
    "blank",
    "==",
    "<",
    " contains ",
    " and ",
    " or ",
    " | ",
    "upcase",
    "default: 'z'",
    "append: x",
    "split: ''",
    "join: ','",
    "sort",
    "uniq",
    "map: 'a'",
    "where: 'a', 1",
    "sum",
    "size",
    "first",
    "times: 1000000",
    "divided_by: 0",
    "modulo: x",
    "round: 30",
    "truncate: 3",
    "slice: -2, 2",
    "replace: '', 'xx'",
    "date: '%Y%%%9Z%N'",
    "date_tz: '%c', 'Asia/Kolkata'",
    "json",
    "json_escape",
    "tg_markdown_v2",
    "strip_html",
    "escape_once",
    "concat: xs",
    "nosuch",
    "if x",
    "elsif xs",
    "else",
    "endif",
    "unless x",
    "endunless",
    "case x",
    "when 1, 2",
    "endcase",
    "for x in xs",
    "for x in (1..3) limit: 2 offset: continue",
    "endfor",
    "break",
    "continue",
    "tablerow x in xs cols: 2",
    "endtablerow",
    "assign x = ",
    "assign xs = 'a,b,c' | split: ','",
    "capture x",
    "endcapture",
    "cycle 'a', x",
    "increment x",
    "decrement x",
    "raw",
    "endraw",
    "comment",
    "endcomment",
    "doc",
    "enddoc",
    "liquid\necho x\n",
    "# note",
    "render 'part', x: 1",
    "include 'part'",
    "include 'self'",
    "ifchanged",
    "endifchanged",
    "abort",
    "echo x",
    "{% assign x = x | append: x %}",
    "{% capture x %}{{ x }}{{ x }}{% endcapture %}",
    "{% for i in (1..50) %}",
    "{% endfor %}",
    "{% if Profile.name %}",
    "{% endif %}",
    "@Profile - name | default: \"x\"",
    "{% capture y %}{{ x }}{{ y }}{% endcapture %}",
    "{% assign y = x | json_escape | append: y %}",
    "{{ y }}",
    "{% render 'part', x: y %}",
    "\"parse_mode\": \"HTML\"",
    "\"reply_markup\": {\"inline_keyboard\": [[{\"txet\": ",
];

fn template() -> impl Strategy<Value = String> {
    let part = prop::sample::select(PARTS).prop_map(str::to_owned);
    let whole = prop_oneof![
        Just("{{ Profile.name | upcase }}".to_owned()),
        (prop::sample::select(PARTS), prop::sample::select(PARTS))
            .prop_map(|(a, b)| format!("{{{{ {a} | {b} }}}}")),
        prop::sample::select(PARTS).prop_map(|tag| format!("{{% {tag} %}}")),
    ];
    prop::collection::vec(prop_oneof![part, whole], 0..40).prop_map(|parts| parts.concat())
}

#[test]
fn lists_as_text_and_long_cycles_count_as_work() {
    let list = "{% assign s = 'a,' %}{% for i in (1..12) %}{% assign s = s | append: s %}{% endfor %}{% assign l = s | split: ',' %}";
    for body in [
        "{% if s contains l %}{% endif %}",
        "{{ [l] }}",
        "{% cycle l: 1, 2 %}",
        "{{ l | append: l | size }}",
        "{{ l | uniq: l | size }}",
    ] {
        check_laws(&format!("{list}{{% for i in (1..100000) %}}{body}{{% endfor %}}"));
    }
    check_laws(&format!("{{% for i in (1..100000) %}}{{% cycle {} %}}{{% endfor %}}", "'a',".repeat(5000)));
}

#[test]
fn captures_that_print_each_other_are_cheap_to_check() {
    let captures =
        "{% capture x %}{{ x }}{{ y }}{{ x }}{% endcapture %}{% capture y %}{{ x }}{{ y }}{% endcapture %}";
    check_laws(&format!("{}{{\"text\": \"{}", captures.repeat(20), "{{ x }}".repeat(20)));
}

/// Far fewer steps than usual: the tests only check that rendering ends.
const LIMITS: Limits = Limits { steps: 5_000, bytes: 20_000, depth: 10 };

/// The number of templates of each kind; with TELECAST_FULL=1, an optimized build tests 100,000 in all.
fn rounds() -> u32 {
    let is_full = std::env::var_os("TELECAST_FULL").is_some_and(|value| value == "1");
    match (is_full, cfg!(debug_assertions)) {
        (false, _) => 300,
        (true, true) => 2_000,
        (true, false) => 50_000,
    }
}

/// The processor time allowed for one template: 50 ms, or ten times that with the checks of a debug build.
const MAX_TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 50 });

/// Runs `work` and fails if it takes too much processor time. Elapsed time is not used, because it would also depend on
/// the other load of the computer.
fn within_time_limit(source: &str, work: impl FnOnce()) {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let start = now();
    work();
    let taken = now() - start;
    assert!(taken < MAX_TIME, "{taken:?} for {source:?}");
}

/// Checks in both dialects that spans are inside the source, that fixes apply, that tokens and segments are in order,
/// and that checking and rendering are fast.
fn check_laws(source: &str) {
    let partials = Partials(
        [("part".to_owned(), "<{{ x }}>".to_owned()), ("self".to_owned(), "{% include 'self' %}".to_owned())]
            .into(),
    );
    let profile = profile(r#"{"name": "An\"na", "First Name": "A & B", "items": [1, "b", null]}"#);
    for dialect in Dialect::ALL {
        let (template, problems) = parse(source, &partials, dialect);
        let content = Content::Call(Method::SendMessage);
        let all = [problems, check(&template, &Vocabulary::default(), content)].concat();
        for problem in &all {
            assert!(source.get(problem.span.range()).is_some(), "{problem:?}");
            for fix in &problem.fixes {
                assert!(fix.apply(source).is_some(), "{problem:?}");
            }
        }
        assert!(template.tokens().iter().all(|token| source.get(token.span.range()).is_some()));
        assert!(template.tokens().is_sorted_by(|a, b| a.span.end <= b.span.start), "{:?}", template.tokens());
        assert!(
            template.liquid_spans().is_sorted_by(|a, b| a.end <= b.start),
            "{:?}",
            template.liquid_spans()
        );
        let middle = crate::text::floor_char_boundary(source, source.len() / 2);
        within_time_limit(source, || {
            json_context_at(&template, middle);
            check(&template, &Vocabulary::default(), content);
        });
        within_time_limit(source, || {
            render_with(&template, &profile, Limits::default());
        });
        match render_with(&template, &profile, LIMITS) {
            RenderOutcome::Rendered(rendered) => {
                let mut at = 0;
                for segment in rendered.map.segments() {
                    assert_eq!(segment.output.start, at, "the segments tile the output");
                    at = segment.output.end;
                    if segment.file == 0 && segment.printed == Printed::Text {
                        assert_eq!(segment.output.of(&rendered.text), segment.source.of(source));
                    }
                }
                assert_eq!(at, rendered.text.len());
                rendered.map.origin(Span::new(at / 2, at));
            }
            RenderOutcome::Failed(problem) => {
                assert!(source.get(problem.span.range()).is_some(), "{problem:?}")
            }
            RenderOutcome::Aborted { at } => assert!(at.of(source).contains("abort")),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: rounds(), ..ProptestConfig::default() })]

    #[test]
    fn no_template_breaks_a_law(source in template()) {
        check_laws(&source);
    }

    #[test]
    fn no_text_breaks_a_law(source in "[{}%|'\"a.\\[\\]( \n-]{0,60}") {
        check_laws(&source);
    }
}
