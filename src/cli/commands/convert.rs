//! `telecast convert`: a campaign's markup rewritten for another parse mode.

use serde_json::{Value, json};

use crate::campaign::ContentFormat;
use crate::cli::args::{ConvertCampaign, ModeArg};
use crate::cli::error::{Ending, Result};
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::problems::{Problem, Sheet};
use crate::compose::{self, Conversion, Convertible};
use crate::diagnostic::{Code, Diagnostic};
use crate::service::partials;
use crate::telegram::ParseMode;
use crate::text::Span;
use crate::workspace::{CampaignFiles, Condition, Workspace};

use super::campaigns;

/// Converts and saves, or prints; what cannot be converted is left as it is.
pub fn run(place: &Place, args: &ConvertCampaign, output: &mut Output) -> Result {
    let workspace = place.workspace()?;
    let campaign = campaigns::find(&workspace, &args.campaign)?;
    let to = ParseMode::from(args.to);
    let converted = convert(&workspace, campaign, to);
    let is_saved = match &converted {
        Ok(conversion) if !args.print && conversion.body != campaign.body.text => {
            workspace.folder(&place.paths).save(&campaign.body, &conversion.body)?;
            true
        }
        Ok(_) | Err(_) => false,
    };
    if args.format.json {
        output.json(&describe(campaign, to, is_saved, &converted))?;
        return Ok(if converted.is_ok() { Ending::Done } else { Ending::Problems });
    }
    match converted {
        Ok(conversion) => {
            for lost in &conversion.lost {
                output.note(format!("{}: lost: {lost}", campaign.body.path))?;
            }
            match (args.print, is_saved) {
                (true, _) => output.text(&conversion.body)?,
                (false, true) => output.line(&campaign.body.path)?,
                (false, false) => {
                    output.note(format!("{}: nothing to change for {}", campaign.body.path, to.as_str()))?;
                }
            }
            Ok(Ending::Done)
        }
        Err(problems) => {
            let sheet = Sheet::new(&campaign.body.path, &campaign.body.text);
            for problem in sheet.place(&problems) {
                output.note(problem.line())?;
            }
            Ok(Ending::Problems)
        }
    }
}

/// Converts a body; one that is in the mode already stays byte for byte.
fn convert(
    workspace: &Workspace,
    campaign: &CampaignFiles,
    to: ParseMode,
) -> std::result::Result<Conversion, Vec<Diagnostic>> {
    let body = &campaign.body;
    if body.condition != Condition::Read {
        return Err(body.problems.clone());
    }
    let format = campaign.value.as_ref().map(|value| value.content_format);
    if format == Some(ContentFormat::Text) {
        let words = "this campaign's content format is plain text, which has no parse mode";
        return Err(vec![Diagnostic::error(Code::CannotConvert, Span::at(0), words)]);
    }
    if compose::parse_mode_of(&body.text) == Some(to) {
        return Ok(Conversion::unchanged(&body.text));
    }
    let partials = partials(workspace);
    let source = Convertible { body: &body.text, partials: &partials, dialect: workspace.dialect(campaign) };
    compose::convert(&source, to).map_err(|problem| vec![problem])
}

fn describe(
    campaign: &CampaignFiles,
    to: ParseMode,
    is_saved: bool,
    converted: &std::result::Result<Conversion, Vec<Diagnostic>>,
) -> Value {
    let body = &campaign.body;
    let (text, lost, problems) = match converted {
        Ok(conversion) => (Some(&conversion.body), conversion.lost.as_slice(), Vec::new()),
        Err(problems) => (None, [].as_slice(), Sheet::new(&body.path, &body.text).place(problems)),
    };
    json!({
        "campaign": campaign.stem,
        "file": body.path,
        "from": compose::parse_mode_of(&body.text).map(ParseMode::as_str),
        "to": to.as_str(),
        "saved": is_saved,
        "body": text,
        "lost": lost,
        "problems": problems.iter().map(Problem::json).collect::<Vec<_>>(),
    })
}

impl From<ModeArg> for ParseMode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::Html => ParseMode::Html,
            ModeArg::Markdown => ParseMode::Markdown,
            ModeArg::MarkdownV2 => ParseMode::MarkdownV2,
        }
    }
}
