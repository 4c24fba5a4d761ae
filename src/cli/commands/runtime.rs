//! Creates the async runtime of a command. Only the commands that need a runtime create one.

use tokio::runtime::{Builder, Runtime};

use crate::cli::error::Result;

pub(crate) fn current_thread() -> Result<Runtime> {
    // One thread is enough, because a command spends nearly all its time waiting for the network.
    Ok(Builder::new_current_thread().enable_all().build()?)
}
