-- Who has blocked the bot, without a look at everybody of whose chat something is known.
CREATE INDEX blocked ON reachability (profile_id) WHERE state = 'blocked';
