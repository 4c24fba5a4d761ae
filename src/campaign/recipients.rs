//! The recipients of a campaign, `[who]`: exactly one audience, minus an optional exclusion. An audience expression is
//! a condition that selects profiles. It is kept as text and is not parsed here.

use crate::diagnostic::{Code, Diagnostic};
use crate::toml::{Editor, Table};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recipients {
    pub audience: Audience,
    /// An audience expression. The profiles that match it are left out.
    pub exclude: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Audience {
    Everyone,
    /// A segment: the name of its file without the extension.
    Segment(String),
    /// An audience expression.
    Where(String),
    /// The name of a CSV file of identities.
    List(String),
}

const FORMS: &str = "exactly one of `everyone = true`, `segment = \"name\"`, `where = \"expression\"`, `list = \"people.csv\"`";

pub(super) fn read(table: &mut Table<'_>) -> Option<Recipients> {
    // Unknown keys are errors here: with a mistyped `exclude`, the campaign would reach people who must be left out.
    table.make_unknown_keys_errors(|_| {
        Some("`[who]` accepts one of `everyone`, `segment`, `where` and `list`, and optionally `exclude`")
    });
    let mut found: Vec<(&'static str, Audience)> = Vec::new();
    if let Some(everyone) = table.boolean("everyone") {
        if everyone.value {
            found.push(("everyone", Audience::Everyone));
        } else {
            let problem =
                Diagnostic::error(Code::BadAudience, everyone.span, "`everyone = false` selects nobody");
            table.report(problem.with_help(format!("write {FORMS}")));
        }
    }
    for key in ["segment", "where", "list"] {
        let Some(text) = table.string(key) else { continue };
        if text.value.trim().is_empty() {
            table.report(Diagnostic::error(Code::BadAudience, text.span, format!("`{key}` is empty")));
        } else {
            found.push((key, parse_audience(key, text.value)));
        }
    }
    let exclude = table.string("exclude").map(|text| text.value).filter(|text| !text.trim().is_empty());
    if let Some((second, _)) = found.get(1) {
        // If there are several audiences, none of them is used: any choice could reach people who were not meant to be
        // recipients.
        let span = table.key_span(second).unwrap_or(table.span());
        let problem = Diagnostic::error(Code::BadAudience, span, "`[who]` names more than one audience");
        table.report(problem.with_help(format!("keep {FORMS}")));
        return None;
    }
    let is_named = ["everyone", "segment", "where", "list"].iter().any(|key| table.key_span(key).is_some());
    // If the key of an audience is present but its value is bad, the value was already reported. Then `[who]` is not
    // reported again.
    if found.is_empty() && !is_named {
        let problem = Diagnostic::error(Code::BadAudience, table.span(), "`[who]` names no audience");
        table.report(problem.with_help(format!("write {FORMS}")));
    }
    found.pop().map(|(_, audience)| Recipients { audience, exclude })
}

fn parse_audience(key: &str, text: String) -> Audience {
    match key {
        "segment" => Audience::Segment(text),
        "list" => Audience::List(text),
        _ => Audience::Where(text),
    }
}

pub(super) fn write(editor: &mut Editor, recipients: Option<&Recipients>) {
    let Some(Recipients { audience, exclude }) = recipients else {
        editor.remove(&["who"]);
        return;
    };
    let key = match audience {
        Audience::Everyone => "everyone",
        Audience::Segment(_) => "segment",
        Audience::Where(_) => "where",
        Audience::List(_) => "list",
    };
    // The other audiences are removed, because a file with two audiences is refused when it is read back.
    for other in ["everyone", "segment", "where", "list"].into_iter().filter(|other| *other != key) {
        editor.remove(&["who", other]);
    }
    match audience {
        Audience::Everyone => editor.set_boolean(&["who", key], true),
        Audience::Segment(text) | Audience::Where(text) | Audience::List(text) => {
            editor.set_string(&["who", key], text);
        }
    }
    match exclude {
        Some(exclude) => editor.set_string(&["who", "exclude"], exclude),
        None => editor.remove(&["who", "exclude"]),
    }
}
