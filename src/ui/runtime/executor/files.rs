//! Reading the workspace and the people, writing bodies and drafts.

use std::path::Path;
use std::sync::Arc;

use crate::clock;
use crate::service::{self, People, PeopleError, Session, Whom};
use crate::ui::shared::effect::Effect;
use crate::ui::shared::msg::{Msg, PeopleFound, SaveFailure};
use crate::workspace::{Draft, Fingerprint, Folder, SaveError, Workspace};

pub(super) fn read(root: &Path) -> Result<Arc<Workspace>, String> {
    Workspace::open(root).map(Arc::new).map_err(|error| error.to_string())
}

pub(super) fn load_people(session: &Session, wanted: Option<&str>) -> Result<PeopleFound, PeopleError> {
    let People { vocabulary, profile } = service::load_people(&*session.store()?, Whom::Anybody(wanted))?;
    Ok(PeopleFound { vocabulary, profile })
}

/// Reports what could not be kept. That a foreign private folder keeps nothing was said when the console opened.
pub(super) fn unkept(result: Result<(), SaveError>) -> Option<Msg> {
    match result {
        Ok(()) | Err(SaveError::Foreign { .. }) => None,
        Err(error) => Some(Msg::DraftFailed(error.to_string())),
    }
}

/// Writes or forgets a body or its draft.
pub(super) fn journal(folder: &Folder, effect: Effect) -> Option<Msg> {
    match effect {
        Effect::WriteDraft { stem, text, base } => {
            let draft = Draft { stem, text, cursor: 0, base, written: clock::now() };
            unkept(folder.write_draft(&draft))
        }
        Effect::DiscardDraft(stem) => unkept(folder.discard_draft(&stem)),
        Effect::SaveBody { stem, text, version, expected } => {
            let result = save_body(folder, &stem, &text, expected);
            Some(Msg::BodySaved { stem, version, result })
        }
        _ => None,
    }
}

fn save_body(
    folder: &Folder,
    stem: &str,
    text: &str,
    expected: Option<Fingerprint>,
) -> Result<Fingerprint, SaveFailure> {
    let refused = |error: SaveError| match error {
        SaveError::ChangedOnDisk { .. } => SaveFailure::ChangedOnDisk,
        error => SaveFailure::Refused(error.to_string()),
    };
    let workspace =
        Workspace::open(folder.root()).map_err(|error| SaveFailure::Refused(error.to_string()))?;
    let Some(campaign) = workspace.campaign(stem) else {
        return Err(SaveFailure::Refused(format!("the campaign {stem} is gone")));
    };
    let mut source = campaign.body.clone();
    if let Some(expected) = expected {
        source.fingerprint = expected;
    }
    let saved = folder.save(&source, text).map_err(refused)?;
    folder.discard_draft(stem).map_err(refused)?;
    Ok(saved)
}
