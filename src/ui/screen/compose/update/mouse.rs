//! Handles mouse input: clicks, drags, and the wheel. If a dialog is open, it gets all mouse input. Otherwise, clicks
//! and the wheel go to the pane under the pointer, and a drag goes to the pane in which it started.

use ratatui::layout::{Position, Rect};

use crate::editor::Command;
use crate::ui::screen::compose::{
    Compose, Dialog, Focus, Pane, completion,
    dialog::webhook::form_area,
    hover,
    pane::{campaigns, preview, problems},
    update::dialogs::{profiles, webhook},
    update::{actions, dialogs, keys, lists, quick_fix, typing, vim},
    view,
};
use crate::ui::shared::{Action, Effect, SharedState};
use crate::ui::widget::{FormOutcome, Key, KeyCode, Mouse, MouseKind, dialog::content_area};

pub(crate) fn point(screen: &mut Compose, shared: &mut SharedState, mouse: Mouse) -> Vec<Effect> {
    let area = shared.area();
    if let Some(dialog) = screen.dialog.take() {
        return point_at_dialog(screen, shared, dialog, mouse, area);
    }
    if matches!(mouse.kind, MouseKind::Down { .. } | MouseKind::RightDown | MouseKind::Scroll(_)) {
        screen.hover = None;
        screen.has_format_row = false;
    }
    let pane = screen.layout.pane_at(mouse.x, mouse.y);
    match mouse.kind {
        MouseKind::Scroll(lines) => scroll(screen, shared, pane, lines.into()),
        MouseKind::Drag => match screen.drag {
            Some(Pane::Body) => point_at_body(screen, shared, mouse, Command::Drag),
            _ => Vec::new(),
        },
        MouseKind::RightDown => show_info(screen, shared, pane, mouse),
        MouseKind::Up => {
            screen.drag = None;
            Vec::new()
        }
        MouseKind::Down { clicks } => {
            shared.notice = None;
            screen.close_filter_lines();
            let tabs = screen.layout.tabs.filter(|tabs| tabs.y == mouse.y);
            if tabs.is_some_and(|tabs| view::is_zoom_label(screen, shared, tabs, mouse.x)) {
                screen.is_zoomed = false;
                return Vec::new();
            }
            if let Some(pane) = tabs.and_then(|tabs| view::tab_at(screen, shared, tabs, mouse.x)) {
                screen.focus = Focus::enter(pane);
                return Vec::new();
            }
            let Some((pane, area)) = pane.and_then(|pane| Some((pane, screen.layout.pane(pane)?))) else {
                return Vec::new();
            };
            let is_tab = pane == Pane::Preview && preview::tab_at(screen, area, mouse.x, mouse.y).is_some();
            if clicks == 2 && mouse.y == area.y && !is_tab {
                screen.focus = Focus::select(pane);
                return actions::act(screen, shared, Action::Zoom);
            }
            press(screen, shared, pane, area, mouse, clicks)
        }
    }
}

fn press(
    screen: &mut Compose,
    shared: &mut SharedState,
    pane: Pane,
    area: Rect,
    mouse: Mouse,
    clicks: u8,
) -> Vec<Effect> {
    screen.completion = screen.completion.take().filter(|_| pane == Pane::Body);
    // The problem under the pointer is looked up before the focus changes. Once the pane of problems has the focus, it
    // shows the chosen problem in full, and the other problems move to other rows.
    let problem = problems::at_line(screen, shared, area, mouse.y).filter(|_| pane == Pane::Problems);
    let had_focus = screen.focus.pane == pane;
    screen.focus = Focus::enter(pane);
    match pane {
        Pane::Campaigns => match campaigns::at_line(screen, shared, area, mouse.y) {
            Some(stem) => {
                let effects = actions::open(screen, shared, &stem);
                if 2 <= clicks {
                    screen.focus = Focus::enter(Pane::Body);
                }
                effects
            }
            None => Vec::new(),
        },
        // As in the other panes, the first click focuses the pane. It opens nothing, because it may be an accident.
        Pane::Webhook if had_focus || 2 <= clicks => webhook::open(screen, shared),
        Pane::Webhook => Vec::new(),
        Pane::Body => {
            screen.drag = Some(Pane::Body);
            if let Some(effects) = point_at_picker(screen, shared, mouse) {
                return effects;
            }
            screen.completion = None;
            let command = match (clicks, mouse.shift) {
                (1, true) => Command::ExtendClick,
                (1, false) => Command::Click,
                (2, _) => Command::DoubleClick,
                _ => Command::TripleClick,
            };
            point_at_body(screen, shared, mouse, command)
        }
        Pane::Preview => match preview::tab_at(screen, area, mouse.x, mouse.y) {
            Some(tab) => {
                screen.preview.tab = tab;
                screen.preview.scroll = 0;
                Vec::new()
            }
            None => point_at_preview(screen, shared, area, mouse),
        },
        Pane::Problems => match problem {
            Some(at) => {
                screen.chosen_problem = at;
                quick_fix::go_to_problem(screen, shared)
            }
            None => Vec::new(),
        },
    }
}

/// Opens the info box for the body text under the pointer, without moving the cursor.
fn show_info(
    screen: &mut Compose,
    shared: &mut SharedState,
    pane: Option<Pane>,
    mouse: Mouse,
) -> Vec<Effect> {
    screen.completion = None;
    let area = crate::ui::screen::compose::update::body_area(screen).filter(|_| pane == Some(Pane::Body));
    let cell = Position { x: mouse.x, y: mouse.y };
    let at = area.and_then(|area| Some(screen.body_view(shared)?.byte_at(area, cell)));
    if let Some(at) = at {
        hover::open(screen, shared, at);
    }
    Vec::new()
}

fn point_at_body(
    screen: &mut Compose,
    shared: &mut SharedState,
    mouse: Mouse,
    command: fn(usize) -> Command,
) -> Vec<Effect> {
    let Some(area) = crate::ui::screen::compose::update::body_area(screen) else { return Vec::new() };
    let at = screen.body_view(shared).map(|view| view.byte_at(area, Position { x: mouse.x, y: mouse.y }));
    let effects = at.map_or_else(Vec::new, |at| typing::apply(screen, shared, command(at)));
    vim::adopt(screen);
    effects
}

fn point_at_preview(screen: &mut Compose, shared: &mut SharedState, area: Rect, mouse: Mouse) -> Vec<Effect> {
    let span = match preview::hit(screen, area, mouse.x, mouse.y) {
        Some(preview::PreviewHit::Spoiler) => {
            screen.preview.options.reveal_spoilers = true;
            None
        }
        Some(preview::PreviewHit::QuoteToggle) => {
            screen.preview.options.expand_quotes ^= true;
            None
        }
        Some(preview::PreviewHit::BodySpan(span)) => Some(span),
        None => None,
    };
    let Some(span) = span else { return Vec::new() };
    screen.focus = Focus::enter(Pane::Body);
    let effects = typing::apply(screen, shared, Command::Click(span.start));
    vim::adopt(screen);
    screen.outline(span);
    effects
}

fn point_at_picker(screen: &mut Compose, shared: &mut SharedState, mouse: Mouse) -> Option<Vec<Effect>> {
    let rows = completion::picker_layout(screen, shared)?.rows;
    if !rows.contains((mouse.x, mouse.y).into()) {
        return None;
    }
    let at = completion::row_at(screen, rows, mouse.y)?;
    let session = screen.completion.as_mut()?;
    session.chosen = at;
    session.armed = true;
    Some(typing::accept(screen, shared))
}

fn scroll(screen: &mut Compose, shared: &mut SharedState, pane: Option<Pane>, by: isize) -> Vec<Effect> {
    match pane {
        Some(Pane::Body) => keys::scroll_body(screen, shared, by),
        Some(Pane::Preview) => keys::scroll_preview(screen, by),
        // A wheel event reports several lines but moves by only one campaign, because each step opens and composes a
        // campaign.
        Some(Pane::Campaigns) => lists::step_campaign(screen, shared, by.signum()),
        Some(Pane::Problems) => {
            lists::step_problem(screen, by.signum());
            Vec::new()
        }
        Some(Pane::Webhook) | None => Vec::new(),
    }
}

fn point_at_dialog(
    screen: &mut Compose,
    shared: &mut SharedState,
    mut dialog: Dialog,
    mouse: Mouse,
    screen_area: Rect,
) -> Vec<Effect> {
    let area = dialog.area(screen_area);
    let is_click = matches!(mouse.kind, MouseKind::Down { .. });
    // A click outside the dialog is the same as Esc.
    if is_click && !area.contains((mouse.x, mouse.y).into()) {
        screen.dialog = Some(dialog);
        return dialogs::press(screen, shared, Key::plain(KeyCode::Esc));
    }
    match &mut dialog {
        Dialog::Listing(listing) => {
            let picked = listing.point(mouse, screen_area);
            return dialogs::handle_picked(screen, shared, dialog, picked);
        }
        Dialog::Settings(settings) => {
            let form = settings.form_area(area);
            if settings.form.point(mouse, form) == FormOutcome::Changed {
                settings.check();
            }
        }
        Dialog::Webhook => {
            let form_area = form_area(screen_area);
            return webhook::edit(screen, shared, |form| form.point(mouse, form_area));
        }
        Dialog::Profile(_) => {
            let room = content_area(area);
            return profiles::edit(screen, shared, dialog, |form| form.point(mouse, room));
        }
        Dialog::Confirm(confirm) => {
            if let Some(decision) = confirm.point(mouse, screen_area) {
                return dialogs::decide(screen, shared, decision);
            }
        }
        Dialog::Test(test) => {
            if let MouseKind::Scroll(lines) = mouse.kind {
                test.scroll = test.scroll.saturating_add_signed(lines.into());
            }
        }
        Dialog::PastTest(test) => {
            if let MouseKind::Scroll(lines) = mouse.kind {
                test.scroll = test.scroll.saturating_add_signed(lines.into());
            }
        }
        Dialog::Compare(compare) => {
            if let MouseKind::Scroll(lines) = mouse.kind {
                compare.scroll = compare.scroll.saturating_add_signed(lines.into());
            }
        }
        Dialog::Setup(setup) if !setup.is_waiting() => {
            let form = setup.form_area(area, &screen.bot);
            let outcome = setup.form.point(mouse, form);
            return dialogs::setting_up::handle(screen, shared, dialog, outcome);
        }
        Dialog::Prompt(_) | Dialog::Setup(_) => {}
    }
    screen.dialog = Some(dialog);
    Vec::new()
}
