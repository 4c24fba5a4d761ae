//! Suggests loops in place of list filters that CleverTap does not support. In an `assign`, the filters `sum`, `find`,
//! `find_index`, and `has` can be replaced. In a `{{ }}`, only `sum` can be replaced. In both cases, only the first
//! filter of a value can be replaced.

use crate::diagnostic::{Diagnostic, Fix};
use crate::text::Span;

use super::super::syntax::{Block, FilterCall, FilteredExpression, SyntaxNode, TagNode};
use super::super::walk;

// The name of the loop's variable. The loop hides a variable with the same name, but bodies are unlikely to have one.
const ITEM: &str = "list_item";

pub(super) fn add_fixes(source: &str, body: &Block, problems: &mut [Diagnostic]) {
    let mut fixes = Vec::new();
    collect(source, body, &mut fixes);
    for (filter, fix) in fixes {
        if let Some(problem) = problems.iter_mut().find(|problem| problem.span == filter) {
            problem.fixes.push(fix);
        }
    }
}

fn collect(source: &str, block: &Block, fixes: &mut Vec<(Span, Fix)>) {
    for node in &block.nodes {
        match node {
            SyntaxNode::Text(_) => {}
            SyntaxNode::Output(output) => {
                // Only a `{{ … }}` is replaced with tags. `{% echo %}` is skipped here, because the check of tags
                // suggests a fix that replaces the whole tag. A line of `{% liquid %}` cannot contain tags. A chip,
                // such as `@Profile - name`, has no list filters.
                let is_output = output.span.of(source).starts_with("{{");
                let total = "list_total";
                let rewrite = is_output.then(|| rewrite_as_loop(source, total, &output.value)).flatten();
                if let Some((filter, tags, rest)) = rewrite.filter(|(filter, ..)| filter.of(source) == "sum")
                {
                    fixes.push((filter, fix(output.span, format!("{tags}{{{{ {total}{rest} }}}}"))));
                }
            }
            SyntaxNode::Tag(span, tag) => {
                if let TagNode::Assign { name, value } = &**tag
                    && span.of(source).starts_with("{%")
                    && let Some((filter, tags, rest)) = rewrite_as_loop(source, name, value)
                {
                    let then = match rest.as_str() {
                        "" => String::new(),
                        rest => format!("{{% assign {name} = {name}{rest} %}}"),
                    };
                    fixes.push((filter, fix(*span, format!("{tags}{then}"))));
                }
                walk::blocks_of(tag).into_iter().for_each(|inner| collect(source, inner, fixes));
            }
        }
    }
}

// The fix is never safe to apply without review, because the loop sets variables that the rest of the body might use.
fn fix(span: Span, tags: String) -> Fix {
    Fix::replace("replace it with a loop", span, tags).unsafe_to_apply()
}

/// Rewrites the first filter of a filtered value as a loop. Returns the span of the filter's name, the tags that assign
/// the filter's result to `name`, and the text of the remaining filters.
///
/// Returns `None` if there is no filter, or if the first filter is not `sum`, `find`, `find_index`, or `has`. Returns
/// `None` as well if the property in the filter's arguments is not a constant, or if the loop would overwrite the list
/// that it reads. Without a property, only `sum` can be rewritten.
fn rewrite_as_loop(source: &str, name: &str, piped: &FilteredExpression) -> Option<(Span, String, String)> {
    let call = piped.filters.first()?;
    let list = piped.value.span().of(source);
    let start = |value: &str| format!("{{% assign {name} = {value} %}}");
    let loop_with = |inside: String| format!("{{% for {ITEM} in {list} %}}{inside}{{% endfor %}}");
    let at_first = |value: &str| {
        let condition = condition(source, call)?;
        Some(loop_with(format!(
            "{{% if {condition} %}}{{% assign {name} = {value} %}}{{% break %}}{{% endif %}}"
        )))
    };
    let tags = match call.filter.name {
        "sum" => {
            let item = match call.arguments.first() {
                Some(_) => property(source, call)?,
                None => ITEM.to_owned(),
            };
            let add = format!("{{% assign {name} = {name} | plus: {item} %}}");
            start("0") + &loop_with(add)
        }
        "find" => start("nil") + &at_first(ITEM)?,
        "find_index" => start("nil") + &at_first("forloop.index0")?,
        "has" => start("false") + &at_first("true")?,
        _ => return None,
    };
    // If the path of the list starts with the variable `name`, the first assignment would overwrite the list that the
    // loop reads.
    if list.split(|c: char| !c.is_alphanumeric() && c != '_').next() == Some(name) {
        return None;
    }
    let rest = Span::new(call.span.end, piped.span.end).of(source).trim_end().to_owned();
    Some((call.name, tags, rest))
}

fn property(source: &str, call: &FilterCall) -> Option<String> {
    let argument = call.arguments.first()?;
    let name = argument.as_text()?;
    // After a dot, `size`, `first`, and `last` are not property names, so they are written in brackets.
    let is_word = !matches!(name, "" | "size" | "first" | "last")
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    Some(match is_word {
        true => format!("{ITEM}.{name}"),
        false => format!("{ITEM}[{}]", argument.span().of(source)),
    })
}

fn condition(source: &str, call: &FilterCall) -> Option<String> {
    let property = property(source, call)?;
    Some(match call.arguments.get(1) {
        Some(value) => format!("{property} == {}", value.span().of(source)),
        None => property,
    })
}
