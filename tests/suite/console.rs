//! The real update loop: keys in, screen text and styles out.

mod author;
mod complete;
mod corpus;
mod deleted;
mod harness;
mod keys;
mod linked;
mod look;
mod monkey;
mod passing;
mod picture;
mod rewrite;
mod samples;
mod sessions;
mod sizes;
mod testing;
mod tour;
mod vim;
mod worst;

use harness::Console;
