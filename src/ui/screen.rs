//! The screens of the console. Each screen is a module here and uses no other screen. The app calls the screens only
//! through [`Screen`].
//!
//! To add a screen, add its module, a variant of [`ScreenId`], an entry in [`ScreenId::ALL`], a field of [`Screens`],
//! and the rows of its actions in [`ACTIONS`](crate::ui::shared::action::ACTIONS).

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

/// The state of all screens. A screen keeps its state while another screen is shown.
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

    // Returns a trait object, so that the app does not depend on the type of the screen.
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
    /// All screens. They start in this order, and receive the results of tasks in this order.
    pub const ALL: &'static [ScreenId] = &[
        ScreenId::Compose,
        #[cfg(test)]
        ScreenId::Empty,
    ];
}
