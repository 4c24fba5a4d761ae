//! Moves in the lists of two panes (campaigns and problems), and handles the keys of their filter lines.

use crate::ui::screen::compose::{
    Compose, Focus, Pane, derived,
    filter::{ListFilter, step},
    pane::{campaigns, problems},
    update::actions,
};
use crate::ui::shared::{Effect, SharedState};
use crate::ui::widget::{Key, KeyCode, TextField};

/// Moves in the list of a pane by the key's number of rows. Returns `None` if the key does not move in lists, or if the
/// pane has no list.
pub(crate) fn press(
    screen: &mut Compose,
    shared: &mut SharedState,
    pane: Pane,
    code: KeyCode,
) -> Option<Vec<Effect>> {
    let area = screen.layout.pane(pane).unwrap_or_default();
    match pane {
        Pane::Campaigns => {
            let by = code.rows(campaigns::page(screen, area))?;
            Some(step_campaign(screen, shared, by))
        }
        Pane::Problems => {
            let by = code.rows(problems::page(screen, shared, area))?;
            step_problem(screen, by);
            Some(Vec::new())
        }
        Pane::Webhook | Pane::Body | Pane::Preview => None,
    }
}

/// Opens the campaign `by` steps from the highlighted one in the list.
pub(crate) fn step_campaign(screen: &mut Compose, shared: &mut SharedState, by: isize) -> Vec<Effect> {
    let open = screen.open_index(shared);
    let from = campaigns::highlighted(screen, shared).or(open);
    match step(screen.derived.shown_campaigns(), from, by).filter(|to| open != Some(*to)) {
        Some(to) => open_at(screen, shared, to),
        None => Vec::new(),
    }
}

pub(crate) fn step_problem(screen: &mut Compose, by: isize) {
    if let Some(to) = step(screen.derived.shown_problems(), Some(screen.chosen_problem), by) {
        screen.chosen_problem = to;
    }
}

fn open_at(screen: &mut Compose, shared: &mut SharedState, at: usize) -> Vec<Effect> {
    let stem = shared.workspace.campaigns.get(at).map(|campaign| campaign.stem.clone());
    stem.map_or_else(Vec::new, |stem| actions::open(screen, shared, &stem))
}

/// Opens the filter line of the problems if their pane has the focus. With the focus in any other pane, opens the
/// filter line of the campaigns.
pub(crate) fn open_filter(screen: &mut Compose) -> Vec<Effect> {
    let pane = if screen.focus.pane == Pane::Problems { Pane::Problems } else { Pane::Campaigns };
    screen.completion = None;
    screen.focus = Focus::select(pane);
    // The text of a filter that was kept is selected, so that typing replaces it.
    let field = TextField::selected(&screen.filter_text(pane));
    screen.filters.insert(pane, ListFilter { field, is_typed: true });
    Vec::new()
}

/// Handles a key while a filter is being typed. Returns `None` if no filter is being typed, or if the filter line does
/// not use the key.
pub(crate) fn press_in_filter(
    screen: &mut Compose,
    shared: &mut SharedState,
    key: Key,
) -> Option<Vec<Effect>> {
    let pane = screen.typed_filter()?;
    match key.code {
        KeyCode::Esc => clear_filter(screen, pane),
        KeyCode::Enter => return Some(keep_filter(screen, shared, pane)),
        KeyCode::Tab => {
            screen.close_filter_lines();
            return None;
        }
        _ => {
            // With Shift, these keys select text in the line.
            if !key.shift
                && let Some(effects) = press(screen, shared, pane, key.code)
            {
                return Some(effects);
            }
            if !screen.filters.get_mut(&pane)?.field.press(key) {
                return None;
            }
            derived::follow_filters(screen, shared);
        }
    }
    Some(Vec::new())
}

pub(crate) fn paste_in_filter(
    screen: &mut Compose,
    shared: &mut SharedState,
    pane: Pane,
    text: &str,
) -> Vec<Effect> {
    if let Some(filter) = screen.filters.get_mut(&pane) {
        filter.field.paste(text);
        derived::follow_filters(screen, shared);
    }
    Vec::new()
}

pub(crate) fn clear_filter(screen: &mut Compose, pane: Pane) {
    screen.filters.remove(&pane);
}

/// Closes the filter line. If the filter hides the open campaign, opens the highlighted campaign.
fn keep_filter(screen: &mut Compose, shared: &mut SharedState, pane: Pane) -> Vec<Effect> {
    let highlighted = campaigns::highlighted(screen, shared).filter(|_| pane == Pane::Campaigns);
    let to_open = highlighted.filter(|at| screen.open_index(shared) != Some(*at));
    screen.close_filter_lines();
    to_open.map_or_else(Vec::new, |at| open_at(screen, shared, at))
}
