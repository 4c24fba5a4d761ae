//! Placeholders of the form `${NAME}`, with which a webhook refers to secrets and to the sandbox.

use crate::text::Span;

/// The name of the only placeholder that does not stand for a secret. `${SANDBOX}` stands for the URL of the
/// workspace's own sandbox.
pub(crate) const SANDBOX: &str = "SANDBOX";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placeholder {
    pub name: String,
    /// The whole placeholder, from `$` to `}`.
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no value for {}", names(.0))]
pub struct MissingSecrets(pub Vec<String>);

fn names(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Returns whether `name` is valid in `${…}`: it has only ASCII letters, digits, and `_`, and does not start with a
/// digit.
pub(crate) fn is_secret_name(name: &str) -> bool {
    // Names of shell variables have the same rules. A secret can be set as an environment variable, and an exported
    // curl command refers to a secret as a shell variable.
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Returns the placeholders of `text` in order. A `${…}` without a valid name is plain text.
pub(crate) fn find_placeholders(text: &str) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("${").map(|at| from + at) {
        let inner = start + 2;
        let length = text[inner..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let end = inner + length;
        let name = &text[inner..end];
        if text[end..].starts_with('}') && is_secret_name(name) {
            found.push(Placeholder { name: name.to_owned(), span: Span::new(start, end + 1) });
        }
        // The search continues at the end of the name, not after the next `}`. If it continued after the `}`, it would
        // miss the valid `${B}` in `${A ${B}`.
        from = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_braces_are_placeholders() {
        let names = |text| find_placeholders(text).into_iter().map(|found| found.name).collect::<Vec<_>>();
        assert_eq!(names("${A}x${B_2}${A}"), ["A", "B_2", "A"]);
        assert_eq!(names("$A ${} ${1A} ${A B} ${Ä} ${A ${${B}"), ["B"]);
    }
}
