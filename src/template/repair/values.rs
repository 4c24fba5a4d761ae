//! Mistakes in names, filters, quotes, and tags' names.

use crate::diagnostic::{Diagnostic, TextEdit};
use crate::dialect::Dialect;
use crate::profile::Vocabulary;
use crate::text::Span;

use super::super::filters;
use super::super::flavour::Flavour;
use super::super::token::{Lexeme, LexemeKind};
use super::mender::{Mender, Mistake};

/// The variables that hold the properties of something.
const ROOTS: [&str; 3] = ["Profile", "Event", "ExternalTrigger"];

/// Words that are no part of a name with spaces.
const WORDS: [&str; 40] = [
    "and", "or", "contains", "in", "not", "is", "eq", "ne", "equals", "then", "with", "as", "for", "true",
    "false", "nil", "null", "empty", "blank", "reversed", "gt", "lt", "gte", "lte", "ge", "le", "equal",
    "greater", "less", "more", "bigger", "smaller", "than", "exists", "exist", "contain", "includes",
    "limit", "offset", "cols",
];

/// Removes single braces, as in `{% if {x} %}`, and reads Braze's `${x}` as a property.
pub(super) fn braces(mender: &mut Mender) {
    if mender.text.contains("${") {
        return braze(mender);
    }
    let lexemes = mender.lexemes();
    let is_brace = |lexeme: &Lexeme| matches!(mender.of(lexeme), "{" | "}");
    let Some(first) = lexemes.iter().find(|lexeme| is_brace(lexeme)) else { return };
    let span = first.span;
    let edits: Vec<_> = lexemes
        .iter()
        .filter(|lexeme| is_brace(lexeme))
        .map(|brace| {
            // The spaces inside the braces go with them.
            let (before, after) = (&mender.text[..brace.span.start], &mender.text[brace.span.end..]);
            match mender.of(brace) {
                "{" => {
                    let spaces = after.len() - after.trim_start_matches(' ').len();
                    TextEdit::new(Span::new(brace.span.start, brace.span.end + spaces), "")
                }
                _ => TextEdit::new(Span::new(before.trim_end_matches(' ').len(), brace.span.end), ""),
            }
        })
        .collect();
    // `{{{ x }}` may be a brace of the text and an output.
    if mender.is_output && span.start == 0 {
        mender.guess();
    }
    let mistake = Mistake::new(
        span,
        "a single brace inside Liquid",
        "write the variable without braces",
        "remove the braces",
    );
    // Edits of `{}` would overlap.
    if edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start) {
        mender.correct(&edits, mistake);
    }
    if mender.is_output && !mender.text.starts_with(' ') {
        mender.text = format!(" {} ", mender.text.trim());
    }
}

/// `{{${first_name}}}` and `{{custom_attribute.${plan}}}` are Braze's, whose properties may have other names here.
fn braze(mender: &mut Mender) {
    let text = mender.text.clone();
    let Some(dollar) = text.find("${") else { return };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let start = text[..dollar].trim_end_matches(is_name).len();
    let inside = &text[dollar + 2..];
    let length = inside.find(['}', '|']).unwrap_or(inside.len());
    let name = inside[..length].trim();
    let end = dollar + 2 + length + usize::from(inside[length..].starts_with('}'));
    let root = if text[start..dollar].starts_with("event") { "Event" } else { "Profile" };
    if name.is_empty() {
        return;
    }
    let written = property(root, name);
    let mistake = Mistake::new(
        Span::new(start, dollar + 2 + length),
        "`${…}` is not a variable here",
        format!("write `{written}`, if the property has this name here"),
        format!("write `{written}`"),
    );
    mender.guess();
    let space = |c: Option<char>| if c == Some(' ') { "" } else { " " };
    let (before, after) = (text[..start].chars().last(), text[end..].chars().next());
    mender.correct_to(
        format!("{}{}{written}{}{}", &text[..start], space(before), space(after), &text[end..]),
        mistake,
    );
}

/// Returns the path of a property, in brackets if its name needs them.
fn property(root: &str, name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain { format!("{root}.{name}") } else { format!("{root}[\"{name}\"]") }
}

/// Makes the fixes safe that only write a property in brackets, such as `Profile["First Name"]`, if profiles have a
/// property with this name.
pub(crate) fn confirm_names(problems: &mut [Diagnostic], vocabulary: &Vocabulary) {
    for fix in problems.iter_mut().flat_map(|problem| &mut problem.fixes).filter(|fix| !fix.safe) {
        if !fix.title.starts_with("write `Profile[") {
            continue;
        }
        let mut titles =
            vocabulary.properties.iter().map(|known| title_of(&property("Profile", &known.name)));
        fix.safe = titles.any(|title| title == fix.title);
    }
}

fn title_of(right: &str) -> String {
    format!("write `{right}`")
}

/// Tags with another engine's name.
pub(super) fn tag_names(mender: &mut Mender) {
    if mender.is_output {
        return;
    }
    let lexemes = mender.lexemes();
    let [first, rest @ ..] = lexemes.as_slice() else { return };
    let name = mender.of(first).to_ascii_lowercase();
    let whole = Span::new(first.span.start, mender.text.trim_end().len());
    let second = rest.first().map(|lexeme| (lexeme.span, mender.of(lexeme).to_owned()));
    let mut rename = |span: Span, right: &str| {
        let wrong = span.of(&mender.text);
        let mistake = Mistake::new(
            span,
            format!("unknown tag `{wrong}`"),
            format!("write `{right}`"),
            format!("write `{right}`"),
        );
        mender.correct(&[TextEdit::new(span, right)], mistake);
    };
    match (name.as_str(), second) {
        ("else", Some((second, word))) if word.eq_ignore_ascii_case("if") => {
            rename(first.span.join(second), "elsif")
        }
        ("elseif" | "elif", _) => rename(first.span, "elsif"),
        ("set" | "let" | "var", Some(_)) => rename(first.span, "assign"),
        ("switch", _) => rename(first.span, "case"),
        ("foreach", _) => rename(first.span, "for"),
        ("ifnot", _) => rename(first.span, "unless"),
        ("abort_message" | "abortmessage", _) => {
            let mistake = Mistake::new(
                first.span,
                format!("unknown tag `{}`", mender.of(first)),
                "write `abort`, which has no message",
                "write `abort`",
            );
            mender.correct(&[TextEdit::new(whole, "abort")], mistake);
        }
        ("abort", Some((second, _))) if mender.flavour != Flavour::Shopify => {
            let mistake =
                Mistake::new(second, "`abort` has no message", "write only `abort`", "remove the message");
            mender.correct(&[TextEdit::new(whole, "abort")], mistake);
        }
        _ => {}
    }
}

/// Filters written as calls: `default("x")`, `default "x"`, `default = "x"`.
pub(super) fn calls(mender: &mut Mender) {
    if !mender.takes_filters() {
        return;
    }
    let lexemes = mender.lexemes();
    let mut edits = Vec::new();
    let mut first: Option<Mistake> = None;
    for (index, pair) in lexemes.windows(3).enumerate() {
        let [pipe, name, next] = pair else { continue };
        if pipe.kind != LexemeKind::Pipe || name.kind != LexemeKind::Word {
            continue;
        }
        let word = mender.of(name).to_owned();
        let colon = TextEdit::new(Span::new(name.span.end, name.span.end), ":");
        let mut note = |span: Span, message: String| {
            let help = format!("write a colon before the argument: `| {word}: …`");
            first.get_or_insert(Mistake::new(span, message, help, "write a colon"));
        };
        match next.kind {
            LexemeKind::OpenParenthesis => {
                let rest = &lexemes[index + 3..];
                let depth = |lexeme: &Lexeme| match lexeme.kind {
                    LexemeKind::OpenParenthesis => 1,
                    LexemeKind::CloseParenthesis => -1,
                    _ => 0,
                };
                let mut open = 1;
                let close = rest.iter().find(|lexeme| {
                    open += depth(lexeme);
                    open == 0
                });
                let Some(close) = close else { continue };
                let is_empty = rest.first() == Some(close);
                let opening = Span::new(name.span.end, next.span.end);
                note(opening, format!("`{word}` is called with parentheses"));
                edits.push(TextEdit::new(opening, if is_empty { "" } else { ": " }));
                edits.push(TextEdit::new(close.span, ""));
            }
            LexemeKind::String | LexemeKind::Number | LexemeKind::Word if filters::find(&word).is_some() => {
                note(name.span, format!("`{word}` has no colon before its argument"));
                edits.push(colon);
            }
            LexemeKind::Equals if filters::find(&word).is_some() => {
                note(next.span, format!("`=` after `{word}`"));
                let arrow = lexemes.get(index + 3).filter(|lexeme| mender.of(lexeme) == ">");
                edits.push(TextEdit::new(Span::new(name.span.end, arrow.unwrap_or(next).span.end), ":"));
            }
            LexemeKind::Comma if filters::find(&word).is_some() => {
                note(next.span, format!("`,` after `{word}`"));
                edits.push(TextEdit::new(next.span, ":"));
            }
            _ => {}
        }
    }
    edits.sort_by_key(|edit| edit.span);
    if let Some(mistake) = first {
        mender.correct(&edits, mistake);
    }
}

/// `||` before a filter, a missing `|`, and a missing comma between two texts.
pub(super) fn pipes(mender: &mut Mender) {
    if !mender.takes_filters() {
        return;
    }
    let lexemes = mender.lexemes();
    let is_filter =
        |lexeme: &Lexeme| lexeme.kind == LexemeKind::Word && filters::find(mender.of(lexeme)).is_some();
    let ends_value = |kind: LexemeKind| {
        matches!(kind, LexemeKind::Word | LexemeKind::String | LexemeKind::Number | LexemeKind::CloseBracket)
    };
    let first_value = if mender.is_output { 0 } else { 2 };
    for (index, pair) in lexemes.windows(2).enumerate() {
        let [one, two] = pair else { continue };
        let after = lexemes.get(index + 2);
        if one.kind == LexemeKind::Pipe && two.kind == LexemeKind::Pipe && after.is_some_and(is_filter) {
            let mistake = Mistake::new(
                one.span.join(two.span),
                "`||` before a filter",
                "write one `|` before each filter",
                "write `|`",
            );
            return mender.correct(&[TextEdit::new(one.span.join(two.span), "|")], mistake);
        }
        if first_value <= index && ends_value(one.kind) && is_filter(two) {
            let before =
                index.checked_sub(1).and_then(|before| lexemes.get(before)).map(|lexeme| lexeme.kind);
            // The name of a filter that has its own mistake.
            if before == Some(LexemeKind::Pipe) {
                continue;
            }
            let name = mender.of(two).to_owned();
            let has_arguments = after.is_some_and(|lexeme| lexeme.kind == LexemeKind::Colon);
            let mistake = Mistake::new(
                two.span,
                format!("`|` is missing before `{name}`"),
                format!("write `|` before `{name}`"),
                format!("write `| {name}`"),
            );
            // Without an argument, the word may be a part of a name with spaces.
            if !has_arguments {
                mender.guess();
            }
            return mender.correct(&[TextEdit::new(Span::at(two.span.start), "| ")], mistake);
        }
        if one.kind == LexemeKind::String && two.kind == LexemeKind::String {
            let mistake = Mistake::new(
                Span::at(two.span.start),
                "a comma is missing between two arguments",
                "write a comma between arguments",
                "add a comma",
            );
            return mender.correct(&[TextEdit::new(Span::at(one.span.end), ",")], mistake);
        }
    }
}

/// Names that need brackets and quotes: `Profile.First Name`, `Profile."x"`, `Profile[First Name]`, and the
/// `@Profile - First Name` of CleverTap's editor.
pub(super) fn names(mender: &mut Mender) {
    // One name at a time, because the places of the next ones move.
    for _ in 0..MAX_NAMES {
        let lexemes = mender.lexemes();
        let Some(found) = (0..lexemes.len()).find_map(|index| name_at(mender, &lexemes, index)) else {
            return;
        };
        let written = found.span.of(&mender.text).trim();
        let mistake = Mistake::new(
            found.span,
            format!("`{written}` is not a name in Liquid"),
            title_of(&found.right),
            title_of(&found.right),
        );
        if !found.is_certain {
            mender.guess();
        }
        mender.correct(&[TextEdit::new(found.span, found.right)], mistake);
    }
}

// More names in one tag are rare, and each takes another pass over the tag.
const MAX_NAMES: usize = 6;

struct OddName {
    span: Span,
    right: String,
    /// Whether the words can be nothing but a name.
    is_certain: bool,
}

fn name_at(mender: &Mender, lexemes: &[Lexeme], index: usize) -> Option<OddName> {
    let root = lexemes.get(index).filter(|lexeme| lexeme.kind == LexemeKind::Word)?;
    let is_after_dot = index.checked_sub(1).is_some_and(|before| lexemes[before].kind == LexemeKind::Dot);
    let name = mender.of(root);
    if is_after_dot || (!mender.is_output && index == 0) {
        return None;
    }
    let next = lexemes.get(index + 1)?;
    // `@Profile - First Name`
    if mender.of(next) == "-" && (ROOTS.contains(&name) || lexeme_before(mender, lexemes, index) == "@") {
        let words = words_from(mender, lexemes, index + 2)?;
        let at = index
            .checked_sub(1)
            .map(|before| lexemes[before].span)
            .filter(|span| span.of(&mender.text) == "@");
        let root_name = if name == "Profile" { "Profile" } else { "Event" };
        return Some(OddName {
            span: at.unwrap_or(root.span).join(words.span),
            right: property(root_name, words.span.of(&mender.text)),
            is_certain: words.is_certain || (at.is_some() && !words.has_filter),
        });
    }
    // `Profile[First Name]`. Nothing but a name can be in brackets.
    if next.kind == LexemeKind::OpenBracket {
        let words = words_from(mender, lexemes, index + 2)?;
        let close = lexemes.get(words.next).filter(|lexeme| lexeme.kind == LexemeKind::CloseBracket)?;
        return (1 < words.n).then(|| OddName {
            span: root.span.join(close.span),
            right: format!("{name}[\"{}\"]", words.span.of(&mender.text)),
            is_certain: true,
        });
    }
    // The steps before the last dot are right.
    let mut at = index;
    while lexemes.get(at + 1).is_some_and(|dot| dot.kind == LexemeKind::Dot)
        && lexemes.get(at + 2).is_some_and(|step| step.kind == LexemeKind::Word)
        && lexemes.get(at + 3).is_some_and(|dot| dot.kind == LexemeKind::Dot)
    {
        at += 2;
    }
    lexemes.get(at + 1).filter(|dot| dot.kind == LexemeKind::Dot)?;
    let start = &mender.text[root.span.start..lexemes[at].span.end];
    let first = lexemes.get(at + 2)?;
    if first.kind == LexemeKind::String {
        let quoted = mender.of(first);
        return Some(OddName {
            span: root.span.join(first.span),
            right: format!("{start}[{quoted}]"),
            is_certain: true,
        });
    }
    let words = words_from(mender, lexemes, at + 2)?;
    let is_plain = words.n == 1 && first.kind == LexemeKind::Word;
    // A number at the end of a condition has probably lost its operator: `Profile.score  3`.
    let is_compared = mender.is_condition()
        && lexemes.get(words.next - 1).is_some_and(|last| last.kind == LexemeKind::Number)
        && lexemes.get(words.next).is_none_or(|next| matches!(mender.of(next), "and" | "or"));
    (!is_plain && !is_compared).then(|| OddName {
        span: root.span.join(words.span),
        right: format!("{start}[\"{}\"]", words.span.of(&mender.text)),
        is_certain: words.is_certain && ROOTS.contains(&name),
    })
}

fn lexeme_before<'m>(mender: &'m Mender, lexemes: &[Lexeme], index: usize) -> &'m str {
    index.checked_sub(1).map_or("", |before| lexemes[before].span.of(&mender.text))
}

struct Words {
    span: Span,
    n: usize,
    is_certain: bool,
    has_filter: bool,
    next: usize,
}

/// Reads the words of a name with spaces, or with letters that Liquid's names cannot have.
fn words_from(mender: &Mender, lexemes: &[Lexeme], from: usize) -> Option<Words> {
    let is_part = |lexeme: &&Lexeme| match lexeme.kind {
        LexemeKind::Word => !WORDS.contains(&mender.of(lexeme).to_ascii_lowercase().as_str()),
        LexemeKind::Number => !mender.of(lexeme).contains('.'),
        LexemeKind::Unknown => {
            mender.of(lexeme).chars().all(|c| c.is_alphanumeric() || matches!(c, '$' | '#' | '/' | '&' | '-'))
        }
        _ => false,
    };
    let words: Vec<&Lexeme> = lexemes.get(from..)?.iter().take_while(is_part).collect();
    let (first, last) = (words.first()?, words.last()?);
    let next = from + words.len();
    // A colon follows the name of a filter, whose `|` is missing.
    if lexemes.get(next).is_some_and(|lexeme| lexeme.kind == LexemeKind::Colon) {
        return None;
    }
    // The last word starts another path: `Profile.a Profile.b`.
    let is_path = |lexeme: &Lexeme| matches!(lexeme.kind, LexemeKind::Dot | LexemeKind::OpenBracket);
    if 1 < words.len() && last.kind == LexemeKind::Word && lexemes.get(next).is_some_and(is_path) {
        return None;
    }
    let span = first.span.join(last.span);
    if span.of(&mender.text).contains(['\n', '"']) {
        return None;
    }
    // Words with a space between them may also have lost an operator, a `|`, or an underscore. Only the properties
    // that exist could tell.
    let is_certain = span.of(&mender.text).chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let has_filter = words.iter().skip(1).any(|lexeme| filters::find(mender.of(lexeme)).is_some());
    // `&&` is an operator.
    let is_operator = span.of(&mender.text).contains("&&");
    (!is_operator).then_some(Words { span, n: words.len(), is_certain, has_filter, next })
}

/// Quotes without a partner.
pub(super) fn quotes(mender: &mut Mender) {
    let lexemes = mender.lexemes();
    let Some(open) = lexemes.last().filter(|lexeme| lexeme.kind == LexemeKind::OpenString).copied() else {
        return;
    };
    let text = mender.of(&open).to_owned();
    let quote = &text[..1];
    let other = if quote == "\"" { "'" } else { "\"" };
    let mut mistake = Mistake::new(
        open.span,
        "this string has no closing quote",
        "add the closing quote",
        format!("add `{quote}`"),
    );
    let before = lexemes.len().checked_sub(2).and_then(|before| lexemes.get(before)).copied();
    if text.len() == 1 {
        let Some(word) = before.filter(|lexeme| matches!(lexeme.kind, LexemeKind::Word | LexemeKind::Number))
        else {
            return;
        };
        "this string has no opening quote".clone_into(&mut mistake.message);
        "add the opening quote, or remove this one".clone_into(&mut mistake.help);
        mender.guess();
        return mender.correct(&[TextEdit::new(Span::at(word.span.start), quote)], mistake);
    }
    if let Some(inside) = text[1..].strip_suffix(other) {
        let end = open.span.start + 1 + inside.len();
        "this string ends with another quote than it starts with".clone_into(&mut mistake.message);
        format!("close it with `{quote}`").clone_into(&mut mistake.help);
        mistake.title = format!("write `{quote}`");
        mender.guess();
        return mender.correct(&[TextEdit::new(Span::new(end, end + 1), quote)], mistake);
    }
    // The string may have been meant to end before a filter.
    if let Some(pipe) = text.find('|') {
        mender.guess();
        let end = open.span.start + text[..pipe].trim_end().len();
        return mender.correct(&[TextEdit::new(Span::at(end), quote)], mistake);
    }
    // The string may have been meant to end before an operator, a comma, or another string.
    let inside = &text[1..];
    let is_swallowing = [" and ", " or ", " contains ", "&&"].iter().any(|word| inside.contains(word))
        || inside.contains([',', '=', '<', '>', '"', '\'']);
    if is_swallowing {
        mender.guess();
    }
    mender.correct(&[TextEdit::new(Span::at(open.span.end), quote)], mistake);
}

/// Signs after the end of a value, as in `{{ x; }}` and `{% if x: %}`.
pub(super) fn ends(mender: &mut Mender) {
    let lexemes = mender.lexemes();
    let is_needless = |lexeme: &&Lexeme| {
        matches!(lexeme.kind, LexemeKind::Colon | LexemeKind::Comma | LexemeKind::Pipe)
            || matches!(mender.of(lexeme), ";" | "%" | "{" | "}")
            || (mender.is_condition() && mender.of(lexeme) == "then")
    };
    let n_needless = lexemes.iter().rev().take_while(is_needless).count();
    let n_right = lexemes.len() - n_needless;
    let (Some(first), Some(last)) = (lexemes.get(n_right), lexemes.last()) else { return };
    let Some(before) = n_right.checked_sub(1).and_then(|before| lexemes.get(before)) else { return };
    let found = mender.text[first.span.start..last.span.end].to_owned();
    let mistake = Mistake::new(
        first.span,
        format!("`{found}` does not belong here"),
        "remove it",
        format!("remove `{found}`"),
    );
    mender.correct(&[TextEdit::new(Span::new(before.span.end, last.span.end), "")], mistake);
}

/// Returns whether CleverTap's dialect applies.
pub(super) fn is_clevertap(flavour: Flavour) -> bool {
    flavour == Flavour::Dialect(Dialect::CleverTap)
}
