-- Finds the profiles that have blocked the bot without scanning the whole reachability table.
CREATE INDEX blocked ON reachability (profile_id) WHERE state = 'blocked';
