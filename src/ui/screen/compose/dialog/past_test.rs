//! The dialog of an earlier test, from the history. It shows the exact request that was sent and its answer, or
//! compares that request with the request that the campaign would send now. `update::dialogs` handles its keys.

use std::sync::Arc;

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::compose::Composed;
use crate::service::TestResult;
use crate::text::{DiffLine, line_diff};
use crate::ui::screen::compose::derived::Memo;
use crate::ui::screen::compose::dialog::test::{
    AnswerLines, Rows, Tone, draw_exchange, no_request, put_label, request_height, request_lines,
    result_lines, wrapped,
};
use crate::ui::screen::compose::pane::preview::mask_secrets;
use crate::ui::shared::{PtrEq, Query};
use crate::ui::widget::{Theme, ThemeOrigin, dialog::draw_frame, draw};
use crate::workspace::TestSendRecord;

const NO_WEBHOOK: &str = "the campaign has no webhook";

#[derive(Debug)]
pub struct PastTest {
    pub record: TestSendRecord,
    /// The time at which the test was sent, in the workspace's zone.
    sent: String,
    /// The result of sending the test again from this dialog.
    pub again: Query<Box<TestResult>>,
    /// The request that the campaign would send now, for the comparison.
    pub now: Query<PtrEq<Composed>>,
    pub view: PastTestView,
    rows: Memo<RowsKey, Rows>,
    pub scroll: usize,
}

type RowsKey =
    (PastTestView, bool, Option<PtrEq<Composed>>, Result<Option<PtrEq<Composed>>, String>, u16, ThemeOrigin);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastTestView {
    /// The request as it was sent, and its answer.
    Exchange,
    Comparison,
}

impl PastTest {
    pub fn new(record: TestSendRecord, zone: TimeZone) -> Self {
        let sent = record.sent.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
        Self {
            record,
            sent,
            again: Query::Idle,
            now: Query::Idle,
            view: PastTestView::Exchange,
            rows: Memo::default(),
            scroll: 0,
        }
    }

    /// Returns the composition of the test that was sent again, once it has been answered.
    fn composed_again(&self) -> Option<PtrEq<Composed>> {
        match &self.again {
            Query::Ready { answer, .. } => Some(PtrEq::from(Arc::clone(&answer.composed))),
            Query::Idle | Query::Pending { .. } | Query::Failed { .. } => None,
        }
    }

    /// Lays out the rows if what they show or the width of `room` has changed, and limits the scroll position to the
    /// content.
    pub fn follow(&mut self, room: Rect, theme: &Theme) {
        let now = match &self.now {
            Query::Failed { message, .. } => Err(message.clone()),
            now => Ok(now.value().cloned()),
        };
        let key = (self.view, self.again.is_pending(), self.composed_again(), now, room.width, theme.origin);
        let record = &self.record;
        self.rows.refresh(key, |(view, is_sending, again, now, width, _)| {
            let width = usize::from(*width);
            match (view, now) {
                (PastTestView::Comparison, Err(message)) => wrapped(message, width, theme.error).collect(),
                (PastTestView::Comparison, Ok(None)) => vec![("…".to_owned(), theme.dim)],
                (PastTestView::Comparison, Ok(Some(now))) => comparison(record, now, width, theme),
                // The request is shown together with its own answer. While a test is being sent, there is neither.
                (PastTestView::Exchange, _) if *is_sending => vec![("…".to_owned(), theme.dim)],
                (PastTestView::Exchange, _) => match again {
                    Some(composed) => request_lines(Some(composed), NO_WEBHOOK, width, theme),
                    None => recorded_lines(record, width, theme),
                },
            }
        });
        let most = request_height(room, self.answer_lines(usize::from(room.width)).len());
        self.scroll = self.scroll.min(self.rows.value.len().saturating_sub(usize::from(most)));
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) {
        let title = format!("Earlier test of {}", self.record.campaign);
        let room = draw_frame(buf, area, &title, self.keys(), theme);
        let sent = match &self.again {
            Query::Idle | Query::Failed { .. } => self.sent.clone(),
            Query::Pending { .. } => "again, from the campaign as it is now…".to_owned(),
            Query::Ready { answer, .. } if answer.was_tried() => {
                "again, from the campaign as it was just now".to_owned()
            }
            Query::Ready { .. } => "not sent again".to_owned(),
        };
        let profile = self.record.profile.as_deref().unwrap_or("none");
        let chat = self.record.chat.as_deref().unwrap_or("as is: the chat_id in the body");
        put_label(buf, room, 0, "Profile", profile, Style::new(), theme);
        put_label(buf, room, 1, "To", chat, theme.title, theme);
        put_label(buf, room, 2, "Sent", &sent, Style::new(), theme);
        let answer = self.answer_lines(usize::from(room.width));
        draw_exchange(buf, room, &self.rows.value, self.scroll, &answer, theme);
    }

    fn answer_lines(&self, width: usize) -> AnswerLines {
        if self.view == PastTestView::Comparison {
            return Vec::new();
        }
        let lines = |text: &str, tone| -> AnswerLines {
            draw::wrap(text, width).into_iter().map(|line| (line, tone)).collect()
        };
        match &self.again {
            Query::Idle => lines(&recorded_answer(&self.record).0, recorded_answer(&self.record).1),
            Query::Pending { .. } => lines("sending again… Esc leaves; the test is still sent", Tone::Plain),
            Query::Ready { answer, .. } => result_lines(answer, width),
            Query::Failed { message, .. } => {
                let (recorded, tone) = recorded_answer(&self.record);
                let not_again = format!("✘ not sent again: {message}");
                [lines(&recorded, tone), lines(&not_again, Tone::Bad)].concat()
            }
        }
    }

    fn keys(&self) -> &'static str {
        match (&self.again, self.view) {
            (Query::Pending { .. }, _) => "Esc back",
            (_, PastTestView::Exchange) => "r send again as it is now · Tab compare · Esc back",
            (_, PastTestView::Comparison) => "r send again as it is now · Tab as sent · Esc back",
        }
    }
}

fn recorded_lines(record: &TestSendRecord, width: usize, theme: &Theme) -> Rows {
    let mut lines: Rows = Vec::new();
    for (at, line) in head_of(record).iter().enumerate() {
        lines.extend(wrapped(line, width, if at == 0 { theme.accent } else { theme.dim }));
    }
    lines.push((String::new(), theme.text));
    lines.extend(record.body.lines().flat_map(|line| wrapped(line, width, theme.text)));
    lines
}

/// Returns the first line and the headers of a recorded request. Secrets are masked.
fn head_of(record: &TestSendRecord) -> Vec<String> {
    let first = format!("{} {}", record.method, mask_secrets(&record.url));
    let headers = record.headers.iter().map(|(name, value)| format!("{name}: {}", mask_secrets(value)));
    std::iter::once(first).chain(headers).collect()
}

fn recorded_answer(record: &TestSendRecord) -> (String, Tone) {
    let status = record.status.map_or_else(String::new, |status| format!("{status} "));
    let description = record.description.as_deref().unwrap_or("no description");
    match (record.ok, record.may_have_arrived, record.status) {
        (true, ..) => {
            let id = record.message_id.map_or_else(String::new, |id| format!(" · message {id}"));
            (format!("✔ {status}{description}{id} · {} ms", record.ms), Tone::Good)
        }
        (false, true, _) => (format!("? unknown whether it was sent: {status}{description}"), Tone::Unsure),
        (false, false, Some(_)) => (format!("✘ {status}{description}"), Tone::Bad),
        (false, false, None) => (format!("✘ not sent: {description}"), Tone::Bad),
    }
}

/// Returns the lines of the recorded request (`-`) and of the present one (`+`).
fn comparison(record: &TestSendRecord, now: &Composed, width: usize, theme: &Theme) -> Rows {
    let Some(http) = &now.http else { return no_request(now, NO_WEBHOOK, width, theme) };
    // In JSON, the text of a message is one long line. It is split at its line breaks (`\n`), so that a change stands
    // out.
    let request =
        |head: Vec<String>, body: &str| format!("{}\n\n{}", head.join("\n"), body.replace("\\n", "\\n\n"));
    let before = request(head_of(record), &record.body);
    let mut head = vec![format!("{} {}", http.method.as_str(), mask_secrets(&http.url.masked()))];
    head.extend(http.masked_headers().map(|(name, value)| format!("{name}: {}", mask_secrets(&value))));
    let after = request(head, &http.body);
    let title = match before == after {
        true => "The campaign gives the same request now.",
        false => "- as it was sent   + as it is now",
    };
    let mut lines: Rows = vec![(title.to_owned(), theme.title), (String::new(), theme.text)];
    for line in line_diff(&before, &after) {
        let (mark, line, style) = match line {
            DiffLine::Same(line) => (' ', line, theme.dim),
            DiffLine::Removed(line) => ('-', line, theme.error),
            DiffLine::Added(line) => ('+', line, theme.success),
        };
        // Each row of a wrapped line starts with the line's mark.
        let rows = draw::wrap(line, width.saturating_sub(2)).into_iter();
        lines.extend(rows.map(|row| (format!("{mark} {row}"), style)));
    }
    lines
}
