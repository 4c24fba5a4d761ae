use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

const REAL: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

fn redactor_with(values: &[(&str, &str)]) -> Redactor {
    Redactor::new(values.iter().map(|(name, value)| ((*name).into(), Secret::new(*value))).collect())
}

#[track_caller]
fn check(redactor: &Redactor, text: &str, expected: &str) {
    assert_eq!(redactor.redact(text), expected, "{text}");
}

#[test]
fn known_values_become_names_and_other_tokens_are_masked() {
    let redactor = redactor_with(&[("BOT_TOKEN", REAL), ("PASSWORD", "p w/é\"$1")]);
    check(&redactor, &format!("https://h/bot{REAL}/getMe"), "https://h/bot<BOT_TOKEN>/getMe");
    check(&redactor, &format!("bot{}/x", REAL.replace(':', "%3a")), "bot<BOT_TOKEN>/x");
    check(&redactor, &format!("{}!", REAL.replace('1', "2")), "••••••!");
    check(&redactor, &format!("{}!", REAL.replace('1', "2").replace(':', "\\u003a")), "••••••!");
    check(&redactor, "p w/é\"$1 p%20w%2F%C3%a9%22%241 p+w\\/é\\\"$1 a", "<PASSWORD> <PASSWORD> <PASSWORD> a");
    check(&redactor, "12345:short and nothing else", "12345:short and nothing else");
}

#[test]
fn values_with_encoded_characters_are_redacted() {
    let redactor = redactor_with(&[("KEY", "Key-5é")]);
    for encoded in [
        r"Key-5\u00e9",
        r"\u004b\u0065\u0079\u002d\u0035\u00E9",
        r"\u004B\u0065y-5é",
        "%4b%65%79%2d%35%C3%A9",
        "%4Bey-5%c3%a9",
        "%254Bey-5%25c3%25a9",
        r"\\u004bey-5é",
        "%5Cu004Bey-5é",
        "&#75;ey&#x2D;5&#xe9;",
        "&amp;#75;ey-5&#233;",
        r"\x4bey-5\xc3\xa9",
    ] {
        check(&redactor, &format!("<{encoded}>"), "<<KEY>>");
    }
}

#[test]
fn values_inside_base64_are_redacted() {
    let redactor = redactor_with(&[("KEY", "pass\u{3bf}>?word")]);
    for before in ["", "u:", "us:", "use:", "user:"] {
        for after in ["", "x", "xy", "xyz"] {
            let pair = format!("{before}pass\u{3bf}>?word{after}");
            for encoded in [
                STANDARD.encode(&pair),
                STANDARD_NO_PAD.encode(&pair),
                URL_SAFE.encode(&pair),
                URL_SAFE_NO_PAD.encode(&pair),
                STANDARD.encode(&pair).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
                STANDARD.encode(&pair).replace('/', "\\/"),
            ] {
                let redacted = redactor.redact(&encoded).into_owned();
                assert!(redacted.contains("<KEY>"), "{pair}: {encoded}");
                let rest = redacted.replace("<KEY>", "");
                assert!(rest.len() <= 4 * (before.len() + after.len()).div_ceil(3) + 4 + 6, "{redacted}");
            }
        }
    }
}

#[test]
fn short_values_are_redacted_only_as_whole_words() {
    let redactor = redactor_with(&[("PIN", "a1"), ("X", "z")]);
    check(&redactor, r#"{"pin":"a1","other":"a12"} ba1 a1_"#, r#"{"pin":"<PIN>","other":"a12"} ba1 a1_"#);
    check(&redactor, "?k=a1&b=%61%31#z %7A \\u007a", "?k=<PIN>&b=<PIN>#<X> <X> <X>");
    check(&redactor, "Basic YTE= YTE cYTE=", "Basic <PIN>= <PIN> cYTE=");
    check(&redactor_with(&[("K", "a-a")]), "ba-a-a", "ba-<K>");
    check(&redactor, "zzz fuzz jazz-z", "zzz fuzz jazz-<X>");
    check(&redactor_with(&[("E", "")]), "nothing", "nothing");
}

#[test]
fn overlapping_values_are_masked_whole() {
    let redactor = redactor_with(&[("A", "secret"), ("B", "secret-longer")]);
    check(&redactor, "secret-longer secret", "<B> <A>");
    check(&redactor_with(&[("A", "abcdef"), ("B", "defghi+jk")]), "abcdefghi+jk!", "<B>!");
}

#[test]
fn the_replacement_does_not_reveal_the_value() {
    let redactor = redactor_with(&[("TOKEN", "TOKEN"), ("", "nameless")]);
    check(&redactor, "TOKEN nameless", "•••••• ••••••");
}

#[test]
fn a_value_cut_off_at_the_end_is_redacted() {
    let redactor = redactor_with(&[("KEY", "correct horse/battery")]);
    let cut = |text: &str| redactor.redact_cut(text).into_owned();
    assert_eq!(cut("key: correct horse/ba"), "key: <KEY>");
    assert_eq!(cut("key: correct%20horse%2"), "key: <KEY>");
    assert_eq!(cut("key: c\\u006frrec\\u00"), "key: <KEY>");
    let encoded = STANDARD.encode("user:correct horse/battery");
    assert!(cut(&encoded[..encoded.len() - 8]).contains("<KEY>"));
    assert_eq!(cut("a cor"), "a cor");
}

#[test]
fn debug_output_shows_no_value() {
    let redactor = redactor_with(&[("A", "hidden")]);
    assert!(!format!("{redactor:?} {:?}", Secret::new("hidden")).contains("hidden"));
}

#[test]
fn even_a_huge_value_is_masked() {
    let huge = "é".repeat(200_000);
    let redactor = redactor_with(&[("A", &huge)]);
    assert_eq!(redactor.redact(&format!("x{huge}y")), "x<A>y");
}

/// The encodings in which a server may repeat a value.
const ENCODINGS: [fn(&str, u64) -> String; 9] = [
    |text, _| text.to_owned(),
    |text, which| {
        each(text, which, |c| c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("%{b:02x}")).collect())
    },
    |text, which| {
        each(text, which, |c| c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("%{b:02X}")).collect())
    },
    |text, which| {
        each(text, which, |c| c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04x}")).collect())
    },
    |text, which| {
        each(text, which, |c| c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04X}")).collect())
    },
    |text, which| each(text, which, |c| format!("&#{};", u32::from(c))),
    |text, which| each(text, which, |c| format!("&#x{:X};", u32::from(c))),
    |text, _| form_urlencoded::byte_serialize(text.as_bytes()).collect(),
    |text, _| inner(&serde_json::to_string(text).unwrap()).to_owned(),
];

/// Removes the quotes around a JSON string.
fn inner(quoted: &str) -> &str {
    &quoted[1..quoted.len() - 1]
}

/// Encodes the characters that the bits of `which` select, and every character that would be read as an escape.
fn each(text: &str, which: u64, encode: impl Fn(char) -> String) -> String {
    let encode_one = |(at, c): (usize, char)| match "%+\\&".contains(c) || which >> (at % 64) & 1 == 1 {
        true => encode(c),
        false => c.to_string(),
    };
    text.chars().enumerate().map(encode_one).collect()
}

fn in_base64(text: &str, which: u64) -> String {
    match which % 4 {
        0 => STANDARD.encode(text),
        1 => STANDARD_NO_PAD.encode(text),
        2 => URL_SAFE.encode(text),
        _ => URL_SAFE_NO_PAD.encode(text),
    }
}

proptest! {
    #[test]
    fn no_encoding_of_a_value_survives(
        secret in "[ -~é€😀]{1,24}",
        (user, suffix) in ("[a-z]{0,5}", "[a-z]{0,5}"),
        first in 0..ENCODINGS.len(),
        second in 0..ENCODINGS.len(),
        which in any::<u64>(),
        is_base64 in any::<bool>(),
    ) {
        let is_short = secret.chars().count() < 4;
        let value = match (is_base64, is_short) {
            (true, true) => in_base64(&secret, which),
            (true, false) => in_base64(&format!("{user}:{secret}{suffix}"), which),
            (false, _) => secret.clone(),
        };
        let encoded = ENCODINGS[second](&ENCODINGS[first](&value, which), which.rotate_left(17));
        let redactor = redactor_with(&[("KEY", &secret)]);
        let redacted = redactor.redact(&format!("({encoded})")).into_owned();
        prop_assert!(redacted.contains("<KEY>") || redacted.contains(MASK), "{} as {}: {}", secret, encoded, redacted);
        prop_assert!(!redacted.contains(&encoded), "{} as {}: {}", secret, encoded, redacted);
        if !is_short && !"(<KEY>)".contains(&secret) {
            for layer in Layer::all_of(&redacted) {
                prop_assert!(!String::from_utf8_lossy(layer.bytes()).contains(&secret), "{}: {}", secret, redacted);
            }
        }
    }

    #[test]
    fn any_text_can_be_redacted(text in ".{0,200}", secret in ".{0,8}") {
        let redactor = redactor_with(&[("KEY", &secret)]);
        let _ = (redactor.redact(&text), redactor.redact_cut(&text));
    }
}

#[test]
fn the_secret_half_of_a_token_is_redacted_on_its_own() {
    let redactor = redactor_with(&[("BOT_TOKEN", REAL), ("PAIR", "me:short")]);
    let (number, half) = REAL.split_once(':').unwrap();
    check(&redactor, &format!("bot {number} says {half}!"), &format!("bot {number} says <BOT_TOKEN>!"));
    check(&redactor, &REAL.replace(':', " "), &format!("{number} <BOT_TOKEN>"));
    let encoded = STANDARD.encode(half);
    assert!(!redactor.redact(&format!("x {encoded} y")).contains(&encoded[2..encoded.len() - 4]));
    check(&redactor, "a short word", "a short word");
}

#[test]
fn invisible_characters_inside_a_value_do_not_hide_it() {
    let redactor = redactor_with(&[("BOT_TOKEN", REAL)]);
    for gap in ["\u{1}", "\n", "\r\n", "\u{200b}", "\u{ad}", "\u{feff}", "\u{9b}"] {
        let spread: Vec<String> = REAL.chars().map(String::from).collect();
        check(&redactor, &format!("<{}>", spread.join(gap)), "<<BOT_TOKEN>>");
    }
    let lines: Vec<String> = STANDARD
        .encode(format!("POST /bot{REAL}/sendMessage"))
        .as_bytes()
        .chunks(20)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    let shown = redactor.redact(&lines.join("\n")).into_owned();
    assert!(shown.contains("<BOT_TOKEN>"), "{shown}");
    check(&redactor, "a\nb\tc", "a\nb\tc");
}
