//! The console: state, messages, effects, layout and drawing.

pub mod action;
pub mod draw;
pub mod editor_view;
pub mod focus;
pub mod form;
pub mod highlight;
pub mod input;
pub mod key;
pub mod keymap;
pub mod latest;
pub mod message;
pub mod picker;
pub mod terminal;
pub mod text_field;
pub mod theme;
pub mod typing;
