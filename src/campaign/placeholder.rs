//! `${NAME}`: where a webhook refers to a secret by name.

use crate::text::Span;

/// The placeholder that is no secret: the address of the workspace's own sandbox.
pub const SANDBOX: &str = "SANDBOX";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    pub name: String,
    /// All of it, from `$` to `}`.
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no value for {}", names(.0))]
pub struct MissingSecrets(pub Vec<String>);

fn names(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Whether `name` can stand in `${…}`: letters, digits and `_` of ASCII, no digit first.
pub fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Returns the placeholders of `text` in order; `${…}` around anything but a name is text.
pub fn placeholders(text: &str) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("${").map(|at| from + at) {
        let inner = start + 2;
        let length = text[inner..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let end = inner + length;
        let name = &text[inner..end];
        if text[end..].starts_with('}') && is_name(name) {
            found.push(Placeholder { name: name.to_owned(), span: Span::new(start, end + 1) });
        }
        from = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_braces_are_placeholders() {
        let found = |text| placeholders(text).into_iter().map(|found| found.name).collect::<Vec<_>>();
        assert_eq!(found("${A}x${B_2}${A}"), ["A", "B_2", "A"]);
        assert_eq!(found("$A ${} ${1A} ${A B} ${Ä} ${A ${${B}"), ["B"]);
    }
}
