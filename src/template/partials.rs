//! Holds the partials of a workspace, and parses a template together with the partials that it may call.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity, did_you_mean};
use crate::dialect::Dialect;
use crate::text::{LineIndex, Span};

use super::compiled::{Compiled, TemplateFile};
use super::flavour::Flavour;
use super::parser::ParsedLiquid;
use super::repair;
use super::source_map::PartialSource;
use super::syntax::{Block, TagNode};
use super::{liqp, portability, walk};

/// The sources of partials by the name that `{% render 'name' %}` uses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Partials(pub BTreeMap<String, String>);

/// Returns the variable name of a partial's subject if the call gives no alias: `name` for the partial `folder/name`.
pub(super) fn local_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Parses the template and all partials that it may call.
///
/// If a partial is missing or has a syntax error, only the renderings that reach a call of that partial fail.
pub(super) fn compile(source: &str, partials: &Partials, flavour: Flavour) -> (Compiled, Vec<Diagnostic>) {
    let ParsedLiquid { body, mut problems, tokens, liquid_spans, blocks, dialect_problems, .. } =
        repair::parse(source, flavour);
    let error = first_error(&problems);
    let mut files = vec![TemplateFile { name: None, source: source.to_owned(), body, error: None }];
    // A call is certain if it depends only on constant names. The problems of a partial are errors if a certain call
    // reaches the partial, and warnings otherwise. Each partial is parsed only once, at the first call that reaches it.
    // The certain calls are therefore followed first. Otherwise, an uncertain call could reach a partial first and turn
    // the partial's errors into warnings.
    let (mut certain, mut uncertain) = calls_of(&files[0].body, None);
    while let Some(call) = certain.pop().or_else(|| uncertain.pop()) {
        let wanted: Vec<&String> = match &call.name {
            Some(name) => partials.0.keys().filter(|key| *key == name).collect(),
            // The name is known only during rendering, so the tag may call any partial.
            None => partials.0.keys().collect(),
        };
        if let (Some(name), true) = (&call.name, wanted.is_empty()) {
            problems.push(call.with_call_severity(missing(name, call.place, partials)));
        }
        for wanted in wanted {
            // Partials may call each other in a cycle, so each partial is parsed only once.
            if files.iter().any(|file| file.name.as_ref() == Some(wanted)) {
                continue;
            }
            let parsed = repair::parse(&partials.0[wanted], flavour);
            let (inner_certain, inner_uncertain) = calls_of(&parsed.body, Some(&call));
            certain.extend(inner_certain);
            uncertain.extend(inner_uncertain);
            let file = TemplateFile {
                name: Some(wanted.clone()),
                source: partials.0[wanted].clone(),
                body: parsed.body,
                error: first_error(&parsed.problems),
            };
            let moved = parsed
                .problems
                .iter()
                .map(|problem| call.with_call_severity(move_to_call(&file, problem, call.tag)));
            problems.extend(moved);
            files.push(file);
        }
    }
    let named =
        |file: &TemplateFile| Some(PartialSource { name: file.name.clone()?, source: file.source.clone() });
    let partials = files.iter().filter_map(named).collect();
    // Only CleverTap's engine refuses the tags in `dialect_problems`. These problems are added after `error` was
    // chosen, because they do not prevent a rendering in telecast.
    problems.extend(dialect_problems);
    if flavour == Flavour::Dialect(Dialect::CleverTap) {
        problems.extend(portability::check(source, &files[0].body));
        if error.is_none() {
            let refused = liqp::grammar::check(source);
            // What CleverTap's table of filters and tags says of the same place is better explained.
            let is_new = |refused: &Diagnostic| {
                !problems
                    .iter()
                    .any(|known| known.span.start <= refused.span.end && refused.span.start <= known.span.end)
            };
            let refused: Vec<Diagnostic> = refused.into_iter().filter(is_new).collect();
            problems.extend(refused);
        }
    }
    problems.sort_by_key(|problem| problem.span);
    let dialect = match flavour {
        Flavour::Dialect(dialect) => dialect,
        Flavour::Shopify => Dialect::default(),
    };
    let blocks = blocks.into_values().collect();
    (Compiled { files, partials, tokens, liquid_spans, blocks, dialect, error }, problems)
}

fn first_error(problems: &[Diagnostic]) -> Option<Diagnostic> {
    problems.iter().find(|problem| problem.is_error()).cloned()
}

struct PartialUse {
    /// The partial's name, if it is a constant.
    name: Option<String>,
    /// The span for a diagnostic about the partial's name.
    place: Span,
    /// The span of the tag in the template that calls the partial, directly or through other partials.
    tag: Span,
    /// Whether this partial, and every partial through which it is called, is called by a constant name.
    is_certain: bool,
}

impl PartialUse {
    // A partial that is perhaps never called must not make the template invalid.
    /// Turns an error into a warning if the call is not certain.
    fn with_call_severity(&self, problem: Diagnostic) -> Diagnostic {
        match problem.severity {
            Severity::Error if !self.is_certain => Diagnostic { severity: Severity::Warning, ..problem },
            _ => problem,
        }
    }
}

/// Returns the certain calls in `body` and the uncertain ones, both in reverse order.
///
/// If `body` is the body of a partial, `around` is the call of that partial. The calls in `body` then get the span
/// `around.tag`, because the spans of diagnostics refer to the template.
fn calls_of(body: &Block, around: Option<&PartialUse>) -> (Vec<PartialUse>, Vec<PartialUse>) {
    let mut calls = Vec::new();
    walk::tags(body, &mut |span, tag| {
        if let TagNode::Partial(call) = tag {
            let name = call.name.as_text().map(str::to_owned);
            let (place, tag) = around.map_or((call.name.span(), span), |around| (around.tag, around.tag));
            let is_certain = name.is_some() && around.is_none_or(|around| around.is_certain);
            calls.push(PartialUse { name, place, tag, is_certain });
        }
    });
    // The order is reversed, because `compile` takes the calls from the end.
    calls.into_iter().rev().partition(|call| call.is_certain)
}

fn missing(name: &str, span: Span, partials: &Partials) -> Diagnostic {
    let problem = Diagnostic::error(Code::UnknownPartial, span, format!("there is no partial `{name}`"));
    match did_you_mean(name, partials.0.keys().map(String::as_str)) {
        Some(near) => problem.with_near(span, near, format!("'{near}'")),
        None => problem.with_help("add it as a file in the partials/ folder"),
    }
}

/// Appends the partial's name, and the line and column of the byte `at` in its text `source`, to a message.
pub(super) fn with_place(message: &str, name: &str, source: &str, at: usize) -> String {
    let position = LineIndex::new(source).position(source, at);
    format!("{message} (in partials/{name}.liquid:{}:{})", position.line, position.column)
}

/// Moves a problem in a partial to `call`, the span of the tag in the template that leads to the partial. The line and
/// column in the partial are appended to the message.
pub(super) fn move_to_call(partial: &TemplateFile, problem: &Diagnostic, call: Span) -> Diagnostic {
    let (source, name) = (&partial.source, partial.name.as_deref().unwrap_or_default());
    let message = with_place(&problem.message, name, source, problem.span.start);
    // The fixes are dropped: their offsets refer to the partial's text, but they would be applied to the template.
    Diagnostic { message, span: call, fixes: Vec::new(), ..problem.clone() }
}
