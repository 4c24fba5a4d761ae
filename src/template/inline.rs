//! Partials put in place of the tags that call them, for engines that have none.
//!
//! Only where the text renders to the same afterwards: a partial of `render` sees nothing but what it is given, and
//! what it names is seen by nobody else. A call that does not lend itself to that stays, with the reason.

use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;
use crate::text::Span;

use super::scan::is_space;
use super::syntax::{Block, Expression, PartialCall, Tag};
use super::{Partials, parse, variables, walk};

const MAX_DEPTH: usize = 10;

/// How many calls are looked into: partials that call each other several times would be endless.
const MAX_CALLS: usize = 200;

const MAX_LENGTH: usize = 256 * 1024;

const GLOBALS: [&str; 6] = ["Profile", "Event", "ExternalTrigger", "Campaign", "now", "Reminder"];

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inlined {
    pub text: String,
    /// The partials that it holds now, each once.
    pub partials: Vec<String>,
    /// The calls that stayed, at their place in the template as it was.
    pub left: Vec<Diagnostic>,
}

pub fn inline_partials(source: &str, partials: &Partials, dialect: Dialect) -> Inlined {
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
            if let Tag::Partial(call) = tag {
                calls.push((span, call));
            }
        });
        let names = names_in(template.body());
        let is_alone = calls.len() == 1;
        let mut inlined = Inlined::default();
        let mut from = 0;
        for (span, call) in calls {
            let call = Call { source, span, call, names: &names, is_alone };
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
                Ok(_) => inlined.left.push(left(span, "the partial is too long to be put in its place")),
                Err(reason) => inlined.left.push(left(span, &reason)),
            }
        }
        inlined.text.push_str(source.get(from..).unwrap_or_default());
        inlined
    }

    /// Returns the partial's name, and what is to stand in place of the call, or why nothing can.
    fn body(&mut self, call: &Call<'_>) -> Result<(String, String), String> {
        let name = call.call.name.as_text().ok_or("which one this is depends on the profile")?;
        let text = self.partials.0.get(name).ok_or_else(|| format!("there is none named `{name}`"))?;
        if call.call.subject.is_some() {
            return Err(format!("`{name}` is called with a value of its own"));
        }
        if !call.span.of(call.source).starts_with("{%") {
            return Err("this one is called inside `{% liquid %}`".to_owned());
        }
        self.n_calls += 1;
        if self.depth == MAX_DEPTH || MAX_CALLS < self.n_calls {
            return Err(format!("`{name}` calls itself, or too many others"));
        }
        self.depth += 1;
        let inside = self.inline(text);
        self.depth -= 1;
        if let Some(reason) = inside.left.first() {
            return Err(format!("in `{name}` one is left: {}", reason.message));
        }
        let (partial, _) = parse(&inside.text, self.partials, self.dialect);
        let given: Vec<&str> = call.call.arguments.iter().map(|(given, _)| given.as_str()).collect();
        let own = names_given(partial.body());
        let taken = given.iter().copied().chain(own.iter().map(String::as_str));
        if let Some(taken) = taken.into_iter().find(|taken| call.names.iter().any(|name| name == taken)) {
            return Err(format!("`{name}` and this body both use the name `{taken}`"));
        }
        if !call.is_alone && !own.is_empty() {
            return Err(format!("`{name}` gives names that another partial may use"));
        }
        let roots =
            variables::uses(partial.body()).into_iter().filter_map(|used| used.path.into_iter().next());
        let is_known = |root: &String| {
            GLOBALS.contains(&root.as_str()) || given.contains(&root.as_str()) || own.contains(root)
        };
        if call.call.is_isolated
            && let Some(unknown) = roots.into_iter().find(|root| !is_known(root))
        {
            return Err(format!("`{name}` uses `{unknown}`, which it is not given"));
        }
        let assign = |(given, value): &(String, Expression)| {
            format!("{{% assign {given} = {} %}}", value.span().of(call.source))
        };
        let assigns: String = call.call.arguments.iter().map(assign).collect();
        Ok((name.to_owned(), assigns + &inside.text))
    }
}

fn left(span: Span, reason: &str) -> Diagnostic {
    Diagnostic::error(Code::NotInClevertap, span, format!("CleverTap has no partials, and {reason}"))
        .with_help("write its text in place of this tag")
}

struct Call<'s> {
    source: &'s str,
    span: Span,
    call: &'s PartialCall,
    names: &'s [String],
    is_alone: bool,
}

impl Call<'_> {
    /// Takes the white space away that the tag's dash would take.
    fn trimmed_before<'t>(&self, before: &'t str) -> &'t str {
        match self.span.of(self.source).starts_with("{%-") {
            true => before.trim_end_matches(is_space),
            false => before,
        }
    }

    fn end(&self) -> usize {
        let rest = self.source.get(self.span.end..).unwrap_or_default();
        match self.span.of(self.source).ends_with("-%}") {
            true => self.source.len() - rest.trim_start_matches(is_space).len(),
            false => self.span.end,
        }
    }

    /// Keeps dashes on either side of the partial's edges from trimming what is on the other.
    fn fenced(&self, before: &str, body: &str) -> String {
        const FENCE: &str = "{% comment %}{% endcomment %}";
        let after = self.source.get(self.end()..).unwrap_or_default();
        let trims_back = |text: &str| {
            let text = text.trim_start_matches(is_space);
            text.starts_with("{%-") || text.starts_with("{{-")
        };
        let trims_on = |text: &str| {
            let text = text.trim_end_matches(is_space);
            text.ends_with("-%}") || text.ends_with("-}}")
        };
        let head =
            if trims_back(body) || (trims_on(before) && body.starts_with(is_space)) { FENCE } else { "" };
        let tail = if trims_on(body) || (trims_back(after) && body.ends_with(is_space)) { FENCE } else { "" };
        format!("{head}{body}{tail}")
    }
}

fn names_given(body: &Block) -> Vec<String> {
    let mut names = Vec::new();
    walk::tags(body, &mut |_, tag| match tag {
        Tag::Assign { name, .. } | Tag::Capture { name, .. } => names.push(name.clone()),
        Tag::Increment(name) | Tag::Decrement(name) => names.push(name.clone()),
        Tag::For(each) | Tag::TableRow(each) => {
            names.push(each.variable.clone());
            names.push("forloop".to_owned());
            names.push("tablerowloop".to_owned());
        }
        _ => {}
    });
    names.retain(|name| !GLOBALS.contains(&name.as_str()));
    names
}

fn names_in(body: &Block) -> Vec<String> {
    let used = variables::uses(body).into_iter().filter_map(|used| used.path.into_iter().next());
    let own = names_given(body).into_iter().filter(|name| !name.ends_with("loop"));
    used.filter(|name| !name.ends_with("loop")).chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::template::tests::render_with;
    use crate::template::{Limits, Outcome};

    fn partials(files: &[(&str, &str)]) -> Partials {
        Partials(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    fn rendered(source: &str, partials: &Partials) -> String {
        let (template, _) = parse(source, partials, Dialect::Telecast);
        match render_with(&template, &Profile::default(), Limits::default()) {
            Outcome::Rendered(rendered) => rendered.text,
            other => panic!("{source}: {other:?}"),
        }
    }

    #[track_caller]
    fn check(source: &str, files: &[(&str, &str)], expected: &str) {
        let partials = partials(files);
        let inlined = inline_partials(source, &partials, Dialect::Telecast);
        match inlined.left.first() {
            Some(left) => {
                assert_eq!(left.message.trim_start_matches("CleverTap has no partials, and "), expected)
            }
            None => {
                assert_eq!(inlined.text, expected);
                assert_eq!(rendered(&inlined.text, &Partials::default()), rendered(source, &partials));
            }
        }
    }

    #[test]
    fn what_a_partial_is_given_is_assigned_before_it() {
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
    fn what_would_render_otherwise_is_left_with_the_reason() {
        check(
            "{% assign x = 1 %}{% render 'f' %}",
            &[("f", "{{ x }}")],
            "`f` uses `x`, which it is not given",
        );
        check(
            "{{ x }}{% render 'f', x: 2 %}",
            &[("f", "{{ x }}")],
            "`f` and this body both use the name `x`",
        );
        check(
            "{% render 'f' for (1..2) as x %}",
            &[("f", "{{ x }}")],
            "`f` is called with a value of its own",
        );
        let left =
            inline_partials("{% render 'f' %}", &partials(&[("f", "{% render 'f' %}")]), Dialect::Telecast);
        assert_eq!((left.text.as_str(), left.left.len()), ("{% render 'f' %}", 1));
    }
}
