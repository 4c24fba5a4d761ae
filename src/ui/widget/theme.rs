//! The styles of the user interface, one for each role that a text can have.
//!
//! The default theme uses the terminal's sixteen ANSI colors, so that it follows the user's palette, light or dark. If
//! `NO_COLOR` is set, another theme is used. It has no colors, and distinguishes the most important roles by text
//! attributes, such as bold.

use ratatui::style::{Color, Modifier, Style};

/// A color of the terminal: red, green, and blue, from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub text: Style,
    pub dim: Style,
    pub accent: Style,
    pub title: Style,
    pub border: Style,
    pub border_focused: Style,
    pub header: Style,
    pub sandbox: Style,
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
    pub search: Style,
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
    pub fn ansi() -> Self {
        let plain = Style::new();
        let fg = |color: Color| plain.fg(color);
        let bold = plain.add_modifier(Modifier::BOLD);
        let dim = fg(Color::DarkGray);
        let underline = |color: Color| plain.add_modifier(Modifier::UNDERLINED).underline_color(color);
        Self {
            text: plain,
            dim,
            accent: fg(Color::Cyan),
            title: bold,
            border: dim,
            border_focused: fg(Color::Cyan),
            header: plain,
            sandbox: plain.fg(Color::Black).bg(Color::Green).add_modifier(Modifier::BOLD),
            live: plain.fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD),
            key_hint: fg(Color::DarkGray),
            error: fg(Color::Red),
            warning: fg(Color::Yellow),
            info: fg(Color::Blue),
            success: fg(Color::Green),
            chosen: plain.add_modifier(Modifier::REVERSED),
            chosen_unfocused: bold,
            popup: plain,
            popup_chosen: plain.add_modifier(Modifier::REVERSED),
            field: plain,
            field_focused: plain.add_modifier(Modifier::UNDERLINED),
            // The colors are reset before they are reversed. Otherwise, each token of a selected text would get its own
            // color as its background.
            selection: plain.fg(Color::Reset).bg(Color::Reset).add_modifier(Modifier::REVERSED),
            cursor_line: plain,
            gutter: dim,
            gutter_current: fg(Color::Cyan),
            search: plain.fg(Color::Black).bg(Color::Yellow),
            bracket: bold.fg(Color::Cyan),
            linked: plain.fg(Color::Black).bg(Color::Cyan),
            error_underline: underline(Color::Red),
            warning_underline: underline(Color::Yellow),
            info_underline: underline(Color::Blue),
            json_key: fg(Color::Blue),
            json_string: fg(Color::Green),
            json_number: fg(Color::Yellow),
            json_literal: fg(Color::Yellow),
            json_punctuation: dim,
            liquid_delimiter: fg(Color::Magenta),
            liquid_tag: bold.fg(Color::Magenta),
            liquid_variable: fg(Color::LightMagenta),
            liquid_filter: fg(Color::Cyan),
            liquid_string: fg(Color::LightGreen),
            liquid_number: fg(Color::Yellow),
            liquid_operator: dim,
            comment: dim.add_modifier(Modifier::ITALIC),
            markup: fg(Color::LightBlue),
            bubble_border: dim,
            link: fg(Color::Blue).add_modifier(Modifier::UNDERLINED),
            code: fg(Color::Yellow),
            pre_bar: dim,
            quote_bar: fg(Color::Cyan),
            spoiler: dim,
            button: fg(Color::Cyan),
            keyword: fg(Color::Magenta),
            function: fg(Color::Blue),
            type_name: fg(Color::Cyan),
        }
    }

    /// Creates a theme that uses text attributes, such as bold and reversed, instead of colors.
    pub fn mono() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let dim = plain.add_modifier(Modifier::DIM);
        let underlined = plain.add_modifier(Modifier::UNDERLINED);
        let reversed = plain.add_modifier(Modifier::REVERSED);
        Self {
            text: plain,
            dim,
            accent: bold,
            title: bold,
            border: dim,
            border_focused: bold,
            header: plain,
            sandbox: reversed,
            live: reversed.add_modifier(Modifier::BOLD),
            key_hint: dim,
            error: bold,
            warning: bold,
            info: plain,
            success: plain,
            chosen: reversed,
            chosen_unfocused: bold,
            popup: plain,
            popup_chosen: reversed,
            field: plain,
            field_focused: underlined,
            selection: reversed,
            cursor_line: plain,
            gutter: dim,
            gutter_current: bold,
            search: reversed,
            bracket: bold,
            linked: reversed,
            error_underline: underlined.add_modifier(Modifier::BOLD),
            warning_underline: underlined,
            info_underline: underlined,
            json_key: bold,
            json_string: plain,
            json_number: plain,
            json_literal: plain,
            json_punctuation: dim,
            liquid_delimiter: dim,
            liquid_tag: bold,
            liquid_variable: bold,
            liquid_filter: plain,
            liquid_string: plain,
            liquid_number: plain,
            liquid_operator: dim,
            comment: dim.add_modifier(Modifier::ITALIC),
            markup: plain,
            bubble_border: dim,
            link: underlined,
            code: plain,
            pre_bar: dim,
            quote_bar: bold,
            spoiler: dim,
            button: bold,
            keyword: bold,
            function: plain,
            type_name: plain,
        }
    }
}
