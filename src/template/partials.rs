//! The partials of a workspace, and which of them a template calls.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity, did_you_mean};
use crate::dialect::Dialect;
use crate::text::{LineIndex, Span};

use super::compiled::{Compiled, File};
use super::flavour::Flavour;
use super::parser::{self, Parsed};
use super::source_map::PartialSource;
use super::syntax::{Block, Tag};
use super::{portability, walk};

/// The sources of partials by name, as `{% render 'name' %}` calls them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Partials(pub BTreeMap<String, String>);

/// Parses the template and all partials it may call.
///
/// A partial that is missing or broken fails the renderings that come to it, and no others.
pub(super) fn compile(source: &str, partials: &Partials, flavour: Flavour) -> (Compiled, Vec<Diagnostic>) {
    let Parsed { body, mut problems, tokens, holes, blocks, foreign } = parser::parse(source, flavour);
    let error = first_error(&problems);
    let mut files = vec![File { name: None, source: source.to_owned(), body, error: None }];
    // What may be called without being named comes last: where it is named too, its problems are errors.
    let (mut certain, mut perhaps) = calls_of(&files[0].body, None);
    while let Some(call) = certain.pop().or_else(|| perhaps.pop()) {
        let wanted: Vec<&String> = match &call.name {
            Some(name) => partials.0.keys().filter(|key| *key == name).collect(),
            // Which one is known only when it is rendered.
            None => partials.0.keys().collect(),
        };
        if let (Some(name), true) = (&call.name, wanted.is_empty()) {
            problems.push(call.weighed(missing(name, call.place, partials)));
        }
        for wanted in wanted {
            if files.iter().any(|file| file.name.as_ref() == Some(wanted)) {
                continue;
            }
            let parsed = parser::parse(&partials.0[wanted], flavour);
            let (inner_certain, inner_perhaps) = calls_of(&parsed.body, Some(&call));
            certain.extend(inner_certain);
            perhaps.extend(inner_perhaps);
            let file = File {
                name: Some(wanted.clone()),
                source: partials.0[wanted].clone(),
                body: parsed.body,
                error: first_error(&parsed.problems),
            };
            let told = parsed.problems.iter().map(|problem| call.weighed(at_call(&file, problem, call.tag)));
            problems.extend(told);
            files.push(file);
        }
    }
    let named = |file: &File| Some(PartialSource { name: file.name.clone()?, source: file.source.clone() });
    let partials = files.iter().filter_map(named).collect();
    // What another engine would refuse is a problem, but can be rendered.
    problems.extend(foreign);
    if flavour == Flavour::Dialect(Dialect::CleverTap) {
        problems.extend(portability::check(source, &files[0].body));
    }
    problems.sort_by_key(|problem| problem.span);
    let dialect = match flavour {
        Flavour::Dialect(dialect) => dialect,
        Flavour::Shopify => Dialect::default(),
    };
    let blocks = blocks.into_values().collect();
    (Compiled { files, partials, tokens, holes, blocks, dialect, error }, problems)
}

fn first_error(problems: &[Diagnostic]) -> Option<Diagnostic> {
    problems.iter().find(|problem| problem.is_error()).cloned()
}

struct PartialUse {
    /// The partial's name, where it is a constant.
    name: Option<String>,
    place: Span,
    tag: Span,
    /// Whether it and the partials around it are called by name.
    is_certain: bool,
}

impl PartialUse {
    /// What is wrong with a partial that is perhaps never called is a warning.
    fn weighed(&self, problem: Diagnostic) -> Diagnostic {
        match problem.severity {
            Severity::Error if !self.is_certain => Diagnostic { severity: Severity::Warning, ..problem },
            _ => problem,
        }
    }
}

/// Returns the calls in `body` that are certain, and those that are not; each the last one first.
///
/// Those in a partial are placed at the call `around` it.
fn calls_of(body: &Block, around: Option<&PartialUse>) -> (Vec<PartialUse>, Vec<PartialUse>) {
    let mut calls = Vec::new();
    walk::tags(body, &mut |span, tag| {
        if let Tag::Partial(call) = tag {
            let name = call.name.as_text().map(str::to_owned);
            let (place, tag) = around.map_or((call.name.span(), span), |around| (around.tag, around.tag));
            let is_certain = name.is_some() && around.is_none_or(|around| around.is_certain);
            calls.push(PartialUse { name, place, tag, is_certain });
        }
    });
    calls.into_iter().rev().partition(|call| call.is_certain)
}

fn missing(name: &str, span: Span, partials: &Partials) -> Diagnostic {
    let problem = Diagnostic::error(Code::UnknownPartial, span, format!("there is no partial `{name}`"));
    match did_you_mean(name, partials.0.keys().map(String::as_str)) {
        Some(near) => problem.with_near(span, near, format!("'{near}'")),
        None => problem.with_help("partials are files in the folder partials/"),
    }
}

pub(super) fn at_call(partial: &File, problem: &Diagnostic, call: Span) -> Diagnostic {
    let (source, name) = (&partial.source, partial.name.as_deref().unwrap_or_default());
    let place = LineIndex::new(source).position(source, problem.span.start);
    let message = format!("in the partial `{name}` ({}:{}): {}", place.line, place.column, problem.message);
    Diagnostic { message, span: call, fixes: Vec::new(), ..problem.clone() }
}
