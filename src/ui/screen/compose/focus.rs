//! The keyboard focus: which pane has it, and whether keys are typed into the text of that pane.

/// The panes, in the order of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pane {
    Campaigns,
    Webhook,
    Body,
    Preview,
    Problems,
}

impl Pane {
    pub const ALL: [Pane; 5] = [Pane::Campaigns, Pane::Webhook, Pane::Body, Pane::Preview, Pane::Problems];

    /// Returns the number of the pane, counted from 1. The key with this digit enters the pane.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    pub fn title(self) -> &'static str {
        match self {
            Pane::Campaigns => "Campaigns",
            Pane::Webhook => "Webhook",
            Pane::Body => "Body",
            Pane::Preview => "Preview",
            Pane::Problems => "Problems",
        }
    }

    /// Returns the next pane. After the last pane comes the first.
    pub fn next(self) -> Pane {
        Pane::ALL[(self as usize + 1) % Pane::ALL.len()]
    }

    /// Returns the previous pane. Before the first pane comes the last.
    pub fn previous(self) -> Pane {
        Pane::ALL[(self as usize + Pane::ALL.len() - 1) % Pane::ALL.len()]
    }
}

/// The focused pane, and whether the text of the body is entered. While it is entered, letters are typed into it.
/// Otherwise, letters are shortcuts. Tab focuses the body without entering its text.
// Focusing and entering are separate, because Tab inside the text of the body indents or completes. If focusing the
// body always entered its text, Tab could not leave the body again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Focus {
    pub pane: Pane,
    /// Whether the text of the body is entered. Always false for the other panes, which have no text.
    pub entered: bool,
}

impl Focus {
    /// Focuses a pane. If the pane is the body, also enters its text.
    pub fn enter(pane: Pane) -> Self {
        Self { pane, entered: pane == Pane::Body }
    }

    /// Focuses a pane without entering its text.
    pub fn select(pane: Pane) -> Self {
        Self { pane, entered: false }
    }

    pub fn in_body(self) -> bool {
        self.entered
    }
}
