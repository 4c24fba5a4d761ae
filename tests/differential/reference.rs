//! The reference library: synchronous requests to TDLib's JSON interface.

use std::ffi::{CStr, CString, OsStr, c_char};

use serde_json::{Value, json};
use telecast::telegram::ParseMode;

/// The loaded library.
pub struct Reference {
    execute: unsafe extern "C" fn(*const c_char) -> *const c_char,
    /// Keeps the library loaded, so that `execute` stays valid.
    _library: libloading::Library,
}

impl Reference {
    /// Loads the library from `path`.
    pub fn load(path: &OsStr) -> Self {
        // SAFETY: the initialisers are TDLib's, which only set up its tables.
        let library = unsafe { libloading::Library::new(path) }.expect("the reference library loads");
        // SAFETY: the signature is the one in td_json_client.h.
        let execute = unsafe {
            *library
                .get::<unsafe extern "C" fn(*const c_char) -> *const c_char>(b"td_execute\0")
                .expect("the reference library has td_execute")
        };
        let reference = Self { execute, _library: library };
        reference.ask(&json!({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}));
        reference
    }

    /// Returns the answer to a request.
    pub fn ask(&self, request: &Value) -> Value {
        serde_json::from_str(&self.ask_text(&request.to_string())).expect("the answer is JSON")
    }

    /// Returns the answer to a request; both are JSON text.
    pub fn ask_text(&self, request: &str) -> String {
        let request = CString::new(request).expect("JSON has no NUL");
        // SAFETY: td_execute reads a C string and returns one that lives until the next call on this thread.
        let answer = unsafe { CStr::from_ptr((self.execute)(request.as_ptr())) };
        answer.to_str().expect("the answer is UTF-8").to_owned()
    }

    /// Parses markup as the Bot API server does. The answer has the form of `debug entities`.
    pub fn parse(&self, mode: ParseMode, text: &str) -> Value {
        flat(&self.ask(&parse_request(mode, text)))
    }

    /// Detects links, mentions and the like. The answer has the form of `debug entities`.
    pub fn find(&self, text: &str) -> Value {
        let mut answer = self.ask(&json!({"@type": "getTextEntities", "text": text}));
        answer["text"] = text.into();
        flat(&answer)
    }

    /// Cleans and repairs a text, which must not contain Markdown.
    pub fn clean_and_repair(&self, formatted: &Value) -> Value {
        let entities: Vec<Value> =
            formatted["entities"].as_array().into_iter().flatten().map(nested_entity).collect();
        let text = json!({"@type": "formattedText", "text": formatted["text"], "entities": entities});
        flat(&self.ask(&json!({"@type": "parseMarkdown", "text": text})))
    }
}

/// Returns a request that parses markup.
pub fn parse_request(mode: ParseMode, text: &str) -> Value {
    let mode = match mode {
        ParseMode::Html => json!({"@type": "textParseModeHTML"}),
        ParseMode::Markdown => json!({"@type": "textParseModeMarkdown", "version": 1}),
        ParseMode::MarkdownV2 => json!({"@type": "textParseModeMarkdown", "version": 2}),
    };
    json!({"@type": "parseTextEntities", "text": text, "parse_mode": mode})
}

/// The entity types: TDLib's name and the Bot API's name.
const TYPES: [(&str, &str); 22] = [
    ("BankCardNumber", "bank_card_number"),
    ("BlockQuote", "blockquote"),
    ("Bold", "bold"),
    ("BotCommand", "bot_command"),
    ("Cashtag", "cashtag"),
    ("Code", "code"),
    ("CustomEmoji", "custom_emoji"),
    ("DateTime", "date_time"),
    ("EmailAddress", "email"),
    ("ExpandableBlockQuote", "expandable_blockquote"),
    ("Hashtag", "hashtag"),
    ("Italic", "italic"),
    ("Mention", "mention"),
    ("MentionName", "text_mention"),
    ("PhoneNumber", "phone_number"),
    ("Pre", "pre"),
    ("Spoiler", "spoiler"),
    ("Strikethrough", "strikethrough"),
    ("TextUrl", "text_link"),
    ("Underline", "underline"),
    ("Url", "url"),
    ("PreCode", "pre"),
];

/// Converts TDLib's answer to the form of `debug entities`.
fn flat(answer: &Value) -> Value {
    if answer["@type"] == "error" {
        return json!({ "error": answer["message"] });
    }
    let entities: Vec<Value> = answer["entities"].as_array().into_iter().flatten().map(flat_entity).collect();
    json!({ "text": answer["text"], "entities": entities })
}

fn flat_entity(entity: &Value) -> Value {
    let kind = &entity["type"];
    let name = kind["@type"].as_str().and_then(|name| name.strip_prefix("textEntityType")).unwrap_or("");
    let known = TYPES.iter().find(|(theirs, _)| *theirs == name);
    let mut flat = json!({
        "type": known.map_or(name, |(_, ours)| ours),
        "offset": entity["offset"],
        "length": entity["length"],
    });
    match name {
        "PreCode" => flat["language"] = kind["language"].clone(),
        "TextUrl" => flat["url"] = kind["url"].clone(),
        "MentionName" => flat["user_id"] = kind["user_id"].clone(),
        "CustomEmoji" => flat["custom_emoji_id"] = kind["custom_emoji_id"].clone(),
        "DateTime" => {
            flat["unix_time"] = kind["unix_time"].clone();
            flat["date_time_format"] = date_format(&kind["formatting_type"]).into();
        }
        _ => {}
    }
    flat
}

/// Returns the Bot API's format string: `r`, or `[w][d|D][t|T]`.
fn date_format(formatting: &Value) -> String {
    let precision = |key: &str, short: char, long: char| match formatting[key]["@type"].as_str() {
        Some("dateTimePartPrecisionShort") => Some(short),
        Some("dateTimePartPrecisionLong") => Some(long),
        _ => None,
    };
    if formatting["@type"] == "dateTimeFormattingTypeRelative" {
        return "r".into();
    }
    let weekday = (formatting["show_day_of_week"] == true).then_some('w');
    [weekday, precision("date_precision", 'd', 'D'), precision("time_precision", 't', 'T')]
        .into_iter()
        .flatten()
        .collect()
}

/// Converts an entity of the Bot API to TDLib's form.
fn nested_entity(entity: &Value) -> Value {
    let is_pre_code = entity["type"] == "pre" && entity.get("language").is_some();
    let name = if is_pre_code {
        "PreCode"
    } else {
        TYPES.iter().find(|(_, ours)| entity["type"] == *ours).map_or("", |(theirs, _)| theirs)
    };
    let mut kind = json!({ "@type": format!("textEntityType{name}") });
    for key in ["language", "url", "user_id", "custom_emoji_id", "unix_time"] {
        if let Some(value) = entity.get(key) {
            kind[key] = value.clone();
        }
    }
    if let Some(format) = entity["date_time_format"].as_str().filter(|format| !format.is_empty()) {
        kind["formatting_type"] = formatting_type(format);
    }
    json!({"@type": "textEntity", "offset": entity["offset"], "length": entity["length"], "type": kind})
}

fn formatting_type(format: &str) -> Value {
    if format == "r" {
        return json!({"@type": "dateTimeFormattingTypeRelative"});
    }
    let precision = |short: char, long: char| {
        let name = match () {
            () if format.contains(short) => "Short",
            () if format.contains(long) => "Long",
            () => "None",
        };
        json!({ "@type": format!("dateTimePartPrecision{name}") })
    };
    json!({
        "@type": "dateTimeFormattingTypeAbsolute",
        "time_precision": precision('t', 'T'),
        "date_precision": precision('d', 'D'),
        "show_day_of_week": format.contains('w'),
    })
}
