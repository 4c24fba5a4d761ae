//! Compose: the campaigns, the webhook, the body, its preview and its problems.

pub mod before_error;
pub mod blocks;
pub mod buffer;
pub mod code_colours;
pub mod completion;
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

pub use state::Compose;
