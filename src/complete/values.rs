//! Evaluates variables and filters for the chosen profile and the sample event.

use crate::profile::Value;
use crate::template::{self, Binding, Partials, RenderOutcome, ScopedName};

use super::CompletionContext;

const MAX_SHOWN_CHARS: usize = 80;

/// The maximum number of assignments that are followed to find the value of a name. `assign a = b` and `assign b = a`
/// can refer to each other, so the search needs a limit.
const MAX_HOPS: usize = 8;

/// The variables that a template sets, and the template's source text. The spans in `names` are offsets in this text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamesInScope<'a> {
    pub names: &'a [ScopedName],
    pub source: &'a str,
}

impl NamesInScope<'_> {
    /// Returns `assign` tags for the variables that `expression` may need. A loop variable is set to the first item of
    /// its list.
    fn prelude(&self, expression: &str) -> String {
        let mut prelude = String::new();
        let mut needed = expression.to_owned();
        for name in self.names.iter().rev().filter(|name| name.binding != Binding::Loop) {
            let (span, first) = match name.binding {
                Binding::Assigned(span) => (span, ""),
                Binding::Item(span) => (span, " | first"),
                Binding::Captured | Binding::Counter | Binding::Loop => continue,
            };
            // The names are found by a plain text search. The search may find names that the expression does not use,
            // but an assignment that is not needed does no harm.
            if needed.contains(&name.name) {
                let value = span.of(self.source);
                needed.push_str(value);
                prelude.insert_str(0, &format!("{{% assign {} = {value}{first} %}}", name.name));
            }
        }
        prelude
    }
}

/// Returns the output of an expression with its filters for the chosen profile, shortened as in [`shortened`]. Returns
/// `None` if there are no values to use, or if the expression cannot be rendered.
pub(crate) fn evaluate(
    expression: &str,
    scope: NamesInScope<'_>,
    context: &CompletionContext<'_>,
) -> Option<String> {
    let values = context.values.as_ref()?;
    // The expression is rendered as a separate template, so that the result is what a message would contain.
    let source = format!("{}{{{{ {expression} }}}}", scope.prelude(expression));
    let (template, _) = template::parse(&source, &Partials::default(), context.dialect);
    match template.render(values) {
        RenderOutcome::Rendered(rendered) => Some(shortened(&rendered.text)),
        RenderOutcome::Aborted { .. } | RenderOutcome::Failed(_) => None,
    }
}

/// Returns the value that a path leads to. After `{% assign p = Profile.plan %}`, the path `p` leads to the value of
/// `Profile.plan`. A loop variable stands for the first item of its list. Returns `None` if there are no values to use,
/// or if the path leads to no value.
pub(crate) fn lookup<'a>(
    path: &[String],
    scope: NamesInScope<'_>,
    context: &CompletionContext<'a>,
) -> Option<&'a Value> {
    lookup_within(path, scope, context, MAX_HOPS)
}

fn lookup_within<'a>(
    path: &[String],
    scope: NamesInScope<'_>,
    context: &CompletionContext<'a>,
    hops_left: usize,
) -> Option<&'a Value> {
    let values = context.values.as_ref()?;
    let (root, steps) = path.split_first()?;
    match root.as_str() {
        "Profile" => {
            let (name, steps) = steps.split_first()?;
            descend(values.profile?.properties.get(name)?, steps)
        }
        "Event" => descend(values.event?, steps),
        "ExternalTrigger" => descend(values.external_trigger?, steps),
        _ => {
            let name = scope.names.iter().find(|name| name.name == *root)?;
            let lookup_span = |span: crate::text::Span| {
                let path = path_of(span.of(scope.source))?;
                lookup_within(&path, scope, context, hops_left.checked_sub(1)?)
            };
            match name.binding {
                Binding::Assigned(span) => descend(lookup_span(span)?, steps),
                Binding::Item(span) => match lookup_span(span)? {
                    Value::List(items) => descend(items.first()?, steps),
                    _ => None,
                },
                Binding::Captured | Binding::Counter | Binding::Loop => None,
            }
        }
    }
}

fn descend<'a>(value: &'a Value, steps: &[String]) -> Option<&'a Value> {
    steps.iter().try_fold(value, |value, step| match value {
        Value::Object(members) => members.get(step),
        Value::List(items) => match step.as_str() {
            "first" => items.first(),
            "last" => items.last(),
            _ => None,
        },
        _ => None,
    })
}

/// Parses a path such as `Profile.plan` or `Event["First Name"].x`; returns `None` for any other expression.
pub(crate) fn path_of(source: &str) -> Option<Vec<String>> {
    let mut path = Vec::new();
    let mut rest = source.trim();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let quote = inside.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (name, after) = inside[1..].split_once(quote)?;
            path.push(name.to_owned());
            rest = after.strip_prefix(']')?;
        } else {
            let name_and_rest = rest.strip_prefix('.').filter(|_| !path.is_empty()).unwrap_or(rest);
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
            let end = name_and_rest.find(|c| !is_name(c)).unwrap_or(name_and_rest.len());
            if end == 0 {
                return None;
            }
            path.push(name_and_rest[..end].to_owned());
            rest = &name_and_rest[end..];
            if !rest.is_empty() && !rest.starts_with(['.', '[']) {
                return None;
            }
        }
    }
    (!path.is_empty()).then_some(path)
}

/// Returns the text, cut after [`MAX_SHOWN_CHARS`] characters. A cut text ends with `…`.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_parsed_with_dots_and_brackets() {
        let check = |source: &str, expected: Option<&[&str]>| {
            let path = path_of(source);
            assert_eq!(
                path.as_deref().map(|path| path.join("/")),
                expected.map(|path| path.join("/")),
                "{source}"
            );
        };
        check("Profile.plan", Some(&["Profile", "plan"]));
        check("Event[\"Charged ID\"].x", Some(&["Event", "Charged ID", "x"]));
        check("a['b'][\"c\"]", Some(&["a", "b", "c"]));
        for source in ["", "1 | plus: 2", "a.", "a[0]", "a b", "\"text\"", "(1..3)"] {
            check(source, None);
        }
    }
}
