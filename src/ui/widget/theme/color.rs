//! Colors as numbers: contrast, mixtures, and what a terminal with 256 colors can show of them.

use ratatui::style::Color;

/// A color of the terminal: red, green, and blue, from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

pub(super) const BLACK: Rgb = Rgb(0, 0, 0);
pub(super) const WHITE: Rgb = Rgb(255, 255, 255);

impl Rgb {
    /// Returns the relative luminance as WCAG 2 defines it, from 0 for black to 1 for white.
    pub(super) fn luminance(self) -> f32 {
        let linear = |channel: u8| {
            let channel = f32::from(channel) / 255.0;
            if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Returns the contrast ratio of WCAG 2, from 1 for equal luminance to 21 for black and white.
    pub fn contrast(self, other: Rgb) -> f32 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Returns the mixture of `self` and `percent` of `other`.
    pub(super) fn mix(self, other: Rgb, percent: u16) -> Rgb {
        let channel = |one: u8, other: u8| {
            let sum = u16::from(one) * 100u16.saturating_sub(percent) + u16::from(other) * percent;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Rgb(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    fn distance(self, other: Rgb) -> u32 {
        let square = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
        square(self.0, other.0) + square(self.1, other.1) + square(self.2, other.2)
    }
}

/// The colors that a theme in RGB can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gamut {
    /// The colors with the indices 16 to 255. The first sixteen are left out, because users change them.
    Indexed,
    Rgb,
}

impl Gamut {
    /// Returns the closest color that the terminal can show.
    pub(super) fn shown(self, color: Rgb) -> Rgb {
        match self {
            Gamut::Indexed => rgb_of(nearest_index(color)),
            Gamut::Rgb => color,
        }
    }

    pub(super) fn color(self, color: Rgb) -> Color {
        match self {
            Gamut::Indexed => Color::Indexed(nearest_index(color)),
            Gamut::Rgb => Color::Rgb(color.0, color.1, color.2),
        }
    }
}

/// The levels of red, green, and blue in the cube of 6×6×6 colors, whose indices begin at 16.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn nearest_index(color: Rgb) -> u8 {
    (16..=u8::MAX).min_by_key(|index| rgb_of(*index).distance(color)).unwrap_or(16)
}

/// Returns the color of an index from 16: first the cube, then 24 shades of gray.
pub(super) fn rgb_of(index: u8) -> Rgb {
    match index.saturating_sub(16) {
        cube @ 0..216 => {
            let level = |digit: u8| LEVELS[usize::from(digit % 6)];
            Rgb(level(cube / 36), level(cube / 6), level(cube))
        }
        gray => {
            let level = 8 + (gray - 216) * 10;
            Rgb(level, level, level)
        }
    }
}
