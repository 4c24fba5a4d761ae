//! Checks the values of a webhook that do not decide where its requests go: headers, credentials, and limits. The route
//! checks the others.

use std::time::Duration;

use super::{Auth, Webhook};
use crate::campaign::{WebhookPart, duration, placeholder};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{Span, visible};

/// The longest timeout that a webhook can set. With a longer one, telecast would seem to hang if the server does not
/// answer.
const MAX_TIMEOUT: Duration = Duration::from_secs(600);
const MAX_RETRIES: i64 = 20;
const MAX_RATE: f64 = 100_000.0;

impl Webhook {
    /// Returns the problems of header names, header values, and credentials. Their spans are offsets in the text of the
    /// part.
    pub(crate) fn value_problems(&self) -> Vec<(WebhookPart, Diagnostic)> {
        let mut problems = Vec::new();
        for (name, value) in &self.headers {
            let in_name = header_name_problem(name);
            problems.extend(in_name.map(|problem| (WebhookPart::HeaderName(name.clone()), problem)));
            let in_value = header_value_problem(value);
            problems.extend(in_value.map(|problem| (WebhookPart::Header(name.clone()), problem)));
        }
        let secret = match &self.auth {
            None => None,
            Some(Auth::Basic { password, .. }) => Some(("password", password)),
            Some(Auth::Bearer { token }) => Some(("token", token)),
        };
        problems.extend(
            secret.and_then(|(key, text)| Some((WebhookPart::Auth(key), literal_secret_problem(key, text)?))),
        );
        problems
    }
}

fn header_name_problem(name: &str) -> Option<Diagnostic> {
    // `tchar` of RFC 9110, section 5.6.2.
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if !name.is_empty() && name.chars().all(is_token) {
        return None;
    }
    let message = format!("`{}` is not a valid header name", visible(name));
    let problem = Diagnostic::error(Code::BadHeader, Span::new(0, name.len()), message);
    Some(problem.with_help("use letters, digits and hyphens, as in `Content-Type`"))
}

fn header_value_problem(value: &str) -> Option<Diagnostic> {
    // A line break in a value would start another header.
    value.chars().any(char::is_control).then(|| {
        let message = "a header value cannot contain line breaks or control characters";
        Diagnostic::error(Code::BadHeader, Span::new(0, value.len()), message).with_help("remove them")
    })
}

fn literal_secret_problem(key: &str, text: &str) -> Option<Diagnostic> {
    // This problem is only a warning: a literal password works, and moving it to the secret store is the user's
    // decision.
    placeholder::find_placeholders(text).is_empty().then(|| {
        let span = Span::new(0, text.len());
        let problem = Diagnostic::warning(Code::SecretInFile, span, format!("this file contains a {key}"));
        problem.with_help("write `${NAME}` here and run `telecast secrets set NAME`")
    })
}

/// Parses a timeout such as `10s`. The error says what is allowed.
pub(crate) fn parse_timeout(text: &str) -> Result<Duration, String> {
    let timeout = duration::parse_duration(text)?;
    if timeout.is_zero() || MAX_TIMEOUT < timeout {
        return Err(format!("timeout is {text}; use more than 0 and at most `10m`"));
    }
    Ok(timeout)
}

/// Checks a number of retries. The error says what is allowed.
pub(crate) fn check_retries(retries: i64) -> Result<u32, String> {
    let allowed = (0..=MAX_RETRIES).contains(&retries).then_some(retries);
    let allowed = allowed.and_then(|retries| u32::try_from(retries).ok());
    allowed.ok_or_else(|| format!("retries is {retries}; use 0 to {MAX_RETRIES}"))
}

/// Checks a rate in messages per second. The error says what is allowed.
pub(crate) fn check_rate(rate: f64) -> Result<f64, String> {
    if 0.0 < rate && rate <= MAX_RATE {
        return Ok(rate);
    }
    Err(format!("rate is {rate}; use more than 0 and at most {MAX_RATE} messages per second"))
}
