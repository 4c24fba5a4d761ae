//! The inputs from which one message is built.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::campaign::{Campaign, Webhook};
use crate::dialect::Dialect;
use crate::profile::{Profile, Value, Vocabulary};
use crate::template::{self, Partials};

#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The name of the campaign's file without its extension. In Liquid, this name is the value of
    /// `Campaign.campaignId`.
    pub stem: &'a str,
    pub campaign: &'a Campaign,
    pub body: &'a str,
    /// The campaign's webhook. Without one, the message is previewed as `sendMessage`.
    pub webhook: Option<&'a Webhook>,
    pub partials: &'a Partials,
    pub dialect: Dialect,
    /// The recipient. If it is `None`, the variable `Profile` is nil.
    pub profile: Option<&'a Profile>,
    pub event: Option<&'a Value>,
    pub external_trigger: Option<&'a Value>,
    pub chat: ChatTarget<'a>,
    /// The known property names and their values, for the checks that need no recipient. `None` skips the checks that
    /// need this vocabulary.
    pub vocabulary: Option<&'a Vocabulary>,
    pub now: Timestamp,
    pub zone: &'a TimeZone,
}

impl<'a> Inputs<'a> {
    pub(super) fn context(&self) -> template::RenderContext<'a> {
        template::RenderContext {
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
pub enum ChatTarget<'a> {
    /// The chat that the body names.
    FromBody,
    /// A test chat, as an id or an @name. It replaces the chat that the body names.
    Test(&'a str),
}
