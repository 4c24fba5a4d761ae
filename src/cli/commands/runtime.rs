//! Creates the async runtime of a command. Only the commands that need a runtime do this.

use tokio::runtime::{Builder, Runtime};

use crate::cli::error::Result;

pub(crate) fn current_thread() -> Result<Runtime> {
    // One thread is enough: a command waits for one thing at a time.
    Ok(Builder::new_current_thread().enable_all().build()?)
}
