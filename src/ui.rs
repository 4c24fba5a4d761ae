//! The console: state, messages, effects, layout and drawing.
//!
//! ```text
//! terminal ─runtime─▶ Msg ─update─▶ App ─layout, view─▶ cells
//!                      ▲      └▶ Effect ─executor─▶ the world
//!                      └──────────────── results ◀──┘
//! ```

pub mod app;
pub mod effect;
pub mod msg;
pub mod update;

pub mod layout;
pub mod view;

pub mod verdicts;
pub mod vim;

mod before_error;
mod blocks;
pub mod buffer;
pub mod change;
pub mod code_colours;
mod completion_view;
pub mod dialog;
pub mod focus;
pub mod hints;
mod hover;
mod knowledge;
pub mod pane;
mod popup;
pub mod search;
pub mod settling;

pub mod action;
pub mod input;
pub mod key;
pub mod keymap;
pub mod typing;

pub mod draw;
pub mod editor_view;
pub mod form;
pub mod highlight;
pub mod hyperlinks;
pub mod latest;
pub mod linked;
pub mod message;
pub mod picker;
pub mod sample_event;
pub mod tab_stops;
pub mod text_field;
pub mod theme;
pub mod worst;

pub mod executor;
pub mod fault;
pub mod runtime;
pub mod start;
pub mod terminal;
mod welcome;

pub use start::run;
