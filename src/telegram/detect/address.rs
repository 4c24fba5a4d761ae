//! Decides whether a range of text that `url` has found around a dot is an e-mail address, a web address, or neither.

use std::ops::Range;
use std::sync::LazyLock;

use super::chars::is_name_char;
use super::url::trimmed_end;
use crate::telegram::EntityKind;

/// The top-level domains with which an address becomes a link even without a scheme. This is the list of TDLib 1.8.69,
/// sorted, with one domain per line in lower case.
const TLDS: &str = include_str!("../../../assets/tlds.txt");

static SORTED_TLDS: LazyLock<Vec<&str>> = LazyLock::new(|| TLDS.lines().collect());

// TDLib does not make a link from this domain, which imitates telegram.org.
const FORGED: &str = "teiegram.org";

pub(super) type DetectedRange = (Range<usize>, EntityKind);

/// Classifies a range that `url::candidates` has found. Returns `None` if the range is no address.
///
/// The returned range may be shorter than `range`. `mailto:` is not part of an e-mail address. A web address ends
/// before an unmatched closing bracket and before trailing punctuation.
pub(super) fn classify(text: &str, range: Range<usize>) -> Option<DetectedRange> {
    let address = &text[range.clone()];
    if is_email(address) {
        return Some((range, EntityKind::Email));
    }
    // `mailto:` is not part of the entity.
    if let Some(rest) = address.strip_prefix("mailto:").filter(|rest| is_email(rest)) {
        return Some((range.end - rest.len()..range.end, EntityKind::Email));
    }
    link_len(address).map(|len| (range.start..range.start + len, EntityKind::Url))
}

fn is_email(address: &str) -> bool {
    let Some((user, domain)) = address.split_once('@') else { return false };
    is_email_user(user) && is_email_domain(domain)
}

fn is_email_user(user: &str) -> bool {
    let mut parts = user.split(['.', '+']);
    let last = parts.next_back().unwrap_or("");
    let mut n_parts = 1;
    let are_short = parts.all(|part| {
        n_parts += 1;
        // As in TDLib, a user's name has at most 11 parts. The last part has 1 to 35 characters, and each other part
        // has up to 26.
        part.len() < 27 && is_name(part)
    });
    are_short && n_parts < 12 && (1..36).contains(&last.len()) && is_name(last)
}

fn is_email_domain(domain: &str) -> bool {
    let mut parts = domain.split('.');
    let last = parts.next_back().unwrap_or("");
    let mut n_parts = 1;
    let are_names = parts.all(|part| {
        n_parts += 1;
        // As in TDLib, a domain has 2 to 7 parts, separated by dots. The last part has 2 to 8 letters, and each other
        // part has up to 30 characters.
        part.len() < 31
            && is_name(part)
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.ends_with(|c: char| c.is_ascii_alphanumeric())
    });
    let is_tld = (2..9).contains(&last.len()) && last.bytes().all(|byte| byte.is_ascii_alphabetic());
    are_names && is_tld && (2..=7).contains(&n_parts)
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| is_name_char(c) || c == '-')
}

fn link_len(address: &str) -> Option<usize> {
    let scheme_len = ["http://", "https://", "ftp://", "tonsite://"].into_iter().find_map(|scheme| {
        let head = address.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(scheme.len())
    });
    let rest = &address[scheme_len.unwrap_or(0)..];
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // The address may contain a user and a port, but only the host decides whether the address is a link.
    let domain = authority.split_once('@').map_or(authority, |(_, host)| host);
    let domain = domain.rsplit_once(':').map_or(domain, |(before, _)| before);
    let is_link = is_domain(domain, scheme_len.is_some()) && !domain.eq_ignore_ascii_case(FORGED);
    is_link.then(|| address.len() - path.len() + path_len(path))
}

/// Returns the length of a path without trailing punctuation. An unmatched closing bracket and everything after it do
/// not belong to the path.
fn path_len(path: &str) -> usize {
    let mut open = [0_u32; 3];
    let mut len = path.len();
    for (at, byte) in path.bytes().enumerate() {
        if let Some(kind) = b"([{".iter().position(|bracket| *bracket == byte) {
            open[kind] += 1;
        } else if let Some(kind) = b")]}".iter().position(|bracket| *bracket == byte) {
            match open[kind].checked_sub(1) {
                Some(left) => open[kind] = left,
                None => {
                    len = at;
                    break;
                }
            }
        }
    }
    trimmed_end(path, 0, len)
}

fn is_domain(domain: &str, has_scheme: bool) -> bool {
    let parts: Vec<&str> = domain.split('.').collect();
    let are_parts = parts.iter().all(|part| (1..64).contains(&part.len()) && !part.ends_with('-'));
    let [.., above, tld] = parts.as_slice() else { return false };
    if !are_parts {
        return false;
    }
    // An IPv4 address needs no known top-level domain.
    if parts.len() == 4 && parts.iter().all(|part| is_ipv4_part(part)) {
        return true;
    }
    let has_letter = domain.bytes().any(|byte| byte != b'.' && !byte.is_ascii_digit());
    // TDLib allows `_` only in subdomains, so not in the last two parts of the domain.
    has_letter && is_tld(tld, has_scheme) && !above.contains('_')
}

fn is_ipv4_part(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
        && part.parse::<u8>().is_ok()
        && (part.len() == 1 || !part.starts_with('0'))
}

/// Whether a domain may end in `tld`. If the address has a scheme, almost any ending is accepted.
fn is_tld(tld: &str, has_scheme: bool) -> bool {
    // A top-level domain in Punycode is not looked up in the list.
    if let Some(encoded) = tld.strip_prefix("xn--") {
        return 2 <= encoded.len() && encoded.bytes().all(|byte| byte.is_ascii_alphanumeric());
    }
    1 < tld.chars().count() && !tld.contains(['_', '-']) && (has_scheme || is_known_tld(tld))
}

fn is_known_tld(tld: &str) -> bool {
    let lower: String = tld.chars().map(to_lower).collect();
    let first_len = |text: &str| text.chars().next().map_or(0, char::len_utf8);
    // TDLib turns `end.in` and `end.IN` into links but not `end.In`, in which `In` more likely starts a sentence.
    let is_capitalized = lower != tld && lower[first_len(&lower)..] == tld[first_len(tld)..];
    !is_capitalized && SORTED_TLDS.binary_search(&lower.as_str()).is_ok()
}

fn to_lower(c: char) -> char {
    // As in TDLib, each character becomes one character, even though `İ` has two in lower case.
    c.to_lowercase().next().unwrap_or(c)
}
