//! Names that nothing has: properties that no profile has, variables that nothing sets.

use crate::diagnostic::{Diagnostic, Fix, did_you_mean};
use crate::profile::Vocabulary;
use crate::text::Span;

use super::super::Template;
use super::super::syntax::{Block, Path, Step, StepKind, Tag};
use super::super::walk;

/// The names that are always there.
const GLOBALS: [&str; 5] = ["Profile", "Event", "ExternalTrigger", "Campaign", "now"];

pub(super) fn check(template: &Template, vocabulary: &Vocabulary) -> Vec<Diagnostic> {
    let body = template.body();
    let own = own_names(body);
    let mut problems = Vec::new();
    walk::paths(body, &mut |path, _| {
        let Some((root, span)) = name_of(&path.root) else { return };
        let is_own = own.as_ref().is_none_or(|own| own.contains(&root));
        problems.extend(match root {
            _ if is_own && !GLOBALS.contains(&root) => None,
            "Profile" => property_problem(path, vocabulary),
            "Event" => member_problem(path, "Event", &vocabulary.event),
            "ExternalTrigger" => member_problem(path, "ExternalTrigger", &vocabulary.external_trigger),
            "Campaign" => member_problem(path, "Campaign", &["campaignId".to_owned()]),
            "now" => None,
            _ => Some(unknown_variable(root, span, own.iter().flatten().copied())),
        });
    });
    problems
}

/// Returns the names the template sets by itself, `None` where a partial may set others.
fn own_names(body: &Block) -> Option<Vec<&str>> {
    let mut names = vec!["forloop", "tablerowloop"];
    let mut is_complete = true;
    walk::tags(body, &mut |_, tag| match tag {
        Tag::Assign { name, .. } | Tag::Capture { name, .. } => names.push(name),
        Tag::Increment(name) | Tag::Decrement(name) => names.push(name),
        Tag::For(each) | Tag::TableRow(each) => names.push(&each.variable),
        Tag::Partial(call) if !call.is_isolated => is_complete = false,
        Tag::Broken => is_complete = false,
        _ => {}
    });
    is_complete.then_some(names)
}

fn name_of(step: &Step) -> Option<(&str, Span)> {
    match &step.kind {
        StepKind::Name { name, .. } => Some((name, step.span)),
        StepKind::Index(_) => None,
    }
}

fn property_problem(path: &Path, vocabulary: &Vocabulary) -> Option<Diagnostic> {
    let (name, span) = path.steps.first().and_then(name_of)?;
    let is_built_in = matches!(name, "identity" | "Identity" | "size" | "first");
    if vocabulary.properties.is_empty() || is_built_in || vocabulary.property(name).is_some() {
        return None;
    }
    let message = format!("no profile has the property `{name}`");
    let problem = Diagnostic::warning("unknown-property", span, message);
    let names = vocabulary.properties.iter().map(|property| property.name.as_str());
    Some(with_near_name(problem, name, path, names))
}

fn member_problem(path: &Path, root: &str, known: &[String]) -> Option<Diagnostic> {
    let (name, span) = path.steps.first().and_then(name_of)?;
    if known.is_empty() || known.iter().any(|known| known == name) {
        return None;
    }
    let message = match root {
        "Campaign" => format!("`Campaign` has no `{name}`"),
        _ => format!("no sample has `{name}` in its {root}"),
    };
    let problem = Diagnostic::warning("unknown-property", span, message);
    Some(with_near_name(problem, name, path, known.iter().map(String::as_str)))
}

fn with_near_name<'n>(
    problem: Diagnostic,
    name: &str,
    path: &Path,
    names: impl Iterator<Item = &'n str>,
) -> Diagnostic {
    let Some(near) = did_you_mean(name, names) else { return problem };
    // The step with its dot, so that a name which needs brackets can stand there.
    let span = Span::new(path.root.span.end, path.steps.first().map_or(path.span.end, |step| step.span.end));
    problem
        .with_help(format!("did you mean `{near}`?"))
        .with_fix(Fix::replace(format!("replace with `{near}`"), span, step_source(near)).unsafe_to_apply())
}

/// Returns how `name` is written behind a path: `.name` or `["First Name"]`.
fn step_source(name: &str) -> String {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match (is_word, name.contains('"')) {
        (true, _) => format!(".{name}"),
        (false, false) => format!("[\"{name}\"]"),
        (false, true) => format!("['{name}']"),
    }
}

fn unknown_variable<'n>(name: &str, span: Span, own: impl Iterator<Item = &'n str>) -> Diagnostic {
    let problem = Diagnostic::warning(
        "unknown-variable",
        span,
        format!("nothing is called `{name}`: it prints nothing"),
    );
    match did_you_mean(name, own.chain(GLOBALS)) {
        Some(near) => problem
            .with_help(format!("did you mean `{near}`?"))
            .with_fix(Fix::replace(format!("replace with `{near}`"), span, near).unsafe_to_apply()),
        None => problem.with_help("properties of a profile are written `Profile.name`"),
    }
}
