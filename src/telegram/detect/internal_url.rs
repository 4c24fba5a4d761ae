//! Detects addresses that begin with `tg://`, `ton://`, or `tonsite://`.

use std::ops::Range;

use super::chars::{char_at, end_of, is_name_char};
use super::unicode;
use super::url::trimmed_end;

/// TDLib stops searching when fewer bytes than this are left.
const MIN_LEN: usize = 6;

/// The longest host, in bytes. A host contains only ASCII characters.
const MAX_HOST: usize = 253;

pub(super) fn urls(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while MIN_LEN <= text.len() - at {
        let Some(colon) = text[at..].find(':').map(|len| at + len) else { break };
        at = colon + 1;
        let Some(start) = scheme_start(&text[..colon]) else { continue };
        if !text[colon..].starts_with("://") {
            continue;
        }
        let host = colon + "://".len();
        let host_end = end_of(text, host, |c| is_name_char(c) || c == '-').min(host + MAX_HOST);
        at = path_end(text, host_end);
        if host < host_end {
            found.push(start..at);
        } else {
            // Without a host there is no address. The search then continues directly after the `://`.
            at = host;
        }
    }
    found
}

/// Returns the start of the scheme at the end of `text`, or `None` if `text` does not end with one of the three
/// schemes.
fn scheme_start(text: &str) -> Option<usize> {
    let ends_in = |scheme: &str| {
        let start = text.len().checked_sub(scheme.len())?;
        text.as_bytes()[start..].eq_ignore_ascii_case(scheme.as_bytes()).then_some(start)
    };
    // As in TDLib's recorded answers, the link of a `tonsite://` address begins at the last three letters of the
    // scheme: the link in `tonsite://a` is `ite://a`.
    ends_in("tg").or_else(|| ends_in("ton")).or_else(|| ends_in("tonsite").map(|start| start + 4))
}

fn path_end(text: &str, at: usize) -> usize {
    if !matches!(char_at(text, at), Some('/' | '?' | '#')) {
        return at;
    }
    let end = trimmed_end(text, at + 1, end_of(text, at + 1, unicode::is_path));
    // A `?` or `#` with no path after it is punctuation, but a `/` with nothing after it belongs to the address.
    if at + 1 < end || char_at(text, at) == Some('/') { end } else { at }
}
