//! The hover describes what is at the cursor: its problems, its meaning, and its value for the chosen profile.

mod text;

use crate::compose::Composed;
use crate::diagnostic::{Diagnostic, Severity};
use crate::profile;
use crate::telegram::fields::ApiField;
use crate::telegram::{self, Method};
use crate::template::{
    self, FILTERS, FilterDoc, JsonContext, JsonContextKind, LiquidToken, Partials, TAGS, Template,
    TokenClass, VariableUse,
};
use crate::text::{Span, visible};

use super::CompletionContext;
use super::fields;
use super::liquid::OpenLiquid;
use super::values::{self, NamesInScope};

#[derive(Debug, Clone, PartialEq)]
pub struct Hover {
    pub span: Span,
    /// The notes, problems first; never empty.
    pub notes: Vec<HoverNote>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct HoverNote {
    pub title: String,
    pub severity: Option<Severity>,
    pub lines: Vec<String>,
}

impl HoverNote {
    fn new(title: impl Into<String>, lines: impl IntoIterator<Item = String>) -> Self {
        Self { title: title.into(), severity: None, lines: lines.into_iter().collect() }
    }
}

/// Returns the hover for the byte `at` of a body, or `None` if there is nothing to show.
///
/// Problems and the message's entities come from `composed`, which is ignored if it was built from a different body.
pub fn hover(
    body: &str,
    at: usize,
    composed: Option<&Composed>,
    context: &CompletionContext<'_>,
) -> Option<Hover> {
    let (template, _) = template::parse(body, &Partials::default(), context.dialect);
    // If the body has changed since it was composed, the spans in `composed` are wrong.
    let composed = composed.filter(|composed| composed.body == body);
    let target = HoverTarget { body, at, template: &template, context };
    // Liquid comes first: in a JSON string, the description of a variable is more useful than that of the JSON around
    // it.
    let found = target.liquid().or_else(|| target.json()).or_else(|| text::entities(composed?, at));
    let problems = composed.map_or(&[][..], |composed| &composed.diagnostics).iter();
    let mut problems: Vec<&Diagnostic> = problems.filter(|problem| problem.span.touches(at)).collect();
    // The most severe problems come first. Of equally severe problems, the one with the shortest span comes first,
    // because a short span is more specific.
    problems.sort_by_key(|problem| (std::cmp::Reverse(problem.severity), problem.span.len()));
    let span = match (&found, problems.first()) {
        (Some((span, _)), _) => *span,
        (None, Some(problem)) => problem.span,
        (None, None) => return None,
    };
    let notes =
        problems.into_iter().map(describe_problem).chain(found.into_iter().flat_map(|(_, notes)| notes));
    Some(Hover { span, notes: notes.collect() })
}

type HoverContent = (Span, Vec<HoverNote>);

fn describe_problem(problem: &Diagnostic) -> HoverNote {
    let fixes = problem.fixes.iter().map(|fix| format!("fix: {}", fix.title));
    HoverNote {
        title: problem.message.clone(),
        severity: Some(problem.severity),
        lines: problem.help.iter().cloned().chain(fixes).collect(),
    }
}

struct HoverTarget<'a> {
    body: &'a str,
    at: usize,
    template: &'a Template,
    context: &'a CompletionContext<'a>,
}

impl HoverTarget<'_> {
    fn liquid(&self) -> Option<HoverContent> {
        let token = self.token()?;
        let name = token.span.of(self.body);
        let note = match token.class {
            TokenClass::Tag => describe_tag(name)?,
            TokenClass::Filter => {
                self.describe_filter(token, FILTERS.iter().find(|filter| filter.name == name)?)
            }
            TokenClass::Variable | TokenClass::Property | TokenClass::String => {
                let variables = self.template.variables();
                let variable = variables.iter().find(|variable| variable.span.touches(self.at))?;
                return Some((variable.span, vec![self.describe_variable(variable)]));
            }
            _ => return None,
        };
        Some((token.span, vec![note]))
    }

    /// Returns the token that contains the byte at the cursor. If no token contains it, returns the token that ends at
    /// the cursor, if any.
    fn token(&self) -> Option<LiquidToken> {
        // Between two adjacent tokens, the cursor touches both. The later token contains the byte, so the search goes
        // backwards.
        self.template.tokens().iter().rfind(|token| token.span.touches(self.at)).copied()
    }

    fn describe_variable(&self, variable: &VariableUse) -> HoverNote {
        let source = variable.span.of(self.body);
        let names = template::names_at(self.template, variable.span.start);
        let scope = NamesInScope { names: &names, source: self.body };
        let mut lines = Vec::new();
        if self.context.values.is_some() {
            lines.push(self.describe_value(source, &variable.path, scope));
        }
        match variable.path.as_slice() {
            [root, name, ..] if root == "Profile" => lines.extend(self.describe_property(name)),
            [root, ..] if root == "Event" => lines.push("property of the triggering event".to_owned()),
            [root, ..] if root == "ExternalTrigger" => {
                lines.push("value from the triggering API call".to_owned());
            }
            [root, name] if root == "Campaign" && name == "campaignId" => {
                lines.push("text: the campaign's id, its file name without the extension".to_owned());
            }
            _ => {}
        }
        HoverNote::new(source, lines)
    }

    fn describe_value(&self, source: &str, path: &[String], scope: NamesInScope<'_>) -> String {
        let profile = self.context.values.as_ref().and_then(|values| values.profile);
        // The profile's name is shown only with a property, because other values do not belong to the profile.
        let profile = profile.filter(|_| path.first().is_some_and(|root| root == "Profile"));
        let name = profile.map(|profile| visible(profile.display_name()));
        match (name, values::evaluate(source, scope, self.context)) {
            (Some(name), Some(value)) if value.is_empty() => format!("{name}: empty"),
            (Some(name), Some(value)) => format!("{name}: “{value}”"),
            (Some(name), None) => format!("{name}: no value"),
            (None, Some(value)) if value.is_empty() => "empty value".to_owned(),
            (None, Some(value)) => format!("value: “{value}”"),
            (None, None) => "no value".to_owned(),
        }
    }

    fn describe_property(&self, name: &str) -> Vec<String> {
        let vocabulary = self.context.vocabulary;
        let Some(property) = vocabulary.property(name) else {
            return match name {
                "identity" => vec!["text: the profile's identity; unique, never empty".to_owned()],
                _ => vec!["not set in any profile".to_owned()],
            };
        };
        let mut lines = vec![format!(
            "{}, set in {} of {} profiles",
            property.kind.as_str(),
            property.n_set,
            vocabulary.n_profiles
        )];
        if !property.samples.is_empty() && property.kind != profile::ValueKind::Object {
            lines.push(format!("for example {}", property.samples.join(", ")));
        }
        lines
    }

    fn describe_filter(&self, token: LiquidToken, filter: &FilterDoc) -> HoverNote {
        let title = match filter.signature {
            "" => filter.name.to_owned(),
            signature => format!("{}: {signature}", filter.name),
        };
        let example = format!("{} → {}", filter.example, filter.prints);
        HoverNote::new(title, [filter.summary.to_owned(), example].into_iter().chain(self.result_of(token)))
    }

    fn result_of(&self, filter: LiquidToken) -> Option<String> {
        let piped_value =
            OpenLiquid::at_end_of(&self.body[..filter.span.start])?.piped_value(filter.span.start)?;
        let names = template::names_at(self.template, filter.span.start);
        let scope = NamesInScope { names: &names, source: self.body };
        let call = call_at(&self.body[filter.span.start..]);
        // The value is evaluated once without the filter and once with it, to show the effect of the filter alone.
        let input = values::evaluate(piped_value, scope, self.context)?;
        let output = values::evaluate(&format!("{piped_value} | {call}"), scope, self.context)?;
        Some(format!("result: “{input}” → “{output}”"))
    }

    fn json(&self) -> Option<HoverContent> {
        if !self.context.is_json {
            return None;
        }
        let json = template::json_context_at(self.template, self.at);
        let prefix = json.string_prefix.clone()?;
        // `prefix` is the part of the string before the cursor, as written in the body, but without Liquid that prints
        // nothing there. A string with Liquid before the cursor has no name that could be described.
        let start = self.at.checked_sub(prefix.len())?;
        if Span::new(start, self.at).of(self.body) != prefix {
            return None;
        }
        let rest = &self.body[self.at..];
        let end = self.at + rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let span = Span::new(start, end);
        let name = span.of(self.body);
        match json.kind {
            JsonContextKind::Key => Some((span, vec![describe_key(self.context.method, &json, name)?])),
            JsonContextKind::String => Some((span, vec![describe_choice(self.context.method, &json, name)?])),
            JsonContextKind::Value
            | JsonContextKind::BeforeKey
            | JsonContextKind::AfterMember
            | JsonContextKind::Structure => None,
        }
    }
}

/// Returns the filter call at the start of the text: `append: "|" | upcase }}` gives `append: "|"`. The call ends
/// before the first `|`, `}}`, or `%}` that is not inside quotes.
fn call_at(text: &str) -> &str {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '|' || text[at..].starts_with("}}") || text[at..].starts_with("%}") => {
                return text[..at].trim_end_matches('-').trim_end();
            }
            Some(open) if open == c => quote = None,
            _ => {}
        }
    }
    text
}

fn describe_tag(name: &str) -> Option<HoverNote> {
    if let Some(tag) = TAGS.iter().find(|tag| tag.name == name) {
        let inside = [tag.name, tag.signature].join(" ");
        let end = tag.is_block.then(|| format!("closed by {{% end{} %}}", tag.name));
        return Some(HoverNote::new(
            format!("{{% {} %}}", inside.trim_end()),
            std::iter::once(tag.summary.to_owned()).chain(end),
        ));
    }
    let opener = name.strip_prefix("end").filter(|opener| TAGS.iter().any(|tag| tag.name == *opener))?;
    Some(HoverNote::new(format!("{{% {name} %}}"), [format!("Ends the `{opener}`")]))
}

fn describe_key(method: Method, json: &JsonContext, name: &str) -> Option<HoverNote> {
    let field = telegram::fields::fields_at(method, &json.path).iter().find(|field| field.name == name)?;
    Some(HoverNote::new(
        format!("{name} · {} · {}", fields::kind_in_words(&field.kind), parent_name(method, json)),
        describe_field(field),
    ))
}

/// Returns the key whose value is the object around the cursor, or the method's name at the top level.
fn parent_name(method: Method, json: &JsonContext) -> &str {
    json.path.iter().rev().find(|key| *key != "[]").map_or(method.as_str(), String::as_str)
}

fn describe_field(field: &ApiField) -> Vec<String> {
    let mut lines = vec![field.doc.clone()];
    if field.required {
        lines.push("required".to_owned());
    }
    if let Some(newer) = &field.replaced_by {
        lines.push(format!("deprecated: use `{newer}` instead"));
    }
    let choices = fields::choices(field);
    if !choices.is_empty() {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        lines.push(format!("one of {}", names.join(", ")));
    }
    lines
}

fn describe_choice(method: Method, json: &JsonContext, name: &str) -> Option<HoverNote> {
    let field = telegram::fields::field_at(method, &json.path)?;
    let choices = fields::choices(field);
    // Telegram ignores the case of `parse_mode`. For the other fields, ignoring the case does no harm here: a choice
    // that was typed in the wrong case is described too.
    let (choice, doc) = choices.iter().find(|(choice, _)| choice.eq_ignore_ascii_case(name))?;
    let line = if doc.is_empty() { field.doc.as_str() } else { doc };
    Some(HoverNote::new(format!("{choice} · {}", field.name), [line.to_owned()]))
}

#[cfg(test)]
mod tests;
