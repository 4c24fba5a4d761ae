//! Inlines partials for engines that have none: each call is replaced with the partial's text.
//!
//! A call is inlined only if the template still renders the same. Some calls cannot be inlined, because a partial
//! called with `render` has its own scope. The partial sees only the global variables and what is passed to it, and the
//! variables that the partial sets are not visible outside. A call that cannot be inlined stays and is reported with
//! the reason.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::text::Span;

use super::scan::is_space;
use super::syntax::{Block, Expression, PartialCall, SyntaxNode, TagNode};
use super::{Partials, Template, parse, variables, walk};

const MAX_DEPTH: usize = 10;

// The depth limit alone does not bound the work. If each partial calls several others, the number of calls grows
// exponentially with the depth.
/// The maximum number of calls that are inlined, including those inside partials.
const MAX_CALLS: usize = 200;

/// A partial is not inlined if the output so far and the partial's text together are longer than this, in bytes.
const MAX_LENGTH: usize = 256 * 1024;

const GLOBALS: [&str; 6] = ["Profile", "Event", "ExternalTrigger", "Campaign", "now", "Reminder"];

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Inlined {
    pub text: String,
    /// The names of the partials that the template itself calls and that were inlined, each once.
    pub partials: Vec<String>,
    /// The calls that could not be inlined, at their spans in the original template.
    pub skipped: Vec<Diagnostic>,
}

pub(crate) fn inline_partials(source: &str, partials: &Partials, dialect: Dialect) -> Inlined {
    Inliner { partials, dialect, depth: 0, n_calls: 0 }.inline(source)
}

struct Inliner<'p> {
    partials: &'p Partials,
    dialect: Dialect,
    depth: usize,
    n_calls: usize,
}

impl Inliner<'_> {
    fn inline(&mut self, source: &str) -> Inlined {
        let (template, _) = parse(source, self.partials, self.dialect);
        let mut calls: Vec<(Span, &PartialCall)> = Vec::new();
        walk::tags(template.body(), &mut |span, tag| {
            if let TagNode::Partial(call) = tag {
                calls.push((span, call));
            }
        });
        let names = names_in(template.body());
        // If the template has several calls, a partial that sets variables is not inlined, because another partial may
        // use the same variables. A single call does not have this problem.
        let is_only_call = calls.len() == 1;
        let loops = loops_of(&template);
        let mut inlined = Inlined::default();
        let mut from = 0;
        for (span, call) in calls {
            let is_in_loop = loops.iter().any(|each| each.range().contains(&span.start));
            let call = CallSite { source, span, call, names: &names, is_only_call, is_in_loop };
            match self.body(&call) {
                Ok((name, body)) if inlined.text.len() + body.len() <= MAX_LENGTH => {
                    let before = source.get(from..span.start).unwrap_or_default();
                    inlined.text.push_str(call.trimmed_before(before));
                    inlined.text.push_str(&call.fenced(&inlined.text, &body));
                    from = call.end();
                    if !inlined.partials.contains(&name) {
                        inlined.partials.push(name);
                    }
                }
                Ok(_) => inlined.skipped.push(not_inlined(span, "the result would be too long")),
                Err(reason) => inlined.skipped.push(not_inlined(span, &reason)),
            }
        }
        inlined.text.push_str(source.get(from..).unwrap_or_default());
        inlined
    }

    /// Returns the partial's name and the text that replaces the call, or the reason why the call cannot be inlined.
    fn body(&mut self, call: &CallSite<'_>) -> Result<(String, String), String> {
        let name = call.call.name.as_text().ok_or("its name is not a constant")?;
        let text = self.partials.0.get(name).ok_or_else(|| format!("there is no partial `{name}`"))?;
        // A call using `with` or `for` is not inlined. Both set a variable that is not among the arguments, and `for`
        // repeats the partial.
        if call.call.subject.is_some() {
            return Err(format!("`{name}` is called using `with` or `for`"));
        }
        // A line of `{% liquid %}` has no delimiters and cannot hold the partial's text.
        if !call.span.of(call.source).starts_with("{%") {
            return Err("it is called inside `{% liquid %}`".to_owned());
        }
        self.n_calls += 1;
        if self.depth == MAX_DEPTH || MAX_CALLS < self.n_calls {
            return Err(format!("`{name}` calls itself or too many other partials"));
        }
        self.depth += 1;
        let inside = self.inline(text);
        self.depth -= 1;
        if let Some(reason) = inside.skipped.first() {
            return Err(format!("`{name}` calls another partial: {}", reason.message));
        }
        let (partial, _) = parse(&inside.text, self.partials, self.dialect);
        let given: Vec<&str> = call.call.arguments.iter().map(|(given, _)| given.as_str()).collect();
        let own = names_set(partial.body());
        // After inlining, the partial's arguments and variables are in the scope of the calling body, so none of them
        // may have the name of a variable of the body.
        let taken = given.iter().copied().chain(own.iter().map(String::as_str));
        if let Some(taken) = taken.into_iter().find(|taken| call.names.iter().any(|name| name == taken)) {
            return Err(format!("`{name}` and this body both use the name `{taken}`"));
        }
        if !call.is_only_call && !own.is_empty() {
            return Err(format!("`{name}` sets variables that another partial may use"));
        }
        let roots =
            variables::uses(partial.body()).into_iter().filter_map(|used| used.path.into_iter().next());
        let is_known = |root: &String| {
            GLOBALS.contains(&root.as_str()) || given.contains(&root.as_str()) || own.contains(root)
        };
        // In a partial called with `render`, a name that is neither passed nor set is nil. After inlining, the calling
        // body could give this name a value, so the call is not inlined.
        if call.call.is_isolated
            && let Some(unknown) = roots.into_iter().find(|root| !is_known(root))
        {
            return Err(format!("`{name}` uses `{unknown}`, which is not passed to it"));
        }
        // Each time that `render` calls a partial, the names that it sets are nil again. Inlined in a loop, they would
        // keep the values of the item before.
        if call.call.is_isolated && call.is_in_loop && reads_before_setting(partial.body(), &own) {
            return Err(format!(
                "`{name}` is called in a loop and would keep its variables from item to item"
            ));
        }
        let assign = |(given, value): &(String, Expression)| {
            format!("{{% assign {given} = {} %}}", value.span().of(call.source))
        };
        let assigns: String = call.call.arguments.iter().map(assign).collect();
        Ok((name.to_owned(), assigns + &inside.text))
    }
}

fn not_inlined(span: Span, reason: &str) -> Diagnostic {
    Diagnostic::error(
        Code::NotInClevertap,
        span,
        format!("CleverTap has no partials, and this one cannot be inlined: {reason}"),
    )
    .with_help("replace this tag with the partial's text")
}

struct CallSite<'s> {
    source: &'s str,
    span: Span,
    call: &'s PartialCall,
    names: &'s [String],
    is_only_call: bool,
    is_in_loop: bool,
}

impl CallSite<'_> {
    // The tag disappears, so its `{%-` no longer trims. The whitespace that the dash would trim is removed here.
    /// Returns `before` without the whitespace that a dash at the start of the tag trims.
    fn trimmed_before<'t>(&self, before: &'t str) -> &'t str {
        match self.span.of(self.source).starts_with("{%-") {
            true => before.trim_end_matches(is_space),
            false => before,
        }
    }

    /// Returns the end of the call, including the whitespace that a dash at the end of the tag trims.
    fn end(&self) -> usize {
        let rest = self.source.get(self.span.end..).unwrap_or_default();
        match self.span.of(self.source).ends_with("-%}") {
            true => self.source.len() - rest.trim_start_matches(is_space).len(),
            false => self.span.end,
        }
    }

    // A dash at an edge of the partial's file trims only inside the file. After inlining, this dash would also trim the
    // text around the call, and a dash next to the call would trim the partial's text. An empty comment stops the
    // trimming and prints nothing.
    /// Returns `body` with an empty comment at each edge across which a dash would trim.
    fn fenced(&self, before: &str, body: &str) -> String {
        const FENCE: &str = "{% comment %}{% endcomment %}";
        let after = self.source.get(self.end()..).unwrap_or_default();
        let trims_left = |text: &str| {
            let text = text.trim_start_matches(is_space);
            text.starts_with("{%-") || text.starts_with("{{-")
        };
        let trims_right = |text: &str| {
            let text = text.trim_end_matches(is_space);
            text.ends_with("-%}") || text.ends_with("-}}")
        };
        let head =
            if trims_left(body) || (trims_right(before) && body.starts_with(is_space)) { FENCE } else { "" };
        let tail =
            if trims_right(body) || (trims_left(after) && body.ends_with(is_space)) { FENCE } else { "" };
        format!("{head}{body}{tail}")
    }
}

/// Returns the spans of the loops, from the opening tag to the end tag.
fn loops_of(template: &Template) -> Vec<Span> {
    let mut openings = Vec::new();
    walk::tags(template.body(), &mut |span, tag| {
        if matches!(tag, TagNode::For(_) | TagNode::TableRow(_)) {
            openings.push(span);
        }
    });
    let blocks = template.blocks().iter().filter_map(|tags| Some((tags.first()?, tags.last()?)));
    blocks.filter(|(first, _)| openings.contains(first)).map(|(first, last)| first.join(*last)).collect()
}

/// Returns whether `body` may read one of the names in `own` before it is set for certain, by a tag outside all
/// branches and loops.
fn reads_before_setting(body: &Block, own: &[String]) -> bool {
    let mut set: HashMap<&str, usize> = HashMap::new();
    let mut counts = false;
    for node in &body.nodes {
        let SyntaxNode::Tag(span, tag) = node else { continue };
        if let TagNode::Assign { name, .. } | TagNode::Capture { name, .. } = &**tag {
            set.entry(name).or_insert(span.end);
        }
    }
    walk::tags(body, &mut |_, tag| counts |= matches!(tag, TagNode::Increment(_) | TagNode::Decrement(_)));
    // A loop sets its variable itself.
    let mut loop_names: Vec<&str> = vec!["forloop", "tablerowloop"];
    walk::tags(body, &mut |_, tag| {
        if let TagNode::For(each) | TagNode::TableRow(each) = tag {
            loop_names.push(&each.variable);
        }
    });
    let is_early = |used: &variables::VariableUse| {
        let Some(root) = used.path.first() else { return false };
        let is_own = own.contains(root) && !loop_names.contains(&root.as_str());
        is_own && set.get(root.as_str()).is_none_or(|end| used.span.start < *end)
    };
    counts || variables::uses(body).iter().any(is_early)
}

/// Returns the names that `body` sets, without the global names. If `body` has a loop, the names include the loop's
/// variable, `forloop`, and `tablerowloop`.
fn names_set(body: &Block) -> Vec<String> {
    let mut names = Vec::new();
    walk::tags(body, &mut |_, tag| match tag {
        TagNode::Assign { name, .. } | TagNode::Capture { name, .. } => names.push(name.clone()),
        TagNode::Increment(name) | TagNode::Decrement(name) => names.push(name.clone()),
        TagNode::For(each) | TagNode::TableRow(each) => {
            names.push(each.variable.clone());
            names.push("forloop".to_owned());
            names.push("tablerowloop".to_owned());
        }
        _ => {}
    });
    names.retain(|name| !GLOBALS.contains(&name.as_str()));
    names
}

/// Returns the names that `body` uses or sets, except for names that end in `loop`, such as `forloop`.
fn names_in(body: &Block) -> Vec<String> {
    let used = variables::uses(body).into_iter().filter_map(|used| used.path.into_iter().next());
    // Names such as `forloop` are left out, because every loop has its own, so the `forloop` of two loops cannot clash.
    let own = names_set(body).into_iter().filter(|name| !name.ends_with("loop"));
    used.filter(|name| !name.ends_with("loop")).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::template::tests::render_with;
    use crate::template::{Limits, RenderOutcome};

    fn partials(files: &[(&str, &str)]) -> Partials {
        Partials(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    fn rendered(source: &str, partials: &Partials) -> String {
        let (template, _) = parse(source, partials, Dialect::Telecast);
        match render_with(&template, &Profile::default(), Limits::default()) {
            RenderOutcome::Rendered(rendered) => rendered.text,
            other => panic!("{source}: {other:?}"),
        }
    }

    #[track_caller]
    fn check(source: &str, files: &[(&str, &str)], expected: &str) {
        let partials = partials(files);
        let inlined = inline_partials(source, &partials, Dialect::Telecast);
        match inlined.skipped.first() {
            Some(skipped) => {
                let (_, reason) = skipped.message.split_once("cannot be inlined: ").unwrap();
                assert_eq!(reason, expected)
            }
            None => {
                assert_eq!(inlined.text, expected);
                assert_eq!(rendered(&inlined.text, &Partials::default()), rendered(source, &partials));
            }
        }
    }

    #[test]
    fn partial_arguments_become_assignments() {
        check("a {% render 'f', x: 'y' %} b", &[("f", "[{{ x }}]")], "a {% assign x = 'y' %}[{{ x }}] b");
        check("{% include 'f' %}", &[("f", "{% render 'g' %}!"), ("g", "G")], "G!");
        check("{% assign x = 1 %}{% include 'f' %}", &[("f", "{{ x }}")], "{% assign x = 1 %}{{ x }}");
    }

    #[test]
    fn dashes_trim_on_their_own_side_only() {
        check("a {%- render 'f' -%} b", &[("f", " F ")], "a F b");
        let fence = "{% comment %}{% endcomment %}";
        check("a {% render 'f' %} b", &[("f", "{{- 1 -}}")], &format!("a {fence}{{{{- 1 -}}}}{fence} b"));
        check("{{ 1 -}} {% render 'f' %}", &[("f", " F")], &format!("{{{{ 1 -}}}} {fence} F"));
    }

    #[test]
    fn calls_that_would_render_differently_are_kept_with_a_reason() {
        check(
            "{% assign x = 1 %}{% render 'f' %}",
            &[("f", "{{ x }}")],
            "`f` uses `x`, which is not passed to it",
        );
        check(
            "{{ x }}{% render 'f', x: 2 %}",
            &[("f", "{{ x }}")],
            "`f` and this body both use the name `x`",
        );
        check(
            "{% for i in (1..2) %}{% render 'f' %}{% endfor %}",
            &[("f", "{{ x }}{% assign x = 1 %}")],
            "`f` is called in a loop and would keep its variables from item to item",
        );
        check(
            "{% for i in (1..2) %}{% render 'f' %}{% endfor %}",
            &[("f", "{% assign x = 1 %}{{ x }}")],
            "{% for i in (1..2) %}{% assign x = 1 %}{{ x }}{% endfor %}",
        );
        check("{% render 'f' for (1..2) as x %}", &[("f", "{{ x }}")], "`f` is called using `with` or `for`");
        let inlined =
            inline_partials("{% render 'f' %}", &partials(&[("f", "{% render 'f' %}")]), Dialect::Telecast);
        assert_eq!((inlined.text.as_str(), inlined.skipped.len()), ("{% render 'f' %}", 1));
    }
}
