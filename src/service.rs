//! Use cases in plain data, called by both front ends.

mod adopt;
mod bot;
mod capture;
mod clevertap;
mod curl;
pub mod demo;
mod job;
mod people;
mod problems;
pub mod sample;
mod session;
pub mod starter;
mod survey;
mod test_send;
mod trust;

pub use adopt::adopt_token;
pub use bot::{BotStatus, TroubleKind, check_bot, resolve_help};
pub use capture::capture_mine;
pub use clevertap::{ExportProblem, export_clevertap, export_problems, export_text, webhook_for};
pub use curl::curl;
pub use job::{Job, SampleEvent, partial_names, partials};
pub use people::{People, PeopleError, Whom, load_people, people_to_change, people_to_read};
pub use problems::{violations, webhook_problems};
pub use session::{ResolveError, Session, Sharing};
pub use survey::{Surveyed, survey};
pub use test_send::{Outcome, TestAnswer, TestSend, history_entry, send_test};
pub use trust::{
    Grants, NotPermitted, Permit, Question, Standing, TRUST_VARIABLE, TrustRow, WebhookInUse, trust_row,
};
