//! Reads request bodies: JSON, forms and multipart, within limits of size and time.

use std::time::Duration;

use http_body_util::{BodyDataStream, BodyExt};
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use multer::{Field, Multipart};
use serde_json::Value;
use tokio::time::timeout;

use crate::json;
use crate::sandbox::call::{BadBody, Call, File, MAX_ARGUMENTS, MAX_FILE, MAX_FILES};

/// A body has to arrive within this.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);

/// A body that is too large is read this far, so that its sender sees the answer and not a broken connection.
const MAX_DRAIN: usize = 64 << 20;

/// Reads the arguments of a call from the query string and the body.
///
/// As on Telegram, the type of a body is whatever known one its header contains, and a body of another type is a file.
pub(super) async fn read_call(query: &str, request: Request<Incoming>) -> Result<Call, BadBody> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let encoding = header(CONTENT_ENCODING).to_ascii_lowercase();
    let content_type = header(CONTENT_TYPE).to_owned();
    let mut call = Call::from_query(query)?;
    if !matches!(encoding.trim(), "" | "identity") {
        return Err(BadBody::Encoded);
    }
    let read = read_body(&mut call, &content_type, request.into_body());
    timeout(BODY_TIMEOUT, read).await.map_err(|_| BadBody::TooSlow)??;
    Ok(call)
}

async fn read_body(call: &mut Call, content_type: &str, body: Incoming) -> Result<(), BadBody> {
    let lower = content_type.to_ascii_lowercase();
    if lower.contains("application/x-www-form-urlencoded") {
        return call.add_form(&collect(body).await?);
    }
    if lower.contains("application/json") {
        return call.add_json(&collect(body).await?);
    }
    if lower.contains("multipart/form-data") {
        let boundary = multer::parse_boundary(content_type).map_err(|_| BadBody::Malformed)?;
        return read_parts(call, Multipart::new(BodyDataStream::new(body), boundary)).await;
    }
    let size = drain(body).await?;
    if 0 < size {
        call.files.push(File { field: "file".into(), name: "file".into(), mime_type: None, size });
    }
    Ok(())
}

/// Reads a whole body of arguments.
async fn collect(mut body: Incoming) -> Result<Vec<u8>, BadBody> {
    let mut bytes = Vec::new();
    let mut size = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BadBody::Malformed)?.into_data() else { continue };
        size += data.len();
        if size <= MAX_ARGUMENTS {
            bytes.extend_from_slice(&data);
        } else if MAX_DRAIN < size {
            break;
        }
    }
    if MAX_ARGUMENTS < size { Err(BadBody::TooLarge) } else { Ok(bytes) }
}

/// Reads a body to its end and returns its size.
async fn drain(mut body: Incoming) -> Result<u64, BadBody> {
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BadBody::Malformed)?.into_data() else { continue };
        size += data.len() as u64;
        if MAX_DRAIN as u64 <= size {
            return Err(BadBody::FileTooLarge);
        }
    }
    Ok(size)
}

/// Reads the parts of a multipart body: those with a file name are files, the others arguments.
async fn read_parts(call: &mut Call, mut parts: Multipart<'_>) -> Result<(), BadBody> {
    let mut problem = None;
    while let Some(part) = parts.next_field().await.map_err(|_| BadBody::Malformed)? {
        match read_part(call, part).await {
            Ok(()) => {}
            Err(BadBody::Malformed) => return Err(BadBody::Malformed),
            // The rest is read all the same, so that the sender sees the answer.
            Err(other) => problem = problem.or(Some(other)),
        }
    }
    problem.map_or(Ok(()), Err)
}

async fn read_part(call: &mut Call, mut part: Field<'_>) -> Result<(), BadBody> {
    let field = part.name().unwrap_or("").to_owned();
    let Some(name) = part.file_name().map(str::to_owned) else {
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|_| BadBody::Malformed)? {
            if bytes.len() <= MAX_ARGUMENTS {
                bytes.extend_from_slice(&chunk);
            }
        }
        let text = String::from_utf8(bytes).map_err(|_| BadBody::Malformed)?;
        return call.add(field, text);
    };
    let mime_type = part.content_type().map(ToString::to_string);
    let mut size = 0;
    while let Some(chunk) = part.chunk().await.map_err(|_| BadBody::Malformed)? {
        size += chunk.len() as u64;
    }
    if MAX_FILE < size {
        return Err(BadBody::FileTooLarge);
    }
    if call.files.len() == MAX_FILES {
        return Err(BadBody::TooLarge);
    }
    call.files.push(File { field, name, mime_type, size });
    Ok(())
}

/// Reads a body that is one JSON value, or says what is wrong with it.
pub(super) async fn read_json(request: Request<Incoming>) -> Result<Value, String> {
    let read = timeout(BODY_TIMEOUT, collect(request.into_body()));
    let bytes = match read.await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(bad)) => return Err(bad.status().1.to_owned()),
        Err(_) => return Err(BadBody::TooSlow.status().1.to_owned()),
    };
    let text = String::from_utf8(bytes).map_err(|_| "the body is not UTF-8".to_owned())?;
    let document = json::parse(&text).map_err(|error| {
        let place = crate::text::LineIndex::new(&text).position(&text, error.span.start);
        format!("the body is not JSON: {}:{}: {}", place.line, place.column, error.message())
    })?;
    Ok(document.root.to_serde())
}
