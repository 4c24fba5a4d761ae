//! Generates inputs: pieces that are difficult for the parsers, in random order.

use std::sync::LazyLock;

use serde::Deserialize;
use telecast::telegram::ParseMode;

/// The pieces, by the kind of input that they are used in.
#[derive(Deserialize)]
struct Pieces {
    text: Vec<String>,
    links: Vec<String>,
    html: Vec<String>,
    markdown: Vec<String>,
    markdown_v2: Vec<String>,
    findable: Vec<String>,
    cleanable: Vec<String>,
    kinds: Vec<String>,
}

static PIECES: LazyLock<Pieces> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/telegram/pieces.json")).expect("the pieces are JSON")
});

impl Pieces {
    fn of(&self, mode: ParseMode) -> &[String] {
        match mode {
            ParseMode::Html => &self.html,
            ParseMode::Markdown => &self.markdown,
            ParseMode::MarkdownV2 => &self.markdown_v2,
        }
    }
}

/// A small random number generator (xorshift). A seed gives the same inputs on every machine.
pub struct Random(u64);

impl Random {
    /// Creates a generator from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    fn pick<'a, T: AsRef<str>>(&mut self, pieces: &'a [T]) -> &'a str {
        pieces[self.below(pieces.len())].as_ref()
    }
}

/// Returns markup for one mode: mostly well-formed pieces, in an order that is often invalid.
pub fn markup(random: &mut Random, mode: ParseMode) -> String {
    let pieces = PIECES.of(mode);
    let mut text = String::new();
    if mode == ParseMode::Html && random.below(20) == 0 {
        return (0..3 + random.below(30)).map(|_| nested(random, 0)).collect();
    }
    for _ in 0..1 + random.below(12) {
        match random.below(10) {
            0..=5 => text.push_str(random.pick(pieces)),
            6 => text.push_str(&link(random, mode)),
            7 => text.push_str(&element(random, mode)),
            _ => text.push_str(random.pick(&PIECES.text)),
        }
    }
    text
}

/// Returns well-formed HTML with many entities over the same text. C++'s `std::sort` is not stable for more than
/// sixteen elements, so this tests that equal entities come in the same order as TDLib's.
fn nested(random: &mut Random, depth: usize) -> String {
    if 5 < depth || random.below(3) == 0 {
        return random.pick(&["a", "b", "😀"]).to_owned();
    }
    let inner: String = (0..1 + random.below(4) / 3).map(|_| nested(random, depth + 1)).collect();
    match random.pick(&["a", "a", "b", "i", "blockquote", "blockquote expandable", "code", "pre", "tg-emoji"])
    {
        "a" => format!("<a href='{}.b'>{inner}</>", random.below(30)),
        "tg-emoji" => format!("<tg-emoji emoji-id='{}'>{inner}</>", 1 + random.below(9)),
        name => format!("<{name}>{inner}</>"),
    }
}

/// Returns a complete link with a URL that may be valid.
fn link(random: &mut Random, mode: ParseMode) -> String {
    let address = random.pick(&PIECES.links);
    match mode {
        ParseMode::Html if random.below(8) == 0 => format!("<a>{address}</a>"),
        ParseMode::Html => format!("<a href=\"{address}\">l</a>"),
        _ => format!("[l]({address})"),
    }
}

/// Returns an entity with matching start and end, and a piece inside.
fn element(random: &mut Random, mode: ParseMode) -> String {
    let inner = random.pick(&PIECES.text);
    match mode {
        ParseMode::Html => {
            let name =
                random.pick(&["b", "i", "u", "s", "code", "pre", "tg-spoiler", "blockquote", "em", "a"]);
            let within = random.pick(&PIECES.html);
            format!("<{name}>{inner}{within}{inner}</{name}>")
        }
        ParseMode::Markdown => {
            let mark = random.pick(&["*", "_", "`", "```"]);
            format!("{mark}{inner}{mark}")
        }
        ParseMode::MarkdownV2 => {
            let mark = random.pick(&["*", "_", "__", "~", "||", "`", "```"]);
            let within = random.pick(&PIECES.markdown_v2);
            format!("{mark}{inner}{within}{inner}{mark}")
        }
    }
}

/// Returns plain text that may contain links, mentions and the like.
pub fn plain(random: &mut Random) -> String {
    (0..1 + random.below(10)).map(|_| random.pick(&PIECES.findable)).collect()
}

/// Returns a text with entities at random positions, as JSON.
pub fn formatted(random: &mut Random) -> serde_json::Value {
    let text: String = (0..1 + random.below(14)).map(|_| random.pick(&PIECES.cleanable)).collect();
    let units = text.encode_utf16().count();
    let entities: Vec<_> = (0..random.below(8)).map(|_| entity(random, units)).collect();
    serde_json::json!({ "text": text, "entities": entities })
}

fn entity(random: &mut Random, units: usize) -> serde_json::Value {
    let offset = random.below(units + 1);
    let beyond = usize::from(random.below(20) == 0);
    let length = random.below(units - offset + 1 + beyond);
    let mut entity = serde_json::json!({ "type": "", "offset": offset, "length": length });
    match random.pick(&PIECES.kinds) {
        "pre_code" => {
            entity["type"] = "pre".into();
            entity["language"] = "rs".into();
        }
        "text_link" => {
            entity["type"] = "text_link".into();
            entity["url"] = random.pick(&PIECES.links).into();
        }
        kind => entity["type"] = kind.into(),
    }
    match entity["type"].as_str() {
        Some("text_mention") => entity["user_id"] = 7.into(),
        Some("custom_emoji") => entity["custom_emoji_id"] = "5".into(),
        Some("date_time") => {
            entity["unix_time"] = 7.into();
            entity["date_time_format"] = random.pick(&["", "r", "wDT"]).into();
        }
        _ => {}
    }
    entity
}
