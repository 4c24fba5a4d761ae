//! A screen with nothing on it: what a new screen takes, kept true by the compiler.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::shared::{Action, Context, Cursor, Effect, Msg, Place, Screen, Shared};
use crate::ui::widget::draw;

#[derive(Debug, Default)]
pub struct Empty {
    area: Rect,
    pressed: usize,
}

impl Screen for Empty {
    fn start(&mut self, _shared: &mut Shared) -> Vec<Effect> {
        Vec::new()
    }

    fn update(&mut self, _shared: &mut Shared, message: Msg) -> Vec<Effect> {
        self.pressed += usize::from(matches!(message, Msg::Input(_)));
        Vec::new()
    }

    fn act(&mut self, shared: &mut Shared, action: Action) -> Vec<Effect> {
        shared.just_say(action.row().title)
    }

    fn follow(&mut self, _shared: &mut Shared, area: Rect) -> Vec<Effect> {
        self.area = area;
        Vec::new()
    }

    fn view(&self, shared: &Shared, buf: &mut Buffer) -> Option<Cursor> {
        let words = format!("{} keys", self.pressed);
        draw::put_line(buf, self.area, self.area.y, &words, shared.theme.text);
        None
    }

    fn place(&self) -> Place {
        let contexts = &[Context::Panes, Context::Anywhere];
        Place { title: "Empty", contexts, is_covered: false, keys: Vec::new() }
    }
}
