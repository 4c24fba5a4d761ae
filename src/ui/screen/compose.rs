//! Compose: the campaigns, the webhook, the body, its preview and its problems.

pub mod before_error;
pub mod blocks;
pub mod buffer;
pub mod code_colours;
pub mod completion;
pub mod derived;
pub mod dialog;
pub mod focus;
pub mod hints;
pub mod hover;
pub mod knowledge;
pub mod layout;
pub mod linked;
pub mod pane;
pub mod popup;
pub mod sample_event;
pub mod search;
pub mod settling;
pub mod state;
pub mod update;
pub mod verdicts;
pub mod view;
pub mod worst;

pub use buffer::Buffer;
pub use derived::{Derived, Kept};
pub use dialog::{
    Compare, Confirm, Decision, Dialog, ListKind, Listing, Prompt, Purpose, Settings, Start, TestDialog,
    TestState,
};
pub use focus::{Focus, Pane};
pub use hover::HoverBox;
pub use layout::Layout;
pub use linked::Linked;
pub use search::Search;
pub use settling::{Found, Typing};
pub use state::{Compose, Problem};
pub use verdicts::Verdicts;
pub use worst::{ForSome, Worst};

use ratatui::layout::Rect;

use crate::ui::shared::{Action, Cursor, Effect, Entry, HeaderPart, Keys, Msg, Place, Screen, Shared};
use crate::ui::widget::Link;

impl Screen for Compose {
    fn start(&mut self, shared: &mut Shared) -> Vec<Effect> {
        self.start(shared)
    }

    fn update(&mut self, shared: &mut Shared, message: Msg) -> Vec<Effect> {
        update::update(self, shared, message)
    }

    fn act(&mut self, shared: &mut Shared, action: Action) -> Vec<Effect> {
        update::act(self, shared, action)
    }

    fn follow(&mut self, shared: &mut Shared, area: Rect) -> Vec<Effect> {
        update::follow(self, shared, area)
    }

    fn view(&self, shared: &Shared, buf: &mut ratatui::buffer::Buffer) -> Option<Cursor> {
        view::view(self, shared, buf)
    }

    fn place(&self) -> Place {
        update::place(self)
    }

    fn header(&self, shared: &Shared) -> Vec<HeaderPart> {
        view::header(self, shared)
    }

    fn footer(&self) -> Option<Keys> {
        self.search.as_ref().map(search::Search::hints)
    }

    fn links(&self, shared: &Shared) -> Vec<Link> {
        view::links(self, shared)
    }

    fn unsaved(&self) -> Vec<String> {
        update::unsaved(self)
    }

    fn save_all(&mut self, shared: &mut Shared) -> Vec<Effect> {
        update::save_all(self, shared)
    }

    fn discard_all(&mut self, _shared: &Shared) -> Vec<Effect> {
        self.discard_drafts()
    }

    fn texts(&self) -> Vec<String> {
        self.buffers.keys().cloned().collect()
    }

    fn journal(&mut self, shared: &Shared, text: &str) -> Option<Entry> {
        self.journal(shared, text)
    }
}
