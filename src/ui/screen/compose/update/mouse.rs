//! The mouse: whatever one points at.

use ratatui::layout::{Position, Rect};

use crate::editor::Command;
use crate::ui::screen::compose::{
    Compose, Dialog, Focus, Pane, completion, hover,
    pane::{campaigns, preview, problems},
    update::{actions, dialogs, keys, mending, typing, vim},
    view,
};
use crate::ui::shared::{Effect, Shared};
use crate::ui::widget::{Filled, Key, KeyCode, Mouse, MouseKind, draw::inside};

pub fn point(screen: &mut Compose, shared: &mut Shared, mouse: Mouse) -> Vec<Effect> {
    let area = Rect::new(0, 0, shared.size.0, shared.size.1);
    if let Some(dialog) = screen.dialog.take() {
        return point_at_dialog(screen, shared, dialog, mouse, area);
    }
    if matches!(mouse.kind, MouseKind::Down { .. } | MouseKind::Ask | MouseKind::Scroll(_)) {
        screen.hover = None;
    }
    let pane = screen.plan.pane_at(mouse.x, mouse.y);
    match mouse.kind {
        MouseKind::Scroll(lines) => scroll(screen, shared, pane, lines.into()),
        MouseKind::Drag => match screen.drag {
            Some(Pane::Body) => point_at_body(screen, shared, mouse, Command::Drag),
            _ => Vec::new(),
        },
        MouseKind::Ask => ask(screen, shared, pane, mouse),
        MouseKind::Up => {
            screen.drag = None;
            Vec::new()
        }
        MouseKind::Down { clicks } => {
            shared.notice = None;
            let tabs = screen.plan.tabs.filter(|tabs| tabs.y == mouse.y);
            if let Some(pane) = tabs.and_then(|tabs| view::tab_at(screen, tabs, mouse.x)) {
                screen.focus = Focus::enter(pane);
                return Vec::new();
            }
            let Some((pane, area)) = pane.and_then(|pane| Some((pane, screen.plan.pane(pane)?))) else {
                return Vec::new();
            };
            press(screen, shared, pane, area, mouse, clicks)
        }
    }
}

fn press(
    screen: &mut Compose,
    shared: &mut Shared,
    pane: Pane,
    area: Rect,
    mouse: Mouse,
    clicks: u8,
) -> Vec<Effect> {
    screen.completion = screen.completion.take().filter(|_| pane == Pane::Body);
    // A list shows the chosen row whole once one is in it: what was clicked is told before.
    let problem = problems::at_line(screen, shared, area, mouse.y).filter(|_| pane == Pane::Problems);
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
        Pane::Webhook => match screen.webhook.point(mouse, inside(area)) {
            Filled::Changed => screen.compose_with_webhook(shared).into_iter().collect(),
            Filled::Pressed(_) => screen.check_or_ask(shared),
            Filled::Ignored | Filled::Moved | Filled::Submitted => Vec::new(),
        },
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
                screen.problem = at;
                mending::go_to_problem(screen, shared)
            }
            None => Vec::new(),
        },
    }
}

/// Says what stands in the body where the mouse asks; the cursor stays where it is.
fn ask(screen: &mut Compose, shared: &mut Shared, pane: Option<Pane>, mouse: Mouse) -> Vec<Effect> {
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
    shared: &mut Shared,
    mouse: Mouse,
    command: fn(usize) -> Command,
) -> Vec<Effect> {
    let Some(area) = crate::ui::screen::compose::update::body_area(screen) else { return Vec::new() };
    let at = screen.body_view(shared).map(|view| view.byte_at(area, Position { x: mouse.x, y: mouse.y }));
    let effects = at.map_or_else(Vec::new, |at| typing::apply(screen, shared, command(at)));
    vim::adopt(screen);
    effects
}

fn point_at_preview(screen: &mut Compose, shared: &mut Shared, area: Rect, mouse: Mouse) -> Vec<Effect> {
    let place = match preview::hit(screen, area, mouse.x, mouse.y) {
        Some(preview::Hit::Spoiler) => {
            screen.preview.options.reveal_spoilers = true;
            None
        }
        Some(preview::Hit::Toggle) => {
            screen.preview.options.expand_quotes ^= true;
            None
        }
        Some(preview::Hit::Place(place)) => Some(place),
        None => None,
    };
    let Some(place) = place else { return Vec::new() };
    screen.focus = Focus::enter(Pane::Body);
    let effects = typing::apply(screen, shared, Command::Click(place.start));
    vim::adopt(screen);
    screen.outline(place);
    effects
}

fn point_at_picker(screen: &mut Compose, shared: &mut Shared, mouse: Mouse) -> Option<Vec<Effect>> {
    let rows = completion::plan(screen, shared)?.rows;
    if !rows.contains((mouse.x, mouse.y).into()) {
        return None;
    }
    let at = completion::row_at(screen, rows, mouse.y)?;
    let session = screen.completion.as_mut()?;
    session.chosen = at;
    session.armed = true;
    Some(typing::accept(screen, shared))
}

fn scroll(screen: &mut Compose, shared: &mut Shared, pane: Option<Pane>, by: isize) -> Vec<Effect> {
    match pane {
        Some(Pane::Body) => keys::scroll_body(screen, shared, by),
        Some(Pane::Preview) => keys::scroll_preview(screen, by),
        Some(Pane::Campaigns) => keys::step_campaign(screen, shared, by.signum()),
        Some(Pane::Problems) => {
            let last = screen.problems().len().saturating_sub(1);
            screen.problem = screen.problem.saturating_add_signed(by.signum()).min(last);
            Vec::new()
        }
        Some(Pane::Webhook) | None => Vec::new(),
    }
}

fn point_at_dialog(
    screen: &mut Compose,
    shared: &mut Shared,
    mut dialog: Dialog,
    mouse: Mouse,
    whole: Rect,
) -> Vec<Effect> {
    let area = dialog.area(whole);
    let is_click = matches!(mouse.kind, MouseKind::Down { .. });
    if is_click && !area.contains((mouse.x, mouse.y).into()) {
        screen.dialog = Some(dialog);
        return dialogs::press(screen, shared, Key::plain(KeyCode::Esc));
    }
    match &mut dialog {
        Dialog::Listing(listing) => {
            let picked = listing.point(mouse, whole);
            return dialogs::picked_in(screen, shared, dialog, picked);
        }
        Dialog::Settings(settings) => {
            let room = inside(area);
            let form = Rect {
                x: room.x + 1,
                y: room.y + 1,
                width: room.width.saturating_sub(2),
                height: room.height.saturating_sub(1),
            };
            if settings.form.point(mouse, form) == Filled::Changed {
                settings.check();
            }
        }
        Dialog::Confirm(confirm) => {
            if let Some(decision) = confirm.point(mouse, whole) {
                return dialogs::decide(screen, shared, decision);
            }
        }
        Dialog::Test(test) => {
            if let MouseKind::Scroll(lines) = mouse.kind {
                test.scroll = test.scroll.saturating_add_signed(lines.into());
            }
        }
        Dialog::Compare(compare) => {
            if let MouseKind::Scroll(lines) = mouse.kind {
                compare.scroll = compare.scroll.saturating_add_signed(lines.into());
            }
        }
        Dialog::Prompt(_) => {}
    }
    screen.dialog = Some(dialog);
    Vec::new()
}
