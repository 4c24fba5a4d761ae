//! A minimal screen for tests of the app. It implements only the required methods of [`Screen`], so it also serves as a
//! template for a new screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::shared::{Action, Cursor, Effect, KeyContext, Msg, Screen, ScreenFocus, SharedState};
use crate::ui::widget::draw;

#[derive(Debug, Default)]
pub(crate) struct Empty {
    area: Rect,
    pressed: usize,
}

impl Screen for Empty {
    fn start(&mut self, _shared: &mut SharedState) -> Vec<Effect> {
        Vec::new()
    }

    fn update(&mut self, _shared: &mut SharedState, message: Msg) -> Vec<Effect> {
        self.pressed += usize::from(matches!(message, Msg::Input(_)));
        Vec::new()
    }

    fn act(&mut self, shared: &mut SharedState, action: Action) -> Vec<Effect> {
        shared.only_notice(action.row().title)
    }

    fn prepare_view(&mut self, _shared: &mut SharedState, area: Rect) -> Vec<Effect> {
        self.area = area;
        Vec::new()
    }

    fn view(&self, shared: &SharedState, buf: &mut Buffer) -> Option<Cursor> {
        let text = format!("{} keys", self.pressed);
        draw::put_line(buf, self.area, self.area.y, &text, shared.theme.text);
        None
    }

    fn focus(&self) -> ScreenFocus {
        let contexts = &[KeyContext::Panes, KeyContext::Anywhere];
        ScreenFocus { title: "Empty", contexts, is_covered: false, actions: &[], keys: Vec::new() }
    }
}
