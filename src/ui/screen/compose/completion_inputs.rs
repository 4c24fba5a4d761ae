//! Collects what completion and hover need to know about the open campaign. These are the known properties and events,
//! the partials, the dialect, the Bot API method, and the values of the preview profile and of the sample event.

use jiff::tz::TimeZone;

use crate::complete;
use crate::profile::{Profile, Vocabulary};
use crate::service::{SampleEvent, partial_names};
use crate::template::{self, Limits};
use crate::ui::screen::compose::{BodyLanguage, Compose};
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
        let BodyLanguage { is_json, dialect, method } = screen.body_language(shared);
        complete::CompletionContext {
            vocabulary: self.vocabulary,
            dialect,
            is_json,
            method,
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
