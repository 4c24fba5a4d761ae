//! The Compose screen. It has five panes: campaigns, webhook, body, preview, and problems. This file only connects
//! [`Screen`] to the modules: `state` has the state, `update` changes it, and `view` draws it.

pub(crate) mod blocks;
pub(crate) mod buffer;
pub(crate) mod campaign_statuses;
pub(crate) mod code_colors;
pub(crate) mod completion;
pub(crate) mod completion_inputs;
pub(crate) mod debounce;
pub(crate) mod derived;
pub mod dialog;
pub(crate) mod filter;
pub mod focus;
pub(crate) mod hints;
pub(crate) mod hover;
pub(crate) mod last_good;
pub(crate) mod layout;
pub(crate) mod pane;
pub(crate) mod popup;
pub(crate) mod preview_sync;
pub(crate) mod prose;
pub(crate) mod remembered;
pub(crate) mod sample_event;
pub(crate) mod sample_report;
pub(crate) mod search;
pub(crate) mod state;
pub(crate) mod submission;
pub(crate) mod update;
pub(crate) mod view;
pub(crate) mod webhook_form;

pub(crate) use buffer::{BodyBuffer, EscapedPaste};
pub(crate) use campaign_statuses::CampaignStatuses;
pub(crate) use debounce::{BodyProblem, TypingSession};
pub(crate) use derived::{Derived, Memo};
pub(crate) use dialog::{
    CompareDialog, ComposeConfirm, ComposeList, Decision, Dialog, InitialBody, ListKind, PastTest,
    PastTestView, ProfileDialog, Prompt, PromptPurpose, SettingsDialog, TestDialog, TestState,
};
pub(crate) use focus::{Focus, Pane};
pub(crate) use hover::HoverBox;
pub(crate) use layout::PaneLayout;
pub(crate) use preview_sync::PreviewSync;
pub(crate) use prose::BodyLanguage;
pub(crate) use sample_report::{SampleProblem, SampleReport};
pub(crate) use search::SearchBar;
pub(crate) use state::{Compose, ProblemEntry};
pub(crate) use submission::Submission;
pub(crate) use webhook_form::WebhookForm;

use ratatui::layout::Rect;

use crate::ui::shared::{
    Action, Cursor, Effect, HeaderPart, JournalEntry, KeyHints, Msg, Screen, ScreenFocus, SharedState,
};
use crate::ui::widget::{Link, PickerRow, TextField};

impl Screen for Compose {
    fn start(&mut self, shared: &mut SharedState) -> Vec<Effect> {
        self.start(shared)
    }

    fn update(&mut self, shared: &mut SharedState, message: Msg) -> Vec<Effect> {
        update::update(self, shared, message)
    }

    fn act(&mut self, shared: &mut SharedState, action: Action) -> Vec<Effect> {
        update::act(self, shared, action)
    }

    fn prepare_view(&mut self, shared: &mut SharedState, area: Rect) -> Vec<Effect> {
        update::follow(self, shared, area)
    }

    fn view(&self, shared: &SharedState, buf: &mut ratatui::buffer::Buffer) -> Option<Cursor> {
        view::view(self, shared, buf)
    }

    fn focus(&self) -> ScreenFocus {
        update::screen_focus(self)
    }

    fn text_field(&self) -> Option<&TextField> {
        self.text_field()
    }

    fn palette_rows(&self, shared: &SharedState) -> Vec<PickerRow> {
        update::palette::rows(shared)
    }

    fn search_palette(&mut self, _shared: &mut SharedState, query: &str) -> Vec<Effect> {
        update::palette::search(self, query)
    }

    fn choose_in_palette(&mut self, shared: &mut SharedState, id: &str) -> Vec<Effect> {
        update::palette::choose(self, shared, id)
    }

    fn header(&self, shared: &SharedState) -> Vec<HeaderPart> {
        view::header(self, shared)
    }

    fn footer(&self) -> Option<KeyHints> {
        if self.has_format_row {
            let width = self.layout.panes.iter().map(|(_, area)| area.right()).max().unwrap_or(0);
            return Some(if width < update::ROW_WIDTH { update::NARROW_ROW_KEYS } else { update::ROW_KEYS });
        }
        let search = self.search.as_ref().map(search::SearchBar::hints);
        search.or_else(|| self.typed_filter().map(|_| filter::HINTS))
    }

    fn links(&self, shared: &SharedState) -> Vec<Link> {
        view::links(self, shared)
    }

    fn unsaved(&self) -> Vec<String> {
        update::unsaved(self)
    }

    fn save_all(&mut self, shared: &mut SharedState) -> Vec<Effect> {
        update::save_all(self, shared)
    }

    fn discard_all(&mut self, _shared: &SharedState) -> Vec<Effect> {
        self.discard_drafts()
    }

    fn view_entry(&mut self, shared: &SharedState) -> Option<JournalEntry> {
        self.view_entry(shared)
    }

    fn open_texts(&self) -> Vec<String> {
        self.buffers.keys().cloned().collect()
    }

    fn draft_entry(&mut self, shared: &SharedState, text: &str) -> Option<JournalEntry> {
        self.journal(shared, text)
    }
}
