//! What stands at a place of a body, in words: what is wrong with it, what it is, what it is for the chosen profile.

mod text;

use crate::compose::Composed;
use crate::diagnostic::{Diagnostic, Severity};
use crate::profile;
use crate::telegram::Method;
use crate::telegram::fields::Field;
use crate::template::{
    self, FILTERS, FilterDoc, Partials, Place, PlaceKind, TAGS, Template, Token, TokenClass, VariableUse,
};
use crate::text::{Span, visible};

use super::Context;
use super::fields;
use super::liquid::Liquid;
use super::values::{self, Scope};

#[derive(Debug, Clone, PartialEq)]
pub struct Hover {
    pub span: Span,
    /// What is said, problems first; never empty.
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub title: String,
    pub severity: Option<Severity>,
    pub lines: Vec<String>,
}

impl Note {
    fn new(title: impl Into<String>, lines: impl IntoIterator<Item = String>) -> Self {
        Self { title: title.into(), severity: None, lines: lines.into_iter().collect() }
    }
}

/// Returns what can be said of the byte `at` of a body.
///
/// `composed` is what came out of the body, where it is this very text; without it nothing is said of problems and of
/// the message.
pub fn hover(body: &str, at: usize, composed: Option<&Composed>, context: &Context<'_>) -> Option<Hover> {
    let (template, _) = template::parse(body, &Partials::default(), context.dialect);
    let composed = composed.filter(|composed| composed.body == body);
    let here = Here { body, at, template: &template, context };
    let found = here.liquid().or_else(|| here.json()).or_else(|| text::entities(composed?, at));
    let problems = composed.map_or(&[][..], |composed| &composed.diagnostics).iter();
    let mut problems: Vec<&Diagnostic> = problems.filter(|problem| problem.span.touches(at)).collect();
    problems.sort_by_key(|problem| (std::cmp::Reverse(problem.severity), problem.span.len()));
    let span = match (&found, problems.first()) {
        (Some((span, _)), _) => *span,
        (None, Some(problem)) => problem.span,
        (None, None) => return None,
    };
    let notes = problems.into_iter().map(of_problem).chain(found.into_iter().flat_map(|(_, notes)| notes));
    Some(Hover { span, notes: notes.collect() })
}

type Found = (Span, Vec<Note>);

fn of_problem(problem: &Diagnostic) -> Note {
    let fixes = problem.fixes.iter().map(|fix| format!("fix: {}", fix.title));
    Note {
        title: problem.message.clone(),
        severity: Some(problem.severity),
        lines: problem.help.iter().cloned().chain(fixes).collect(),
    }
}

struct Here<'a> {
    body: &'a str,
    at: usize,
    template: &'a Template,
    context: &'a Context<'a>,
}

impl Here<'_> {
    fn liquid(&self) -> Option<Found> {
        let token = self.token()?;
        let name = token.span.of(self.body);
        let note = match token.class {
            TokenClass::Tag => of_tag(name)?,
            TokenClass::Filter => self.of_filter(token, FILTERS.iter().find(|filter| filter.name == name)?),
            TokenClass::Variable | TokenClass::Property | TokenClass::String => {
                let variables = self.template.variables();
                let variable = variables.iter().find(|variable| variable.span.touches(self.at))?;
                return Some((variable.span, vec![self.of_variable(variable)]));
            }
            _ => return None,
        };
        Some((token.span, vec![note]))
    }

    /// The token that begins or goes on at the place, else the one that ends there.
    fn token(&self) -> Option<Token> {
        let touching = self.template.tokens().iter().filter(|token| token.span.touches(self.at));
        touching.copied().max_by_key(|token| token.span.start + usize::from(self.at < token.span.end))
    }

    fn of_variable(&self, variable: &VariableUse) -> Note {
        let source = variable.span.of(self.body);
        let names = template::names_at(self.template, variable.span.start);
        let scope = Scope { names: &names, source: self.body };
        let mut lines = Vec::new();
        if self.context.values.is_some() {
            lines.push(self.value_in_words(source, &variable.path, scope));
        }
        match variable.path.as_slice() {
            [root, name, ..] if root == "Profile" => lines.extend(self.known_of(name)),
            [root, ..] if root == "Event" => lines.push("a name of the event that triggered it".to_owned()),
            [root, ..] if root == "ExternalTrigger" => {
                lines.push("a name of the API call that triggered it".to_owned());
            }
            [root, name] if root == "Campaign" && name == "campaignId" => {
                lines.push("text: the campaign's id, its file's name".to_owned());
            }
            _ => {}
        }
        Note::new(source, lines)
    }

    fn value_in_words(&self, source: &str, path: &[String], scope: Scope<'_>) -> String {
        let profile = self.context.values.as_ref().and_then(|values| values.profile);
        let whom = match profile {
            Some(profile) if path.first().is_some_and(|root| root == "Profile") => {
                format!("{} has ", visible(profile.display_name()))
            }
            _ => "now ".to_owned(),
        };
        match values::evaluate(source, scope, self.context) {
            Some(value) if value.is_empty() => format!("{whom}nothing"),
            Some(value) => format!("{whom}“{value}”"),
            None => format!("{whom}no value"),
        }
    }

    fn known_of(&self, name: &str) -> Vec<String> {
        let vocabulary = self.context.vocabulary;
        let Some(property) = vocabulary.property(name) else {
            return match name {
                "identity" => vec!["text: who it is; unique, never empty".to_owned()],
                _ => vec!["no profile has it".to_owned()],
            };
        };
        let mut lines = vec![format!(
            "{}, set in {} of {} profiles",
            property.kind.as_str(),
            property.n_set,
            vocabulary.n_profiles
        )];
        if !property.samples.is_empty() && property.kind != profile::Kind::Object {
            lines.push(format!("such as {}", property.samples.join(", ")));
        }
        lines
    }

    fn of_filter(&self, token: Token, filter: &FilterDoc) -> Note {
        let title = match filter.signature {
            "" => filter.name.to_owned(),
            signature => format!("{}: {signature}", filter.name),
        };
        let example = format!("{} → {}", filter.example, filter.prints);
        Note::new(title, [filter.summary.to_owned(), example].into_iter().chain(self.result_of(token)))
    }

    fn result_of(&self, filter: Token) -> Option<String> {
        let before = Liquid::around(&self.body[..filter.span.start])?.piped(filter.span.start)?;
        let names = template::names_at(self.template, filter.span.start);
        let scope = Scope { names: &names, source: self.body };
        let call = call_at(&self.body[filter.span.start..]);
        let input = values::evaluate(before, scope, self.context)?;
        let output = values::evaluate(&format!("{before} | {call}"), scope, self.context)?;
        Some(format!("here “{input}” → “{output}”"))
    }

    fn json(&self) -> Option<Found> {
        if !self.context.is_json {
            return None;
        }
        let place = template::place_at(self.template, self.at);
        let word = place.word.clone()?;
        let start = self.at.checked_sub(word.len())?;
        let rest = &self.body[self.at..];
        let end = self.at + rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let span = Span::new(start, end);
        let name = span.of(self.body);
        match place.within {
            PlaceKind::Key => Some((span, vec![of_key(self.context.method, &place, name)?])),
            PlaceKind::String => Some((span, vec![of_choice(self.context.method, &place, name)?])),
            PlaceKind::Value | PlaceKind::BeforeKey | PlaceKind::AfterMember | PlaceKind::Structure => None,
        }
    }
}

/// The filter and its arguments that text begins with: up to the next bar or the end of the Liquid, outside quotes.
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

fn of_tag(name: &str) -> Option<Note> {
    if let Some(tag) = TAGS.iter().find(|tag| tag.name == name) {
        let inside = [tag.name, tag.signature].join(" ");
        let end = tag.is_block.then(|| format!("ends at {{% end{} %}}", tag.name));
        return Some(Note::new(
            format!("{{% {} %}}", inside.trim_end()),
            std::iter::once(tag.summary.to_owned()).chain(end),
        ));
    }
    let opener = name.strip_prefix("end").filter(|opener| TAGS.iter().any(|tag| tag.name == *opener))?;
    Some(Note::new(format!("{{% {name} %}}"), [format!("Ends the `{opener}`")]))
}

fn of_key(method: Method, place: &Place, name: &str) -> Option<Note> {
    let field = fields::fields_at(method, &place.path).iter().find(|field| field.name == name)?;
    Some(Note::new(
        format!("{name} · {} of {}", fields::kind_in_words(&field.kind), owner(method, place)),
        words_on(field),
    ))
}

fn owner(method: Method, place: &Place) -> &str {
    place.path.iter().rev().find(|key| *key != "[]").map_or(method.as_str(), String::as_str)
}

fn words_on(field: &Field) -> Vec<String> {
    let mut lines = vec![field.doc.clone()];
    if field.required {
        lines.push("required".to_owned());
    }
    if let Some(newer) = &field.replaced_by {
        lines.push(format!("an old name: `{newer}` took its place"));
    }
    let choices = fields::choices(field);
    if !choices.is_empty() {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        lines.push(format!("one of {}", names.join(", ")));
    }
    lines
}

fn of_choice(method: Method, place: &Place, name: &str) -> Option<Note> {
    let field = fields::field_at(method, &place.path)?;
    let choices = fields::choices(field);
    let (choice, doc) = choices.iter().find(|(choice, _)| choice.eq_ignore_ascii_case(name))?;
    let line = if doc.is_empty() { field.doc.as_str() } else { doc };
    Some(Note::new(format!("{choice} · {}", field.name), [line.to_owned()]))
}

#[cfg(test)]
mod tests;
