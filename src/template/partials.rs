//! The partials of a workspace, and which of them a template calls.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Fix, did_you_mean};
use crate::text::{LineIndex, Span};

use super::parser::{self, Parsed};
use super::source_map::PartialSource;
use super::syntax::{Block, Expression, Tag};
use super::{Compiled, Dialect, File, Flavour};
use super::{portability, walk};

/// The sources of partials by name, as `{% render 'name' %}` calls them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Partials(pub BTreeMap<String, String>);

/// Parses the template and all partials it may call.
pub(super) fn compile(source: &str, partials: &Partials, flavour: Flavour) -> (Compiled, Vec<Diagnostic>) {
    let Parsed { body, mut problems, tokens, holes, blocks, foreign } = parser::parse(source, flavour);
    let mut files = vec![File { name: None, source: source.to_owned(), body }];
    let mut waiting = calls_of(&files[0].body);
    while let Some((name, call)) = waiting.pop() {
        let wanted: Vec<&String> = match &name {
            Some(name) => partials.0.keys().filter(|key| *key == name).collect(),
            // Which one is known only when it is rendered.
            None => partials.0.keys().collect(),
        };
        if let (Some(name), true) = (&name, wanted.is_empty()) {
            problems.push(missing(name, call, partials));
        }
        for wanted in wanted {
            if files.iter().any(|file| file.name.as_ref() == Some(wanted)) {
                continue;
            }
            let parsed = parser::parse(&partials.0[wanted], flavour);
            waiting.extend(calls_of(&parsed.body).into_iter().map(|(name, _)| (name, (call.1, call.1))));
            let file =
                File { name: Some(wanted.clone()), source: partials.0[wanted].clone(), body: parsed.body };
            problems.extend(parsed.problems.iter().map(|problem| at_call(&file, problem, call.1)));
            files.push(file);
        }
    }
    let named = |file: &File| Some(PartialSource { name: file.name.clone()?, source: file.source.clone() });
    let partials = files.iter().filter_map(named).collect();
    // What another engine would refuse is a problem, but can be rendered.
    let error = problems.iter().find(|problem| problem.is_error()).cloned();
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

/// The name of a called partial where it is a constant; the place of the name and of the tag.
type PartialUse = (Option<String>, (Span, Span));

fn calls_of(body: &Block) -> Vec<PartialUse> {
    let mut calls = Vec::new();
    walk::tags(body, &mut |span, tag| {
        if let Tag::Partial(call) = tag {
            let name = call.name.as_text().map(str::to_owned);
            calls.push((name, (Expression::span(&call.name), span)));
        }
    });
    calls.reverse();
    calls
}

fn missing(name: &str, (span, _): (Span, Span), partials: &Partials) -> Diagnostic {
    let problem = Diagnostic::error("unknown-partial", span, format!("there is no partial `{name}`"));
    match did_you_mean(name, partials.0.keys().map(String::as_str)) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")).with_fix(Fix::replace(
            format!("replace with `{near}`"),
            span,
            format!("'{near}'"),
        )),
        None => problem.with_help("partials are files in the folder partials/"),
    }
}

/// Shows a problem of a partial at the tag that calls it.
pub(super) fn at_call(partial: &File, problem: &Diagnostic, call: Span) -> Diagnostic {
    let (source, name) = (&partial.source, partial.name.as_deref().unwrap_or_default());
    let place = LineIndex::new(source).position(source, problem.span.start);
    let message = format!("in the partial `{name}` ({}:{}): {}", place.line, place.column, problem.message);
    Diagnostic { message, span: call, fixes: Vec::new(), ..problem.clone() }
}
