//! Answers method calls and queues updates. This module is the logic of the sandbox. It has no sockets and no clock:
//! the time is passed in.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bot::{BotIdentity, Conflict, Messages, Pins, PollId, PressedButtons, SandboxBot};
use super::call::MethodCall;
use super::chats::{ChatBook, InitialChats};
use super::faults::{FaultInjector, InjectedFault, RateLimiter};
use super::files::FileStore;
use super::limits::MemoryLimits;
use super::methods;
use super::queue::UpdateQueue;
use super::reply::{HttpReply, conflict};
use super::simulation;
use super::token::BotToken;
use crate::telegram::{ApiError, BOT_API_VERSION, ChatId, Method};

/// The options after validation.
#[derive(Debug)]
pub(super) struct ValidatedOptions {
    pub(super) tokens: Vec<BotToken>,
    pub(super) chats: InitialChats,
    pub(super) blocked: Vec<i64>,
    pub(super) rate: Option<f64>,
    pub(super) fail: f64,
    pub(super) seed: u64,
}

#[derive(Debug)]
pub(super) struct SandboxState {
    options: ValidatedOptions,
    limits: MemoryLimits,
    faults: FaultInjector,
    bots: Vec<SandboxBot>,
    by_token: HashMap<BotToken, usize>,
    /// Whether the only bot in `bots` has no token yet, because a request without a token came before the first token.
    is_first_unclaimed: bool,
    last_poll: u64,
}

#[derive(Debug, PartialEq)]
pub(super) enum CallOutcome {
    Reply(HttpReply),
    /// The method call has no answer yet. Ask for one with [`SandboxState::resume`] after each change of the state, and
    /// with [`SandboxState::expire`] after [`PendingPoll::seconds`].
    Wait(PendingPoll),
    HangUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PendingPoll {
    bot: usize,
    poll: PollId,
    offset: i64,
    limit: usize,
    pub(super) seconds: u64,
}

impl SandboxState {
    /// Creates a sandbox with the bots of the given tokens and no messages.
    pub(super) fn new(options: ValidatedOptions, now: Timestamp) -> SandboxState {
        let mut state = SandboxState {
            faults: FaultInjector::new(options.seed, options.fail),
            bots: Vec::new(),
            by_token: HashMap::new(),
            is_first_unclaimed: false,
            last_poll: 0,
            limits: MemoryLimits::DEFAULT,
            options,
        };
        for token in state.options.tokens.clone() {
            state.add_bot(&token, now);
        }
        state
    }

    pub(super) fn call(
        &mut self,
        token: &str,
        method: &str,
        call: &MethodCall,
        now: Timestamp,
    ) -> CallOutcome {
        // api.telegram.org answers 404 to a malformed token, and 401 to a well-formed token that belongs to no bot.
        let Some(token) = BotToken::parse(token) else {
            return CallOutcome::Reply(ApiError::plain(404, "Not Found").into());
        };
        if !self.is_allowed(&token) {
            return CallOutcome::Reply(ApiError::unauthorized().into());
        }
        let bot = match self.bot_of_token(&token, now) {
            Ok(bot) => bot,
            Err(full) => return CallOutcome::Reply(full.into()),
        };
        // As on Telegram, `/bot<token>/` without a name takes the method from the argument `method`.
        let name = if method.is_empty() { call.text("method") } else { method };
        let answer = match Method::from_name(name) {
            None => return CallOutcome::Reply(ApiError::method_not_found().into()),
            Some(Method::GetUpdates) => return self.poll(bot, call),
            // The rate limit and the simulated failures apply only to methods that send a message.
            Some(method) if method.sends() => {
                self.send(bot, |bot| methods::answer(bot, method, call, now), now)
            }
            Some(method) => {
                CallOutcome::Reply(reply(methods::answer(&mut self.bots[bot], method, call, now)))
            }
        };
        self.drop_excess();
        answer
    }

    // The bot whose messages use the most memory loses its oldest messages, and likewise with files. So a bot that
    // floods the sandbox does not push out the messages of the other bots.
    fn drop_excess(&mut self) {
        while self.limits.messages < self.bots.iter().map(|bot| bot.messages.size()).sum() {
            let Some(bot) = self.bots.iter_mut().max_by_key(|bot| bot.messages.size()) else { return };
            bot.messages.drop_oldest();
        }
        while self.limits.files < self.bots.iter().map(|bot| bot.files.size()).sum() {
            let Some(bot) = self.bots.iter_mut().max_by_key(|bot| bot.files.size()) else { return };
            bot.files.drop_oldest();
        }
    }

    /// Returns the content of a file that a bot has sent.
    pub(super) fn file(&self, token: &str, path: &str) -> Result<Arc<[u8]>, ApiError> {
        let bot = BotToken::parse(token).and_then(|token| self.by_token.get(&token));
        let content = bot.and_then(|bot| self.bots[*bot].files.content(path));
        content.ok_or_else(|| ApiError::plain(404, "Not Found"))
    }

    fn send(
        &mut self,
        bot: usize,
        send: impl FnOnce(&mut SandboxBot) -> Result<methods::MethodResult, ApiError>,
        now: Timestamp,
    ) -> CallOutcome {
        let bot = &mut self.bots[bot];
        // The rate limit is checked before a random number is drawn. So a call that the rate limit refuses does not
        // change which later sends fail.
        if let Some(rate_limiter) = &mut bot.rate_limiter
            && let Err(seconds) = rate_limiter.take(now)
        {
            return CallOutcome::Reply(ApiError::too_many_requests(seconds).into());
        }
        match self.faults.next_fault() {
            None => CallOutcome::Reply(reply(send(bot))),
            Some(InjectedFault::Flood) => CallOutcome::Reply(ApiError::too_many_requests(1).into()),
            Some(InjectedFault::ServerError) => {
                CallOutcome::Reply(ApiError::plain(500, "Internal Server Error: restart").into())
            }
            Some(InjectedFault::BadGateway) => CallOutcome::Reply(HttpReply::bad_gateway()),
            Some(InjectedFault::DisconnectBeforeSend) => CallOutcome::HangUp,
            Some(InjectedFault::DisconnectAfterSend) => {
                // The result is ignored on purpose: the simulated fault is that the caller does not learn the result.
                let _ = send(bot);
                CallOutcome::HangUp
            }
        }
    }

    /// Handles getUpdates: answers at once, or lets the call wait. If another getUpdates call of the bot is waiting,
    /// that call ends with a 409.
    fn poll(&mut self, index: usize, call: &MethodCall) -> CallOutcome {
        let bot = &mut self.bots[index];
        if bot.webhook.is_some() {
            let reason = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                          webhook first";
            return CallOutcome::Reply(conflict(reason).into());
        }
        let offset = call.integer("offset", 0, i64::from(i32::MIN)..=i64::from(i32::MAX));
        let limit = call.integer("limit", 100, 1..=100);
        let seconds = call.integer("timeout", 0, 0..=50);
        // The kinds in `allowed_updates` affect only later updates. An earlier update of a kind that the bot did not
        // want at that time was never queued.
        bot.updates.set_allowed(call.text("allowed_updates"));
        bot.end_poll(Conflict::GetUpdates);
        let limit = usize::try_from(limit).unwrap_or(1);
        match bot.updates.confirm_and_read(offset, limit) {
            Some(updates) => CallOutcome::Reply(HttpReply::result(&updates)),
            None if seconds == 0 => CallOutcome::Reply(HttpReply::result("[]")),
            None => {
                self.last_poll += 1;
                let poll = PollId(self.last_poll);
                bot.poll = Some(poll);
                let seconds = seconds.unsigned_abs();
                // A negative offset has already taken effect. If the waiting call kept the negative offset, each
                // `resume` would drop updates again.
                CallOutcome::Wait(PendingPoll { bot: index, poll, offset: offset.max(0), limit, seconds })
            }
        }
    }

    pub(super) fn resume(&mut self, wait: &PendingPoll) -> Option<HttpReply> {
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
        let updates = bot.updates.confirm_and_read(wait.offset, wait.limit)?;
        bot.poll = None;
        Some(HttpReply::result(&updates))
    }

    /// Ends a call that has waited long enough and returns its answer.
    pub(super) fn expire(&mut self, wait: &PendingPoll) -> HttpReply {
        // `resume` is tried once more: updates may have arrived at the last moment, or another call may have ended this
        // one.
        if let Some(reply) = self.resume(wait) {
            return reply;
        }
        self.forget(wait);
        HttpReply::result("[]")
    }

    /// Removes a waiting call, for example because its client is gone.
    pub(super) fn forget(&mut self, wait: &PendingPoll) {
        let bot = &mut self.bots[wait.bot];
        bot.conflicts.remove(&wait.poll);
        // A newer call may be registered instead of this one. The newer call must stay registered.
        if bot.poll == Some(wait.poll) {
            bot.poll = None;
        }
    }

    /// Returns the answer of `/sandbox`, by which a client can tell a sandbox from Telegram.
    pub(super) fn about(&self) -> Value {
        let bots: Vec<Value> = self
            .bots
            .iter()
            .map(|bot| &bot.identity)
            // A bot without a token has no id yet, so it is not listed. A bot without a token is always the only bot,
            // so the list is then empty.
            .filter(|_| !self.is_first_unclaimed)
            .map(|identity| json!({ "id": identity.id, "username": identity.username }))
            .collect();
        let polling = self.bots.iter().filter(|bot| bot.poll.is_some()).count();
        json!({
            "telecast_sandbox": true,
            "version": env!("CARGO_PKG_VERSION"),
            "bot_api_version": BOT_API_VERSION,
            "bots": bots,
            "polling": polling,
        })
    }

    /// Queues an update for a bot and returns the update's id. Without a token, the update is for the first bot.
    pub(super) fn queue_update(
        &mut self,
        token: Option<&str>,
        update: Value,
        now: Timestamp,
    ) -> Result<i64, ApiError> {
        let bot = self.bot_or_first(token, now)?;
        // Old messages are dropped to make room, but old updates are not. A caller waits for the effect of its update,
        // so the caller must learn that there is no room for it.
        if self.limits.updates <= self.bots.iter().map(|bot| bot.updates.size()).sum() {
            let reason =
                "too many updates wait already: confirm them with getUpdates or drop them with deleteWebhook";
            return Err(ApiError::bad_request(reason));
        }
        let max_new_chats =
            self.limits.chats.saturating_sub(self.bots.iter().map(|bot| bot.chats.n_learned()).sum());
        let queued = simulation::queue(&mut self.bots[bot], update, max_new_chats, now);
        self.drop_excess();
        queued.map_err(|reason| ApiError::bad_request(&reason))
    }

    /// Returns the stored messages that a bot has sent, as a JSON array of Message objects. Without a token, returns
    /// those of the first bot.
    pub(super) fn messages(&mut self, token: Option<&str>, now: Timestamp) -> Result<String, ApiError> {
        let bot = self.bot_or_first(token, now)?;
        Ok(self.bots[bot].messages.to_json())
    }

    /// Returns a message of any bot, sent or received, as JSON text.
    pub(super) fn message(&self, chat: &ChatId, id: i64) -> Option<String> {
        let find = |bot: &SandboxBot| {
            let chat = bot.chats.find(chat).ok()?;
            bot.messages.find(chat.id, id).map(str::to_owned)
        };
        self.bots.iter().find_map(find)
    }

    fn bot_or_first(&mut self, token: Option<&str>, now: Timestamp) -> Result<usize, ApiError> {
        let Some(token) = token else { return Ok(self.first_bot(now)) };
        match BotToken::parse(token) {
            Some(token) if self.is_allowed(&token) => self.bot_of_token(&token, now),
            _ => Err(ApiError::bad_request("no bot has the token in the query string")),
        }
    }

    fn is_allowed(&self, token: &BotToken) -> bool {
        self.options.tokens.is_empty() || self.options.tokens.contains(token)
    }

    // Updates can be queued before any bot has called. Such updates go to a bot that has no token yet. This bot gets
    // the first token that is used. So a test can queue updates for a program without knowing the program's token.
    fn first_bot(&mut self, now: Timestamp) -> usize {
        if self.bots.is_empty() {
            let identity = BotIdentity::new(0, true);
            self.bots.push(self.new_bot(identity, now));
            self.is_first_unclaimed = true;
        }
        0
    }

    /// Returns the index of a token's bot. A new token gets a new bot, or an error if there are too many bots.
    fn bot_of_token(&mut self, token: &BotToken, now: Timestamp) -> Result<usize, ApiError> {
        if let Some(index) = self.by_token.get(token) {
            return Ok(*index);
        }
        if self.limits.bots <= self.by_token.len() {
            let reason = format!("the sandbox has {} bots already: restart it", self.limits.bots);
            return Err(ApiError::bad_request(&reason));
        }
        Ok(self.add_bot(token, now))
    }

    fn add_bot(&mut self, token: &BotToken, now: Timestamp) -> usize {
        if let Some(index) = self.by_token.get(token) {
            return *index;
        }
        let index = if self.is_first_unclaimed { 0 } else { self.bots.len() };
        let identity = BotIdentity::new(token.bot_id(), index == 0);
        if self.is_first_unclaimed {
            self.bots[0].identity = identity;
            self.is_first_unclaimed = false;
        } else {
            self.bots.push(self.new_bot(identity, now));
        }
        self.by_token.insert(token.clone(), index);
        index
    }

    fn new_bot(&self, identity: BotIdentity, now: Timestamp) -> SandboxBot {
        SandboxBot {
            identity,
            chats: ChatBook::new(&self.options.chats, &self.options.blocked),
            updates: UpdateQueue::default(),
            messages: Messages::default(),
            files: FileStore::default(),
            pins: Pins::default(),
            pressed: PressedButtons::default(),
            commands: Default::default(),
            webhook: None,
            rate_limiter: self.options.rate.map(|rate| RateLimiter::new(rate, now)),
            poll: None,
            conflicts: Default::default(),
        }
    }
}

fn reply(result: Result<methods::MethodResult, ApiError>) -> HttpReply {
    match result {
        Ok(result) => HttpReply::json(&result.to_json()),
        Err(error) => error.into(),
    }
}

#[cfg(test)]
mod tests;
