//! Tests of editor commands on marked texts: `|` is the cursor, `^` the anchor of a selection.

use proptest::prelude::*;

use super::*;
use Command::*;

fn open(marked: &str) -> Editor {
    let text = marked.replace(['|', '^'], "");
    let offset_of = |mark: char| {
        marked
            .find(mark)
            .map(|at| marked[..at].chars().filter(|c| !"|^".contains(*c)).map(char::len_utf8).sum())
    };
    let mut editor = Editor::new(&text);
    let head = offset_of('|').unwrap_or(text.len());
    editor.selection = Selection { anchor: offset_of('^').unwrap_or(head), head };
    editor
}

fn marked(editor: &Editor) -> String {
    let Selection { anchor, head } = editor.selection();
    let mut text = editor.text();
    let mut marks = if anchor == head { vec![(head, '|')] } else { vec![(anchor, '^'), (head, '|')] };
    marks.sort_unstable();
    for (at, mark) in marks.into_iter().rev() {
        text.insert(at, mark);
    }
    text
}

#[track_caller]
fn check(before: &str, commands: impl IntoIterator<Item = Command>, after: &str) {
    let mut editor = open(before);
    for command in commands {
        editor.apply(command);
    }
    assert_eq!(marked(&editor), after);
}

fn keys(text: &str) -> Vec<Command> {
    text.chars().map(|c| if c == '\n' { Newline } else { Type(c.into()) }).collect()
}

#[test]
fn the_cursor_steps_over_whole_graphemes() {
    check("|👩‍👩‍👧‍👦e\u{301}🇩🇪漢", [Move(Motion::Right)], "👩‍👩‍👧‍👦|e\u{301}🇩🇪漢");
    check("👩‍👩‍👧‍👦e\u{301}🇩🇪|", [Move(Motion::Left), Move(Motion::Left)], "👩‍👩‍👧‍👦|e\u{301}🇩🇪");
    check("a👍🏽|", [Delete(Motion::Left)], "a|");
    check("|שלום", [Move(Motion::Right)], "ש|לום");
    check("a\r\n|b", [Move(Motion::Left)], "a|\r\nb");
}

#[test]
fn a_cursor_inside_a_new_grapheme_goes_to_its_start() {
    check("ex|\n\u{301}", [Move(Motion::To(1)), Extend(Motion::To(3)), Delete(Motion::Left)], "|e\u{301}");
}

#[test]
fn word_motion_stops_at_runs_and_line_breaks() {
    check("|Profile.first_name | x", [Move(Motion::WordRight)], "Profile|.first_name  x");
    check("|one  two", [Move(Motion::WordRight), Move(Motion::WordRight)], "one  two|");
    check("one\n  two|", [Move(Motion::WordLeft)], "one\n  |two");
    check("one\n  |two", [Move(Motion::WordLeft)], "one\n|  two");
    check("one\n|  two", [Move(Motion::WordLeft)], "one|\n  two");
    check("one.two|", [Delete(Motion::WordLeft)], "one.|");
}

#[test]
fn home_toggles_between_first_letter_and_line_start() {
    check("  ab|c", [Move(Motion::LineStart)], "  |abc");
    check("  |abc", [Move(Motion::LineStart)], "|  abc");
    check("|  abc", [Move(Motion::LineStart)], "  |abc");
}

#[test]
fn vertical_motions_keep_their_column_over_short_lines() {
    check("漢字abc|\nx\n漢字abcd", [Move(Motion::Down), Move(Motion::Down)], "漢字abc\nx\n漢字abc|d");
    check("\tx|y\nabcdefg", [Move(Motion::Down)], "\txy\nabcde|fg");
    check("a|b\ncd", [Move(Motion::Up)], "|ab\ncd");
    check("ab\nc|d", [Move(Motion::Down)], "ab\ncd|");
    check("|a\nb\nc\nd", [Move(Motion::PageDown(2))], "a\nb\n|c\nd");
    check("|a\nb", [Move(Motion::Line(2))], "a\n|b");
}

#[test]
fn arrows_collapse_a_selection() {
    check("a^bc|d", [Move(Motion::Left)], "a|bcd");
    check("a|bc^d", [Move(Motion::Right)], "abc|d");
    check("a|bcd", [Extend(Motion::Right), Extend(Motion::Right)], "a^bc|d");
    check("a|b", [SelectAll], "^ab|");
}

#[test]
fn brackets_are_matched() {
    check("a(b[c]d)|", [Move(Motion::MatchingBracket)], "a|(b[c]d)");
    check("|{ \"a\": {} }", [Move(Motion::MatchingBracket)], "{ \"a\": {} |}");
    check("|(", [Move(Motion::MatchingBracket)], "|(");
    assert_eq!(open("|(é)").matching_brackets(), Some((Span::new(0, 1), Span::new(3, 4))));
}

#[test]
fn clicks_select_words_and_lines_and_drags_extend_by_the_same_unit() {
    check("one two three", [DoubleClick(5)], "one ^two| three");
    check("one two three", [DoubleClick(5), Drag(10)], "one ^two three|");
    check("one two three", [DoubleClick(5), Drag(1)], "|one two^ three");
    check("a\nb\nc", [TripleClick(2)], "a\n^b\n|c");
    check("abc", [Click(1), Drag(3)], "a^bc|");
    check("ab|cd", [ExtendClick(0)], "|ab^cd");
}

#[test]
fn deleting_to_a_line_edge_from_that_edge_joins_lines() {
    check("ab\n|cd", [Delete(Motion::LineStart)], "ab|cd");
    check("  a|b", [Delete(Motion::LineStart)], "  |b");
    check("  |b", [Delete(Motion::LineStart)], "|b");
    check("ab|\ncd", [Delete(Motion::LineEnd)], "ab|cd");
    check("a|b\ncd", [Delete(Motion::LineEnd)], "a|\ncd");
    check("a^b|c", [Delete(Motion::Left)], "a|c");
}

#[test]
fn a_new_line_keeps_the_indentation() {
    check("  ab|", [Newline], "  ab\n  |");
    check("  {|}", [Newline], "  {\n    |\n  }");
    check("  [|", [Newline], "  [\n    |");
    check("{{|}}", [Newline], "{{\n|}}");
    check("a\r\nb|", [Newline], "a\r\nb\r\n|");
}

#[test]
fn tabs_indent() {
    check("a|", [Tab], "a |");
    check("ab|", [Tab], "ab  |");
    check("^a\n\nb|", [Tab], "  ^a\n\n  b|");
    check("    a|\n", [Outdent], "  a|\n");
    check("\ta|", [Outdent], "a|");
}

#[test]
fn brackets_and_quotes_close_themselves() {
    check("|", keys("{"), "{|}");
    check("|", keys("{\""), "{\"|\"}");
    check("\"Hi |\"", keys("{{"), "\"Hi {{|}}\"");
    check("\"Hi |\"", keys("{{ "), "\"Hi {{ | }}\"");
    check("\"|\"", keys("{% "), "\"{% | %}\"");
    check("{{ x | default: | }}".replacen('|', "", 1).as_str(), keys("\""), "{{ x  default: \"|\" }}");
}

#[test]
fn brackets_and_quotes_do_not_close_where_unwanted() {
    check("|word", keys("{"), "{|word");
    check("\"smile |\"", keys(":("), "\"smile :(|\"");
    check("\"say \\|\"", keys("\""), "\"say \\\"|\"");
    check("it|", keys("'s"), "it's|");
    check("\"a|", keys("\""), "\"a\"|");
}

#[test]
fn openers_typed_over_a_selection_surround_it() {
    check("a ^word| b", keys("("), "a (^word|) b");
    check("a ^word| b", keys("x"), "a x| b");
    check("a ^word| b", [Surround("<b>".into(), "</b>".into())], "a <b>^word|</b> b");
}

#[test]
fn backspace_removes_only_a_pair_just_typed() {
    check("|", keys("{").into_iter().chain([Delete(Motion::Left)]), "|");
    check("(|)", [Delete(Motion::Left)], "|)");
}

#[test]
fn typing_a_whole_body_adds_nothing_but_indentation() {
    let body = "{\n\"chat_id\": {{ Profile.telegram_chat_id | default: \"NULL\" }},\n\"text\": \"<b>Bold</b> and \
                <a href='https://example.com'>inline {{link}}</a> (a) {% if x %}[b]{% endif %}\",\n\"a\": [1, 2],\n\
                \"parse_mode\": \"HTML\"\n}";
    let mut editor = Editor::new("");
    for command in keys(body) {
        editor.apply(command);
    }
    let unindented: Vec<_> = editor.text().lines().map(|line| line.trim_start().to_owned()).collect();
    assert_eq!(unindented.join("\n"), body);
    assert_eq!(editor.cursor(), editor.len());
}

#[test]
fn pasting_drops_control_characters_and_is_one_undo_step() {
    check("a|b", [Paste("{\r\n\"\x1b[31m\x07\u{9b}\r\t".into())], "a{\n\"[31m\n\t|b");
    check("a|b", [Paste("one two\nthree".into()), Undo], "a|b");
    let mut field = Editor::single_line("ab");
    field.apply(Paste("c\r\nd\te".into()));
    assert_eq!(field.text(), "abc de");
    assert!(!field.apply(Newline).changed);
}

#[test]
fn undo_goes_word_by_word() {
    check("|", keys("one two").into_iter().chain([Undo]), "one |");
    check("|", keys("one two").into_iter().chain([Undo, Undo]), "|");
    check("|", keys("one two").into_iter().chain([Undo, Undo, Redo, Redo]), "one two|");
    check("|", keys("a(b)").into_iter().chain([Undo]), "|");
    check("abc|", [Delete(Motion::Left), Delete(Motion::Left), Undo], "abc|");
    check("a^bc|d", [Type("x".into()), Undo], "a^bc|d");
    check("|", keys("ab").into_iter().chain([Move(Motion::Left), Type("c".into()), Undo]), "a|b");
}

#[test]
fn copy_and_cut_take_the_line_if_nothing_is_selected() {
    let mut editor = open("a\nb|c\nd");
    assert_eq!(editor.apply(Copy), Applied { changed: false, copied: Some("bc\n".into()) });
    assert_eq!(editor.apply(Cut), Applied { changed: true, copied: Some("bc\n".into()) });
    assert_eq!(marked(&editor), "a\n|d");
    assert_eq!(open("").apply(Cut), Applied::default());
}

#[test]
fn lines_are_duplicated_moved_and_commented() {
    check("a|b\nc", [DuplicateLines], "ab\na|b\nc");
    check("a\nb|\nc", [MoveLinesUp], "b|\na\nc");
    check("a\nb|\nc", [MoveLinesDown], "a\nc\nb|");
    check("^a\nb\n|c", [MoveLinesDown], "c\n^a\nb|");
    check("|a", [MoveLinesUp], "|a");
    check("|a\nb", [MoveLinesUp, MoveLinesDown, Undo], "|a\nb");
    check(
        "  a|b",
        [ToggleComment],
        "  {% comment %}ab{% endcomment %}|".replace("ab{", "a|b{").trim_end_matches('|'),
    );
    check("a|b", [ToggleComment, ToggleComment], "a|b");
}

#[test]
fn completion_is_one_undo_step_and_selects_its_default() {
    let edit = TextEdit { span: Span::new(1, 3), replacement: "{{ x | default: \"?\" }}".into() };
    let complete = Complete { edit, select: Span::new(18, 19) };
    let mut editor = open("\"<<|\"");
    editor.apply(complete);
    assert_eq!(editor.selected(), "?");
    editor.apply(Undo);
    assert_eq!(marked(&editor), "\"<<|\"");
    editor.apply(Redo);
    assert_eq!(editor.selected(), "?");
}

#[test]
fn invalid_or_overlapping_replacements_are_skipped() {
    let edit = |start, end, text: &str| TextEdit { span: Span::new(start, end), replacement: text.into() };
    check("a|b", [Replace(vec![edit(0, 1, "x"), edit(7, 9, "y")])], "x|by");
    check("ab|", [Replace(vec![edit(0, 2, "x"), edit(1, 2, "y")])], "ay|");
}

#[test]
fn positions_count_chars_and_convert_back_to_offsets() {
    let editor = Editor::new("a\nGrüße 👋!\r\n");
    let at = editor.text().find('!').unwrap();
    assert_eq!(editor.position(at), LineColumn { line: 2, column: 8 });
    assert_eq!(editor.offset(LineColumn { line: 2, column: 8 }), at);
    assert_eq!(editor.offset(LineColumn { line: 9, column: 9 }), editor.len());
    assert_eq!(editor.line(1), "Grüße 👋!");
    assert_eq!((editor.n_lines(), editor.line(2).as_ref(), editor.line(9).as_ref()), (3, "", ""));
}

fn any_motion() -> impl Strategy<Value = Motion> {
    use Motion::*;
    prop_oneof![
        Just(Left),
        Just(Right),
        Just(WordLeft),
        Just(WordRight),
        Just(Up),
        Just(Down),
        (0..9usize).prop_map(PageUp),
        Just(PageDown(usize::MAX)),
        Just(LineStart),
        Just(LineEnd),
        Just(DocumentStart),
        Just(DocumentEnd),
        Just(MatchingBracket),
        (0..9usize).prop_map(Line),
        (0..99usize).prop_map(To),
    ]
}

/// Characters that cause trouble: joiners, combining marks, flags, right-to-left, controls, brackets.
const HARD: &str = "[a(){}\"%|<' \n\r\t\u{200d}\u{301}\u{308}👩👧🇩🇪漢ש\u{202e}\u{1b}🏽\u{fe0f}❤]{0,12}";

fn any_command() -> impl Strategy<Value = Command> {
    let span = || (0..80usize, 0..80usize).prop_map(|(start, end)| Span::new(start, end));
    prop_oneof![
        4 => any_motion().prop_map(Move),
        2 => any_motion().prop_map(Extend),
        1 => Just(SelectAll),
        1 => span().prop_map(Select),
        1 => (0..99usize).prop_map(Click),
        1 => (0..99usize).prop_map(ExtendClick),
        1 => (0..99usize).prop_map(DoubleClick),
        1 => (0..99usize).prop_map(TripleClick),
        1 => (0..99usize).prop_map(Drag),
        6 => proptest::sample::select(vec!["{", "}", "\"", "%", " ", "(", "a", "\u{301}", "👩", "\u{200d}", "🇩"])
            .prop_map(|text| Type(text.into())),
        2 => HARD.prop_map(Paste),
        2 => Just(Newline),
        1 => Just(Tab),
        1 => Just(Outdent),
        3 => any_motion().prop_map(Delete),
        1 => Just(Cut),
        2 => Just(Undo),
        1 => Just(Redo),
        1 => Just(Surround("<b>".into(), "</b>".into())),
        1 => Just(DuplicateLines),
        1 => Just(MoveLinesUp),
        1 => Just(MoveLinesDown),
        1 => Just(ToggleComment),
        1 => (span(), HARD).prop_map(|(span, text)| Replace(vec![TextEdit { span, replacement: text }])),
        1 => (span(), HARD, span()).prop_map(|(span, text, select)| Complete {
            edit: TextEdit { span, replacement: text },
            select,
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_commands_keep_the_invariants_and_can_be_undone(
        start in HARD,
        commands in proptest::collection::vec(any_command(), 0..60),
    ) {
        let mut editor = Editor::new(&start);
        for command in commands {
            editor.apply(command);
            let text = editor.text();
            let boundaries: Vec<usize> = unicode_segmentation::UnicodeSegmentation::grapheme_indices(text.as_str(), true)
                .map(|(at, _)| at)
                .chain([text.len()])
                .collect();
            let Selection { anchor, head } = editor.selection();
            prop_assert!(boundaries.contains(&anchor) && boundaries.contains(&head), "{:?} in {:?}", editor.selection(), text);
        }
        while editor.can_redo() {
            editor.apply(Redo);
        }
        let end = editor.text();
        while editor.can_undo() {
            editor.apply(Undo);
        }
        prop_assert_eq!(editor.text(), start);
        while editor.can_redo() {
            editor.apply(Redo);
        }
        prop_assert_eq!(editor.text(), end);
    }

    #[test]
    fn buffer_boundaries_match_the_whole_text(text in HARD) {
        let buffer = TextBuffer::new(&text);
        let mut at = 0;
        for grapheme in unicode_segmentation::UnicodeSegmentation::graphemes(text.as_str(), true) {
            prop_assert_eq!(buffer.grapheme_after(at), at + grapheme.len());
            prop_assert_eq!(buffer.grapheme_before(at + grapheme.len()), at);
            at += grapheme.len();
        }
    }
}
