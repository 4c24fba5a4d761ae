//! What completion and hover know of the open campaign: names, dialect, method, the values of the chosen profile.

use jiff::tz::TimeZone;

use crate::campaign::ContentFormat;
use crate::complete;
use crate::profile::{Profile, Vocabulary};
use crate::service::{SampleEvent, partial_names};
use crate::telegram::Method;
use crate::template::{self, Limits};
use crate::ui::screen::compose::state::App;

/// What is known now, gathered when it is asked for.
#[derive(Debug)]
pub struct Knowledge<'a> {
    app: &'a App,
    vocabulary: &'a Vocabulary,
    partials: Vec<&'a str>,
    sample: SampleEvent,
    zone: TimeZone,
}

impl App {
    /// Gathers what completion and hover know.
    pub fn knowledge(&self) -> Knowledge<'_> {
        Knowledge {
            app: self,
            vocabulary: self.people.vocabulary.as_deref().unwrap_or(&self.nothing_known),
            partials: partial_names(&self.workspace).collect(),
            sample: SampleEvent::of(&self.workspace, self.chosen_sample()),
            zone: self.workspace.time_zone(),
        }
    }
}

impl Knowledge<'_> {
    /// Returns it as completion and hover read it.
    pub fn context(&self) -> complete::Context<'_> {
        let app = self.app;
        let campaign = app.open_campaign();
        let format = campaign.and_then(|campaign| campaign.value.as_ref()).map(|value| value.content_format);
        let method = app.composed.as_ref().and_then(|composed| composed.method.as_deref());
        complete::Context {
            vocabulary: self.vocabulary,
            dialect: campaign.map_or_else(Default::default, |campaign| app.workspace.dialect(campaign)),
            is_json: format.is_none_or(|format| format == ContentFormat::Json),
            method: method.and_then(Method::from_name).unwrap_or(Method::SendMessage),
            partials: self.partials.clone(),
            values: self.values(app.people.profile.as_deref()),
        }
    }

    /// The values, once a message has been made: before that nobody has said what time it is.
    fn values<'a>(&'a self, profile: Option<&'a Profile>) -> Option<template::Context<'a>> {
        let composed = self.app.composed.as_ref()?;
        Some(template::Context {
            profile: Some(profile?),
            event: self.sample.event.as_ref(),
            external_trigger: self.sample.external_trigger.as_ref(),
            campaign_id: self.app.open.as_deref().unwrap_or(""),
            now: composed.now,
            zone: &self.zone,
            limits: Limits::default(),
        })
    }
}
