//! The use cases of telecast, which both front ends (`cli` and `ui`) call. The use cases take and return plain data.
//! Printing and drawing are left to the front ends.

mod adopt;
mod bot;
mod capture;
mod chat_refusals;
mod check;
mod check_cache;
mod clevertap;
mod connect;
mod create;
mod curl;
pub mod demo;
mod duplicate;
mod find;
mod fix;
mod job;
mod problems;
mod profile_edit;
mod profiles;
mod rename;
mod repeated;
mod resend;
pub mod sample;
mod save;
mod segments;
mod session;
pub(crate) mod starter;
mod survey;
mod test_send;
mod trust;

pub(crate) use adopt::AdoptError;
pub(crate) use bot::{BotFailureKind, BotStatus, check_bot};
pub(crate) use capture::{capture_own_chat, simulate_message};
pub(crate) use chat_refusals::add_chat_refusals;
pub(crate) use check::{CheckScope, SourceProblem, check, load_check_profile, message_problems};
pub(crate) use check_cache::CheckCache;
pub(crate) use clevertap::{export_clevertap, export_problems, export_text, webhook_for};
pub(crate) use connect::{ConnectError, ConnectedBot, NewBot, connect_bot};
pub(crate) use create::{ChooseWebhookError, SaveWebhookError, choose_webhook};
pub(crate) use curl::curl;
pub(crate) use find::{FindError, find_campaign, find_profile, find_webhook};
pub(crate) use fix::fix_all;
pub use job::MessageJob;
pub(crate) use job::{ConvertedMessage, ModePreviews, SampleEvent, partial_names, partials};
pub(crate) use problems::{violations, webhook_problems};
pub(crate) use profile_edit::{ProfileEdit, ProfileEdited};
pub(crate) use profiles::{
    ProfileChoice, ProfileContext, ProfileStoreError, add_test_profile, find_profiles, load_profile_context,
    open_store_to_read, open_store_to_write,
};
pub(crate) use rename::Renamed;
pub(crate) use repeated::look_up_repeated;
pub use resend::RepeatedTest;
pub(crate) use resend::repeat_job;
pub(crate) use save::{SaveBodyError, WebhookSaved};
pub(crate) use segments::{AudienceContext, audience_problems};
pub(crate) use session::MoveError;
pub use session::Session;
pub use session::Sharing;
pub use survey::{SurveyResult, survey};
pub use test_send::TestJob;
pub use test_send::TestOutcome;
pub use test_send::TestResult;
pub(crate) use test_send::history_entry;
pub use test_send::send_test;
pub(crate) use trust::{
    Grants, NotPermitted, TRUST_VARIABLE, TrustRow, TrustStatus, WebhookInUse, trust_row,
};

#[cfg(test)]
mod tests;
