//! Replays the output for consecutive frames in models of terminals that measure clusters differently.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use proptest::prelude::*;
use ratatui::backend::Backend;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::*;
use crate::ui::runtime::terminal::Painter;
use crate::ui::widget::{Address, Hyperlinks, Link, draw, hyperlinks};

const SIZE: (u16, u16) = (18, 3);

/// Cuts a text into the glyphs that a terminal draws, each with its width in cells.
type Measure = fn(&str) -> Vec<(String, usize)>;

/// A terminal's screen. A glyph is in its first cell, and its other cells are empty strings.
struct Model {
    measure: Measure,
    cells: Vec<Vec<String>>,
    x: usize,
    y: usize,
    wraps: bool,
}

impl Model {
    fn new(measure: Measure) -> Self {
        let row = vec![" ".to_owned(); usize::from(SIZE.0)];
        Self { measure, cells: vec![row; usize::from(SIZE.1)], x: 0, y: 0, wraps: true }
    }

    fn replay(&mut self, bytes: &[u8]) {
        let out = std::str::from_utf8(bytes).unwrap();
        let mut parts = out.split('\x1b');
        self.print(parts.next().unwrap_or_default());
        for part in parts {
            if let Some(csi) = part.strip_prefix('[') {
                let end = csi.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                let (parameters, rest) = csi.split_at(end);
                match &rest[..1] {
                    "H" => {
                        let (y, x) = parameters.split_once(';').unwrap();
                        (self.x, self.y) = (x.parse::<usize>().unwrap() - 1, y.parse::<usize>().unwrap() - 1);
                    }
                    "h" => self.wraps = true,
                    "l" => self.wraps = false,
                    "m" => {}
                    other => panic!("unknown sequence {other}"),
                }
                self.print(&rest[1..]);
            } else if let Some(text) = part.strip_prefix('\\') {
                self.print(text);
            } else {
                assert!(part.starts_with(']'), "unknown sequence {part:?}");
            }
        }
    }

    fn print(&mut self, text: &str) {
        for (glyph, width) in (self.measure)(text) {
            let columns = usize::from(SIZE.0);
            if columns < self.x + width {
                if self.wraps {
                    (self.x, self.y) = (0, (self.y + 1).min(usize::from(SIZE.1) - 1));
                } else {
                    self.x = columns - width;
                }
            }
            let row = &mut self.cells[self.y];
            let end = self.x + width;
            // What is left of half-covered glyphs is blank.
            if row[self.x].is_empty() {
                let start = row[..self.x].iter().rposition(|cell| !cell.is_empty()).unwrap();
                row[start..self.x].fill(" ".to_owned());
            }
            for cell in row[end..].iter_mut().take_while(|cell| cell.is_empty()) {
                *cell = " ".to_owned();
            }
            row[self.x..end].fill(String::new());
            row[self.x] = glyph;
            self.x = end;
        }
    }
}

/// Measures all clusters as the frame does, except those whose width is uncertain.
fn with(text: &str, measure_uncertain: impl Fn(&str) -> Vec<(String, usize)>) -> Vec<(String, usize)> {
    let measure = |cluster: &str| match is_width_uncertain(cluster) {
        true => measure_uncertain(cluster),
        false => vec![(cluster.to_owned(), crate::text::width(cluster))],
    };
    text.graphemes(true).flat_map(measure).collect()
}

/// Every character has its own width, and joiners are invisible.
fn by_character(text: &str) -> Vec<(String, usize)> {
    let glyph = |c: char| Some((c.to_string(), c.width().filter(|width| 0 < *width)?));
    with(text, |cluster| cluster.chars().filter_map(glyph).collect())
}

/// Like [`by_character`], but every character is visible and takes at least one cell.
fn by_visible_character(text: &str) -> Vec<(String, usize)> {
    let glyph = |c: char| (c.to_string(), c.width().unwrap_or(0).max(1));
    with(text, |cluster| cluster.chars().map(glyph).collect())
}

/// A cluster takes two cells, whatever it is.
fn by_cluster(text: &str) -> Vec<(String, usize)> {
    with(text, |cluster| vec![(cluster.to_owned(), 2)])
}

/// A cluster takes as many cells as it would without its variation selectors.
fn without_selectors(text: &str) -> Vec<(String, usize)> {
    let width = |cluster: &str| cluster.replace(['\u{fe0e}', '\u{fe0f}'], "").width().max(1);
    with(text, |cluster| vec![(cluster.to_owned(), width(cluster))])
}

/// A cluster takes as many cells as telecast counts.
fn as_drawn(text: &str) -> Vec<(String, usize)> {
    with(text, |cluster| vec![(cluster.to_owned(), crate::text::width(cluster))])
}

const MODELS: [(&str, Measure); 5] = [
    ("by character", by_character),
    ("by visible character", by_visible_character),
    ("by cluster", by_cluster),
    ("without selectors", without_selectors),
    ("as drawn", as_drawn),
];

/// A frame with these rows of text, and an address under some columns of the first row.
#[derive(Debug, Clone)]
struct Frame {
    rows: Vec<String>,
    linked: std::ops::Range<u16>,
}

impl Frame {
    fn buffer(&self) -> Buffer {
        let area = Rect::new(0, 0, SIZE.0, SIZE.1);
        let mut frame = Buffer::empty(area);
        for (row, y) in self.rows.iter().zip(0..) {
            draw::put(&mut frame, area, 0, y, row, Style::new());
            // The border after the text, as panes have it.
            draw::put(&mut frame, area, SIZE.0 - 1, y, "│", Style::new());
        }
        frame
    }

    /// Returns the link, from the start of a cell to the start of another one.
    fn links(&self) -> Vec<Link> {
        let buffer = self.buffer();
        let starts = |x: &u16| (0..*x).all(|before| before + columns_of(&buffer[(before, 0)]) <= *x);
        let align = |x: u16| (0..=x).rev().find(starts).unwrap_or(0);
        let columns = align(self.linked.start)..align(self.linked.end);
        let address = Address::new("https://a.b/").unwrap();
        if columns.is_empty() { Vec::new() } else { vec![Link { y: 0, columns, address }] }
    }
}

/// The output of a painter.
#[derive(Clone, Default)]
struct Output(Rc<RefCell<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Draws the frames as the console does, and returns the output for each.
fn output(frames: &[Frame]) -> Vec<Vec<u8>> {
    let (mut hyperlinks, mut uncertain) = (Hyperlinks::default(), UncertainRows::default());
    let mut before = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    let out = Output::default();
    let mut painter = Painter::new(out.clone());
    let mut outputs = Vec::new();
    for frame in frames {
        let buffer = frame.buffer();
        painter.draw(before.diff(&buffer).into_iter()).unwrap();
        let repaints = hyperlinks.update(frame.links(), &buffer);
        hyperlinks::write(&repaints, &mut painter).unwrap();
        let repairs = uncertain.update(painter.take_rows(), &buffer);
        let repairs: Vec<_> =
            repairs.iter().flat_map(|(y, from)| hyperlinks.row(*y, *from, &buffer)).collect();
        hyperlinks::write(&repairs, &mut painter).unwrap();
        painter.take_rows();
        outputs.push(out.0.take());
        before = buffer;
    }
    outputs
}

/// Fails if a cell that belongs to no uncertain cluster is not on a terminal's screen after one of the frames.
#[track_caller]
fn check(frames: &[Frame]) {
    let outputs = output(frames);
    for (name, measure) in MODELS {
        let mut model = Model::new(measure);
        for (frame, out) in frames.iter().zip(&outputs) {
            model.replay(out);
            let buffer = frame.buffer();
            for y in 0..SIZE.1 {
                let mut x = 0;
                while x < SIZE.0 {
                    let cell = &buffer[(x, y)];
                    let shown = &model.cells[usize::from(y)][usize::from(x)];
                    assert!(
                        is_width_uncertain(cell.symbol()) || shown == cell.symbol(),
                        "{name}: {shown:?} at {x},{y} of {frames:?}: {:?}",
                        model.cells
                    );
                    x += columns_of(cell);
                }
            }
        }
    }
}

fn frame(text: &str) -> Frame {
    Frame { rows: vec![text.to_owned(), "abc".to_owned(), String::new()], linked: 0..0 }
}

#[test]
fn cells_after_a_cluster_are_written_again() {
    check(&[frame("a👩‍👩‍👧‍👦b"), frame("x👩‍👩‍👧‍👦b"), frame("x👩‍👩‍👧‍👦c")]);
    check(&[frame("a👩‍👩‍👧‍👦"), frame("a"), frame("ab"), frame("漢👩‍👩‍👧‍👦")]);
    check(&[frame("abc def"), frame("❤\u{fe0f}c def"), frame("❤\u{fe0f} def"), frame("漢字")]);
}

#[test]
fn a_cluster_at_the_edge_does_not_go_on_in_the_next_row() {
    check(&[frame("0123456789abcde👩‍👩‍👧‍👦"), frame("0123456789abcd 👩‍👩‍👧‍👦")]);
}

#[test]
fn links_with_clusters_leave_the_cells_after_them_alone() {
    let linked = |text: &str, linked| Frame { linked, ..frame(text) };
    check(&[linked("[👩‍👩‍👧‍👦] ok", 0..4), linked("[👩‍👩‍👧‍👦] ok", 0..0), linked("[❤\u{fe0f}] ok", 1..6)]);
}

#[test]
fn both_cells_of_a_replaced_wide_character_are_written() {
    let out = output(&[frame("a漢"), frame("ab")]);
    let out = String::from_utf8(out[1].clone()).unwrap();
    assert!(out.contains("b  "), "{out:?}");
}

#[test]
fn something_is_written_in_another_row_after_a_cluster() {
    let rows = vec!["top".to_owned(), "a👍🏽b".to_owned(), String::new()];
    let out = output(&[Frame { rows, linked: 0..0 }]).concat();
    let out = String::from_utf8(out).unwrap().replace('\x1b', "ESC");
    let after = out.split("👍🏽").nth(1).unwrap();
    let reset = "ESC[39mESC[49mESC[59mESC[0m";
    assert!(after.starts_with(&format!("{reset}ESC[?7hESC[1;1Ht{reset}ESC[2;4Hb")), "{after}");
}

#[test]
fn ordinary_text_is_written_once_and_without_extra_sequences() {
    let frames = [frame("Hi Zoë, 漢字 😀"), frame("Hi Zoë, 漢字 😁")];
    let mut before = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    for (frame, out) in frames.iter().zip(output(&frames)) {
        let buffer = frame.buffer();
        let mut plain = Vec::new();
        ratatui_crossterm::CrosstermBackend::new(&mut plain).draw(before.diff(&buffer).into_iter()).unwrap();
        assert_eq!(out, plain);
        before = buffer;
    }
}

fn a_frame() -> impl Strategy<Value = Frame> {
    let pieces = vec![
        "a",
        "b",
        " ",
        "  ",
        "漢",
        "😀",
        "e\u{301}",
        "─",
        "👩‍👩‍👧‍👦",
        "❤\u{fe0f}",
        "1\u{fe0f}\u{20e3}",
        "🇩🇪",
        "👍🏽",
        "क्षि",
        "நி",
        "\u{1112}\u{1161}\u{11ab}",
        "😀\u{fe0e}",
        "🫩",
    ];
    let row = proptest::collection::vec(proptest::sample::select(pieces), 0..10).prop_map(|row| row.concat());
    let rows = proptest::collection::vec(row, usize::from(SIZE.1));
    (rows, 0..SIZE.0, 0..SIZE.0).prop_map(|(rows, a, b)| Frame { rows, linked: a.min(b)..a.max(b) })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_terminal_shows_every_other_cell_after_any_frames(
        frames in proptest::collection::vec(a_frame(), 1..4),
        changed in 0..usize::from(SIZE.1),
    ) {
        // In some frames, only one row has changed.
        let mut frames = frames;
        let mut next = frames[frames.len() - 1].clone();
        next.rows[changed].insert(0, 'x');
        frames.push(next);
        check(&frames);
    }
}
