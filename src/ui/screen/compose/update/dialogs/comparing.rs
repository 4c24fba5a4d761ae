//! The dialog of F6: comparing changes nothing, converting is one undo step.

use crate::ui::screen::compose::dialog::Dialog;
use crate::ui::screen::compose::state::App;
use crate::ui::screen::compose::update::dialogs::{back, keep};
use crate::ui::screen::compose::update::{actions, mending};
use crate::ui::shared::effect::Effect;
use crate::ui::widget::key::{Key, KeyCode};

pub(super) fn press_in_compare(app: &mut App, mut dialog: Dialog, key: Key) -> Vec<Effect> {
    let Dialog::Compare(compare) = &mut dialog else { return keep(app, dialog) };
    let n = compare.columns.len().max(1);
    match key.code {
        KeyCode::Esc => return back(app),
        KeyCode::Left => compare.chosen = (compare.chosen + n - 1) % n,
        KeyCode::Right | KeyCode::Tab => compare.chosen = (compare.chosen + 1) % n,
        KeyCode::Up => compare.scroll = compare.scroll.saturating_sub(1),
        KeyCode::Down => compare.scroll += 1,
        KeyCode::Enter => return convert(app, dialog),
        _ => {}
    }
    keep(app, dialog)
}

/// Converts the body to the chosen mode, as one undo step.
fn convert(app: &mut App, dialog: Dialog) -> Vec<Effect> {
    let Dialog::Compare(compare) = &dialog else { return keep(app, dialog) };
    let Some(column) = compare.column() else { return Vec::new() };
    match &column.conversion {
        Err(refusal) => {
            mending::go_to(app, refusal.span);
            app.complain(refusal.message.clone());
            Vec::new()
        }
        Ok(_) if compare.now == Some(column.mode) => {
            app.say(format!("it is {} already", column.mode.as_str()));
            Vec::new()
        }
        Ok(conversion) => {
            if app.read_only.is_some() {
                return actions::refuse_to_edit(app);
            }
            if let Some(buffer) = app.buffer_mut() {
                buffer.replace_all(&conversion.body);
            }
            app.say(format!("converted to {}: ^Z takes it back", column.mode.as_str()));
            let mut effects = vec![app.compose()];
            effects.extend(app.journal_soon());
            effects
        }
    }
}
