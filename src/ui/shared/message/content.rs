//! Whole requests: what is not text stands as one line above or below the text.

use crate::compose::Part;
use crate::telegram::Request;
use crate::telegram::request::{Content, File, LinkPreview, Media, Poll, PollKind, ReplyMarkup};
use crate::ui::shared::message::wrap;
use crate::ui::shared::message::wrap::shortened;
use crate::ui::shared::message::{Line, Message, Options, Role, layout};

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
        Content::Media(media) => add_media(&mut message.body, media, 0, options),
        Content::Album(items) => {
            if let Some(first) = items.first() {
                add_media(&mut message.body, first, 0, options);
            }
            for (nth, media) in items.iter().enumerate().skip(1) {
                let mut caption = layout(&media.caption.sent, &[], options).body;
                caption.iter_mut().for_each(|line| line.stand_for(Part::Medium(nth)));
                add_media(&mut caption, media, nth, options);
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

/// Puts the `nth` medium above its caption, or below it where the caption stands above.
fn add_media(caption: &mut Vec<Line>, media: &Media, nth: usize, options: Options) {
    if media.caption.sent.text.is_empty() {
        caption.clear();
    }
    let hidden = if media.has_spoiler { " (hidden)" } else { "" };
    let from = match &media.file {
        File::Remote(from) => from.clone(),
        File::Upload(part) => format!("upload {part}"),
    };
    let mut line = attachment(&format!("{}{hidden} {from}", media.kind.as_str()), options);
    line.stand_for(Part::Medium(nth));
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
        let label = shortened(&format!("{mark} {}", option.sent.text), options.width, options.is_ascii);
        let mut line = Line::of(label, Role::Attachment);
        line.stand_for(Part::Choice(nth));
        line
    };
    poll.options.iter().enumerate().map(line).collect()
}
