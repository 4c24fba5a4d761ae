//! F4: the campaign's form.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::campaign::{Audience, Campaign, ContentFormat};
use crate::dialect::Dialect;
use crate::ui::widget::{Field, Form, Theme, dialog::frame, draw};
use crate::workspace::{CampaignFiles, Fingerprint, Workspace};

#[derive(Debug, Clone)]
pub struct Settings {
    pub stem: String,
    pub form: Form,
    /// The file as it was when the form was opened.
    pub expected: Fingerprint,
    /// What the form was opened with: what it has no field for stays.
    before: Campaign,
}

const DIALECT_OF_WORKSPACE: &str = "as the workspace";

impl Settings {
    pub fn of(workspace: &Workspace, campaign: &CampaignFiles) -> Self {
        let before = campaign.value.clone().unwrap_or_default();
        let mut webhooks: Vec<String> =
            workspace.webhooks.iter().map(|webhook| webhook.stem.clone()).collect();
        if !webhooks.contains(&before.webhook) {
            webhooks.insert(0, before.webhook.clone());
        }
        let formats = ContentFormat::ALL.iter().map(|format| format.as_str().to_owned()).collect();
        let mut dialects = vec![DIALECT_OF_WORKSPACE.to_owned()];
        dialects.extend(Dialect::ALL.iter().map(|dialect| dialect.as_str().to_owned()));
        let dialect = before.dialect.map_or(DIALECT_OF_WORKSPACE, Dialect::as_str);
        let form = Form::new(vec![
            Field::text("name", "Name", &before.name),
            Field::choice("webhook", "Webhook", webhooks, &before.webhook),
            Field::choice("content_format", "Content format", formats, before.content_format.as_str()),
            Field::choice("dialect", "Dialect", dialects, dialect),
            Field::note("who", "Who", &who_in_words(&before)),
            Field::text("labels", "Labels", &before.labels.join(", ")),
            Field::text("notes", "Notes", &before.notes),
        ]);
        let mut settings =
            Self { stem: campaign.stem.clone(), form, expected: campaign.source.fingerprint, before };
        settings.check();
        settings
    }

    pub fn campaign(&self) -> Campaign {
        let labels = self.form.value("labels");
        let format = self.form.value("content_format");
        let dialect = self.form.value("dialect");
        Campaign {
            name: self.form.value("name").trim().to_owned(),
            webhook: self.form.value("webhook"),
            content_format: ContentFormat::ALL
                .into_iter()
                .find(|known| known.as_str() == format)
                .unwrap_or(self.before.content_format),
            dialect: Dialect::ALL.into_iter().find(|known| known.as_str() == dialect),
            labels: labels
                .split(',')
                .map(str::trim)
                .filter(|label| !label.is_empty())
                .map(str::to_owned)
                .collect(),
            notes: self.form.value("notes"),
            who: self.before.who.clone(),
        }
    }

    /// Puts what is wrong beside its field, by the same checks that read the file.
    pub fn check(&mut self) {
        let campaign = self.campaign();
        let text = campaign.to_toml();
        let (_, problems) = Campaign::parse(&text);
        for id in ["name", "webhook", "labels", "notes"] {
            let span = crate::toml::value_span(&text, &[id]);
            let problem = problems.iter().find(|problem| {
                span.is_some_and(|span| {
                    span.start <= problem.span.start && problem.span.start < span.end.max(span.start + 1)
                })
            });
            self.form.set_problem(id, problem.map(|problem| problem.message.clone()));
        }
        if campaign.name.is_empty() {
            self.form.set_problem("name", Some("a campaign needs a name".into()));
        }
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let title = format!("Settings of {}", self.stem);
        let room = frame(buf, area, &title, "↑↓ field · ←→ choice · Enter or ^S saves · Esc", theme);
        let room = Rect { y: room.y + 1, height: room.height.saturating_sub(1), ..room };
        if room.height == 0 {
            draw::put_line(buf, area, area.y, &title, theme.title);
            return None;
        }
        self.form.draw(buf, room, theme, true)
    }
}

pub fn who_in_words(campaign: &Campaign) -> String {
    let Some(who) = &campaign.who else { return "nobody yet: [who] in the campaign's file says it".into() };
    let audience = match &who.audience {
        Audience::Everyone => "everyone".to_owned(),
        Audience::Segment(name) => format!("segment {name}"),
        Audience::Where(expression) => format!("where {expression}"),
        Audience::List(file) => format!("the list {file}"),
    };
    match &who.exclude {
        Some(exclude) => format!("{audience}, but not {exclude}"),
        None => audience,
    }
}
