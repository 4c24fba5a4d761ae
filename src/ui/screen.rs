//! The screens, a folder each: none knows another, and the app knows each by [`Screen`] alone.
//!
//! A new screen is its folder, a variant of [`ScreenId`] with its field in [`Screens`], and its rows in
//! [`ACTIONS`](crate::ui::shared::action::ACTIONS).

pub mod compose;
#[cfg(test)]
mod empty;

use crate::ui::shared::{Screen, Shared};

use compose::Compose;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreenId {
    Compose,
    #[cfg(test)]
    Empty,
}

/// The screens; each keeps its state while another one is shown.
#[derive(Debug)]
pub struct Screens {
    pub compose: Compose,
    #[cfg(test)]
    empty: empty::Empty,
}

impl Screens {
    pub fn new(shared: &Shared) -> Self {
        Self {
            compose: Compose::new(shared),
            #[cfg(test)]
            empty: empty::Empty::default(),
        }
    }

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
    /// All screens, in the order in which they are walked.
    pub const ALL: &'static [ScreenId] = &[
        ScreenId::Compose,
        #[cfg(test)]
        ScreenId::Empty,
    ];
}
