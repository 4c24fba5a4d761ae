//! Checks and normalizes link addresses as TDLib's `LinkManager` does. Also reads the addresses of users, custom emoji,
//! and times (`tg://user`, `tg://emoji`, and `tg://time`).
//!
//! An *internal* address is an address with the scheme tg, ton, or tonsite.

use std::net::Ipv6Addr;

use super::EntityKind;
use super::integer::parse_canonical;
use super::markup::is_space;

/// TDLib's `UserId::MAX_USER_ID`.
const MAX_USER_ID: i64 = (1 << 40) - 1;

/// Why an address does not become a link. `Display` gives Telegram's own message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// A scheme other than http, https, tg, ton, and tonsite.
    #[error("Unsupported URL protocol")]
    Scheme,
    #[error("URL host is empty")]
    NoHost,
    #[error("Host is invalid")]
    OnlyDot,
    #[error("Wrong HTTP URL")]
    NoDot,
    #[error("Disallowed character in URL {part}")]
    Character { character: char, part: UrlComponent },
    /// A `%` without two hexadecimal digits.
    #[error("Wrong percent-encoded symbol in URL {0}")]
    Percent(UrlComponent),
    /// A port that is not a number from 1 to 65535.
    #[error("Wrong port number specified in the URL")]
    Port,
    #[error("Wrong IPv6 address specified in the URL")]
    Ipv6,
    /// A tg: address with a user, a port, an IPv6 host, or a second scheme.
    #[error("Wrong tg URL")]
    Tg,
    /// A ton: or tonsite: address with a user, a port, an IPv6 host, or a second scheme.
    #[error("Wrong ton URL")]
    Ton,
    /// A character that the host of an internal address cannot contain.
    #[error("Unallowed characters in URL host")]
    InternalHost(char),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlComponent {
    Host,
    User,
}

impl std::fmt::Display for UrlComponent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            UrlComponent::Host => "host",
            UrlComponent::User => "userinfo",
        })
    }
}

impl BadLink {
    /// Returns the reason in telecast's own words, for use after a colon.
    pub fn reason(self) -> String {
        match self {
            BadLink::Scheme => "the scheme is not http, https, tg, ton or tonsite".into(),
            BadLink::NoHost => "the address has no host".into(),
            BadLink::OnlyDot => "the host is only a dot".into(),
            BadLink::NoDot => "the host has no dot".into(),
            BadLink::Character { character, part: UrlComponent::User } => {
                format!("the user name cannot contain {character:?}")
            }
            BadLink::Character { character, part: UrlComponent::Host } | BadLink::InternalHost(character) => {
                format!("the host cannot contain {character:?}")
            }
            BadLink::Percent(_) => "the address has a % without two hexadecimal digits".into(),
            BadLink::Port => "the port is not a number from 1 to 65535".into(),
            BadLink::Ipv6 => "there is no valid IPv6 address in the brackets".into(),
            BadLink::Tg | BadLink::Ton => {
                "a tg or ton address takes only a host, a path, a query and a fragment".into()
            }
        }
    }
}

/// Returns a mention for a `tg://user?id=N` address, and a link to the normalized address for any other valid address.
pub(super) fn entity_kind(address: &str) -> Result<EntityKind, BadLink> {
    match user_id(address) {
        Some(user_id) => Ok(EntityKind::TextMention { user_id }),
        None => normalize(address).map(|url| EntityKind::TextLink { url }),
    }
}

/// Returns the address in the form in which Telegram stores it, or the reason why Telegram drops the link.
///
/// ```
/// use telecast::telegram::link;
///
/// assert_eq!(link::normalize("Example.COM?q=a b").as_deref(), Ok("http://example.com/?q=a%20b"));
/// assert_eq!(link::normalize("localhost"), Err(link::BadLink::NoDot));
/// ```
pub fn normalize(address: &str) -> Result<String, BadLink> {
    // After these schemes, the two slashes are optional.
    let internal = ["tg", "ton", "tonsite"]
        .into_iter()
        .find_map(|scheme| Some((scheme, strip_ascii_case(address, scheme)?.strip_prefix(':')?)));
    match internal {
        Some((scheme, rest)) => normalize_internal(scheme, rest.strip_prefix("//").unwrap_or(rest)),
        None => {
            let url = Url::read(address)?;
            // Unlike in `detect`, the top-level domain is not checked. A host must be an IPv6 address or contain a dot:
            // `a.b` passes, and `localhost` does not.
            if !url.is_ipv6 && !url.host.contains('.') {
                return Err(BadLink::NoDot);
            }
            Ok(url.normal_form())
        }
    }
}

/// Checks the address of a file to download as TDLib does. Unlike a link, the address may be of a host without a dot.
pub(super) fn check_file_url(address: &str) -> Result<(), BadLink> {
    Url::read(address).map(drop)
}

fn normalize_internal(scheme: &str, rest: &str) -> Result<String, BadLink> {
    // TDLib parses the text after the scheme as a web address and then rejects the parts that an internal address must
    // not have.
    let url = Url::read(rest)?;
    let has_scheme = strip_ascii_case(rest, "http://").is_some() || url.is_https;
    if has_scheme || !url.user.is_empty() || url.port.is_some() || url.is_ipv6 {
        return Err(if scheme == "tg" { BadLink::Tg } else { BadLink::Ton });
    }
    let is_allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || (c == '.' && scheme == "tonsite");
    if let Some(c) = url.host.chars().find(|c| !is_allowed(*c)) {
        return Err(BadLink::InternalHost(c));
    }
    let mut normal = format!("{scheme}://{}", url.host.to_ascii_lowercase());
    let tail = url.tail();
    // `tail` puts a slash before a query, but the normal form of an internal address has no slash there.
    normal.push_str(if tail.starts_with("/?") { &tail[1..] } else { &tail });
    Ok(normal)
}

struct Url<'a> {
    is_https: bool,
    user: &'a str,
    host: &'a str,
    is_ipv6: bool,
    port: Option<u16>,
    /// The path, the query, and the fragment, unchanged.
    rest: &'a str,
}

impl<'a> Url<'a> {
    fn read(address: &'a str) -> Result<Self, BadLink> {
        let scheme_end = address.find([':', '/', '?', '#', '@', '[', ']']).unwrap_or(address.len());
        let (scheme, after_scheme) = address.split_at(scheme_end);
        let (is_https, address) = match after_scheme.strip_prefix("://") {
            Some(rest) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            Some(rest) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some(_) => return Err(BadLink::Scheme),
            None => (false, address),
        };
        let authority_end = address.find(['/', '?', '#']).unwrap_or(address.len());
        let (authority, rest) = address.split_at(authority_end);
        let (user_and_host, port) = split_port(authority)?;
        let (user, host) = user_and_host.rsplit_once('@').unwrap_or(("", user_and_host));
        let url = Self { is_https, user, host, is_ipv6: is_bracketed(host), port, rest };
        url.check()?;
        Ok(url)
    }

    fn check(&self) -> Result<(), BadLink> {
        if self.is_ipv6 {
            // As in TDLib, the user part of an address with an IPv6 host is not checked.
            let inner = &self.host[1..self.host.len() - 1];
            return inner.parse::<Ipv6Addr>().map(drop).map_err(|_| BadLink::Ipv6);
        }
        match self.host {
            "" => Err(BadLink::NoHost),
            "." => Err(BadLink::OnlyDot),
            host => {
                check_part(host, UrlComponent::Host).and_then(|()| check_part(self.user, UrlComponent::User))
            }
        }
    }

    fn normal_form(&self) -> String {
        let mut normal = String::with_capacity(self.user.len() + self.host.len() + self.rest.len() + 16);
        normal.push_str(if self.is_https { "https://" } else { "http://" });
        if !self.user.is_empty() {
            normal.push_str(self.user);
            normal.push('@');
        }
        normal.push_str(&self.host.to_ascii_lowercase());
        if let Some(port) = self.port {
            normal.push_str(&format!(":{port}"));
        }
        self.push_tail(&mut normal);
        normal
    }

    fn tail(&self) -> String {
        let mut tail = String::with_capacity(self.rest.len() + 1);
        self.push_tail(&mut tail);
        tail
    }

    /// Appends the path, the query, and the fragment. Puts a slash first if the path does not begin with one. Removes
    /// trailing whitespace, and percent-encodes all other bytes up to 0x20 (spaces and control characters).
    fn push_tail(&self, out: &mut String) {
        let rest = self.rest.trim_end_matches(|c: char| c.is_ascii() && is_space(c as u8));
        if !rest.starts_with('/') {
            out.push('/');
        }
        let mut from = 0;
        for (at, byte) in rest.bytes().enumerate().filter(|(_, byte)| *byte <= b' ') {
            out.push_str(&rest[from..at]);
            out.push_str(&format!("%{byte:02X}"));
            from = at + 1;
        }
        out.push_str(&rest[from..]);
    }
}

fn is_bracketed(host: &str) -> bool {
    host.starts_with('[') && host.ends_with(']')
}

/// Splits off the port after the last `:`. There is no port if a `]` or an `@` comes after that `:`, or if that `:` is
/// the first character.
fn split_port(authority: &str) -> Result<(&str, Option<u16>), BadLink> {
    let Some(at) = authority.rfind([':', ']', '@']) else { return Ok((authority, None)) };
    if at == 0 || authority.as_bytes()[at] != b':' {
        return Ok((authority, None));
    }
    // Without its leading zeros, port 0 is an empty string, which fails to parse.
    let digits = authority[at + 1..].trim_start_matches('0');
    match digits.parse() {
        // `u16::from_str` accepts a plus sign, but TDLib does not.
        Ok(port) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok((&authority[..at], Some(port))),
        _ => Err(BadLink::Port),
    }
}

fn check_part(text: &str, part: UrlComponent) -> Result<(), BadLink> {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let is_allowed = c.is_ascii_alphanumeric()
            // TDLib accepts every byte above 127.
            || !c.is_ascii()
            || ".-_!$,~*'();&+=".contains(c)
            || (c == ':' && part == UrlComponent::User);
        if c == '%' {
            let mut is_hex = || chars.next().is_some_and(|digit| digit.is_ascii_hexdigit());
            if !(is_hex() && is_hex()) {
                return Err(BadLink::Percent(part));
            }
        } else if !is_allowed {
            return Err(BadLink::Character { character: c, part });
        }
    }
    Ok(())
}

/// Returns the user id of a `tg://user?id=N` address. Returns `None` for any other address, or if no user can have the
/// id.
pub(super) fn user_id(address: &str) -> Option<i64> {
    // TDLib lower-cases the whole address here, so `ID=7` counts as `id=7`. The scheme is checked first, because most
    // addresses then need no lower-case copy.
    let head = address.get(..3)?;
    if !head.eq_ignore_ascii_case("tg:") {
        return None;
    }
    let lower = address.to_ascii_lowercase();
    let query = internal_query(&lower, "user")?;
    let id = parse_canonical::<i64>(parameters(query).find(|(key, _)| *key == "id")?.1)?;
    is_user_id(id).then_some(id)
}

pub(super) fn is_user_id(id: i64) -> bool {
    (1..=MAX_USER_ID).contains(&id)
}

/// Returns the entity for a `tg://emoji` or `tg://time` address, as in `![text](address)`. Returns `None` for an
/// invalid address and for any other address.
pub(super) fn emoji_or_time(address: &str) -> Option<EntityKind> {
    custom_emoji(address).or_else(|| date_time(address))
}

fn custom_emoji(address: &str) -> Option<EntityKind> {
    let query = internal_query(address, "emoji")?;
    let (_, id) = parameters(query).find(|(key, _)| *key == "id")?;
    custom_emoji_id(id).map(|custom_emoji_id| EntityKind::CustomEmoji { custom_emoji_id })
}

/// Parses the id of a custom emoji: a 64-bit integer in canonical form (see `parse_canonical`), but not zero.
pub(super) fn custom_emoji_id(text: &str) -> Option<i64> {
    parse_canonical::<i64>(text).filter(|id| *id != 0)
}

fn date_time(address: &str) -> Option<EntityKind> {
    let query = internal_query(address, "time")?;
    let (mut unix_time, mut format) = (None, "");
    for (key, value) in parameters(query) {
        match key {
            "unix" => unix_time = Some(parse_canonical::<i32>(value).filter(|time| 0 < *time)?),
            "format" => format = value,
            _ => {}
        }
    }
    Some(EntityKind::DateTime { unix_time: unix_time?, format: date_format(format)? })
}

/// Normalizes the format of a time. The format may be empty, `r`, `R`, or any mix of the letters `t T d D w W`. If a
/// letter is given in lower and in upper case, the lower case wins. `R` and `W` always become lower case. Returns
/// `None` for any other format.
pub(super) fn date_format(format: &str) -> Option<String> {
    if matches!(format, "r" | "R") {
        return Some("r".into());
    }
    if !format.chars().all(|c| "tTdDwW".contains(c)) {
        return None;
    }
    // TDLib's normal form has this order: weekday, date, time.
    let either = |lower: char, upper: char| [lower, upper].into_iter().find(|c| format.contains(*c));
    let weekday = either('w', 'W').map(|_| 'w');
    Some([weekday, either('d', 'D'), either('t', 'T')].into_iter().flatten().collect())
}

/// Returns the query of an address such as `tg:HOST?…` or `tg://HOST/?…`, without the fragment. The scheme and the host
/// are compared case-insensitively. Returns `None` for any other scheme or host. Also returns `None` if the address has
/// no query, or if the address has a path other than `/`.
fn internal_query<'a>(address: &'a str, host: &str) -> Option<&'a str> {
    let rest = strip_ascii_case(address, "tg:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let rest = strip_ascii_case(rest, host)?;
    let query = rest.strip_prefix('/').unwrap_or(rest).strip_prefix('?')?;
    query.split('#').next()
}

fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
}

fn strip_ascii_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}
