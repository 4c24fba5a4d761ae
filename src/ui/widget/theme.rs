//! The styles of the user interface, one for each role that a text can have.
//!
//! ```text
//! name, background, color depth ─▶ Palette (a few styles) ─▶ Theme (a style for each role)
//! ```
//!
//! Themes differ in their palettes only. Every style of text is readable on each background that it is drawn on: with a
//! contrast of at least 4.5 in `dark` and `light`, and 7 in `high-contrast`. In the other themes, the colors are the
//! user's own.

mod color;
mod palette;
#[cfg(test)]
mod tests;

use std::ffi::OsString;

use ratatui::style::{Modifier, Style};

use crate::settings::ThemeName;

use color::Gamut;
use palette::{Palette, Tone};

pub use color::Rgb;

/// What is known about the terminal's colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TerminalColors {
    /// The background's color, reported by the terminal or guessed from `COLORFGBG`. `None` if nothing is known.
    pub background: Option<Rgb>,
    pub depth: ColorDepth,
}

/// How many colors the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorDepth {
    #[default]
    Sixteen,
    Indexed256,
    TrueColor,
}

impl TerminalColors {
    /// Reads the color depth from the variables `COLORTERM` and `TERM`, and a first guess at the background from
    /// `COLORFGBG`.
    pub(crate) fn from_environment(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let value =
            |name: &str| variable(name).and_then(|value| value.into_string().ok()).unwrap_or_default();
        let (colorterm, term) = (value("COLORTERM"), value("TERM"));
        // Over SSH, `COLORTERM` is usually not set, but `TERM` is.
        let knows_rgb = ["-direct", "kitty", "alacritty", "foot", "ghostty", "wezterm"];
        let depth = if matches!(colorterm.as_str(), "truecolor" | "24bit")
            || knows_rgb.iter().any(|name| term.contains(name))
        {
            ColorDepth::TrueColor
        } else if ["xterm", "screen", "tmux"].contains(&term.as_str()) || term.contains("256color") {
            ColorDepth::Indexed256
        } else {
            ColorDepth::Sixteen
        };
        // rxvt and Konsole set this variable to the numbers of the text's and the background's color, such as `15;0`.
        // All dark colors count as black here, and the two whites count as white. Other backgrounds are rare, except for
        // 8 in Solarized, which is not black there. rxvt reports its background only in this way.
        let background = match value("COLORFGBG").rsplit(';').next().and_then(|number| number.parse().ok()) {
            Some(0..=6) => Some(Rgb(0, 0, 0)),
            Some(7 | 15) => Some(Rgb(255, 255, 255)),
            Some(8_u8..) | None => None,
        };
        Self { background, depth }
    }
}

/// The inputs of [`Theme::new`].
pub(crate) type ThemeOrigin = (ThemeName, TerminalColors);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// The inputs from which the theme was made. Cached texts that contain styles are laid out again if the inputs
    /// change.
    pub origin: ThemeOrigin,

    /// The style of a cell on which nothing else is drawn.
    pub screen: Style,
    pub text: Style,
    pub dim: Style,
    pub accent: Style,
    pub title: Style,
    pub border: Style,
    pub border_focused: Style,
    // What the header says about the bot. A sandbox is calm. What warns attracts the eye.
    pub sandbox: Style,
    pub untrusted: Style,
    pub live: Style,
    pub key_hint: Style,
    pub error: Style,
    pub warning: Style,
    pub info: Style,
    pub success: Style,
    pub chosen: Style,
    /// The chosen row of a list in a pane without focus.
    pub chosen_unfocused: Style,
    pub popup: Style,
    pub popup_chosen: Style,
    pub field: Style,
    pub field_focused: Style,

    // The editor.
    pub selection: Style,
    pub cursor_line: Style,
    pub gutter: Style,
    pub gutter_current: Style,
    /// A match of the search.
    pub search: Style,
    /// The match to which the search has moved.
    pub search_current: Style,
    pub bracket: Style,
    /// The text in one pane that corresponds to the cursor's position in another pane.
    pub linked: Style,
    pub error_underline: Style,
    pub warning_underline: Style,
    pub info_underline: Style,

    // The syntax of the body.
    pub json_key: Style,
    pub json_string: Style,
    pub json_number: Style,
    pub json_literal: Style,
    pub json_punctuation: Style,
    pub liquid_delimiter: Style,
    pub liquid_tag: Style,
    pub liquid_variable: Style,
    pub liquid_filter: Style,
    pub liquid_string: Style,
    pub liquid_number: Style,
    pub liquid_operator: Style,
    pub comment: Style,
    pub markup: Style,

    // A message.
    pub bubble_border: Style,
    pub link: Style,
    pub code: Style,
    pub pre_bar: Style,
    pub quote_bar: Style,
    pub spoiler: Style,
    pub button: Style,
    pub keyword: Style,
    pub function: Style,
    pub type_name: Style,
}

impl Theme {
    pub fn new(name: ThemeName, colors: &TerminalColors) -> Self {
        let tone = colors.background.map(Tone::of);
        let gamut = match colors.depth {
            ColorDepth::TrueColor => Gamut::Rgb,
            // Nearly every terminal that reports 16 colors can show 256. Of the themes in RGB, only one that the user
            // has chosen is used in such a terminal: `auto` is then `ansi`.
            ColorDepth::Sixteen | ColorDepth::Indexed256 => Gamut::Indexed,
        };
        let palette = match (name, tone) {
            (ThemeName::Auto, Some(tone)) if colors.depth != ColorDepth::Sixteen => {
                Palette::dark_or_light(tone, colors.background, gamut)
            }
            // Some terminals do not report their background: tmux before 3.4, for example.
            (ThemeName::Auto, None) if colors.depth != ColorDepth::Sixteen => Palette::any_background(),
            (ThemeName::Auto | ThemeName::Ansi, tone) => Palette::ansi(tone.unwrap_or(Tone::Dark)),
            (ThemeName::Dark, _) => Palette::dark_or_light(Tone::Dark, colors.background, gamut),
            (ThemeName::Light, _) => Palette::dark_or_light(Tone::Light, colors.background, gamut),
            (ThemeName::HighContrast, _) => Palette::high_contrast(colors.background, gamut),
            (ThemeName::Terminal, _) => Palette::without_colors(),
        };
        Self::of(palette, (name, *colors))
    }

    fn of(palette: Palette, origin: ThemeOrigin) -> Self {
        let plain = Style::new();
        let bold = |style: Style| style.add_modifier(Modifier::BOLD);
        let underlined = |style: Style| style.add_modifier(Modifier::UNDERLINED);
        // The text keeps its color, and only the underline gets the color of the severity.
        let underline = |severity: Style| match severity.fg {
            Some(color) => underlined(plain).underline_color(color),
            None => underlined(severity),
        };
        let Palette { text, faint, border, accent, .. } = palette;
        let Palette { yellow, green, blue, magenta, cyan, .. } = palette;
        Self {
            origin,
            screen: palette.screen,
            text,
            dim: faint,
            accent,
            title: bold(plain),
            border,
            border_focused: accent,
            sandbox: green,
            untrusted: palette.untrusted,
            live: palette.live,
            key_hint: faint,
            error: palette.error,
            warning: palette.warning,
            info: palette.info,
            success: palette.success,
            chosen: palette.chosen,
            chosen_unfocused: bold(plain),
            popup: palette.surface,
            popup_chosen: palette.chosen,
            field: plain,
            field_focused: underlined(palette.surface),
            selection: palette.selection,
            cursor_line: palette.cursor_line,
            gutter: faint,
            gutter_current: accent,
            search: palette.search,
            search_current: palette.search_current,
            // The punctuation of JSON is faint, but a highlighted bracket is not.
            bracket: bold(accent).remove_modifier(Modifier::DIM),
            linked: palette.linked,
            error_underline: underline(palette.error),
            warning_underline: underline(palette.warning),
            info_underline: underline(palette.info),
            json_key: blue,
            json_string: green,
            json_number: yellow,
            json_literal: yellow,
            json_punctuation: faint,
            liquid_delimiter: magenta,
            liquid_tag: bold(magenta),
            liquid_variable: bold(magenta),
            liquid_filter: cyan,
            liquid_string: green,
            liquid_number: yellow,
            liquid_operator: faint,
            comment: faint.add_modifier(Modifier::ITALIC),
            markup: blue,
            bubble_border: faint,
            link: underlined(blue),
            code: yellow,
            pre_bar: faint,
            quote_bar: accent,
            spoiler: faint,
            button: accent,
            keyword: magenta,
            function: blue,
            type_name: cyan,
        }
    }
}
