//! Where the keyboard is.

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

    /// Returns the number that enters the pane, from 1.
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

    /// Whether entering it puts the cursor into a text field, where letters type.
    pub fn has_text(self) -> bool {
        matches!(self, Pane::Body | Pane::Webhook)
    }

    /// Returns the next pane, around the end.
    pub fn next(self) -> Pane {
        Pane::ALL[(self as usize + 1) % Pane::ALL.len()]
    }

    /// Returns the pane before, around the start.
    pub fn previous(self) -> Pane {
        Pane::ALL[(self as usize + Pane::ALL.len() - 1) % Pane::ALL.len()]
    }
}

/// The focused pane, and whether one is inside its text: a pane reached by Tab is focused, not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Focus {
    pub pane: Pane,
    /// Whether printable keys type. Never set for a pane without text.
    pub entered: bool,
}

impl Focus {
    /// Goes into a pane; one without text is focused only.
    pub fn enter(pane: Pane) -> Self {
        Self { pane, entered: pane.has_text() }
    }

    /// Reaches a pane without entering it.
    pub fn reach(pane: Pane) -> Self {
        Self { pane, entered: false }
    }

    pub fn in_body(self) -> bool {
        self.entered && self.pane == Pane::Body
    }
}
