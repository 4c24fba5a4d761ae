//! Creates, edits, and deletes profiles: the rows and keys of the list of profiles, the form of a profile, and the
//! results of changes.

use std::sync::Arc;

use crate::profile::Profile;
use crate::service::{ProfileEdit, ProfileEdited};
use crate::template::{self, Partials};
use crate::text::shorten;
use crate::ui::screen::compose::{
    Compose, ComposeConfirm, ComposeList, Decision, Dialog, ListKind, ProfileDialog, TestState,
    dialog::profile::OwnedRules,
    update::dialogs::close,
    update::{actions, recipient},
};
use crate::ui::shared::{Effect, Generation, Query, SharedState, Task};
use crate::ui::widget::{Form, FormOutcome, Key, KeyCode, PickerRow};

/// The id of the row that opens the form of a new profile.
const NEW: &str = "new";

/// The id of the row that brings back the profile that was deleted last.
const RESTORE: &str = "restore";

/// The number of characters that a question or a notice shows of a name.
const NAME_CHARS: usize = 40;

/// Returns the id of a profile's row.
// The prefix keeps the ids of profiles apart from the ids above, because an identity can be any text.
pub(crate) fn row_id(identity: &str) -> String {
    format!("profile {identity}")
}

/// Returns the rows above the profiles.
pub(crate) fn list_head(deleted: &[Arc<Profile>]) -> Vec<PickerRow> {
    let new =
        PickerRow { id: NEW.to_owned(), title: "New test profile…".to_owned(), ..PickerRow::default() };
    let restore = deleted.last().map(|profile| PickerRow {
        id: RESTORE.to_owned(),
        title: format!("Bring back {}", shorten(profile.display_name(), NAME_CHARS)),
        detail: profile.identity.clone(),
        right: "deleted".to_owned(),
        is_heading: false,
    });
    [new].into_iter().chain(restore).collect()
}

/// Returns the row that says that no profile matches. It cannot be chosen.
pub(crate) fn no_match_row() -> PickerRow {
    PickerRow {
        title: "no matching profile; import some: `telecast profiles import FILE`".to_owned(),
        is_heading: true,
        ..PickerRow::default()
    }
}

/// Handles the keys that edit or delete the chosen profile of the list. `None` for other keys.
pub(super) fn press_in_list(
    screen: &mut Compose,
    shared: &mut SharedState,
    listing: &ComposeList,
    key: Key,
) -> Option<Vec<Effect>> {
    let edits = key == (Key { ctrl: true, ..Key::char('e') });
    let deletes = key == (Key { ctrl: true, ..Key::char('d') });
    if !edits && !deletes {
        return None;
    }
    let chosen = listing.picker.chosen().and_then(|row| found(screen, &row.id));
    let effects = match chosen {
        Some(profile) if edits => open(screen, shared, profile),
        Some(profile) => ask_to_delete(screen, shared, &profile),
        None => shared.only_notice("choose a profile first"),
    };
    // The list stays open if nothing else was opened.
    if screen.dialog.is_none() {
        screen.dialog = Some(Dialog::Listing(listing.clone()));
    }
    Some(effects)
}

fn found(screen: &Compose, id: &str) -> Option<Arc<Profile>> {
    let profiles = screen.profiles.value()?;
    profiles.iter().find(|profile| row_id(&profile.identity) == id).cloned()
}

/// Carries out the choice of a row in the list of profiles. `search` is the text of its search field.
pub(super) fn choose(screen: &mut Compose, shared: &mut SharedState, search: &str, id: &str) -> Vec<Effect> {
    match id {
        NEW => {
            let mut effects = open_new_with(screen, shared, search);
            if screen.dialog.is_none() {
                effects.extend(close(screen, shared));
            }
            effects
        }
        RESTORE => {
            let mut effects = match (refusal(screen, shared), screen.deleted_profiles.last().cloned()) {
                (Some(reason), _) => shared.only_error(reason),
                (None, Some(profile)) => {
                    vec![change(screen, shared, ProfileEdit::Restore(profile)).1]
                }
                (None, None) => Vec::new(),
            };
            effects.extend(close(screen, shared));
            effects
        }
        id => {
            // The answer on screen belongs to a test for another profile, so it is removed.
            if let Some(test) = &mut screen.suspended_test {
                test.state = TestState::Send(Query::Idle);
            }
            let profile = found(screen, id);
            screen.profiles.take();
            let mut effects =
                profile.map_or_else(Vec::new, |profile| recipient::preview_for(screen, shared, profile));
            effects.extend(close(screen, shared));
            effects
        }
    }
}

/// Returns why profiles cannot be changed. `None` if they can.
fn refusal(screen: &Compose, shared: &SharedState) -> Option<String> {
    if let Some(reason) = &shared.read_only {
        return Some(format!("View only: {reason}"));
    }
    screen.is_private_foreign.then(|| {
        "the .telecast folder was not made here, so its profiles are only read; the palette has \"Adopt a \
         .telecast folder\""
            .to_owned()
    })
}

fn rules(shared: &SharedState) -> Result<OwnedRules, String> {
    let Some(known) = shared.people.vocabulary.clone() else {
        let error = shared.people.load_error.clone();
        return Err(error.unwrap_or_else(|| "the profiles are still being read".to_owned()));
    };
    let dialect = shared.workspace.settings().dialect;
    Ok(OwnedRules { known, zone: shared.workspace.time_zone(), dialect })
}

pub(crate) fn open_new(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    open_new_with(screen, shared, "")
}

/// Opens the form of a new profile with this name. If the form is opened from the test dialog, proposes the test chat.
fn open_new_with(screen: &mut Compose, shared: &mut SharedState, name: &str) -> Vec<Effect> {
    screen.completion = None;
    let rules = match refusal(screen, shared).map_or_else(|| rules(shared), Err) {
        Ok(rules) => rules,
        Err(reason) => return shared.only_error(reason),
    };
    let chat = screen.suspended_test.as_ref().and_then(|test| test.target()).unwrap_or_default();
    let form = ProfileDialog::new(rules, name, &chat, &properties_of_body(screen));
    screen.dialog = Some(Dialog::Profile(Box::new(form)));
    Vec::new()
}

/// Returns the names of the properties that the open body reads, so that a new profile has a row for each.
fn properties_of_body(screen: &Compose) -> Vec<String> {
    let Some(buffer) = screen.buffer().filter(|_| screen.has_hints()) else { return Vec::new() };
    let dialect = crate::dialect::Dialect::CleverTap;
    let (template, _) = template::parse(&buffer.editor.text(), &Partials::default(), dialect);
    let mut names: Vec<String> = Vec::new();
    for used in template.variables() {
        let mut path = used.path.into_iter();
        if let (Some("Profile"), Some(name)) = (path.next().as_deref(), path.next())
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

pub(crate) fn open_current(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    match shared.people.profile.clone() {
        Some(profile) => open(screen, shared, profile),
        None => shared.only_notice("the preview has no profile; \"New test profile\" makes one"),
    }
}

fn open(screen: &mut Compose, shared: &mut SharedState, profile: Arc<Profile>) -> Vec<Effect> {
    screen.completion = None;
    let opened = refusal(screen, shared)
        .map_or_else(|| rules(shared), Err)
        .and_then(|rules| ProfileDialog::of(rules, profile));
    match opened {
        Ok(form) => screen.dialog = Some(Dialog::Profile(Box::new(form))),
        Err(reason) => shared.show_error(reason),
    }
    Vec::new()
}

pub(crate) fn ask_to_delete_current(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    match shared.people.profile.clone() {
        Some(profile) => ask_to_delete(screen, shared, &profile),
        None => shared.only_notice("the preview has no profile"),
    }
}

fn ask_to_delete(screen: &mut Compose, shared: &mut SharedState, profile: &Profile) -> Vec<Effect> {
    if let Some(reason) = refusal(screen, shared) {
        return shared.only_error(reason);
    }
    screen.completion = None;
    let (name, identity) =
        (shorten(profile.display_name(), NAME_CHARS), shorten(&profile.identity, NAME_CHARS));
    let text = format!(
        "Delete the profile {name} ({identity})? Until telecast quits, the list of profiles (F7) can bring it back."
    );
    let answers =
        vec![("Delete", Decision::DeleteProfile(profile.identity.clone())), ("Keep", Decision::Stay)];
    // "Keep" is preselected, so that an Enter typed by reflex deletes nothing.
    let mut confirm = ComposeConfirm::new("Delete the profile", text, answers);
    confirm.chosen = 1;
    screen.dialog = Some(Dialog::Confirm(confirm));
    Vec::new()
}

pub(super) fn delete(screen: &mut Compose, shared: &mut SharedState, identity: String) -> Vec<Effect> {
    let mut effects = close(screen, shared);
    effects.push(change(screen, shared, ProfileEdit::Delete { identity }).1);
    effects
}

fn change(screen: &mut Compose, shared: &SharedState, edit: ProfileEdit) -> (Generation, Effect) {
    let generation = screen.generations.fresh();
    let preferred = shared.profile_identity();
    (generation, Effect::Task(Task::EditProfile { generation, edit: Box::new(edit), preferred }))
}

pub(super) fn press(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
    let Dialog::Profile(form) = &mut dialog else { return super::keep_open(screen, dialog) };
    if key.code == KeyCode::Esc {
        // If the form has edits, the first Esc keeps it open, so that the edits are not lost by accident.
        if form.saving.is_none() && !form.is_leaving && form.is_modified() {
            form.is_leaving = true;
            shared.show_notice("not saved: ^S saves the profile, Esc again drops the edits");
            return super::keep_open(screen, dialog);
        }
        return close(screen, shared);
    }
    if key == (Key { ctrl: true, ..Key::char('s') }) {
        return save(screen, shared, dialog);
    }
    edit(screen, shared, dialog, |form| form.press(key))
}

/// Runs an input of the form, unless a save is pending.
pub(crate) fn edit(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    input: impl FnOnce(&mut Form) -> FormOutcome,
) -> Vec<Effect> {
    let Dialog::Profile(profile) = &mut dialog else { return super::keep_open(screen, dialog) };
    // The form does not change while it is being saved, because it closes after the save.
    if profile.saving.is_some() {
        return super::keep_open(screen, dialog);
    }
    profile.is_leaving = false;
    let outcome = input(&mut profile.form);
    profile.follow_outcome(&outcome);
    match outcome {
        FormOutcome::Pressed(_) => return save(screen, shared, dialog),
        FormOutcome::Submitted => {
            profile.form.step(1);
        }
        FormOutcome::Changed | FormOutcome::Ignored | FormOutcome::Moved => {}
    }
    super::keep_open(screen, dialog)
}

fn save(screen: &mut Compose, shared: &mut SharedState, mut dialog: Dialog) -> Vec<Effect> {
    let Dialog::Profile(profile) = &mut dialog else { return super::keep_open(screen, dialog) };
    if profile.saving.is_some() {
        return super::keep_open(screen, dialog);
    }
    let edit = profile.edit();
    let error = profile.form.first_error();
    let effects = match edit {
        Some(edit) => {
            let (generation, effect) = change(screen, shared, edit);
            profile.saving = Some(generation);
            vec![effect]
        }
        None => shared.only_error(format!("not saved: {}", error.unwrap_or_default())),
    };
    screen.dialog = Some(dialog);
    effects
}

/// Handles the result of a change. After a success, the changed profile is the preview's profile. After an error, the
/// form stays open with its edits.
pub(crate) fn edited(
    screen: &mut Compose,
    shared: &mut SharedState,
    generation: Generation,
    result: Result<ProfileEdited, String>,
) -> Vec<Effect> {
    let is_awaited = matches!(&screen.dialog, Some(Dialog::Profile(form)) if form.saving == Some(generation));
    let edited = match result {
        Ok(edited) => edited,
        Err(error) => {
            match &mut screen.dialog {
                Some(Dialog::Profile(form)) if is_awaited => form.end_saving(error),
                _ => shared.show_error(format!("the profile was not changed: {error}")),
            }
            return Vec::new();
        }
    };
    let (context, deleted) = (edited.context, edited.deleted);
    shared.people.vocabulary = Some(context.vocabulary);
    shared.people.load_error = None;
    let name = |profile: &Profile| shorten(profile.display_name(), NAME_CHARS).into_owned();
    match (&deleted, &context.profile) {
        (Some(profile), _) => {
            shared.show_notice(format!("deleted the profile {}; F7 can bring it back", name(profile)));
            screen.deleted_profiles.push(Arc::clone(profile));
        }
        (None, Some(profile)) => {
            shared.show_notice(format!("saved the profile {}", name(profile)));
            screen.deleted_profiles.retain(|deleted| deleted.identity != profile.identity);
        }
        (None, None) => {}
    }
    shared.people.profile = context.profile;
    screen.preview.scroll = 0;
    let mut effects: Vec<Effect> = screen.compose(shared).into_iter().collect();
    effects.push(screen.check_campaigns(shared));
    match &screen.dialog {
        Some(Dialog::Profile(_)) if is_awaited => {
            screen.dialog = None;
            effects.extend(close(screen, shared));
        }
        Some(Dialog::Listing(listing)) if listing.kind == ListKind::Profiles => {
            let search = listing.picker.field.text();
            effects.extend(actions::search_profiles(screen, &search));
        }
        Some(Dialog::Test(_)) => effects.extend(actions::prepare_test(screen, shared)),
        _ => {}
    }
    effects
}
