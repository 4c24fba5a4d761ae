//! The export as text, laid out like CleverTap's forms.

use super::{CampaignForm, Export, WebhookForm};

/// The width of the label column, in characters.
const LABEL_WIDTH: usize = 26;

impl Export {
    /// Returns the forms in the order in which the user fills them in.
    pub(crate) fn to_text(&self) -> String {
        let webhook = self.webhook.as_ref().map(WebhookForm::to_text).unwrap_or_default();
        format!("{webhook}{}", self.campaign.to_text())
    }
}

impl WebhookForm {
    fn to_text(&self) -> String {
        let mut text = String::from("WEBHOOK: Settings › Channels › Webhooks › + Add Webhook\n");
        text.push_str(&field("Name", &self.name));
        text.push_str(&field("Method", self.method));
        text.push_str(&field("Destination URL", &self.url));
        for (name, value) in &self.headers {
            text.push_str(&field("Headers: Key", name));
            text.push_str(&field("         Value", value));
        }
        match &self.basic {
            None => text.push_str(&field("Authentication", "No authentication")),
            Some((username, password)) => {
                text.push_str(&field("Authentication", "Basic authentication"));
                text.push_str(&field("  Username", username));
                text.push_str(&field("  Password", password));
            }
        }
        text.push('\n');
        text
    }
}

impl CampaignForm {
    fn to_text(&self) -> String {
        let mut text = String::from("CAMPAIGN: Campaigns › + Campaign › Webhook\n");
        text.push_str(&field("Name", &self.name));
        if !self.labels.is_empty() {
            text.push_str(&field("Labels", &self.labels.join(", ")));
        }
        text.push_str(&field("Qualification criteria", self.qualification));
        text.push_str(&field("Webhook", &self.webhook));
        text.push_str(&field("Who", &self.who));
        for (name, value) in &self.url_parameters {
            text.push_str(&field("What: URL parameter Key", name));
            text.push_str(&field("                    Value", value));
        }
        text.push_str(&field("What: Content Format", self.content_format));
        text.push_str(&field("What: Custom Body", "as follows"));
        // The body comes last and is not indented, so that it can be copied byte for byte.
        format!("{text}\n{}", self.custom_body)
    }
}

fn field(label: &str, value: &str) -> String {
    format!("  {label:LABEL_WIDTH$}{value}\n")
}
