//! A request as a curl command that runs as pasted, in a shell that has the secrets as variables.

use crate::compose::{AuthDraft, Filled, HttpDraft, is_credential};
use crate::secrets::Redactor;

/// Returns the command. Secrets stand in it by name, as `"${BOT_TOKEN}"`; `sandbox` is put in for `${SANDBOX}`.
pub fn curl(request: &HttpDraft, sandbox: Option<&str>) -> String {
    let redactor = Redactor::default();
    let quoted = |text: &Filled| {
        let text = match sandbox {
            Some(address) => text.clone().with(crate::campaign::SANDBOX, address),
            None => text.clone(),
        };
        // A token that stands in a file where none belongs; the command would not work there anyway.
        format!("\"{}\"", redactor.redact(&text.in_shell_quotes()))
    };
    let mut parts = vec![format!("curl -sS -X {} {}", request.method.as_str(), quoted(&request.url))];
    for (name, value) in &request.headers {
        let value = if is_credential(name) { by_name(value, "AUTHORIZATION") } else { value.clone() };
        let header = Filled::of_typed(&format!("{name}: ")).followed_by(&value);
        parts.push(format!("-H {}", quoted(&header)));
    }
    match &request.auth {
        Some(AuthDraft::Basic { username, password }) => {
            let password = by_name(password, "PASSWORD");
            let user = username.clone().followed_by(&Filled::of_typed(":")).followed_by(&password);
            parts.push(format!("-u {}", quoted(&user)));
        }
        Some(AuthDraft::Bearer { token }) => {
            let token = by_name(token, "TOKEN");
            let header = Filled::of_typed("Authorization: Bearer ").followed_by(&token);
            parts.push(format!("-H {}", quoted(&header)));
        }
        None => {}
    }
    if !request.body.is_empty() {
        parts.push(format!("--data-binary {}", single_quoted(&request.body)));
    }
    parts.join(" \\\n  ")
}

/// Returns a credential by a name, where the webhook's file holds it itself: the command may be pasted anywhere.
fn by_name(credential: &Filled, name: &str) -> Filled {
    if credential.is_literal() { Filled::of_typed(&format!("${{{name}}}")) } else { credential.clone() }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::campaign::Method;

    #[test]
    fn secrets_stand_by_name_and_quotes_survive_the_shell() {
        let request = HttpDraft {
            method: Method::Post,
            url: Filled::of_typed("${SANDBOX}/bot${BOT_TOKEN}/sendMessage"),
            headers: vec![("X-Note".into(), Filled::of_typed("a \"b\" $c"))],
            auth: Some(AuthDraft::Bearer { token: Filled::of_typed("${KEY}") }),
            body: "{\"text\": \"it's\"}".into(),
            timeout: Duration::from_secs(5),
        };
        assert_eq!(
            curl(&request, Some("http://127.0.0.1:81")),
            "curl -sS -X POST \"http://127.0.0.1:81/bot${BOT_TOKEN}/sendMessage\" \\\n  \
             -H \"X-Note: a \\\"b\\\" \\$c\" \\\n  \
             -H \"Authorization: Bearer ${KEY}\" \\\n  \
             --data-binary '{\"text\": \"it'\\''s\"}'"
        );
    }
}
