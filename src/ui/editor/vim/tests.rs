//! Tests vim's keys with tables: a text with the cursor as `|`, the keys, and the text and cursor afterwards.
//!
//! In the keys, `\x1b` is Esc, `\n` is Enter, `\x7f` is Backspace and `\x12` is Ctrl-R, as terminals send them.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;
use crate::editor::search::PatternSyntax;
use crate::ui::widget::typing;

struct VimSession {
    vim: Vim,
    editor: Editor,
    requests: Vec<VimRequest>,
    /// The open search line or command line, and its text.
    line: Option<(OpenLine, String)>,
}

#[derive(Clone, Copy)]
enum OpenLine {
    /// The direction, and the cursor when the line was opened.
    Search(Direction, usize),
    Command,
}

impl VimSession {
    fn open(marked: &str) -> Self {
        let mut editor = Editor::new(&marked.replacen('|', "", 1));
        let at = marked.find('|').unwrap_or(0);
        editor.apply(Command::Move(Motion::To(at)));
        Self::edit(editor)
    }

    fn edit(editor: Editor) -> Self {
        let mut session = Self { vim: Vim::default(), editor, requests: Vec::new(), line: None };
        session.follow();
        session
    }

    fn press(&mut self, key: Key) {
        if let Some((line, text)) = self.line.take() {
            self.press_in_line(line, text, key);
            return self.follow();
        }
        match self.vim.press(key, &self.editor, 4) {
            Some(outcome) => self.perform(outcome),
            None => {
                if let Some(command) = typing::field_command(key) {
                    let selects = matches!(command, Command::Extend(_) | Command::SelectAll);
                    self.editor.apply(command);
                    if selects {
                        self.vim.adopt_selection(&self.editor);
                    }
                }
            }
        }
        self.follow();
    }

    fn perform(&mut self, outcome: VimOutcome) {
        for command in outcome.commands {
            self.editor.apply(command);
        }
        match outcome.request {
            Some(VimRequest::Search(direction)) => {
                let from = self.vim.shown_cursor(&self.editor);
                self.line = Some((OpenLine::Search(direction, from), String::new()));
            }
            Some(VimRequest::CommandLine(text)) => self.line = Some((OpenLine::Command, text.to_owned())),
            request => self.requests.extend(request),
        }
    }

    fn press_in_line(&mut self, line: OpenLine, mut text: String, key: Key) {
        match (key.code, line) {
            (KeyCode::Esc, _) => {}
            (KeyCode::Enter, OpenLine::Search(direction, from)) => {
                if let Ok(pattern) = SearchPattern::new(&text, PatternSyntax::Plain) {
                    self.vim.set_pattern(pattern, direction);
                }
                let outcome = self.vim.finish_search(&self.editor, from);
                self.perform(outcome);
            }
            (KeyCode::Enter, OpenLine::Command) => match parse_command_line(&text) {
                Ok(ExCommand::Substitute(lines, what)) => {
                    if let Ok((outcome, _)) = self.vim.substitute(&self.editor, lines, what) {
                        self.perform(outcome);
                    }
                }
                Ok(ExCommand::GoTo(line)) => {
                    if let Ok(at) = self.vim.offset_of(&self.editor, line) {
                        self.editor.apply(Command::Move(Motion::To(at)));
                    }
                }
                _ => {}
            },
            _ => {
                text.extend(key.typed());
                self.line = Some((line, text));
            }
        }
    }

    fn follow(&mut self) {
        if self.line.is_none() {
            let outcome = self.vim.cancel_search(&self.editor);
            self.perform(outcome);
        }
        if let Some(command) = self.vim.sync(&self.editor) {
            self.editor.apply(command);
        }
    }

    fn keys(&mut self, keys: &str) {
        for c in keys.chars() {
            self.press(key(c));
        }
    }

    fn marked(&self) -> String {
        let mut text = self.editor.text();
        text.insert(self.vim.shown_cursor(&self.editor), '|');
        text
    }
}

fn key(c: char) -> Key {
    match c {
        '\x1b' => Key::plain(KeyCode::Esc),
        '\n' => Key::plain(KeyCode::Enter),
        '\x7f' => Key::plain(KeyCode::Backspace),
        '\x01'..='\x1a' => Key { ctrl: true, ..Key::char((c as u8 + 0x60) as char) },
        c => Key::char(c),
    }
}

#[track_caller]
fn check(rows: &[(&str, &str, &str)]) {
    let mut failures = Vec::new();
    for (before, keys, after) in rows {
        let mut session = VimSession::open(before);
        session.keys(keys);
        if session.marked() != *after {
            failures.push(format!("{keys:?} in {before:?} gives {:?}, not {after:?}", session.marked()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn motions_stay_on_graphemes_and_lines() {
    check(&[
        ("a|bc", "h", "|abc"),
        ("|abc", "h", "|abc"),
        ("ab|c\nd", "l", "ab|c\nd"),
        ("|👩‍👩‍👧‍👦e\u{301}x", "ll", "👩‍👩‍👧‍👦e\u{301}|x"),
        ("abc|d\nx\nabcd", "jj", "abcd\nx\nabc|d"),
        ("ab|c\n漢字", "j", "abc\n漢|字"),
        ("ab\nc|d", "k", "a|b\ncd"),
        ("ab\n|", "k", "|ab\n"),
        ("|abc\nde", "$j", "abc\nd|e"),
        ("a\n\n|b", "k", "a\n|\nb"),
        ("  ab|c", "0", "|  abc"),
        ("  ab|c", "^", "  |abc"),
        ("a\n  b|", "\x1bgg", "|a\n  b"),
        ("|a\n  b", "G", "a\n  |b"),
        ("|a\nb\nc", "2G", "a\n|b\nc"),
        ("|a\nb\nc", "2j", "a\nb\n|c"),
        ("|a\n  b", "\n", "a\n  |b"),
        ("|abcd", "3|", "ab|cd"),
        ("|1\n2\n3\n4\n5", "\x04", "1\n2\n|3\n4\n5"),
    ]);
}

#[test]
fn motions_in_wrapped_lines_move_by_rows_unless_counted() {
    let mut session = VimSession::open("|one two three\nfour");
    session.editor.set_wrap(Some(6));
    for (keys, after) in [
        ("j", "one |two three\nfour"),
        ("jj", "one two three\n|four"),
        ("k", "one two |three\nfour"),
        ("1k", "one two |three\nfour"),
        ("0k", "|one two three\nfour"),
        ("lk", "o|ne two three\nfour"),
        ("1j", "one two three\nf|our"),
        ("j", "one two three\nf|our"),
        ("$k1k", "one two thre|e\nfour"),
        ("0dj", "|"),
    ] {
        session.keys(keys);
        assert_eq!(session.marked(), after, "{keys:?}");
    }
}

#[test]
fn word_motions_match_vim() {
    check(&[
        ("|Profile.first_name", "w", "Profile|.first_name"),
        ("|Profile.first_name x", "W", "Profile.first_name |x"),
        ("|a\n\n  b", "w", "a\n|\n  b"),
        ("|a\n\n  b", "ww", "a\n\n  |b"),
        ("|one two", "e", "on|e two"),
        ("on|e two.x", "e", "one tw|o.x"),
        ("|one.x two", "E", "one.|x two"),
        ("one tw|o", "b", "one |two"),
        ("one |two", "b", "|one two"),
        ("a\n\n|b", "b", "a\n|\nb"),
        ("one two.|x", "B", "one |two.x"),
        ("one |two", "ge", "on|e two"),
        ("|one two", "9w", "one tw|o"),
    ]);
}

#[test]
fn find_bracket_paragraph_and_word_search_motions() {
    check(&[
        ("|a(b[c]d)e", "f[", "a(b|[c]d)e"),
        ("|a(b[c]d)e", "t[", "a(|b[c]d)e"),
        ("a-b-c|x", "F-", "a-b|-cx"),
        ("a-b-c|x", "T-", "a-b-|cx"),
        ("|a-b-c-d", "f-;", "a-b|-c-d"),
        ("|a-b-c-d", "t-;", "a-|b-c-d"),
        ("|a-b-c-d", "2f-,", "a|-b-c-d"),
        ("|abc", "fx", "|abc"),
        ("|a (b) c", "%", "a (b|) c"),
        ("a (b|) c", "%", "a |(b) c"),
        ("|a\nb\n\nc", "}", "a\nb\n|\nc"),
        ("a\n\nb\n|c", "{", "a\n|\nb\nc"),
        ("|foo bar foo\nfoo2", "*", "foo bar |foo\nfoo2"),
        ("foo bar f|oo", "#", "|foo bar foo"),
        ("|foo bar foo", "*n", "|foo bar foo"),
    ]);
}

#[test]
fn deleting() {
    check(&[
        ("a|bc", "x", "a|c"),
        ("ab|c", "x", "a|b"),
        ("a|bcd", "2x", "a|d"),
        ("ab|c", "X", "a|c"),
        ("|e\u{301}x", "x", "|x"),
        ("|one two", "dw", "|two"),
        ("one |two\nx", "dw", "one| \nx"),
        ("|one two three", "d2w", "|three"),
        ("|one two three", "2dw", "|three"),
        ("one tw|o", "db", "one |o"),
        ("|one two", "de", "| two"),
        ("a|bc\nd", "D", "|a\nd"),
        ("a|bc\nd", "d$", "|a\nd"),
        ("ab|c", "d0", "|c"),
        ("a\n|b\nc", "dd", "a\n|c"),
        ("a\n|b", "dd", "|a"),
        ("|a", "dd", "|"),
        ("|a\nb\nc", "2dd", "|c"),
        ("|a\nb\nc", "dj", "|c"),
        ("a\nb\n|c", "dk", "|a"),
        ("a\n|b\nc", "dG", "|a"),
        ("a\n|b\nc", "dgg", "|c"),
        ("|a(b)c", "d%", "|c"),
        ("|a-b-c", "dt-", "|-b-c"),
        ("|a-b-c", "d2f-", "|c"),
        ("|a\nb\n\nc", "d}", "|\nc"),
        ("ab\r\n|cd\r\nef", "dd", "ab\r\n|ef"),
        ("a\n\n|b", "kdd", "a\n|b"),
    ]);
}

#[test]
fn changing() {
    check(&[
        ("|one two", "cwx\x1b", "|x two"),
        ("one |two three", "c2wx\x1b", "one |x"),
        ("o|ne", "cwx\x1b", "o|x"),
        ("  a|b\nc", "ccx\x1b", "  |x\nc"),
        ("a|bc", "Cx\x1b", "a|x"),
        ("a|bc", "sxy\x1b", "ax|yc"),
        ("  a|b", "Sx\x1b", "  |x"),
        ("a|bc", "rx", "a|xc"),
        ("|abc", "3rx", "xx|x"),
        ("|ab", "3rx", "|ab"),
        ("a|b", "r\n", "a\n|"),
        ("|aBc", "3~", "Ab|C"),
        ("|one two", "gUw", "|ONE two"),
        ("a|Bc d", "guiw", "|abc d"),
        ("a|b\nc", "gUU", "A|B\nc"),
        ("|aB", "g~~", "|Ab"),
        ("|a\nb", ">>", "  |a\nb"),
        ("|a\nb\n\nc", ">G", "  |a\n  b\n\n  c"),
        ("    |a\n\tb", "<j", "  |a\nb"),
        ("a|b\n  c", "J", "ab| c"),
        ("|a\nb\nc", "3J", "a b| c"),
        ("|a", "gcc", "|{% comment %}a{% endcomment %}"),
    ]);
}

#[test]
fn inserting() {
    check(&[
        ("a|b", "ix\x1b", "a|xb"),
        ("a|b", "ax\x1b", "ab|x"),
        ("  a|b", "Ix\x1b", "  |xab"),
        ("|ab\nc", "Ax\x1b", "ab|x\nc"),
        ("  |a\nb", "ox\x1b", "  a\n  |x\nb"),
        ("  |a", "Ox\x1b", "  |x\n  a"),
        ("  |a", "o\x1b", "  a\n|"),
        ("|{}", "o\"a\x1b", "{}\n\"|a\""),
        ("|", "3iab\x1b", "ababa|b"),
        ("|a", "2ob\x1b", "a\nb\n|b"),
        ("|ab", "a\x1b", "|ab"),
    ]);
}

#[test]
fn registers_and_putting() {
    check(&[
        ("|one two", "dwP", "one| two"),
        ("|ab", "xp", "b|a"),
        ("|a\nb", "ddp", "b\n|a"),
        ("a\n|b", "yyP", "a\n|b\nb"),
        ("|a\nb", "yjp", "a\n|a\nb\nb"),
        ("|ab", "yl3p", "aaa|ab"),
        ("|one two", "yiw$p", "one twoon|e"),
        ("|one two", "\"ayiw\"bdw\"ap", "ton|ewo"),
        ("|a b c", "yiww\"_diwP", "a |a c"),
        ("|one two", "yiwwviwp", "one |one"),
        ("|a\nb", "yyjVp", "a\n|a"),
        ("|a b", "yiwwdiw\"0P", "a|a "),
        ("|a b", "yiww\"xyiw\"0P", "a |ab"),
        ("|a b", "yiww\"_yiw\"0P", "a |ab"),
    ]);
}

#[test]
fn text_objects() {
    check(&[
        ("one t|wo three", "diw", "one | three"),
        ("one t|wo three", "daw", "one |three"),
        ("one tw|o", "daw", "on|e"),
        ("a.b|c d", "diW", "| d"),
        (r#""a": "b|c","#, "ci\"x\x1b", r#""a": "|x","#),
        (r#"|"a": "bc","#, "di\"", r#""|": "bc","#),
        (r#""a": "b|c","#, "da\"", r#""a": |,"#),
        (r#""t": "Hi {{ x["a"] }} y|o""#, "di\"", r#""t": "|""#),
        (r#""t": "Hi {{ x["a|b"] }}""#, "di\"", r#""t": "Hi {{ x["|"] }}""#),
        (r#""a\"b|c""#, "di\"", r#""|""#),
        ("f(a, |b)", "di(", "f(|)"),
        ("f(a, g(|b))", "da(", "f(a, g|)"),
        ("f(|a, (b))", "di)", "f(|)"),
        ("{\n  \"a\": |1\n}", "di{", "{\n|}"),
        ("[1, |2]", "ci[x\x1b", "[|x]"),
        ("{{- Profile.na|me }}", "cilx\x1b", "{{- |x }}"),
        ("a {{ Profile.na|me }} b", "dal", "a | b"),
        ("{%- if |a -%}b{% endif %}", "dil", "{%- | -%}b{% endif %}"),
        ("<b>a <i>b|c</i></b>", "dit", "<b>a <i>|</i></b>"),
        ("<b>a <i>b|c</i></b>", "dat", "<b>a |</b>"),
        ("a\n|b\n\nc", "dip", "|\nc"),
        ("a\n|b\n\nc", "dap", "|c"),
        ("no |hole", "dil", "no |hole"),
    ]);
}

#[test]
fn text_objects_take_counts() {
    check(&[
        ("o|ne two three", "d2aw", "|three"),
        ("o|ne two three", "2daw", "|three"),
        ("o|ne two three", "d2iw", "|two three"),
        ("o|ne two three", "d3iw", "| three"),
        ("one t|wo three", "d2aw", "on|e"),
        ("one|  two  three", "d2aw", "on|e"),
        ("one t|wo\nthree", "d9aw", "on|e\nthree"),
        ("a|.b c", "d2iW", "|c"),
        ("one two| three", "c3iwx\x1b", "one two|x"),
        ("f(a, g(b, h(|c)))", "d2i(", "f(a, g(|))"),
        ("f(a, g(b, h(|c)))", "d3i(", "f(|)"),
        ("f(a, g(b, h(|c)))", "2da(", "f(a, g|)"),
        ("f(a, g(b, h(|c)))", "d4i(", "f(a, g(b, h(|c)))"),
        ("[1, [2, [|3]]]", "d2a[", "[1, |]"),
        ("{\"a\": {\"b\": |1}}", "d2i{", "{|}"),
        ("<b>a <i>b|c</i> d</b>", "d2it", "<b>|</b>"),
        ("<b>a <i>b|c</i> d</b>", "d2at", "|"),
        ("<b>a <i>b|c</i> d</b>", "d3it", "<b>a <i>b|c</i> d</b>"),
        (r#""a": "b|c","#, "d2i\"", r#""a": |,"#),
        ("|a\n\nb\n\nc", "d2ap", "|c"),
        ("|a\n\nb\n\nc", "d2ip", "|b\n\nc"),
        ("o|ne two three", "v2awd", "|three"),
        ("f(a, g(b, h(|c)))", "v2i(d", "f(a, g(|))"),
        ("|one two three four", "d2aw.", "|"),
    ]);
}

#[test]
fn operators_and_selections_reach_to_a_match() {
    check(&[
        ("|one two three", "d/th\n", "|three"),
        ("one |two three", "d?ne\n", "o|two three"),
        ("|one two three", "c/tw\nx\x1b", "|xtwo three"),
        ("|one two three", "y/th\nP", "one two| one two three"),
        ("|a b a b a b", "d2/a\n", "|a b"),
        ("|a b a b a b", "2d/a\n", "|a b"),
        ("|aX bX cX", "d/X\n.", "|X cX"),
        ("|aX bY cX dX", "d/X\n/Y\n\x1b.", "X b|X dX"),
        ("one |two", "d/nothing\n", "one |two"),
        ("one |two", "d/tw\x1bx", "one |wo"),
        ("o|ne two", "gU/two\n", "o|NE two"),
        ("|one two three", "v/th\nd", "|hree"),
        ("|one two three", "v/th\x1bd", "|ne two three"),
        ("|a\nb\nc", "V/c\nd", "|"),
        ("|a\nb\nc", "d/c\n", "|c"),
        ("x |a", "/a\n", "x |a"),
        ("|a a a", "2/a\nx", "a a| "),
    ]);
}

#[test]
fn substitution_replaces_in_lines_as_one_step() {
    check(&[
        ("aa| a\na", ":s/a/b/\n", "|ba a\na"),
        ("aa| a\na", ":s/a/b/g\n", "|bb b\na"),
        ("aa| a\na", ":%s/a/b/\n", "ba a\n|b"),
        ("aa| a\na", ":%s/a/b/gu", "aa| a\na"),
        ("a|\na\na\na", ":2,3s/a/b/\n", "a\nb\n|b\na"),
        ("a\n|a\na\na", ":.,+1s/a/b/\n", "a\nb\n|b\na"),
        ("a\n|a\na\na", ":$s/a/b/\n", "a\na\na\n|b"),
        ("|a\na\na", "Vj:s/a/b/\n", "b\n|b\na"),
        ("|a\na\na", "Vj\x1bG:'<,'>s/a/b/\n", "a\na\n|a"),
        ("|x/y", ":s#/#\\/#\n", "|x/y"),
        ("|x/y", ":s/\\//-/\n", "|x-y"),
        ("|first last", ":s/(\\w+) (\\w+)/\\2 \\1/\n", "|last first"),
        ("|a", ":s/a/[&]/\n", "|[a]"),
        ("|a b", ":s/ /\\r/\n", "a\n|b"),
        ("|a b\r\nc", ":s/ /\\n/\n", "a\r\n|b\r\nc"),
        ("|a b", ":s/ /\\\\n/\n", "|a\\nb"),
        ("|A a", ":s/a/b/i\n", "|b a"),
        ("|A a", ":s/a/b/I\n", "|A b"),
        ("|ab", ":s/^/  /\n", "|  ab"),
        ("|ab\ncd", ":%s/$/;/\n", "ab;\n|cd;"),
        ("|ab\n", ":%s/$/;/\n", "|ab;\n"),
        ("|ab ab", "*:s//x/g\n", "|x x"),
        ("|a a\na a", ":s/a/b/\nj&", "b a\n|b a"),
        ("|a a\na a", ":s/a/b/\nj:s\n", "b a\n|b a"),
        ("|a a\na a", ":s/a/b/\nj&.", "b a\n|b b"),
        ("|ab", ":s/x/y/\n", "|ab"),
        ("|ab", ":s/(/y/\n", "|ab"),
        ("|ab", "&", "|ab"),
        ("|é👩‍👩‍👧 é", ":s/é/e/g\n", "|e👩‍👩‍👧 e"),
        ("a\n|b", ":s/b/c/\nggn", "|a\nc"),
        ("|a\nb", ":99s/b/c/\n", "a\n|c"),
        ("|a\n  b", ":2\n", "a\n  |b"),
    ]);
}

#[test]
fn selecting() {
    check(&[
        ("a|bcd", "vld", "a|d"),
        ("ab|cd", "vhd", "a|d"),
        ("|one two", "vey", "|one two"),
        ("|one two", "ve", "on|e two"),
        ("|one two", "veo", "|one two"),
        ("a|b\ncd\ne", "Vjd", "|e"),
        ("a|b\ncd", "v$d", "a|cd"),
        ("|abc", "vlrx", "|xxc"),
        ("|abc", "vlU", "|ABc"),
        ("|abc", "vl~", "|ABc"),
        ("one t|wo three", "viwd", "one | three"),
        ("|a\nb\nc", "Vj>", "  |a\n  b\nc"),
        ("|a\nb\nc", "vjJ", "a| b\nc"),
        ("a|bc", "vcx\x1b", "a|xc"),
        ("a|bc", "v\x1b", "a|bc"),
        ("a|b\nc", "vVd", "|c"),
        ("f(|ab)", "vi(d", "f(|)"),
        ("{{ a|b }}", "vald", "|"),
    ]);
}

#[test]
fn a_change_is_one_step_and_can_be_repeated() {
    check(&[
        ("|one two", "cwab cd\x1bu", "|one two"),
        ("|one two", "cwx\x1bu\x12", "x| two"),
        ("|a", "oone two\nthree\x1bu", "|a"),
        ("|a b c", "dwu", "|a b c"),
        ("|a b c", "dw.", "|c"),
        ("|a b c", "dwu2.", "|c"),
        ("|one two", "cwx\x1bw.", "x |x"),
        ("|a\nb", "A;\x1bj.", "a;\nb|;"),
        ("|a\nb", "Ax\x1bj.u", "ax\n|b"),
        ("|a\nb\nc", "dd.", "|c"),
        ("|a", "ob\x1b.", "a\nb\n|b"),
        ("|abc", "x3.", "|"),
        ("|abcd", "rxl.", "x|xcd"),
        ("(a) (|b)", "ci(x\x1b0.", "(|x) (x)"),
        ("|ab", "3ix\x1b.", "xxxx|xxab"),
        ("|{{ a }} {{ b }}", "cilx\x1bfb.", "{{ x }} {{ |x }}"),
    ]);
}

#[test]
fn insert_mode_types_like_the_plain_editor() {
    check(&[
        ("|", "i{\x1b", "|{}"),
        ("|", "i{{ a\x1b", "{{ |a }}"),
        ("|", "iab\x7fc\x1b", "a|c"),
        ("|a", "$ib\x1a\x1b", "|a"),
    ]);
}

#[test]
fn esc_cancels_the_command_then_the_selection_and_stays_in_the_text() {
    let mut session = VimSession::open("|one two");
    session.keys("2d");
    assert_eq!(session.vim.status_text(), "NORMAL 2d");
    session.keys("\x1b");
    assert_eq!((session.vim.status_text().as_str(), &session.requests), ("NORMAL", &Vec::new()));
    session.keys("V");
    assert_eq!(session.vim.status_text(), "V-LINE");
    session.keys("vl");
    assert_eq!(session.vim.status_text(), "VISUAL");
    session.keys("\x1bi");
    assert_eq!(session.vim.status_text(), "INSERT");
    session.keys("\x1b");
    assert!(session.requests.is_empty());
    session.keys("\x1b\x1b");
    assert_eq!(session.requests, [VimRequest::ExplainLeaving, VimRequest::ExplainLeaving]);
    assert!(session.vim.is_idle());
}

#[test]
fn yank_copies_to_the_clipboard_and_delete_only_with_its_register() {
    let mut session = VimSession::open("|one two");
    session.keys("dwyy\"ayw\"+x");
    let lines = Register { text: "two\n".into(), is_linewise: true, is_string_content: false };
    assert_eq!(
        session.requests,
        [VimRequest::Copy("copied", lines), VimRequest::Copy("cut", "t".to_owned().into())]
    );
}

#[test]
fn the_clipboards_register_is_put_with_a_plus() {
    let mut session = VimSession::open("|one");
    session.keys("x\"+p");
    assert_eq!(session.marked(), "|ne", "nothing was copied yet");
    session.vim.set_clipboard(&Arc::new("two".to_owned().into()));
    session.keys("\"+p");
    assert_eq!(session.marked(), "ntw|oe");
    session.keys("p");
    assert_eq!(session.marked(), "ntwo|oe", "the unnamed register is vim's own");
}

#[test]
fn yanked_text_of_a_json_string_is_known_as_such() {
    let mut session = VimSession::open("{\"text\": \"a|b\\n\"}");
    session.keys("yi\"");
    let text = "ab\\n".to_owned();
    let register = Register { text, is_linewise: false, is_string_content: true };
    assert_eq!(session.requests, [VimRequest::Copy("copied", register)]);
}

#[test]
fn n_repeats_a_search() {
    let mut session = VimSession::open("|ab ab ab");
    let pattern = SearchPattern::new("ab", PatternSyntax::Plain).unwrap();
    session.vim.set_pattern(pattern, Direction::Forward);
    session.keys("n");
    assert_eq!(session.marked(), "ab |ab ab");
    session.keys("n");
    assert_eq!(session.marked(), "ab ab |ab");
    session.keys("N2N");
    assert_eq!(session.marked(), "ab ab |ab");
    session.keys("ggdn");
    assert_eq!(session.marked(), "|ab ab");
}

#[test]
fn a_mouse_selection_becomes_the_visual_selection() {
    let mut session = VimSession::open("|one two");
    session.editor.apply(Command::DoubleClick(5));
    session.vim.adopt_selection(&session.editor);
    session.keys("d");
    assert_eq!(session.marked(), "one| ");
    session.editor.apply(Command::SelectAll);
    session.follow();
    assert_eq!((session.vim.status_text().as_str(), session.marked().as_str()), ("NORMAL", "|one "));
}

fn any_key() -> impl Strategy<Value = char> {
    prop_oneof![
        6 => proptest::sample::select("hjklwbeWBE0^$gG%{}fFtT;,nN*#_+-|".chars().collect::<Vec<_>>()),
        6 => proptest::sample::select("dcyxXsSDCYpPrJ~><guU.iaIAoOvVlL\"".chars().collect::<Vec<_>>()),
        1 => proptest::sample::select("/?&:".chars().collect::<Vec<_>>()),
        2 => proptest::sample::select("0123456789".chars().collect::<Vec<_>>()),
        3 => proptest::sample::select("\x1b\x1b\x1b\n\x7f\x12\x15\x04\x1a\x19".chars().collect::<Vec<_>>()),
        2 => proptest::sample::select("({[\"'<%é漢\u{301}👩\u{200d}🇩 a".chars().collect::<Vec<_>>()),
    ]
}

const HARD_TEXT: &str = "[a (){}\"%|<>/' \n\r\t\u{200d}\u{301}\u{308}👩👧🇩🇪漢ש\u{1b}🏽]{0,40}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_keys_keep_the_cursor_on_graphemes_and_can_be_undone(
        start in HARD_TEXT,
        keys in proptest::collection::vec(any_key(), 0..80),
    ) {
        let editor = Editor::new(&start);
        let mut session = VimSession::edit(editor);
        for c in keys {
            session.press(key(c));
            let text = session.editor.text();
            let is_boundary = |at: usize| at == text.len() || text.grapheme_indices(true).any(|(start, _)| start == at);
            let selection = session.editor.selection();
            prop_assert!(is_boundary(selection.anchor) && is_boundary(selection.head));
            prop_assert!(is_boundary(session.vim.shown_cursor(&session.editor)));
            if let Mode::Normal = session.vim.mode {
                prop_assert_eq!(session.editor.onto_grapheme(selection.head), selection.head);
            }
        }
        while session.editor.can_redo() {
            session.editor.apply(Command::Redo);
        }
        let end = session.editor.text();
        while session.editor.can_undo() {
            session.editor.apply(Command::Undo);
        }
        prop_assert_eq!(session.editor.text(), start);
        while session.editor.can_redo() {
            session.editor.apply(Command::Redo);
        }
        prop_assert_eq!(session.editor.text(), end);
    }
}
