//! The whole sandbox without sockets and without a clock: a request in, an answer out.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bot::{Bot, Conflict, Identity, Messages, PollId};
use super::call::Call;
use super::chats::{ChatBook, Chats};
use super::faults::{Dice, Fault, Pace};
use super::limits::Limits;
use super::methods::{self, Handling};
use super::queue::Queue;
use super::reply::{Reply, conflict};
use super::simulation;
use super::token::Token;
use crate::telegram::ApiError;

/// Options that were found to make sense.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) tokens: Vec<Token>,
    pub(super) chats: Chats,
    pub(super) blocked: Vec<i64>,
    pub(super) rate: Option<f64>,
    pub(super) fail: f64,
    pub(super) seed: u64,
}

#[derive(Debug)]
pub(super) struct State {
    rules: Rules,
    limits: Limits,
    dice: Dice,
    bots: Vec<Bot>,
    by_token: HashMap<Token, usize>,
    /// Whether `bots` holds one bot that no token has claimed yet: updates came before its first call.
    is_first_unclaimed: bool,
    last_poll: u64,
}

#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Reply(Reply),
    /// Ask again when something has happened, and for the last time after so many seconds.
    Wait(Wait),
    HangUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    bot: usize,
    poll: PollId,
    offset: i64,
    limit: usize,
    pub(super) seconds: u64,
}

impl State {
    /// Makes a sandbox where nothing has happened; the bots of the rules exist.
    pub(super) fn new(rules: Rules, now: Timestamp) -> State {
        let mut state = State {
            dice: Dice::new(rules.seed, rules.fail),
            bots: Vec::new(),
            by_token: HashMap::new(),
            is_first_unclaimed: false,
            last_poll: 0,
            limits: Limits::USUAL,
            rules,
        };
        for token in state.rules.tokens.clone() {
            state.add_bot(&token, now);
        }
        state
    }

    pub(super) fn call(&mut self, token: &str, method: &str, call: &Call, now: Timestamp) -> Answer {
        let Some(token) = Token::parse(token) else {
            return Answer::Reply(ApiError::plain(404, "Not Found").into());
        };
        if !self.is_let_in(&token) {
            return Answer::Reply(ApiError::unauthorized().into());
        }
        let bot = match self.bot_of(&token, now) {
            Ok(bot) => bot,
            Err(full) => return Answer::Reply(full.into()),
        };
        let name = if method.is_empty() { call.text("method") } else { method };
        match methods::find(name) {
            None => Answer::Reply(ApiError::method_not_found().into()),
            Some(Handling::Ask(answer)) => Answer::Reply(reply(answer(&mut self.bots[bot], call))),
            Some(Handling::Poll) => self.poll(bot, call),
            Some(Handling::Send(method)) => {
                let answer = self.send(bot, |bot| methods::send(bot, method, call, now), now);
                self.shed_messages();
                answer
            }
        }
    }

    /// Forgets messages until the rest fits: the oldest of the bot that has most.
    fn shed_messages(&mut self) {
        while self.limits.messages < self.bots.iter().map(|bot| bot.messages.size()).sum() {
            let Some(bot) = self.bots.iter_mut().max_by_key(|bot| bot.messages.size()) else { return };
            bot.messages.drop_oldest();
        }
    }

    fn send(
        &mut self,
        bot: usize,
        send: impl FnOnce(&mut Bot) -> Result<methods::Done, ApiError>,
        now: Timestamp,
    ) -> Answer {
        let bot = &mut self.bots[bot];
        if let Some(pace) = &mut bot.pace
            && let Err(seconds) = pace.take(now)
        {
            return Answer::Reply(ApiError::too_many_requests(seconds).into());
        }
        match self.dice.roll() {
            None => Answer::Reply(reply(send(bot))),
            Some(Fault::Flood) => Answer::Reply(ApiError::too_many_requests(1).into()),
            Some(Fault::ServerError) => {
                Answer::Reply(ApiError::plain(500, "Internal Server Error: restart").into())
            }
            Some(Fault::BadGateway) => Answer::Reply(Reply::bad_gateway()),
            Some(Fault::CutBefore) => Answer::HangUp,
            Some(Fault::CutAfter) => {
                // Sent or refused, the caller does not learn it: that is the fault.
                let _ = send(bot);
                Answer::HangUp
            }
        }
    }

    /// getUpdates: answers at once, or makes the call wait. A call that waits already ends in a conflict.
    fn poll(&mut self, index: usize, call: &Call) -> Answer {
        let bot = &mut self.bots[index];
        if !bot.webhook.is_empty() {
            let reason = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                          webhook first";
            return Answer::Reply(conflict(reason).into());
        }
        let offset = call.integer("offset", 0, i64::from(i32::MIN)..=i64::from(i32::MAX));
        let limit = call.integer("limit", 100, 1..=100);
        let seconds = call.integer("timeout", 0, 0..=50);
        bot.updates.allow(call.text("allowed_updates"));
        bot.end_poll(Conflict::GetUpdates);
        let limit = usize::try_from(limit).unwrap_or(1);
        match bot.updates.take(offset, limit) {
            Some(updates) => Answer::Reply(Reply::result(&updates)),
            None if seconds == 0 => Answer::Reply(Reply::result("[]")),
            None => {
                self.last_poll += 1;
                let poll = PollId(self.last_poll);
                bot.poll = Some(poll);
                let seconds = seconds.unsigned_abs();
                Answer::Wait(Wait { bot: index, poll, offset: offset.max(0), limit, seconds })
            }
        }
    }

    pub(super) fn resume(&mut self, wait: &Wait) -> Option<Reply> {
        let bot = &mut self.bots[wait.bot];
        if let Some(ended_by) = bot.conflicts.remove(&wait.poll) {
            let reason = match ended_by {
                Conflict::GetUpdates => {
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                }
                Conflict::SetWebhook => "terminated by setWebhook request",
            };
            return Some(conflict(reason).into());
        }
        let updates = bot.updates.take(wait.offset, wait.limit)?;
        bot.poll = None;
        Some(Reply::result(&updates))
    }

    /// Ends a call that has waited long enough, or whose client is gone; returns the answer for the former.
    pub(super) fn expire(&mut self, wait: &Wait) -> Reply {
        if let Some(reply) = self.resume(wait) {
            return reply;
        }
        self.forget(wait);
        Reply::result("[]")
    }

    pub(super) fn forget(&mut self, wait: &Wait) {
        let bot = &mut self.bots[wait.bot];
        bot.conflicts.remove(&wait.poll);
        if bot.poll == Some(wait.poll) {
            bot.poll = None;
        }
    }

    /// Says what this is: how a client tells a sandbox from Telegram.
    pub(super) fn about(&self) -> Value {
        let bots: Vec<Value> = self
            .bots
            .iter()
            .map(|bot| &bot.identity)
            .filter(|_| !self.is_first_unclaimed)
            .map(|identity| json!({ "id": identity.id, "username": identity.username }))
            .collect();
        let polling = self.bots.iter().filter(|bot| bot.poll.is_some()).count();
        json!({
            "telecast_sandbox": true,
            "version": env!("CARGO_PKG_VERSION"),
            "bots": bots,
            "polling": polling,
        })
    }

    /// Queues an update for a bot, the first one where no token is given, and returns its id.
    pub(super) fn queue_update(
        &mut self,
        token: Option<&str>,
        update: Value,
        now: Timestamp,
    ) -> Result<i64, ApiError> {
        let bot = self.chosen(token, now)?;
        if self.limits.updates <= self.bots.iter().map(|bot| bot.updates.size()).sum() {
            let reason =
                "too many updates wait already: let getUpdates confirm them, or deleteWebhook drop them";
            return Err(ApiError::bad_request(reason));
        }
        let room = self.limits.chats.saturating_sub(self.bots.iter().map(|bot| bot.chats.n_met()).sum());
        let queued = simulation::queue(&mut self.bots[bot], update, room, now);
        self.shed_messages();
        queued.map_err(|reason| ApiError::bad_request(&reason))
    }

    /// Returns what a bot has sent, the first one where no token is given: a JSON array of Message objects.
    pub(super) fn messages(&mut self, token: Option<&str>, now: Timestamp) -> Result<String, ApiError> {
        let bot = self.chosen(token, now)?;
        Ok(self.bots[bot].messages.to_json())
    }

    fn chosen(&mut self, token: Option<&str>, now: Timestamp) -> Result<usize, ApiError> {
        let Some(token) = token else { return Ok(self.first_bot(now)) };
        match Token::parse(token) {
            Some(token) if self.is_let_in(&token) => self.bot_of(&token, now),
            _ => Err(ApiError::bad_request("no bot has the token in the query string")),
        }
    }

    fn is_let_in(&self, token: &Token) -> bool {
        self.rules.tokens.is_empty() || self.rules.tokens.contains(token)
    }

    /// Returns the first bot; before any call there is one that the first token will find as its own.
    fn first_bot(&mut self, now: Timestamp) -> usize {
        if self.bots.is_empty() {
            let identity = Identity::new(0, true);
            self.bots.push(self.new_bot(identity, now));
            self.is_first_unclaimed = true;
        }
        0
    }

    /// Returns the bot of a token; a token that was not seen yet makes one while there is room.
    fn bot_of(&mut self, token: &Token, now: Timestamp) -> Result<usize, ApiError> {
        if let Some(index) = self.by_token.get(token) {
            return Ok(*index);
        }
        if self.limits.bots <= self.by_token.len() {
            let reason = format!("the sandbox has {} bots already: start it anew", self.limits.bots);
            return Err(ApiError::bad_request(&reason));
        }
        Ok(self.add_bot(token, now))
    }

    fn add_bot(&mut self, token: &Token, now: Timestamp) -> usize {
        if let Some(index) = self.by_token.get(token) {
            return *index;
        }
        let index = if self.is_first_unclaimed { 0 } else { self.bots.len() };
        let identity = Identity::new(token.bot_id(), index == 0);
        if self.is_first_unclaimed {
            self.bots[0].identity = identity;
            self.is_first_unclaimed = false;
        } else {
            self.bots.push(self.new_bot(identity, now));
        }
        self.by_token.insert(token.clone(), index);
        index
    }

    fn new_bot(&self, identity: Identity, now: Timestamp) -> Bot {
        Bot {
            identity,
            chats: ChatBook::new(&self.rules.chats, &self.rules.blocked),
            updates: Queue::default(),
            messages: Messages::default(),
            webhook: String::new(),
            pace: self.rules.rate.map(|rate| Pace::new(rate, now)),
            poll: None,
            conflicts: Default::default(),
        }
    }
}

fn reply(done: Result<methods::Done, ApiError>) -> Reply {
    match done {
        Ok(done) => Reply::json(&done.to_json()),
        Err(error) => error.into(),
    }
}

#[cfg(test)]
mod tests;
