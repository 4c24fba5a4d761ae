//! Keys that the method does not know, by the tables of the Bot API: in every branch, whoever the recipient is.

use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::json;
use crate::telegram::Method;
use crate::telegram::fields::{self, Field, Kind};
use crate::text::Span;

use super::super::json_state::JsonState;

pub(super) struct Unknown {
    message: String,
    near: Option<&'static str>,
}

pub(super) fn unknown(method: Method, name: &str, state: &JsonState) -> Option<Unknown> {
    // One with Liquid or escapes in it may be any.
    if name.contains(['\0', '\\']) {
        return None;
    }
    let path = state.whole_path()?;
    let (_, parents) = path.split_last()?;
    let (owner, known) = fields_at(method, parents)?;
    if known.is_empty() || known.iter().any(|field| field.name == name) {
        return None;
    }
    let (message, near) = fields::unknown(owner, name, known);
    Some(Unknown { message, near })
}

impl Unknown {
    pub fn problem(self, key: Span) -> Diagnostic {
        let problem = Diagnostic::warning(Code::UnknownField, key, self.message);
        match self.near {
            Some(near) => problem
                .with_help(format!("did you mean `{near}`?"))
                .with_fix(Fix::replace(format!("write `{near}`"), key, json::quote(near)).unsafe_to_apply()),
            None => problem.with_help("take it out; Telegram does not look at it"),
        }
    }
}

fn fields_at(method: Method, parents: &[&str]) -> Option<(&'static str, &'static [Field])> {
    let mut owner = method.as_str();
    let mut known = fields::of_method(method);
    let mut steps = parents.iter().copied().peekable();
    while let Some(key) = steps.next() {
        let mut kind = &known.iter().find(|field| field.name == key)?.kind;
        while steps.next_if_eq(&"[]").is_some() {
            let Kind::Array(inner) = kind else { return None };
            kind = inner;
        }
        let Kind::Object(name) = kind else { return None };
        owner = name;
        known = fields::of_object(name);
    }
    Some((owner, known))
}
