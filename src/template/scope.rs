//! Finds the block tags that are open at an offset of a template, and the variables that are set there in addition to
//! the global variables.
//!
//! This also works while a template is being written: everything that could be parsed is used, and blocks need not be
//! closed.

use crate::text::Span;

use super::Template;
use super::syntax::TagNode;
use super::tags::TAGS;
use super::token::TokenClass;
use super::walk;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScopedName {
    pub name: String,
    pub binding: Binding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    /// Set by `assign`. The span covers the value with its filters.
    Assigned(Span),
    /// Set by `capture`.
    Captured,
    /// The item of a `for` or `tablerow`. The span covers the list.
    Item(Span),
    /// Set by `increment` or `decrement`.
    Counter,
    /// `forloop` or `tablerowloop`, which exist only inside loops.
    Loop,
}

/// Returns the names that are set before `offset` and visible there.
///
/// Each name is listed once, with its most recent binding, in the order of the bindings.
pub(crate) fn names_at(template: &Template, offset: usize) -> Vec<ScopedName> {
    let open = open_tags(template, offset);
    let holds = |tag: Span| open.iter().any(|(_, at)| tag.touches(*at));
    let mut names: Vec<ScopedName> = Vec::new();
    let mut set = |name: &str, binding| {
        names.retain(|known| known.name != name);
        names.push(ScopedName { name: name.to_owned(), binding });
    };
    walk::tags(template.body(), &mut |span, tag| {
        // The tag that is being written at `offset` has not set anything yet.
        if offset < span.end {
            return;
        }
        match tag {
            TagNode::Assign { name, value } => set(name, Binding::Assigned(value.span)),
            TagNode::Capture { name, .. } => set(name, Binding::Captured),
            TagNode::Increment(name) | TagNode::Decrement(name) => set(name, Binding::Counter),
            TagNode::For(each) if holds(span) => {
                set(&each.variable, Binding::Item(each.collection.span()));
                set("forloop", Binding::Loop);
            }
            TagNode::TableRow(each) if holds(span) => {
                set(&each.variable, Binding::Item(each.collection.span()));
                set("tablerowloop", Binding::Loop);
            }
            _ => {}
        }
    });
    names
}

/// Returns the names of the tags that are open at `offset`, the outermost first.
pub(crate) fn open_tags_at(template: &Template, offset: usize) -> Vec<&'static str> {
    open_tags(template, offset).into_iter().map(|(name, _)| name).collect()
}

fn open_tags(template: &Template, offset: usize) -> Vec<(&'static str, usize)> {
    // The syntax tree records neither where a block ends nor the name of a broken tag. The tokens are used instead,
    // because they contain the names of all tags outside `raw` and comments.
    let mut open: Vec<(&'static str, usize)> = Vec::new();
    let tags = template.tokens().iter().filter(|token| token.class == TokenClass::Tag);
    for token in tags.take_while(|token| token.span.end <= offset) {
        let name = token.span.of(template.source());
        if let Some(tag) = TAGS.iter().find(|tag| tag.is_block && tag.name == name) {
            open.push((tag.name, token.span.start));
        // An end tag also closes the unclosed blocks inside its own block.
        } else if let Some(ended) = name.strip_prefix("end")
            && let Some(at) = open.iter().rposition(|(opener, _)| *opener == ended)
        {
            open.truncate(at);
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::template::{Partials, parse};

    #[track_caller]
    fn check(marked: &str, names: &str, tags: &str) {
        let offset = marked.find('‸').unwrap();
        let source = marked.replacen('‸', "", 1);
        let (template, _) = parse(&source, &Partials::default(), Dialect::Telecast);
        let found: Vec<String> = names_at(&template, offset)
            .into_iter()
            .map(|name| match name.binding {
                Binding::Assigned(span) | Binding::Item(span) => {
                    format!("{}={}", name.name, span.of(&source))
                }
                Binding::Captured | Binding::Counter | Binding::Loop => name.name,
            })
            .collect();
        assert_eq!((found.join(" "), open_tags_at(&template, offset).join(" ")), (names.into(), tags.into()));
    }

    #[test]
    fn names_set_before_the_offset_are_in_scope() {
        check("‸{% assign a = 1 %}", "", "");
        check("{% assign a = Profile.x | upcase %}‸", "a=Profile.x | upcase", "");
        check("{% capture b %}x{% endcapture %}{% increment n %}‸", "b n", "");
        check("{% assign a = 1 %}{% assign b = 2 %}{% assign a = 3 %}‸", "b=2 a=3", "");
    }

    #[test]
    fn loop_item_is_in_scope_only_inside_the_loop() {
        check("{% for item in Event.Items %}‸{% endfor %}", "item=Event.Items forloop", "for");
        check("{% for item in Event.Items %}{% endfor %}‸", "", "");
        check("{% for x in list %}{% if x %}‸", "x=list forloop", "for if");
        check("{% for x in list %}{% if x == %}‸{% endif %}{% endfor %}", "x=list forloop", "for if");
        check("{% if a %}{% for x in list %}{% endif %}‸", "", "");
    }

    #[test]
    fn tags_in_raw_and_comments_open_nothing() {
        check("{% raw %}{% if x %}{% endraw %}{% comment %}{% for x in y %}{% endcomment %}‸", "", "");
    }
}
