//! Reads request bodies (JSON, forms, and multipart) within limits of size and time.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use flate2::read::{GzDecoder, ZlibDecoder};
use http_body_util::{BodyDataStream, BodyExt};
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE};
use multer::{Field, Multipart};
use serde_json::Value;
use tokio::time::timeout;

use crate::json;
use crate::sandbox::call::{
    CallBody, CallBodyError, MAX_ARGUMENTS, MAX_FILE, MAX_FILES, MAX_KEPT_FILE, MethodCall, UploadedFile,
};

// hyper limits only the time for the headers. Without this limit, a body that never ends would hold its connection
// forever.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);

// A body that is too large is read up to this size before the answer is sent. Most clients send the whole body before
// they read the answer. If the sandbox stopped reading, they would report a broken connection instead of the 413.
const MAX_DRAIN: usize = 64 << 20;

/// Reads the arguments of a call from the query string and the body.
///
/// As on Telegram, the types of JSON, forms, and multipart are recognized anywhere in the `Content-Type` header. A body
/// of any other type counts as a file.
pub(super) async fn read_call(query: &str, request: Request<Incoming>) -> Result<MethodCall, CallBodyError> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let encoding = header(CONTENT_ENCODING).to_ascii_lowercase();
    let content_type = header(CONTENT_TYPE).to_owned();
    let encoding = match encoding.trim() {
        "" | "identity" | "none" => ContentEncoding::Plain,
        "gzip" | "deflate" => ContentEncoding::Compressed,
        _ => return Err(CallBodyError::Compressed),
    };
    let read = read_body(&content_type, encoding, request.into_body());
    let body = timeout(BODY_TIMEOUT, read).await.map_err(|_| CallBodyError::TooSlow)??;
    MethodCall::read(query, body)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ContentEncoding {
    Plain,
    /// gzip or deflate.
    Compressed,
}

async fn read_body(
    content_type: &str,
    encoding: ContentEncoding,
    mut body: Incoming,
) -> Result<CallBody, CallBodyError> {
    let lower = content_type.to_ascii_lowercase();
    let unpacked = |bytes: Vec<u8>| match encoding {
        ContentEncoding::Plain => Ok(bytes),
        ContentEncoding::Compressed => unpack(&bytes),
    };
    if lower.contains("application/x-www-form-urlencoded") {
        return Ok(CallBody::Form(unpacked(collect(body).await?)?));
    }
    if lower.contains("application/json") {
        return Ok(CallBody::Json(unpacked(collect(body).await?)?));
    }
    // Telegram's server unpacks uploads too. The sandbox does not: no known Bot API library compresses them.
    if encoding == ContentEncoding::Compressed {
        return Err(CallBodyError::Compressed);
    }
    if lower.contains("multipart/form-data") {
        let boundary = multer::parse_boundary(content_type).map_err(|_| CallBodyError::Malformed)?;
        let parts = read_parts(Multipart::new(BodyDataStream::new(&mut body), boundary)).await?;
        // The connection can be reused only if the bytes after the last part have been read too.
        drain(body).await?;
        return Ok(parts);
    }
    Ok(CallBody::Other(drain(body).await?))
}

/// Unpacks gzip or deflate. As on Telegram, the bytes decide which of the two it is, and not the header.
fn unpack(packed: &[u8]) -> Result<Vec<u8>, CallBodyError> {
    let mut bytes = Vec::new();
    // A few bytes can unpack to gigabytes, so reading stops after the limit.
    let limit = MAX_ARGUMENTS as u64 + 1;
    let read = match packed {
        [0x1f, 0x8b, ..] => GzDecoder::new(packed).take(limit).read_to_end(&mut bytes),
        _ => ZlibDecoder::new(packed).take(limit).read_to_end(&mut bytes),
    };
    read.map_err(|_| CallBodyError::Malformed)?;
    if MAX_ARGUMENTS < bytes.len() { Err(CallBodyError::TooLarge) } else { Ok(bytes) }
}

// Above `MAX_ARGUMENTS`, bytes are still read but no longer stored, for the reason given at `MAX_DRAIN`.
async fn collect(mut body: Incoming) -> Result<Vec<u8>, CallBodyError> {
    let mut bytes = Vec::new();
    let mut size = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| CallBodyError::Malformed)?.into_data() else { continue };
        size += data.len();
        if size <= MAX_ARGUMENTS {
            bytes.extend_from_slice(&data);
        } else if MAX_DRAIN < size {
            break;
        }
    }
    if MAX_ARGUMENTS < size { Err(CallBodyError::TooLarge) } else { Ok(bytes) }
}

async fn drain(mut body: Incoming) -> Result<u64, CallBodyError> {
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| CallBodyError::Malformed)?.into_data() else { continue };
        size += data.len() as u64;
        if MAX_DRAIN as u64 <= size {
            return Err(CallBodyError::FileTooLarge);
        }
    }
    Ok(size)
}

/// Reads the parts of a multipart body: a part with a file name is a file, any other part is an argument.
async fn read_parts(mut parts: Multipart<'_>) -> Result<CallBody, CallBodyError> {
    let mut pairs = Vec::new();
    let mut files = Vec::new();
    let mut left = MAX_ARGUMENTS;
    // An exceeded limit does not end the loop: the remaining parts are still read, for the reason given at `MAX_DRAIN`.
    let mut problem = None;
    while let Some(part) = parts.next_field().await.map_err(|_| CallBodyError::Malformed)? {
        let field = part.name().unwrap_or("").to_owned();
        match part.file_name().map(str::to_owned) {
            None => match read_text(part, &mut left).await? {
                Some(text) => pairs.push((field, text)),
                None => problem = Some(CallBodyError::TooLarge),
            },
            Some(name) => {
                let mime_type = part.content_type().map(ToString::to_string);
                let (size, content) = read_file(part).await?;
                if MAX_FILE < size {
                    // `TooLarge` takes precedence over `FileTooLarge`, so `or` keeps an earlier `TooLarge`.
                    problem = problem.or(Some(CallBodyError::FileTooLarge));
                } else if files.len() == MAX_FILES {
                    problem = Some(CallBodyError::TooLarge);
                } else {
                    files.push(UploadedFile { field, name, mime_type, size, content });
                }
            }
        }
    }
    problem.map_or(Ok(CallBody::Multipart { pairs, files }), Err)
}

/// Reads a part that is an argument. Returns `None` if the part is longer than `left`, the number of bytes that are
/// left for all arguments together.
async fn read_text(mut part: Field<'_>, left: &mut usize) -> Result<Option<String>, CallBodyError> {
    let mut bytes = Vec::new();
    let mut fits = true;
    while let Some(chunk) = part.chunk().await.map_err(|_| CallBodyError::Malformed)? {
        fits = fits && chunk.len() <= *left;
        if fits {
            *left -= chunk.len();
            bytes.extend_from_slice(&chunk);
        }
    }
    let text = String::from_utf8(bytes);
    if fits { text.map(Some).map_err(|_| CallBodyError::Malformed) } else { Ok(None) }
}

/// Reads a part that is a file. Returns its size in bytes, and its content if the file is small enough to be kept.
async fn read_file(mut part: Field<'_>) -> Result<(u64, Option<Arc<[u8]>>), CallBodyError> {
    let mut size = 0;
    let mut content = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| CallBodyError::Malformed)? {
        size += chunk.len() as u64;
        match size <= MAX_KEPT_FILE {
            true => content.extend_from_slice(&chunk),
            false => content = Vec::new(),
        }
    }
    Ok((size, (size <= MAX_KEPT_FILE).then(|| content.into())))
}

pub(super) async fn read_json(request: Request<Incoming>) -> Result<Value, String> {
    let read = timeout(BODY_TIMEOUT, collect(request.into_body()));
    let bytes = match read.await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(bad)) => return Err(bad.status().1.to_owned()),
        Err(_) => return Err(CallBodyError::TooSlow.status().1.to_owned()),
    };
    let text = String::from_utf8(bytes).map_err(|_| "the body is not UTF-8".to_owned())?;
    let document = json::parse(&text).map_err(|error| {
        let place = crate::text::LineIndex::new(&text).position(&text, error.span.start);
        format!("the body is not JSON: {}:{}: {}", place.line, place.column, error.message())
    })?;
    Ok(document.root.to_serde())
}
