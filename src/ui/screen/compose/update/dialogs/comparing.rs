//! Handles keys in the dialog "Parse modes" (F6). Only Enter changes the body: it converts the body to the chosen parse
//! mode, as one undo step. The other keys only move in the dialog or close it.

use crate::service::ConvertedMessage;
use crate::ui::screen::compose::{
    Compose, Dialog,
    update::dialogs::{close, keep_open},
    update::{actions, keys, quick_fix},
};
use crate::ui::shared::{Action, Effect, SharedState};
use crate::ui::widget::{Key, KeyCode, dialog::content_area};

pub(super) fn press_in_compare(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
    let room = content_area(dialog.area(shared.area()));
    let Dialog::Compare(compare) = &mut dialog else { return keep_open(screen, dialog) };
    let n = compare.n_modes().max(1);
    match key.code {
        KeyCode::Esc => return close(screen, shared),
        KeyCode::Left => compare.chosen = (compare.chosen + n - 1) % n,
        KeyCode::Right | KeyCode::Tab => compare.chosen = (compare.chosen + 1) % n,
        KeyCode::Enter => return convert(screen, shared, dialog),
        code => {
            // `CompareDialog::follow` limits the scroll position to the content.
            let rows = code.rows(compare.page(room)).unwrap_or(0);
            compare.scroll = compare.scroll.saturating_add_signed(rows);
        }
    }
    keep_open(screen, dialog)
}

/// Converts the body to the chosen mode, as one undo step. If the body cannot be converted, shows the reason and moves
/// the cursor to the place in the body that prevents the conversion.
fn convert(screen: &mut Compose, shared: &mut SharedState, dialog: Dialog) -> Vec<Effect> {
    let Dialog::Compare(compare) = &dialog else { return keep_open(screen, dialog) };
    let Some((mode, outcome)) = compare.chosen() else { return keep_open(screen, dialog) };
    match outcome {
        Err(refusal) => {
            quick_fix::go_to(screen, refusal.span);
            shared.only_error(refusal.message.clone())
        }
        Ok(_) if compare.current_mode() == Some(*mode) => {
            shared.only_notice(format!("the body is already {}", mode.as_str()))
        }
        Ok(ConvertedMessage { conversion, .. }) => {
            if shared.read_only.is_some() {
                return actions::refuse_to_edit(shared);
            }
            if let Some(buffer) = screen.buffer_mut() {
                buffer.replace_all(&conversion.body);
            }
            let way = keys::way(screen, shared, Action::Undo);
            shared.show_notice(format!("converted to {}; {way} undoes it", mode.as_str()));
            let mut effects: Vec<Effect> = screen.compose(shared).into_iter().collect();
            effects.extend(screen.journal_soon(shared));
            effects
        }
    }
}
