//! Checks a converted body.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::diagnostic::{Code, Diagnostic};
use crate::json;
use crate::profile::Vocabulary;
use crate::telegram::{self, ParseMode};
use crate::template::{self, Content, Limits, RenderContext, RenderOutcome, Verdict};

use super::source::ConversionSource;

/// Returns a description of each escape that the old body has and the new body cannot have. Also returns why Telegram
/// would refuse the new message where Liquid prints nothing, or in a branch, if it would not refuse the old one.
pub(super) fn losses(source: &ConversionSource<'_>, converted: &str, to: ParseMode) -> Vec<String> {
    let mut losses = Vec::new();
    if let Err(reason) = render(source, converted)
        && render(source, source.body).is_ok()
    {
        losses.push(format!("the message if nothing is printed for its variables: {reason}"));
    } else if let Some(reason) = fault_of_branches(source, converted)
        && fault_of_branches(source, source.body).is_none()
    {
        losses.push(format!("the message of some recipients: {reason}"));
    }
    let n_known = escape_problems(source, source.body).len();
    let problems = escape_problems(source, converted);
    // A value without an escape in the old body has none in the new body either. That is no loss.
    if problems.len() <= n_known {
        return losses;
    }
    let describe = |problem: &Diagnostic| {
        let start = converted.get(..problem.span.start).and_then(|before| before.rfind("{{"));
        let end = converted.get(problem.span.end..).and_then(|rest| rest.find("}}"));
        let liquid = match (start, end) {
            (Some(start), Some(end)) => converted.get(start..problem.span.end + end + 2),
            _ => converted.get(problem.span.range()),
        };
        format!("the escape in {} for {}: {}", liquid.unwrap_or_default(), to.as_str(), problem.message)
    };
    losses.extend(problems.iter().map(describe));
    losses
}

fn escape_problems(source: &ConversionSource<'_>, body: &str) -> Vec<Diagnostic> {
    let (template, _) = template::parse(body, source.partials, source.dialect);
    let mut problems = template::check(&template, &Vocabulary::default(), Content::Json);
    problems.retain(|problem| {
        matches!(
            problem.code,
            Code::UnescapedMarkup | Code::UnescapedJson | Code::WrongEscape | Code::EscapeOrder
        )
    });
    problems
}

/// Renders the body without a recipient. Returns why Telegram would refuse the message.
fn render(source: &ConversionSource<'_>, body: &str) -> Result<(), String> {
    let (template, _) = template::parse(body, source.partials, source.dialect);
    match template.render(&context(&TimeZone::UTC)) {
        RenderOutcome::Rendered(rendered) => judge(&rendered.text),
        // A body that skips everyone without a value proves nothing.
        RenderOutcome::Aborted { .. } | RenderOutcome::Failed(_) => Ok(()),
    }
}

/// Renders each branch and loop of the body. Returns why Telegram would refuse one of the messages.
fn fault_of_branches(source: &ConversionSource<'_>, body: &str) -> Option<String> {
    let (template, _) = template::parse(body, source.partials, source.dialect);
    let mut fault = None;
    template::cover(&template, &context(&TimeZone::UTC), &[], &mut |rendered| match judge(&rendered.text) {
        _ if rendered.text.trim().is_empty() => Verdict::Unclear,
        Ok(()) => Verdict::Valid,
        Err(reason) => {
            fault.get_or_insert(reason);
            Verdict::Faulty
        }
    });
    fault
}

fn context(zone: &TimeZone) -> RenderContext<'_> {
    RenderContext {
        profile: None,
        event: None,
        external_trigger: None,
        campaign_id: "",
        now: Timestamp::UNIX_EPOCH,
        zone,
        limits: Limits::default(),
    }
}

/// Returns why Telegram would refuse a rendered body.
fn judge(rendered: &str) -> Result<(), String> {
    let document = json::parse(rendered).map_err(|error| format!("not JSON: {}", error.message()))?;
    let text = |key: &str| document.root.get(key).and_then(json::JsonNode::as_text);
    let mode = text("parse_mode").and_then(|mode| ParseMode::from_argument(&mode.decoded).ok().flatten());
    let Some((mode, text)) = mode.zip(text("text").or_else(|| text("caption"))) else { return Ok(()) };
    telegram::parse(mode, &text.decoded).map(drop).map_err(|error| error.message())
}
