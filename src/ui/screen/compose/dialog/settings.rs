//! The settings dialog (F4): a form for the settings in the campaign's file. `update::dialogs` saves them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::campaign::{Audience, Campaign, ContentFormat};
use crate::dialect::Dialect;
use crate::ui::widget::{
    FieldProblem, Form, FormField, Theme,
    dialog::{content_area, draw_frame},
    draw,
};
use crate::workspace::{CampaignFiles, Fingerprint, Workspace};

#[derive(Debug, Clone)]
pub struct SettingsDialog {
    pub stem: String,
    pub form: Form,
    /// The fingerprint of the campaign's file when the form was opened.
    pub expected: Fingerprint,
    /// Why the settings were not saved.
    pub error: Option<String>,
    // The campaign when the form was opened. Settings without a field in the form keep the values that they have in
    // this campaign.
    original: Campaign,
}

/// The preferred width of the dialog in cells.
const WIDTH: u16 = 74;

const DIALECT_OF_WORKSPACE: &str = "workspace default";

impl SettingsDialog {
    pub fn of(workspace: &Workspace, campaign: &CampaignFiles) -> Self {
        let before = campaign.value.clone().unwrap_or_default();
        let mut webhooks: Vec<String> =
            workspace.webhooks.iter().map(|webhook| webhook.stem.clone()).collect();
        // If the file of the chosen webhook is missing, the webhook is still offered. Otherwise, saving the form would
        // silently choose another webhook.
        if !webhooks.contains(&before.webhook) {
            webhooks.insert(0, before.webhook.clone());
        }
        let formats = ContentFormat::ALL.iter().map(|format| format.as_str().to_owned()).collect();
        let mut dialects = vec![DIALECT_OF_WORKSPACE.to_owned()];
        dialects.extend(Dialect::ALL.iter().map(|dialect| dialect.as_str().to_owned()));
        let dialect = before.dialect.map_or(DIALECT_OF_WORKSPACE, Dialect::as_str);
        // A choice without options would look like `‹  ›`, so a note takes its place.
        let webhook = if workspace.webhooks.is_empty() && before.webhook.is_empty() {
            FormField::note("webhook", "Webhook", "none yet: n in the webhook pane creates one")
        } else {
            FormField::choice("webhook", "Webhook", webhooks, &before.webhook)
        };
        let form = Form::new(vec![
            FormField::text("name", "Name", &before.name),
            webhook,
            FormField::choice("content_format", "Content format", formats, before.content_format.as_str()),
            FormField::choice("dialect", "Dialect", dialects, dialect),
            FormField::note("who", "Who", &describe_audience(&before)),
            FormField::text("labels", "Labels", &before.labels.join(", ")),
            FormField::text("notes", "Notes", &before.notes),
        ]);
        let mut settings = Self {
            stem: campaign.stem.clone(),
            form,
            expected: campaign.source.fingerprint,
            error: None,
            original: before,
        };
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
                .unwrap_or(self.original.content_format),
            dialect: Dialect::ALL.into_iter().find(|known| known.as_str() == dialect),
            labels: labels
                .split(',')
                .map(str::trim)
                .filter(|label| !label.is_empty())
                .map(str::to_owned)
                .collect(),
            notes: self.form.value("notes"),
            recipients: self.original.recipients.clone(),
        }
    }

    /// Checks the settings in the form, and shows each problem beside its field.
    pub fn check(&mut self) {
        self.error = None;
        // The campaign is formatted as TOML and parsed again, so that the form gets exactly the same checks as the
        // file.
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
            self.form.set_problem(id, problem.map(|problem| FieldProblem::warning(&problem.message)));
        }
        if campaign.name.is_empty() {
            self.form.set_problem("name", Some(FieldProblem::warning("enter a name")));
        }
    }

    /// Returns the area of the dialog, which is as high as its form and the error below it.
    pub fn area(&self, stage: Rect) -> Rect {
        let width = WIDTH.min(stage.width);
        // Each side has a border and a padding of one cell.
        let form = self.form.height(width.saturating_sub(4));
        let height = form + self.error_lines(width).len() + 4;
        draw::centered(stage, width, u16::try_from(height).unwrap_or(u16::MAX))
    }

    fn error_lines(&self, width: u16) -> Vec<String> {
        draw::wrap_error(self.error.as_deref(), usize::from(width.saturating_sub(4)))
    }

    /// Returns the area of the form in the dialog `area`.
    pub fn form_area(&self, area: Rect) -> Rect {
        let room = content_area(area);
        let error = u16::try_from(self.error_lines(area.width).len()).unwrap_or(u16::MAX);
        Rect { y: room.y + 1, height: room.height.saturating_sub(1).saturating_sub(error), ..room }
    }

    /// Scrolls the form in the dialog `area`.
    pub fn follow(&mut self, area: Rect) {
        let form = self.form_area(area);
        self.form.follow(form);
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let title = format!("Settings of {}", self.stem);
        let room = draw_frame(buf, area, &title, "↑↓ field · ←→ choice · Enter save · Esc cancel", theme);
        if room.height < 2 {
            draw::put_line(buf, area, area.y, &title, theme.title);
            return None;
        }
        let form = self.form_area(area);
        for (line, y) in self.error_lines(area.width).iter().zip(form.bottom()..room.bottom()) {
            draw::put_line(buf, room, y, line, theme.popup.patch(theme.error));
        }
        self.form.draw(buf, form, theme, true)
    }
}

pub(crate) fn describe_audience(campaign: &Campaign) -> String {
    let Some(who) = &campaign.recipients else { return "not set: add [who] to the campaign's file".into() };
    let audience = match &who.audience {
        Audience::Everyone => "everyone".to_owned(),
        Audience::Segment(name) => format!("segment {name}"),
        Audience::Where(expression) => format!("where {expression}"),
        Audience::List(file) => format!("list {file}"),
    };
    match &who.exclude {
        Some(exclude) => format!("{audience}, except {exclude}"),
        None => audience,
    }
}
