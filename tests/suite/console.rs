//! The real update loop: keys in, screen text and styles out.

mod author;
mod clipboard;
mod complete;
mod corpus;
mod deleted;
mod formats;
mod harness;
mod keys;
mod last_good;
mod lists;
mod look;
mod monkey;
mod picture;
mod preview_sync;
mod profiles;
mod prose;
mod rewrite;
mod sample_report;
mod samples;
mod sessions;
mod setup;
mod sizes;
mod submission;
mod testing;
mod themes;
mod tour;
mod vim;
mod webhook_form;

use harness::Console;
