//! Finds JSON keys that the Bot API method does not have. All branches of a template are checked. A rendered request,
//! in contrast, has only the branches that one recipient takes.

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::json;
use crate::telegram::Method;
use crate::telegram::fields::{self, ApiField, FieldType};
use crate::text::Span;

use super::super::json_state::JsonState;

pub(super) struct UnknownField {
    message: String,
    near: Option<&'static str>,
}

pub(super) fn find_unknown(method: Method, name: &str, state: &JsonState) -> Option<UnknownField> {
    // A NUL marks a `{{ }}` in the key, and a backslash starts a JSON escape, which is not decoded here. In both cases,
    // the name is not known.
    if name.contains(['\0', '\\']) {
        return None;
    }
    // A key whose quote is missing reaches to the next quote, as in `{"chat_id: 1, "text": "x"}`. That is a problem of
    // the JSON.
    if name.contains(':') {
        return None;
    }
    let path = state.known_path()?;
    let (_, parents) = path.split_last()?;
    // `fields_at` returns `None` if a key above this one is unknown, or if the JSON does not match the type of that
    // key. In both cases, this key is not checked. The unknown key itself is reported when it is read.
    let (owner, known) = fields_at(method, parents)?;
    if known.is_empty() || known.iter().any(|field| field.name == name) {
        return None;
    }
    let (message, near) = fields::unknown_field(owner, name, known);
    Some(UnknownField { message, near })
}

impl UnknownField {
    pub(super) fn problem(self, key: Span) -> Diagnostic {
        let problem = Diagnostic::warning(Code::UnknownField, key, self.message);
        match self.near {
            // The fix is not safe, because a similar name need not be the intended one.
            Some(near) => problem
                .with_help(format!("did you mean `{near}`?"))
                .with_fix(Fix::replace(format!("write `{near}`"), key, json::quote(near)).unsafe_to_apply()),
            None => problem.with_help("remove it"),
        }
    }
}

fn fields_at(method: Method, parents: &[&str]) -> Option<(&'static str, &'static [ApiField])> {
    let mut owner = method.as_str();
    let mut known = fields::of_method(method);
    let mut steps = parents.iter().copied().peekable();
    while let Some(key) = steps.next() {
        let mut kind = &known.iter().find(|field| field.name == key)?.kind;
        // After the key, the path has one `[]` for each array that was opened. The type must have as many nested
        // arrays.
        while steps.next_if_eq(&"[]").is_some() {
            let FieldType::Array(inner) = kind else { return None };
            kind = inner;
        }
        let FieldType::Object(name) = kind else { return None };
        owner = name;
        known = fields::of_object(name);
    }
    Some((owner, known))
}
