//! The building blocks of screens: text in cells, input fields, forms, lists, and dialogs. They do not depend on any
//! other module of the console.

pub mod draw;
pub mod theme;

pub mod input;
pub mod key;
pub(crate) mod typing;

pub(crate) mod confirm;
pub(crate) mod dialog;
pub(crate) mod form;
pub(crate) mod fuzzy;
pub mod hyperlinks;
pub(crate) mod list_dialog;
pub(crate) mod picker;
pub(crate) mod text_field;

pub(crate) use confirm::{Confirm, ConfirmDecision};
pub(crate) use form::{FieldProblem, Form, FormField, FormOutcome, NoteTone, PairColumn, PairRow, PairTable};
pub(crate) use fuzzy::FuzzyQuery;
pub(crate) use hyperlinks::{Address, Hyperlinks, Link};
pub use input::Input;
pub(crate) use input::{Mouse, MouseKind};
pub(crate) use key::{Key, KeyCode};
pub(crate) use list_dialog::{ListDialog, ListDialogKind, ListDialogLabels};
pub(crate) use picker::{Matching, Picker, PickerOutcome, PickerRow};
pub(crate) use text_field::{FieldText, TextField};
pub use theme::{Rgb, TerminalColors};
pub(crate) use theme::{Theme, ThemeOrigin};
