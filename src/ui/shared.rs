//! What every screen needs.

pub mod action;
pub mod effect;
pub mod fault;
pub mod keymap;
pub mod latest;
pub mod msg;

pub mod bubble;
pub mod message;
