//! Lists the fields of the Bot API's methods and object types, for checks, completion, and hints. The lists are JSON
//! files in `assets/methods`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::method::Method;
use crate::diagnostic::did_you_mean;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiField {
    pub name: String,
    pub kind: FieldType,
    #[serde(default)]
    pub required: bool,
    /// The allowed values. Empty if the values are not limited to a fixed list.
    #[serde(default)]
    pub values: Vec<String>,
    /// The field's new name, if `name` is its old name.
    #[serde(default)]
    pub replaced_by: Option<String>,
    /// The field's purpose and limits, on one line without a full stop.
    pub doc: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum FieldType {
    Boolean,
    Integer,
    Number,
    /// Text without markup.
    String,
    /// Text with markup in the message's parse mode.
    Text,
    ParseMode,
    ChatId,
    Url,
    /// A URL, a `file_id`, or `attach://` with the name of an upload.
    File,
    Any,
    Object(String),
    Array(Box<FieldType>),
}

impl From<String> for FieldType {
    fn from(name: String) -> Self {
        if let Some(inner) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return FieldType::Array(Box::new(FieldType::from(inner.to_owned())));
        }
        match name.as_str() {
            "Boolean" => FieldType::Boolean,
            "Integer" => FieldType::Integer,
            "Number" => FieldType::Number,
            "String" => FieldType::String,
            "Text" => FieldType::Text,
            "ParseMode" => FieldType::ParseMode,
            "ChatId" => FieldType::ChatId,
            "Url" => FieldType::Url,
            "File" => FieldType::File,
            "Any" => FieldType::Any,
            _ => FieldType::Object(name),
        }
    }
}

/// Returns the fields of a method. The method's own fields come first. If the method sends messages, the common fields
/// of the sending methods follow.
pub(crate) fn of_method(method: Method) -> &'static [ApiField] {
    METHODS.get(&method).map_or(&[], Vec::as_slice)
}

/// Returns the fields of an object type, or an empty slice if the lists do not contain the type.
pub(crate) fn of_object(name: &str) -> &'static [ApiField] {
    OBJECTS.get(name).map_or(&[], Vec::as_slice)
}

/// Returns the fields of the object at a path in a body, or of the objects in the array at that path. A path consists
/// of keys, with `[]` for each array.
pub(crate) fn fields_at<S: AsRef<str>>(method: Method, path: &[S]) -> &'static [ApiField] {
    let mut fields = of_method(method);
    for key in path.iter().map(AsRef::as_ref).filter(|key| *key != "[]") {
        fields = fields.iter().find(|field| field.name == key).map_or(&[], |field| inside(&field.kind));
    }
    fields
}

/// Returns the field that a path leads to, or `None` if the Bot API has no such field. Steps into an array at the end
/// of the path are ignored.
pub(crate) fn field_at<S: AsRef<str>>(method: Method, path: &[S]) -> Option<&'static ApiField> {
    let end = path.iter().rposition(|key| key.as_ref() != "[]")?;
    fields_at(method, &path[..end]).iter().find(|field| field.name == path[end].as_ref())
}

/// Returns whether a string at a path is message text, which the recipients read.
pub(crate) fn is_message_text<S: AsRef<str>>(method: Method, path: &[S]) -> bool {
    let is_item = path.last().is_some_and(|key| key.as_ref() == "[]");
    field_at(method, path).is_some_and(|field| match &field.kind {
        FieldType::Text => !is_item,
        // The server accepts an option of a poll as a string, too.
        FieldType::Array(inner) => is_item && **inner == FieldType::Object("InputPollOption".to_owned()),
        _ => false,
    })
}

/// Returns whether a method or an object has a field with this name.
pub(crate) fn is_known_name(name: &str) -> bool {
    kinds_of_name(name).next().is_some()
}

/// Returns whether the fields with this name take text, in whatever method or object they are.
pub(crate) fn is_text_name(name: &str) -> bool {
    let mut kinds = kinds_of_name(name).peekable();
    kinds.peek().is_some()
        && kinds.all(|kind| match kind {
            FieldType::String | FieldType::Text | FieldType::ParseMode | FieldType::Url | FieldType::File => {
                true
            }
            FieldType::Boolean
            | FieldType::Integer
            | FieldType::Number
            | FieldType::ChatId
            | FieldType::Any
            | FieldType::Object(_)
            | FieldType::Array(_) => false,
        })
}

fn kinds_of_name(name: &str) -> impl Iterator<Item = &'static FieldType> {
    let fields = METHODS.values().chain(OBJECTS.values()).flatten();
    fields.filter(move |field| field.name == name).map(|field| &field.kind)
}

// Returns the fields of a value of this type. For an array, these are the fields of its items. In a path, `[]` is the
// step from an array to its items, and `fields_at` skips this step.
fn inside(kind: &'static FieldType) -> &'static [ApiField] {
    match kind {
        FieldType::Object(name) => of_object(name),
        FieldType::Array(inner) => inside(inner),
        FieldType::Boolean
        | FieldType::Integer
        | FieldType::Number
        | FieldType::String
        | FieldType::Text
        | FieldType::ParseMode
        | FieldType::ChatId
        | FieldType::Url
        | FieldType::File
        | FieldType::Any => &[],
    }
}

/// Returns the message about an unknown field, and the most similar name among `known` if a name is similar enough.
pub(crate) fn unknown_field<'f>(owner: &str, name: &str, known: &'f [ApiField]) -> (String, Option<&'f str>) {
    // The old name of a field is never suggested.
    let names = known.iter().filter(|field| field.replaced_by.is_none()).map(|field| field.name.as_str());
    (format!("`{owner}` has no field `{name}`: it is ignored"), did_you_mean(name, names))
}

static OBJECTS: LazyLock<HashMap<String, Vec<ApiField>>> =
    LazyLock::new(|| read(include_str!("../../assets/methods/types.json")));

static METHODS: LazyLock<HashMap<Method, Vec<ApiField>>> = LazyLock::new(|| {
    // The methods without a file of their own share one file, which maps each method's name to its fields.
    let mut others: HashMap<String, Vec<ApiField>> = read(include_str!("../../assets/methods/other.json"));
    let all = Method::ALL.into_iter().map(|method| {
        let mut fields = match own_file(method) {
            Some(file) => read::<Vec<ApiField>>(file),
            None => others.remove(method.as_str()).unwrap_or_default(),
        };
        if has_caption(method) {
            fields.extend(read::<Vec<ApiField>>(include_str!("../../assets/methods/caption.json")));
        }
        if method.sends() {
            let common: Vec<ApiField> = read(include_str!("../../assets/methods/sending.json"));
            fields.extend(common.into_iter().filter(|field| takes_common(method, &field.name)));
        }
        if method.edits() {
            fields.extend(read::<Vec<ApiField>>(include_str!("../../assets/methods/editing.json")));
        }
        (method, fields)
    });
    all.collect()
});

fn own_file(method: Method) -> Option<&'static str> {
    Some(match method {
        Method::SendMessage => include_str!("../../assets/methods/sendMessage.json"),
        Method::SendPhoto => include_str!("../../assets/methods/sendPhoto.json"),
        Method::SendVideo => include_str!("../../assets/methods/sendVideo.json"),
        Method::SendAnimation => include_str!("../../assets/methods/sendAnimation.json"),
        Method::SendDocument => include_str!("../../assets/methods/sendDocument.json"),
        Method::SendMediaGroup => include_str!("../../assets/methods/sendMediaGroup.json"),
        Method::SendPoll => include_str!("../../assets/methods/sendPoll.json"),
        Method::SendLocation => include_str!("../../assets/methods/sendLocation.json"),
        _ => return None,
    })
}

/// Returns whether a method takes a caption as arguments of its own.
fn has_caption(method: Method) -> bool {
    matches!(
        method,
        Method::SendPhoto
            | Method::SendVideo
            | Method::SendAnimation
            | Method::SendDocument
            | Method::SendAudio
            | Method::SendVoice
            | Method::SendPaidMedia
            | Method::CopyMessage
            | Method::EditMessageCaption
    )
}

/// Returns whether a sending method takes this one of the common fields of the sending methods.
fn takes_common(method: Method, name: &str) -> bool {
    match name {
        "reply_markup" => method.takes_reply_markup(),
        "reply_parameters"
        | "reply_to_message_id"
        | "allow_sending_without_reply"
        | "allow_paid_broadcast" => method.can_reply(),
        "ephemeral_message_parameters" | "business_connection_id" => !method.repeats(),
        _ => true,
    }
}

fn read<T: for<'de> Deserialize<'de>>(table: &str) -> T {
    serde_json::from_str(table).expect("the tables are compiled in, and a test reads them all")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn check(owner: &str, fields: &[ApiField]) {
        let names: HashSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names.len(), fields.len(), "{owner} has a field twice");
        for field in fields {
            assert!(!field.doc.is_empty() && !field.doc.ends_with('.'), "{owner}.{}", field.name);
            let replacement = field.replaced_by.as_deref();
            assert!(replacement.is_none_or(|name| names.contains(name)), "{owner}.{}", field.name);
            let mut kind = &field.kind;
            while let FieldType::Array(inner) = kind {
                kind = inner;
            }
            if let FieldType::Object(name) = kind {
                assert!(OBJECTS.contains_key(name), "{owner}.{} has an unknown type", field.name);
            }
        }
    }

    #[test]
    fn field_tables_are_consistent() {
        for method in Method::ALL {
            check(method.as_str(), of_method(method));
            let has_chat = of_method(method).iter().any(|field| field.name == "chat_id" && field.required);
            assert_eq!(has_chat, method.requires_chat_id(), "{}", method.as_str());
        }
        for (name, fields) in OBJECTS.iter() {
            check(name, fields);
        }
    }

    #[test]
    fn message_text_is_what_recipients_read() {
        let is_text = |method, path: &str| is_message_text(method, &path.split('.').collect::<Vec<_>>());
        assert!(
            is_text(Method::SendMessage, "text") && is_text(Method::SendMessage, "reply_parameters.quote")
        );
        assert!(is_text(Method::SendPhoto, "caption") && is_text(Method::SendMediaGroup, "media.[].caption"));
        for path in ["question", "explanation", "description", "options.[]", "options.[].text"] {
            assert!(is_text(Method::SendPoll, path), "{path}");
        }
        for path in ["chat_id", "parse_mode", "text.[]", "reply_markup.inline_keyboard.[].[].text", "caption"]
        {
            assert!(!is_text(Method::SendMessage, path), "{path}");
        }
        assert!(!is_text(Method::SendPoll, "options") && !is_text(Method::SendMessage, "[]"));
    }

    #[test]
    fn media_group_has_no_reply_markup() {
        let has = |method, name: &str| of_method(method).iter().any(|field| field.name == name);
        assert!(has(Method::SendPhoto, "reply_markup") && has(Method::SendPhoto, "caption"));
        assert!(!has(Method::SendMediaGroup, "reply_markup"));
    }
}
