//! Reading the workspace and the people, writing bodies and drafts.

use std::sync::Arc;

use crate::clock;
use crate::service::{self, BodyError, People, PeopleError, Session, Whom};
use crate::ui::shared::effect::Effect;
use crate::ui::shared::msg::{Msg, PeopleFound, SaveFailure};
use crate::workspace::{Draft, SaveError, Workspace};

/// Reads what changed in the workspace, whoever changed it.
pub(super) fn read(session: &Session) -> Result<Arc<Workspace>, String> {
    session.reading().look(clock::now()).map_err(|error| error.to_string())
}

/// Reads the files that are known to have changed; where there are none, as [`read`].
pub(super) fn follow(session: &Session) -> Result<Arc<Workspace>, String> {
    session.reading().follow(clock::now()).map_err(|error| error.to_string())
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
pub(super) fn journal(session: &Session, effect: Effect) -> Option<Msg> {
    match effect {
        Effect::WriteDraft { stem, text, base } => {
            let draft = Draft { stem, text, cursor: 0, base, written: clock::now() };
            unkept(session.folder().write_draft(&draft))
        }
        Effect::DiscardDraft(stem) => unkept(session.folder().discard_draft(&stem)),
        Effect::SaveBody { stem, text, version, expected } => {
            let refused = |error| match error {
                BodyError::Save(SaveError::ChangedOnDisk { .. }) => SaveFailure::ChangedOnDisk,
                error => SaveFailure::Refused(error.to_string()),
            };
            let result = session.save_body(&stem, &text, expected).map_err(refused);
            Some(Msg::BodySaved { stem, version, result })
        }
        _ => None,
    }
}
