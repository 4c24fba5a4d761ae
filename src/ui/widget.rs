//! What screens are made of: text in cells, fields, forms, lists. Knows nothing of telecast.

pub mod draw;
pub mod theme;

pub mod input;
pub mod key;
pub mod typing;

pub mod confirm;
pub mod dialog;
pub mod form;
pub mod hyperlinks;
pub mod listing;
pub mod picker;
pub mod text_field;
