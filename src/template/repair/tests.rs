//! Mistakes that people make in Liquid, with the fix: laws and cases.

use proptest::prelude::*;

use super::super::syntax::{Block, SyntaxNode};
use super::super::{Partials, parse};
use crate::diagnostic::Diagnostic;
use crate::dialect::Dialect;
use crate::profile::{PropertySummary, ValueKind, Vocabulary};

/// Returns the problems, each as `message | help`, and the source after the first fix of the first problem, with a `?`
/// before it if the fix is a choice.
fn first_fix(source: &str, dialect: Dialect) -> (String, Vec<Diagnostic>) {
    let (_, problems) = parse(source, &Partials::default(), dialect);
    let Some(first) = problems.first() else { return ("(no problem)".to_owned(), problems) };
    let fixed = match first.fixes.first() {
        None => format!("(no fix) {}: {}", first.message, first.help.as_deref().unwrap_or("")),
        Some(fix) => {
            let text = fix.apply(source).unwrap();
            if fix.safe { text } else { format!("? {text}") }
        }
    };
    (fixed, problems)
}

#[track_caller]
fn check(source: &str, expected: &str) {
    check_in(Dialect::Telecast, source, expected);
}

#[track_caller]
fn check_in(dialect: Dialect, source: &str, expected: &str) {
    let (fixed, problems) = first_fix(source, dialect);
    assert_eq!(fixed, expected, "{source}: {problems:#?}");
    let Some(text) = fixed.strip_prefix("? ").or(Some(&fixed)).filter(|text| !text.starts_with('(')) else {
        return;
    };
    let (_, after) = parse(text, &Partials::default(), dialect);
    assert_eq!(after, [], "{source} -> {text}");
}

#[test]
fn a_mistyped_closing_delimiter_is_completed() {
    check("x{{ Profile.a } z", "x{{ Profile.a }} z");
    check("x{{ Profile.a } } z", "x{{ Profile.a }} z");
    check("x{{ Profile.a %} z", "x{{ Profile.a }} z");
    check("x{{- Profile.a -%} z", "x{{- Profile.a -}} z");
    check("{% if Profile.a }yes{% endif %}", "{% if Profile.a %}yes{% endif %}");
    check("{% if Profile.a }}yes{% endif %}", "{% if Profile.a %}yes{% endif %}");
    check("{% if Profile.a %yes{% endif %}", "{% if Profile.a %}yes{% endif %}");
    check("{% if Profile.a % }yes{% endif %}", "{% if Profile.a %}yes{% endif %}");
    check("{% if Profile.a %}yes{% endif }", "{% if Profile.a %}yes{% endif %}");
    check("{% if Profile.a %}yes{% else }no{% endif %}", "{% if Profile.a %}yes{% else %}no{% endif %}");
    check("{% assign a = \"x\" }{{ a }}", "{% assign a = \"x\" %}{{ a }}");
}

#[test]
fn delimiters_that_are_apart_are_joined() {
    check("Hi { { Profile.a }}!", "Hi {{ Profile.a }}!");
    check("Hi { { Profile.a | upcase } }!", "Hi {{ Profile.a | upcase }}!");
    check("{ % assign a = 1 % }", "{% assign a = 1 %}");
    check("Hi {Profile.a}!", "? Hi {{ Profile.a }}!");
    for text in
        ["{ {\"a\": 1} }", "{ { x }}", "{a}", "{ % }", "{\"a\": {\"b\": \"Profile.a\"}}", "{ 50% } off"]
    {
        check(text, "(no problem)");
    }
}

#[test]
fn a_brace_of_the_json_stays() {
    check("{\"a\": {{ Profile.id }", "{\"a\": {{ Profile.id }} }");
    check("{\"a\": {{ Profile.id }, \"b\": 1}", "{\"a\": {{ Profile.id }}, \"b\": 1}");
    check("{\"a\": \"{{ Profile.id }\"}", "{\"a\": \"{{ Profile.id }}\"}");
}

#[test]
fn a_missing_closing_delimiter_is_added_where_the_value_ends() {
    check("Hi {{ Profile.a , welcome", "Hi {{ Profile.a }} , welcome");
    check("{\"a\": \"Hi {{ Profile.a\"}", "{\"a\": \"Hi {{ Profile.a }}\"}");
    check("Hi {{ Profile.a {% if x %}1{% endif %}", "Hi {{ Profile.a }} {% if x %}1{% endif %}");
    check("{{ Profile.a | default: \"you\"\nnext", "{{ Profile.a | default: \"you\" }}\nnext");
    check("{% if Profile.a\nyes{% endif %}", "{% if Profile.a %}\nyes{% endif %}");
    check("{% if Profile.a %}yes{% endif, bye", "{% if Profile.a %}yes{% endif %}, bye");
    check("Hi {{ Profile.First Name", "? Hi {{ Profile[\"First Name\"] }}");
}

#[test]
fn braces_inside_liquid_are_removed() {
    check("{{ {{ Profile.a }} | upcase }}", "{{ Profile.a | upcase }}");
    check("{% if {{ Profile.a }} == \"pro\" %}1{% endif %}", "{% if Profile.a == \"pro\" %}1{% endif %}");
    check(
        "{% if \"{{ Profile.a }}\" == \"pro\" %}1{% endif %}",
        "? {% if Profile.a == \"pro\" %}1{% endif %}",
    );
    check("{% assign a = {{ Profile.a | upcase }} %}", "{% assign a = Profile.a | upcase %}");
    check(
        "{% case Profile.a %}{% when {{ Event.b }} %}1{% endcase %}",
        "{% case Profile.a %}{% when Event.b %}1{% endcase %}",
    );
    check("{{ Profile.a | default: {{ Profile.b }} }}", "{{ Profile.a | default: Profile.b }}");
    check("{{ Profile.a | default: \"{{ Profile.b }}\" }}", "{{ Profile.a | default: Profile.b }}");
    check("{% if {Profile.a} == 1 %}1{% endif %}", "{% if Profile.a == 1 %}1{% endif %}");
    check("{% for x in {{ Event.items }} %}1{% endfor %}", "{% for x in Event.items %}1{% endfor %}");
}

#[test]
fn operators_of_other_languages_are_replaced() {
    let check = |condition: &str, expected: &str| {
        let source = format!("{{% if {condition} %}}1{{% endif %}}");
        let (mark, expected) =
            expected.strip_prefix("? ").map_or(("", expected), |expected| ("? ", expected));
        check(&source, &format!("{mark}{{% if {expected} %}}1{{% endif %}}"));
    };
    check("Profile.a => 1", "Profile.a >= 1");
    check("Profile.a =< 1", "Profile.a <= 1");
    check("Profile.a === 1", "Profile.a == 1");
    check("Profile.a !== 1", "Profile.a != 1");
    check("Profile.a = 1", "? Profile.a == 1");
    check("Profile.a && Profile.b", "Profile.a and Profile.b");
    check("Profile.a||Profile.b", "Profile.a or Profile.b");
    check("Profile.a => 1 && Profile.b =< 2", "Profile.a >= 1 and Profile.b <= 2");
    check("Profile.a AND Profile.b OR Profile.c", "Profile.a and Profile.b or Profile.c");
    check("Profile.a equals \"x\"", "? Profile.a == \"x\"");
    check("Profile.a &gt; 1", "Profile.a > 1");
    check("Profile.a == \\\"x\\\"", "Profile.a == \"x\"");
    check("Profile.a == “x”", "Profile.a == \"x\"");
    check("Profile.a\u{a0}== 'x'", "Profile.a == 'x'");
    check("Profile.a == 1 then", "Profile.a == 1");
    check("Profile.a == 1:", "Profile.a == 1");
    check("Profile.b or !(Profile.a == 1)", "? Profile.b or Profile.a != 1");
    check("Profile.b and not Profile.a", "? Profile.b and Profile.a == false");
    check("(Profile.a == 1)", "Profile.a == 1");
    check(
        "Profile.a == 1 and (Profile.b == 2 or Profile.c)",
        "Profile.a == 1 and Profile.b == 2 or Profile.c",
    );
    check("(Profile.a == 1 or Profile.b) and Profile.c", "? Profile.c and Profile.b or Profile.a == 1");
}

#[test]
fn a_negated_condition_becomes_unless() {
    check(
        "{% if !Profile.a %}1{% else %}2{% endif %}",
        "? {% unless Profile.a %}1{% else %}2{% endunless %}",
    );
    check(
        "{% if not Profile.a contains 'x' %}1{% endif %}",
        "(no fix) Liquid has no `not`: use the opposite operator, or `unless`",
    );
    check("{% if not x %}1{% elsif y %}2{% endif %}", "? {% if x == false %}1{% elsif y %}2{% endif %}");
}

#[test]
fn parentheses_that_change_the_meaning_are_explained() {
    let help = "Liquid reads `and` and `or` from the right, as in `a and (b or (c and d))`; for another order, nest \
                one `if` in another";
    check(
        "{% if (a or b) and (c or d) %}1{% endif %}",
        &format!("(no fix) a condition cannot have parentheses: {help}"),
    );
}

#[test]
fn tags_of_other_languages_are_renamed() {
    check("{% if a %}1{% else if b %}2{% endif %}", "{% if a %}1{% elsif b %}2{% endif %}");
    check("{% if a %}1{% elif b %}2{% endif %}", "{% if a %}1{% elsif b %}2{% endif %}");
    check("{% if a %}1{% elseif b %}2{% endif %}", "{% if a %}1{% elsif b %}2{% endif %}");
    check("{% set a = 1 %}", "{% assign a = 1 %}");
    check("{% if a %}{% abort_message(\"no\") %}{% endif %}", "{% if a %}{% abort %}{% endif %}");
    check("{% abort \"no\" %}", "{% abort %}");
    for end in ["end", "end if", "endi", "enfif", "/if", "end_if", "ifend", "ENDIF", "Endif"] {
        check(&format!("{{% if a %}}1{{% {end} %}}"), "{% if a %}1{% endif %}");
    }
    check("{% if a %}1{% fi %}", "{% if a %}1{% endif %}");
    check("{% for x in y %}1{% end %}", "{% for x in y %}1{% endfor %}");
    check("{% comment %}1{% end comment %}2", "? {% comment %}1{% endcomment %}2");
    check("{\"a\": \"{% raw %}1\",\n\"b\": 2}", "? {\"a\": \"{% raw %}1{% endraw %}\",\n\"b\": 2}");
}

#[test]
fn an_end_tag_of_another_block_is_a_choice() {
    let (fixed, _) = first_fix("{% if a %}1{% endfor %}", Dialect::Telecast);
    assert_eq!(fixed, "? {% if a %}1{% endfor %}{% endif %}");
    let (_, problems) = parse("{% if a %}1{% endfor %}", &Partials::default(), Dialect::Telecast);
    let stray = problems.iter().find(|problem| problem.message.contains("endfor")).unwrap();
    assert_eq!(stray.fixes[0].apply("{% if a %}1{% endfor %}").unwrap(), "{% if a %}1{% endif %}");
}

#[test]
fn filters_are_written_liquids_way() {
    check("{{ Profile.a | default \"x\" }}", "{{ Profile.a | default: \"x\" }}");
    check("{{ Profile.a | default('x') }}", "{{ Profile.a | default: 'x' }}");
    check("{{ Profile.a | default = 'x' }}", "{{ Profile.a | default: 'x' }}");
    check("{{ Profile.a | replace('a', 'b') | upcase() }}", "{{ Profile.a | replace: 'a', 'b' | upcase }}");
    check("{{ Profile.a || default: 'x' }}", "{{ Profile.a | default: 'x' }}");
    check("{{ Profile.a default: 'x' }}", "{{ Profile.a | default: 'x' }}");
    check("{{ Profile.a | replace: 'a' 'b' }}", "{{ Profile.a | replace: 'a', 'b' }}");
    check("{{ Profile.a | length }}", "{{ Profile.a | size }}");
    check("{{ Profile.a | trim }}", "{{ Profile.a | strip }}");
    check("{{ Profile.a | titlecase }}", "? {{ Profile.a | capitalize }}");
    check("{{ Profile.a | money }}", "? {{ Profile.a | round: 2 }}");
    check("{{ Profile.a; }}", "{{ Profile.a }}");
    check("{{ Profile.a | }}", "{{ Profile.a }}");
    check("{{ Profile.a | default: &quot;x&quot; }}", "{{ Profile.a | default: \"x\" }}");
    check("{{ Profile.a | default: \\\"x\\\" }}", "{{ Profile.a | default: \"x\" }}");
    check("{{ Profile.a | default: “it’s” }}", "{{ Profile.a | default: \"it’s\" }}");
    check("{{ Profile.a | default: x\" }}", "? {{ Profile.a | default: \"x\" }}");
    check("{{ Profile.a | default: 'x\" }}", "? {{ Profile.a | default: 'x' }}");
    check("{{ Profile.a | default: 'x }}", "{{ Profile.a | default: 'x' }}");
    check("{{ Profile.a | default: 'x | upcase }}", "? {{ Profile.a | default: 'x' | upcase }}");
    check("{{ Profile.a<br> | upcase }}", "? {{ Profile.a | upcase }}");
}

#[test]
fn names_with_spaces_get_brackets() {
    check("{{ Profile.First Name }}", "? {{ Profile[\"First Name\"] }}");
    check("{{ Profile.First Name | default: \"x\" }}", "? {{ Profile[\"First Name\"] | default: \"x\" }}");
    check(
        "{% if Profile.First Name == \"x\" %}1{% endif %}",
        "? {% if Profile[\"First Name\"] == \"x\" %}1{% endif %}",
    );
    check("{{ Profile.Vorname_ä }}", "{{ Profile[\"Vorname_ä\"] }}");
    check("{{ Profile.имя }}", "{{ Profile[\"имя\"] }}");
    check("{{ Profile.\"First Name\" }}", "{{ Profile[\"First Name\"] }}");
    check("{{ Profile[First Name] }}", "{{ Profile[\"First Name\"] }}");
    check("{{ @Profile - First Name | default: \"x\" }}", "{{ Profile[\"First Name\"] | default: \"x\" }}");
    check("{{ Profile – name | upcase }}", "{{ Profile.name | upcase }}");
    check("{{${first_name}}}", "? {{ Profile.first_name }}");
    check(
        "{{custom_attribute.${First Plan} | default: 'x'}}",
        "? {{ Profile[\"First Plan\"] | default: 'x'}}",
    );
    check("{{{ Profile.a }}}", "? {{ Profile.a }}");
    check("{{{ Profile.a }}", "? {{ Profile.a }}");
    check("{{ Profile.plan upcase }}", "? {{ Profile.plan | upcase }}");
}

/// Returns whether the first fix of the first problem is safe.
#[track_caller]
fn check_no_safe_fix(source: &str) {
    let (fixed, problems) = first_fix(source, Dialect::Telecast);
    let is_safe = problems.iter().flat_map(|problem| &problem.fixes).any(|fix| fix.safe);
    assert!(!is_safe && !problems.is_empty(), "{source} -> {fixed}: {problems:#?}");
}

#[test]
fn a_mistyped_pair_is_replaced_as_a_whole_or_is_a_choice() {
    check("{% if x }%y{% endif %}", "{% if x %}y{% endif %}");
    check("{% if x %%y{% endif %}", "{% if x %}y{% endif %}");
    check("{% if x %)y{% endif %}", "{% if x %}y{% endif %}");
    check("{% if x )}y{% endif %}", "{% if x %}y{% endif %}");
    check("{{ Profile.a )} y", "{{ Profile.a }} y");
    check("(see {{ Profile.a })", "(see {{ Profile.a }})");
    for source in [
        "{{ a }% y",
        "{{ a })",
        "{% if x %Y}our{% endif %}",
        "{{ x },}",
        "{{ x }, and } y",
        "{\"text\": \"{{ x }, and } y\"}",
        "{\"text\": \"{{ x })\"}",
        "{\"text\": \"{{ x }% off\"}",
    ] {
        check_no_safe_fix(source);
    }
}

#[test]
fn an_output_inside_a_string_with_other_text_is_explained() {
    for source in [
        "{{ Profile.a | append: ' {{ Profile.b }}' }}",
        "{{ Profile.a | default: 'a {{ Profile.b }} b' }}",
        "{{ Profile.a | default: \"{{ Profile.b }}!\" }}",
        "{% assign v = 'a {{ Profile.b | upcase }}' | upcase %}",
    ] {
        check_no_safe_fix(source);
    }
}

#[test]
fn a_string_with_an_output_in_it_gets_a_warning() {
    check(
        "{% if x %}1{% elsif \"{{ Profile.a }}\" == 'a' %}2{% endif %}",
        "? {% if x %}1{% elsif Profile.a == 'a' %}2{% endif %}",
    );
    check(
        "{% assign v = \"{{ Profile.a }} x\" %}",
        "(no fix) `{{ Profile.a }}` is text here: Liquid does not read braces inside a string: put the text together \
         with `{% capture %}`, or with `append`",
    );
    for right in ["{% if x contains '{{' %}1{% endif %}", "{% comment %}'{{ a }}'{% endcomment %}"] {
        check(right, "(no problem)");
    }
}

#[test]
fn a_tag_written_as_an_output_is_recognised() {
    check("{% if a %}1{{ else }}2{% endif %}", "{% if a %}1{% else %}2{% endif %}");
    check("{% if a %}1{{ else %}2{% endif %}", "{% if a %}1{% else %}2{% endif %}");
    check("{% if a %}1{{ endif }}", "{% if a %}1{% endif %}");
    check("{% if a %}1{{- endif -%}2", "{% if a %}1{%- endif -%}2");
    check("{% for x in y %}1{{ endfor %}", "{% for x in y %}1{% endfor %}");
    check("{{ if Profile.a }}1{% endif %}", "? {% if Profile.a %}1{% endif %}");
    check("{% if a %}1{% endif %}{{ else }}", "(no problem)");
}

#[test]
fn a_branch_after_else_is_reported() {
    for (source, name) in [
        ("{% if a %}1{% else %}2{% else %}3{% endif %}", "else"),
        ("{% unless a %}1{% else %}2{% elsif b %}3{% endunless %}", "elsif"),
    ] {
        let (_, problems) = first_fix(source, Dialect::Telecast);
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert_eq!(problems[0].message, format!("this `{name}` comes after an `else`, so it is never used"));
    }
    // `case` prints an `else` only if no `when` before it matches, so a `when` after it is alive.
    check("{% case a %}{% else %}1{% when 2 %}3{% endcase %}", "(no problem)");
}

#[test]
fn a_bare_value_after_or_is_compared_as_well() {
    check(
        "{% if plan == 'a' || 'pro' || \"b\" %}1{% endif %}",
        "? {% if plan == 'a' or plan == 'pro' or plan == \"b\" %}1{% endif %}",
    );
    check("{% if plan == 'a' OR 'pro' %}1{% endif %}", "? {% if plan == 'a' or plan == 'pro' %}1{% endif %}");
    check("{% if plan == 'a' && 2 %}1{% endif %}", "? {% if plan == 'a' and 2 %}1{% endif %}");
    check("{% if plan == 'a' || vip %}1{% endif %}", "{% if plan == 'a' or vip %}1{% endif %}");
}

#[test]
fn clevertap_has_no_elsif_in_unless() {
    for word in ["else if", "elif", "elseif"] {
        let source = format!("{{% unless a %}}1{{% {word} b %}}2{{% endunless %}}");
        let (fixed, problems) = first_fix(&source, Dialect::CleverTap);
        assert!(problems.iter().all(|problem| problem.fixes.is_empty()), "{problems:#?}");
        assert!(fixed.contains("`unless` has no `elsif` in CleverTap"), "{fixed}");
        let source = format!("{{% unless a %}}{{% if b %}}1{{% {word} c %}}2{{% endif %}}{{% endunless %}}");
        check_in(Dialect::CleverTap, &source, &source.replace(word, "elsif"));
    }
}

#[test]
fn words_that_may_have_lost_an_operator_are_no_safe_name() {
    for source in [
        "{% if Profile.score  3 %}1{% endif %}",
        "{% if Profile.score greater than 3 %}1{% endif %}",
        "{% if Profile.a exists %}1{% endif %}",
        "{% for x in Profile.a limit 3 %}1{% endfor %}",
        "{% case Profile.plan pro %}{% when 1 %}1{% endcase %}",
        "{{ Profile.a Profile.b }}",
        "{{ Profile.first name }}",
        "{{ Profile.first _name }}",
        "{{ Event.total 2 | round }}",
        "{% assign x = Profile.first name %}",
    ] {
        check_no_safe_fix(source);
    }
}

#[test]
fn a_string_that_would_swallow_an_operator_is_not_closed_by_itself() {
    for source in [
        "{% if Profile.plan == \"pro and Profile.score > 3 %}1{% endif %}",
        "{% if Profile.plan == 'pro or Profile.vip %}1{% endif %}",
        "{% if Profile.plan == \"pro && Profile.vip %}1{% endif %}",
        "{% if Profile.plan == \"pro || Profile.vip %}1{% endif %}",
        "{% if \"a == Profile.plan %}1{% endif %}",
        "{{ Profile.a | replace: \"a, 'b' }}",
        "{{ Profile.a | replace: 'a, b }}",
        "{% case Profile.a %}{% when \"a, Profile.b %}1{% endcase %}",
    ] {
        check_no_safe_fix(source);
    }
}

/// Valid templates, and what people turn them into.
const VALID: &[&str] = &[
    "Hi {{ Profile.name | default: \"you\" }}!",
    "{\"chat_id\": {{ Profile.chat | default: 1 }}, \"text\": \"Hi {{ Profile.name }}, hello\"}",
    "{% if Profile.plan == \"pro\" and Profile.n >= 2 %}Pro{% elsif Profile.x != 1 %}x{% else %}no{% endif %}",
    "{% assign who = Profile.name | default: 'you' %}Hi {{ who | upcase }}",
    "{% for item in Event.items %}{{ item.name | strip }}, {% endfor %}",
    "{% case Profile.plan %}{% when \"a\" or \"b\" %}1{% else %}2{% endcase %}",
    "{%- unless Profile.plan contains \"x\" -%} y {%- endunless -%}",
    "{% capture who %}{{ Profile.name }}{% endcapture %}{{ who | size }}",
    "{{ Profile[\"First Name\"] | replace: \"a\", \"b\" | truncate: 3 }}",
];

const MISTAKES: &[(&str, &str)] = &[
    (" }}", " }"),
    (" }}", " } }"),
    (" }}", " %}"),
    (" }}", ""),
    (" %}", " }"),
    (" %}", " }}"),
    (" %}", " %"),
    (" %}", " % }"),
    (" %}", ""),
    ("Profile.name", "{{ Profile.name }}"),
    ("Profile.plan", "{{ Profile.plan }}"),
    ("Profile.plan", "{Profile.plan}"),
    (">=", "=>"),
    ("!=", "!=="),
    ("==", "==="),
    ("==", "="),
    (" and ", " && "),
    (" or ", " || "),
    ("elsif", "else if"),
    ("elsif", "elif"),
    ("default: ", "default "),
    ("default: ", "default = "),
    ("| default", "|| default"),
    ("| default", "default"),
    ("size", "length"),
    ("strip", "trim"),
    ("\"pro\"", "&quot;pro&quot;"),
    ("\"pro\"", "\\\"pro\\\""),
    ("\"you\"", "“you”"),
    (" | ", "\u{a0}| "),
    ("[\"First Name\"]", ".First Name"),
    ("endif", "end"),
    ("endfor", "end for"),
    ("endcase", "endcas"),
    ("assign", "set"),
];

/// Returns the nodes as text, without their places.
fn nodes(block: &Block, source: &str) -> String {
    let mut out = String::new();
    for node in &block.nodes {
        match node {
            SyntaxNode::Text(span) => out.push_str(span.of(source)),
            other => out.push_str(&format!("{other:?}")),
        }
    }
    // The places differ after a fix that adds or removes a space.
    let mut plain = String::new();
    let mut rest = out.as_str();
    while let Some(at) = rest.find("Span {") {
        plain.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        rest = &rest[end..];
    }
    plain + rest
}

/// Breaks the occurrence `nth` of a mistake in a valid template, fixes it, and compares.
fn check_mistake(valid: &str, right: &str, wrong: &str, nth: usize) {
    let Some((at, _)) = valid.match_indices(right).nth(nth) else { return };
    let broken = format!("{}{wrong}{}", &valid[..at], &valid[at + right.len()..]);
    for dialect in Dialect::ALL {
        let (_, problems) = parse(&broken, &Partials::default(), dialect);
        let mut fixed = broken.clone();
        // Fixes are applied from the last to the first, so that the places stay right.
        let safe: Vec<_> =
            problems.iter().filter_map(|problem| problem.fixes.first().filter(|fix| fix.safe)).collect();
        if safe.is_empty() {
            continue;
        }
        for fix in safe.iter().rev() {
            fixed = fix.apply(&fixed).unwrap();
        }
        let (original, _) = parse(valid, &Partials::default(), dialect);
        let (after, left) = parse(&fixed, &Partials::default(), dialect);
        let left: Vec<_> = left.iter().filter(|problem| problem.is_error()).collect();
        assert!(left.is_empty(), "{broken} -> {fixed}: {left:#?}");
        assert_eq!(
            nodes(after.body(), &fixed).replace(' ', ""),
            nodes(original.body(), valid).replace(' ', ""),
            "{broken} -> {fixed}"
        );
    }
}

#[test]
fn every_mistake_in_every_template_leads_back_or_to_a_choice() {
    for valid in VALID {
        for (right, wrong) in MISTAKES {
            for nth in 0..4 {
                check_mistake(valid, right, wrong, nth);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_mistake_between_other_parts_leads_back_or_to_a_choice(
        before in prop::sample::select(VALID),
        valid in prop::sample::select(VALID),
        after in prop::sample::select(VALID),
        (right, wrong) in prop::sample::select(MISTAKES),
        nth in 0_usize..8,
    ) {
        check_mistake(&format!("{before}\n{valid}\n{after}"), right, wrong, nth);
    }

    #[test]
    fn safe_fixes_leave_no_problem_in_their_tag(text in "[{}%|&!='\"a.<>\\[\\]() \n-]{0,60}") {
        let (_, problems) = parse(&text, &Partials::default(), Dialect::Telecast);
        for problem in problems.iter().filter(|problem| problem.code == crate::diagnostic::Code::UnclosedLiquid) {
            for fix in problem.fixes.iter().filter(|fix| fix.safe) {
                let fixed = fix.apply(&text).unwrap();
                let (_, after) = parse(&fixed, &Partials::default(), Dialect::Telecast);
                let count = |problems: &[Diagnostic]| {
                    problems.iter().filter(|problem| problem.code == crate::diagnostic::Code::UnclosedLiquid).count()
                };
                prop_assert!(count(&after) < count(&problems), "{text} -> {fixed}");
            }
        }
    }
}

#[test]
fn operators_of_other_languages_become_filters() {
    check("{{ Profile.a ?? \"x\" }}", "{{ Profile.a | default: \"x\" }}");
    check("{{ Profile.a ?: 'x' | upcase }}", "{{ Profile.a | default: 'x' | upcase }}");
    check("{{ Profile.a or 'x' }}", "{{ Profile.a | default: 'x' }}");
    check("{{ Profile.a || 5 }}", "{{ Profile.a | default: 5 }}");
    check("{% assign v = Profile.a or \"x\" %}", "{% assign v = Profile.a | default: \"x\" %}");
    check("{{ Profile.a or Profile.b }}", "? {{ Profile.a | default: Profile.b }}");
    check("{{ Profile.a || upcase }}", "{{ Profile.a | upcase }}");
    check("{{ Profile.a * 2 }}", "{{ Profile.a | times: 2 }}");
    check("{{ Profile.a - 1 | abs }}", "{{ Profile.a | minus: 1 | abs }}");
    check("{{ Profile.a * 2 + 1 }}", "{{ Profile.a | times: 2 | plus: 1 }}");
    check("{{ Profile.a / 2 }}", "? {{ Profile.a | divided_by: 2 }}");
    check("{{ Profile.a + Profile.b }}", "? {{ Profile.a | plus: Profile.b }}");
    check("{{ \"Hi \" + Profile.a }}", "{{ \"Hi \" | append: Profile.a }}");
    check("{% assign v = Profile.a % 2 %}", "{% assign v = Profile.a | modulo: 2 %}");
    check(
        "{{ Profile.a + Profile.b * 2 }}",
        "(no fix) `*` is not an operator in Liquid: write filters, which work from the left to the right: `| times: 2 | plus: 1`",
    );
    check(
        "{% if Profile.a + 1 > 2 %}x{% endif %}",
        "(no fix) `+` is not an operator in Liquid, and a condition has no filters: compute the value before the condition: `{% assign n = Profile.x | plus: 1 %}`",
    );
}

#[test]
fn a_choice_between_two_values_becomes_an_if() {
    check(
        "{{ Profile.vip ? \"a\" : Profile.b }}",
        "? {% if Profile.vip %}a{% else %}{{ Profile.b }}{% endif %}",
    );
    check(
        "{% assign v = Profile.a > 5 ? 1 : 2 %}",
        "? {% if Profile.a > 5 %}{% assign v = 1 %}{% else %}{% assign v = 2 %}{% endif %}",
    );
}

#[test]
fn ranges_paths_and_assignments_of_other_languages_are_corrected() {
    check("{% for i in 1..3 %}{{ i }}{% endfor %}", "{% for i in (1..3) %}{{ i }}{% endfor %}");
    check(
        "{% for i in [1..Profile.n] limit: 2 %}{{ i }}{% endfor %}",
        "{% for i in (1..Profile.n) limit: 2 %}{{ i }}{% endfor %}",
    );
    check("{% for i in range(1, 3) %}{{ i }}{% endfor %}", "? {% for i in (1..3) %}{{ i }}{% endfor %}");
    check("{% for i in 1...3 %}{{ i }}{% endfor %}", "? {% for i in (1..3) %}{{ i }}{% endfor %}");
    check("{{ Profile->a | upcase }}", "{{ Profile.a | upcase }}");
    check("{{ Event.Items::first }}", "{{ Event.Items.first }}");
    check("{{ Profile..a }}", "{{ Profile.a }}");
    check("{% assign v == 1 %}", "{% assign v = 1 %}");
    check("{% assign v := Profile.a | upcase %}", "{% assign v = Profile.a | upcase %}");
    check("{% assign v 1 %}", "? {% assign v = 1 %}");
}

#[test]
fn quotes_inside_quotes_are_corrected() {
    check("{{ Profile.a | default: 'it's' }}", "{{ Profile.a | default: \"it's\" }}");
    check("{% if Profile.a == 'O'Brien' %}x{% endif %}", "{% if Profile.a == \"O'Brien\" %}x{% endif %}");
    check("{% assign v = ''it's'' %}", "{% assign v = \"it's\" %}");
    check("{% assign v = \"\"x y\"\" %}", "{% assign v = \"x y\" %}");
    check("{{ Profile.a | replace: '', 'b' | append: 'x' }}", "(no problem)");
}

#[test]
fn the_name_of_a_known_property_is_certain() {
    let known = |name: &str| PropertySummary {
        name: name.to_owned(),
        kind: ValueKind::Text,
        n_set: 1,
        samples: Vec::new(),
    };
    let vocabulary = Vocabulary { properties: vec![known("First Name")], ..Vocabulary::default() };
    for (source, is_safe) in [("{{ Profile.First Name }}", true), ("{{ Profile.Last Name }}", false)] {
        let (_, mut problems) = parse(source, &Partials::default(), Dialect::Telecast);
        super::confirm_names(&mut problems, &vocabulary);
        assert_eq!(problems[0].fixes[0].safe, is_safe, "{source}");
    }
}
