//! Draws pane 1: the list of campaigns, with marks for problems and unsaved edits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::diagnostic::Severity;
use crate::ui::screen::compose::{Compose, Pane, pane::frame};
use crate::ui::shared::SharedState;
use crate::ui::widget::{FuzzyQuery, draw};
use crate::workspace::CampaignFiles;

pub(crate) fn draw(
    screen: &Compose,
    shared: &SharedState,
    area: Rect,
    buf: &mut Buffer,
) -> Option<(u16, u16)> {
    let (campaigns, shown) = (&shared.workspace.campaigns, screen.derived.shown_campaigns());
    let title = screen.list_title(Pane::Campaigns, shown.len(), campaigns.len());
    let inside = frame(screen, shared, Pane::Campaigns, &title, area, buf);
    let (room, line) = screen.split_filter_line(Pane::Campaigns, inside);
    draw_list(screen, shared, room, buf);
    screen.draw_filter_line(Pane::Campaigns, line?, &shared.theme, buf)
}

fn draw_list(screen: &Compose, shared: &SharedState, room: Rect, buf: &mut Buffer) {
    let (campaigns, shown) = (&shared.workspace.campaigns, screen.derived.shown_campaigns());
    if campaigns.is_empty() {
        for (line, y) in draw::wrap(
            "No campaigns yet. Press n to create one, S for the set-up guide.",
            usize::from(room.width),
        )
        .iter()
        .zip(room.y..room.bottom())
        {
            draw::put_line(buf, room, y, line, shared.theme.dim);
        }
        return;
    }
    if shown.is_empty() {
        draw::put_line(buf, room, room.y, "No matching campaign", shared.theme.dim);
    }
    let highlighted = highlighted(screen, shared);
    let top = first_shown(screen, shared, room.height);
    for (at, y) in shown.iter().skip(top).zip(room.y..room.bottom()) {
        let Some(campaign) = campaigns.get(*at) else { continue };
        let is_open = highlighted == Some(*at);
        let line = Rect { y, height: 1, ..room };
        let style = match (is_open, screen.focus.pane == Pane::Campaigns) {
            (true, true) => shared.theme.chosen,
            (true, false) => shared.theme.chosen_unfocused,
            (false, _) => shared.theme.text,
        };
        let is_chosen = is_open && screen.focus.pane == Pane::Campaigns;
        if is_chosen {
            draw::fill(buf, line, style);
        }
        let mut x = line.x;
        for (mark, mark_style) in marks(screen, shared, campaign) {
            x = draw::put(buf, line, x, y, mark, if is_chosen { style } else { style.patch(mark_style) });
        }
        // A name without marks still leaves room for one mark, so that it is aligned with the names that have one mark.
        let x = (x + 1).max(line.x + 2).min(line.right());
        let rest = Rect { x, width: line.right() - x, ..line };
        draw::put_line(buf, rest, y, &campaign.stem, style);
    }
}

/// Returns the marks in front of a campaign. One mark is shown if the most severe problem of the campaign is an error
/// or a warning. Another mark is shown if the campaign has unsaved edits.
fn marks(
    screen: &Compose,
    shared: &SharedState,
    campaign: &CampaignFiles,
) -> impl Iterator<Item = (&'static str, Style)> {
    let is_open = screen.open.as_deref() == Some(campaign.stem.as_str()) && screen.composed().is_some();
    // If the open campaign has been composed, its visible problems count. For any other campaign, the result of the
    // last check of all campaigns counts.
    let in_message =
        if is_open { screen.derived.worst_severity() } else { screen.campaign_statuses.of(&campaign.stem) };
    let in_files = campaign.source.problems.iter().chain(&campaign.body.problems);
    let worst = in_files.map(|problem| problem.severity).max().max(in_message);
    let problem_mark = match worst {
        Some(Severity::Error) => Some(("✘", shared.theme.error)),
        Some(Severity::Warning) => Some(("!", shared.theme.warning)),
        Some(Severity::Info) | None => None,
    };
    let unsaved_mark = screen.is_unsaved(&campaign.stem).then_some(("●", shared.theme.warning));
    problem_mark.into_iter().chain(unsaved_mark)
}

/// Returns whether the stem or the name of a campaign matches a filter.
pub(crate) fn passes(query: &mut FuzzyQuery, campaign: &CampaignFiles) -> bool {
    query.score(&campaign.stem).or_else(|| query.score(campaign.display_name())).is_some()
}

/// Returns the index of the highlighted campaign: the open campaign, unless a filter hides it. While such a filter is
/// being typed, the first campaign that it shows is highlighted, and Enter opens that campaign. Once the filter is
/// kept, `None`.
pub(crate) fn highlighted(screen: &Compose, shared: &SharedState) -> Option<usize> {
    let shown = screen.derived.shown_campaigns();
    let open = screen.open_index(shared).filter(|open| shown.binary_search(open).is_ok());
    let first = || shown.first().copied().filter(|_| screen.typed_filter() == Some(Pane::Campaigns));
    open.or_else(first)
}

/// Returns how many rows the list on screen has.
pub(crate) fn page(screen: &Compose, area: Rect) -> usize {
    screen.split_filter_line(Pane::Campaigns, draw::inside(area)).0.height.into()
}

/// Returns the index, in the filtered list, of the first campaign on screen. In a long list, the highlighted campaign
/// is in the middle of the pane, except near the ends of the list.
fn first_shown(screen: &Compose, shared: &SharedState, height: u16) -> usize {
    let (height, shown) = (usize::from(height), screen.derived.shown_campaigns());
    let at = highlighted(screen, shared).and_then(|at| shown.binary_search(&at).ok());
    at.unwrap_or(0).saturating_sub(height / 2).min(shown.len().saturating_sub(height))
}

pub(crate) fn at_line(screen: &Compose, shared: &SharedState, area: Rect, y: u16) -> Option<String> {
    let (room, _) = screen.split_filter_line(Pane::Campaigns, draw::inside(area));
    let line = y.checked_sub(room.y).filter(|line| *line < room.height)?;
    let at = first_shown(screen, shared, room.height) + usize::from(line);
    let campaign = shared.workspace.campaigns.get(*screen.derived.shown_campaigns().get(at)?)?;
    Some(campaign.stem.clone())
}
