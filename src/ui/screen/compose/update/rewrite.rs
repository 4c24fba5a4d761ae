//! Formats the body's JSON, and copies the campaign for CleverTap to the clipboard.

use crate::campaign::ContentFormat;
use crate::diagnostic::TextEdit;
use crate::editor::Command;
use crate::service;
use crate::template::{self, Partials};
use crate::text::grouped;
use crate::ui::screen::compose::{
    Compose,
    update::{actions::NO_CAMPAIGN, keys, quick_fix, typing},
};
use crate::ui::shared::{Action, Effect, SharedState};

/// Formats the body's JSON as one undo step. If a problem prevents the formatting, shows the problem and moves the
/// cursor to it.
pub(crate) fn format_json(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let Some((campaign, buffer)) = screen.open_campaign(shared).zip(screen.buffer()) else {
        return shared.only_notice(NO_CAMPAIGN);
    };
    let format = campaign.value.as_ref().map(|value| value.content_format);
    if format == Some(ContentFormat::Text) {
        return shared.only_notice("this body is plain text: there is no JSON to format");
    }
    let dialect = shared.workspace.dialect(campaign);
    let (template, _) = template::parse(&buffer.editor.text(), &Partials::default(), dialect);
    match template::format(&template) {
        Ok(edits) if edits.is_empty() => shared.only_notice("the body is already formatted"),
        Ok(edits) => apply_formatting(screen, shared, edits),
        Err(refusal) => {
            quick_fix::go_to(screen, refusal.span);
            let help = refusal.help.map_or_else(String::new, |help| format!(" · {help}"));
            shared.only_error(format!("not formatted: {}{help}", refusal.message))
        }
    }
}

/// Copies the campaign to the clipboard in the layout of CleverTap's forms, followed by a list of the problems that the
/// campaign would have in CleverTap.
pub(crate) fn export_clevertap(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let Some(job) = screen.job(shared) else {
        return shared.only_notice(NO_CAMPAIGN);
    };
    let said = match service::export_clevertap(&job).problems.len() {
        0 => "copied for CleverTap's forms".to_owned(),
        n => format!("copied for CleverTap's forms (problems listed at the end: {})", grouped(n)),
    };
    shared.copy(service::export_text(&job), said).into_iter().collect()
}

fn apply_formatting(screen: &mut Compose, shared: &mut SharedState, edits: Vec<TextEdit>) -> Vec<Effect> {
    let effects = typing::apply(screen, shared, Command::Replace(edits));
    if !effects.is_empty() {
        let way = keys::way(screen, shared, Action::Undo);
        shared.show_notice(format!("formatted; {way} undoes it"));
    }
    effects
}
