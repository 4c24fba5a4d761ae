//! The mouse: whatever one points at.

use ratatui::layout::{Position, Rect};

use crate::editor::Command;
use crate::ui::screen::compose::completion;
use crate::ui::screen::compose::dialog::Dialog;
use crate::ui::screen::compose::dialog::listing::Listing;
use crate::ui::screen::compose::focus::{Focus, Pane};
use crate::ui::screen::compose::hover;
use crate::ui::screen::compose::layout::{inside, layout};
use crate::ui::screen::compose::pane::{campaigns, preview, problems};
use crate::ui::screen::compose::state::App;
use crate::ui::screen::compose::update::{actions, dialogs, keys, mending, typing, vim};
use crate::ui::screen::compose::view;
use crate::ui::screen::compose::view::HeaderPart;
use crate::ui::shared::effect::Effect;
use crate::ui::widget::form::Filled;
use crate::ui::widget::input::{Mouse, MouseKind};
use crate::ui::widget::key::{Key, KeyCode};

/// Takes a mouse event.
pub fn point(app: &mut App, mouse: Mouse) -> Vec<Effect> {
    let screen = Rect::new(0, 0, app.size.0, app.size.1);
    if let Some(dialog) = app.dialog.take() {
        return point_at_dialog(app, dialog, mouse, screen);
    }
    if matches!(mouse.kind, MouseKind::Down { .. } | MouseKind::Ask | MouseKind::Scroll(_)) {
        app.hover = None;
    }
    let plan = layout(app, screen);
    let pane = plan.pane_at(mouse.x, mouse.y);
    match mouse.kind {
        MouseKind::Scroll(lines) => scroll(app, pane, lines.into()),
        MouseKind::Drag => match app.drag {
            Some(Pane::Body) => point_at_body(app, mouse, Command::Drag),
            _ => Vec::new(),
        },
        MouseKind::Ask => ask(app, pane, mouse),
        MouseKind::Up => {
            app.drag = None;
            Vec::new()
        }
        MouseKind::Down { clicks } => {
            app.notice = None;
            if mouse.y == plan.header.y {
                return match view::header_at(app, plan.header, mouse.x) {
                    Some(HeaderPart::Profile) => {
                        actions::act(app, crate::ui::shared::action::Action::SwitchProfile)
                    }
                    Some(HeaderPart::Sample) => {
                        actions::act(app, crate::ui::shared::action::Action::SampleEvent)
                    }
                    None => Vec::new(),
                };
            }
            if let Some(pane) =
                plan.tabs.filter(|tabs| tabs.y == mouse.y).and_then(|tabs| view::tab_at(app, tabs, mouse.x))
            {
                app.focus = Focus::enter(pane);
                return Vec::new();
            }
            if mouse.y == plan.footer.y {
                let action = view::footer_action_at(app, plan.footer, mouse.x);
                return action.map_or_else(Vec::new, |action| actions::act(app, action));
            }
            let Some((pane, area)) = pane.and_then(|pane| Some((pane, plan.pane(pane)?))) else {
                return Vec::new();
            };
            press(app, pane, area, mouse, clicks)
        }
    }
}

fn press(app: &mut App, pane: Pane, area: Rect, mouse: Mouse, clicks: u8) -> Vec<Effect> {
    app.completion = app.completion.take().filter(|_| pane == Pane::Body);
    // A list shows the chosen row whole once one is in it: what was clicked is told before.
    let problem = problems::at_line(app, area, mouse.y).filter(|_| pane == Pane::Problems);
    app.focus = Focus::enter(pane);
    match pane {
        Pane::Campaigns => match campaigns::at_line(app, area, mouse.y) {
            Some(stem) => {
                let effects = actions::open(app, &stem);
                if 2 <= clicks {
                    app.focus = Focus::enter(Pane::Body);
                }
                effects
            }
            None => Vec::new(),
        },
        Pane::Webhook => match app.webhook.point(mouse, inside(area)) {
            Filled::Changed => vec![app.compose_with_webhook()],
            Filled::Pressed(_) => app.check_or_ask(),
            Filled::Ignored | Filled::Moved | Filled::Submitted => Vec::new(),
        },
        Pane::Body => {
            app.drag = Some(Pane::Body);
            if let Some(effects) = point_at_picker(app, mouse) {
                return effects;
            }
            app.completion = None;
            let command = match (clicks, mouse.shift) {
                (1, true) => Command::ExtendClick,
                (1, false) => Command::Click,
                (2, _) => Command::DoubleClick,
                _ => Command::TripleClick,
            };
            point_at_body(app, mouse, command)
        }
        Pane::Preview => match preview::tab_at(app, area, mouse.x, mouse.y) {
            Some(tab) => {
                app.preview.tab = tab;
                app.preview.scroll = 0;
                Vec::new()
            }
            None => point_at_preview(app, area, mouse),
        },
        Pane::Problems => match problem {
            Some(at) => {
                app.problem = at;
                mending::go_to_problem(app)
            }
            None => Vec::new(),
        },
    }
}

/// Says what stands in the body where the mouse asks; the cursor stays where it is.
fn ask(app: &mut App, pane: Option<Pane>, mouse: Mouse) -> Vec<Effect> {
    app.completion = None;
    let area = crate::ui::screen::compose::update::body_area(app).filter(|_| pane == Some(Pane::Body));
    let cell = Position { x: mouse.x, y: mouse.y };
    let at = area.and_then(|area| Some(app.body_view()?.byte_at(area, cell)));
    if let Some(at) = at {
        hover::open(app, at);
    }
    Vec::new()
}

fn point_at_body(app: &mut App, mouse: Mouse, command: fn(usize) -> Command) -> Vec<Effect> {
    let Some(area) = crate::ui::screen::compose::update::body_area(app) else { return Vec::new() };
    let at = app.body_view().map(|view| view.byte_at(area, Position { x: mouse.x, y: mouse.y }));
    let effects = at.map_or_else(Vec::new, |at| typing::apply(app, command(at)));
    vim::adopt(app);
    effects
}

/// Opens what is closed, and leads from what is open to its place in the body.
fn point_at_preview(app: &mut App, area: Rect, mouse: Mouse) -> Vec<Effect> {
    let place = match preview::hit(app, area, mouse.x, mouse.y) {
        Some(preview::Hit::Spoiler) => {
            app.preview.options.reveal_spoilers = true;
            None
        }
        Some(preview::Hit::Toggle) => {
            app.preview.options.expand_quotes ^= true;
            None
        }
        Some(preview::Hit::Place(place)) => Some(place),
        None => None,
    };
    let Some(place) = place else { return Vec::new() };
    app.focus = Focus::enter(Pane::Body);
    let effects = typing::apply(app, Command::Click(place.start));
    vim::adopt(app);
    app.outline(place);
    effects
}

/// Accepts the row of the picker that was clicked.
fn point_at_picker(app: &mut App, mouse: Mouse) -> Option<Vec<Effect>> {
    let rows = completion::plan(app)?.rows;
    if !rows.contains((mouse.x, mouse.y).into()) {
        return None;
    }
    let at = completion::row_at(app, rows, mouse.y)?;
    let session = app.completion.as_mut()?;
    session.chosen = at;
    session.armed = true;
    Some(typing::accept(app))
}

fn scroll(app: &mut App, pane: Option<Pane>, by: isize) -> Vec<Effect> {
    match pane {
        Some(Pane::Body) => keys::scroll_body(app, by),
        Some(Pane::Preview) => keys::scroll_preview(app, by),
        Some(Pane::Campaigns) => keys::step_campaign(app, by.signum()),
        Some(Pane::Problems) => {
            let last = app.problems().len().saturating_sub(1);
            app.problem = app.problem.saturating_add_signed(by.signum()).min(last);
            Vec::new()
        }
        Some(Pane::Webhook) | None => Vec::new(),
    }
}

fn point_at_dialog(app: &mut App, mut dialog: Dialog, mouse: Mouse, screen: Rect) -> Vec<Effect> {
    let area = dialog.area(screen);
    let is_click = matches!(mouse.kind, MouseKind::Down { .. });
    if is_click && !area.contains((mouse.x, mouse.y).into()) {
        app.dialog = Some(dialog);
        return dialogs::press(app, Key::plain(KeyCode::Esc));
    }
    match &mut dialog {
        Dialog::Listing(listing) => {
            let picked = listing.picker.point(mouse, Listing::rows(area));
            return dialogs::picked_in(app, dialog, picked);
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
        Dialog::Confirm(confirm) if is_click => {
            let button =
                confirm.buttons(area).iter().position(|button| button.contains((mouse.x, mouse.y).into()));
            if let Some(at) = button {
                confirm.chosen = at;
                app.dialog = Some(dialog);
                return dialogs::press(app, Key::plain(KeyCode::Enter));
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
        Dialog::Confirm(_) | Dialog::Prompt(_) => {}
    }
    app.dialog = Some(dialog);
    Vec::new()
}
