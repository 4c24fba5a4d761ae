use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn show(decoded: &[Decoded]) -> String {
    let shown = decoded.iter().map(|decoded| match decoded {
        Decoded::Input(Input::Key(key)) => key.to_string(),
        Decoded::Input(Input::Paste(text)) => format!("paste {text:?}"),
        Decoded::Input(Input::Mouse(Mouse { kind, x, y, shift })) => {
            format!("{}{kind:?} at {x},{y}", if *shift { "Shift-" } else { "" })
        }
        Decoded::Input(other) => format!("{other:?}"),
        Decoded::Background(Rgb(red, green, blue)) => format!("background {red},{green},{blue}"),
        other => format!("{other:?}"),
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// Decodes reads in a dialect. After the last read, nothing more comes.
fn decode(reads: &[&[u8]], dialect: Dialect) -> Vec<Decoded> {
    let mut decoder = Decoder::new(dialect);
    let mut decoded: Vec<Decoded> = reads.iter().flat_map(|bytes| decoder.feed(bytes)).collect();
    if decoder.is_ambiguous() {
        decoded.append(&mut decoder.resolve());
    }
    decoded
}

/// Each line of `expected` is a list of reads, separated by `|`, and what they mean. `␛` is the escape character, and
/// `^S` is Ctrl-S, except at the end.
#[track_caller]
fn check_in(dialect: Dialect, reads: &[&str], expected: Expect) {
    let lines = reads.iter().map(|line| {
        let reads: Vec<Vec<u8>> = line.split('|').map(bytes_of).collect();
        let reads: Vec<&[u8]> = reads.iter().map(Vec::as_slice).collect();
        format!("{line} → {}\n", show(&decode(&reads, dialect)))
    });
    expected.assert_eq(&lines.collect::<String>());
}

#[track_caller]
fn check(reads: &[&str], expected: Expect) {
    check_in(Dialect::Common, reads, expected);
}

fn bytes_of(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '␛' => bytes.push(ESC),
            '^' => bytes.push(chars.next().map_or(b'^', |c| (c as u8) ^ 0x40)),
            c => bytes.extend(c.to_string().as_bytes()),
        }
    }
    bytes
}

#[test]
fn characters_are_typed_and_control_bytes_are_keys() {
    check(
        &["aЖ🎉", "^S^M^I^?^@^H", "^\\^]^^^_"],
        expect![[r#"
        aЖ🎉 → a Ж 🎉
        ^S^M^I^?^@^H → ^S Enter Tab Backspace ^Space ^H
        ^\^]^^^_ → ^\ ^] ^^ ^/
    "#]],
    );
}

#[test]
fn escape_and_a_key_are_alt_only_within_one_read() {
    check(
        &[
            "␛",
            "␛1",
            "␛^M",
            "␛é",
            "␛|1",
            "␛␛",
            "␛␛1",
            "␛|␛[A",
            "␛␛[A",
            "␛[",
            "␛O",
            "␛]",
            "␛P",
            "␛␛[",
            "␛Pa",
            "␛]a",
        ],
        expect![[r#"
            ␛ → Esc
            ␛1 → Alt-1
            ␛^M → Alt-Enter
            ␛é → Alt-é
            ␛|1 → Esc 1
            ␛␛ → Esc Esc
            ␛␛1 → Esc Alt-1
            ␛|␛[A → Esc Up
            ␛␛[A → Alt-Up
            ␛[ → Alt-[
            ␛O → Alt-Shift-O
            ␛] → Alt-]
            ␛P → Alt-Shift-P
            ␛␛[ → Esc Alt-[
            ␛Pa → Alt-Shift-P a
            ␛]a → Alt-] a
        "#]],
    );
}

#[test]
fn a_sequence_may_be_split_anywhere() {
    check(
        &["␛|[A", "␛[|A", "␛|O|P", "␛[1|;5|D", "␛|]11;rgb:0/0|/0␛|\\x", "x␛]11;rgb:0/0/0|^G|y"],
        expect![[r#"
            ␛|[A → Up
            ␛[|A → Up
            ␛|O|P → F1
            ␛[1|;5|D → Ctrl-Left
            ␛|]11;rgb:0/0|/0␛|\x → background 0,0,0 x
            x␛]11;rgb:0/0/0|^G|y → x background 0,0,0 y
        "#]],
    );
}

#[test]
fn a_split_character_waits_and_invalid_bytes_are_dropped() {
    let check = |reads: &[&[u8]], shown: &str| assert_eq!(show(&decode(reads, Dialect::Common)), shown);
    check(&[b"\xd0", b"\x96"], "Ж");
    check(&[b"\xf0\x9f", b"\x8e\x89a"], "🎉 a");
    check(&[b"a\xffb\xc3(c\x80"], "a b ( c");
    check(&[b"\xc2\x88\xc2\x9bA"], "A");
}

#[test]
fn unknown_sequences_type_nothing() {
    check(
        &[
            "␛[99~x",
            "␛[1;2;3;4Wx",
            "␛[?2026;2$yx",
            "␛[>0;276;0cx",
            "␛[12;40Yx",
            "␛Ozx",
            "␛[[Zx",
            "␛]52;c;aGVsbG8=^Gx",
            "␛]4;1;rgb:0/0/0␛\\x",
            "␛P>|kitty(0.30)␛\\x",
            "␛P1$r0m␛\\x",
            "␛[200;1;^Mx",
            "␛]11;rgb:^Mx",
            "␛[1;Жx",
            "␛[Ox",
        ],
        expect![[r#"
            ␛[99~x → x
            ␛[1;2;3;4Wx → x
            ␛[?2026;2$yx → x
            ␛[>0;276;0cx → x
            ␛[12;40Yx → x
            ␛Ozx → x
            ␛[[Zx → x
            ␛]52;c;aGVsbG8=^Gx → x
            ␛]4;1;rgb:0/0/0␛\x → x
            ␛P>|kitty(0.30)␛\x → x
            ␛P1$r0m␛\x → x
            ␛[200;1;^Mx → Enter x
            ␛]11;rgb:^Mx → Enter x
            ␛[1;Жx → Ж x
            ␛[Ox → x
        "#]],
    );
}

#[test]
fn a_sequence_without_an_end_does_not_take_all_later_input() {
    let long = [b"\x1b]11;".as_slice(), &[b'x'; 2000]].concat();
    let decoded = decode(&[&long, b"\r"], Dialect::Common);
    assert_eq!(decoded.last(), Some(&key(Key::plain(KeyCode::Enter))));
}

#[test]
fn keys_that_differ_by_terminal_depend_on_the_dialect() {
    let keys = ["␛[P", "␛[Q", "␛[S", "␛[31~", "␛[32~", "␛[34~"];
    check_in(
        Dialect::Common,
        &keys,
        expect![[r#"
        ␛[P → Delete
        ␛[Q → F2
        ␛[S → F4
        ␛[31~ → Shift-F5
        ␛[32~ → Shift-F6
        ␛[34~ → Shift-F8
    "#]],
    );
    check_in(
        Dialect::Rxvt,
        &keys,
        expect![[r#"
        ␛[P → Delete
        ␛[Q → F2
        ␛[S → F4
        ␛[31~ → Shift-F7
        ␛[32~ → Shift-F8
        ␛[34~ → Shift-F10
    "#]],
    );
    check_in(
        Dialect::Kitty,
        &keys,
        expect![[r#"
        ␛[P → F1
        ␛[Q → F2
        ␛[S → F4
        ␛[31~ → Shift-F5
        ␛[32~ → Shift-F6
        ␛[34~ → Shift-F8
    "#]],
    );
}

#[test]
fn ctrl_delete_of_st_does_not_eat_the_keys_after_it() {
    check(
        &["␛[Mabc", "␛[M|abc"],
        expect![[r#"
        ␛[Mabc → Ctrl-Delete a b c
        ␛[M|abc → Ctrl-Delete a b c
    "#]],
    );
}

#[test]
fn kitty_and_modify_other_keys_sequences_are_the_same_keys_as_elsewhere() {
    check_in(
        Dialect::Kitty,
        &[
            "␛[97;5u",
            "␛[97;6u",
            "␛[27u",
            "␛[91;5u",
            "␛[105;5u",
            "␛[109;5u",
            "␛[55;5u",
            "␛[102:70;4u",
            "␛[102;4u",
            "␛[49:33;4u",
            "␛[1092::97;5u",
            "␛[1092:1060:97;4u",
            "␛[13;2u",
            "␛[127;5u",
            "␛[9;2u",
            "␛[97;1:1u",
            "␛[97;1:2u",
            "␛[97;1:3u",
            "␛[1;5:3A",
            "␛[97;9u",
            "␛[97;65u",
            "␛[97;197u",
            "␛[97;;97u",
            "␛[57358u",
            "␛[57399u",
            "␛[57414u",
            "␛[57420;2u",
            "␛[27;5;9~",
            "␛[27;3;49~",
            "␛[27;4;70~",
            "␛[0u",
            "␛[7u",
            "␛[4294967296u",
        ],
        expect![[r#"
            ␛[97;5u → ^A
            ␛[97;6u → ^A
            ␛[27u → Esc
            ␛[91;5u → Esc
            ␛[105;5u → Tab
            ␛[109;5u → Enter
            ␛[55;5u → ^/
            ␛[102:70;4u → Alt-Shift-F
            ␛[102;4u → Alt-Shift-F
            ␛[49:33;4u → Alt-!
            ␛[1092::97;5u → ^A
            ␛[1092:1060:97;4u → Alt-Shift-A
            ␛[13;2u → Shift-Enter
            ␛[127;5u → Ctrl-Backspace
            ␛[9;2u → Shift-Tab
            ␛[97;1:1u → a
            ␛[97;1:2u → a
            ␛[97;1:3u → 
            ␛[1;5:3A → 
            ␛[97;9u → 
            ␛[97;65u → a
            ␛[97;197u → ^A
            ␛[97;;97u → a
            ␛[57358u → 
            ␛[57399u → 0
            ␛[57414u → Enter
            ␛[57420;2u → Shift-Down
            ␛[27;5;9~ → Ctrl-Tab
            ␛[27;3;49~ → Alt-1
            ␛[27;4;70~ → Alt-Shift-F
            ␛[0u → 
            ␛[7u → 
            ␛[4294967296u → 
        "#]],
    );
}

#[test]
fn pastes_are_unchanged() {
    check(
        &[
            "␛[200~a^Mb␛[201~c",
            "␛[200~␛[A^C␛]11;?␛\\␛[201~",
            "␛[200~a|b␛[20|1~c",
            "␛[20|0~a␛|[201~",
            "␛[200~␛[200~␛[201~",
            "␛␛[200~a␛[201~",
            "␛[201~a",
        ],
        expect![[r#"
            ␛[200~a^Mb␛[201~c → paste "a\rb" c
            ␛[200~␛[A^C␛]11;?␛\␛[201~ → paste "\u{1b}[A\u{3}\u{1b}]11;?\u{1b}\\"
            ␛[200~a|b␛[20|1~c → paste "ab" c
            ␛[20|0~a␛|[201~ → paste "a"
            ␛[200~␛[200~␛[201~ → paste "\u{1b}[200~"
            ␛␛[200~a␛[201~ → Esc paste "a"
            ␛[201~a → a
        "#]],
    );
}

#[test]
fn a_paste_that_is_too_long_comes_in_pieces() {
    let part = vec![b'x'; MAX_PASTE];
    let decoded = decode(&[PASTE_START, &part, b"y", PASTE_END], Dialect::Common);
    let lengths = decoded.iter().map(|decoded| match decoded {
        Decoded::Input(Input::Paste(text)) => text.len(),
        _ => 0,
    });
    assert_eq!(lengths.collect::<Vec<_>>(), [MAX_PASTE, 1]);
}

#[test]
fn the_mouse_is_reported_from_cell_zero() {
    check(
        &[
            "␛[<0;1;1M",
            "␛[<0;300;200m",
            "␛[<4;2;3M",
            "␛[<32;2;3M",
            "␛[<2;2;3M",
            "␛[<64;2;3M",
            "␛[<65;2;3M",
            "␛[<81;2;3M",
            "␛[<1;2;3M",
            "␛[<35;2;3M",
            "␛[<0;0;0M",
            "␛[<0;70000;1M",
            "␛[<0;1M",
            "␛[I",
        ],
        expect![[r#"
            ␛[<0;1;1M → Down { clicks: 1 } at 0,0
            ␛[<0;300;200m → Up at 299,199
            ␛[<4;2;3M → Shift-Down { clicks: 1 } at 1,2
            ␛[<32;2;3M → Drag at 1,2
            ␛[<2;2;3M → RightDown at 1,2
            ␛[<64;2;3M → Scroll(-3) at 1,2
            ␛[<65;2;3M → Scroll(3) at 1,2
            ␛[<81;2;3M → Scroll(3) at 1,2
            ␛[<1;2;3M → 
            ␛[<35;2;3M → 
            ␛[<0;0;0M → Down { clicks: 1 } at 0,0
            ␛[<0;70000;1M → 
            ␛[<0;1M → 
            ␛[I → FocusGained
        "#]],
    );
}

#[test]
fn answers_of_terminals_are_not_typed() {
    check(
        &[
            "␛]11;rgb:ff/80/00^G",
            "␛]11;rgb:ffff/8080/0000␛\\",
            "␛]11;rgb:fff/888/000␛\\",
            "␛]11;rgb:f/8/0␛\\",
            "␛]11;rgba:ffff/8080/0000/cccc␛\\",
            "␛]11;rgb:ff/80␛\\",
            "␛]11;rgb:fffff/0/0␛\\",
            "␛]11;rgb:gg/00/00␛\\",
            "␛]11;rgb:+f/00/00␛\\",
            "␛]10;rgb:00/00/00␛\\",
            "␛[?62;22c",
            "␛[?0u",
            "␛]11;rgb:0000/0000/0000␛\\␛[?0u␛[?62;c",
        ],
        expect![[r#"
            ␛]11;rgb:ff/80/00^G → background 255,128,0
            ␛]11;rgb:ffff/8080/0000␛\ → background 255,128,0
            ␛]11;rgb:fff/888/000␛\ → background 255,136,0
            ␛]11;rgb:f/8/0␛\ → background 255,136,0
            ␛]11;rgba:ffff/8080/0000/cccc␛\ → background 255,128,0
            ␛]11;rgb:ff/80␛\ → 
            ␛]11;rgb:fffff/0/0␛\ → 
            ␛]11;rgb:gg/00/00␛\ → 
            ␛]11;rgb:+f/00/00␛\ → 
            ␛]10;rgb:00/00/00␛\ → 
            ␛[?62;22c → Attributes
            ␛[?0u → KittyKeyboard
            ␛]11;rgb:0000/0000/0000␛\␛[?0u␛[?62;c → background 0,0,0 KittyKeyboard Attributes
        "#]],
    );
}

proptest! {
    #[test]
    fn reads_of_any_size_give_the_same_input(bytes in arbitrary_bytes(), cuts in cuts()) {
        for dialect in [Dialect::Common, Dialect::Rxvt, Dialect::Kitty] {
            let whole = decode(&[&bytes], dialect);
            // Only after an escape character does the end of a read have a meaning.
            let mut at: Vec<usize> = cuts
                .iter()
                .map(|cut| cut.index(bytes.len() + 1))
                .filter(|at| *at == 0 || bytes[at - 1] != ESC)
                .chain([0, bytes.len()])
                .collect();
            at.sort_unstable();
            let reads: Vec<&[u8]> = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode(&reads, dialect), whole);
        }
    }

    #[test]
    fn no_bytes_type_a_control_character(bytes in arbitrary_bytes()) {
        for decoded in decode(&[&bytes], Dialect::Common) {
            if let Decoded::Input(Input::Key(key)) = decoded {
                prop_assert!(!key.typed().is_some_and(char::is_control), "{:?}", key);
            }
        }
    }
}

fn cuts() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..6)
}

/// Pieces of sequences in any order, and any bytes.
fn arbitrary_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "\x1b",
            "[",
            "O",
            "]",
            "P",
            "\\",
            "\x07",
            "1",
            "11;",
            "rgb:",
            "0/",
            ";5",
            "~",
            "u",
            "$",
            "^",
            "M",
            "<",
            "?",
            "\x1b[200~",
            "\x1b[201~",
            "\x1b[A",
            "a",
            "ф",
            "\r",
            "\x1b\\"
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
        any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// What terminals have sent on the alternate screen with telecast's modes. A line has the pressed key, the bytes, and,
/// if the terminal sends the same for several keys, the key that they mean. Where the bytes are missing, the terminal
/// keeps the key for itself.
const RECORDED: &[(&str, Dialect, &str)] = &[
    ("alacritty", Dialect::Common, include_str!("../../../../../tests/data/keys/alacritty.tsv")),
    ("kitty", Dialect::Kitty, include_str!("../../../../../tests/data/keys/kitty.tsv")),
    ("konsole", Dialect::Common, include_str!("../../../../../tests/data/keys/konsole.tsv")),
    ("st", Dialect::Common, include_str!("../../../../../tests/data/keys/st.tsv")),
    ("urxvt", Dialect::Rxvt, include_str!("../../../../../tests/data/keys/urxvt.tsv")),
    ("xfce4-terminal", Dialect::Common, include_str!("../../../../../tests/data/keys/xfce4-terminal.tsv")),
    ("xterm", Dialect::Common, include_str!("../../../../../tests/data/keys/xterm.tsv")),
];

#[test]
fn recorded_bytes_of_terminals_are_the_keys_that_were_pressed() {
    let mut wrong = Vec::new();
    for (terminal, dialect, table) in RECORDED {
        for line in table.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [pressed, bytes, rest @ ..] = fields.as_slice() else { panic!("{terminal}: {line}") };
            let expected = match rest.first() {
                _ if bytes.is_empty() => String::new(),
                Some(other) => (*other).to_owned(),
                None => pressed.parse::<Key>().unwrap().to_string(),
            };
            let shown = show(&decode(&[&bytes_of(bytes)], *dialect));
            if shown != expected {
                wrong.push(format!("{terminal}\t{pressed}\t{bytes}\t{shown}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
