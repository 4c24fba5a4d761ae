//! The texts of the list dialogs of the screen: titles, hints for keys, and what an empty list shows. `update::dialogs`
//! handles the choices.

use crate::ui::widget::{ListDialogKind, ListDialogLabels, list_dialog};

pub(crate) type ComposeList = list_dialog::ListDialog<ListKind>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    Profiles,
    Starters,
    Chats,
    /// Earlier tests. Enter shows the chosen test.
    History,
    Fixes,
    Samples,
    /// Deleted campaigns and webhooks. Enter restores the chosen one.
    Trash,
}

impl ListDialogKind for ListKind {
    fn labels(self) -> ListDialogLabels {
        let (title, keys, empty, width) = match self {
            ListKind::Profiles => (
                "Preview profile",
                "type to search · Enter · ^E edit · ^D delete · Esc",
                // Until the profiles are found, nothing is shown: a text would flash at each opening.
                "",
                88,
            ),
            ListKind::Starters => ("New campaign", "Enter choose · Esc close", "no matching starter", 66),
            ListKind::Chats => (
                "Test chat",
                "type an id or @name · Enter choose · Esc close",
                "no such chat: type an id or an @name, or press Esc, then g to capture yours",
                66,
            ),
            ListKind::History => ("Earlier tests", "Enter show · Esc close", "no tests sent yet", 88),
            ListKind::Fixes => ("Fix", "Enter apply · Esc close", "no matching fix", 66),
            ListKind::Samples => ("Sample event", "Enter choose · Esc close", "no matching sample event", 88),
            ListKind::Trash => (
                "Deleted campaigns and webhooks",
                "type to search · Enter restore · Esc close",
                "no match",
                72,
            ),
        };
        ListDialogLabels { title, keys, empty, width }
    }
}
