//! The palettes: a few styles from which [`Theme`](super::Theme) makes the styles of all roles.
//!
//! A palette in RGB has the required contrast by construction. Its colors are seeds: [`Mixer::readable`] makes a seed
//! lighter or darker until it can be read on every surface on which it is drawn.

use ratatui::style::{Color, Modifier, Style};

use crate::ui::widget::theme::color::{BLACK, Gamut, Rgb, WHITE};

pub(super) struct Palette {
    /// The style of every cell before anything is drawn.
    pub screen: Style,
    /// The background of popups, dialogs, and fields, and the text on it.
    pub surface: Style,
    /// The background of the cursor's line. Like all styles below, it is drawn over `screen` or `surface`.
    pub cursor_line: Style,
    pub text: Style,
    /// Secondary text.
    pub faint: Style,
    pub border: Style,
    pub accent: Style,

    pub error: Style,
    pub warning: Style,
    pub info: Style,
    pub success: Style,

    pub yellow: Style,
    pub green: Style,
    pub blue: Style,
    pub magenta: Style,
    pub cyan: Style,

    // These styles replace every color and attribute of the text that they are drawn over. A part of a row with a style
    // of its own would look like a box.
    pub chosen: Style,
    pub selection: Style,
    pub search: Style,
    pub search_current: Style,
    pub linked: Style,
    pub untrusted: Style,
    pub live: Style,
}

/// Whether the background is dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Dark,
    Light,
}

impl Tone {
    /// Returns the tone on which text of the other tone has the larger contrast.
    pub(super) fn of(background: Rgb) -> Self {
        if background.contrast(BLACK) < background.contrast(WHITE) { Tone::Dark } else { Tone::Light }
    }

    /// Returns the color with the largest contrast to backgrounds of this tone.
    fn opposite(self) -> Rgb {
        match self {
            Tone::Dark => WHITE,
            Tone::Light => BLACK,
        }
    }
}

/// The colors of a palette in RGB, before they are made readable.
struct Seeds {
    tone: Tone,
    /// The minimum contrast of text.
    contrast: f32,
    /// The minimum contrast of borders.
    border_contrast: f32,
    background: Rgb,
    text: Rgb,
    faint: Rgb,
    red: Rgb,
    yellow: Rgb,
    green: Rgb,
    blue: Rgb,
    magenta: Rgb,
    cyan: Rgb,
    /// How much of a color is in the background of selected text and chosen rows, in percent.
    tint: u16,
}

const DARK: Seeds = Seeds {
    tone: Tone::Dark,
    contrast: 4.5,
    border_contrast: 1.6,
    background: Rgb(0x16, 0x18, 0x1d),
    text: Rgb(0xdc, 0xdf, 0xe4),
    faint: Rgb(0x8a, 0x91, 0x9e),
    red: Rgb(0xf0, 0x71, 0x78),
    yellow: Rgb(0xe6, 0xb9, 0x6a),
    green: Rgb(0x98, 0xc3, 0x79),
    blue: Rgb(0x6c, 0xb2, 0xf5),
    magenta: Rgb(0xc9, 0x94, 0xea),
    cyan: Rgb(0x56, 0xc2, 0xcc),
    tint: 35,
};

// The green and the cyan were chosen so that they look different even in a terminal with 256 colors, which shows the
// closest of its colors.
const LIGHT: Seeds = Seeds {
    tone: Tone::Light,
    contrast: 4.5,
    border_contrast: 1.5,
    background: Rgb(0xfc, 0xfc, 0xfc),
    text: Rgb(0x24, 0x29, 0x2f),
    faint: Rgb(0x62, 0x6a, 0x76),
    red: Rgb(0xc0, 0x22, 0x2c),
    yellow: Rgb(0x8c, 0x5a, 0x00),
    green: Rgb(0x12, 0x6e, 0x1c),
    blue: Rgb(0x09, 0x58, 0xbd),
    magenta: Rgb(0x86, 0x36, 0xb5),
    cyan: Rgb(0x00, 0x6b, 0x70),
    tint: 25,
};

const HIGH_CONTRAST_DARK: Seeds = Seeds {
    contrast: 7.0,
    border_contrast: 4.5,
    background: BLACK,
    text: WHITE,
    faint: Rgb(0xc4, 0xc9, 0xd1),
    tint: 50,
    ..DARK
};

const HIGH_CONTRAST_LIGHT: Seeds = Seeds {
    contrast: 7.0,
    border_contrast: 4.5,
    background: WHITE,
    text: BLACK,
    faint: Rgb(0x3f, 0x45, 0x4e),
    tint: 35,
    ..LIGHT
};

impl Palette {
    pub(super) fn dark_or_light(tone: Tone, background: Option<Rgb>, gamut: Gamut) -> Self {
        let seeds = match tone {
            Tone::Dark => &DARK,
            Tone::Light => &LIGHT,
        };
        Self::of(seeds, background, gamut)
    }

    pub(super) fn high_contrast(background: Option<Rgb>, gamut: Gamut) -> Self {
        let seeds = match background.map_or(Tone::Dark, Tone::of) {
            Tone::Dark => &HIGH_CONTRAST_DARK,
            Tone::Light => &HIGH_CONTRAST_LIGHT,
        };
        Self::of(seeds, background, gamut)
    }

    fn of(seeds: &Seeds, background: Option<Rgb>, gamut: Gamut) -> Self {
        // The terminal's own background is kept if black or white text on it has at least twice the contrast that is
        // required. Then text still has enough contrast on surfaces, whose color is between those of the background and
        // the text. In all other cases, the theme paints its own background.
        let kept = background.filter(|background| {
            let most = background.contrast(seeds.tone.opposite());
            Tone::of(*background) == seeds.tone && 2.0 * seeds.contrast <= most
        });
        let base = kept.unwrap_or_else(|| gamut.shown(seeds.background));
        // The 256 colors have no shades of a colored background: the closest color is a gray, which looks like a spot
        // on such a background. So surfaces then have the color of the background.
        let shade = |percent: u16| match (kept, gamut) {
            (Some(kept), Gamut::Indexed) => kept,
            _ => gamut.shown(base.mix(seeds.text, percent)),
        };
        let (surface, cursor_line) = (shade(7), shade(5));
        let mixer = Mixer { gamut, contrast: seeds.contrast };
        let surfaces = [base, surface, cursor_line];
        let readable = |seed: Rgb| mixer.readable(seed, &surfaces, seeds.contrast);
        let text = readable(seeds.text);
        let (red, yellow, green) = (readable(seeds.red), readable(seeds.yellow), readable(seeds.green));
        let (blue, cyan) = (readable(seeds.blue), readable(seeds.cyan));
        let fg = |color: Rgb| Style::new().fg(gamut.color(color));
        let bg = |color: Rgb| match kept {
            Some(kept) if kept == color => Style::new().bg(Color::Reset),
            _ => Style::new().bg(gamut.color(color)),
        };
        let border = mixer.readable(base.mix(text, 10), &surfaces, seeds.border_contrast);
        let mark = |background: Rgb, text: Rgb| {
            let text = mixer.readable(text, &[background], seeds.contrast);
            solid(gamut.color(text), gamut.color(background))
        };
        let tint = |hue: Rgb| mark(mixer.tint(base, hue, seeds.tint), text);
        Self {
            screen: fg(text).patch(bg(base)),
            surface: fg(text).patch(bg(surface)),
            cursor_line: bg(cursor_line),
            text: fg(text),
            faint: fg(readable(seeds.faint)),
            border: fg(border),
            accent: fg(cyan),
            error: fg(red),
            warning: fg(yellow),
            info: fg(blue),
            success: fg(green),
            yellow: fg(yellow),
            green: fg(green),
            blue: fg(blue),
            magenta: fg(readable(seeds.magenta)),
            cyan: fg(cyan),
            chosen: tint(cyan).add_modifier(Modifier::BOLD),
            selection: tint(blue),
            search: tint(yellow),
            search_current: mark(yellow, base),
            linked: tint(green),
            untrusted: mark(yellow, base).add_modifier(Modifier::BOLD),
            live: mark(red, base).add_modifier(Modifier::BOLD),
        }
    }

    /// Creates a palette of the sixteen colors that users choose for their terminal.
    ///
    /// Only colors that are readable in common terminals are used. The tests contain the colors of these terminals. On
    /// dark backgrounds, dark blue is not used, because it is nearly black in many terminals. On light backgrounds,
    /// green, yellow, and cyan are not used. Secondary text is faint and not bright black: in Solarized, bright black
    /// is the color of the background.
    pub(super) fn ansi(tone: Tone) -> Self {
        let fg = |color: Color| Style::new().fg(color);
        let bold = |style: Style| style.add_modifier(Modifier::BOLD);
        match tone {
            Tone::Dark => Self {
                accent: fg(Color::Cyan),
                error: fg(Color::LightRed),
                warning: fg(Color::Yellow),
                info: fg(Color::Cyan),
                success: fg(Color::Green),
                yellow: fg(Color::Yellow),
                green: fg(Color::Green),
                blue: fg(Color::Cyan),
                magenta: fg(Color::LightMagenta),
                cyan: fg(Color::Cyan),
                search: emphasized(Color::Yellow),
                search_current: reversed(Color::Yellow),
                linked: emphasized(Color::Green),
                untrusted: bold(reversed(Color::Yellow)),
                live: bold(solid(Color::White, Color::Red)),
                ..Self::without_colors()
            },
            Tone::Light => Self {
                accent: fg(Color::Blue),
                error: fg(Color::Red),
                info: fg(Color::Blue),
                blue: fg(Color::Blue),
                magenta: fg(Color::Magenta),
                cyan: fg(Color::Blue),
                search: emphasized(Color::Magenta),
                search_current: reversed(Color::Magenta),
                linked: emphasized(Color::Magenta),
                live: bold(reversed(Color::Red)),
                ..Self::without_colors()
            },
        }
    }

    /// Creates a palette for a terminal whose background is not known.
    ///
    /// Its colors are of medium luminance, from those with the indices 16 to 255, which users do not change. On black
    /// and on white, each of them has a contrast of about 4 to 5.
    pub(super) fn any_background() -> Self {
        const WHITE: Color = Color::Indexed(231);
        const GREEN: Color = Color::Indexed(28);
        const CYAN: Color = Color::Indexed(31);
        const BLUE: Color = Color::Indexed(63);
        const ORANGE: Color = Color::Indexed(130);
        const MAGENTA: Color = Color::Indexed(133);
        const RED: Color = Color::Indexed(161);
        let fg = |color: Color| Style::new().fg(color);
        let mark = |background: Color| solid(WHITE, background);
        Self {
            accent: fg(CYAN),
            error: fg(RED),
            warning: fg(ORANGE),
            info: fg(BLUE),
            success: fg(GREEN),
            yellow: fg(ORANGE),
            green: fg(GREEN),
            blue: fg(BLUE),
            magenta: fg(MAGENTA),
            cyan: fg(CYAN),
            search: emphasized(ORANGE),
            search_current: mark(ORANGE),
            linked: emphasized(GREEN),
            untrusted: mark(ORANGE).add_modifier(Modifier::BOLD),
            live: mark(RED).add_modifier(Modifier::BOLD),
            ..Self::without_colors()
        }
    }

    /// Creates a palette without colors. Text attributes, such as bold, distinguish the most important roles.
    pub(super) fn without_colors() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let text = plain.fg(Color::Reset);
        // The style sets the default color, because faint text is also drawn over colored borders. In the border's
        // color, it would be too dark.
        let faint = text.add_modifier(Modifier::DIM);
        let mark = reversed(Color::Reset);
        Self {
            screen: text,
            surface: text,
            cursor_line: plain,
            text,
            faint,
            border: faint,
            accent: bold,
            error: bold,
            warning: bold,
            info: plain,
            success: bold,
            yellow: plain,
            green: plain,
            blue: bold,
            magenta: bold,
            cyan: plain,
            chosen: mark,
            selection: mark,
            search: emphasized(Color::Reset),
            search_current: mark,
            linked: mark,
            untrusted: mark.add_modifier(Modifier::BOLD),
            live: mark.add_modifier(Modifier::BOLD),
        }
    }
}

/// The attributes that text may have before a mark is drawn over it.
const OF_TEXT: Modifier = Modifier::BOLD.union(Modifier::DIM).union(Modifier::ITALIC);

/// Returns a style that replaces the colors and attributes of the text that it is drawn over, except for underlines.
fn solid(text: Color, background: Color) -> Style {
    Style::new().fg(text).bg(background).remove_modifier(OF_TEXT)
}

/// Returns a style with `color` as the background, and the terminal's background as the color of the text. The contrast
/// is the same as that of text in `color` on the terminal's background, so no other color for the text has to be
/// chosen.
fn reversed(color: Color) -> Style {
    solid(color, Color::Reset).add_modifier(Modifier::REVERSED)
}

/// Returns a calm style for the matches of a search, and for the text that corresponds to the cursor's position, which
/// changes with each move of the cursor. `color` is not that of links, which are underlined too.
fn emphasized(color: Color) -> Style {
    solid(color, Color::Reset).add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED))
}

/// Changes colors so that text is readable. The results are colors that the terminal can show.
struct Mixer {
    gamut: Gamut,
    contrast: f32,
}

impl Mixer {
    /// Makes `seed` lighter or darker, as little as possible, until its contrast to each of the surfaces is at least
    /// `contrast`. If that is not possible, returns black or white.
    fn readable(&self, seed: Rgb, surfaces: &[Rgb], contrast: f32) -> Rgb {
        let least = |color: Rgb| {
            surfaces.iter().map(|surface| color.contrast(*surface)).fold(f32::INFINITY, f32::min)
        };
        let end = if least(BLACK) < least(WHITE) { WHITE } else { BLACK };
        let steps = (0..=100).step_by(4).map(|percent| self.gamut.shown(seed.mix(end, percent)));
        steps.into_iter().find(|color| contrast <= least(*color)).unwrap_or(end)
    }

    /// Returns a background with as much of `hue` in it as possible, but at most `percent`, on which black or white is
    /// readable.
    fn tint(&self, base: Rgb, hue: Rgb, percent: u16) -> Rgb {
        let tints = (0..=percent).rev().step_by(5).map(|percent| self.gamut.shown(base.mix(hue, percent)));
        let most = |color: &Rgb| color.contrast(WHITE).max(color.contrast(BLACK));
        tints.into_iter().find(|color| self.contrast <= most(color)).unwrap_or(base)
    }
}
