//! Collects what completion and hover need to know about the open campaign. These are the known properties and events,
//! the partials, the dialect, the Bot API method, and the values of the preview profile and of the sample event.

use jiff::tz::TimeZone;

use crate::campaign::ContentFormat;
use crate::complete;
use crate::profile::{Profile, Vocabulary};
use crate::service::{SampleEvent, partial_names};
use crate::telegram::Method;
use crate::template::{self, Limits};
use crate::ui::screen::compose::Compose;
use crate::ui::shared::SharedState;

#[derive(Debug)]
pub struct CompletionInputs<'a> {
    screen: &'a Compose,
    shared: &'a SharedState,
    vocabulary: &'a Vocabulary,
    partials: Vec<&'a str>,
    sample: &'a SampleEvent,
    zone: TimeZone,
}

impl Compose {
    pub fn completion_inputs<'a>(&'a self, shared: &'a SharedState) -> CompletionInputs<'a> {
        CompletionInputs {
            screen: self,
            shared,
            vocabulary: shared.people.vocabulary.as_deref().unwrap_or(&shared.empty_vocabulary),
            partials: partial_names(&shared.workspace).collect(),
            sample: &self.derived.sample().event,
            zone: shared.workspace.time_zone(),
        }
    }
}

impl CompletionInputs<'_> {
    pub fn context(&self) -> complete::CompletionContext<'_> {
        let (screen, shared) = (self.screen, self.shared);
        let campaign = screen.open_campaign(shared);
        let format = campaign.and_then(|campaign| campaign.value.as_ref()).map(|value| value.content_format);
        let method = screen.composed().and_then(|composed| composed.method.as_deref());
        complete::CompletionContext {
            vocabulary: self.vocabulary,
            dialect: campaign.map_or_else(Default::default, |campaign| shared.workspace.dialect(campaign)),
            is_json: format.is_none_or(|format| format == ContentFormat::Json),
            // If the method is unknown, `sendMessage` is assumed, because most campaigns use it. The method is unknown
            // before the first composition, and if the webhook calls no method that telecast knows.
            method: method.and_then(Method::from_name).unwrap_or(Method::SendMessage),
            partials: self.partials.clone(),
            values: self.values(shared.people.profile.as_deref()),
        }
    }

    // Returns `None` if no profile is chosen, or if there is no composition. The `now` of the context is the time of
    // the composition, because the screen does not read the clock.
    fn values<'a>(&'a self, profile: Option<&'a Profile>) -> Option<template::RenderContext<'a>> {
        let composed = self.screen.composed()?;
        Some(template::RenderContext {
            profile: Some(profile?),
            event: self.sample.event.as_ref(),
            external_trigger: self.sample.external_trigger.as_ref(),
            campaign_id: self.screen.open.as_deref().unwrap_or(""),
            now: composed.now,
            zone: &self.zone,
            limits: Limits::default(),
        })
    }
}
