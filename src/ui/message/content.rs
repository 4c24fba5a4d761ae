//! Whole requests: what is not text stands as one line above or below the text.

use super::wrap::{self, shortened};
use super::{Line, Message, Options, Role, layout};
use crate::telegram::Request;
use crate::telegram::request::{Content, File, LinkPreview, Media, Poll, PollKind, ReplyMarkup};

/// Lays out what a request sends.
pub fn of_request(request: &Request, options: Options) -> Message {
    let rows = match request.reply_markup() {
        Some(ReplyMarkup::InlineKeyboard(rows)) => rows.as_slice(),
        _ => &[],
    };
    let mut message = match request.text() {
        Some(text) => layout(&text.sent, rows, options),
        None => Message::default(),
    };
    match request.content() {
        Content::Text { link_preview, .. } => message.body.extend(preview(link_preview, options)),
        Content::Media(media) => add_media(&mut message.body, media, options),
        Content::Album(items) => {
            let captions = items.iter().skip(1).map(|media| layout(&media.caption.sent, &[], options).body);
            let captions: Vec<Vec<Line>> = captions.collect();
            if let Some(first) = items.first() {
                add_media(&mut message.body, first, options);
            }
            for (media, mut caption) in items.iter().skip(1).zip(captions) {
                add_media(&mut caption, media, options);
                message.body.extend(caption);
            }
        }
        Content::Poll(poll) => message.body.extend(poll_lines(poll, options)),
        Content::Location(place) => {
            let label = format!("location {}, {}", place.latitude, place.longitude);
            message.body.push(attachment(&label, options));
        }
        Content::Nothing => {}
    }
    message
}

/// Puts a medium above its caption, or below it where the caption stands above.
fn add_media(caption: &mut Vec<Line>, media: &Media, options: Options) {
    if media.caption.sent.text.is_empty() {
        caption.clear();
    }
    let hidden = if media.has_spoiler { " (hidden)" } else { "" };
    let from = match &media.file {
        File::Remote(from) => from.clone(),
        File::Upload(part) => format!("upload {part}"),
    };
    let line = attachment(&format!("{}{hidden} {from}", media.kind.as_str()), options);
    let at = if media.show_caption_above_media { caption.len() } else { 0 };
    caption.insert(at, line);
}

fn attachment(label: &str, options: Options) -> Line {
    let mark = if options.is_ascii { "* " } else { "▣ " };
    Line::of(shortened(&format!("{mark}{label}"), options.width, options.is_ascii), Role::Attachment)
}

fn preview(preview: &LinkPreview, options: Options) -> Vec<Line> {
    if preview.is_disabled || preview.url.is_empty() {
        return Vec::new();
    }
    let mark = if options.is_ascii { "card: " } else { "▣ " };
    wrap::address(mark, &preview.url, options.width)
}

fn poll_lines(poll: &Poll, options: Options) -> Vec<Line> {
    let (empty, right) = if options.is_ascii { ("( )", "(x)") } else { ("○", "◉") };
    let is_right = |nth: usize| match &poll.kind {
        PollKind::Quiz { correct_option_ids, .. } => {
            i32::try_from(nth).is_ok_and(|nth| correct_option_ids.contains(&nth))
        }
        PollKind::Regular => false,
    };
    let line = |(nth, option): (usize, &crate::telegram::request::MarkedText)| {
        let mark = if is_right(nth) { right } else { empty };
        Line::of(
            shortened(&format!("{mark} {}", option.sent.text), options.width, options.is_ascii),
            Role::Attachment,
        )
    };
    poll.options.iter().enumerate().map(line).collect()
}
