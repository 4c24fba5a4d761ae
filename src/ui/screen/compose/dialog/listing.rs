//! The lists of the screen.

use crate::ui::widget::{Kind, Labels, listing};

pub type Listing = listing::Listing<ListKind>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    Profiles,
    Starters,
    Chats,
    /// Earlier tests; Enter sends one again.
    History,
    Fixes,
    Samples,
}

impl Kind for ListKind {
    fn labels(self) -> Labels {
        let (title, keys, empty, width) = match self {
            ListKind::Profiles => (
                "Profile of the preview",
                "type to search all · Enter chooses · Esc",
                "no such profile: `telecast profiles import FILE` brings some in",
                88,
            ),
            ListKind::Starters => ("New campaign", "Enter chooses · Esc", "nothing by that name", 66),
            ListKind::Chats => (
                "Test chat",
                "Enter chooses · Esc",
                "no test chat yet: Esc, then c captures yours, or type one",
                66,
            ),
            ListKind::History => ("Earlier tests", "Enter sends it again · Esc", "nothing was sent yet", 88),
            ListKind::Fixes => ("Fix", "Enter applies · Esc", "no fix by that name", 66),
            ListKind::Samples => ("Sample event", "Enter chooses · Esc", "no sample by that name", 88),
        };
        Labels { title, keys, empty, width }
    }
}
