//! The async runtime; only the commands that need one create it.

use tokio::runtime::{Builder, Runtime};

use crate::cli::error::Result;

pub(crate) fn current_thread() -> Result<Runtime> {
    // One thread is enough: a command waits for one thing at a time.
    Ok(Builder::new_current_thread().enable_all().build()?)
}
