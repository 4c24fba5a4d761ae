//! Use cases in plain data, called by both front ends.

mod curl;
mod job;
mod problems;
pub mod sample;
pub mod starter;

pub use curl::curl;
pub use job::{Job, SampleEvent, partials};
pub use problems::webhook_problems;
