//! The console, in six rooms; each uses only those before it.
//!
//! ```text
//! terminal ─runtime─▶ Msg ─update─▶ App ─layout, view─▶ cells
//!                      ▲      └▶ Effect ─executor─▶ the world
//!                      └──────────────── results ◀──┘
//! ```

pub mod widget;

pub mod editor;

pub mod shared;

pub mod screen;

pub mod app;

pub mod runtime;

pub use runtime::start::run;
