//! `telecast debug liquid`: reads JSON lines, and writes what Shopify's Liquid prints and where CleverTap differs.

use crate::support::Home;

#[track_caller]
fn check(args: &[&str], input: &str, expected: &str) {
    let args = ["debug", "liquid"].iter().chain(args);
    let answer = Home::new().run_with_input(args, input);
    assert_eq!(answer.ok().trim_end(), expected);
}

#[test]
fn a_template_is_rendered_by_shopifys_rules() {
    check(
        &[],
        "{\"template\": \"{{ x | escape }}\", \"data\": {\"x\": \"it's\"}}\n{\"template\": \"{{\"}",
        "{\"result\":\"it&#39;s\"}\n{\"error\":\"`{{` is never closed\",\"line\":1,\"column\":1}",
    );
    check(&["--dialect", "telecast"], "{\"template\": \"a\"}", "{\"result\":\"a\",\"problems\":[]}");
}

#[test]
fn in_clevertaps_dialect_each_answer_has_problems() {
    check(
        &["--dialect", "clevertap"],
        "{\"template\": \"a\"}\n{\"template\": \"{{ 5 | round: 1 }}\"}\n{\"template\": \"{{ 'a' | plus: 1 }}\"}\n\
         {\"template\": \"a{{ }}\"}",
        "{\"result\":\"a\",\"problems\":[]}\n\
         {\"result\":\"5\",\"problems\":[{\"code\":\"differs-in-clevertap\",\
         \"message\":\"CleverTap prints `5.0` here, not `5`\"}]}\n\
         {\"result\":\"1\",\"problems\":[{\"code\":\"not-in-clevertap\",\
         \"message\":\"CleverTap fails here: `plus`: `a` is not a number\"}]}\n\
         {\"result\":\"a\",\"problems\":[{\"code\":\"not-in-clevertap\",\
         \"message\":\"CleverTap does not accept an output without a value\"}]}",
    );
}
