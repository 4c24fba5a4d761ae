//! Shows the links of a message as terminal hyperlinks (OSC 8).
//!
//! A cell of ratatui cannot hold a link. After each frame, the cells of new and changed links are therefore written
//! again, between the escape sequences that begin and end a link. The cells of removed links are written again without
//! these sequences. Almost all terminals that do not know the sequences ignore them.

use std::io::{self, Write};
use std::ops::Range;

use ratatui::backend::Backend;
use ratatui::buffer::{Buffer, Cell};

use crate::text::width;

// The largest length of an address, in bytes. Terminals ignore or cut longer addresses.
const MAX_ADDRESS: usize = 2048;

// The schemes that a link may have. A message is untrusted, and a link with a scheme such as `file:` or `ssh:` could do
// something on the user's machine.
const SCHEMES: [&str; 5] = ["http://", "https://", "tg://", "mailto:", "tel:"];

/// The cells of one row that link to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub y: u16,
    pub columns: Range<u16>,
    pub address: Address,
}

/// An address with an allowed scheme. It contains only visible ASCII, so it cannot inject escape sequences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// Creates an address from a link's address in a message, and percent-encodes every byte that is not visible ASCII.
    /// Returns `None` if the scheme is not in `SCHEMES`, or if the encoded address is too long.
    pub fn new(address: &str) -> Option<Self> {
        let has = |scheme: &str| {
            address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if !SCHEMES.into_iter().any(has) {
            return None;
        }
        let mut encoded = String::new();
        // At most one byte more than allowed is read. So the rest of a very long address is not encoded, but the
        // address still fails the length check below.
        for byte in address.bytes().take(MAX_ADDRESS + 1) {
            match byte {
                0x21..=0x7e => encoded.push(char::from(byte)),
                _ => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        (encoded.len() <= MAX_ADDRESS).then_some(Self(encoded))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Default)]
pub(crate) struct Hyperlinks {
    painted: Vec<Painted>,
}

/// A link that was written to the terminal, with its cells at that time.
#[derive(Debug, PartialEq, Eq)]
struct Painted {
    link: Link,
    cells: Vec<(u16, Cell)>,
}

/// Cells to write again, as a link to `address`. If `address` is `None`, the cells are written without a link.
#[derive(Debug)]
pub(crate) struct Repaint {
    address: Option<Address>,
    y: u16,
    cells: Vec<(u16, Cell)>,
}

impl Hyperlinks {
    /// Takes the links of the frame that was just drawn. Returns the cells to write again, in the order in which they
    /// must be written.
    pub(crate) fn update(&mut self, links: Vec<Link>, frame: &Buffer) -> Vec<Repaint> {
        let painted = |link: Link| Painted { cells: cells(link.y, link.columns.clone(), frame), link };
        let now: Vec<Painted> = links.into_iter().map(painted).collect();
        let before = std::mem::replace(&mut self.painted, now);
        let mut repaints = Vec::new();
        // The cells of removed links are written first, because the same cells may now belong to a new link.
        for gone in before.iter().filter(|before| self.painted.iter().all(|now| now.link != before.link)) {
            let link = &gone.link;
            let cells = cells(link.y, link.columns.clone(), frame);
            repaints.push(Repaint { address: None, y: link.y, cells });
        }
        for new in self.painted.iter().filter(|now| !before.contains(now)) {
            let Painted { link, cells } = new;
            repaints.push(Repaint { address: Some(link.address.clone()), y: link.y, cells: cells.clone() });
        }
        repaints
    }

    /// Returns the cells of a row of the frame that was just drawn, from the column `from` to its end, with their
    /// links.
    pub(crate) fn row(&self, y: u16, from: u16, frame: &Buffer) -> Vec<Repaint> {
        let link_at = |x: u16| {
            let mut links = self.painted.iter().map(|painted| &painted.link);
            links.find(|link| link.y == y && link.columns.contains(&x)).map(|link| &link.address)
        };
        let cells = cells(y, from..frame.area.right(), frame);
        let parts = cells.chunk_by(|(a, _), (b, _)| link_at(*a) == link_at(*b));
        let repaint = |part: &[(u16, Cell)]| {
            let address = part.first().and_then(|(x, _)| link_at(*x).cloned());
            Repaint { address, y, cells: part.to_vec() }
        };
        parts.map(repaint).collect()
    }
}

/// Writes the cells of `repaints` to the terminal. Afterward, the position of the cursor is undefined.
pub(crate) fn write<B>(repaints: &[Repaint], out: &mut B) -> io::Result<()>
where
    B: Backend<Error = io::Error> + Write,
{
    for Repaint { address, y, cells } in repaints {
        if let Some(Address(address)) = address {
            // Terminals treat cells with the same id and address as one link, so they highlight all rows of a wrapped
            // link together.
            write!(out, "\x1b]8;id=telecast;{address}\x1b\\")?;
        }
        out.draw(cells.iter().map(|(x, cell)| (*x, *y, cell)))?;
        if address.is_some() {
            close(out)?;
        }
    }
    Ok(())
}

/// Ends the current link, if any.
pub(crate) fn close(out: &mut impl Write) -> io::Result<()> {
    write!(out, "\x1b]8;;\x1b\\")
}

/// Returns the cells of a row that are in `columns` at least in part, each with its column. The second cell of a wide
/// character is skipped, because it has no content.
// The columns of a removed link may start or end in the middle of a wide character of the new frame. Writing only its
// second cell would erase the character. So the cells are counted from the start of the row.
fn cells(y: u16, columns: Range<u16>, frame: &Buffer) -> Vec<(u16, Cell)> {
    let mut cells = Vec::new();
    let mut x = frame.area.left();
    while let Some(cell) = frame.cell((x, y)).filter(|_| x < columns.end) {
        let next = x.saturating_add(columns_of(cell));
        if columns.start < next {
            cells.push((x, cell.clone()));
        }
        x = next;
    }
    cells
}

/// Returns the number of columns that a cell takes.
pub(crate) fn columns_of(cell: &Cell) -> u16 {
    u16::try_from(width(cell.symbol())).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use ratatui_crossterm::CrosstermBackend;

    use super::*;
    use crate::ui::widget::draw;

    #[test]
    fn addresses_are_encoded_and_limited_to_known_schemes() {
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(Address::new(address).as_ref().map(Address::as_str), expected, "{address:?}");
        };
        check("https://a.b/c?d=1;e#f", Some("https://a.b/c?d=1;e#f"));
        check("HTTP://a.b/é", Some("HTTP://a.b/%C3%A9"));
        check(
            "https://a\x1b\\\x1b]52;c;AAAA\x07\u{9b}31m ",
            Some("https://a%1B\\%1B]52;c;AAAA%07%C2%9B31m%20"),
        );
        check("tg://user?id=1", Some("tg://user?id=1"));
        check("mailto:a@b.c", Some("mailto:a@b.c"));
        check("tel:+1", Some("tel:+1"));
        for other in ["file:///etc/passwd", "javascript:alert(1)", "ssh://a", "é", ""] {
            check(other, None);
        }
        check(&format!("https://a.b/{}", "x".repeat(MAX_ADDRESS)), None);
    }

    fn frame(text: &str) -> Buffer {
        let area = Rect::new(0, 0, 12, 1);
        let mut frame = Buffer::empty(area);
        draw::put_line(&mut frame, area, 0, text, Style::new());
        frame
    }

    fn link(columns: Range<u16>, address: &str) -> Link {
        Link { y: 0, columns, address: Address::new(address).unwrap() }
    }

    /// Draws a frame and returns the output without its CSI sequences.
    fn written(hyperlinks: &mut Hyperlinks, links: &[Link], text: &str) -> String {
        let mut out = Vec::new();
        let repaints = hyperlinks.update(links.to_vec(), &frame(text));
        write(&repaints, &mut CrosstermBackend::new(&mut out)).unwrap();
        let out = String::from_utf8(out).unwrap();
        let mut shown = String::new();
        for part in out.split('\x1b') {
            let rest = part.strip_prefix('[').map(|csi| csi.trim_start_matches(|c| !char::is_alphabetic(c)));
            shown.push_str(rest.map_or(part, |rest| rest.get(1..).unwrap_or("")));
        }
        shown
    }

    #[test]
    fn a_link_is_written_once_until_its_cells_or_its_address_change() {
        let mut hyperlinks = Hyperlinks::default();
        let (a, b) = (link(4..8, "https://a.b/"), link(4..8, "https://c.d/"));
        let open = |address: &str, text: &str| format!("]8;id=telecast;{address}\\{text}]8;;\\");
        let mut check = |links: &[Link], text: &str, expected: &str| {
            assert_eq!(written(&mut hyperlinks, links, text), expected, "{text}");
        };
        check(std::slice::from_ref(&a), "see shop now", &open("https://a.b/", "shop"));
        check(std::slice::from_ref(&a), "SEE shop now", "");
        check(std::slice::from_ref(&a), "SEE SHOP now", &open("https://a.b/", "SHOP"));
        check(std::slice::from_ref(&b), "SEE SHOP now", &format!("SHOP{}", open("https://c.d/", "SHOP")));
        check(&[], "over it now", " it ");
        check(&[], "over it now", "");
        check(&[link(4..8, "tg://a")], "see xxxx now", &open("tg://a", "xxxx"));
        check(&[], "not漢字漢 now", "漢字漢");
        check(
            &[link(4..8, "tg://a"), link(8..11, "tg://a")],
            "see 漢字 now",
            &format!("{}{}", open("tg://a", "漢字"), open("tg://a", " no")),
        );
    }
}
