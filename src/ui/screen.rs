//! The screens, one folder each. Screens do not use each other, and the app uses them through [`Screen`] only.
//!
//! To add a screen, add its folder, a variant of [`ScreenId`] with a field in [`Screens`], and its rows in
//! [`ACTIONS`](crate::ui::shared::action::ACTIONS).

pub mod compose;
#[cfg(test)]
mod empty;

use crate::ui::shared::{Screen, SharedState};

use compose::Compose;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreenId {
    Compose,
    #[cfg(test)]
    Empty,
}

/// All screens. Each keeps its state while another one is shown.
#[derive(Debug)]
pub struct Screens {
    pub compose: Compose,
    #[cfg(test)]
    empty: empty::Empty,
}

impl Screens {
    pub fn new(shared: &SharedState) -> Self {
        Self {
            compose: Compose::new(shared),
            #[cfg(test)]
            empty: empty::Empty::default(),
        }
    }

    // This returns a trait object so that the app cannot depend on the type of one screen.
    pub fn get(&self, id: ScreenId) -> &dyn Screen {
        match id {
            ScreenId::Compose => &self.compose,
            #[cfg(test)]
            ScreenId::Empty => &self.empty,
        }
    }

    pub fn get_mut(&mut self, id: ScreenId) -> &mut dyn Screen {
        match id {
            ScreenId::Compose => &mut self.compose,
            #[cfg(test)]
            ScreenId::Empty => &mut self.empty,
        }
    }
}

impl ScreenId {
    /// All screens, in the order in which they start and receive the results of tasks.
    pub const ALL: &'static [ScreenId] = &[
        ScreenId::Compose,
        #[cfg(test)]
        ScreenId::Empty,
    ];
}
