//! What a place in a template is inside of, and the names that are set there besides the global ones.
//!
//! Forgiving, for templates that are being written: what could be parsed is known, a block need not be closed.

use crate::text::Span;

use super::Template;
use super::syntax::Tag;
use super::tags::TAGS;
use super::token::TokenClass;
use super::walk;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopedName {
    pub name: String,
    pub binding: Binding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// `assign`: to the value, filters included, at this place of the source.
    Assigned(Span),
    Captured,
    /// `for` and `tablerow`: to each item of the list at this place of the source.
    Item(Span),
    /// `increment` and `decrement`
    Counter,
    /// `forloop` and `tablerowloop`, inside loops.
    Loop,
}

/// Returns the names that are set in front of `offset` and hold there, each once, the latest binding last.
pub fn names_at(template: &Template, offset: usize) -> Vec<ScopedName> {
    let open = open_tags(template, offset);
    let holds = |tag: Span| open.iter().any(|(_, at)| tag.touches(*at));
    let mut names: Vec<ScopedName> = Vec::new();
    let mut set = |name: &str, binding| {
        names.retain(|known| known.name != name);
        names.push(ScopedName { name: name.to_owned(), binding });
    };
    walk::tags(template.body(), &mut |span, tag| {
        if offset < span.end {
            return;
        }
        match tag {
            Tag::Assign { name, value } => set(name, Binding::Assigned(value.span)),
            Tag::Capture { name, .. } => set(name, Binding::Captured),
            Tag::Increment(name) | Tag::Decrement(name) => set(name, Binding::Counter),
            Tag::For(each) if holds(span) => {
                set(&each.variable, Binding::Item(each.collection.span()));
                set("forloop", Binding::Loop);
            }
            Tag::TableRow(each) if holds(span) => {
                set(&each.variable, Binding::Item(each.collection.span()));
                set("tablerowloop", Binding::Loop);
            }
            _ => {}
        }
    });
    names
}

/// Returns the names of the tags that are open at `offset`, the outermost first.
pub fn open_tags_at(template: &Template, offset: usize) -> Vec<&'static str> {
    open_tags(template, offset).into_iter().map(|(name, _)| name).collect()
}

fn open_tags(template: &Template, offset: usize) -> Vec<(&'static str, usize)> {
    let mut open: Vec<(&'static str, usize)> = Vec::new();
    let tags = template.tokens().iter().filter(|token| token.class == TokenClass::Tag);
    for token in tags.take_while(|token| token.span.end <= offset) {
        let name = token.span.of(template.source());
        if let Some(tag) = TAGS.iter().find(|tag| tag.is_block && tag.name == name) {
            open.push((tag.name, token.span.start));
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
    fn what_is_set_in_front_holds() {
        check("‸{% assign a = 1 %}", "", "");
        check("{% assign a = Profile.x | upcase %}‸", "a=Profile.x | upcase", "");
        check("{% capture b %}x{% endcapture %}{% increment n %}‸", "b n", "");
        check("{% assign a = 1 %}{% assign b = 2 %}{% assign a = 3 %}‸", "b=2 a=3", "");
    }

    #[test]
    fn a_loop_has_its_item_inside_only() {
        check("{% for item in Event.Items %}‸{% endfor %}", "item=Event.Items forloop", "for");
        check("{% for item in Event.Items %}{% endfor %}‸", "", "");
        check("{% for x in list %}{% if x %}‸", "x=list forloop", "for if");
        check("{% for x in list %}{% if x == %}‸{% endif %}{% endfor %}", "x=list forloop", "for if");
        check("{% if a %}{% for x in list %}{% endif %}‸", "", "");
    }

    #[test]
    fn what_only_looks_like_a_tag_opens_nothing() {
        check("{% raw %}{% if x %}{% endraw %}{% comment %}{% for x in y %}{% endcomment %}‸", "", "");
    }
}
