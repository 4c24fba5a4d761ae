//! What variables and filters give for the chosen profile and the sample event.

use crate::profile::Value;
use crate::template::{self, Binding, Outcome, Partials, ScopedName};

use super::Context;

const SHOWN_CHARS: usize = 80;

/// How often a name may stand for another one.
const MAX_HOPS: usize = 8;

/// The names that a template sets, with the source that their bindings point into.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub names: &'a [ScopedName],
    pub source: &'a str,
}

impl Scope<'_> {
    /// Returns the tags that set the names as far as `expression` may need them, a loop's item to the list's first.
    fn prelude(&self, expression: &str) -> String {
        let mut prelude = String::new();
        let mut needed = expression.to_owned();
        for name in self.names.iter().rev().filter(|name| name.binding != Binding::Loop) {
            let (span, first) = match name.binding {
                Binding::Assigned(span) => (span, ""),
                Binding::Item(span) => (span, " | first"),
                Binding::Captured | Binding::Counter | Binding::Loop => continue,
            };
            if needed.contains(&name.name) {
                let value = span.of(self.source);
                needed.push_str(value);
                prelude.insert_str(0, &format!("{{% assign {} = {value}{first} %}}", name.name));
            }
        }
        prelude
    }
}

/// Returns what an expression, filters included, prints for the chosen profile; `None` where that cannot be told.
pub fn evaluate(expression: &str, scope: Scope<'_>, context: &Context<'_>) -> Option<String> {
    let values = context.values.as_ref()?;
    let source = format!("{}{{{{ {expression} }}}}", scope.prelude(expression));
    let (template, _) = template::parse(&source, &Partials::default(), context.dialect);
    match template.render(values) {
        Outcome::Rendered(rendered) => Some(shortened(&rendered.text)),
        Outcome::Aborted { .. } | Outcome::Failed(_) => None,
    }
}

pub fn lookup<'a>(path: &[String], scope: Scope<'_>, context: &Context<'a>) -> Option<&'a Value> {
    lookup_within(path, scope, context, MAX_HOPS)
}

fn lookup_within<'a>(
    path: &[String],
    scope: Scope<'_>,
    context: &Context<'a>,
    hops: usize,
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
            let at = |span: crate::text::Span| {
                let path = path_of(span.of(scope.source))?;
                lookup_within(&path, scope, context, hops.checked_sub(1)?)
            };
            match name.binding {
                Binding::Assigned(span) => descend(at(span)?, steps),
                Binding::Item(span) => match at(span)? {
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

/// Reads `Profile.plan` and `Event["First Name"].x`; `None` for anything that is not such a path.
pub fn path_of(source: &str) -> Option<Vec<String>> {
    let mut path = Vec::new();
    let mut rest = source.trim();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let quote = inside.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (name, behind) = inside[1..].split_once(quote)?;
            path.push(name.to_owned());
            rest = behind.strip_prefix(']')?;
        } else {
            let rest_of_name = rest.strip_prefix('.').filter(|_| !path.is_empty()).unwrap_or(rest);
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
            let end = rest_of_name.find(|c| !is_name(c)).unwrap_or(rest_of_name.len());
            if end == 0 {
                return None;
            }
            path.push(rest_of_name[..end].to_owned());
            rest = &rest_of_name[end..];
            if !rest.is_empty() && !rest.starts_with(['.', '[']) {
                return None;
            }
        }
    }
    (!path.is_empty()).then_some(path)
}

/// Returns a value as one would write it, on one line, cut where it is long.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_written() {
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
