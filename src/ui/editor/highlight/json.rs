//! The colours of JSON that is shown and not edited, or of what is not quite JSON.

use crate::json::{self, TokenKind};
use crate::text::Span;

use super::{Class, Piece};

/// Returns the coloured pieces of `text`; a string ends with its line at the latest.
pub fn json_pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut line_start = 0;
    for line in text.split('\n') {
        for token in json::tokens(line) {
            let span = token.span.shifted(line_start);
            let class = match token.kind {
                TokenKind::String => {
                    add_string(&mut pieces, text, span);
                    continue;
                }
                TokenKind::Punctuation(_) => Class::Punctuation,
                TokenKind::Number => Class::Number,
                TokenKind::Word if json::is_literal(span.of(text)) => Class::Constant,
                TokenKind::Word | TokenKind::Other => continue,
            };
            pieces.push((span.start..span.end, class));
        }
        line_start += line.len() + 1;
    }
    pieces
}

fn add_string(pieces: &mut Vec<Piece>, text: &str, span: Span) {
    let class = if json::is_key(text, span) { Class::Key } else { Class::String };
    let mut from = span.start;
    while from < span.end {
        let rest = &text[from..span.end];
        let plain = rest.find('\\').unwrap_or(rest.len());
        let length = if rest[plain..].starts_with("\\u") { 6 } else { 2 };
        let end = rest.ceil_char_boundary(rest.len().min(plain + length));
        let parts = [(from..from + plain, class), (from + plain..from + end, Class::Escape)];
        pieces.extend(parts.into_iter().filter(|(part, _)| !part.is_empty()));
        from += end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_pieces(text: &str, expected: &[(&str, Class)]) {
        let found: Vec<(&str, Class)> =
            json_pieces(text).into_iter().map(|(range, class)| (&text[range], class)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn keys_strings_and_escapes_are_told_apart() {
        use Class::{Constant, Escape, Key, Number, Punctuation, String};
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
