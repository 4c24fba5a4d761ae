//! The whole body rewritten at a key: its JSON laid out, or all of the campaign for CleverTap's forms.

use crate::campaign::ContentFormat;
use crate::diagnostic::TextEdit;
use crate::editor::Command;
use crate::service;
use crate::template::{self, Partials};
use crate::ui::screen::compose::{
    Compose,
    update::{mending, typing},
};
use crate::ui::shared::{Effect, Shared};

/// Lays the body's JSON out as one undo step, or goes to what keeps it from being read.
pub fn format_json(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    let Some((campaign, buffer)) = screen.open_campaign(shared).zip(screen.buffer()) else {
        return shared.just_say("no campaign is open: n makes one");
    };
    let format = campaign.value.as_ref().map(|value| value.content_format);
    if format == Some(ContentFormat::Text) {
        return shared.just_say("this body is plain text, which has no JSON to format");
    }
    let dialect = shared.workspace.dialect(campaign);
    let (template, _) = template::parse(&buffer.editor.text(), &Partials::default(), dialect);
    match template::format(&template) {
        Ok(edits) if edits.is_empty() => shared.just_say("it is formatted already"),
        Ok(edits) => replace(screen, shared, edits),
        Err(refusal) => {
            mending::go_to(screen, refusal.span);
            let help = refusal.help.map_or_else(String::new, |help| format!(" · {help}"));
            shared.just_complain(format!("not formatted: {}{help}", refusal.message))
        }
    }
}

/// Puts the campaign on the clipboard as CleverTap's forms want it, with what would not work there.
pub fn export_clevertap(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    let Some(job) = screen.job(shared) else {
        return shared.just_say("no campaign is open: n makes one");
    };
    let effect = shared.copy(service::export_text(&job));
    let n = service::export_clevertap(&job).problems.len();
    shared.say(match n {
        0 => "copied for CleverTap's forms".to_owned(),
        n => format!("copied for CleverTap's forms, with {n} things to know at its end"),
    });
    vec![effect]
}

fn replace(screen: &mut Compose, shared: &mut Shared, edits: Vec<TextEdit>) -> Vec<Effect> {
    let effects = typing::apply(screen, shared, Command::Replace(edits));
    if !effects.is_empty() {
        shared.say("formatted: ^Z takes it back");
    }
    effects
}
