//! What asynchronous calls run on; only the commands that need it pay for it.

use tokio::runtime::{Builder, Runtime};

use crate::cli::error::Result;

pub fn current_thread() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}
