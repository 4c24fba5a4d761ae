//! Use cases in plain data, called by both front ends.

mod adopt;
mod bot;
mod capture;
mod check;
mod checked;
mod clevertap;
mod create;
mod curl;
mod delete;
pub mod demo;
mod duplicate;
mod find;
mod fix;
mod job;
mod people;
mod problems;
mod rename;
mod resend;
pub mod sample;
mod save;
mod session;
pub mod starter;
mod survey;
mod test_send;
mod trash;
mod trust;

pub use adopt::AdoptError;
pub use bot::{BotError, BotStatus, TroubleKind, check_bot, resolve_help};
pub use capture::{CaptureMineError, capture_mine};
pub use check::{Found, Scope, check, message_problems, people_to_check};
pub use checked::Checked;
pub use clevertap::{export_clevertap, export_problems, export_text, webhook_for};
pub use create::{ChooseError, WebhookError, choose_webhook};
pub use curl::curl;
pub use delete::BringBackError;
pub use find::{FindError, find_campaign, find_profile, find_webhook};
pub use fix::fix_all;
pub use job::{Compared, Converted, Job, SampleEvent, partial_names, partials};
pub use people::{People, PeopleError, Whom, load_people, people_to_change, people_to_read};
pub use problems::{violations, webhook_problems};
pub use rename::Renamed;
pub use resend::{ResendError, job_again};
pub use save::{BodyError, WebhookSaved};
pub use session::{MoveError, ResolveError, Session, Sharing};
pub use survey::{Surveyed, survey};
pub use test_send::{Outcome, TestAnswer, TestSend, history_entry, send_test};
pub use trust::{
    Grants, NotPermitted, Permit, Question, Standing, TRUST_VARIABLE, TrustRow, WebhookInUse, trust_row,
};

#[cfg(test)]
mod tests;
