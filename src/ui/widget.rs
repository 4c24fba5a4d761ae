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

pub use confirm::{Confirm, Decide};
pub use form::{Field, Filled, Form};
pub use hyperlinks::{Address, Hyperlinks, Link};
pub use input::{Input, Mouse, MouseKind};
pub use key::{Key, KeyCode};
pub use listing::{Kind, Labels, Listing};
pub use picker::{Matching, Picked, Picker, Row};
pub use text_field::TextField;
pub use theme::Theme;
