//! The dialog of F6: comparing changes nothing, converting is one undo step.

use crate::service::Converted;
use crate::ui::screen::compose::{
    Compose, Dialog,
    update::dialogs::{back, keep},
    update::{actions, mending},
};
use crate::ui::shared::{Effect, Shared};
use crate::ui::widget::{Key, KeyCode};

pub(super) fn press_in_compare(
    screen: &mut Compose,
    shared: &mut Shared,
    mut dialog: Dialog,
    key: Key,
) -> Vec<Effect> {
    let Dialog::Compare(compare) = &mut dialog else { return keep(screen, dialog) };
    let n = compare.n_modes().max(1);
    match key.code {
        KeyCode::Esc => return back(screen, shared),
        KeyCode::Left => compare.chosen = (compare.chosen + n - 1) % n,
        KeyCode::Right | KeyCode::Tab => compare.chosen = (compare.chosen + 1) % n,
        KeyCode::Up => compare.scroll = compare.scroll.saturating_sub(1),
        KeyCode::Down => compare.scroll += 1,
        KeyCode::Enter => return convert(screen, shared, dialog),
        _ => {}
    }
    keep(screen, dialog)
}

/// Converts the body to the chosen mode, as one undo step.
fn convert(screen: &mut Compose, shared: &mut Shared, dialog: Dialog) -> Vec<Effect> {
    let Dialog::Compare(compare) = &dialog else { return keep(screen, dialog) };
    let Some((mode, outcome)) = compare.chosen() else { return keep(screen, dialog) };
    match outcome {
        Err(refusal) => {
            mending::go_to(screen, refusal.span);
            shared.just_complain(refusal.message.clone())
        }
        Ok(_) if compare.now() == Some(*mode) => shared.just_say(format!("it is {} already", mode.as_str())),
        Ok(Converted { conversion, .. }) => {
            if shared.read_only.is_some() {
                return actions::refuse_to_edit(shared);
            }
            if let Some(buffer) = screen.buffer_mut() {
                buffer.replace_all(&conversion.body);
            }
            shared.say(format!("converted to {}: ^Z takes it back", mode.as_str()));
            let mut effects: Vec<Effect> = screen.compose(shared).into_iter().collect();
            effects.extend(screen.journal_soon(shared));
            effects
        }
    }
}
