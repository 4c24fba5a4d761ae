use proptest::prelude::*;
use ratatui::style::Color;

use super::color::rgb_of;
use super::*;

/// A palette of sixteen colors, as it can be chosen in a terminal.
struct TerminalPalette {
    name: &'static str,
    background: u32,
    foreground: u32,
    colors: [u32; 16],
}

const fn terminal(
    name: &'static str,
    background: u32,
    foreground: u32,
    colors: [u32; 16],
) -> TerminalPalette {
    TerminalPalette { name, background, foreground, colors }
}

const XTERM: [u32; 16] = [
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
    0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];
const VGA: [u32; 16] = [
    0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555,
    0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
];
const URXVT: [u32; 16] = [
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000cd, 0xcd00cd, 0x00cdcd, 0xfaebd7, 0x404040, 0xff0000,
    0x00ff00, 0xffff00, 0x0000ff, 0xff00ff, 0x00ffff, 0xffffff,
];
const TANGO: [u32; 16] = [
    0x2e3436, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a, 0xd3d7cf, 0x555753, 0xef2929,
    0x8ae234, 0xfce94f, 0x729fcf, 0xad7fa8, 0x34e2e2, 0xeeeeec,
];
const GNOME: [u32; 16] = [
    0x171421, 0xc01c28, 0x26a269, 0xa2734c, 0x12488b, 0xa347ba, 0x2aa1b3, 0xd0cfcc, 0x5e5c64, 0xf66151,
    0x33d17a, 0xe9ad0c, 0x2a7bde, 0xc061cb, 0x33c7de, 0xffffff,
];
const SOLARIZED: [u32; 16] = [
    0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682, 0x2aa198, 0xeee8d5, 0x002b36, 0xcb4b16,
    0x586e75, 0x657b83, 0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3,
];

/// The palettes that common terminals come with, or that many users choose.
const PALETTES: &[TerminalPalette] = &[
    terminal("xterm, reversed; st", 0x000000, 0xe5e5e5, XTERM),
    terminal("xterm", 0xffffff, 0x000000, XTERM),
    terminal("Linux console", 0x000000, 0xaaaaaa, VGA),
    terminal("xfce4-terminal", 0x000000, 0xffffff, VGA),
    terminal("urxvt, reversed", 0x000000, 0xffffff, URXVT),
    terminal("urxvt", 0xffffff, 0x000000, URXVT),
    terminal(
        "konsole Breeze",
        0x232627,
        0xfcfcfc,
        [
            0x232627, 0xed1515, 0x11d116, 0xf67400, 0x1d99f3, 0x9b59b6, 0x1abc9c, 0xfcfcfc, 0x7f8c8d,
            0xc0392b, 0x1cdc9a, 0xfdbc4b, 0x3daee9, 0x8e44ad, 0x16a085, 0xffffff,
        ],
    ),
    terminal(
        "alacritty",
        0x181818,
        0xd8d8d8,
        [
            0x181818, 0xac4242, 0x90a959, 0xf4bf75, 0x6a9fb5, 0xaa759f, 0x75b5aa, 0xd8d8d8, 0x6b6b6b,
            0xc55555, 0xaac474, 0xfeca88, 0x82b8c8, 0xc28cb8, 0x93d3c3, 0xf8f8f8,
        ],
    ),
    terminal(
        "kitty",
        0x000000,
        0xdddddd,
        [
            0x000000, 0xcc0403, 0x19cb00, 0xcecb00, 0x0d73cc, 0xcb1ed1, 0x0dcdcd, 0xdddddd, 0x767676,
            0xf2201f, 0x23fd00, 0xfffd00, 0x1a8fff, 0xfd28ff, 0x14ffff, 0xffffff,
        ],
    ),
    terminal("Tango dark", 0x2e3436, 0xd3d7cf, TANGO),
    terminal("Tango light", 0xffffff, 0x2e3436, TANGO),
    terminal("GNOME dark", 0x171421, 0xd0cfcc, GNOME),
    terminal("GNOME light", 0xffffff, 0x171421, GNOME),
    terminal("Solarized dark", 0x002b36, 0x839496, SOLARIZED),
    terminal("Solarized light", 0xfdf6e3, 0x657b83, SOLARIZED),
    terminal(
        "Gruvbox dark",
        0x282828,
        0xebdbb2,
        [
            0x282828, 0xcc241d, 0x98971a, 0xd79921, 0x458588, 0xb16286, 0x689d6a, 0xa89984, 0x928374,
            0xfb4934, 0xb8bb26, 0xfabd2f, 0x83a598, 0xd3869b, 0x8ec07c, 0xebdbb2,
        ],
    ),
    terminal(
        "Gruvbox light",
        0xfbf1c7,
        0x3c3836,
        [
            0xfbf1c7, 0xcc241d, 0x98971a, 0xd79921, 0x458588, 0xb16286, 0x689d6a, 0x7c6f64, 0x928374,
            0x9d0006, 0x79740e, 0xb57614, 0x076678, 0x8f3f71, 0x427b58, 0x3c3836,
        ],
    ),
    terminal(
        "Dracula",
        0x282a36,
        0xf8f8f2,
        [
            0x21222c, 0xff5555, 0x50fa7b, 0xf1fa8c, 0xbd93f9, 0xff79c6, 0x8be9fd, 0xf8f8f2, 0x6272a4,
            0xff6e6e, 0x69ff94, 0xffffa5, 0xd6acff, 0xff92df, 0xa4ffff, 0xffffff,
        ],
    ),
    terminal(
        "Windows Terminal Campbell",
        0x0c0c0c,
        0xcccccc,
        [
            0x0c0c0c, 0xc50f1f, 0x13a10e, 0xc19c00, 0x0037da, 0x881798, 0x3a96dd, 0xcccccc, 0x767676,
            0xe74856, 0x16c60c, 0xf9f1a5, 0x3b78ff, 0xb4009e, 0x61d6d6, 0xf2f2f2,
        ],
    ),
];

/// Colors that are used although their contrast to the background is below 3 in the named palette. Every other color of
/// the same hue is worse in other palettes.
const UNREADABLE: [(&str, Color); 2] =
    [("konsole Breeze", Color::LightRed), ("konsole Breeze", Color::LightMagenta)];

impl TerminalPalette {
    fn background(&self) -> Rgb {
        rgb(self.background)
    }

    /// Returns the colors of the text and of its background, as the terminal shows them.
    fn shown(&self, style: Style) -> (Rgb, Rgb) {
        let mut text = self.color(style.fg.unwrap_or(Color::Reset), self.foreground);
        let mut background = self.color(style.bg.unwrap_or(Color::Reset), self.background);
        if style.add_modifier.contains(Modifier::REVERSED) {
            std::mem::swap(&mut text, &mut background);
        }
        // Terminals differ in how faint they show faint text. Two thirds of the text's color is a common amount.
        if style.add_modifier.contains(Modifier::DIM) {
            text = background.mix(text, 67);
        }
        (text, background)
    }

    fn color(&self, color: Color, default: u32) -> Rgb {
        let index = match color {
            Color::Reset => return rgb(default),
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::LightRed => 9,
            Color::LightMagenta => 13,
            Color::White => 15,
            // Users do not change these.
            Color::Indexed(index @ 16..) => return rgb_of(index),
            other => panic!("the theme does not use {other}"),
        };
        rgb(self.colors[index])
    }
}

fn rgb(hex: u32) -> Rgb {
    let [_, red, green, blue] = hex.to_be_bytes();
    Rgb(red, green, blue)
}

fn colors(background: Option<Rgb>, depth: ColorDepth) -> TerminalColors {
    TerminalColors { background, depth }
}

/// The styles of text in a theme, by where they are drawn.
struct TextStyles {
    /// Drawn on the screen, on popups, and on the cursor's line.
    over_surfaces: Vec<(&'static str, Style)>,
    /// Drawn on a background of their own.
    with_background: Vec<(&'static str, Style)>,
    borders: Vec<(&'static str, Style)>,
}

macro_rules! styles {
    ($($style:ident),* $(,)?) => { vec![$((stringify!($style), $style)),*] };
}

/// Sorts the styles of a theme. The pattern names every field, so that a new style cannot be forgotten.
#[rustfmt::skip]
fn text_styles(theme: &Theme) -> TextStyles {
    let Theme {
        origin: _, screen, text, dim, accent, title, border, border_focused, sandbox, untrusted, live, key_hint, error,
        warning, info, success, chosen, chosen_unfocused, popup, popup_chosen, field, field_focused, selection, cursor_line: _,
        gutter, gutter_current, search, search_current, bracket, linked, error_underline, warning_underline, info_underline, json_key,
        json_string, json_number, json_literal, json_punctuation, liquid_delimiter, liquid_tag, liquid_variable,
        liquid_filter, liquid_string, liquid_number, liquid_operator, comment, markup, bubble_border, link, code,
        pre_bar, quote_bar, spoiler, button, keyword, function, type_name,
    } = *theme;
    TextStyles {
        over_surfaces: styles![
            text, dim, accent, title, sandbox, key_hint, error, warning, info, success, chosen_unfocused, field, gutter,
            gutter_current, bracket, error_underline, warning_underline, info_underline, json_key, json_string,
            json_number, json_literal, json_punctuation, liquid_delimiter, liquid_tag, liquid_variable, liquid_filter,
            liquid_string, liquid_number, liquid_operator, comment, markup, link, code, quote_bar, spoiler, button,
            keyword, function, type_name,
        ],
        with_background: styles![
            screen, untrusted, live, chosen, popup, popup_chosen, field_focused, selection, search, search_current, linked,
        ],
        borders: styles![border, border_focused, bubble_border, pre_bar],
    }
}

/// Returns the styles of text as they are shown: the style's name, the color of the text, and that of its background.
fn drawn(theme: &Theme, show: impl Fn(Style) -> (Rgb, Rgb)) -> Vec<(&'static str, Style, f32)> {
    let styles = text_styles(theme);
    let surfaces = [theme.screen, theme.popup, theme.screen.patch(theme.cursor_line)];
    let over = styles
        .over_surfaces
        .iter()
        .flat_map(|(name, style)| surfaces.iter().map(move |surface| (*name, surface.patch(*style))));
    let drawn = over.chain(styles.with_background);
    drawn
        .map(|(name, style)| {
            let (text, background) = show(style);
            (name, style, text.contrast(background))
        })
        .collect()
}

/// Returns the colors of a style of a theme in RGB, in a terminal with this background.
fn exact(style: Style, background: Option<Rgb>) -> (Rgb, Rgb) {
    let color = |color: Option<Color>| match color {
        Some(Color::Rgb(red, green, blue)) => Rgb(red, green, blue),
        Some(Color::Indexed(index)) => {
            assert!(16 <= index, "users change the first sixteen colors");
            rgb_of(index)
        }
        Some(Color::Reset) => background.expect("the theme keeps a background only if it knows it"),
        other => panic!("not a color of a theme in RGB: {other:?}"),
    };
    assert!(!style.add_modifier.intersects(Modifier::DIM | Modifier::REVERSED), "{style:?}");
    (color(style.fg), color(style.bg))
}

fn background() -> impl Strategy<Value = Option<Rgb>> {
    proptest::option::weighted(
        0.9,
        any::<(u8, u8, u8)>().prop_map(|(red, green, blue)| Rgb(red, green, blue)),
    )
}

proptest! {
    // Each case makes and measures four themes.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn text_is_readable_on_any_background(background in background(), is_rgb: bool) {
        let depth = if is_rgb { ColorDepth::TrueColor } else { ColorDepth::Indexed256 };
        let contrasts =
            [(ThemeName::Dark, 4.5), (ThemeName::Light, 4.5), (ThemeName::HighContrast, 7.0), (ThemeName::Auto, 4.5)];
        for (name, least) in contrasts {
            if name == ThemeName::Auto && background.is_none() {
                continue;
            }
            let theme = Theme::new(name, &colors(background, depth));
            for (style_name, style, contrast) in drawn(&theme, |style| exact(style, background)) {
                prop_assert!(least <= contrast, "{style_name} of {name:?}: {contrast} in {style:?}");
            }
            for (style_name, style) in text_styles(&theme).borders {
                let (line, background) = exact(theme.screen.patch(style), background);
                prop_assert!(1.4 <= line.contrast(background), "{style_name} of {name:?}");
            }
        }
    }
}

#[test]
fn the_sixteen_colors_are_readable_in_the_palettes_of_common_terminals() {
    for palette in PALETTES {
        let known = colors(Some(palette.background()), ColorDepth::Sixteen);
        let theme = Theme::new(ThemeName::Ansi, &known);
        for (name, style, contrast) in drawn(&theme, |style| palette.shown(style)) {
            let is_exception = UNREADABLE
                .iter()
                .any(|exception| exception.0 == palette.name && Some(exception.1) == style.fg);
            let least = match style.add_modifier.contains(Modifier::DIM) {
                // In Solarized light, even text that is not faint has only 4.1.
                true => 2.3,
                false if is_exception => 2.5,
                false => 3.0,
            };
            assert!(least <= contrast, "{}: {name} has {contrast}", palette.name);
            assert!(!is_exception || contrast < 3.0, "{}: {name} is no exception", palette.name);
        }
    }
}

#[test]
fn auto_is_dark_or_light_like_the_background_and_keeps_it() {
    let auto = |background, depth| Theme::new(ThemeName::Auto, &colors(background, depth));
    for (background, name) in [(Rgb(0, 43, 54), ThemeName::Dark), (Rgb(253, 246, 227), ThemeName::Light)] {
        for depth in [ColorDepth::Indexed256, ColorDepth::TrueColor] {
            let theme = auto(Some(background), depth);
            assert_eq!(theme.screen.bg, Some(Color::Reset));
            let named = Theme::new(name, &colors(Some(background), depth));
            assert_eq!(Theme { origin: named.origin, ..theme }, named);
        }
    }
    for background in [None, Some(Rgb(0, 0, 0))] {
        let theme = auto(background, ColorDepth::Sixteen);
        let ansi = Theme::new(ThemeName::Ansi, &colors(background, ColorDepth::Sixteen));
        assert_eq!(Theme { origin: ansi.origin, ..theme }, ansi);
    }
}

#[test]
fn auto_is_readable_on_black_and_on_white_where_the_background_is_not_known() {
    let theme = Theme::new(ThemeName::Auto, &colors(None, ColorDepth::Indexed256));
    for palette in PALETTES {
        for (name, style, contrast) in drawn(&theme, |style| palette.shown(style)) {
            let least = if style.add_modifier.contains(Modifier::DIM) { 2.3 } else { 2.4 };
            assert!(least <= contrast, "{}: {name} has {contrast}", palette.name);
        }
    }
}

#[test]
fn a_theme_paints_its_own_background_where_the_terminals_does_not_suit_it() {
    let background =
        |name, background| Theme::new(name, &colors(background, ColorDepth::TrueColor)).screen.bg;
    let own = |name, terminal| background(name, terminal) != Some(Color::Reset);
    assert!(own(ThemeName::Dark, None));
    assert!(own(ThemeName::Dark, Some(Rgb(255, 255, 255))));
    assert!(own(ThemeName::Light, Some(Rgb(0, 0, 0))));
    assert!(own(ThemeName::Auto, Some(Rgb(128, 128, 128))));
    assert!(!own(ThemeName::HighContrast, Some(Rgb(0, 0, 0))));
    assert!(own(ThemeName::HighContrast, Some(Rgb(64, 64, 64))));
}

#[test]
fn what_warns_in_the_header_is_louder_than_the_sandbox() {
    let has_background = |style: Style| {
        style.add_modifier.contains(Modifier::REVERSED) || !matches!(style.bg, None | Some(Color::Reset))
    };
    for name in ThemeName::ALL {
        for background in [Rgb(0, 0, 0), Rgb(255, 255, 255)] {
            let theme = Theme::new(name, &colors(Some(background), ColorDepth::TrueColor));
            for warning in [theme.untrusted, theme.live] {
                assert!(has_background(warning) && warning.add_modifier.contains(Modifier::BOLD), "{name:?}");
            }
            assert!(!has_background(theme.sandbox), "{name:?}");
        }
    }
}

#[test]
fn linked_text_is_not_reversed_and_looks_unlike_a_link_in_the_sixteen_colors() {
    for background in [Rgb(0, 0, 0), Rgb(255, 255, 255)] {
        let theme = Theme::new(ThemeName::Ansi, &colors(Some(background), ColorDepth::Sixteen));
        assert!(!theme.linked.add_modifier.contains(Modifier::REVERSED));
        for text in [theme.text, theme.link, theme.code, theme.json_string, theme.liquid_variable] {
            assert_ne!(text.patch(theme.linked), text);
        }
    }
}

#[test]
fn the_theme_terminal_has_no_colors() {
    let theme = Theme::new(ThemeName::Terminal, &colors(Some(Rgb(0, 0, 0)), ColorDepth::TrueColor));
    let styles = text_styles(&theme);
    for (name, style) in [styles.over_surfaces, styles.with_background, styles.borders].concat() {
        let colors = [style.fg, style.bg, style.underline_color];
        assert!(colors.iter().flatten().all(|color| *color == Color::Reset), "{name}");
    }
}

#[test]
fn marks_replace_the_attributes_of_the_text_under_them() {
    for name in ThemeName::ALL {
        let theme = Theme::new(name, &TerminalColors::default());
        let under = theme.comment.patch(theme.liquid_tag).add_modifier(Modifier::DIM);
        for mark in [
            theme.chosen,
            theme.popup_chosen,
            theme.selection,
            theme.search,
            theme.search_current,
            theme.linked,
        ] {
            let mut cell = ratatui::buffer::Cell::default();
            cell.set_style(under).set_style(mark);
            let mut alone = ratatui::buffer::Cell::default();
            alone.set_style(mark);
            assert_eq!(cell, alone, "{name:?}");
        }
    }
}

#[test]
fn color_depth_is_read_from_colorterm_and_term() {
    for (colorterm, term, depth) in [
        ("truecolor", "xterm-256color", ColorDepth::TrueColor),
        ("24bit", "xterm", ColorDepth::TrueColor),
        ("", "xterm-kitty", ColorDepth::TrueColor),
        ("", "alacritty", ColorDepth::TrueColor),
        ("", "xterm-direct", ColorDepth::TrueColor),
        ("", "tmux-256color", ColorDepth::Indexed256),
        ("", "screen", ColorDepth::Indexed256),
        ("rxvt", "rxvt-unicode-256color", ColorDepth::Indexed256),
        ("", "xterm", ColorDepth::Indexed256),
        ("", "linux", ColorDepth::Sixteen),
        ("", "", ColorDepth::Sixteen),
    ] {
        let variable = |name: &str| match name {
            "COLORTERM" => Some(OsString::from(colorterm)),
            "TERM" => Some(OsString::from(term)),
            _ => None,
        };
        assert_eq!(TerminalColors::from_environment(&variable).depth, depth, "{colorterm} {term}");
    }
}

#[test]
fn the_background_is_guessed_from_the_environment() {
    for (value, background) in [
        ("15;0", Some(Rgb(0, 0, 0))),
        ("0;default;15", Some(Rgb(255, 255, 255))),
        ("0;7", Some(Rgb(255, 255, 255))),
        ("12;default;8", None),
        ("default;default", None),
        ("0;12", None),
        ("0;231", None),
        ("", None),
    ] {
        let variable = |name: &str| (name == "COLORFGBG").then(|| OsString::from(value));
        assert_eq!(TerminalColors::from_environment(&variable).background, background, "{value}");
    }
}
