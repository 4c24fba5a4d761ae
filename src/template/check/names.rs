//! Finds unknown properties and unknown variables.
//!
//! A profile property is unknown if no imported profile has it. If the imported profiles have no properties at all, no
//! profile property is reported. `identity`, `Identity`, `size`, and `first` are never unknown.
//!
//! A property of `Event` is unknown if no sample event has it. If no sample event has any property of `Event`, none is
//! reported. The same applies to `ExternalTrigger`.
//!
//! A variable is unknown if it is neither global nor set in the template. In a partial, the variables that the call
//! passes are known as well. `Linked`, which holds CleverTap's linked content, is never unknown. No variable is
//! reported if the template may set names that cannot be determined.
//!
//! A partial is checked only for the first call that reaches it. A partial that is called only by a computed name is
//! not checked.

use std::collections::HashSet;

use indexmap::IndexSet;

use crate::diagnostic::{Code, Diagnostic, Fix, did_you_mean};
use crate::profile::{SampleProperties, Vocabulary};
use crate::text::Span;

use super::super::syntax::{Block, PartialCall, Path, PathStep, PathStepKind, TagNode};
use super::super::{Template, partials, walk};

pub(super) const GLOBALS: [&str; 5] = ["Profile", "Event", "ExternalTrigger", "Campaign", "now"];

// After this many problems, similar names are no longer searched for. Comparing many unknown names with many known
// names would take minutes for a large generated body, and nobody reads that many problems.
const MAX_SUGGESTIONS: usize = 200;

pub(super) fn check(template: &Template, vocabulary: &Vocabulary) -> Vec<Diagnostic> {
    let properties = vocabulary.properties.iter().map(|property| property.name.as_str()).collect();
    let known = KnownProperties { vocabulary, properties };
    let mut checker = Checker { template, known, checked_files: vec![0], problems: Vec::new() };
    let own = checker.names_set_by(template.body(), &mut vec![0]);
    checker.check(0, None, &own);
    checker.problems
}

/// The names that are set or visible in a file, or `None` if the file may also set names that cannot be determined.
type DefinedNames<'t> = Option<IndexSet<&'t str>>;

struct KnownProperties<'v> {
    vocabulary: &'v Vocabulary,
    properties: HashSet<&'v str>,
}

struct Checker<'t> {
    template: &'t Template,
    known: KnownProperties<'t>,
    /// The indices of the files that were checked. A partial is checked once, for the first call that reaches it.
    checked_files: Vec<usize>,
    problems: Vec<Diagnostic>,
}

impl<'t> Checker<'t> {
    /// Checks the file with the index `file`. If the file is a partial, its problems are reported at the tag `call`.
    fn check(&mut self, file: usize, call: Option<Span>, own: &DefinedNames<'t>) {
        let template = self.template;
        let Some(current) = template.files().get(file) else { return };
        let mut problems = Vec::new();
        walk::paths(&current.body, &mut |path, _| {
            let near = if self.problems.len() + problems.len() < MAX_SUGGESTIONS {
                Suggestions::Enabled
            } else {
                Suggestions::Disabled
            };
            problems.extend(problem_of(&current.source, path, own.as_ref(), &self.known, near));
        });
        self.problems.extend(problems.into_iter().map(|problem| match call {
            Some(call) => partials::move_to_call(current, &problem, call),
            None => problem,
        }));
        let mut calls = Vec::new();
        walk::tags(&current.body, &mut |span, tag| {
            if let TagNode::Partial(partial) = tag {
                // The user edits the body. A problem in a partial at any depth is therefore reported only at the tag in
                // the body that leads to the partial.
                calls.push((call.unwrap_or(span), partial));
            }
        });
        for (span, partial) in calls {
            let Some((file, name)) = self.file_of(partial) else { continue };
            // Partials may call each other in a cycle, so each partial is checked only once.
            if self.checked_files.contains(&file) {
                continue;
            }
            self.checked_files.push(file);
            let inside = self.names_inside(file, name, partial, own);
            self.check(file, Some(span), &inside);
        }
    }

    fn file_of(&self, call: &PartialCall) -> Option<(usize, &'t str)> {
        self.template.compiled.file_of(call.name.as_text()?)
    }

    fn names_inside(
        &self,
        file: usize,
        name: &'t str,
        call: &'t PartialCall,
        own: &DefinedNames<'t>,
    ) -> DefinedNames<'t> {
        // A partial called with `render` sees none of the caller's names. A partial called with `include` sees all of
        // them.
        let outer = if call.is_isolated { Some(IndexSet::new()) } else { own.clone() };
        let body = &self.template.files().get(file)?.body;
        let mut names = outer?;
        names.extend(self.names_set_by(body, &mut vec![file])?);
        names.extend(call.arguments.iter().map(|(name, _)| name.as_str()));
        // Without an alias, the value after `with` or `for` is in a variable with the name of the partial. An `include`
        // may set this variable even without `with` or `for`.
        let alias = call.subject.as_ref().and_then(|subject| subject.alias.as_deref());
        names.insert(alias.unwrap_or(partials::local_name(name)));
        Some(names)
    }

    /// Returns the names that `body` and its included partials set, or `None` if one of them may set names that cannot
    /// be determined. `seen` has the files that were visited already.
    fn names_set_by(&self, body: &'t Block, seen: &mut Vec<usize>) -> DefinedNames<'t> {
        let mut names = IndexSet::from(["forloop", "tablerowloop"]);
        let mut is_complete = true;
        walk::tags(body, &mut |_, tag| match tag {
            TagNode::Assign { name, .. } | TagNode::Capture { name, .. } => drop(names.insert(name)),
            TagNode::Increment(name) | TagNode::Decrement(name) => drop(names.insert(name)),
            TagNode::For(each) | TagNode::TableRow(each) => drop(names.insert(&each.variable)),
            // An included partial sets names in the caller.
            TagNode::Partial(call) if !call.is_isolated => match self.file_of(call) {
                Some((file, _)) if seen.contains(&file) => {}
                Some((file, _)) => {
                    seen.push(file);
                    let body = self.template.files().get(file).map(|file| &file.body);
                    match body.and_then(|body| self.names_set_by(body, seen)) {
                        Some(inner) => names.extend(inner),
                        None => is_complete = false,
                    }
                }
                // A partial with a computed name, or one that does not exist, may set any name.
                None => is_complete = false,
            },
            // A tag with a syntax error may be an `assign` to any name.
            TagNode::Broken => is_complete = false,
            _ => {}
        });
        is_complete.then_some(names)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suggestions {
    Enabled,
    Disabled,
}

impl Suggestions {
    fn find<'n>(self, name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        match self {
            Suggestions::Enabled => did_you_mean(name, names),
            Suggestions::Disabled => None,
        }
    }
}

fn problem_of(
    source: &str,
    path: &Path,
    own: Option<&IndexSet<&str>>,
    known: &KnownProperties<'_>,
    near: Suggestions,
) -> Option<Diagnostic> {
    let (root, span) = name_of(&path.root)?;
    let vocabulary = known.vocabulary;
    // If `own` is `None`, the template may set any name.
    let is_own = own.is_none_or(|own| own.contains(&root));
    match root {
        _ if is_own && !GLOBALS.contains(&root) => None,
        "Profile" => property_problem(path, known, near),
        "Event" => member_problem(path, "Event", &names_in(&vocabulary.event), near),
        "ExternalTrigger" => {
            member_problem(path, "ExternalTrigger", &names_in(&vocabulary.external_trigger), near)
        }
        "Campaign" => member_problem(path, "Campaign", &["campaignId"], near),
        "now" => None,
        // `Linked` has the answers of CleverTap's linked content. What they contain is known only during sending.
        "Linked" => None,
        _ => {
            let own = own.into_iter().flatten().copied();
            // The most common mistake is a property name without `Profile.`, so adding `Profile.` is suggested before
            // similar names.
            let missing_root = missing_profile_root(root, span, known).or_else(|| arrow(source, root, span));
            Some(missing_root.unwrap_or_else(|| unknown_variable(root, span, own, near)))
        }
    }
}

fn name_of(step: &PathStep) -> Option<(&str, Span)> {
    match &step.kind {
        PathStepKind::Name { name, .. } => Some((name, step.span)),
        PathStepKind::Index(_) => None,
    }
}

fn property_problem(path: &Path, known: &KnownProperties<'_>, near: Suggestions) -> Option<Diagnostic> {
    let (name, span) = path.steps.first().and_then(name_of)?;
    // Any object has `size` and `first`, and any profile has an identity.
    let is_built_in = matches!(name, "identity" | "Identity" | "size" | "first");
    // Without imported profiles, every property would be unknown.
    if known.properties.is_empty() || is_built_in || known.properties.contains(name) {
        return None;
    }
    let message = format!("no profile has the property `{name}`");
    let problem = Diagnostic::warning(Code::UnknownProperty, span, message);
    let names = known.vocabulary.properties.iter().map(|property| property.name.as_str());
    Some(with_near_name(problem, path, near.find(name, names)))
}

fn names_in(properties: &SampleProperties) -> Vec<&str> {
    properties.keys().map(String::as_str).collect()
}

fn member_problem(path: &Path, root: &str, known: &[&str], near: Suggestions) -> Option<Diagnostic> {
    let (name, span) = path.steps.first().and_then(name_of)?;
    if known.is_empty() || known.contains(&name) {
        return None;
    }
    let message = match root {
        "Campaign" => format!("`Campaign` has no property `{name}`"),
        _ => format!("no sample has the property `{name}` in its `{root}`"),
    };
    let problem = Diagnostic::warning(Code::UnknownProperty, span, message);
    Some(with_near_name(problem, path, near.find(name, known.iter().copied())))
}

fn with_near_name(problem: Diagnostic, path: &Path, near: Option<&str>) -> Diagnostic {
    let Some(near) = near else { return problem };
    // The span includes the dot before the name: if the suggested name has spaces, brackets must replace the dot.
    let span = Span::new(path.root.span.end, path.steps.first().map_or(path.span.end, |step| step.span.end));
    problem
        .with_help(format!("did you mean `{near}`?"))
        .with_fix(Fix::replace(format!("replace with `{near}`"), span, step_source(near)).unsafe_to_apply())
}

/// Returns `name` as a path step: `.name` or `["First Name"]`.
pub(super) fn step_source(name: &str) -> String {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match (is_word, name.contains('"')) {
        (true, _) => format!(".{name}"),
        (false, false) => format!("[\"{name}\"]"),
        (false, true) => format!("['{name}']"),
    }
}

fn missing_profile_root(name: &str, span: Span, known: &KnownProperties<'_>) -> Option<Diagnostic> {
    known.properties.get(name)?;
    let whole = format!("Profile{}", step_source(name));
    let message = format!("unknown variable `{name}`: it prints nothing");
    let problem = Diagnostic::warning(Code::UnknownVariable, span, message);
    let fix = Fix::replace(format!("replace with `{whole}`"), span, &whole).unsafe_to_apply();
    Some(problem.with_help(format!("did you mean `{whole}`?")).with_fix(fix))
}

/// `{% if Profile->name %}` is a comparison of `Profile-` with `name`.
fn arrow(source: &str, name: &str, span: Span) -> Option<Diagnostic> {
    let root = name.strip_suffix('-').filter(|root| GLOBALS.contains(root))?;
    let after = source.get(span.end..)?.strip_prefix('>')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let property = &after[..after.find(|c| !is_name(c)).unwrap_or(after.len())];
    if property.is_empty() {
        return None;
    }
    let right = format!("{root}.{property}");
    let message = format!("`->` is no dot: this compares `{name}` with `{property}`");
    let problem = Diagnostic::warning(Code::UnknownVariable, span, message);
    let arrow = Span::new(span.end - 1, span.end + 1);
    let fix = Fix::replace(format!("write `{right}`"), arrow, ".").unsafe_to_apply();
    Some(problem.with_help(format!("did you mean `{right}`?")).with_fix(fix))
}

fn unknown_variable<'n>(
    name: &str,
    span: Span,
    own: impl Iterator<Item = &'n str>,
    near: Suggestions,
) -> Diagnostic {
    let problem = Diagnostic::warning(
        Code::UnknownVariable,
        span,
        format!("unknown variable `{name}`: it prints nothing"),
    );
    match near.find(name, own.chain(GLOBALS)) {
        Some(near) => problem
            .with_help(format!("did you mean `{near}`?"))
            .with_fix(Fix::replace(format!("replace with `{near}`"), span, near).unsafe_to_apply()),
        None => problem.with_help("write profile properties as `Profile.name`"),
    }
}
