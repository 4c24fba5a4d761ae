//! `telecast convert`: rewrites a campaign's markup for another parse mode.

use serde_json::{Value, json};

use crate::campaign::ContentFormat;
use crate::cli::args::{ConvertCampaign, ModeArg};
use crate::cli::environment::Environment;
use crate::cli::error::{ExitStatus, Result};
use crate::cli::output::CliOutput;
use crate::cli::problems::{LocatedProblem, SourceFile};
use crate::compose::{self, Conversion, ConversionSource};
use crate::diagnostic::{Code, Diagnostic};
use crate::service::partials;
use crate::telegram::ParseMode;
use crate::text::Span;
use crate::workspace::{CampaignFiles, FileCondition, Workspace};

use super::campaigns;

/// Converts a body, and saves or prints it. A body that cannot be converted is left unchanged.
pub(crate) fn run(environment: &Environment, args: &ConvertCampaign, output: &mut CliOutput) -> Result {
    let workspace = environment.workspace()?;
    let campaign = campaigns::find(&workspace, &args.campaign)?;
    let to = ParseMode::from(args.to);
    let converted = convert(&workspace, campaign, to);
    let is_saved = match &converted {
        // A body that does not change is not saved, because a new modification time would make an open console reload
        // the file.
        Ok(conversion) if !args.print && conversion.body != campaign.body.text => {
            // `save` compares the file with what was read, so an edit made in the meantime is not overwritten.
            workspace.folder(&environment.paths).save(&campaign.body, &conversion.body)?;
            true
        }
        Ok(_) | Err(_) => false,
    };
    if args.format.json {
        output.json(&to_json(campaign, to, is_saved, &converted))?;
        return Ok(if converted.is_ok() { ExitStatus::Done } else { ExitStatus::Problems });
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
            Ok(ExitStatus::Done)
        }
        Err(problems) => {
            let source = SourceFile::new(&campaign.body.path, &campaign.body.text);
            for problem in source.locate_all(&problems) {
                output.note(problem.line())?;
            }
            Ok(ExitStatus::Problems)
        }
    }
}

/// Converts a body. A body that already has the parse mode is returned unchanged, byte for byte.
fn convert(
    workspace: &Workspace,
    campaign: &CampaignFiles,
    to: ParseMode,
) -> std::result::Result<Conversion, Vec<Diagnostic>> {
    let body = &campaign.body;
    // If the file could not be read, its text is empty here. Saving the converted text would then replace the file's
    // content with an empty text.
    if body.condition != FileCondition::Read {
        return Err(body.problems.clone());
    }
    let format = campaign.value.as_ref().map(|value| value.content_format);
    if format == Some(ContentFormat::Text) {
        let message = "this campaign's content format is plain text, which has no parse mode";
        return Err(vec![Diagnostic::error(Code::CannotConvert, Span::at(0), message)]);
    }
    // A conversion from a mode to the same mode would normalize the markup, and so change the file without need.
    if compose::parse_mode_of(&body.text) == Some(to) {
        return Ok(Conversion::unchanged(&body.text));
    }
    let partials = partials(workspace);
    let source =
        ConversionSource { body: &body.text, partials: &partials, dialect: workspace.dialect(campaign) };
    compose::convert(&source, to).map_err(|problem| vec![problem])
}

fn to_json(
    campaign: &CampaignFiles,
    to: ParseMode,
    is_saved: bool,
    converted: &std::result::Result<Conversion, Vec<Diagnostic>>,
) -> Value {
    let body = &campaign.body;
    let (text, lost, problems) = match converted {
        Ok(conversion) => (Some(&conversion.body), conversion.lost.as_slice(), Vec::new()),
        Err(problems) => (None, [].as_slice(), SourceFile::new(&body.path, &body.text).locate_all(problems)),
    };
    json!({
        "campaign": campaign.stem,
        "file": body.path,
        "from": compose::parse_mode_of(&body.text).map(ParseMode::as_str),
        "to": to.as_str(),
        "saved": is_saved,
        "body": text,
        "lost": lost,
        "problems": problems.iter().map(LocatedProblem::json).collect::<Vec<_>>(),
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
