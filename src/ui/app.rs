//! The console: what the screens share, and the screens.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::screen::compose::layout::Layout;
use crate::ui::screen::compose::{self, Compose};
use crate::ui::shared::effect::Effect;
use crate::ui::shared::msg::Msg;
use crate::ui::shared::{Shared, UiSettings};
use crate::ui::widget::hyperlinks::Link;
use crate::ui::widget::theme::Theme;
use crate::workspace::Workspace;

/// The console.
#[derive(Debug)]
pub struct App {
    /// What every screen needs.
    pub shared: Shared,
    /// The screen.
    pub compose: Compose,
}

impl App {
    /// Opens a workspace.
    pub fn new(workspace: Arc<Workspace>, theme: Theme, settings: UiSettings) -> Self {
        let shared = Shared::new(workspace, theme, settings);
        let compose = Compose::new(&shared);
        Self { shared, compose }
    }

    /// Takes the terminal's size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.shared.size = (columns, rows);
        compose::update::show_cursor(&mut self.compose, &mut self.shared);
    }

    /// Returns what the console asks for when it starts, after the first frame.
    pub fn start(&mut self) -> Vec<Effect> {
        self.compose.start(&self.shared)
    }
}

/// Takes a message; returns what is to be done in the world.
pub fn update(app: &mut App, message: Msg) -> Vec<Effect> {
    compose::update::update(&mut app.compose, &mut app.shared, message)
}

/// Plans the screen.
pub fn layout(app: &App, area: Rect) -> Layout {
    compose::layout::layout(&app.compose, &app.shared, area)
}

/// Draws everything; returns the cursor's cell where one types.
pub fn view(app: &App, plan: &Layout, buf: &mut Buffer) -> Option<(u16, u16)> {
    compose::view::view(&app.compose, &app.shared, plan, buf)
}

/// Returns the cells that lead to addresses; none while something lies over the panes.
pub fn links(app: &App, plan: &Layout) -> Vec<Link> {
    compose::view::links(&app.compose, &app.shared, plan)
}
