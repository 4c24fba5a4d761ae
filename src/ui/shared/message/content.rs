//! Lays out the whole message of a request: its text and keyboard, the address of its link preview, and one line for
//! each medium, location, and option of a poll.

use crate::compose::MessagePart;
use crate::telegram::ApiRequest;
use crate::telegram::request::{
    LinkPreview, Media, MediaFile, MessageContent, PaidMedia, Poll, PollKind, Repeat, ReplyMarkup, TargetIds,
};
use crate::ui::shared::message::wrap;
use crate::ui::shared::message::wrap::shortened;
use crate::ui::shared::message::{LayoutOptions, MessageLayout, MessageLine, RunRole, layout};

/// Lays out a request. `repeated` is what the message says that the request copies or forwards, if it is known.
pub(crate) fn layout_request(
    request: &ApiRequest,
    repeated: Option<&str>,
    options: LayoutOptions,
) -> MessageLayout {
    let rows = match request.reply_markup() {
        Some(ReplyMarkup::InlineKeyboard(rows)) => rows.as_slice(),
        _ => &[],
    };
    let mut message = match request.text() {
        Some(text) => layout(&text.sent, rows, options),
        None => MessageLayout::default(),
    };
    match request.content() {
        MessageContent::Text { link_preview, .. } => message.body.extend(preview(link_preview, options)),
        MessageContent::Media(media) => add_media(&mut message.body, media, 0, options),
        MessageContent::Album(items) => {
            if let Some(first) = items.first() {
                add_media(&mut message.body, first, 0, options);
            }
            for (nth, media) in items.iter().enumerate().skip(1) {
                let mut caption = layout(&media.caption.sent, &[], options).body;
                // Only the first caption of an album is the message's text. A click on another caption leads to the
                // caption's medium in the campaign's body.
                caption.iter_mut().for_each(|line| line.set_part(MessagePart::Medium(nth)));
                add_media(&mut caption, media, nth, options);
                message.body.extend(caption);
            }
        }
        MessageContent::Poll(poll) => message.body.extend(poll_lines(poll, options)),
        MessageContent::PaidMedia(paid) => add_paid(&mut message.body, paid, options),
        MessageContent::Location(place) => {
            let label = format!("location {}, {}", place.latitude, place.longitude);
            message.body.push(attachment(&label, options));
        }
        MessageContent::Venue(venue) => {
            let label = format!("venue {}, {}", venue.title, venue.address);
            message.body.push(attachment(&label, options));
        }
        MessageContent::Contact(contact) => {
            let name = [contact.first_name.as_str(), &contact.last_name].join(" ");
            message
                .body
                .push(attachment(&format!("contact {} {}", name.trim_end(), contact.phone_number), options));
        }
        MessageContent::Dice(emoji) => message.body.push(attachment(&format!("dice {emoji}"), options)),
        MessageContent::Repeat(repeat) => {
            add_repeated(&mut message.body, request, repeat, repeated, options);
        }
        MessageContent::Caption(_) | MessageContent::Nothing => {}
    }
    message
}

/// Adds the line of the `nth` medium to the lines of its caption: above the caption, or below it if the medium has
/// `show_caption_above_media`.
fn add_media(caption: &mut Vec<MessageLine>, media: &Media, nth: usize, options: LayoutOptions) {
    // An empty caption is laid out as one empty line. This line is removed, because it would show as a gap.
    if media.caption.sent.text.is_empty() {
        caption.clear();
    }
    let hidden = if media.has_spoiler { " (hidden)" } else { "" };
    let from = match &media.file {
        MediaFile::Remote(from) => from.clone(),
        MediaFile::Upload(part) => format!("upload {part}"),
    };
    let mut line = attachment(&format!("{}{hidden} {from}", media.kind.as_str()), options);
    line.set_part(MessagePart::Medium(nth));
    let at = if media.show_caption_above_media { caption.len() } else { 0 };
    caption.insert(at, line);
}

/// Adds the lines of the media that are paid for, above their caption or below it.
fn add_paid(caption: &mut Vec<MessageLine>, paid: &PaidMedia, options: LayoutOptions) {
    if paid.caption.sent.text.is_empty() {
        caption.clear();
    }
    let mut lines = vec![attachment(&format!("paid media for {} Stars", paid.star_count), options)];
    for (nth, media) in paid.items.iter().enumerate() {
        let mut line = Vec::new();
        add_media(&mut line, media, nth, options);
        lines.extend(line);
    }
    let at = if paid.show_caption_above_media { caption.len() } else { 0 };
    caption.splice(at..at, lines);
}

/// Adds lines that say which messages are sent again, and what they say, above the new caption.
fn add_repeated(
    caption: &mut Vec<MessageLine>,
    request: &ApiRequest,
    repeat: &Repeat,
    known: Option<&str>,
    options: LayoutOptions,
) {
    let Some(target) = request.target() else { return };
    if repeat.caption.as_ref().is_none_or(|caption| caption.sent.text.is_empty()) {
        caption.clear();
    }
    let verb = if repeat.is_forward { "forwards" } else { "copies" };
    let (label, it) = match &target.ids {
        TargetIds::One(id) => {
            (format!("{verb} message {} of chat {}", id.unwrap_or_default(), target.chat_id), "it says")
        }
        TargetIds::Several(ids) => {
            (format!("{verb} {} messages of chat {}", ids.len(), target.chat_id), "they say")
        }
    };
    let text = match known {
        Some(text) => text.to_owned(),
        None => format!("only Telegram knows what {it}"),
    };
    caption.splice(0..0, [attachment(&label, options), attachment(&text, options)]);
}

fn attachment(label: &str, options: LayoutOptions) -> MessageLine {
    let mark = if options.is_ascii { "* " } else { "▣ " };
    MessageLine::of(
        shortened(&format!("{mark}{label}"), options.width, options.is_ascii),
        RunRole::Attachment,
    )
}

fn preview(preview: &LinkPreview, options: LayoutOptions) -> Vec<MessageLine> {
    // The preview of a link is shown only if the request contains the URL to preview. Without this URL, Telegram's
    // servers choose a link of the text, and the choice is not known here.
    if preview.is_disabled || preview.url.is_empty() {
        return Vec::new();
    }
    let mark = if options.is_ascii { "card: " } else { "▣ " };
    wrap::address(mark, &preview.url, options.width)
}

fn poll_lines(poll: &Poll, options: LayoutOptions) -> Vec<MessageLine> {
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
        let mut line = MessageLine::of(label, RunRole::Attachment);
        line.set_part(MessagePart::Choice(nth));
        line
    };
    poll.options.iter().enumerate().map(line).collect()
}
