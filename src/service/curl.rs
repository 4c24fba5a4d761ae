//! Formats a request as a curl command, to be pasted into a shell in which the secrets are variables.

use crate::compose::{AuthDraft, HttpDraft, SecretTemplate, is_credential};
use crate::secrets::Redactor;

/// Returns the command. Secrets appear as shell variables, such as `"${BOT_TOKEN}"`. `sandbox` is the value of
/// `${SANDBOX}`. If `sandbox` is `None`, `${SANDBOX}` is a shell variable too.
pub(crate) fn curl(request: &HttpDraft, sandbox: Option<&str>) -> String {
    let redactor = Redactor::default();
    let quoted = |text: &SecretTemplate| {
        let text = match sandbox {
            Some(address) => text.clone().with(crate::campaign::SANDBOX, address),
            None => text.clone(),
        };
        // Literal tokens from the webhook's file are masked. A command with a masked token works only after the user
        // has filled in the token.
        format!("\"{}\"", redactor.redact(&text.in_shell_quotes()))
    };
    let mut parts = vec![format!("curl -sS -X {} {}", request.method.as_str(), quoted(&request.url))];
    for (name, value) in &request.headers {
        let value = if is_credential(name) { hide_literal(value, "AUTHORIZATION") } else { value.clone() };
        let header = SecretTemplate::parse(&format!("{name}: ")).followed_by(&value);
        parts.push(format!("-H {}", quoted(&header)));
    }
    match &request.auth {
        Some(AuthDraft::Basic { username, password }) => {
            let password = hide_literal(password, "PASSWORD");
            let user = username.clone().followed_by(&SecretTemplate::parse(":")).followed_by(&password);
            parts.push(format!("-u {}", quoted(&user)));
        }
        Some(AuthDraft::Bearer { token }) => {
            let token = hide_literal(token, "TOKEN");
            let header = SecretTemplate::parse("Authorization: Bearer ").followed_by(&token);
            parts.push(format!("-H {}", quoted(&header)));
        }
        None => {}
    }
    if !request.body.is_empty() {
        parts.push(format!("--data-binary {}", single_quoted(&request.body)));
    }
    parts.join(" \\\n  ")
}

/// Replaces a literal credential with `${name}`, because the command may be pasted where others can read it.
fn hide_literal(credential: &SecretTemplate, name: &str) -> SecretTemplate {
    if credential.is_literal() { SecretTemplate::parse(&format!("${{{name}}}")) } else { credential.clone() }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::campaign::HttpMethod;

    #[test]
    fn secrets_are_shown_by_name_and_quotes_are_escaped() {
        let request = HttpDraft {
            method: HttpMethod::Post,
            url: SecretTemplate::parse("${SANDBOX}/bot${BOT_TOKEN}/sendMessage"),
            headers: vec![("X-Note".into(), SecretTemplate::parse("a \"b\" $c"))],
            auth: Some(AuthDraft::Bearer { token: SecretTemplate::parse("${KEY}") }),
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
