//! Filters over lists that CleverTap does not have, as loops: `sum`, `find`, `find_index` and `has` in an `assign`, and
//! `sum` where it is printed.

use crate::diagnostic::{Diagnostic, Fix};
use crate::text::Span;

use super::super::syntax::{Block, FilterCall, Node, Piped, Tag};
use super::super::walk;

/// The loop's variable; long enough that no body has it by chance.
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
            Node::Text(_) => {}
            Node::Output(output) => {
                // A chip and a line of `liquid` cannot be taken apart.
                let is_output = output.span.of(source).starts_with("{{");
                let total = "list_total";
                let rewrite = is_output.then(|| written(source, total, &output.value)).flatten();
                if let Some((filter, tags, rest)) = rewrite.filter(|(filter, ..)| filter.of(source) == "sum")
                {
                    fixes.push((filter, fix(output.span, format!("{tags}{{{{ {total}{rest} }}}}"))));
                }
            }
            Node::Tag(span, tag) => {
                if let Tag::Assign { name, value } = &**tag
                    && span.of(source).starts_with("{%")
                    && let Some((filter, tags, rest)) = written(source, name, value)
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

fn fix(span: Span, tags: String) -> Fix {
    Fix::replace("write it as a loop", span, tags).unsafe_to_apply()
}

/// Returns the filter that a pipe begins with, the tags that give its result the name `name`, and the rest of the pipe.
fn written(source: &str, name: &str, piped: &Piped) -> Option<(Span, String, String)> {
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
    // The list is read again in each round: it must not be the name that is set.
    if list.split(|c: char| !c.is_alphanumeric() && c != '_').next() == Some(name) {
        return None;
    }
    let rest = Span::new(call.span.end, piped.span.end).of(source).trim_end().to_owned();
    Some((call.name, tags, rest))
}

fn property(source: &str, call: &FilterCall) -> Option<String> {
    let argument = call.arguments.first()?;
    let name = argument.as_text()?;
    // Behind a dot these three are more than names.
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
