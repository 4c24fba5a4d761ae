//! getFile.

use serde_json::{Value, json};

use super::lookup;
use super::result::MethodResult;
use crate::sandbox::bot::SandboxBot;
use crate::sandbox::call::MethodCall;
use crate::telegram::{ApiError, Method};

/// The largest file that a bot can download, in bytes.
const MAX_DOWNLOAD: u64 = 20 << 20;

pub(super) fn get(bot: &mut SandboxBot, call: &MethodCall) -> Result<MethodResult, ApiError> {
    lookup::check(bot, Method::GetFile, call)?;
    let id = call.text("file_id");
    let found = bot.files.find(id).and_then(|file| Some((file, file.object(id)?)));
    let Some((file, object)) = found else {
        return Err(ApiError::bad_request("wrong file_id or the file is temporarily unavailable"));
    };
    if object["file_size"].as_u64().is_some_and(|size| MAX_DOWNLOAD < size) {
        return Err(ApiError::bad_request("file is too big"));
    }
    let result: Value = json!({
        "file_id": id,
        "file_unique_id": object["file_unique_id"],
        "file_size": object["file_size"],
        "file_path": file.path,
    });
    Ok(result.into())
}
