//! What a message is made of.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::campaign::{Campaign, Webhook};
use crate::dialect::Dialect;
use crate::profile::{Profile, Value, Vocabulary};
use crate::template::{self, Partials};

#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The stem of the campaign's file: `Campaign.campaignId` in Liquid.
    pub stem: &'a str,
    pub campaign: &'a Campaign,
    pub body: &'a str,
    /// The campaign's webhook; without one the message is previewed as `sendMessage`.
    pub webhook: Option<&'a Webhook>,
    pub partials: &'a Partials,
    pub dialect: Dialect,
    /// The recipient; none renders as for somebody of whom nothing is known.
    pub profile: Option<&'a Profile>,
    pub event: Option<&'a Value>,
    pub external_trigger: Option<&'a Value>,
    pub chat: Chat<'a>,
    /// What the store knows, for static checks; none leaves out what needs it.
    pub vocabulary: Option<&'a Vocabulary>,
    pub now: Timestamp,
    pub zone: &'a TimeZone,
}

impl<'a> Inputs<'a> {
    pub(super) fn context(&self) -> template::Context<'a> {
        template::Context {
            profile: self.profile,
            event: self.event,
            external_trigger: self.external_trigger,
            campaign_id: self.stem,
            now: self.now,
            zone: self.zone,
            limits: template::Limits::default(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chat<'a> {
    OfTheBody,
    /// This test chat, whatever the body says: an id or an @name.
    Test(&'a str),
}
