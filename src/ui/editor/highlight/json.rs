//! Colors JSON that is shown but not edited. The JSON may be incomplete or invalid.

use crate::json::{self, JsonTokenKind};
use crate::text::Span;

use super::{SyntaxClass, SyntaxPiece};

/// Returns the colored pieces of `text`, in ascending order. A string ends at the end of its line at the latest.
pub fn json_pieces(text: &str) -> Vec<SyntaxPiece> {
    let mut pieces = Vec::new();
    let mut line_start = 0;
    // The text is read line by line, so a missing quote affects only its line. If the text were read as a whole,
    // strings and plain text would be swapped from the missing quote on.
    for line in text.split('\n') {
        for token in json::tokens(line) {
            let span = token.span.shifted(line_start);
            let class = match token.kind {
                JsonTokenKind::String => {
                    add_string(&mut pieces, text, span);
                    continue;
                }
                JsonTokenKind::Punctuation(_) => SyntaxClass::Punctuation,
                JsonTokenKind::Number => SyntaxClass::Number,
                JsonTokenKind::Word if json::is_literal(span.of(text)) => SyntaxClass::Constant,
                JsonTokenKind::Word | JsonTokenKind::Other => continue,
            };
            pieces.push((span.start..span.end, class));
        }
        line_start += line.len() + 1;
    }
    pieces
}

fn add_string(pieces: &mut Vec<SyntaxPiece>, text: &str, span: Span) {
    let class = if json::is_key(text, span) { SyntaxClass::Key } else { SyntaxClass::String };
    let mut from = span.start;
    while from < span.end {
        let rest = &text[from..span.end];
        let plain = rest.find('\\').unwrap_or(rest.len());
        // An escape has two bytes, or six bytes in the form `\u00e9`. In an invalid escape, the second or sixth byte
        // may be in the middle of a character. The end is then moved to the end of this character.
        let length = if rest[plain..].starts_with("\\u") { 6 } else { 2 };
        let end = rest.ceil_char_boundary(rest.len().min(plain + length));
        let parts = [(from..from + plain, class), (from + plain..from + end, SyntaxClass::Escape)];
        pieces.extend(parts.into_iter().filter(|(part, _)| !part.is_empty()));
        from += end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_pieces(text: &str, expected: &[(&str, SyntaxClass)]) {
        let found: Vec<(&str, SyntaxClass)> =
            json_pieces(text).into_iter().map(|(range, class)| (&text[range], class)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn keys_strings_and_escapes_are_distinguished() {
        use SyntaxClass::{Constant, Escape, Key, Number, Punctuation, String};
        check_pieces(
            r#"{"a" : "b\n\u00e9c", "d": [-1.5, null]}"#,
            &[
                ("{", Punctuation),
                ("\"a\"", Key),
                (":", Punctuation),
                ("\"b", String),
                ("\\n", Escape),
                ("\\u00e9", Escape),
                ("c\"", String),
                (",", Punctuation),
                ("\"d\"", Key),
                (":", Punctuation),
                ("[", Punctuation),
                ("-1.5", Number),
                (",", Punctuation),
                ("null", Constant),
                ("]", Punctuation),
                ("}", Punctuation),
            ],
        );
        check_pieces("\"open\n1 NULL é", &[("\"open", String), ("1", Number)]);
        check_pieces(
            "\"a\"\n : \"\\é\"",
            &[("\"a\"", Key), (":", Punctuation), ("\"", String), ("\\é", Escape), ("\"", String)],
        );
        check_pieces("\"a\\", &[("\"a", String), ("\\", Escape)]);
        check_pieces("\"a\\u00é", &[("\"a", String), ("\\u00é", Escape)]);
    }
}
