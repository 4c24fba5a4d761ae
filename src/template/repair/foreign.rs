//! Expressions of other languages: `a ?? "x"`, `a * 2`, `a ? b : c`, `Profile->name`, `for i in 1..3`, `assign v == 1`,
//! and quotes inside quotes.

use crate::diagnostic::TextEdit;
use crate::text::Span;

use super::super::filters;
use super::mender::{Mender, Mistake};

/// Operators that print the right value if the left one is missing.
const FALLBACKS: [&str; 5] = ["??", "?:", "||", " or ", " OR "];

/// Arithmetic operators with the filter that does the same.
const ARITHMETIC: [(char, &str); 5] =
    [('*', "times"), ('/', "divided_by"), ('%', "modulo"), ('+', "plus"), ('-', "minus")];

const KEYWORDS: [&str; 3] = [" limit", " offset", " reversed"];

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Returns the text with each quoted string replaced by `\u{1}`s, so that only what is outside of quotes is found in
/// it. The offsets stay.
fn without_strings(text: &str) -> String {
    let mut quote = None;
    let hidden = text.bytes().map(|byte| match (quote, byte) {
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            1
        }
        (Some(open), byte) => {
            if open == byte {
                quote = None;
            }
            1
        }
        (None, byte) if byte.is_ascii() => byte,
        (None, _) => 2,
    });
    hidden.map(char::from).collect()
}

/// Returns the part of an output, `assign` or `echo` before its first filter, without the spaces around it.
fn value(mender: &Mender) -> Option<Span> {
    let plain = without_strings(&mender.text);
    let start = match mender.tag_name().as_str() {
        "" if mender.is_output => 0,
        "echo" => plain.find("echo")? + "echo".len(),
        "assign" => plain.find('=')? + 1,
        _ => return None,
    };
    // `||` is no filter.
    let mut end = start;
    loop {
        end += plain[end..].find('|').unwrap_or(plain.len() - end);
        if !plain[end..].starts_with("||") {
            break;
        }
        end += 2;
    }
    let inside = &mender.text[start..end];
    let from = start + inside.len() - inside.trim_start().len();
    let span = Span::new(from, from + inside.trim().len());
    (!span.is_empty()).then_some(span)
}

/// Whether a text is a path, a number, or a quoted string.
fn is_operand(text: &str) -> bool {
    let plain = without_strings(text);
    let is_string = !plain.is_empty() && plain.chars().all(|c| c == '\u{1}');
    is_string
        || (plain.starts_with(is_name)
            && plain.chars().all(|c| is_name(c) || matches!(c, '.' | '[' | ']' | '-' | '\u{1}')))
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

fn is_string(text: &str) -> bool {
    text.starts_with(['"', '\''])
}

/// `a ?? "x"`, `a || "x"`, `a or "x"` in place of `default`.
pub(super) fn fallbacks(mender: &mut Mender) {
    let Some(span) = value(mender) else { return };
    let mut rest = span.of(&mender.text).to_owned();
    let mut parts: Vec<String> = Vec::new();
    let mut first: Option<(usize, &str)> = None;
    loop {
        let plain = without_strings(&rest);
        let found = FALLBACKS.iter().filter_map(|sign| plain.find(sign).map(|at| (at, *sign))).min();
        let Some((at, sign)) = found else { break };
        first = first.or(Some((at, sign)));
        parts.push(rest[..at].trim().to_owned());
        rest = rest[at + sign.len()..].to_owned();
    }
    parts.push(rest.trim().to_owned());
    // `x || upcase` has one `|` too many.
    let is_value = |part: &String| is_operand(part) && filters::find(part).is_none();
    let Some((at, sign)) = first.filter(|_| parts.iter().all(is_value)) else { return };
    let defaults: String = parts[1..].iter().map(|part| format!(" | default: {part}")).collect();
    let right = format!("{}{defaults}", parts[0]);
    let sign_span = Span::new(span.start + at, span.start + at + sign.len());
    let mistake = Mistake::new(
        sign_span,
        format!("`{}` is not an operator in a value", sign.trim()),
        format!("write `{right}`"),
        "use `default`",
    );
    // `or` may also mean "either is true".
    if !parts[1..].iter().all(|part| is_string(part) || is_number(part)) {
        mender.guess();
    }
    mender.correct(&[TextEdit::new(span, right)], mistake);
}

/// `a * 2`, which Liquid writes with filters.
pub(super) fn arithmetic(mender: &mut Mender) {
    if mender.is_condition() {
        return explain_arithmetic(mender);
    }
    let Some(span) = value(mender) else { return };
    let text = span.of(&mender.text).to_owned();
    let Some((first, operations)) = operations(&text) else { return };
    // Filters work from the left to the right.
    let is_product = |sign: char| matches!(sign, '*' | '/' | '%');
    let mut is_sum = false;
    for operation in &operations {
        if is_product(operation.sign) && is_sum {
            return mender.explain(Mistake::new(
                Span::new(span.start + operation.at, span.start + operation.at + 1),
                format!("`{}` is not an operator in Liquid", operation.sign),
                "write filters, which work from the left to the right: `| times: 2 | plus: 1`",
                "",
            ));
        }
        is_sum |= !is_product(operation.sign);
    }
    let has_text = is_string(first) || operations.iter().any(|operation| is_string(operation.operand));
    let mut right = first.to_owned();
    for operation in &operations {
        let filter = match operation.sign {
            '+' if has_text => "append",
            sign => ARITHMETIC.iter().find(|(known, _)| *known == sign).map_or("plus", |(_, filter)| filter),
        };
        right.push_str(&format!(" | {filter}: {}", operation.operand));
        // A division of whole numbers drops the rest, and `+` may join two texts.
        if operation.sign == '/' || !(has_text || is_number(operation.operand)) {
            mender.guess();
        }
    }
    let Some(operation) = operations.first() else { return };
    let mistake = Mistake::new(
        Span::new(span.start + operation.at, span.start + operation.at + 1),
        format!("`{}` is not an operator in Liquid", operation.sign),
        format!("write `{right}`"),
        "use a filter",
    );
    mender.correct(&[TextEdit::new(span, right)], mistake);
}

struct Operation<'t> {
    at: usize,
    sign: char,
    operand: &'t str,
}

/// Splits `a * 2 + b` into its first operand and the operations on it. Returns `None` for any other text.
fn operations(text: &str) -> Option<(&str, Vec<Operation<'_>>)> {
    let plain = without_strings(text);
    let mut signs = Vec::new();
    for (at, c) in plain.char_indices() {
        // A name can contain a `-`, and a number start with it.
        let is_apart = plain[..at].ends_with(' ') && plain[at + c.len_utf8()..].starts_with(' ');
        if ARITHMETIC.iter().any(|(sign, _)| *sign == c) && (is_apart || matches!(c, '*' | '+')) {
            signs.push((at, c));
        }
    }
    let first = text[..signs.first()?.0].trim();
    let ends = signs.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let operations: Vec<Operation<'_>> = signs
        .iter()
        .zip(ends)
        .map(|((at, sign), end)| Operation { at: *at, sign: *sign, operand: text[at + 1..end].trim() })
        .collect();
    // `Profile.Pick-up / Delivery` is a name.
    let is_clear = |operation: &Operation<'_>| {
        matches!(operation.sign, '*' | '+') || is_number(operation.operand) || operation.operand.contains('.')
    };
    let is_right = is_operand(first)
        && operations.iter().all(|operation| is_operand(operation.operand) && is_clear(operation));
    // `Profile - 1` is a chip.
    let is_value = first.contains(['.', '[', '"', '\'']) || is_number(first) || first != "Profile";
    (is_right && is_value).then_some((first, operations))
}

fn explain_arithmetic(mender: &mut Mender) {
    let plain = without_strings(&mender.text);
    let Some(at) = plain.find(['*', '+']).or_else(|| plain.find(" / ").map(|at| at + 1)) else { return };
    let sign = &plain[at..=at];
    let filter =
        ARITHMETIC.iter().find(|(known, _)| sign.starts_with(*known)).map_or("plus", |(_, name)| name);
    mender.explain(Mistake::new(
        Span::new(at, at + 1),
        format!("`{sign}` is not an operator in Liquid, and a condition has no filters"),
        format!("compute the value before the condition: `{{% assign n = Profile.x | {filter}: 1 %}}`"),
        "",
    ));
}

/// `a ? b : c`
pub(super) fn ternaries(mender: &mut Mender) {
    let Some(span) = value(mender) else { return };
    let text = span.of(&mender.text).to_owned();
    let plain = without_strings(&text);
    let Some(question) = plain.find('?') else { return };
    let Some(colon) = plain[question..].find(':').map(|at| question + at) else { return };
    let condition = text[..question].trim();
    let (yes, no) = (text[question + 1..colon].trim(), text[colon + 1..].trim());
    if condition.is_empty() || !is_operand(yes) || !is_operand(no) {
        return;
    }
    let written = |value: &str| match (mender.is_output, is_string(value)) {
        (true, true) => value[1..value.len() - 1].to_owned(),
        (true, false) => format!("{{{{ {value} }}}}"),
        (false, _) => format!("{{% {} {value} %}}", mender.text[..span.start].trim()),
    };
    let right = format!("{{% if {condition} %}}{}{{% else %}}{}{{% endif %}}", written(yes), written(no));
    let mistake = Mistake::new(
        Span::new(span.start + question, span.start + question + 1),
        "`?` is not an operator in Liquid",
        format!("write `{right}`"),
        "use `if`",
    );
    mender.explain(mistake);
    // Filters would apply to both values.
    if span.end == mender.text.trim_end().len() {
        mender.whole = Some(right);
    }
}

/// `Profile->name`, `Profile::name`, `Profile..name`
pub(super) fn arrows(mender: &mut Mender) {
    let plain = without_strings(&mender.text);
    if plain.contains('(') {
        return;
    }
    let mut edits = Vec::new();
    for sign in ["->", "::", ".."] {
        for (at, _) in plain.match_indices(sign) {
            let before = plain[..at].ends_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ']');
            let after = plain[at + sign.len()..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if before && after {
                edits.push(TextEdit::new(Span::new(at, at + sign.len()), "."));
            }
        }
    }
    edits.sort_by_key(|edit| edit.span);
    let Some(span) = edits.first().map(|edit| edit.span) else { return };
    let found = span.of(&mender.text).to_owned();
    let mistake =
        Mistake::new(span, format!("`{found}` in a path"), "write one dot between the names", "write `.`");
    mender.correct(&edits, mistake);
}

/// `for i in 1..3`, `for i in [1..3]`, `for i in range(1, 3)`
pub(super) fn ranges(mender: &mut Mender) {
    if !matches!(mender.tag_name().as_str(), "for" | "tablerow") {
        return;
    }
    let Some(start) = mender.text.find(" in ").map(|at| at + " in ".len()) else { return };
    let rest = &mender.text[start..];
    let ends = KEYWORDS.iter().filter_map(|word| rest.find(word));
    let end = start + ends.min().unwrap_or(rest.len());
    let list = mender.text[start..end].trim().to_owned();
    let inside = list.strip_prefix("range").unwrap_or(&list).trim_matches(['[', ']', '(', ')']);
    let bounds = match list.starts_with("range") {
        true => inside.split_once(','),
        false => inside.split_once("...").or_else(|| inside.split_once("..")),
    };
    let Some((low, high)) = bounds.map(|(low, high)| (low.trim(), high.trim())) else { return };
    if !is_operand(low) || !is_operand(high) {
        return;
    }
    let right = format!("({low}..{high})");
    // In other languages, the end of such a range may not belong to it.
    if list.starts_with("range") || list.contains("...") {
        mender.guess();
    }
    let title = format!("write `{right}`");
    let at = start + mender.text[start..end].find(&list).unwrap_or_default();
    let span = Span::new(at, at + list.len());
    let message = format!("`{list}` is not a range in Liquid");
    mender.correct(&[TextEdit::new(span, right)], Mistake::new(span, message, title.clone(), title));
}

/// `assign v == 1`, `assign v := 1`, `assign v 1`
pub(super) fn assignments(mender: &mut Mender) {
    if mender.tag_name() != "assign" {
        return;
    }
    let plain = without_strings(&mender.text);
    let name = plain.find("assign").map_or(0, |at| at + "assign".len());
    let name = name + plain[name..].len() - plain[name..].trim_start().len();
    let end = name + plain[name..].find(|c| !is_name(c) && c != '-').unwrap_or(plain.len() - name);
    let rest = &plain[end..];
    let signs = rest.trim_start();
    let length = signs.len() - signs.trim_start_matches(['=', ':']).len();
    let at = end + rest.len() - signs.len();
    let written = &plain[at..at + length];
    let starts_value = |c: char| is_name(c) || c == '\u{1}';
    if end == name || written == "=" || !signs[length..].trim_start().starts_with(starts_value) {
        return;
    }
    if length == 0 {
        mender.guess();
    }
    let mistake = Mistake::new(
        Span::new(at, at + length.max(1)),
        match length {
            0 => "`=` is missing after the variable".to_owned(),
            _ => format!("`{written}` does not set a variable"),
        },
        "write `=` between the variable and its value",
        "write `=`",
    );
    let replacement = if length == 0 { "= " } else { "=" };
    mender.correct(&[TextEdit::new(Span::new(at, at + length), replacement)], mistake);
}

/// `'it's'` and `''it''`
pub(super) fn inner_quotes(mender: &mut Mender) {
    let text = mender.text.clone();
    let mut out = String::with_capacity(text.len());
    let mut first: Option<Span> = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if !matches!(c, '"' | '\'') {
            out.push(c);
            at += c.len_utf8();
            continue;
        }
        let rest = &text[at + 1..];
        let (length, replacement) = match odd_string(c, rest) {
            Some((length, replacement)) => {
                first = first.or(Some(Span::new(at, at + 1 + length)));
                (length, replacement)
            }
            None => {
                let length = rest.find(c).map_or(rest.len(), |end| end + 1);
                (length, format!("{c}{}", &rest[..length]))
            }
        };
        out.push_str(&replacement);
        at += 1 + length;
    }
    let Some(span) = first else { return };
    let mistake = Mistake::new(
        span,
        format!("`{}` has a quote inside its quotes", span.of(&text)),
        "put a text with `'` in `\"`, and write each quote once",
        "correct the quotes",
    );
    mender.correct_to(out, mistake);
}

/// Returns the length of the rest of a string that starts with `quote`, and the string as it was meant, if it has odd
/// quotes.
fn odd_string(quote: char, rest: &str) -> Option<(usize, String)> {
    let double = format!("{quote}{quote}");
    // `''it''`. After an empty string, there is no word.
    if let Some(inside) = rest.strip_prefix(quote).filter(|inside| inside.starts_with(char::is_alphanumeric))
    {
        let end = inside.find(&double)?;
        let text = &inside[..end];
        let outer = if text.contains('\'') && !text.contains('"') { '"' } else { quote };
        return (!text.contains(outer)).then(|| (1 + end + 2, format!("{outer}{text}{outer}")));
    }
    if quote != '\'' {
        return None;
    }
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_apostrophe =
        |at: usize| is_letter(rest[..at].chars().next_back()) && is_letter(rest[at + 1..].chars().next());
    let quotes: Vec<usize> = rest.match_indices('\'').map(|(at, _)| at).collect();
    let end = *quotes.iter().find(|at| !is_apostrophe(**at))?;
    let text = &rest[..end];
    (text.contains('\'') && !text.contains(['"', '|'])).then(|| (end + 1, format!("\"{text}\"")))
}
