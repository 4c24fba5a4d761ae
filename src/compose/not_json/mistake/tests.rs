use proptest::prelude::*;

use super::fault::{insert, is_punctuation, remove};
use super::*;
use crate::diagnostic::TextEdit;
use crate::json::{JsonToken, JsonTokenKind, arbitrary};
use crate::text::Span;

/// Shows the mistake in `text`: the marked place, the message and the help on one line, and the repair on the next. `!`
/// marks a certain repair, and `?` one that is offered.
fn shown(text: &str) -> Vec<String> {
    let error = json::parse(text).unwrap_err();
    let mistake = recognize(text, &error);
    let span = mistake.span.unwrap_or(error.span);
    let message = mistake.message.unwrap_or_else(|| error.message());
    let help = mistake.help.map_or(String::new(), |help| format!("; {help}"));
    let mut shown = vec![format!("`{}` {message}{help}", span.of(text))];
    if let Some(repair) = mistake.repair {
        let sign = if repair.is_certain { '!' } else { '?' };
        let repaired = apply_edits(&repair.edits, text).unwrap();
        shown.push(format!("{sign} {}: {repaired}", repair.title));
    }
    shown
}

/// JSON with a mistake, and what [`shown`] returns for it. `⏎` stands for a line break, and `‹U+…›` for an invisible
/// character.
const CASES: &str = r##"
‹U+FEFF›{"a": 1}
  `‹U+FEFF›` a byte order mark (U+FEFF) before the JSON; remove it: save the file as UTF-8 without a byte order mark
  ! remove the byte order mark: {"a": 1}
{‹U+00A0›"a":‹U+00A0›1‹U+200B›, "b": "x‹U+00A0›y"}
  `‹U+00A0›` a space that JSON does not know (U+00A0); write an ordinary space
  ! write ordinary spaces: { "a": 1, "b": "x‹U+00A0›y"}
{"a": "Hi,"⏎"b": true}
  `"` expected `,` or `}`; add a comma between the two members
  ? move the comma after the quote: {"a": "Hi",⏎"b": true}
{"a": true‹U+200B›}
  `‹U+200B›` an invisible character (U+200B); remove it
  ! remove the invisible characters: {"a": true}
{"a": 1}‹U+00A0›
  `‹U+00A0›` a space that JSON does not know (U+00A0); write an ordinary space
  ! write ordinary spaces: {"a": 1} 
{"a": 1} // note
  `// note` text after the end of the JSON value; JSON has no comments: remove it
  ! remove the comment: {"a": 1}
{ // n: "x"⏎  "a": 1, /* b */ /* c */⏎  # whole⏎  "b": 2⏎}
  `/` expected a key in quotes or `}`; JSON has no comments: remove it
  ! remove the comments: {⏎  "a": 1,⏎  "b": 2⏎}
// first⏎{"a": 1}
  `//` `//` is not a JSON value; JSON has no comments: remove it
  ! remove the comment: {"a": 1}
# first⏎{"a": 1}
  `#` `#` is not a JSON value; JSON has no comments: remove it
  ! remove the comment: {"a": 1}
{"a": [1, // one⏎ 2]}
  `//` `//` is not a JSON value; JSON has no comments: remove it
  ! remove the comment: {"a": [1,⏎ 2]}
{"a": /* unclosed 1}
  `/*` `/*` is not a JSON value; JSON has no comments: remove it
```json⏎{"a": 1}⏎```
  ````json` ````json` is not a JSON value; remove the lines with three backticks: they belong to Markdown
  ! remove the code fence: {"a": 1}⏎
{\"a\": \"x\"}
  `\` expected a key in quotes or `}`; the quotes that begin and end a string have no backslash: write `"` for `\"`
  ? remove the backslashes: {"a": "x"}
{'a': 'it\'s "x"', 'b': 'don't'}
  `'` expected a key in quotes or `}`; JSON needs straight double quotes: `"`
  ? use straight double quotes: {"a": "it's \"x\"", "b": "don't"}
{"a": “It’s "here"”}
  `“It’s` `“It’s` is not a JSON value; JSON needs straight double quotes: `"`
  ? use straight double quotes: {"a": "It’s \"here\""}
{“a”: 1}
  `“` expected a key in quotes or `}`; JSON needs straight double quotes: `"`
  ? use straight double quotes: {"a": 1}
{“a": 1}
  `“` expected a key in quotes or `}`; JSON needs straight double quotes: `"`
  ? use straight double quotes: {"a": 1}
{"a": "Hi”, "b": 1}
  `”` expected `,` or `}`; JSON needs straight double quotes: `"`
  ? use straight double quotes: {"a": "Hi", "b": 1}
{"a”: 1, "b": 2}
  `”` expected `:` after the key; JSON needs straight double quotes: `"`
  ? use straight double quotes: {"a": 1, "b": 2}
{"a": `x`}
  ``x`` ``x`` is not a JSON value; JSON needs straight double quotes: `"`
  ? use straight double quotes: {"a": "x"}
{&quot;a&quot;: 1}
  `&` expected a key in quotes or `}`; JSON needs straight double quotes: `"`
  ? use straight double quotes: {"a": 1}
{"a": True}
  `True` `True` is not a JSON value; write `true` in lower case
  ! write `true`: {"a": true}
{"a": None}
  `None` `None` is not a JSON value; write `null`
  ? write `null`: {"a": null}
{"a": NULL}
  `NULL` `NULL` is not a JSON value; write `null` in lower case
  ! write `null`: {"a": null}
{"a": NaN}
  `NaN` `NaN` is not a JSON value; JSON has no `NaN`: write a number or `null`
{"a": -Infinity}
  `-Infinity` invalid number; JSON has no `-Infinity`: write a number or `null`
{"a": +1}
  `+1` invalid number; write the number without `+`
  ! remove the `+`: {"a": 1}
{"a": .5}
  `.5` `.5` is not a JSON value; write a digit before the dot
  ! write `0.5`: {"a": 0.5}
{"a": -.5}
  `-.5` invalid number; write a digit before the dot
  ! write `-0.5`: {"a": -0.5}
{"a": 01}
  `01` invalid number; a number has no leading zeros: remove them, or put the digits in double quotes
  ? write `1`: {"a": 1}
{"a": 1.}
  `1.` invalid number; write a digit after the dot, or leave out the dot
  ! write `1`: {"a": 1}
{"a": 0x1F}
  `0x1F` invalid number; JSON has only decimal numbers
  ? write `31`: {"a": 31}
{"a": 1_000}
  `1_000` invalid number; a number has no `_` between its digits
  ? write `1000`: {"a": 1000}
{"a": 2024-01-01}
  `2024-01-01` invalid number; put it in double quotes if it is text, or write a number such as 12 or 0.5
  ? put it in quotes: {"a": "2024-01-01"}
{"a": 1.5.2}
  `1.5.2` invalid number; put it in double quotes if it is text, or write a number such as 12 or 0.5
  ? put it in quotes: {"a": "1.5.2"}
{"a": +79001234567}
  `+79001234567` invalid number; write the number without `+`
  ! remove the `+`: {"a": 79001234567}
{"a": "\ud83d"}
  `\ud83d` half of a surrogate pair; `\ud83d` is only half of a pair: write the character itself, or both halves
{"a": "\ud83d\u0041"}
  `\ud83d` half of a surrogate pair; `\ud83d` is only half of a pair: write the character itself, or both halves
{"a": "\x41"}
  `\x` invalid escape sequence; JSON has no `\x`: write the character itself
  ? write `A`: {"a": "A"}
{"a": "it\'s"}
  `\'` invalid escape sequence; an apostrophe needs no backslash: write `'`
  ! remove the backslash: {"a": "it's"}
{"a": "\_b"}
  `\_` invalid escape sequence; a backslash is written `\\` inside a JSON string
  ? double the backslash: {"a": "\\_b"}
{"a": "\u12"}
  `\u12"}` invalid escape sequence; `\u` needs four hexadecimal digits; a backslash itself is written `\\`
  ? double the backslash: {"a": "\\u12"}
{"a": "\u{1F600}"}
  `\u{1F6` invalid escape sequence; `\u` has four digits without braces: write the character itself
  ? write `😀`: {"a": "😀"}
{"a": "\U0001F600"}
  `\U` invalid escape sequence; JSON has no `\U`: write the character itself
  ? write `😀`: {"a": "😀"}
{"a": "x\⏎y"}
  `\⏎` invalid escape sequence; a line break inside a string is written `\n`
{a: 1, b_c: [x: 2]}
  `a` expected a key in quotes or `}`; put the key in double quotes: `"a"`
  ? put the key in double quotes: {"a": 1, b_c: [x: 2]}
{a: 1, b_c: {"d": 2, e-f: 3}}
  `a` expected a key in quotes or `}`; put the key in double quotes: `"a"`
  ! put the keys in double quotes: {"a": 1, "b_c": {"d": 2, "e-f": 3}}
{"a": Anna}
  `Anna` `Anna` is not a JSON value; put text in double quotes
  ? put it in quotes: {"a": "Anna"}
{"a": Hello big world, "b": 1}
  `Hello` `Hello` is not a JSON value; put text in double quotes
  ? put it in quotes: {"a": "Hello big world", "b": 1}
{"a": Hello "big" world}
  `Hello` `Hello` is not a JSON value; put text in double quotes
{"a": @channel}
  `@channel` `@channel` is not a JSON value; put text in double quotes
  ? put it in quotes: {"a": "@channel"}
{"a": 1,, "b": 2}
  `,` expected a key in quotes; remove the extra comma
  ! remove the comma: {"a": 1, "b": 2}
{"a": [1,, 2,]}
  `,` expected a value; remove the extra comma
  ! remove the extra commas: {"a": [1, 2]}
{, "a": 1}
  `,` expected a key in quotes or `}`; remove the extra comma
  ! remove the comma: { "a": 1}
[1,2,]
  `,` a comma with nothing after it; remove the comma
  ! remove the comma: [1,2]
{"a": {"b": 1,}}
  `,` a comma with nothing after it; remove the comma
  ! remove the comma: {"a": {"b": 1}}
{"a": ,}
  `,` expected a value; write a value here: a quoted text, a number, true, false or null
{"a": }
  `}` expected a value; write a value here: a quoted text, a number, true, false or null
{"a": 1; "b": 2}
  `;` expected `,` or `}`; separate members with `,`, not `;`
  ! write `,`: {"a": 1, "b": 2}
{"a": 1;}
  `;` expected `,` or `}`; separate members with `,`, not `;`
  ! remove the `;`: {"a": 1}
{"a": [1; 2]}
  `;` expected `,` or `]`; separate items with `,`, not `;`
  ! write `,`: {"a": [1, 2]}
{"a": 1};
  `;` text after the end of the JSON value; remove the `;`
  ! remove the `;`: {"a": 1}
{"a": 1},
  `,` text after the end of the JSON value; remove the `,`
  ! remove the `,`: {"a": 1}
{"a" = 1, "b" => 2}
  `=` expected `:` after the key; write `:` between the key and its value, not `=`
  ! write `:`: {"a" : 1, "b" : 2}
{"a"： 1， "b"： 2}
  `：` expected `:` after the key; write `:` between the key and its value, not `：`
  ! write `:`: {"a": 1, "b": 2}
{"a": 1 "b": 2}
  `"` expected `,` or `}`; add a comma between the two members
  ! add a comma: {"a": 1, "b": 2}
{"a": "x" "b": 2}
  `"` expected `,` or `}`; add a comma between the two members
  ! add a comma: {"a": "x", "b": 2}
{"a": 1⏎ "b": 2}
  `"` expected `,` or `}`; add a comma between the two members
  ! add a comma: {"a": 1,⏎ "b": 2}
{"a": [1 2]}
  `2` expected `,` or `]`; add a comma between the two items
  ! add a comma: {"a": [1, 2]}
{"a": ["x" "y"]}
  `"` expected `,` or `]`; add a comma between the two items
  ? add a comma: {"a": ["x", "y"]}
{"a": [{} {}]}
  `{` expected `,` or `]`; add a comma between the two items
  ! add a comma: {"a": [{}, {}]}
{"a": ["say "hi" now"]}
  `h` expected `,` or `]`; a quote inside a string is written `\"`
  ? escape the quotes inside the string: {"a": ["say \"hi\" now"]}
{"a": "Say "hi" now"}
  `h` expected `,` or `}`; a quote inside a string is written `\"`
  ? escape the quotes inside the string: {"a": "Say \"hi\" now"}
{"a": "Say "hi", ok", "b": 1}
  `h` expected `,` or `}`; a quote inside a string is written `\"`
  ? escape the quotes inside the string: {"a": "Say \"hi\", ok", "b": 1}
{"a": "x", y"}
  `y` expected a key in quotes; a quote inside a string is written `\"`
  ? escape the quotes inside the string: {"a": "x\", y"}
{"a": "Say "hi": now"}
  `h` expected `,` or `}`; a quote inside a string is written `\"`
  ? escape the quotes inside the string: {"a": "Say \"hi\": now"}
{"a": "<a href="https://x.y">z</a>", "b": 1}
  `h` expected `,` or `}`; a quote inside a string is written `\"`
  ? escape the quotes inside the string: {"a": "<a href=\"https://x.y\">z</a>", "b": 1}
{"a": "one "⏎ "two", "b": 1}
  `"` expected `,` or `}`; JSON does not join strings: write the text as one string
  ? join the strings: {"a": "one two", "b": 1}
{"a": "one " + "two"}
  `+` expected `,` or `}`; JSON does not join strings: write the text as one string
  ? join the strings: {"a": "one two"}
{"a": "abc, "b": "x"}
  `"` a string without its closing quote; close the string with `"` before the `,`
  ? add the `"`: {"a": "abc", "b": "x"}
{"a": "abc}
  `` the text ends before this is closed: expected `"`; close it with `"`
  ? add the `"`: {"a": "abc"}
{"a: "x"}
  `"` a string without its closing quote; close the string with `"` before the `:`
  ? add the `"`: {"a": "x"}
{"a": abc", "b": 1}
  `abc` a string without its opening quote; open the string with `"`
  ? add the `"`: {"a": "abc", "b": 1}
{a": 1}
  `a` a string without its opening quote; open the string with `"`
  ? add the `"`: {"a": 1}
{"a" 1}
  `1` expected `:` after the key; write `:` between the key and its value
  ? write `:`: {"a": 1}
{"a", 1}
  `,` expected `:` after the key; write `:` between the key and its value
  ? write `:`: {"a": 1}
{"a" "b": 1}
  `"` expected `:` after the key; write `:` between the key and its value
{"a": [1, 2}
  `}` expected `,` or `]`; separate items with `,`, and close the list with `]`
  ? add a `]`: {"a": [1, 2]}
{"a": {"b": 1]}
  `]` expected `,` or `}`; separate members with `,`, and close the object with `}`
  ? write `}`: {"a": {"b": 1}}
{"a": [1, {"b": 2}
  `` the text ends before this is closed: expected `,` or `]`; close it with `]`
  ? add the `]}`: {"a": [1, {"b": 2}]}
{"a": "x", "b": [
  `` the text ends before this is closed: expected a value; close it with `]`
  ? add the `]}`: {"a": "x", "b": []}
{"a": 1
  `` the text ends before this is closed: expected `,` or `}`; close it with `}`
  ? add the `}`: {"a": 1}
{"a": 1}}
  `}` text after the end of the JSON value; remove it, or check the brackets before it
  ? remove the `}`: {"a": 1}
{"a": 1}{"b": 2}
  `{"b": 2}` text after the end of the JSON value; a body has only one JSON value: remove the second one
{"a": 1}, "b": 2}
  `, "b": 2}` text after the end of the JSON value; remove the bracket before it, or the text
  ? remove the bracket before it: {"a": 1, "b": 2}
{"a": 1} and so on
  `and so on` text after the end of the JSON value; remove it, or check the brackets before it
{"a": 1: 2}
  `:` expected `,` or `}`; separate members with `,`, and close the object with `}`
"a": 1
  `: 1` text after the end of the JSON value; put the members in braces: `{ … }`
  ? put the text in braces: {"a": 1}
{"a": "cut off
  `` the text ends before this is closed: expected `"`; close it with `"`
  ? add the `"}`: {"a": "cut off"}
"##;

/// The characters that [`CASES`] has in a readable form.
const MARKS: [(char, &str); 4] =
    [('\n', "⏎"), ('\u{a0}', "‹U+00A0›"), ('\u{200b}', "‹U+200B›"), ('\u{feff}', "‹U+FEFF›")];

#[test]
fn each_mistake_is_recognized_and_repaired() {
    let mut actual = String::from("\n");
    for case in CASES.lines().skip(1).filter(|line| !line.starts_with("  ")) {
        let text = MARKS.iter().fold(case.to_owned(), |text, (c, mark)| text.replace(mark, &c.to_string()));
        let marked =
            |line: &str| MARKS.iter().fold(line.to_owned(), |text, (c, mark)| text.replace(*c, mark));
        actual.push_str(&format!("{case}\n"));
        for line in shown(&text) {
            actual.push_str(&format!("  {}\n", marked(&line)));
        }
    }
    for (actual, expected) in actual.lines().zip(CASES.lines()) {
        assert_eq!(actual, expected);
    }
    assert_eq!(actual, CASES);
}

/// A way to break JSON at one of its tokens.
struct Break {
    name: &'static str,
    /// Returns the edit that breaks the text at the token with this index, or `None` if this token cannot be broken so.
    edit: fn(&str, &[JsonToken], usize) -> Option<TextEdit>,
    /// Whether the repair must be certain.
    is_certain: bool,
    /// Whether the mistake must be reported at the token, or directly before or after it.
    is_local: bool,
}

const BREAKS: &[Break] = &[
    Break {
        name: "byte order mark",
        edit: |_, _, index| (index == 0).then(|| insert(0, "\u{feff}")),
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "no-break space",
        edit: |_, tokens, index| Some(insert(tokens[index].span.start, "\u{a0}")),
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "zero-width space",
        edit: |_, tokens, index| Some(insert(tokens[index].span.end, "\u{200b}")),
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "capital letter",
        edit: |text, tokens, index| {
            let word = tokens[index].span.of(text);
            let is_word = tokens[index].kind == JsonTokenKind::Word;
            is_word.then(|| TextEdit::new(tokens[index].span, word[..1].to_uppercase() + &word[1..]))
        },
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "line comment",
        edit: |_, tokens, index| Some(insert(tokens[index].span.start, "// it's \"here\", {1}\n")),
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "block comment",
        edit: |_, tokens, index| Some(insert(tokens[index].span.end, "/* \"a\":\n [ */")),
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "hash comment",
        edit: |_, tokens, index| Some(insert(tokens[index].span.start, "# don't\n")),
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "doubled comma",
        edit: |_, tokens, index| {
            is_punctuation(&tokens[index], ',').then(|| insert(tokens[index].span.end, " ,"))
        },
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "trailing comma",
        edit: |_, tokens, index| {
            let is_closer = is_punctuation(&tokens[index], '}') || is_punctuation(&tokens[index], ']');
            let is_empty = index == 0
                || is_punctuation(&tokens[index - 1], '{')
                || is_punctuation(&tokens[index - 1], '[');
            (is_closer && !is_empty).then(|| insert(tokens[index].span.start, ","))
        },
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "semicolon",
        edit: |_, tokens, index| {
            is_punctuation(&tokens[index], ',').then(|| TextEdit::new(tokens[index].span, ";"))
        },
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "equals sign",
        edit: |_, tokens, index| {
            is_punctuation(&tokens[index], ':').then(|| TextEdit::new(tokens[index].span, "="))
        },
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "missing comma",
        edit: |_, tokens, index| {
            is_punctuation(&tokens[index], ',').then(|| TextEdit::new(tokens[index].span, " "))
        },
        is_certain: false,
        is_local: true,
    },
    Break {
        name: "missing colon",
        edit: |_, tokens, index| {
            is_punctuation(&tokens[index], ':').then(|| TextEdit::new(tokens[index].span, " "))
        },
        is_certain: false,
        is_local: true,
    },
    Break {
        name: "key without quotes",
        edit: |text, tokens, index| {
            let is_key = tokens.get(index + 1).is_some_and(|next| is_punctuation(next, ':'));
            is_key.then(|| TextEdit::new(tokens[index].span, tokens[index].span.of(text).trim_matches('"')))
        },
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "plus sign",
        edit: |text, tokens, index| {
            let is_positive =
                tokens[index].kind == JsonTokenKind::Number && !tokens[index].span.of(text).starts_with('-');
            is_positive.then(|| insert(tokens[index].span.start, "+"))
        },
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "dot at the end",
        edit: |text, tokens, index| {
            let is_integer =
                tokens[index].kind == JsonTokenKind::Number && !tokens[index].span.of(text).contains('.');
            is_integer.then(|| insert(tokens[index].span.end, "."))
        },
        is_certain: true,
        is_local: true,
    },
    Break {
        name: "single quotes",
        edit: |text, tokens, index| {
            let inside = tokens[index].span.of(text).strip_prefix('"')?.strip_suffix('"')?;
            Some(TextEdit::new(tokens[index].span, format!("'{inside}'")))
        },
        is_certain: false,
        is_local: true,
    },
    Break {
        name: "quote inside a string",
        edit: |text, tokens, index| {
            let is_string = tokens[index].kind == JsonTokenKind::String;
            let at = text[..tokens[index].span.end - 1].char_indices().next_back()?.0;
            (is_string && tokens[index].span.start < at && !json::is_escaped(text, at))
                .then(|| insert(at, "\""))
        },
        is_certain: false,
        is_local: false,
    },
    Break {
        name: "no closing quote",
        edit: |_, tokens, index| {
            let end = tokens[index].span.end;
            (tokens[index].kind == JsonTokenKind::String).then(|| remove(Span::new(end - 1, end)))
        },
        is_certain: false,
        is_local: false,
    },
    Break {
        name: "no opening quote",
        edit: |_, tokens, index| {
            let start = tokens[index].span.start;
            (tokens[index].kind == JsonTokenKind::String).then(|| remove(Span::new(start, start + 1)))
        },
        is_certain: false,
        is_local: false,
    },
    Break {
        name: "missing token",
        edit: |_, tokens, index| Some(remove(tokens[index].span)),
        is_certain: false,
        is_local: false,
    },
    Break {
        name: "text at the end",
        edit: |text, tokens, index| (index + 1 == tokens.len()).then(|| insert(text.len(), ";")),
        is_certain: true,
        is_local: true,
    },
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn a_certain_repair_gives_the_same_value(
        value in arbitrary::object(),
        is_pretty in any::<bool>(),
        which in 0..BREAKS.len(),
        pick in any::<prop::sample::Index>(),
    ) {
        let text = if is_pretty { format!("{value:#}") } else { value.to_string() };
        let tokens: Vec<JsonToken> = json::tokens(&text).collect();
        let Break { name, edit, is_certain, is_local } = &BREAKS[which];
        let sites: Vec<(usize, TextEdit)> =
            (0..tokens.len()).filter_map(|index| Some((index, edit(&text, &tokens, index)?))).collect();
        if sites.is_empty() {
            return Ok(());
        }
        let (index, edit) = pick.get(&sites).clone();
        let broken = apply_edits(std::slice::from_ref(&edit), &text).unwrap();
        // A comma before the last brace is allowed, and a missing token may leave other JSON.
        let Err(error) = json::parse(&broken) else { return Ok(()) };
        let mistake = recognize(&broken, &error);
        prop_assert!(mistake.help.is_some(), "{name}: no help: {broken}");
        if *is_local {
            let first = tokens[index.saturating_sub(1)].span.start;
            let last = tokens[(index + 1).min(tokens.len() - 1)].span.end + edit.replacement.len();
            let at = mistake.span.unwrap_or(error.span).start;
            prop_assert!(first <= at && at <= last, "{name}: at {at}, not in {first}..{last}: {broken}");
        }
        let certain = mistake.repair.filter(|repair| repair.is_certain);
        prop_assert!(certain.is_some() || !is_certain, "{name}: no certain repair: {broken}");
        if let Some(repair) = certain.filter(|_| *name != "missing token") {
            let repaired = apply_edits(&repair.edits, &broken).unwrap();
            prop_assert!(is_repairable(repaired.clone()), "{name}: {broken}");
            if let Ok(repaired) = json::parse(&repaired) {
                prop_assert_eq!(repaired.root.to_serde(), value, "{}: {}", name, broken);
            }
        }
    }

    #[test]
    fn certain_repairs_of_two_mistakes_give_the_same_value(
        value in arbitrary::object(),
        which in prop::collection::vec((0..BREAKS.len(), any::<prop::sample::Index>()), 2),
    ) {
        let text = value.to_string();
        let tokens: Vec<JsonToken> = json::tokens(&text).collect();
        let mut edits = Vec::new();
        for (which, pick) in which {
            let index = pick.index(tokens.len());
            // Without its value, a member is another member.
            if BREAKS[which].name != "missing token" {
                edits.extend((BREAKS[which].edit)(&text, &tokens, index));
            }
        }
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        if edits.windows(2).any(|pair| pair[1].span.start <= pair[0].span.end) {
            return Ok(());
        }
        let broken = apply_edits(&edits, &text).unwrap();
        let mut repaired = broken.clone();
        for _ in 0..4 {
            let Err(error) = json::parse(&repaired) else { break };
            let repair = recognize(&repaired, &error).repair.filter(|repair| repair.is_certain);
            let Some(repair) = repair else { return Ok(()) };
            repaired = apply_edits(&repair.edits, &repaired).unwrap();
        }
        let repaired = json::parse(&repaired).unwrap().root.to_serde();
        prop_assert_eq!(repaired, value, "{}", broken);
    }

    #[test]
    fn a_certain_repair_of_any_text_leads_to_json(text in "[\\[\\]{}\",:;=+a-zN0-9\\\\ \n'/#`\u{a0}.“”]{0,24}") {
        if let Err(error) = json::parse(&text) {
            let repair = recognize(&text, &error).repair;
            if let Some(repair) = repair {
                let repaired = apply_edits(&repair.edits, &text).unwrap();
                prop_assert!(!repair.is_certain || is_repairable(repaired), "{repair:?}");
            }
        }
    }
}
