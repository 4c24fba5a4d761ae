//! What completion and hover know of the open campaign: names, dialect, method, the values of the chosen profile.

use jiff::tz::TimeZone;

use crate::campaign::ContentFormat;
use crate::complete;
use crate::profile::{Profile, Vocabulary};
use crate::service::{SampleEvent, partial_names};
use crate::telegram::Method;
use crate::template::{self, Limits};
use crate::ui::screen::compose::Compose;
use crate::ui::shared::Shared;

#[derive(Debug)]
pub struct Knowledge<'a> {
    screen: &'a Compose,
    shared: &'a Shared,
    vocabulary: &'a Vocabulary,
    partials: Vec<&'a str>,
    sample: &'a SampleEvent,
    zone: TimeZone,
}

impl Compose {
    pub fn knowledge<'a>(&'a self, shared: &'a Shared) -> Knowledge<'a> {
        Knowledge {
            screen: self,
            shared,
            vocabulary: shared.people.vocabulary.as_deref().unwrap_or(&shared.nothing_known),
            partials: partial_names(&shared.workspace).collect(),
            sample: &self.derived.sample().event,
            zone: shared.workspace.time_zone(),
        }
    }
}

impl Knowledge<'_> {
    pub fn context(&self) -> complete::Context<'_> {
        let (screen, shared) = (self.screen, self.shared);
        let campaign = screen.open_campaign(shared);
        let format = campaign.and_then(|campaign| campaign.value.as_ref()).map(|value| value.content_format);
        let method = screen.composed().and_then(|composed| composed.method.as_deref());
        complete::Context {
            vocabulary: self.vocabulary,
            dialect: campaign.map_or_else(Default::default, |campaign| shared.workspace.dialect(campaign)),
            is_json: format.is_none_or(|format| format == ContentFormat::Json),
            method: method.and_then(Method::from_name).unwrap_or(Method::SendMessage),
            partials: self.partials.clone(),
            values: self.values(shared.people.profile.as_deref()),
        }
    }

    /// The values, once a message has been made: before that nobody has said what time it is.
    fn values<'a>(&'a self, profile: Option<&'a Profile>) -> Option<template::Context<'a>> {
        let composed = self.screen.composed()?;
        Some(template::Context {
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
