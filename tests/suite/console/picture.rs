//! The README's pictures: the real screen in the dark and the light theme, drawn cell by cell as SVG.

use std::fmt::Write as _;
use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use telecast::settings::ThemeName;

use super::Console;

/// The width and height of a cell, in SVG units.
const CELL: (usize, usize) = (8, 17);

/// The margin around the cells, in SVG units.
const MARGIN: usize = 12;

#[test]
fn readme_picture_matches_the_current_screen() {
    let mut console = Console::demo();
    console.run_survey();
    for theme in [ThemeName::Dark, ThemeName::Light] {
        console.show_theme(theme);
        let name = format!("assets/screens/compose-{}.svg", theme.as_str());
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        let drawn = svg(&console.cells());
        if std::env::var_os("UPDATE_SCREENS").is_some_and(|value| value == "1") {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &drawn).unwrap();
        }
        let recorded = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            recorded == drawn,
            "{name} does not show the current screen; run UPDATE_SCREENS=1 cargo test picture"
        );
        assert!(include_str!("../../../README.md").contains(&name));
    }
}

fn svg(cells: &Buffer) -> String {
    // The corner of the screen has the theme's background.
    let background = color(cells[(0, 0)].style().bg);
    let (columns, lines) = (usize::from(cells.area.width), usize::from(cells.area.height));
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, lines * CELL.1 + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" \
         font-size=\"13\" xml:space=\"preserve\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{background}\"/>\n"
    );
    for y in 0..cells.area.height {
        for run in runs(cells, y) {
            draw_run(&mut out, usize::from(y), &run, &background);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Adjacent cells of one row that have the same style.
struct Run {
    column: usize,
    columns: usize,
    text: String,
    style: Style,
}

fn runs(cells: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0;
    while x < cells.area.width {
        let cell = &cells[(x, y)];
        let wide = telecast::text::width(cell.symbol()).max(1);
        match runs.last_mut() {
            // A wide character gets its own run: a font that gives it another width then moves nothing else. So do the
            // lines of boxes, which are drawn as lines.
            Some(run)
                if run.style == cell.style()
                    && wide == 1
                    && run.columns == run.text.chars().count()
                    && arms(&run.text).is_none()
                    && arms(cell.symbol()).is_none() =>
            {
                run.text.push_str(cell.symbol());
                run.columns += 1;
            }
            _ => runs.push(Run {
                column: usize::from(x),
                columns: wide,
                text: cell.symbol().to_owned(),
                style: cell.style(),
            }),
        }
        x += u16::try_from(wide).unwrap();
    }
    runs
}

fn draw_run(out: &mut String, y: usize, run: &Run, background: &str) {
    let (left, top) = (MARGIN + run.column * CELL.0, MARGIN + y * CELL.1);
    let width = run.columns * CELL.0;
    let has = |modifier| run.style.add_modifier.contains(modifier);
    let (fore, back) = (color(run.style.fg), color(run.style.bg));
    if back != background {
        let height = CELL.1;
        writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{back}\"/>"
        )
        .unwrap();
    }
    if run.text.trim().is_empty() {
        return;
    }
    if let Some(arms) = arms(&run.text) {
        // Between the characters of a font, there can be gaps.
        let (x, y) = (left + CELL.0 / 2, top + CELL.1 / 2);
        let ends = [(left, y), (left + CELL.0, y), (x, top), (x, top + CELL.1)];
        let lines: String = ends
            .iter()
            .zip(arms)
            .filter(|(_, is_drawn)| *is_drawn)
            .map(|((end_x, end_y), _)| format!("M{x} {y}L{end_x} {end_y}"))
            .collect();
        writeln!(out, "<path d=\"{lines}\" stroke=\"{fore}\"/>").unwrap();
        return;
    }
    let mut attributes = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::CROSSED_OUT, " text-decoration=\"line-through\""),
    ] {
        if has(modifier) {
            attributes.push_str(attribute);
        }
    }
    let text = run.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let base = top + 13;
    writeln!(
        out,
        "<text x=\"{left}\" y=\"{base}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" \
         fill=\"{fore}\"{attributes}>{text}</text>"
    )
    .unwrap();
}

/// Returns whether the line of a box reaches to the left, right, upper, and lower edge of its cell. Returns `None` for
/// every other text.
fn arms(symbol: &str) -> Option<[bool; 4]> {
    Some(match symbol {
        "─" => [true, true, false, false],
        "│" => [false, false, true, true],
        "┌" | "╭" => [false, true, false, true],
        "┐" | "╮" => [true, false, false, true],
        "└" | "╰" => [false, true, true, false],
        "┘" | "╯" => [true, false, true, false],
        "├" => [false, true, true, true],
        "┤" => [true, false, true, true],
        "┬" => [true, true, false, true],
        "┴" => [true, true, true, false],
        _ => return None,
    })
}

/// Returns a color of a cell. A theme in RGB sets both colors of every cell.
fn color(color: Option<Color>) -> String {
    match color {
        Some(Color::Rgb(red, green, blue)) => format!("#{red:02x}{green:02x}{blue:02x}"),
        other => panic!("not a color of a theme in RGB: {other:?}"),
    }
}
